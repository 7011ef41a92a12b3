"""A lesson as a page without a kernel: exported, or on a code forge. It gives no answer away."""

import ast
import html
import re
import runpy

import pytest
from execute_notebooks import FOLDED, HIDDEN
from nbconvert import HTMLExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from notebook_cells import cells, checks, code_of, lessons

LESSONS = pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
EXAMPLE = "00-verdict-example"  # shows what a check is, on half of 1.2


@pytest.fixture(scope="module")
def pages():
    exporter = HTMLExporter()
    return {path: html.unescape(exporter.from_filename(str(path))[0]) for path in lessons()}


def questions_of_a_check(source):
    """Return what a check asks about wrong answers, each pointing to what is right."""
    texts = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    texts = (text for text in texts if isinstance(text, str) and not text.startswith("Exercise "))
    return [text for text in texts if re.search(r"\w.*\?", text)]


@LESSONS
def test_no_right_choice_and_no_expected_value_stands_in_the_page(path, pages):
    page = re.sub("<[^>]+>", "", pages[path])
    asked = runpy.run_path(path.parent / "checks" / f"{path.name[:2]}.py")["recall"]()
    for question in asked:
        assert re.sub("`", "", question.choices[0])[:20] in re.sub("`", "", page)  # it is the page
        assert not [said for said in question._feedback.values() if said in page]
    for name, source in checks(path).items():
        if name != "recall":
            assert not [text for text in questions_of_a_check(source) if text in page], name


@LESSONS
def test_no_cell_compares_or_asks_by_itself(path):
    for name, source in code_of(path).items():
        assert name == EXAMPLE or not re.search(r"\b(compare|compare_call|ask)\(", source), name


@LESSONS
def test_every_explorer_shows_its_picture_and_says_why_it_stands_still(path, pages):
    made = [name for name, source in code_of(path).items() if re.search(r"\bexplore_\w+\(", source)]
    for name in made:
        (output,) = cells(path)[name]["outputs"]
        assert re.search(
            r'<img [^>]*src="data:image/[^"]+" alt="[^"]{40,}"', "".join(output["data"]["text/html"])
        )
    assert pages[path].count("Live explorer: run this cell in JupyterLab") == len(made)


@LESSONS
def test_a_page_can_leave_out_the_code_that_is_folded(path):
    tidy = HTMLExporter()
    tidy.register_preprocessor(TagRemovePreprocessor(remove_input_tags={HIDDEN}), enabled=True)
    page = html.unescape(re.sub("<[^>]+>", "", tidy.from_filename(str(path))[0]))
    folded = {name: source for name, source in code_of(path).items() if name.endswith(FOLDED)}
    shown = [name for name, source in folded.items() if source.splitlines()[0] in page]
    assert folded
    assert not shown
    kept = next(source for name, source in code_of(path).items() if name.endswith("-imports"))
    assert kept.splitlines()[0] in page
