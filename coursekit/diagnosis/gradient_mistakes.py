"""The slots of a backward pass, and what is put wrongly into each: a table for `gradient.py`.

dW2 = sum over points of  error * points * left2,  dW1 of  error * points * weights * slope * left1, both
divided by n. A mistake is another array in one slot (`c` holds the arrays of the pass), or another form
of a finished block (rows1, rows2), or a number that multiplies a block (size). The most frequent come first.
"""

import numpy as np

from coursekit.activations import ACTIVATIONS, sigmoid
from coursekit.diagnosis.engine import Mistake, rows
from coursekit.losses import point_losses

MEAN = "The loss is a mean over n points. Where does 1/n enter, and how often?"
SIGN = "If p is too large, should the gradient at the logit be positive or negative?"
DIFFERENCE = "Write down dL/dp and dp/dz2 for one point. What is left of their product?"
CLASSES = "Which two values does y take, and where do they enter?"
CHANCE = "Which of the two, z2 or p, lies between 0 and 1, as y does? How often is the sigmoid taken?"
SHAPES = "Print the shapes of p and of y. What does numpy make of (n, 1) - (n,)?"
LOOP = "Does your loop add up all points, or does a round replace the last one, or end it?"
MOMENTUM = (
    "What should a round of the loop add to the total, and does it change what earlier rounds have added?"
)
TERMS = "The log loss has two terms. Which of them speaks about class 0, and which about class 1?"
LEFT = "z2 = A1 w2: which of the two factors is left when you differentiate by w2, and for which point?"
OUTER = "Between W2 and the logit, is there any activation of the hidden layer still to pass?"
ONES = "Which activation belongs to the output bias, and where does its weight stand in W2?"
BACK = "How much does the logit change when one activation changes a little?"
TRANSPOSE = "Going back needs the transpose, not the inverse. Which product did the forward pass take?"
HIDDEN = "On its way from A1 to Z1 the error passes the activation. Which factor does the chain rule add, and of which array is it taken?"
WHOSE = "Which activation did the forward pass use? Is your formula meant for Z1, or for A1?"
FLAT = "Where does this activation rise, and where is it flat? Which array says on which side a unit is?"
INPUT = "Z1 = X W1: which of the two factors is left when you differentiate by W1, and for which point?"
ROWS = "Which column of X belongs to which row of W1?"
BIAS = "What is the input of the last row of W1, and is it treated like the other two?"


def _ones_beside(c, columns):
    """Put the column of the output bias beside the units, where there is one."""
    return np.column_stack([columns, np.ones(c.n)]) if c.has_bias else columns


def _point(at):
    return lambda c: np.arange(c.n) == at % c.n


def _for_all(array, at):
    """The row of one point, for all points: what a variable holds that a loop left behind."""
    return np.broadcast_to(array[at], array.shape)


def _kinked(make):
    return lambda c: make(c) if c.phi.kinks else None


def _other(name, make):
    """Keep a slip that uses a named activation for networks that have another one."""
    return lambda c: None if c.phi.name == name else make(c)


def _with_bias(make):
    return lambda c, block: make(c, block) if c.has_bias else None


def _bias_entry(block, value):
    return np.concatenate([block[..., :-1], np.broadcast_to(value, block[..., -1:].shape)], -1)


def _bias_row(block, value):
    return np.concatenate([block[..., :2, :], np.broadcast_to(value, block[..., 2:, :].shape)], -2)


