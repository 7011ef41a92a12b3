"""Slips of code are found by repair: the line, and the question that belongs to the slip."""

import copy
import re
import sys
import time

import numpy as np
import pytest
from notebook_cells import run

import coursekit as ck
from coursekit.diagnosis import repair, tries
from coursekit.lesson import exercises as ex

RIGHT = {
    "share": """
def share(answers):
    total = 0
    for answer in answers:
        if answer == 1:
            total += 1
    return total / len(answers)
""",
    "places": """
def share(answers):
    total = 0
    for i in range(len(answers)):
        total += answers[i]
    return total / len(answers)
""",
    "larger": """
def larger(y):
    ones, zeros = 0, 0
    for label in y:
        if label == 1:
            ones += 1
        else:
            zeros += 1
    return max(ones, zeros) / len(y)
""",
    "ring": """
def ring(points):
    x1, x2 = points[:, 0], points[:, 1]
    r = (x1 ** 2 + x2 ** 2) ** (1 / 2)
    return (r > 0.3) & (r < 0.8)
""",
    "column": """
def agree(answers, truth):
    return (answers == truth.ravel()).mean()
""",
    "backward": """
def backward(A1, X, W2, p, y):
    n, h = A1.shape
    dW1 = np.zeros((3, h))
    dW2 = np.zeros(h)
    for i in range(n):
        dz2 = (p[i] - y[i]) / n
        for j in range(h):
            dW2[j] += dz2 * A1[i, j]
            dZ1 = dz2 * W2[j] * A1[i, j] * (1 - A1[i, j])
            for k in range(3):
                dW1[k, j] += X[i, k] * dZ1
    return dW1, dW2
""",
    "matrices": """
def backward(A1, X, W2, p, y):
    dz2 = (p - y) / len(y)
    dA1 = np.outer(dz2, W2)
    dZ1 = dA1 * A1 * (1 - A1)
    return X.T @ dZ1, A1.T @ dz2
""",
    "go back": """
def go_back(tape):
    slopes = [0.0] * len(tape)
    slopes[-1] = 1.0
    for line in reversed(range(len(tape))):
        for parent, slope in tape[line][1]:
            slopes[parent] += slopes[line] * slope
    return slopes
""",
    "lengths": """
def lengths(rows):
    found = []
    for row in rows:
        total = 0
        for number in row:
            total += number ** 2
        found.append(total)
    return np.array(found)
""",
    "sizes": """
def sizes(rows):
    lengths = np.sqrt((np.array(rows) ** 2).sum(axis=1))
    top, low, total = lengths.max(), lengths.min(), lengths.sum()
    return top, low, total
""",
    "difference": """
def difference(f, w, h):
    return (f(w + h) - f(w - h)) / (2 * h)
""",
    "gradient": """
def gradient(loss, W, step):
    result = np.zeros(W.shape)
    for at in np.ndindex(W.shape):
        up = W.copy()
        down = W.copy()
        up[at] += step
        down[at] -= step
        result[at] = (loss(up) - loss(down)) / (2 * step)
    return result
""",
    "train": """
def train(w, rate, rounds):
    history = []
    for _ in range(rounds):
        history.append(w ** 2)
        w = w - rate * 2 * w
    return w, np.array(history)
""",
    "error": """
def error(a, b):
    gap = a - b
    return np.sqrt((gap ** 2).sum()) / (np.sqrt((a ** 2).sum()) + np.sqrt((b ** 2).sum()))
""",
}


def network(n, h, seed):
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.uniform(-1, 1, (n, 2)), np.ones(n)])
    return rng.uniform(0, 1, (n, h)), X, rng.normal(size=h), rng.uniform(0, 1, n), rng.permutation(n) % 2


def inputs():
    rng = np.random.default_rng(5)
    answers = [(np.array(a),) for a in ([1, 0, 0, 1, 1], [0, 0, 0, 1, 0, 0, 1, 0])]
    tapes = [[(3.0, ()), (9.0, ((0, 3.0), (0, 3.0))), (12.0, ((1, 1.0), (0, 1.0)))]]
    tapes += [[(1.0, ()), (2.0, ((0, 2.0),)), (7.0, ((0, 3.0), (1, 4.0))), (9.0, ((1, 5.0), (2, 6.0)))]]
    return {
        "share": answers,
        "places": answers,
        "larger": answers,
        "ring": [(rng.uniform(-1, 1, (n, 2)),) for n in (7, 12)],
        "column": [(rng.integers(0, 2, n), rng.integers(0, 2, (n, 1))) for n in (8, 9)],
        "backward": [network(2, 2, 1), network(7, 4, 2)],
        "matrices": [network(2, 2, 1), network(7, 4, 2)],
        "go back": [(tape,) for tape in tapes],
        "lengths": [(rng.integers(-5, 9, (n, 3)).tolist(),) for n in (3, 5)],
        "sizes": [(rng.integers(-5, 9, (n, 3)).tolist(),) for n in (3, 5)],
        "difference": [(np.exp, 0.3, 0.1), (np.sin, 2.0, 0.4)],
        "gradient": [
            (lambda W: (W**3).sum() + W.sum() ** 2, rng.normal(size=shape), 0.1) for shape in ((2, 3), 2)
        ],
        "train": [(1.3, 0.1, 4), (-0.7, 0.3, 3)],
        "error": [(rng.normal(size=shape), rng.normal(size=shape)) for shape in ((2, 3), 5)],
    }


