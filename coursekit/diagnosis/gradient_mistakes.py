"""A library of mistakes in the backward pass, each a step of it done wrong.

The steps are those of `network.backward`: dz2, dW2, dA1, dZ1, dW1. A mistake replaces one of them
and lets the others go on from it, on the learner's own inputs. `gradient.py` compares.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.network import Params

STEPS = ("dz2", "dW2", "dA1", "dZ1", "dW1")


class Mistake(NamedTuple):
    """One way to do one step wrong.

    Attributes
    ----------
    slug : str
        Its stable name.
    step : {"dz2", "dW2", "dA1", "dZ1", "dW1"}
    wrong : callable
        Takes the pass so far and returns the step done wrong, or None where it makes no sense.
    what : str
        What was done, to complete "as it comes out when ...".
    question : str
        What leads to the fix.
    """

    slug: str
    step: str
    wrong: Callable
    what: str
    question: str


def right_steps(params, X, y, activation):
    """Return the forward pass and the right steps, by their names, on the learner's inputs."""
    given = network.forward(params, X, activation)
    phi = ACTIVATIONS[activation]
    c = SimpleNamespace(
        X=X, y=np.asarray(y, float), W2=params.W2, n=len(y), h=params.W1.shape[1], activation=activation
    )
    c.Z1, c.A1, c.z2, c.p = given
    c.W2h, c.A1h, c.slope, c.phi = params.W2[: c.h], c.A1[:, : c.h], phi.derivative(c.Z1), phi
    return go_on(c, {})


def go_on(c, replaced):
    """Take the steps of the backward pass, those that are replaced in their wrong form."""
    c = SimpleNamespace(**vars(c))
    right = {
        "dz2": lambda c: (c.p - c.y) / c.n,
        "dW2": lambda c: c.A1.T @ c.dz2,
        "dA1": lambda c: np.outer(c.dz2, c.W2h),
        "dZ1": lambda c: c.dA1 * c.slope,
        "dW1": lambda c: c.X.T @ c.dZ1,
    }
    for step in STEPS:
        value = replaced.get(step, right[step])(c)
        if value is None:
            return None
        setattr(c, step, value)
    return c


def gradient_of(c):
    """Return the gradient that a pass ended with."""
    return Params(c.dW1, c.dW2)


def _but(array, index, value):
    changed = array.copy()
    changed[index] = value
    return changed


def _has_bias(c):
    return len(c.W2) > c.h


def _with_ones(c, columns):
    return np.column_stack([columns, np.ones(c.n)]) if _has_bias(c) else columns


def _slope_of(name):
    def wrong(c):
        return None if c.activation == name else c.dA1 * ACTIVATIONS[name].derivative(c.Z1)

    return wrong


def _finite(function):
    """A division by a probability or a weight of 0 makes no candidate."""

    def wrong(c):
        with np.errstate(all="ignore"):
            value = function(c)
        return value if value is not None and np.isfinite(value).all() else None

    return wrong


def _lines(step, rows):
    return [Mistake(slug, step, _finite(wrong), what, question) for slug, wrong, what, question in rows]


MEAN = "The loss is a mean over n points. Where does 1/n enter, and how often?"
DIFFERENCE = "Write down dL/dp and dp/dz2 for one point. What is left of their product?"
HIDDEN = "On its way from A1 to Z1 the error passes the activation. Which factor does the chain rule add, and of which array is it taken?"
BACK = "How much does the logit change when one activation changes a little?"
WHICH = "Over which points does the loss take its mean?"

