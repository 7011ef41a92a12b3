"""A learner checks a notebook before handing it in."""

import ast
import json

import pytest
from samples import notebook, write
from test_assignments import BACKPROPAGATION, SOLUTION, SOURCES

from coursekit.classroom.apart.limits import Limits
from coursekit.classroom.apart.sandbox import obstacle
from coursekit.classroom.assemble import reference_answers
from coursekit.classroom.public_checks import check
from coursekit.classroom.release import release
from coursekit.classroom.source import read_source
from coursekit.cli import main

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle())


@pytest.fixture(scope="module")
def released():
    return json.loads(release(read_source(BACKPROPAGATION)))


def handed_in(released, answers):
    made = json.loads(json.dumps(released))
    made["cells"] = [cell for cell in made["cells"] if cell["id"] != "look-show"]  # it trains for long
    for cell in made["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    return made


def test_right_answers_pass_and_more_checks_are_announced(released, tmp_path, capsys):
    path = write(tmp_path / "mine.ipynb", handed_in(released, SOLUTION))
    assert main(["check", str(path)]) == 0
    said = capsys.readouterr().out
    assert "8 of 8 public checks passed. The grader runs others, on fresh data." in said
    assert "Step 4: go back: 1 of 1 parts passed" in said


def test_a_wrong_answer_hears_why(released, tmp_path, capsys):
    wrong = SOLUTION | {
        "backward": SOLUTION["backward"].replace(" * hidden * (1 - hidden)", ""),
        "loss": "1 / 0",
    }
    path = write(tmp_path / "mine.ipynb", handed_in(released, wrong))
    assert main(["check", str(path)]) == 1
    said = capsys.readouterr().out
    assert "the slope of the activation is left out" in said
    assert "ZeroDivisionError" in said
    assert "public checks passed. The grader runs others" in said


def test_what_cannot_be_checked_says_so(tmp_path, capsys):
    for content, message in (("{", "no notebook that can be read"), (notebook({"a": "1"}), "has none")):
        assert main(["check", str(write(tmp_path / "a.ipynb", content))]) == 1
        assert message in capsys.readouterr().err
    assert main(["check", str(tmp_path / "none.ipynb")]) == 1
    endless = notebook({"a": "import time\ntime.sleep(60)", "b": "### CHECK a (1 point)\n1"})
    passed, said = check(write(tmp_path / "b.ipynb", endless), Limits(cell=1.0))
    assert not passed
    assert "0 of 1 public checks passed" in said


TRIES = """
def activations(value): return value
def rate(value): return value
X, y, W1, W2, tiny_forward, label, classes, names = (5,) * 8
dict, str, id, sorted = {}, "a", 7, None
"""
BACKPROPAGATION_TRIES = """list = [1, 2]
for value in (X, W1, W2):
    value *= 0
"""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_in_jupyter_a_check_says_the_same_whatever_a_learner_calls_their_own(path):
    assignment = read_source(path)
    answers = reference_answers(assignment)

    def said(tried):
        names, texts = {}, []
        for cell in assignment.cells:
            if cell.kind == "check":
                tree = ast.parse(cell.text_of("given"))
                last = ast.Expression(tree.body.pop().value)
                exec(compile(tree, "check", "exec"), names)
                texts.append(repr(eval(compile(last, "check", "eval"), names)))
            elif cell.is_code and "not-graded" not in cell.metadata.get("tags", []):
                exec(answers.get(cell.name, [cell.source])[0], names)
                exec(tried, names)
        return texts

    plain = said("")
    assert plain
    assert all("passed" in text and "not yet" not in text for text in plain)
    assert said((BACKPROPAGATION_TRIES if path == BACKPROPAGATION else "") + TRIES) == plain
