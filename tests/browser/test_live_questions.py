"""Questions and predictions in real JupyterLab and Notebook 7: by keyboard, for axe-core, and as pictures."""

import pytest
from explorer_page import until, violations
from lab import ask, chromium_page, jupyter_lab, open_notebook, run_cell, shown_by, write_notebook

LONG = "You get a table of shape (500, 500), without a warning, since numpy stretches both to one shape"
QUESTION = f"""from coursekit.lesson import exercises as ex, progress, questions
q = questions.ask(
    "`y` has shape `(500,)`. What happens when you subtract it from a result of shape `(500, 1)`?",
    {{
        "You get 500 differences": "Line the shapes up at their right ends. Which sizes meet?",
        "{LONG}": "One number for each point always has shape `(n,)` here, so that it cannot happen.",
        "numpy stops with an error": "It would, if the shapes could not be stretched. When can they?",
    }},
    "{LONG}",
)
q"""
PREDICTION = """p = questions.predict("What happens to the line?", ["it moves", "it turns", "it stays"])
p"""
OTHERS = """from IPython.display import display
parts = [ex.compare("p", 1, 1), ex.compare("q", 1, 2), ex.compare("r", ..., 3)]
display(ex.check("Exercise 1: the sigmoid", *parts))
display(progress.show_progress("02", ["Exercise 1: the sigmoid", "Exercise 2: the forward pass"]))
progress.show_course({"00": 2, "01": 3, "02": 4})"""
ACTIVE = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
CHECKED = "radios => radios.map(e => e.checked ? 'x' : '-').join('')"


class Shown:
    """The question in a cell of the page, ready."""

    def __init__(self, page, index):
        self.page = page
        self.root = page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".ck-question")
        self.root.locator("[role=radiogroup] [type=radio][name]").nth(2).wait_for()
        self.radios = self.root.locator("[type=radio]")
        self.status = self.root.locator("[role=status]")

    def press(self, key, checked, says):
        """Press a key and wait until this is checked and said; the focus stays on what is checked."""
        self.page.keyboard.press(key)
        until(lambda: self.radios.evaluate_all(CHECKED) == checked, what=f"{checked} after {key}")
        until(lambda: self.status.inner_text().startswith(says), what=f"{says!r} after {key}")
        assert self.root.locator(":focus").evaluate("e => e.checked")
        assert self.page.evaluate(ACTIVE) == 0, f"{key} moved to another cell"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root, scratch = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("scratch")
    write_notebook(root / "lab.ipynb", "", "", "")
    with jupyter_lab(root, scratch) as address:
        yield address


def show(page, address):
    """Run the three cells, and return the question and the prediction."""
    open_notebook(page, address, "lab.ipynb")
    bundle = run_cell(page, 0, QUESTION)[0]["data"]
    assert "".join(bundle["text/plain"]).splitlines()[-1].startswith("  (")
    run_cell(page, 1, PREDICTION)
    run_cell(page, 2, OTHERS)
    question, prediction = Shown(page, 0), Shown(page, 1)
    page.evaluate(f"{ACTIVE} = 0")
    return question, prediction


def choose_by_keyboard(question):
    """Reach the question by Tab, choose, change the choice by arrows, and type what would be commands."""
    page = question.page
    page.locator(".jp-Notebook .jp-Cell").first.locator(".jp-InputPrompt").click()
    for _ in range(20):
        page.keyboard.press("Tab")
        if question.radios.first.evaluate("e => e === document.activeElement"):
            break
    question.press("Space", "x--", "✗ Not yet. Line the shapes up")
    question.press("ArrowDown", "-x-", "✓ Right. One number for each point")
    question.press("ArrowDown", "--x", "✗ Not yet. It would")
    question.press("ArrowDown", "x--", "✗ Not yet. Line")
    question.press("ArrowUp", "--x", "✗ Not yet. It would")
    question.press("ArrowLeft", "-x-", "✓ Right.")
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    for key in ("d", "d", "x", "Enter"):  # commands in a notebook: delete, cut, edit the cell
        question.press(key, "-x-", "✓ Right.")
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells


@pytest.mark.parametrize("program", ["lab", "notebook"])
def test_the_keyboard_chooses_and_the_answer_is_said(server, program, tmp_path):
    with chromium_page() as page:
        question, prediction = show(page, shown_by(program, server))
        assert question.status.inner_text() == ""
        said_by = question.status.element_handle()
        choose_by_keyboard(question)
        assert said_by.evaluate("e => e.isConnected"), "a status that is replaced is not heard"
        assert question.root.get_by_role("radiogroup", name="y has shape (500,). What").count() == 1
        page.keyboard.press("Tab")
        assert question.root.locator(":focus").count() == 0, "one stop of Tab for all choices"
        prediction.radios.nth(2).click()
        until(lambda: prediction.status.inner_text() == "Recorded: it stays")
        assert ask(page, "ex.reveal(p, 'it stays')").splitlines()[0] == "Your prediction: it stays"
        assert ask(page, "print(q.answer('a'))").startswith("✗ Not yet. Line")
        until(lambda: question.radios.evaluate_all(CHECKED) == "x--", what="the choice by letter")
        until(lambda: question.radios.first.get_attribute("name"), what="a group of the new buttons")
        until(lambda: question.status.inner_text().startswith("✗ Not yet. Line"))
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
            page.locator("#jupyterlab-splash").wait_for(state="detached")
            page.wait_for_timeout(300)
            assert violations(page) == []
            name = f"questions-{program}-{theme[-5:].strip().lower()}.png"
            page.locator(".jp-Notebook").screenshot(path=tmp_path / name)
        page.set_viewport_size({"width": 900, "height": 1000})
        page.wait_for_timeout(300)
        page.screenshot(path=tmp_path / f"questions-{program}-narrow.png")
        narrow = "e => e.scrollWidth <= e.clientWidth + 1 && e.scrollHeight <= e.clientHeight + 1"
        assert question.root.evaluate(narrow), "cut off at 900 px"