LIBRARY = [
    *_lines(
        "dz2",
        [
            ("summed", lambda c: c.p - c.y, "the points are summed and not averaged", MEAN),
            ("divided-by-n-twice", lambda c: (c.p - c.y) / c.n**2, "1/n enters twice", MEAN),
            ("sign-flipped", lambda c: (c.y - c.p) / c.n, "y - p stands in place of p - y",
             "If p is too large, should the gradient at the logit be positive or negative?"),
            ("factor-two", lambda c: 2 * (c.p - c.y) / c.n, "everything is twice as large",
             "A factor 2 comes from a square. Is there a square in the log loss?"),
            ("halved", lambda c: (c.p - c.y) / c.n / 2, "everything is half as large",
             "Is there a 1/2 in front of this loss?"),
            ("squared-error", lambda c: (c.p - c.y) * c.p * (1 - c.p) / c.n,
             "the loss is the squared error: (p - y) p (1 - p) / n", DIFFERENCE),
            ("squared-error-doubled", lambda c: 2 * (c.p - c.y) * c.p * (1 - c.p) / c.n,
             "the loss is the squared error: 2 (p - y) p (1 - p) / n", DIFFERENCE),
            ("squared-error-sign-flipped", lambda c: (c.y - c.p) * c.p * (1 - c.p) / c.n,
             "the loss is the squared error, and y - p stands in place of p - y", DIFFERENCE),
            ("output-slope-forgotten", lambda c: (c.p - c.y) / (c.p * (1 - c.p)) / c.n,
             "dL/dp is taken for dL/dz2", "Between p and z2 stands a sigmoid. Which factor does it add?"),
            ("labels-left-out", lambda c: c.p / c.n, "y is left out", "Where do the classes enter?"),
            ("logit-for-probability", lambda c: (c.z2 - c.y) / c.n, "z2 stands in place of p",
             "Which of the two, z2 or p, lies between 0 and 1, as y does?"),
            ("answers-for-probabilities", lambda c: ((c.p >= 0.5) - c.y) / c.n,
             "rounded answers stand in place of p", "Does the loss see the answer 0 or 1, or the probability?"),
            ("absolute-error", lambda c: np.abs(c.p - c.y) / c.n, "|p - y| stands in place of p - y",
             "Which sign has the gradient at a point of class 0, and which at one of class 1?"),
            ("labels-plus-minus-one", lambda c: (c.p - (2 * c.y - 1)) / c.n, "the classes are -1 and 1",
             "Which two values does y take in this loss?"),
            ("class-0-left-out", lambda c: (c.p - c.y) * c.y / c.n, "the points of class 0 are left out",
             "The log loss has two terms. Which of them speaks about class 0?"),
            ("class-1-left-out", lambda c: (c.p - c.y) * (1 - c.y) / c.n, "the points of class 1 are left out",
             "The log loss has two terms. Which of them speaks about class 1?"),
            ("last-point-left-out", lambda c: _but((c.p - c.y) / c.n, -1, 0), "the last point is left out", WHICH),
            ("first-point-left-out", lambda c: _but((c.p - c.y) / c.n, 0, 0), "the first point is left out", WHICH),
            ("only-last-point", lambda c: np.where(np.arange(c.n) == c.n - 1, c.p - c.y, 0) / c.n,
             "only the last point is kept", "Does your loop add up, or does each round replace the last one?"),
        ],
    ),
    *_lines(
        "dW2",
        [
            ("pre-activations-for-activations", lambda c: _with_ones(c, c.Z1).T @ c.dz2,
             "Z1 stands in place of A1", "By what is W2 multiplied in the forward pass?"),
            ("hidden-slope-in-dW2", lambda c: _with_ones(c, c.A1h * c.slope).T @ c.dz2,
             "the slope of the hidden activation stands in dW2",
             "Between W2 and the logit, is there any activation of the hidden layer still to pass?"),
            ("weights-for-activations", lambda c: c.W2 * c.dz2.sum(), "W2 stands in place of A1",
             "z2 = A1 w2: which of the two factors is left when you differentiate by w2?"),
            ("output-bias-left-out", lambda c: _but(c.A1.T @ c.dz2, -1, 0) if _has_bias(c) else None,
             "the output bias gets no gradient", "Which activation belongs to the output bias?"),
            ("activations-averaged", lambda c: c.A1.mean(0) * c.dz2.sum(),
             "activations and errors are averaged each for itself", "Is a mean of products the product of the means?"),
        ],
    ),
    *_lines(
        "dA1",
        [
            ("through-the-gradient", lambda c: np.outer(c.dz2, c.dW2[: c.h]),
             "the error goes back through dW2 in place of W2", BACK),
            ("output-weights-left-out", lambda c: np.outer(c.dz2, np.ones(c.h)),
             "the error goes back without W2", BACK),
            ("units-in-another-order", lambda c: np.outer(c.dz2, c.W2h[::-1]),
             "the output weights stand in reverse order", "Which output weight belongs to which hidden unit?"),
            ("inverse-of-W2", lambda c: np.outer(c.dz2, 1 / c.W2h),
             "the error is divided by W2",
             "Going back needs the transpose, not the inverse. Which product did the forward pass take?"),
            ("pseudo-inverse-of-W2", lambda c: np.outer(c.dz2, c.W2h / (c.W2h @ c.W2h)),
             "the error goes back through the pseudo-inverse of W2",
             "Going back needs the transpose, not the inverse. Which product did the forward pass take?"),
            ("absolute-weights", lambda c: np.outer(c.dz2, np.abs(c.W2h)),
             "the error goes back through |W2|", "What should a negative output weight do to the sign?"),
            ("output-slope-twice", lambda c: np.outer(c.dz2 * c.p * (1 - c.p), c.W2h),
             "the slope of the output sigmoid enters once more on the way back",
             "Is p (1 - p) still missing in p - y, or has it been used already?"),
        ],
    ),
    *_lines(
        "dZ1",
        [
            ("slope-forgotten", lambda c: c.dA1, "the slope of the activation is left out", HIDDEN),
            ("slope-of-activation", lambda c: c.dA1 * c.phi.derivative(c.A1h),
             "the slope is taken at A1 in place of Z1", HIDDEN),
            ("slope-twice", lambda c: c.dA1 * c.slope**2, "the slope of the activation enters twice", HIDDEN),
            ("activation-for-slope", lambda c: c.dA1 * c.A1h, "A1 stands in place of the slope", HIDDEN),
            ("one-minus-activation", lambda c: c.dA1 * (1 - c.A1h), "1 - A1 stands in place of the slope",
             "How many factors has the slope of your activation?"),
            ("one-plus-activation", lambda c: c.dA1 * c.A1h * (1 + c.A1h), "A1 (1 + A1) stands in place of the slope",
             "Differentiate 1 / (1 + exp(-z)) once more: which sign has the second term?"),
            ("formula-on-pre-activation", lambda c: c.dA1 * c.Z1 * (1 - c.Z1),
             "x (1 - x) is taken of Z1", "In s (1 - s), is s the pre-activation or the activation?"),
            ("tanh-formula-on-pre-activation", lambda c: c.dA1 * (1 - c.Z1**2),
             "1 - x^2 is taken of Z1", "In 1 - t^2, is t the pre-activation or the activation?"),
            ("pre-activation-for-slope", lambda c: c.dA1 * c.Z1, "Z1 stands in place of the slope", HIDDEN),
            *(
                (f"slope-of-{name}", _slope_of(name), f"the slope is that of {name}",
                 "Which activation did the forward pass use?")
                for name in ACTIVATIONS
            ),
        ],
    ),
    *_lines(
        "dW1",
        [
            ("bias-row-left-out", lambda c: _but(c.X.T @ c.dZ1, 2, 0), "the bias row is left out",
             "Which input belongs to the last row of W1?"),
            ("bias-row-averaged", lambda c: _but(c.X.T @ c.dZ1, 2, c.dZ1.mean(0)),
             "the bias row is averaged once more", "Has 1/n already entered when you come to the bias?"),
            ("bias-row-summed", lambda c: _but(c.X.T @ c.dZ1, 2, c.dZ1.sum(0) * c.n),
             "the bias row is n times too large", MEAN),
            ("inputs-swapped", lambda c: (c.X.T @ c.dZ1)[[1, 0, 2]], "x1 and x2 are swapped",
             "Which column of X belongs to which row of W1?"),
            ("units-reversed", lambda c: (c.X.T @ c.dZ1)[:, ::-1], "the hidden units stand in reverse order",
             "Which column of dW1 belongs to which hidden unit?"),
            ("averaged-again-in-dW1", lambda c: c.X.T @ c.dZ1 / c.n, "1/n enters once more in dW1", MEAN),
            ("absolute-inputs", lambda c: np.abs(c.X).T @ c.dZ1, "|X| stands in place of X",
             "What should a negative input do to the sign?"),
            ("transposed-dW1", lambda c: (c.X.T @ c.dZ1).T if c.h == 3 else None, "dW1 is transposed",
             "Which index of W1 counts the inputs, and which the units?"),
        ],
    ),
]  # fmt: skip
