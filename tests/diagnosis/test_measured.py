"""How the collected mistakes, and right answers of ten styles, are judged: a table with -s."""

import os
import re
from collections import Counter, defaultdict
from itertools import product

import numpy as np
import pytest
from collected import (
    FOURTH,
    GRADIENTS,
    SECOND,
    STEPS,
    THIRD,
    answer,
    compiled,
    network,
    read,
    same,
    step_cases,
)
from oracles import complex_step_gradient
from test_diagnosis import STYLES

import coursekit as ck

pytestmark = pytest.mark.no_cover
SIZES = (
    [(n, h) for n in (2, 7, 500) for h in (1, 2, 4)] if os.environ.get("ALL") else [(2, 2), (7, 4), (60, 2)]
)
LOCATED = r"right|wrong|alone|All |times what|should be|Is a return missing|What do you return"
FACTS = {
    "wrong-factor",
    "wrong-factor-in-dW1",
    "wrong-factor-in-dW2",
    "all-zeros",
    "never-filled",
    "not-finite",
}


def judged(found, mistake):
    """Return how a wrong answer was judged, and whether the message holds words of its own cause."""
    if found.ok:
        return "missed", False
    name = None if found.mistake in FACTS else found.mistake
    place = re.search(LOCATED, found.message)
    said = any(word.lower() in found.message.lower() for word in mistake["names"] + mistake.get("same", []))
    return "named" if name else "located" if place else "unknown", said


def gradients(path):
    for mistake in read(path):
        for activation in ck.ACTIVATIONS:
            for bias in (False, True):
                for n, h in SIZES:
                    params, X, y = network(n, h, bias, seed=n + 10 * h + bias)
                    passed = ck.forward(params, X, activation)
                    given, error = answer(compiled(mistake, activation), params, passed, X, y, activation)
                    right = tuple(ck.backward(params, passed, X, y, activation))
                    if error is None and not alike(given, right):
                        yield mistake, n > 2 and h > 1, ck.diagnose_gradient(given, params, X, y, activation)


def alike(given, right):
    """Whether a gradient is right, in whatever container, to a millionth."""
    try:
        return all(np.allclose(a, b, rtol=1e-6, atol=1e-9) for a, b in zip(given, right, strict=True))
    except (TypeError, ValueError):
        return False


DIAGNOSES = {
    "sigmoid": lambda given, args, activation: ck.diagnose_sigmoid(given, *args),
    "slope": lambda given, args, activation: ck.diagnose_activation_derivative(given, *args, activation),
    "log_loss": lambda given, args, activation: ck.diagnose_log_loss(given, *args),
    "forward": lambda given, args, activation: ck.diagnose_forward(given, *args, activation),
    "update": lambda given, args, activation: ck.diagnose_update(given, *args),
}


def steps(path):
    for mistake in read(path):
        for activation, args, right in step_cases(mistake):
            given, error = answer(compiled(mistake, activation), *args)
            if error is None and not same(given, right):
                yield mistake, True, DIAGNOSES[mistake["step"]](given, args, activation)


SETS = [  # what is asked of kinds named: the later sets were written before it was known what is said of them
    (gradients, GRADIENTS, 0.93),
    (steps, STEPS, 0.95),
    (gradients, SECOND[0], 0.93),
    (steps, SECOND[1], 0.9),
    (gradients, THIRD[0], 0.95),
    (steps, THIRD[1], 0.95),
    (gradients, FOURTH[0], 0.88),
    (steps, FOURTH[1], 0.9),
]


