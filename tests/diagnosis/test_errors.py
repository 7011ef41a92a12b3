"""Each kind of exception in a learner's function: its line, its meaning, what met, one question."""

import linecache
import math
import sys
import tomllib
import warnings
from pathlib import Path

import numpy as np
import pytest

import coursekit as ck
from coursekit.diagnosis.errors import explain_stop
from coursekit.diagnosis.evidence import in_words
from coursekit.lesson import exercises as ex

STOPS = tomllib.loads(Path(__file__).with_name("stops.toml").read_text(encoding="utf-8"))["stop"]
FORMS = [
    pytest.param(code.strip(), stop, id=f"{stop['kind']} {i}")
    for stop in STOPS
    for i, code in enumerate(stop["forms"], 1)
]
P = ck.init_params(4, rng=np.random.default_rng(0))
X, y = np.column_stack([np.linspace(-1, 1, 12).reshape(6, 2), np.ones(6)]), np.array([0, 1, 0, 1, 1, 0])
F = ck.forward(P, X)
GIVEN = {"params": P, "gradient": P, "X": X, "y": y, "points": X[:, :2], "p": F.p, "Z1": F.Z1, "A1": F.A1}
GIVEN |= {"dz2": F.p - y, "dZ1": F.Z1, "dW2": P.W2, "W2": P.W2, "z": F.z2, "rate": 0.5}


def stopped(code, place="<cell of a learner>"):
    """Run a learner's cell, call its function with what its parameters name; return what is said."""
    linecache.cache[place] = len(code), None, code.splitlines(keepends=True), place
    names = {"np": np, "math": math, "ck": ck, "sys": sys}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(code, place, "exec"), names)
        wanted = code.split("(")[1].split(")")[0]
        arguments = (X,) if "#X" in code else tuple(GIVEN[name.strip()] for name in wanted.split(","))
        part = ex.compare_call("a", names[code.split("(")[0].removeprefix("def ")], arguments, 1.0)
    return part.message, part.answer


def test_there_are_forty_kinds_in_three_forms_each():
    assert len(STOPS) >= 40
    assert min(len(stop["forms"]) for stop in STOPS) >= 3


@pytest.mark.parametrize(("code", "stop"), FORMS)
def test_a_stop_is_explained_in_the_learners_own_terms(code, stop):
    message, own_words = stopped(code)
    first, *middle, last = message.splitlines()
    assert first.startswith("your function stopped with ")
    assert "#X" in code or first.split(" at  ")[1] in " ".join(code.split())
    assert any(said in "\n".join(middle) for said in stop["says"].split("|"))
    assert any(asked in last for asked in stop["asks"].split("|"))
    assert last.endswith("?")
    for raw in ("core dimension", "gufunc", "non-int", "NoneType", "a.any()", "0-dimensional", "0x"):
        assert raw not in message
    assert own_words.splitlines()[-1]
    assert "/" not in own_words.splitlines()[0].split(":")[0]  # no path of the machine


@pytest.mark.parametrize(("code", "stop"), FORMS)
def test_without_the_source_the_meaning_is_said_all_the_same(code, stop, monkeypatch):
    monkeypatch.setattr(linecache, "getlines", lambda *_: [])
    message, _ = stopped(code, "<a cell whose text is lost>")
    assert message.endswith("?")
    assert "core dimension" not in message


def test_what_met_is_named_with_its_shape():
    message, _ = stopped(
        "def f(params, X):\n    W1, W2 = params\n    return (\n        W1\n        @ X\n    )"
    )
    assert "There, W1 is an array (3, 4), X is an array (6, 3)." in message
    message, _ = stopped("def f(X, dz2):\n    return X.T @ np.outer(X[:, 0], dz2) @ X.T")
    assert "There, X.T @ np.outer(X[:, 0], dz2) is an array (3, 6), X.T is an array (3, 6)." in message
    message, _ = stopped("def f(X):\n    return X @ X")
    assert "Here 3 columns meet 6 rows.\nThere, X is an array (6, 3)." in message
    message, _ = stopped("def f(X):\n    n = 0\n    return 1 / n")
    assert "There, n is one number, 0." in message


