"""Mistakes that people asked about in public, made in our network: always found, never called something else.

Each is written anew for this network from what a question, an issue or a pull request describes; nothing
is copied. `may_be` holds the names that are true of what was done; what has no name is located.
"""

import os
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from backward_steps import go_on, gradient_of, right_steps
from test_diagnosis import close, problem, right_gradient

import coursekit as ck
from coursekit import diagnose_gradient

NETWORKS = int(os.environ.get("NETWORKS", "5"))  # the closing figures were made with 20
NONE = frozenset()


class Asked(NamedTuple):
    """One mistake: where it was asked about, what was done, and which names are true of it."""

    name: str
    address: str
    wrong: Callable
    reason: str
    may_be: frozenset = NONE
    activations: tuple = ("sigmoid", "tanh", "relu")


def step(name, function):
    return lambda c: gradient_of(go_on(c, {name: function}))


def slope(function):
    """The slope of the hidden activation is what `function` says."""
    return step("dZ1", lambda c: c.dA1 * function(c))


def bias_rows(W1_row, W2_entry=None):
    """Replace the gradient of the hidden biases, and of the output bias where there is one."""

    def wrong(c):
        right = go_on(c, {})
        dW1, dW2 = right.dW1.copy(), right.dW2.copy()
        dW1[2] = W1_row(right)
        if W2_entry is not None and len(dW2) > c.h:
            dW2[-1] = W2_entry(right)
        return ck.Params(dW1, dW2)

    return wrong


def only_dW2(function):
    """dW1 is right; dW2 is what `function` says."""
    return lambda c: ck.Params(go_on(c, {}).dW1, function(go_on(c, {})))


def doubled_and_fourfold(c):
    right = go_on(c, {})
    return ck.Params(right.dW1 * [[1], [1], [4]], right.dW2 * 2)


def through_updated_weights(c, rate=0.5):
    updated = c.W2h - rate * go_on(c, {}).dW2[: c.h]
    return gradient_of(go_on(c, {"dA1": lambda c: np.outer(c.dz2, updated)}))


def slope_twice_on_an_updated_way(c):
    """The output slope once more on the way back, through weights that have moved uphill."""
    moved = c.W2h + go_on(c, {}).dW2[: c.h]
    return gradient_of(go_on(c, {"dA1": lambda c: np.outer(c.dz2 * c.p * (1 - c.p), moved)}))


def first_unit_left_out(c):
    right = go_on(c, {})
    dW1, dW2 = right.dW1.copy(), right.dW2.copy()
    dW1[:, 0] = dW2[0] = 0
    return ck.Params(dW1, dW2)


def with_ones(c, columns):
    return np.column_stack([columns, np.ones(c.n)]) if len(c.W2) > c.h else columns


