"""Checks that stand beside the lessons: run by name, on what the notebook holds."""

import numpy as np
import pytest

import coursekit as ck
from coursekit.lesson import cells, checks
from coursekit.lesson import exercises as ex
from coursekit.lesson.checks import own_lines, ready, run_check

FILE = """
from coursekit.lesson import exercises as ex
from coursekit.lesson.questions import ask


def recall():
    return ask("One?", {"a": "Yes.", "b": "No?"}, "a"), ask("Two?", {"a": "Yes.", "b": "No?"}, "b")


def half_of_it(my_half, whole):
    right = ready_half_of_it(whole)
    return ex.check("Half", ex.compare("half", my_half, right))


def ready_half_of_it(whole):
    return whole / 2


def called(my_half):
    return ex.check("Called", ex.compare_call("half", my_half, (), 1.5))
"""


@pytest.fixture(autouse=True)
def lesson(monkeypatch, tmp_path):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "42.py").write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(checks, "lessons", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)


def in_notebook(code, **names):
    return eval(code, {"run_check": run_check, "ready": ready, **names})


def test_a_check_sees_what_the_notebook_holds_and_what_passed_is_kept(tmp_path):
    assert not in_notebook('run_check("42-half-of-it")', whole=3.0, my_half=1.0).passed
    assert not (tmp_path / ".coursekit_progress.json").exists()
    assert in_notebook('run_check("42-half-of-it")', whole=3.0, my_half=1.5).passed
    assert '"Half"' in (tmp_path / ".coursekit_progress.json").read_text(encoding="utf-8")
    assert in_notebook('ready("42-half-of-it")', whole=3.0) == 1.5


@pytest.fixture
def shell(monkeypatch):
    """Return a notebook's shell that notes what its cells leave undone, with `my_half` right in it."""
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setattr(cells, "LEFT", left := {})
    monkeypatch.setattr(checks, "LEFT", left)
    shell = InteractiveShell()
    shell.events.register("post_run_cell", cells.note)
    shell.push({"run_check": run_check})
    shell.run_cell("whole = 3.0\nmy_half = 1.5")
    return shell


LEFT = {
    "my_half = (1.6": "Python cannot read your last cell (line 1), so my_half is still what it was.",
    "my_half = 1.6; 1.7)": "A ; ends a statement",
    "x = 1 / 0\nmy_half = 1.6": "stopped in line 1 with ZeroDivisionError, before it had its new value.",
    "my_half = (\n    1.6 +\n    no_such\n)": "stopped in line 3 with NameError, before it had",
    "def my_half(a=no_such):\n    return a": "stopped in line 1 with NameError, before it had",
    "my_half = (1.6,\n    half)": "Where is it made, or is it a text, and belongs in quotes?",
    "my_half = 2 * haf": "Where is it made, or has that cell been run?",
    "my_half = {1: 2}[3]": "There is no such entry.",
    "def half():\n    return no_such\n\n\nmy_half, other = half(), 1": "stopped in line 5 with NameError",
}


@pytest.mark.parametrize("cell", LEFT)
def test_a_cell_that_leaves_an_answer_as_it_was_is_told_until_another_makes_it(cell, shell, tmp_path):
    shell.run_cell(cell)
    found = shell.run_cell('run_check("42-half-of-it")').result
    assert LEFT[cell] in repr(found)
    assert not (tmp_path / ".coursekit_progress.json").exists()
    shell.run_cell("%time my_half = 1.5" if "(1.6" in cell else "my_half = 1.5")
    assert shell.run_cell('run_check("42-half-of-it")').result.passed


@pytest.mark.parametrize("cell", ["x = 1 / 0\nmy_half = 1.6", "my_half = (1.6"])
def test_an_answer_whose_only_cell_stopped_is_told_so(cell, shell):
    shell.run_cell("del my_half")
    shell.run_cell(cell)
    found = repr(shell.run_cell('run_check("42-half-of-it")').result)
    assert "before it had its new value" in found or "so my_half is not there yet" in found


def test_a_function_under_nearly_the_name_of_an_untouched_one_is_told(shell):
    shell.run_cell("def my_half():\n    ...\n\n\ndef my_halfs():\n    return 1.5")
    found = shell.run_cell('run_check("42-called")').result
    assert "my_halfs is there, and my_half is untouched." in repr(found)


def test_a_function_of_the_lesson_is_not_taken_for_the_one_to_be_written():
    def my_numeric_gradient(): ...

    verdict = ex.check("Untouched", ex.compare("a", ..., 1))
    known = {"my_numeric_gradient": my_numeric_gradient, "numeric_gradient": abs}
    assert checks._of_other_names(verdict, ["my_numeric_gradient"], known) is verdict
    known["my_numerc_gradient"] = abs
    assert "my_numerc_gradient is there" in repr(
        checks._of_other_names(verdict, ["my_numeric_gradient"], known)
    )


@pytest.mark.parametrize(
    "cell", ["my_half = 1.5\n1 / 0", "print(my_half.no_such)", "my_half == (1.5:", "%no_such"]
)
def test_a_cell_that_stops_elsewhere_leaves_an_answer_right(cell, shell):
    shell.run_cell(cell)
    assert shell.run_cell('run_check("42-half-of-it")').result.passed


def test_a_cell_that_needs_a_check_which_has_not_been_run_is_told_so(shell, capsys):
    shell.run_cell("my_half = whole if half_verdict.passed else 2")
    assert capsys.readouterr().out.endswith(
        "check of an exercise above. Run that check, then this cell again.\n"
    )


def test_what_has_not_been_run_and_what_is_not_there_is_said():
    with pytest.raises(NameError, match="my_half and whole not there yet"):
        in_notebook('run_check("42-half-of-it")')
    for name in ("42-third", "41-half-of-it"):
        with pytest.raises(ValueError, match=f"no check is called '{name}'"):
            in_notebook(f'run_check("{name}")', whole=3.0)


def test_questions_are_shown_and_say_once_how_to_do_without_buttons(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *questions: shown.extend(questions))
    assert in_notebook('run_check("42-recall")') is None
    one, two = map(repr, shown)
    assert one.splitlines() == ["One?", "  (a) a", "  (b) b"]
    assert two.endswith('as in run_check("42-recall", "a", "c", "b"), and run the cell.')


def test_questions_are_answered_by_letters(capsys):
    in_notebook('run_check("42-recall", "b", "b")')
    told = capsys.readouterr().out
    assert told == "✗ Not yet. No?\n✓ Right. No?\n"
    for together in ("bb", "b, b"):
        in_notebook(f'run_check("42-recall", "{together}")')
        assert capsys.readouterr().out == told


def test_a_function_that_asks_the_course_for_its_answer_is_told():
    asks, deep = (lambda y, p: ck.log_loss(y, p)), (lambda y, p: [ck.log_loss(y, p) for _ in y])
    other = lambda z: ck.ACTIVATIONS["tanh"].value(z)  # noqa: E731
    for function in (asks, deep):
        (part,) = own_lines(function, "ck.log_loss", "ck.train")
        assert part.message.startswith("Your function calls ck.log_loss.")
    for function in (other, np.mean, ..., None, 3):
        assert not own_lines(function, "ck.log_loss", "ck.train")
