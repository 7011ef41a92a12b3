"""What a function records on a tape is read call by call; what cannot be read is left alone."""

from collections import namedtuple

import numpy as np
import pytest

from coursekit.diagnosis.tape import astray

X, y = np.array([[0.5, -1.0], [0.25, 2.0], [-3.0, 1.0]]), np.array([0, 1, 1])
BLOCKS = [np.ones((2, 4)), np.zeros(4), np.full((4, 1), 2.0), np.ones(1)]
Line = namedtuple("Line", "value")
RIGHT = """
def gradient_of(X, y, blocks):
    tape = []
    here = record(tape, X)
    lines = [record(tape, block) for block in blocks]
    for W, b in zip(lines[::2], lines[1::2]):
        here = add_row(tape, product(tape, here, W), b)
        if b != lines[-1]:
            here = squash_all(tape, here)
    mean_loss(tape, here, y)
    slopes = go_back_arrays(tape)
    return [slopes[line] for line in lines]
"""


def record(tape, value):
    tape.append(Line(value))
    return len(tape) - 1


OPERATIONS = {
    "record": record,
    "product": lambda tape, i, j: record(tape, tape[i].value @ tape[j].value),
    "add_row": lambda tape, i, j: record(tape, tape[i].value + tape[j].value),
    "squash_all": lambda tape, i: record(tape, np.tanh(tape[i].value)),
    "mean_loss": lambda tape, i, y: record(tape, float(tape[i].value[:, 0] @ y)),
    "go_back_arrays": lambda tape: [line.value for line in tape],
}


def asked(code):
    names = dict(OPERATIONS)
    exec(code, names)
    return astray(names["gradient_of"], (X, y, BLOCKS), OPERATIONS)


def test_nothing_is_asked_about_a_right_way_forward():
    assert asked(RIGHT) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tape, here, W)", "tape, W, here)", "product gets the line of W1 first"),
        ("lines[::2], lines[1::2]", "lines, lines[1:]", "b1 is a bias"),
        ("            here = squash_all", "            squash_all", "The number that squash_all returned"),
        ("    mean_loss(tape, here, y)\n", "", "No step records the loss"),
        (
            "record(tape, block) for block in blocks",
            "record(tape, b) for b in blocks[:2] * 2",
            "recorded twice",
        ),
        ("record(tape, X)", "record(tape, np.c_[X, X[:, 0]])", ""),  # a name that is not there
    ],
)
def test_a_call_that_leads_astray_is_asked_about(old, new, said):
    assert old in RIGHT
    assert said in asked(RIGHT.replace(old, new))


def test_a_function_with_helpers_of_its_own_is_left_alone():
    helper = RIGHT.replace("def gradient_of(", "def other(").replace("tape, here, W)", "tape, W, here)")
    assert asked(f"{helper}\ndef gradient_of(X, y, blocks):\n    return other(X, y, blocks)\n") == ""


def test_what_is_no_function_of_python_is_left_alone():
    assert astray(np.sum, (X, y, BLOCKS), OPERATIONS) == ""
