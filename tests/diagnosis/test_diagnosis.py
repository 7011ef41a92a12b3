"""Every mistake is named, no right gradient is accused, and what is not known is not guessed."""

import os
import re
from collections import Counter

import numpy as np
import pytest
from backward_steps import go_on, gradient_of, right_steps
from bad_input import BAD_ACTIVATION, BAD_PARAMS, BAD_X, BAD_Y, PARAMS, X, Y, cases
from oracles import complex_step_gradient, relative_error

import coursekit as ck
from coursekit import diagnose_gradient
from coursekit.diagnosis.gradient import wrong_gradient
from coursekit.diagnosis.tables import at_a_glance, table

NETWORKS = int(os.environ.get("NETWORKS", "8"))  # the closing figures were made with 50


def problem(seed, bias, n=40):
    rng = np.random.default_rng([seed, bias])
    name = list(ck.PATTERNS)[seed % 5]
    dataset = ck.make_dataset(name, n, rng=rng)
    return dataset.X, dataset.y, ck.init_params(int(rng.integers(2, 6)), rng=rng, output_bias=bias)


def right_gradient(params, X, y, activation="sigmoid"):
    return ck.backward(params, ck.forward(params, X, activation), X, y, activation)


def close(one, other):
    return all(np.allclose(a, b, rtol=1e-9, atol=0) for a, b in zip(one, other, strict=True))


# Right gradients, in six styles


def with_loops(params, X, y, activation):
    W1, W2 = params
    dW1, dW2 = np.zeros(W1.shape), np.zeros(W2.shape)
    phi = ck.ACTIVATIONS[activation]
    for x, label in zip(X, y, strict=True):
        z1 = x @ W1
        a1 = np.append(phi.value(z1), [1.0] * (len(W2) - len(z1)))
        error = 1 / (1 + np.exp(-(a1 @ W2))) - label
        for j in range(len(W2)):
            dW2[j] += error * a1[j] / len(y)
        for j in range(len(z1)):
            for i in range(3):
                dW1[i, j] += error * W2[j] * phi.derivative(z1)[j] * x[i] / len(y)
    return dW1, dW2


def with_einsum(params, X, y, activation):
    given, h = ck.forward(params, X, activation), params.W1.shape[1]
    error = (given.p - y) / len(y)
    slope = ck.ACTIVATIONS[activation].derivative(given.Z1)
    dW1 = np.einsum("n,j,nj,ni->ij", error, params.W2[:h], slope, X)
    return [dW1, np.einsum("n,nj->j", error, given.A1)]


def divided_last(params, X, y, activation):
    given, h = ck.forward(params, X, activation), params.W1.shape[1]
    error = given.p - y
    dZ1 = error[:, None] * params.W2[:h] * ck.ACTIVATIONS[activation].derivative(given.Z1)
    return ck.Params((dZ1.T @ X).T / len(y), error @ given.A1 / len(y))


def in_fortran_order(params, X, y, activation):
    dW1, dW2 = right_gradient(params, X, y, activation)
    return np.asfortranarray(dW1), dW2


def by_the_chain_in_full(params, X, y, activation):
    given, h = ck.forward(params, X, activation), params.W1.shape[1]
    p = given.p
    dp = (-(y / p) + (1 - y) / (1 - p)) / len(y)
    dz2 = dp * p * (1 - p)
    dZ1 = dz2.reshape(-1, 1) @ params.W2[:h].reshape(1, -1) * ck.ACTIVATIONS[activation].derivative(given.Z1)
    return X.T.dot(dZ1), (given.A1.T @ dz2.reshape(-1, 1)).ravel()


STYLES = [
    with_loops,
    with_einsum,
    divided_last,
    in_fortran_order,
    by_the_chain_in_full,
    complex_step_gradient,
]


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
def test_no_right_gradient_is_accused(style, activation):
    for seed in range(30):
        for bias in (False, True):
            X, y, params = problem(seed, bias, n=12)
            found = diagnose_gradient(style(params, X, y, activation), params, X, y, activation)
            assert found.ok, found
            assert found.mistake is None


# The library


TABLES = ["size", "sign", "error", "points", "left2", "weights", "slope", "left1", "rows2", "rows1"]
LIBRARY = [mistake for title in TABLES for mistake in table(title)]


def test_the_slots_and_what_may_stand_in_them_are_read_on_one_screen():
    lines = at_a_glance().splitlines()
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 150
    for title in TABLES:
        assert sum(line.startswith(f"{title.upper()}: ") for line in lines) == 1
    assert "*squared-error, *output-slope-forgotten" in at_a_glance()