def defined(source, **more):
    """Return the function of a cell, as a notebook would define it."""
    names = {"np": np, **more}
    run(source, names)
    return next(value for name, value in names.items() if callable(value) and name not in more)


def verdict(name, source, **more):
    """Check what a cell defines against a right function, on two inputs."""
    wrong, right = defined(source, **more), defined(RIGHT[name])
    given = inputs()[name]
    parts = [
        ex.compare_call(f"part {at}", wrong, args, expected(right, args)) for at, args in enumerate(given)
    ]
    return ex.check("an exercise", *parts)


def expected(right, args):
    value = right(*copy.deepcopy(args))
    return value if isinstance(value, tuple) else np.asarray(value)


def slipped(name, *swaps):
    source = RIGHT[name]
    for old, new in swaps:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


DEEP = [
    "            dW2[j] += dz2 * A1[i, j]\n            dZ1 = dz2 * W2[j] * A1[i, j] * (1 - A1[i, j])\n"
    "            for k in range(3):\n                dW1[k, j] += X[i, k] * dZ1\n",
    "            dZ1 = dz2 * W2[j] * A1[i, j] * (1 - A1[i, j])\n            for k in range(3):\n"
    "                dW1[k, j] += X[i, k] * dZ1\n                dW2[j] += dz2 * A1[i, j]\n",
]
SLIPS = [  # kind, function, what is right, the slip
    ("return-inside", "share", "    return total", "        return total"),
    ("return-inside", "go back", "    return slopes", "            return slopes"),
    ("equals-and-sign", "share", "total += 1", "total =+ 1"),
    (
        "start-inside",
        "share",
        "    total = 0\n    for answer in answers:\n",
        "    for answer in answers:\n        total = 0\n",
    ),
    (
        "start-inside",
        "train",
        "    history = []\n    for _ in range(rounds):\n",
        "    for _ in range(rounds):\n        history = []\n",
    ),
    ("too-shallow", "larger", "        else:\n            zeros += 1", "        zeros += 1"),
    ("too-shallow", "train", "        w = w -", "    w = w -"),
    ("too-deep", "lengths", "        found.append", "            found.append"),
    ("too-deep", "backward", DEEP[0], DEEP[1]),
    (
        "start-outside",
        "lengths",
        "    for row in rows:\n        total = 0\n",
        "    total = 0\n    for row in rows:\n",
    ),
    ("add-not-assign", "backward", "dW2[j] +=", "dW2[j] ="),
    ("add-not-assign", "backward", "dW1[k, j] +=", "dW1[k, j] ="),
    ("add-not-assign", "gradient", "up[at] +=", "up[at] ="),
    ("caret", "lengths", "number ** 2", "number ^ 2"),
    ("whole-division", "difference", ") / (", ") // ("),
    ("whole-division", "share", "total / len", "total // len"),
    ("product-sign", "matrices", "A1.T @ dz2", "A1.T * dz2"),
    ("call", "column", "truth.ravel()", "truth.ravel"),
    ("range", "places", "range(len(answers))", "range(1, len(answers))"),
    ("range", "places", "range(len(answers))", "range(len(answers) - 1)"),
    ("range", "backward", "range(h)", "range(h - 1)"),
    ("brackets", "ring", "(1 / 2)", "1 / 2"),
    ("brackets", "backward", "A1[i, j] * (1 - A1[i, j])", "A1[i, j] * 1 - A1[i, j]"),
    ("brackets", "difference", "(2 * h)", "2 * h"),
    ("brackets", "difference", "(f(w + h) - f(w - h))", "f(w + h) - f(w - h)"),
    ("copy", "gradient", "down = W.copy()", "down = W"),
    ("index-order", "backward", "X[i, k]", "X[k, i]"),
    ("counter", "backward", "W2[j] * A1", "W2[i] * A1"),
    ("counter", "backward", "X[i, k]", "X[i, j]"),
    ("counter", "go back", "slopes[parent] +=", "slopes[line] +="),
    ("comparison", "ring", "r < 0.8", "r > 0.8"),
    ("and-or", "ring", "&", "|"),
    ("returned-order", "sizes", "return top, low, total", "return top, total, low"),
    ("order", "matrices", "np.outer(dz2, W2)", "np.outer(W2, dz2)"),
    ("transpose", "matrices", "A1.T @ dz2", "A1 @ dz2"),
    ("sign", "train", "w - rate", "w + rate"),
    ("name", "ring", "x2 ** 2", "x1 ** 2"),
    ("name", "matrices", "dA1 * A1 *", "dA1 * dA1 *"),
    ("function", "larger", "max(ones", "min(ones"),
    ("extra", "train", "rate * 2 * w", "rate * 2 * w * w"),
]


