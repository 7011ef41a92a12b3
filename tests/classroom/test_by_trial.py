"""Slopes by trial are no way back; a chain rule of any style is. Tried on the check itself, many times."""

import numpy as np
import pytest
from test_assignments import BACKPROPAGATION, SOLUTION

from coursekit.classroom.source import read_source

HIDDEN = {cell.name: cell.text_of("hidden") for cell in read_source(BACKPROPAGATION).of_kind("check")}
HEAD = (
    "from math import exp\n"
    "def s(z):\n    return 1 / (1 + np.exp(-z))\n"
    "def by_tanh(z):\n    return (1 + np.tanh(z / 2)) / 2\n"
    "def clipped(z):\n    return s(np.clip(z, -20, 20))\n"
    "def single(z):\n    return s(z).astype(np.float32)\n"
    "def loss_of(V1, V2, X, y):\n    z = s(X @ V1) @ V2\n"
    "    return np.logaddexp(0, np.where(y == 1, -z, z)) / len(y)\n"
    "def backward(W1, W2, X, y, forward_pass):\n    Z1, A1, z2, p = forward_pass\n    n = len(y)\n"
)
END = "return X.T @ (np.outer(e, W2) * A1 * (1 - A1)), A1.T @ e"
AGAIN = "A1 = {0}(X @ W1)\np = {0}(A1 @ W2)\ne = (p - y) / n\n" + END
LOOPS = """g1, g2 = np.zeros(W1.shape), np.zeros(W2.shape)
for i in range(n):
    for j in range(len(W2)):
        error = s(s(X[i] @ W1) @ W2) - y[i]
        g2[j] += error * s(X[i] @ W1[:, j]) / n
        for k in range(3):
            a = 1 / (1 + exp(-sum(X[i] * W1[:, j])))
            g1[k, j] += error * W2[j] * a * (1 - s(X[i] @ W1[:, j])) * X[i, k] / n
return g1, g2"""
FORMULA = """g1, g2 = np.zeros(W1.shape), np.zeros(W2.shape)
for k, j in np.ndindex(W1.shape):
    slope = np.exp(-X @ W1[:, j]) / (1 + np.exp(-X @ W1[:, j])) ** 2
    g1[k, j] = np.mean((s(s(X @ W1) @ W2) - y) * W2[j] * slope * X[:, k])
    g2[j] = np.mean((s(s(X @ W1) @ W2) - y) * s(X @ W1)[:, j])
return g1, g2"""
CHAIN_RULES = {
    "given": f"e = (p - y) / n\n{END}",
    "worked out again": AGAIN.format("s"),
    "by tanh": AGAIN.format("by_tanh"),
    "clipped": AGAIN.format("clipped"),
    "float32": AGAIN.format("single"),
    "in part float32": f"A1 = A1.astype(np.float32)\ne = (p - y) / n\n{END}",
    "longdouble": f"A1, p = np.longdouble(A1), np.longdouble(p)\ne = (p - y) / n\n{END}",
    "loops": LOOPS,
    "a formula for each weight": FORMULA,
    "by the book": f"e = -(y / p - (1 - y) / (1 - p)) * p * (1 - p) / n\n{END}",
    "by the book, kept from 0": f"e = (p - y) / (p * (1 - p) + 1e-12) * p * (1 - p) / n\n{END}",
    "rounded": f"e = (p - y) / n\n{END.replace('return ', 'return map(lambda one: one.round(7), (')}))",
    "lists": f"e = (p - y) / n\n{END.replace('return ', 'return map(lambda one: one.tolist(), (')}))",
    "hyperbolic": "e = (p - y) / n\nreturn X.T @ (np.outer(e, W2) / (4 * np.cosh(Z1 / 2) ** 2)), A1.T @ e",
}
NO_TRIALS = {  # wrong, and another fault is named
    "no weights": "e = (p - y) / n\nreturn X.T @ (e[:, None] * A1 * (1 - A1)), A1.T @ e",
    "ReLU's slope": "e = (p - y) / n\nreturn X.T @ (np.outer(e, W2) * (Z1 > 0)), A1.T @ e",
    "zeros": "return np.zeros(W1.shape), A1.T @ (p - y) / n",
    "weights twice": "e = (p - y) / n\nreturn X.T @ (np.outer(e, W2**2) * A1 * (1 - A1)), A1.T @ e",
    "a column": "return np.zeros(W1.shape), (A1.T @ (p - y) / n)[:, None]",
}
TRIALS = """W, out = [W1, W2], []
for block in (0, 1):
    g = np.zeros(W[block].shape)
    for place in np.ndindex(g.shape):
        for times, weight in {1}:
            V = [one.astype({2}) for one in W]
            V[block][place] += times * {0}
            g[place] += {3}
    out.append(g)
return {4}"""
CENTRAL, FORWARD = ((1, 0.5), (-1, -0.5)), ((1, 1), (0, -1))
FIVE_POINTS = ((2, -1 / 12), (1, 8 / 12), (-1, -8 / 12), (-2, 1 / 12))
TOTAL = "weight * loss_of(*V, X, y).sum() / {0}"


def trials(step, points=CENTRAL, kind="float", what=TOTAL, returned="tuple(out)"):
    return TRIALS.format(step, points, kind, what.format(step), returned)