def test_a_name_without_a_value_is_not_looked_up_elsewhere():
    message, _ = stopped("def f(X):\n    for row in X:\n        return n\n        n = 0\n\nn = 3")
    assert "has no value yet" in message
    assert "n is one number" not in message


def test_the_line_that_leads_into_a_helper_is_said():
    code = "def f(X):\n    twice = 2 * X\n    return g(twice)\n\ndef g(X):\n    return X @ X"
    message, _ = stopped(code)
    assert message.startswith("your function stopped with ValueError at  return X @ X (in g)\n")
    assert "\nYour line that leads there:  return g(twice)\n" in message
    assert "leads there" not in stopped("def f(X):\n    return X @ X")[0]


def test_looking_up_what_met_runs_nothing_of_the_learners():
    code = "def f(X):\n    calls = []\n    def g():\n        calls.append(1)\n        return np.ones(5)\n"
    code += "    try:\n        return X @ g()\n    finally:\n        assert len(calls) == 1"
    assert "g()" not in stopped(code)[0].split("There,")[-1]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"),
        (..., "still the three dots"),
        (np.ones((2, 3)), "an array (2, 3)"),
        (y, "an array (6,) of whole numbers"),
        (y > 0, "an array (6,) of True and False"),
        (3, "one number, 3"),
        (3.0, "one number, 3.0"),
        (np.float64(1e300), "one number, 1e+300"),
        (P, "Params(W1, W2)"),
        ([1], "a list of 1 value"),
        ((1, 2), "a tuple of 2 values"),
        ("a", "'a'"),
        (True, "True"),
        (len, "a function"),
        ({}, "a value of type dict"),
    ],
)
def test_a_value_is_described_in_a_few_words(value, said):
    assert in_words(value) == said


def test_the_learners_line_is_said_where_the_package_refuses():
    message, own_words = stopped("def f(params, X):\n    return ck.forward(params, X[:, :2]).p")
    assert message.startswith(
        "your function stopped with ValueError at  return ck.forward(params, X[:, :2]).p\n"
    )
    assert "\nX must have 3 columns" in message
    assert message.endswith("?")
    assert "site-packages" not in own_words


@pytest.mark.parametrize(
    ("place", "top"),
    [
        ("<cell of a check>", "# Run this cell to check exercise 9."),
        ("notebooks/checks/09.py", '"""What the checks know."""'),
    ],
)
def test_a_line_of_the_check_is_not_said_to_be_the_learners(place, top):
    check = f"{top}\ndef tried(X, W2):\n    return ck.forward((X, W2), X)\n"
    linecache.cache[place] = len(check), None, check.splitlines(keepends=True), place
    names = {"ck": ck}
    exec(compile(check, place, "exec"), names)
    said = ex.compare_call("a", names["tried"], (X, P.W2), 1.0).message.splitlines()
    assert said[0] == "your values stopped the check with ValueError"
    assert said[1].startswith("params.W1 must have shape (3, h)")
    assert said[-1].endswith("?")
    inner = "def helper(X):\n    return X @ X\n"
    linecache.cache["<cell>"] = len(inner), None, inner.splitlines(keepends=True), "<cell>"
    exec(compile(inner, "<cell>", "exec"), names)
    exec(compile(check.replace("ck.forward((X, W2), X)", "helper(X)"), place, "exec"), names)
    said = ex.compare_call("a", names["tried"], (X, P.W2), 1.0).message
    assert said.startswith("your function stopped with ValueError at  return X @ X")


def test_a_call_that_never_entered_a_learners_line_is_explained_too():
    try:
        np.matmul(np.ones((2, 3)), np.ones((2, 3)))
    except ValueError as error:
        message, own_words = explain_stop(np.matmul, error)
    assert message.startswith("your function stopped with ValueError")
    assert "core dimension" not in message
    assert "core dimension" in own_words


def test_a_function_of_numpy_without_its_module_is_found_there():
    names = {"math": __import__("math"), "np": np, "ex": ex}
    exec("def own(z):\n    return 1 / (1 + exp(-z))", names)
    part = ex.compare_call("a", names["own"], (np.zeros(3),), 1.0)
    assert "There is no exp by itself.\n" in part.message
    assert part.message.endswith("Do you mean np.exp?")