ASKED = [
    Asked("errors rounded to three decimals",
          "https://stackoverflow.com/questions/29587779",
          step("dz2", lambda c: np.round((c.p - c.y) / c.n, 3)), "the library rounds nothing"),
    Asked("1 - error in place of 1 - output",
          "https://datascience.stackexchange.com/questions/20139",
          step("dz2", lambda c: (c.p - c.y) * (1 - (c.p - c.y)) / c.n),
          "as the name says; where all points are of class 0, the same as e (1 - p)",
          frozenset({"error-formula-of-error", "error-times-one-minus-p"})),
    Asked("minus before the first logarithm alone",
          "https://ai.stackexchange.com/questions/27010",
          step("dz2", lambda c: -(c.y * (1 - c.p) + (1 - c.y) * c.p) / c.n),
          "the sign of one class is turned. The sign alone is turned where"
          " the only ReLU units at work see points of class 0 alone",
          frozenset({"sign-flipped", "class-sign"})),
    Asked("the sigmoid's slope once more on the output error",
          "https://datascience.stackexchange.com/questions/41212",
          step("dz2", lambda c: (c.p - c.y) * c.p * (1 - c.p) / c.n),
          "this is the slope of the squared error", frozenset({"squared-error"})),
    Asked("targets minus outputs, times the output slope",
          "https://github.com/jiexunsee/Neural-Network-with-Python/issues/1",
          step("dz2", lambda c: (c.y - c.p) * c.p * (1 - c.p) / c.n),
          "the squared error's slope with the sign turned",
          frozenset({"squared-error + sign-flipped"})),
    Asked("the error goes back before its output slope",
          "https://stackoverflow.com/questions/53287032",
          step("dA1", lambda c: np.outer(c.dz2 / (c.p * (1 - c.p)), c.W2h)),
          "dL/dp goes back, where dW2 has dL/dz2; one unit at one point shows a factor only",
          frozenset({"output-slope-forgotten-in-dW1", "wrong-factor-in-dW1", "dL-dp-signs-in-dW1"})),
    Asked("the output slope in dW2 alone",
          "https://stackoverflow.com/questions/53287032",
          only_dW2(lambda c: c.A1.T @ ((c.p - c.y) * c.p * (1 - c.p)) / c.n),
          "dW2 is that of the squared error", frozenset({"squared-error-in-dW2"})),
    Asked("outputs in place of errors on the way back",
          "https://github.com/davidrmiller/neural2d/issues/36",
          step("dA1", lambda c: np.outer(c.p / c.n, c.W2h)),
          "the classes are left out on the way back", frozenset({"labels-left-out-in-dW1"})),
    Asked("the slope of another layer's activation",
          "https://github.com/unda-ml/unda/issues/1",
          slope(lambda c: ck.ACTIVATIONS["sigmoid"].derivative(c.Z1)),
          "that of the output's sigmoid", frozenset({"slope-of-sigmoid"}), ("tanh", "relu")),
    Asked("tanh' = 1 + tanh^2",
          "https://github.com/nicodjimenez/lstm/issues/41", slope(lambda c: 1 + c.A1h**2),
          "that is the slope of the tangent", frozenset({"one-plus-square-of-A1"})),
    Asked("tanh' = -tanh^2",
          "https://github.com/scutan90/DeepLearning-500-questions/issues/544",
          slope(lambda c: -(c.A1h**2)), "the 1 is missing",
          frozenset({f"{made} + sign-flipped-in-dW1" for made in ("square-of-A1", "slope-one-minus")})),
    Asked("tanh' at the logit",
          "https://github.com/dennybritz/nn-from-scratch/pull/3",
          slope(lambda c: c.phi.derivative(c.z2)[:, None]),
          "z2 in place of Z1: for sigmoid units that is p (1 - p), the output's slope once more and no other;"
          " for ReLU units it is 1 everywhere if all logits are above 0",
          frozenset({"slope-forgotten", "output-slope-for-hidden", "slope-at-logit", "all-zeros",
                     "slope-of-first-unit", "slope-of-last-unit"})),
    Asked("the slope of the sigmoid's output, for another activation",
          "https://github.com/shiffman/Neural-Network-p5/issues/22",
          slope(lambda c: c.A1h * (1 - c.A1h)), "A (1 - A) is right for the sigmoid alone",
          # where all Z1 are above 0, ReLU's A1 is Z1
          frozenset({"sigmoid-formula-of-Z1", "sigmoid-formula-of-A1"}), ("tanh", "relu")),
    Asked("the slope taken at the activation",
          "https://github.com/benoitfragit/libBrain/issues/78",
          slope(lambda c: c.phi.derivative(c.A1h)), "as the name says",
          frozenset({"slope-of-activation"}), ("sigmoid", "tanh")),
    Asked("the slope of the tanh applied to its output",
          "https://github.com/davidrmiller/neural2d/issues/40",
          slope(lambda c: 1 - np.tanh(c.A1h) ** 2), "tanh' at A1",
          frozenset({"slope-of-activation"}), ("tanh",)),
    Asked("ReLU's slope with >= at its own output",
          "https://github.com/iamtrask/Grokking-Deep-Learning/pull/13",
          slope(lambda c: (c.A1h >= 0).astype(float)),
          "an output of ReLU or sigmoid is never below 0, so the slope is 1 everywhere; of tanh it is ReLU's",
          frozenset({"slope-forgotten", "slope-of-relu"})),
    Asked("the slope at the error that comes back",
          "https://proxieslive.com/tag/checking/",
          slope(lambda c: c.phi.derivative(c.dA1)), "dA1 in place of Z1",
          frozenset({"activation-of-error", "slope-of-error"})),
    Asked("the activations overwritten by their slopes",
          "https://stackoverflow.com/questions/50121887",
          only_dW2(lambda c: with_ones(c, c.slope).T @ c.dz2), "dW2 is made of slopes, with no activation",
          frozenset({"slope-for-activations"})),
    Asked("the hidden error without its slope",
          "https://github.com/makeyourownneuralnetwork/makeyourownneuralnetwork/issues/88",
          slope(lambda c: np.ones_like(c.Z1)), "as the name says", frozenset({"slope-forgotten"})),
    Asked("weights updated before the error goes back",
          "https://github.com/joelgrus/data-science-from-scratch/issues/31",
          through_updated_weights, "as the name says; with one unit at work, a factor",
          frozenset({"through-updated-weights", "wrong-factor-in-dW1"})),
    Asked("updated the wrong way, and the output slope twice",
          "https://csharp.hotexamples.com/ko/examples/-/MatrixD/ByRows/php-matrixd-byrows-method-examples.html",
          slope_twice_on_an_updated_way, "two mistakes, one of them with any step size",
          frozenset({"wrong-factor-in-dW1"})),
    Asked("a mean for the hidden biases",
          "https://github.com/kvfrans/notes/issues/5",
          bias_rows(lambda c: c.dZ1.mean(0), lambda c: c.dz2.mean()),
          "as the name says", frozenset({"bias-row-averaged", "bias-row-averaged + output-bias-averaged"})),
    Asked("one sum for all biases",
          "https://github.com/rasbt/stat453-deep-learning-ss21/issues/5",
          bias_rows(lambda c: c.dZ1.sum()), "a sum over the units too", frozenset({"bias-row-one-sum"})),
    Asked("the biases' gradient as a sum of that of the weights",
          "https://github.com/rust0258/Deeplearning.ai-Natural-Language-Processing-Specialization/issues/64",
          bias_rows(lambda c: c.dW1[:2].sum(0)), "summed over inputs, not over points",
          frozenset({"bias-row-of-inputs"})),
    Asked("dW2 twice and the biases four times as large",
          "https://github.com/bighuang624/Andrew-Ng-Deep-Learning-notes/issues/10",
          doubled_and_fourfold, "as the names say", frozenset({"bias-row-scaled + factor-two-in-dW2"})),
    Asked("no mean over the points",
          "https://github.com/hunkim/DeepLearningZeroToAll/issues/173",
          step("dz2", lambda c: c.p - c.y), "as the name says", frozenset({"summed"})),
    Asked("the first unit never trained",
          "https://blog.primen.dk/numerical-gradient-checking/",
          first_unit_left_out, "as the name says", frozenset({"dW1-but-first-unit + dW2-but-first-unit"})),
]  # fmt: skip