BY_TRIAL = {f"step {step:g}": trials(step) for step in (1e-2, 1e-3, 1e-5, 1e-6)}
BY_TRIAL |= {f"forward {step:g}": trials(step, FORWARD) for step in (1e-3, 1e-7)}
BY_TRIAL |= {f"five points {step:g}": trials(step, FIVE_POINTS) for step in (1e-2, 1e-3, 1e-5)}
BY_TRIAL |= {
    f"complex {step:g}": trials(
        f"{step}j",
        ((1, 1),),
        "complex",
        f"np.log(1 + np.exp((1 - 2 * y) * (s(X @ V[0]) @ V[1]))).mean().imag / {step}",
    )
    for step in (1e-12, 1e-20, 1e-30, 1e-100)
}
HALF = {
    "dW1 by trial": trials(1e-5, returned="out[0], A1.T @ (p - y) / n"),
    "dz2 by trial": trials(
        1e-5, what="weight * (p - y) @ (s(X @ V[0]) @ V[1]) / n / {0}", returned="out[0], A1.T @ (p - y) / n"
    ),
}


def reported(body, seed, check="step-4-backward", head=HEAD):
    """Run checks on an answer; return what the last one reports, and the doubts that are True."""
    made, doubts = {}, []
    names = {"np": np, "rng": np.random.default_rng(seed)}

    def report(name, value, *, weight=1.0, **_):
        try:
            made[name] = value()
        except ValueError as error:
            made[name] = error
        if weight == 0 and made.pop(name) is True:
            doubts.append(name)

    names["report"] = report
    for code in (*SOLUTION.values(), head + "".join(f"    {line}\n" for line in body.splitlines())):
        exec(code, names)
    for name in ("step-2-forward", "step-4-backward", check):
        made.clear()
        doubts.clear()
        exec(HIDDEN[name], names)
    return made, doubts


def refused(made):
    return {
        name for name, value in made.items() if isinstance(value, ValueError) and "by trial" in str(value)
    }


@pytest.mark.parametrize("name", CHAIN_RULES)
def test_no_style_of_a_chain_rule_is_taken_for_a_trial(name):
    for seed in range(8):
        made, doubts = reported(CHAIN_RULES[name], seed)
        right, _ = reported(CHAIN_RULES["given"], seed)
        assert (len(made), refused(made)) == (6, set())
        assert bool(doubts) == (name == "rounded")
        for one, other in zip(made.values(), right.values(), strict=True):
            for a, b in zip(one, other, strict=True):
                np.testing.assert_allclose(np.asarray(a, float), b, atol=1e-5)


@pytest.mark.parametrize("name", NO_TRIALS)
def test_another_mistake_is_not_called_a_trial(name):
    for seed in range(8):
        assert not refused(reported(NO_TRIALS[name], seed)[0])


@pytest.mark.parametrize("name", BY_TRIAL)
def test_trials_of_every_kind_and_step_are_refused(name):
    for seed in range(8):
        made, doubts = reported(BY_TRIAL[name], seed)
        assert len(refused(made)) == 6
        assert doubts == ["Step 4 may take its slopes by trial: look at it."]


@pytest.mark.parametrize("name", HALF)
def test_the_half_that_is_no_trial_counts(name):
    for seed in range(8):
        made, _ = reported(HALF[name], seed)
        assert {entry.split(": ")[1] for entry in set(made) - refused(made)} == {"dW2"}


POINTS = HEAD.replace("def backward", "def slopes_at_points")
COLUMNS = "return np.stack([{} for k in range(3)], axis=1)"
AT_POINTS = {
    "given": "return np.outer((p - y) / n, W2) * A1 * (1 - A1) @ W1.T",
    "by column": COLUMNS.format(
        "(s(s(X @ W1) @ W2) - y) / n * (W2 * W1[k] * s(X @ W1) * (1 - s(X @ W1))).sum(axis=1)"
    ),
    "float32": "return np.outer((p - y) / n, W2).astype(np.float32) * A1 * (1 - A1) @ W1.T",
}
AT_POINTS_BY_TRIAL = {
    "losses": COLUMNS.format("(loss_of(W1, W2, X + 1e-5 * np.eye(3)[k], y) - loss_of(W1, W2, X, y)) / 1e-5"),
    "logits": COLUMNS.format("(p - y) / n * ((s((X + 1e-5 * np.eye(3)[k]) @ W1) @ W2) - z2) / 1e-5"),
    "complex": COLUMNS.format(
        "np.log(1 + np.exp((1 - 2 * y) * (s((X + 1e-20j * np.eye(3)[k]) @ W1) @ W2))).imag / 1e-20 / n"
    ),
}


def test_slopes_at_points_are_judged_alike():
    for seed in range(8):
        for body in AT_POINTS.values():
            made, doubts = reported(body, seed, "step-8-transfer", POINTS)
            assert (len(made), refused(made), doubts) == (3, set(), [])
        for body in AT_POINTS_BY_TRIAL.values():
            made, doubts = reported(body, seed, "step-8-transfer", POINTS)
            assert (len(refused(made)), len(doubts)) == (3, 1)