@pytest.mark.parametrize(("cases", "path", "share"), SETS, ids=lambda part: getattr(part, "stem", None))
def test_the_collected_mistakes_are_named_or_located_and_nobody_is_misled(cases, path, share):
    every, kinds, missed, words = Counter(), defaultdict(Counter), set(), defaultdict(Counter)
    for mistake, ordinary, found in cases(path):
        how, own_words = judged(found, mistake)
        every[how, "own words" if own_words else "other words"] += 1
        missed |= {mistake["id"]} if how == "missed" else set()
        if ordinary:
            kinds[mistake["id"]][how] += 1
            words[mistake["id"]][own_words] += how == "named"
    usual = Counter(counts.most_common(1)[0][0] for counts in kinds.values())
    misled = {name for name, counts in words.items() if counts[False] > counts[True]}
    print(f"\n{path.stem}: {len(kinds)} kinds {dict(usual)}; {every.total()} values {dict(every)}")
    assert usual["named"] >= share * len(kinds)
    assert missed <= {
        "ll-nan-to-num",
        "f4-ll-nan-to-num",
        "f4-ll-eps-added",
    }  # an infinite loss as the largest number there is: said, not accused
    assert not any(how == "unknown" for how, _ in every)
    assert not misled


def by_differences(step):
    def style(params, X, y, activation):
        blocks = [np.empty_like(block) for block in params]
        for at, block in enumerate(params):
            for place in np.ndindex(block.shape):
                both = []
                for sign in (1, -1):
                    moved = [weights.copy() for weights in params]
                    moved[at][place] += sign * step
                    both.append(ck.log_loss_from_logits(y, ck.forward(ck.Params(*moved), X, activation).z2))
                blocks[at][place] = (both[0] - both[1]) / (2 * step)
        return tuple(blocks)

    style.__name__ = f"differences of {step}"
    return style


def in_float32(params, X, y, activation):
    single = ck.Params(*(block.astype(np.float32) for block in params))
    given = ck.forward(params, X, activation)
    A1, p, X = (array.astype(np.float32) for array in (given.A1, given.p, X))
    slope = ck.ACTIVATIONS[activation].derivative(given.Z1).astype(np.float32)
    dz2 = (p - y.astype(np.float32)) / np.float32(len(y))
    return X.T @ (np.outer(dz2, single.W2[: slope.shape[1]]) * slope), A1.T @ dz2


def as_lists(params, X, y, activation):
    return [block.tolist() for block in complex_step_gradient(params, X, y, activation)]


def in_longdouble(params, X, y, activation):
    return tuple(block.astype(np.longdouble) for block in STYLES[1](params, X, y, activation))


def by_outer_products(params, X, y, activation):
    """A sum of outer products, one for each point, as columns in matrices, divided at the end."""
    given, h = ck.forward(params, X, activation), params.W1.shape[1]
    dW1, dW2 = np.zeros((3, h)), np.zeros((len(params.W2), 1))
    for at in range(len(y)):
        delta = np.atleast_2d(given.p[at] - y[at])
        dW2 += np.atleast_2d(given.A1[at]).T @ delta
        back = np.atleast_2d(params.W2[:h]).T @ delta
        back *= ck.ACTIVATIONS[activation].derivative(given.Z1[at])[:, None]
        dW1 += (back @ np.atleast_2d(X[at])).T
    return dW1 / len(y), dW2[:, 0] / len(y)


RIGHT_STYLES = [*STYLES, by_differences(1e-5), by_differences(1e-6), in_float32, as_lists, in_longdouble]
ALL = os.environ.get("ALL")  # the closing figures: ALL=1 pytest tests/diagnosis/test_measured.py -s


@pytest.mark.parametrize("style", [*RIGHT_STYLES, by_outer_products], ids=lambda style: style.__name__)
def test_no_right_gradient_of_any_style_is_accused(style):
    tried = 0
    for seed, bias, activation in product(range(4), (False, True), ck.ACTIVATIONS):
        for n, h in SIZES if ALL else ((2, 1), (7, 4), (20, 2)):
            params, X, y = network(n, h, bias, seed=seed)
            found = ck.diagnose_gradient(style(params, X, y, activation), params, X, y, activation)
            assert found.ok, (style.__name__, seed, bias, activation, n, h, found)
            tried += 1
    print(f"\n{style.__name__}: {tried} right ones, none accused", end="")
