"""The teaching kit keeps its word: answers, the card, and slides made of the lessons' own cells."""

import re
from html import unescape

import nbformat
import pytest
from formulas import BACKWARD, FORWARD
from nbconvert import SlidesExporter
from notebook_cells import NOTEBOOKS, lessons
from test_guide import SHOWN, names
from test_notebooks import NEVER_SAID

__all__ = ["names"]  # what the lines of the instructor's page know
KIT = (NOTEBOOKS / "teaching_kit.md").read_text(encoding="utf-8")
CARD = (NOTEBOOKS / "notation_card.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("line", "result"), SHOWN.findall(KIT))
def test_an_answer_is_what_its_line_shows(line, result, names):
    assert repr(eval(line, dict(names))) == result


def test_every_exam_question_has_an_answer_and_every_link_a_place():
    exam = KIT.partition("## Exam questions")[2].partition("\n## ")[0]
    assert [int(number) for number in re.findall(r"^\*\*(\d)\.\*\*", exam, re.MULTILINE)] == [*range(1, 9)]
    assert exam.count("<summary>Answer</summary>") == 8
    for target in re.findall(r"\]\(([^)]+)\)", KIT):
        assert (NOTEBOOKS / target).exists()
    assert not NEVER_SAID.search(re.sub(r"```.*?```|`[^`]*`", "", KIT, flags=re.DOTALL))


def test_the_card_has_the_nine_lines_of_lesson_04():
    lines = [formula.code[0] for formula in FORWARD + BACKWARD if formula.code]
    rows = [unescape(row) for row in re.findall(r"<td><code>(\w+ = [^<]*)</code></td>", CARD)]
    assert rows == lines


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_slides_are_made_of_a_lesson_without_what_learners_do_alone(path):
    notebook = nbformat.read(path, as_version=4)
    kinds = [cell.metadata["slideshow"]["slide_type"] for cell in notebook.cells]
    assert kinds[0] == "slide"
    assert kinds.count("slide") >= 6
    page, _ = SlidesExporter().from_notebook_node(notebook)
    shown = [cell for cell, kind in zip(notebook.cells, kinds, strict=True) if kind != "skip"]
    assert page.count("<section") >= len(shown)
    assert "Hint 1" not in page
    assert "run_check(" not in page