ERROR = rows("error", [
    ("squared-error", lambda c: c.e * c.q, "the slope p (1 - p) of the last sigmoid is multiplied in, as for a squared error", DIFFERENCE),
    ("output-slope-forgotten", lambda c: c.e / c.q, "dL/dp is taken for dL/dz2", "Between p and z2 stands a sigmoid. Which factor does it add?"),
    ("labels-averaged", lambda c: c.p - c.y.mean(), "each p meets the classes of all points, as (n, 1) and (n,) do", SHAPES),
    ("probabilities-averaged", lambda c: c.p.mean() - c.y, "each class meets the p of all points, as (n,) and (n, 1) do", SHAPES),
    ("error-averaged", lambda c: np.full(c.n, c.e.mean()), "every point gets the mean error of all points", "Which error belongs to which point? When is the mean taken?"),
    ("error-of-last-point", lambda c: np.full(c.n, c.e[-1]), "the error of the last point is used for all points", "Which error belongs to which point? What does a variable hold after a loop?"),
    ("error-of-first-point", lambda c: np.full(c.n, c.e[0]), "the error of the first point is used for all points", "Which error belongs to which point?"),
    ("labels-left-out", lambda c: c.p, "y is left out", "Where do the classes enter?"),
    ("probabilities-left-out", lambda c: -c.y, "p is left out, or made a whole number, which is 0", "Which two arrays does the error compare, and of which dtype are they?"),
    ("logit-for-probability", lambda c: c.z2 - c.y, "z2 stands in place of p", CHANCE),
    ("output-sigmoid-twice", lambda c: sigmoid(c.p) - c.y, "p meets the sigmoid once more", CHANCE),
    ("hidden-activation-at-output", lambda c: c.phi.value(c.z2) - c.y, "the output has the activation of the hidden units", "Which function makes a probability?"),
    ("labels-flipped", lambda c: c.p - (1 - c.y), "classes 0 and 1 have changed places, y and 1 - y", CLASSES),
    ("labels-plus-minus-one", lambda c: c.p - (2 * c.y - 1), "the classes are -1 and 1", CLASSES),
    ("absolute-error", lambda c: np.abs(c.e), "|p - y| stands in place of p - y: one term of the loss has the other sign", "Which sign has the gradient at a point of class 0, and which at one of class 1?"),
    ("answers-for-probabilities", lambda c: (c.p >= 0.5) - c.y, "rounded answers stand in place of p", "Does the loss see the answer 0 or 1, or the probability?"),
    ("output-slope-squared", lambda c: c.e * c.q**2, "the slope p (1 - p) of the last sigmoid is multiplied in twice", DIFFERENCE),
    ("output-slope-at-p", lambda c: c.e * sigmoid(c.p) * (1 - sigmoid(c.p)), "the slope of the last sigmoid is multiplied in, and taken at p", DIFFERENCE),
    ("output-slope-formula-on-z2", lambda c: c.e * c.z2 * (1 - c.z2), "z2 (1 - z2) is multiplied in", DIFFERENCE),
    ("hidden-slope-at-output", _other("sigmoid", lambda c: c.e * c.phi.derivative(c.z2)), "the slope of the hidden activation is taken at z2", DIFFERENCE),
    ("output-slope-of-tanh", lambda c: c.e * (1 - c.p**2), "1 - p² is multiplied in, the slope of tanh", DIFFERENCE),
    ("error-times-p", lambda c: c.e * c.p, "the error is multiplied by p", DIFFERENCE),
    ("error-times-one-minus-p", lambda c: c.e * (1 - c.p), "the error is multiplied by 1 - p", DIFFERENCE),
    ("error-times-y", lambda c: c.e * (1 - 2 * c.y) * c.p, "the error is multiplied by p, with a sign of its class", DIFFERENCE),
    ("error-forgotten", lambda c: np.ones(c.n), "the error is left out", "Which array brings the error of each point back to here?"),
    ("error-left-out", lambda c: c.q, "p (1 - p) stands alone, without the error p - y itself", DIFFERENCE),
    ("error-formula-of-error", lambda c: c.e * (1 - c.e), "x (1 - x) is taken of the error", DIFFERENCE),
    ("error-squared", lambda c: c.e**2, "the error is squared", "What is the derivative of a square? And is there a square in the log loss?"),
    ("payment-for-error", lambda c: point_losses(c.y, c.z2), "the loss of each point stands in place of p - y", "Which is sent back: the loss, or its derivative?"),
    ("softmax-over-points", lambda c: np.exp(c.z2 - c.z2.max()) / np.exp(c.z2 - c.z2.max()).sum() - c.y, "the softmax over all points stands in place of p", "Should the probability of one point depend on the other points?"),
    ("probabilities-normalised", lambda c: c.p / c.p.sum() - c.y, "the p of all points are divided by their sum", "Should the probability of one point depend on the other points?"),
    ("dL-dp-signs", lambda c: np.abs(c.e) / c.q, "1/p and 1/(1 - p) have the same sign, and dL/dp is taken for dL/dz2", DIFFERENCE),
    ("error-of-other-points", lambda c: c.e[::-1], "the points stand in reverse order in p - y", "Which error belongs to which row of X?"),
])  # fmt: skip