def named(asked):
    """Return a Counter of the names given over NETWORKS networks, activations and output biases."""
    counts = Counter()
    for activation in asked.activations:
        for seed in range(NETWORKS):
            for bias in (False, True):
                X, y, params = problem(seed, bias)
                gradient = asked.wrong(right_steps(params, X, y, activation))
                wanted = right_gradient(params, X, y, activation)
                if close(gradient, wanted):
                    counts["right on these inputs"] += 1
                    continue
                found = diagnose_gradient(gradient, params, X, y, activation)
                assert not found.ok, asked.name
                for name, given, right in zip(("dW1", "dW2"), gradient, wanted, strict=True):
                    said = f"({name} is right.)" in found.message
                    assert not said or close((given,), (right,)), found
                counts[found.mistake] += 1
    return counts


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.name)
def test_a_mistake_from_a_forum_is_found_and_not_called_something_else(asked):
    counts = named(asked)
    print(f"\n{asked.name} ({asked.address}): {dict(counts)}")
    tried = counts.total() - counts["right on these inputs"]
    assert tried >= 0.9 * counts.total() > 0
    wrongly = {
        name: n for name, n in counts.items() if name not in asked.may_be | {None, "right on these inputs"}
    }
    assert not wrongly, (asked.reason, wrongly)


def test_there_are_enough_places_and_unlisted_mistakes():
    assert len({asked.address for asked in ASKED}) >= 20
    assert all(asked.reason and asked.address.startswith("https://") for asked in ASKED)