@pytest.mark.parametrize(("kind", "name", "old", "new"), SLIPS)
def test_a_slip_hears_its_line_and_its_question(kind, name, old, new):
    source = slipped(name, (old, new))
    part = next(part for part in verdict(name, source).parts if part.status == "not yet")
    at, line = re.match(r"Line (\d+), `(.*?)(\.\.\.)?`", part.message).groups()[:2]
    assert line in source.split("\n")[int(at) - 1]
    assert any(line.startswith(one.strip()[:67]) or one.strip() in line for one in new.strip().split("\n"))
    words = {kind: text for group in repair._parts() for kind, text in group.items()}[kind]
    assert part.message.split("\n")[0].endswith(words.split("}")[-1]), part.message
    repaired = {one.strip() for one in RIGHT[name].split("\n")} - {one.strip() for one in source.split("\n")}
    assert not any(f"{one}`" in part.message for one in repaired)


def test_the_same_slip_at_two_places_is_one():
    source = slipped(
        "lengths", ("number ** 2", "number ^ 2"), ("        total = 0", "        total = (3 ^ 2) - 9")
    )
    assert "^ is no power" in verdict("lengths", source).parts[0].message


def test_two_slips_are_told_one_after_the_other():
    source = slipped("backward", ("dW2[j] +=", "dW2[j] ="), ("X[i, k]", "X[i, j]"))
    said = verdict("backward", source).parts[0].message.split("\n")
    assert said[0].startswith("Line 9, `dW2[j] = dz2 * A1[i, j]`: several values")
    assert said[1] == repair.PARTLY
    assert (
        verdict("backward", slipped("backward", ("X[i, k]", "X[i, j]")))
        .parts[0]
        .message.startswith("Line 12")
    )


def test_all_parts_say_it_once_and_a_right_answer_hears_nothing():
    for name, source in RIGHT.items():
        assert verdict(name, source).passed
    first, second = verdict("share", slipped("share", ("total += 1", "total =+ 1"))).parts
    assert first.message == (
        "Line 6, `total =+ 1`: the sign stands behind the =. What becomes of the old value?\n"
        "expected 0.6; received 0.2"
    )
    assert second.message == "As in “part 0”."


def check_of(function, mistakes=None, name="share"):
    given, right = inputs()[name], defined(RIGHT[name])
    parts = [
        ex.compare_call(
            f"part {at}", function, args, expected(right, args), mistakes=mistakes and mistakes[at]
        )
        for at, args in enumerate(given)
    ]
    return ex.check("an exercise", *parts)


def test_a_named_cause_stays_where_it_fits_every_part():
    wrong = defined(slipped("share", ("    return total", "        return total")))
    named = check_of(wrong, [{"Named?": 0.2}, {"Named?": 0.0}])
    assert named.parts[0].message == "expected 0.6; received 0.2\nNamed?"
    for mistakes in (
        [{"Named?": 0.2}, {"Named?": 0.7}],
        [{"Named?": 0.2}, {"Named?": 0.1}],
    ):
        assert check_of(wrong, mistakes).parts[0].message.startswith("Line 7, `return total / len(answers)`")


def test_a_named_cause_that_a_passed_part_speaks_against_does_not_stay():
    wrong = defined(slipped("places", ("range(len", "range(1, len")))
    fits, unfit = [{"Zeros?": 0.4}, {"Zeros?": 0.25}], [{"Zeros?": 0.4}, {"Zeros?": 0.75}]
    assert check_of(wrong, fits).parts[0].message.endswith("Zeros?")
    assert check_of(wrong, unfit).parts[0].message.startswith("Line 4, `for i in range(1, len(answers)):`")


def untouched(message):
    return message.startswith("expected")