def remade(name, params, X, y, activation):
    """Make a gradient with what was named; the right one where that is not one mistake of the library."""
    slug, _, block = name.partition("-in-")
    right = right_gradient(params, X, y, activation)
    if slug not in {mistake.slug for mistake in LIBRARY}:
        return right
    wrong = wrong_gradient(slug, params, X, y, activation)
    return ck.Params(
        *(a if block in ("", of) else b for a, b, of in zip(wrong, right, ("dW1", "dW2"), strict=True))
    )


def library_table(activation, bias):
    """Return {slug: Counter of what it was named} over some random networks."""
    counts = {}
    for seed in range(NETWORKS // 4):
        X, y, params = problem(seed, bias, n=20)
        right = right_gradient(params, X, y, activation)
        for mistake in LIBRARY:
            made = wrong_gradient(mistake.slug, params, X, y, activation)
            if not all(np.isfinite(block).all() for block in made) or close(made, right):
                continue  # it makes no sense here, or changes nothing
            found = diagnose_gradient(made, params, X, y, activation)
            slug = mistake.slug
            named = "right" if found.mistake == slug else "both" if slug in found.also else found.mistake
            if named not in ("right", "both") and close(remade(named, params, X, y, activation), made):
                named = "the same here"
            counts.setdefault(slug, Counter())[named] += 1
            assert not found.ok
    return counts


@pytest.mark.no_cover
@pytest.mark.parametrize("bias", [False, True], ids=["no bias", "output bias"])
@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
def test_each_mistake_of_the_library_is_named(activation, bias):
    every = library_table(activation, bias)
    total = sum(every.values(), Counter())
    print(f"\n{activation}, {'with' if bias else 'no'} output bias: {total.total()} gradients", dict(total))
    for slug, counts in every.items():
        if not set(counts) <= {"right", "both", "the same here"}:
            print(f"  {slug}: {dict(counts)}")
    assert len(every) >= 45
    assert total["right"] >= 0.8 * total.total()
    known = ("right", "both", "the same here", "all-zeros", "never-filled")
    assert sum(total[name] for name in known) >= 0.96 * total.total()


def test_the_right_steps_are_right():
    for activation in ck.ACTIVATIONS:
        X, y, params = problem(3, True, n=9)
        steps = gradient_of(right_steps(params, X, y, activation))
        assert relative_error(steps, complex_step_gradient(params, X, y, activation)) < 1e-13


def test_slugs_are_unique_and_every_mistake_asks():
    assert len({mistake.slug for mistake in LIBRARY}) == len(LIBRARY) >= 25
    for mistake in LIBRARY:
        assert mistake.question.endswith("?")


@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
def test_a_wrong_gradient_is_made_by_the_name_that_is_given_to_it(activation):
    X, y, params = problem(3, False, n=20)
    names = "summed divided-by-n-twice sign-flipped slope-forgotten slope-twice slope-of-activation"
    for slug in f"{names} slope-of-tanh through-the-gradient bias-row-left-out".split():
        wrong = wrong_gradient(slug, params, X, y, activation)
        found = diagnose_gradient(wrong, params, X, y, activation)
        changes_nothing = (activation == "tanh" and slug == "slope-of-tanh") or (
            activation == "relu" and slug in ("slope-twice", "slope-of-activation")
        )
        assert found.ok == changes_nothing
        assert changes_nothing or slug in (found.mistake, *found.also)
    with pytest.raises(ValueError, match="slug must be one of"):
        wrong_gradient("no-such", params, X, y, activation)


PAIRS = {
    "slope-forgotten + summed": {"dz2": lambda c: c.p - c.y, "dZ1": lambda c: c.dA1},
    "squared-error + slope-twice": {
        "dz2": lambda c: (c.p - c.y) * c.p * (1 - c.p) / c.n,
        "dZ1": lambda c: c.dA1 * c.slope**2,
    },
    "squared-error + sign-flipped + summed + slope-of-activation": {
        "dz2": lambda c: (c.y - c.p) * c.p * (1 - c.p),
        "dZ1": lambda c: c.dA1 * c.phi.derivative(c.A1h),
    },
    "pre-activations-for-activations + slope-forgotten": {
        "dW2": lambda c: c.Z1.T @ c.dz2,
        "dZ1": lambda c: c.dA1,
    },
    "output-weights-forgotten + inputs-swapped": {
        "dA1": lambda c: np.outer(c.dz2, np.ones(c.h)),
        "dW1": lambda c: (c.X.T @ c.dZ1)[[1, 0, 2]],
    },
    "labels-averaged + summed + output-weights-forgotten + slope-forgotten": {
        "dz2": lambda c: c.p - c.y.mean(),
        "dA1": lambda c: np.outer(c.dz2, np.ones(c.h)),
        "dZ1": lambda c: c.dA1,
    },
}


@pytest.mark.parametrize("names", PAIRS)
def test_mistakes_at_once_are_all_named(names):
    for seed in range(5):
        X, y, params = problem(seed, False)
        made = go_on(right_steps(params, X, y, "sigmoid"), PAIRS[names])
        found = diagnose_gradient(gradient_of(made), params, X, y)
        every = [set(name.split(" + ")) for name in (found.mistake, *found.also)]
        assert set(names.split(" + ")) in every, found


def test_mistakes_that_coincide_are_both_named():
    X, y, params = problem(1, False)
    one_point = diagnose_gradient(
        ck.Params(*(0 * g for g in right_gradient(params, X[:1], y[:1]))), params, X[:1], y[:1]
    )
    assert one_point.mistake == "all-zeros"
    zeros = np.zeros_like(y)
    wrong = gradient_of(go_on(right_steps(params, X, zeros, "sigmoid"), {"dz2": lambda c: 2 * c.p / c.n}))
    found = diagnose_gradient(wrong, params, X, zeros)
    assert found.mistake == "factor-two"


# Made to the whole gradient


def test_what_was_done_to_the_whole_gradient():
    X, y, params = problem(2, True)
    g = right_gradient(params, X, y)
    wholes = {
        "updated-weights-returned": ck.Params(*(w - 0.3 * d for w, d in zip(params, g, strict=True))),
        "weights-returned": params,
        "all-zeros": ck.Params(0 * g.W1, 0 * g.W2),
        "wrong-factor": ck.Params(3.7 * g.W1, 3.7 * g.W2),
        "blocks-swapped": (g.W2, g.W1),
        "nothing-returned": None,
    }
    for slug, gradient in wholes.items():
        assert diagnose_gradient(gradient, params, X, y).mistake == slug


def test_the_error_through_updated_weights_with_any_learning_rate():
    for seed in range(10):
        X, y, params = problem(seed, False)
        c = right_steps(params, X, y, "sigmoid")
        updated = params.W2 - (0.1 + seed) * c.dW2
        wrong = ck.Params(X.T @ (np.outer(c.dz2, updated) * c.slope), c.dW2)
        assert diagnose_gradient(wrong, params, X, y).mistake == "through-updated-weights"


# Mistakes that are not in the library: reported, and not called what they are not


def unlisted():
    rng = np.random.default_rng(5)

    def changed(step, wrong):
        return lambda c: gradient_of(go_on(c, {step: wrong}))

    return {
        "noise": lambda c: ck.Params(c.dW1 + rng.normal(size=c.dW1.shape), c.dW2),
        "one entry off": lambda c: ck.Params(c.dW1 + np.eye(*c.dW1.shape) * 0.01, c.dW2),
        "another log": changed("dz2", lambda c: (c.p - c.y) / np.log(2) / c.n * np.exp(0.3 * c.p)),
        "a constant added": lambda c: ck.Params(c.dW1 + 0.0123, c.dW2 + 0.01 * c.W2**3),
        "clipped to what is positive": lambda c: ck.Params(np.maximum(c.dW1, -1e-4), c.dW2**3),
        "slope by finite differences, rough": changed(
            "dZ1", lambda c: c.dA1 * (c.phi.value(c.Z1 + 0.37) - c.phi.value(c.Z1)) / 0.37
        ),
        "every third point": changed("dz2", lambda c: np.where(np.arange(c.n) % 3, c.p - c.y, 0) / c.n),
        "only one unit": changed("dZ1", lambda c: c.dA1 * c.slope * (np.arange(c.h) == 0)),
        "weights from Z1": changed("dA1", lambda c: np.outer(c.dz2, c.Z1[0])),
        "softplus slope": changed("dZ1", lambda c: c.dA1 / (1 + np.exp(-2 * c.Z1)) ** 2),
    }


LOCATED = r"is right|are right|are wrong|is wrong|No entry of|alone|All |times what it should be"


def test_unknown_mistakes_are_located_without_a_guess():
    for activation in ck.ACTIVATIONS:
        for seed in range(6):
            X, y, params = problem(seed, bool(seed % 2))
            if len(set(y)) < 2:
                continue  # with one class, several mistakes are the same
            right = right_steps(params, X, y, activation)
            for name, make in unlisted().items():
                gradient = make(right)
                if close(gradient, gradient_of(right)):
                    continue
                found = diagnose_gradient(gradient, params, X, y, activation)
                assert not found.ok, name
                true = "wrong-factor" in (found.mistake or "wrong-factor")
                alone = {"dW1-only-first-unit", "all-zeros"}
                same_here = name == "only one unit" and alone & {found.mistake, *found.also}
                assert true or same_here, (name, found)
                assert "For instance dW" in found.message
                assert re.search(LOCATED, found.message), (name, found)
                assert "no way" not in found.message


# Kinds, shapes, numbers


@pytest.mark.parametrize(
    ("change", "slug", "text"),
    [
        (lambda g: (g.W1.T, g.W2), "wrong-shape", "looks transposed"),
        (lambda g: (g.W1, g.W2[:, None]), "wrong-shape", r"Is dz2 \(n,\) or \(n, 1\)"),
        (lambda g: (g.W1[:2], g.W2), "wrong-shape", "bias row of dW1 is missing"),
        (lambda g: (g.W1[:1], g.W2), "wrong-shape", "shape beside each step"),
        (lambda g: (np.zeros((40, 3, 4)), g.W2), "wrong-shape", "one axis too many"),
        (lambda g: (g.W1, np.outer(g.W2, g.W2)), "wrong-shape", "one axis too many"),
        (lambda g: g.W1, "wrong-kind", "two blocks"),
        (lambda g: 3, "wrong-kind", "two blocks"),
        (lambda g: (g.W1, (0, g.W2)), "wrong-kind", "dW2 should be a numpy array of float64; it is rows of"),
        (
            lambda g: (0.3, (g.W1, g.W2)),
            "wrong-kind",
            "you return a number and a tuple, as a loss and a gradient are",
        ),
        (lambda g: {"dW1": g.W1, "dW2": g.W2}, "wrong-kind", "two blocks.*dict"),
        (lambda g: (g.W1, g.W2, 0.3), "wrong-kind", "you return 3 things, ndarray, ndarray, float"),
        (lambda g: (g.W1 + 0j, g.W2), "wrong-kind", "dW1 is complex.*where does j come in"),
        (lambda g: (g.W1.astype(str), g.W2), "wrong-kind", "dW1 should be a numpy array of float64"),
        (lambda g: (np.where(np.eye(3, 4), np.nan, g.W1), g.W2), "not-finite", r"dW1\[0, 0\] is nan"),
        (lambda g: (g.W1, g.W2 + np.inf), "not-finite", r"dW2\[0\] is inf"),
    ],
)
def test_kinds_shapes_and_numbers(change, slug, text):
    found = diagnose_gradient(change(right_gradient(PARAMS, X, Y)), PARAMS, X, Y)
    assert found.mistake == slug
    assert not found.ok
    assert re.search(text, found.message)


def test_it_reads_well_as_text_and_as_html():
    g = right_gradient(PARAMS, X, Y)
    right = diagnose_gradient(g, PARAMS, X, Y)
    assert repr(right) == "This gradient is right."
    assert "✓" in right._repr_html_()
    summed = diagnose_gradient(ck.Params(6 * g.W1, 6 * g.W2), PARAMS, X, Y)
    assert "the points are summed and not averaged" in repr(summed)
    assert "6 times that" in repr(summed)
    assert repr(summed).startswith("The loss is a mean over n points. Where does 1/n enter")
    assert "○" in summed._repr_html_()
    assert "<script" not in diagnose_gradient("<script>", PARAMS, X, Y)._repr_html_()


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_X))
def test_bad_X(value, error, message):
    with pytest.raises(error, match=message):
        diagnose_gradient(PARAMS, PARAMS, value, Y)


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_Y))
def test_bad_y(value, error, message):
    with pytest.raises(error, match=message):
        diagnose_gradient(PARAMS, PARAMS, X, value)


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_PARAMS))
def test_bad_params(value, error, message):
    with pytest.raises(error, match=message):
        diagnose_gradient(PARAMS, value, X, Y)


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_ACTIVATION))
def test_bad_activation(value, error, message):
    with pytest.raises(error, match=message):
        diagnose_gradient(PARAMS, PARAMS, X, Y, value)