POINTS = rows("points", [
    ("only-last-point", _point(-1), "only the last point is kept", LOOP),
    ("only-first-point", _point(0), "only the first point is kept", LOOP),
    ("last-point-left-out", lambda c: ~_point(-1)(c), "the last point is left out", "Over which points does the loss take its mean?"),
    ("first-point-left-out", lambda c: ~_point(0)(c), "the first point is left out", "Over which points does the loss take its mean?"),
    ("class-0-left-out", lambda c: c.y, "the points of class 0 are left out", TERMS),
    ("class-1-left-out", lambda c: 1 - c.y, "the points of class 1 are left out", TERMS),
    ("odd-points-left-out", lambda c: np.arange(c.n) % 2 == 0, "every second point is left out", LOOP),
    ("even-points-left-out", lambda c: np.arange(c.n) % 2 == 1, "every second point is left out, the first among them", LOOP),
    ("divided-in-every-round", lambda c: float(c.n) ** (np.arange(c.n) - c.n + 1.0), "the totals are divided by n in every round of the loop, so that later points count more", "Where does the division stand: inside the loop, or after it?"),
    *((f"momentum-{keep}", lambda c, keep=keep: keep ** (c.n - 1.0 - np.arange(c.n)), f"each round keeps {keep} of the total so far, as momentum does, so that later points count more", MOMENTUM) for keep in (0.9, 0.5)),
    *((f"momentum-added-{keep}", lambda c, keep=keep: 1 - keep ** (c.n - np.arange(c.n)), f"a running total is fed back, {keep} of it in each round, so that earlier points count more", MOMENTUM) for keep in (0.9, 0.5)),
    ("right-answers-left-out", lambda c: (c.p >= 0.5) != c.y, "only points with a wrong answer count", "Does a right answer with p = 0.6 pay nothing in the log loss?"),
    ("second-half-left-out", lambda c: np.arange(c.n) < c.n // 2, "only the first half of the points counts", "Over which points does the loss take its mean?"),
    ("first-half-left-out", lambda c: np.arange(c.n) >= c.n // 2, "only the second half of the points counts", "Over which points does the loss take its mean?"),
])  # fmt: skip

LEFT2 = rows("left2", [
    ("pre-activations-for-activations", lambda c: _ones_beside(c, c.Z1), "Z1 stands in place of A1", "By what is W2 multiplied in the forward pass?"),
    ("hidden-activations-left-out", lambda c: np.ones(c.A1.shape), "A1 is left out", LEFT),
    ("hidden-slope-in-dW2", lambda c: _ones_beside(c, c.A * c.S), "the slope of the hidden activation is multiplied in", OUTER),
    ("slope-for-activations", lambda c: _ones_beside(c, c.S), "the slope of the hidden activation stands in place of A1", OUTER),
    ("activated-twice", lambda c: _ones_beside(c, c.phi.value(c.A)), "A1 meets the activation once more", "How often does the forward pass apply the activation?"),
    ("weights-for-activations", lambda c: np.broadcast_to(c.W2, c.A1.shape), "W2 stands in place of A1", LEFT),
    ("weights-in-dW2", lambda c: c.A1 * c.W2, "it is multiplied by W2 itself", LEFT),
    ("inputs-for-activations", lambda c: _inputs_like(c, c.A1), "X stands in place of A1", "What comes into the output layer: X, or A1?"),
    ("activations-averaged", lambda c: np.broadcast_to(c.A1.mean(0), c.A1.shape), "activations and errors are averaged each for itself", "Is a mean of products the product of the means?"),
    ("activations-of-last-point", lambda c: _for_all(c.A1, -1), "the last point's A1 is used for all points", LEFT),
    ("activations-of-first-point", lambda c: _for_all(c.A1, 0), "the first point's A1 is used for all points", LEFT),
    ("activations-of-other-points", lambda c: c.A1[::-1], "the points stand in reverse order in A1", LEFT),
    ("activations-of-one-unit", lambda c: np.broadcast_to(c.A1[:, :1], c.A1.shape), "all weights get the gradient of the first unit's", "Which activation belongs to which output weight?"),
    ("activations-of-last-unit", lambda c: np.broadcast_to(c.A[:, -1:], c.A1.shape), "all weights get the gradient of the last unit's", "Which activation belongs to which output weight?"),
    ("activations-added-up", lambda c: np.broadcast_to(c.A1.sum(1)[:, None], c.A1.shape), "the activations of all units are added up", "Which activation belongs to which output weight?"),
    ("activations-squared", lambda c: c.A1**2, "A1 enters twice", LEFT),
    *((f"activations-of-{name}", lambda c, other=phi: _ones_beside(c, other.value(c.Z1)), f"A1 is made by {name}", "Which activation makes A1 here?") for name, phi in ACTIVATIONS.items()),
])  # fmt: skip

ROWS2 = rows("rows2", [
    ("output-bias-left-out", _with_bias(lambda c, block: _bias_entry(block, 0)), "the output bias gets no gradient", ONES),
    ("output-bias-averaged", _with_bias(lambda c, block: _bias_entry(block, block[..., -1:] / c.n)), "the output bias alone is averaged once more", MEAN),
    ("output-bias-summed", _with_bias(lambda c, block: _bias_entry(block, block[..., -1:] * c.n)), "the output bias alone is not averaged", MEAN),
    ("output-bias-first", _with_bias(lambda c, block: np.roll(block, 1, -1)), "the output bias stands first", ONES),
    ("output-bias-turned", _with_bias(lambda c, block: _bias_entry(block, -block[..., -1:])), "the sign of the output bias alone is turned", SIGN),
    ("output-weights-reversed", lambda c, block: block[..., ::-1], "dW2 stands in reverse order", "Which entry belongs to which unit?"),
])  # fmt: skip

WEIGHTS = rows("weights", [
    ("output-weights-left-out", lambda c: np.ones(c.h), "the error goes back without W2", BACK),
    ("through-the-gradient", lambda c: c.dW2[: c.h], "the error goes back through dW2 in place of W2", BACK),
    ("units-in-another-order", lambda c: c.W[::-1], "W2 stands in reverse order", "Which output weight belongs to which hidden unit?"),
    ("output-bias-for-a-unit", lambda c: c.W2[1:] if c.has_bias else None, "the slice of W2 begins one too late", ONES),
    ("inverse-of-W2", lambda c: 1 / c.W, "the error is divided by W2", TRANSPOSE),
    ("weights-of-one-unit", lambda c: np.full(c.h, c.W[0]), "the first output weight, W2[0], stands for every unit", "Which output weight belongs to which hidden unit?"),
    ("weights-of-last-unit", lambda c: np.full(c.h, c.W2[-1]), "the last weight of W2 stands for every unit", "Which output weight belongs to which hidden unit?"),
    ("output-weights-added-up", lambda c: np.full(c.h, c.W.sum()), "every unit gets the sum of all output weights", "Which output weight belongs to which hidden unit?"),
    ("output-weights-as-shares", lambda c: [c.W / c.W.sum(), c.W / np.linalg.norm(c.W), c.W / (c.W @ c.W)], "W2 is divided by its sum, or by its length: shares of the error", BACK),
    ("output-weights-averaged", lambda c: np.full(c.h, c.W.mean()), "all units get the mean of W2", "Which output weight belongs to which hidden unit?"),
    ("output-weights-squared", lambda c: c.W**2, "W2 enters twice", BACK),
    ("absolute-weights", lambda c: np.abs(c.W), "the error goes back through |W2|", "What should a negative output weight do to the sign?"),
    *((f"input-weights-{at}", lambda c, at=at: c.W1[at], f"the error goes back through row {at} of W1", BACK) for at in range(3)),
])  # fmt: skip


def _other_slopes():
    for name, phi in ACTIVATIONS.items():
        at_Z1, at_A1 = (
            _other(name, lambda c, phi=phi, of=of: phi.derivative(getattr(c, of))) for of in ("Z1", "A")
        )
        yield f"slope-of-{name}", at_Z1, f"the slope is that of {name}", WHOSE
        if not phi.kinks:
            yield f"slope-of-{name}-at-A1", at_A1, f"the slope is that of {name}, taken at A1", WHOSE


SLOPE = rows("slope", [
    ("slope-forgotten", lambda c: np.ones(c.S.shape), "the slope of the activation is left out", HIDDEN),
    ("slope-of-activation", lambda c: c.phi.derivative(c.A), "the slope is taken at A1 in place of Z1", HIDDEN),
    ("slope-twice", lambda c: c.S**2, "the slope of the activation enters twice", HIDDEN),
    ("sigmoid-formula", lambda c: c.A * (1 - c.A), "A1 (1 - A1), the formula of the sigmoid, is used for another activation", WHOSE),
    ("tanh-formula", lambda c: 1 - c.A**2, "1 - A1², the formula of tanh, is used for another activation", WHOSE),
    *_other_slopes(),
    ("activation-for-slope", lambda c: c.A, "A1 stands in place of the slope", HIDDEN),
    ("one-minus-activation", lambda c: 1 - c.A, "1 - A1 stands in place of the slope", "How many factors has the slope of your activation?"),
    ("pre-activation-for-slope", lambda c: c.Z1, "Z1 stands in place of the slope", HIDDEN),
    ("formula-on-pre-activation", lambda c: c.Z1 * (1 - c.Z1), "x (1 - x) is taken of Z1", "In s (1 - s), is s the pre-activation or the activation?"),
    ("tanh-formula-on-pre-activation", lambda c: 1 - c.Z1**2, "1 - x² is taken of Z1", "In 1 - t², is t the pre-activation or the activation?"),
    ("slope-on-other-side", lambda c: c.Z1 < 0, "1 stands where Z1 is negative, and 0 where it is positive", FLAT),
    ("slope-is-sign", lambda c: np.sign(c.Z1), "the sign of Z1 is taken: -1 stands where Z1 is negative", FLAT),
    *((f"slope-leaky-{low}", lambda c, low=low: np.where(c.Z1 > 0, 1, low), f"the slope is that of a leaky ReLU, {low} where Z1 is negative", FLAT) for low in (0.01, 0.1, 0.2)),
    ("relu-for-slope", lambda c: np.maximum(c.Z1, 0), "max(Z1, 0), the value of ReLU, stands in place of a slope", FLAT),
    ("slope-of-error", _kinked(lambda c: (c.e[:, None] * c.W > 0).astype(float)), "the error that comes back decides where the slope is 0", FLAT),
    ("slope-of-error-and-unit", _kinked(lambda c: (c.e[:, None] * c.W > 0) * c.S), "the activation itself is applied to the error that comes back", FLAT),
    ("activation-of-error", lambda c: c.phi.derivative(c.e[:, None] * c.W / c.n), "the slope is taken at the error that comes back", HIDDEN),
    ("activation-times-slope", lambda c: c.A * c.S, "A1 is multiplied in beside the slope", HIDDEN),
    ("pre-activation-times-slope", lambda c: c.Z1 * c.S, "Z1 is multiplied in beside the slope", HIDDEN),
    ("slope-inverted", lambda c: 1 / c.S, "the error is divided by the slope", HIDDEN),
    ("output-slope-for-hidden", lambda c: np.broadcast_to(c.q[:, None], c.S.shape), "the slope p (1 - p) of the output stands in place of the hidden units'", WHOSE),
    ("slope-at-logit", _other("sigmoid", lambda c: np.broadcast_to(c.phi.derivative(c.z2)[:, None], c.S.shape)), "the slope is taken at z2 in place of Z1", HIDDEN),
    ("one-plus-activation", lambda c: c.A * (1 + c.A), "A1 (1 + A1) stands in place of the slope", "Differentiate 1 / (1 + exp(-z)) once more: which sign has the second term?"),
    ("one-plus-activation-squared", lambda c: 1 + c.A**2, "1 + A1² stands in place of the slope", "Where tanh is flat, what should 1 - A1² be near?"),
    ("activation-squared", lambda c: c.A**2, "A1² stands in place of the slope", "Where the activation is flat, what should the slope be near?"),
    ("one-minus-slope", lambda c: 1 - c.S, "1 minus the slope stands in its place", HIDDEN),
    ("slope-averaged", lambda c: np.broadcast_to(c.S.mean(0), c.S.shape), "the mean slope of each unit is used for all points", "Which slope belongs to which point and unit?"),
    ("slope-at-mean", lambda c: np.broadcast_to(c.phi.derivative(c.Z1.mean(0)), c.S.shape), "the slope is taken once, at the mean of Z1", "Which slope belongs to which point and unit?"),
    ("slope-of-last-point", lambda c: _for_all(c.S, -1), "the last point's slopes are used for all points", "Which slope belongs to which point and unit?"),
    ("slope-of-first-point", lambda c: _for_all(c.S, 0), "the first point's slopes are used for all points", "Which slope belongs to which point and unit?"),
    ("slope-of-one-unit", lambda c: np.broadcast_to(c.S[:, :1], c.S.shape), "the first unit's slope is used for all units", "Which slope belongs to which point and unit?"),
    ("slope-of-last-unit", lambda c: np.broadcast_to(c.S[:, -1:], c.S.shape), "the last unit's slope is used for all units", "Which slope belongs to which point and unit?"),
])  # fmt: skip


def _inputs_like(c, array):
    """X in place of an array of the same number of columns, with or without its ones."""
    fitting = [block for block in (c.X, c.X[:, :2]) if block.shape == array.shape]
    return fitting[0] if fitting else None


LEFT1 = rows("left1", [
    ("inputs-left-out", lambda c: np.ones(c.X.shape), "X is left out", INPUT),
    ("absolute-inputs", lambda c: np.abs(c.X), "|X| stands in place of X", "What should a negative input do to the sign?"),
    ("inputs-averaged", lambda c: np.broadcast_to(c.X.mean(0), c.X.shape), "inputs and errors are averaged each for itself", "Is a mean of products the product of the means?"),
    ("inputs-of-last-point", lambda c: _for_all(c.X, -1), "the last point is used for all points", INPUT),
    ("inputs-of-first-point", lambda c: _for_all(c.X, 0), "the first point is used for all points", INPUT),
    ("inputs-of-other-points", lambda c: c.X[::-1], "the points stand in reverse order in X", INPUT),
    ("inputs-squared", lambda c: c.X**2, "the square of X stands in place of X", INPUT),
    ("inputs-added-up", lambda c: np.broadcast_to(c.X.sum(1)[:, None], c.X.shape), "the columns of X are added up", INPUT),
    ("activations-for-inputs", lambda c: c.A if c.h == 3 else None, "A1 stands in place of X", INPUT),
])  # fmt: skip

ROWS1 = rows("rows1", [
    ("bias-row-left-out", lambda c, block: _bias_row(block, 0), "the bias row is left out", BIAS),
    ("bias-row-averaged", lambda c, block: _bias_row(block, block[..., 2:, :] / c.n), "the bias row is averaged once more", "Has 1/n already entered when you come to the bias?"),
    ("bias-row-summed", lambda c, block: _bias_row(block, block[..., 2:, :] * c.n), "the bias row is n times too large", MEAN),
    ("bias-row-turned", lambda c, block: _bias_row(block, -block[..., 2:, :]), "the sign of the bias row alone is turned", BIAS),
    ("bias-row-one-sum", lambda c, block: _bias_row(block, block[..., 2:, :].sum(-1, keepdims=True)), "the bias row is one sum over all units", "Over which axis does the bias sum: over points, or over units too?"),
    ("bias-row-one-mean", lambda c, block: _bias_row(block, block[..., 2:, :].mean(-1, keepdims=True)), "the bias row is one mean over all units", "Over which axis does the bias sum: over points, or over units too?"),
    ("bias-row-of-last-point", lambda c, block: _bias_row(block, c.e[-1] * c.W * c.S[-1] / c.n), "the bias row is that of the last point, and not the sum over the points", BIAS),
    ("bias-row-of-first-point", lambda c, block: _bias_row(block, c.e[0] * c.W * c.S[0] / c.n), "the bias row is that of the first point, and not the sum over the points", BIAS),
    ("bias-row-of-inputs", lambda c, block: _bias_row(block, block[..., :2, :].sum(-2, keepdims=True)), "the bias row is the sum of the other two", BIAS),
    ("bias-row-of-output", lambda c, block: _bias_row(block, c.e.mean()), "the bias row has the error of the output", BIAS),
    ("bias-row-first", lambda c, block: block[..., [2, 0, 1], :], "the bias row stands first", ROWS),
    ("inputs-swapped", lambda c, block: block[..., [1, 0, 2], :], "x1 and x2 are swapped", ROWS),
    ("units-reversed", lambda c, block: block[..., ::-1], "the hidden units stand in reverse order", "Which column of dW1 belongs to which hidden unit?"),
    ("units-added-up", lambda c, block: np.broadcast_to(block.sum(-1, keepdims=True), block.shape), "the units are added up", "Which column of dW1 belongs to which hidden unit?"),
    ("input-weights-in-dW1", lambda c, block: block * c.W1, "it is multiplied by W1 itself", INPUT),
    ("weight-of-input-index", lambda c, block: block / c.W * c.W2[:3, None] if len(c.W2) > 2 else None, "W2[i] is taken for W2[j], the index of the input for that of the unit", "Which output weight belongs to which hidden unit?"),
    ("transposed-dW1", lambda c, block: block.swapaxes(-1, -2) if c.h == 3 else None, "dW1 is transposed", "Which index of W1 counts the inputs, and which the units?"),
])  # fmt: skip

FINISH = rows("finish", [
    ("rounded", lambda c, block: [np.round(block, digits) for digits in range(2, 9)], "the numbers are rounded", "Who needs fewer digits: the next step, or your eyes when you print?"),
    ("absolute-gradient", lambda c, block: np.abs(block), "all signs are lost", "Which way is downhill, if no slope is negative?"),
    ("clipped", lambda c, block: np.clip(block, -c.largest, c.largest) if c.often else [], "the numbers are cut off at a largest size", "Does a gradient have a largest size?"),
    ("only-signs", lambda c, block: np.sign(block), "only the signs are left", "Should a steep slope and a flat one give the same step?"),
])  # fmt: skip

SLOTS = {"error": ERROR, "points": POINTS, "left2": LEFT2, "weights": WEIGHTS, "slope": SLOPE, "left1": LEFT1}

SIZE = rows("size", [  # how many times too large
    ("summed", lambda c: c.n, "the points are summed and not averaged", MEAN),
    ("divided-by-n-twice", lambda c: 1 / c.n, "1/n enters twice", MEAN),
    ("factor-two", lambda c: 2, "everything is twice as large", "A factor 2 comes from a square. Is there a square in the log loss?"),
    ("halved", lambda c: 0.5, "everything is half as large", "Is there a 1/2 in front of this loss?"),
    ("divided-by-units", lambda c: c.n / c.h, "the sum is divided by h, the number of units, in place of n", MEAN),
    ("divided-by-inputs", lambda c: c.n / 3, "the sum is divided by 3, the number of inputs, in place of n", MEAN),
    ("divided-by-all-weights", lambda c: c.n / len(c.W2) if c.has_bias else 1, "the sum is divided by the number of output weights in place of n", MEAN),
    ("divided-by-entries", lambda c: 1 / c.h, "everything is divided by the number of units too", MEAN),
    ("averaged-over-inputs", lambda c: 1 / 3, "everything is divided by the number of inputs too", MEAN),
    ("times-units", lambda c: c.h, "everything is multiplied by the number of units", MEAN),
    ("summed-twice", lambda c: c.n**2, "everything is multiplied by n, and not divided", MEAN),
    ("divided-by-n-minus-1", lambda c: c.n / (c.n - 1) if c.n > 1 else 1, "the sum is divided by n - 1", MEAN),
    ("divided-by-class-1", lambda c: c.n / c.y.sum(), "the sum is divided by the number of points of class 1", MEAN),
    ("divided-by-class-0", lambda c: c.n / (1 - c.y).sum(), "the sum is divided by the number of points of class 0", MEAN),
    ("bits", lambda c: 1 / np.log(2), "the loss is counted with a logarithm of base 2", "What is log(e) with your logarithm?"),
    ("times-log-2", lambda c: np.log(2), "everything is multiplied by log(2)", "What is log(e) with your logarithm?"),
    ("base-10", lambda c: 1 / np.log(10), "the loss is counted with a logarithm of base 10", "What is log(e) with your logarithm?"),
])  # fmt: skip
FLIP = rows("sign", [("sign-flipped", None, "y - p stands in place of p - y, or a minus too many", SIGN)])[0]

ZERO, CONSTANT, NORMALISED = rows("finish", [
    ("all-zeros", None, "all its entries are zero", "Is the array ever filled, and with whole numbers or with fractions?"),
    ("never-filled", None, "all its entries are one and the same number", "Is the array ever filled? What does it hold before?"),
    ("normalised", None, "the gradient is divided by its own length, or by its largest entry", "Should a step be as long where the loss is nearly flat?"),
])  # fmt: skip


TERM = "Does the loss that you differentiate have this term?"
ADDED = [  # what may be added to a block, with a number that nobody knows before it: dW1's, dW2's
    (Mistake("regularised", "added", lambda c: (c.W1, c.W2), "a multiple of the weights is added, a term of regularisation", TERM)),
    (Mistake("regularised-but-bias", "added", lambda c: (c.W1 * [[1], [1], [0]], c.W2 * (np.arange(len(c.W2)) < c.h)), "a multiple of the weights, but not of the biases, is added, a term of regularisation", TERM)),
    (Mistake("regularised-by-sign", "added", lambda c: (np.sign(c.W1), np.sign(c.W2)), "a multiple of the signs of the weights is added, a term of regularisation", TERM)),
    (Mistake("through-updated-weights", "weights", lambda c: (-c.X.T @ (np.outer(c.e, c.dW2[: c.h]) * c.S) / c.n, None), "the error goes back through W2 after its update: through new weights", "Which weights did the forward pass use? When does the update come?")),
]  # fmt: skip