def test_what_is_left_alone():
    loop = "def share(answers):\n    total = i = 0\n    while i < len(answers):\n"
    loop += "        total =+ answers[i]\n        i += 1\n"
    assert untouched(verdict("share", f"{loop}    return total / len(answers)\n").parts[0].message)
    long = slipped("share", ("total += 1", "total =+ 1"), ("    total = 0\n", "    total = 0\n" * 60))
    assert untouched(verdict("share", long).parts[0].message)
    file = slipped("share", ("total += 1", "total =+ 1"), ("    return", "    open\n    return"))
    assert untouched(verdict("share", file).parts[0].message)
    names = {}
    exec(slipped("share", ("total += 1", "total =+ 1")), names)  # its lines cannot be looked up
    assert untouched(check_of(names["share"]).parts[0].message)


def test_a_source_that_is_another_than_the_functions_is_left_alone():
    wrong = defined(slipped("share", ("total += 1", "total =+ 1")))
    other = defined(slipped("share", ("total += 1", "total =+ 2")))
    wrong.__code__ = wrong.__code__.replace(co_filename=other.__code__.co_filename)
    wrong.__code__ = wrong.__code__.replace(
        co_code=defined(RIGHT["places"]).__code__.co_code[:4] + wrong.__code__.co_code[4:]
    )
    assert tries.source_of(wrong) is None


def test_nothing_outside_changes_and_nothing_is_printed(capsys):
    source = """
def share(answers):
    SEEN.append(len(answers))
    print("here")
    TABLE[0] += 1
    total = 0
    for answer in answers:
        total =+ answer
    return total / len(answers)
"""
    seen, table = [], np.zeros(1)
    wrong = defined(source, SEEN=seen, TABLE=table)
    before, tracing = dict(wrong.__globals__), sys.gettrace()
    assert check_of(wrong).parts[0].message.startswith("Line 8, `total =+ answer`")
    assert seen == [5, 8]
    assert table == 2  # the two calls of the check, and none of the tries
    assert wrong.__globals__ == before
    assert sys.gettrace() is tracing
    assert capsys.readouterr().out == "here\n" * 2


def test_an_array_of_the_notebook_that_is_called_as_a_local_one_stays_as_it_is():
    source = """
def share(answers):
    total = np.zeros(1)
    for answer in answers:
        total[0] =+ answer
    return total[0] / len(answers)
"""
    total = np.array([5.0])
    assert check_of(defined(source, total=total)).parts[0].message.startswith("Line 5, `total[0] =+ answer`")
    assert total == 5


def test_tries_that_run_on_or_grow_are_stopped(monkeypatch):
    monkeypatch.setattr(tries, "SECONDS", 3600.0)  # so that these limits alone end them
    endless = """
def share(answers):
    found, more = [0], [0]
    for one in found:
        more.append(one)
        more += more[:1]
    for one in range(200):
        more = more + found
    return sum(answers) / len(answers) / 2
"""
    begun = time.process_time()
    assert untouched(verdict("share", endless).parts[0].message)
    assert time.process_time() - begun < 60


@pytest.mark.parametrize(("limit", "none"), [("SECONDS", 0.0), ("TRIES", 0)])
def test_all_tries_together_are_limited(monkeypatch, limit, none):
    monkeypatch.setattr(tries, limit, none)
    assert untouched(verdict("share", slipped("share", ("total += 1", "total =+ 1"))).parts[0].message)


def test_a_share_that_many_changes_make_is_no_proof():
    source = "def share(answers):\n    return answers.sum() * 3 - answers.size + 1\n"
    assert untouched(verdict("share", source).parts[0].message)


def test_a_cause_of_the_mathematics_keeps_its_name():
    source = """
def my_backward(params, passed, X, y):
    dz2 = (passed.p - y) / len(y)
    dZ1 = np.outer(dz2, params.W2)
    return X.T @ dZ1, passed.A1.T @ dz2
"""
    wrong, parts = defined(source), []
    for n, h in ((2, 2), (7, 4)):
        rng = np.random.default_rng(n)
        params, X = ck.init_params(h, rng=rng), np.column_stack([rng.uniform(-1, 1, (n, 2)), np.ones(n)])
        y, passed = np.arange(n) % 2, ck.forward(params, X)
        given = params, passed, X, y
        look = {"diagnose": lambda got, params=params, X=X, y=y: ck.diagnose_gradient(got, params, X, y)}
        parts.append(ex.compare_call(f"{n} points", wrong, given, ck.backward(*given), **look))
    assert ex.check("an exercise", *parts).parts[0].mistake == "slope-forgotten"