@pytest.mark.parametrize("n", [2, 7, 60])
def test_a_round_that_replaces_the_last_one_in_dW1_alone_is_no_slip_of_the_slope(n):
    X, y, params = problem(1, False, n)
    passed, (_, dW2) = ck.forward(params, X), right_gradient(params, X, y)
    dZ1 = np.outer(passed.p - y, params.W2) * passed.A1 * (1 - passed.A1) / n
    found = diagnose_gradient((np.outer(X[-1], dZ1[-1]), dW2), params, X, y)
    assert found.mistake == "only-last-point-in-dW1"
    assert "Look at dW1: Does your loop add up all points" in found.message


@pytest.mark.parametrize("share", [False, True])
def test_the_way_back_through_a_dW2_that_still_grows_is_named(share):
    X, y, params = problem(2, False, 7)
    passed, right = ck.forward(params, X), right_gradient(params, X, y)
    dW1, dW2 = np.zeros(params.W1.shape), np.zeros(len(params.W2))
    for x, a, e in zip(X, passed.A1, passed.p - y, strict=True):
        dW2 += e * a / (len(y) if share else 1)
        dW1 += np.outer(x, e * dW2 * a * (1 - a)) / len(y)
    found = diagnose_gradient((dW1, right.W2), params, X, y)
    assert "while it is still being added up, in place of W2" in found.message
