"""A learner checks a notebook before handing it in."""

import json

import pytest
from notebook_cells import run
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


def said_by_checks(path, changes=None, tried=""):
    """Run an assignment with its solutions, some changed; return {check: what it says} as in Jupyter.

    After each cell of a learner's comes what else they tried.
    """
    assignment = read_source(path)
    answers = {name: code for name, (code,) in reference_answers(assignment).items()} | (changes or {})
    names, said = {"__name__": "__main__"}, {}
    for cell in assignment.cells:
        if cell.kind == "check":
            said[cell.name] = repr(run(cell.text_of("given"), names))
        elif cell.is_code and "not-graded" not in cell.metadata.get("tags", []):
            run(answers.get(cell.name, cell.source), names)
            run(tried, names)
    return said


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
    plain = said_by_checks(path)
    assert plain
    assert all("passed" in text and "not yet" not in text for text in plain.values())
    assert (
        said_by_checks(path, tried=(BACKPROPAGATION_TRIES if path == BACKPROPAGATION else "") + TRIES)
        == plain
    )


RECORDED = """
def step(W1, W2, X, y, fp, rate): return update(W1, W2, *backward(W1, W2, X, y, fp), rate)

def train(W1, W2, X, y, learning_rate, iterations):
    fp = forward(W1, W2, X)
    losses, accuracies = [mean_log_loss(y, fp[2])], [np.mean((fp[3] >= 0.5) == y)]
    for _ in range(iterations):
        W1, W2 = step(W1, W2, X, y, fp, learning_rate)
        fp = forward(W1, W2, X)
        losses.append(mean_log_loss(y, fp[2]))
        accuracies.append(np.mean((fp[3] >= 0.5) == y))
    return W1, W2, np.array(losses)HERE, np.array(accuracies)HERE
"""
ALONE = """
def train(W1, W2, X, y, learning_rate, iterations):
    def passed(): return forward(W1, W2, X)
    losses, accuracies = [], []
    for _ in range(iterations):
        Z1, A1, z2, p = passed()
        losses.append(mean_log_loss(y, z2))
        accuracies.append(np.mean((p >= 0.5) == y))
        e = (p - y) / len(y)
        dW1 = X.T @ (np.outer(e, W2) * A1 * (1 - A1))
        W1, W2 = W1 - learning_rate * dW1, W2 - learning_rate * A1.T @ e
    return W1, W2, np.array(losses), np.array(accuracies)
"""
OWN_TRAIN = {"train": RECORDED.replace("HERE", "[:-1]")}


def changed(cell, old, new):
    assert old in SOLUTION[cell]
    return {cell: SOLUTION[cell].replace(old, new)}


def dX(line):
    head = "def slopes_at_points(W1, W2, X, y, forward_pass):\n    Z1, A1, z2, p = forward_pass\n"
    return {"transfer": f"{head}    e = (p - y) / len(y)\n    return {line}"}


WRONG_BACKWARD = changed("backward", "probabilities - y", "y - probabilities")
SIX, MEND_FOUR = "step-6-train", "Your train calls backward, which is not right yet: mend step 4 first."
HEARD = {  # what is changed, the check, what it asks
    "y - p": (WRONG_BACKWARD, SIX, MEND_FOUR),
    "y - p, called by a helper": (WRONG_BACKWARD | OWN_TRAIN, SIX, MEND_FOUR),
    "summed": (changed("backward", " / len(y)", ""), SIX, MEND_FOUR),
    "no bias row": (
        changed("backward", "return X.T @ hidden_error", "return X.T @ hidden_error * [[1], [1], [0]]"),
        SIX,
        MEND_FOUR,
    ),
    "backward not written": ({"backward": "def backward(W1, W2, X, y, forward_pass): ..."}, SIX, MEND_FOUR),
    "uphill": (
        changed("update", "- learning_rate", "+ learning_rate"),
        SIX,
        "Your train calls update, which is not right yet: mend step 5 first.",
    ),
    "two wrong": (
        changed("backward", " / len(y)", "") | changed("update", "- learning_rate", "+ learning_rate"),
        SIX,
        "calls backward and update, which are not right yet: mend step 4 and step 5 first.",
    ),
    "one ahead": (
        {"train": RECORDED.replace("HERE", "[1:]")},
        SIX,
        "The history is one update ahead. Which weights come first in it?",
    ),
    "one too many": ({"train": RECORDED.replace("HERE", "")}, SIX, "The history has one entry too many."),
    "one behind": (
        changed("train", "W2, losses,", "W2, np.append(losses[0], losses[:-1]),"),
        SIX,
        "The history is one update behind.",
    ),
    "one late": (
        changed("train", "W2, losses,", "W2, np.roll(losses, -1),"),
        SIX,
        "The losses are right, and in another order. Which line of yours moves them?",
    ),
    "weights behind": (
        {
            "train": OWN_TRAIN["train"]
            .replace("        W1, W2 = step", "        old = W1, W2\n        W1, W2 = step")
            .replace("return W1, W2, np", "return *old, np")
        },
        SIX,
        "The history is right, the weights are one update behind.",
    ),
    "W2 first": (
        {
            "start": "def start(hidden_size, rng):\n    W2 = rng.uniform(-1, 1, hidden_size)\n"
            "    return rng.uniform(-1, 1, (3, hidden_size)), W2"
        },
        "step-1-start",
        "Which of the two is drawn first?",
    ),
    "from 0 to 1": (
        {"start": "def start(h, rng): return rng.random((3, h)), rng.random(h)"},
        "step-1-start",
        "No weight is below zero.",
    ),
    "above": (changed("first-time", ">=", ">"), "step-7-look", "Does “at least 0.75” include 0.75?"),
    "from 1": (
        changed("first-time", "int(reached[0])", "int(reached[0]) + 1"),
        "step-7-look",
        "One too many. Which number has the first entry of an array?",
    ),
    "last": (changed("first-time", "reached[0]", "reached[-1]"), "step-7-look", "Which is the first?"),
    "no slope, summed": (dX("np.outer(p - y, W2) @ W1.T"), "step-8-transfer", "Two factors are missing"),
    "no W2": (
        dX("(e[:, None] * A1 * (1 - A1)) @ W1.T"),
        "step-8-transfer",
        "Between A1 and z2 lie the output weights.",
    ),
    "a constant": (
        dX("np.full((2, 3), 0.1)"),
        "step-8-transfer",
        "Which factor does each step add?\n      For instance dX[0, 0]",
    ),
}


@pytest.mark.parametrize("name", HEARD)
def test_a_public_check_asks_about_the_mistake_where_it_was_made(name):
    changes, check_of, asked = HEARD[name]
    said = said_by_checks(BACKPROPAGATION, changes)[check_of]
    assert asked in said
    if asked.endswith(" first."):
        assert " line " not in said.lower()


@pytest.mark.parametrize("changes", [OWN_TRAIN, {"train": ALONE}, WRONG_BACKWARD | {"train": ALONE}])
def test_a_right_train_is_not_accused(changes):
    assert "1 of 1 parts passed" in said_by_checks(BACKPROPAGATION, changes)[SIX]


def test_a_train_that_calls_no_wrong_step_hears_of_its_own_line():
    wrong = {"train": ALONE.replace("W1 - learning", "W1 + learning")}
    said = said_by_checks(BACKPROPAGATION, WRONG_BACKWARD | wrong)[SIX]
    assert "not yet" in said
    assert "mend step" not in said
    assert "Line 10" in said  # or 12: a minus in one of them undoes a plus in the other
