"""What values earn, without a kernel."""

import base64
import copy
import math
import sys
import tomllib
import warnings
from pathlib import Path

import numpy as np
import pytest

import coursekit as ck
from coursekit.classroom.apart.bundle import pack
from coursekit.classroom.apart.kernel import limit
from coursekit.classroom.scoring import doubts, sayable, score


def entry(name, value, **more):
    made = {"name": name, "weight": 1.0, "tolerance": 1e-4, "diagnose": None, "value": pack(value)}
    return made | more


Z = np.linspace(-2, 2, 5)
RIGHT = 1 / (1 + np.exp(-Z))
PART = {"points": 4.0, "answers": ["answer"]}
EXPECTED = [
    entry("values", RIGHT, weight=3.0, diagnose="coursekit.diagnose_sigmoid", given=pack((Z,))),
    entry("a word", "circle"),
]
OWN = "def sigmoid(z): return 1 / (1 + np.exp(-z))"


def scored(entries, error=None, stopped=(), expected=EXPECTED):
    cell = {"name": "part", "values": entries, "error": error}
    return score(cell, PART, expected, dict(stopped), OWN)


def test_all_right_earns_all():
    part = scored([entry("values", RIGHT + 1e-6), entry("a word", "Circle")])
    assert part.earned == 4
    assert part.stopped == ()


def test_what_has_no_weight_takes_no_point_and_is_a_doubt_where_it_is_true():
    expected = [*EXPECTED, entry("look at it", False, weight=0), entry("and at this", False, weight=0)]
    right = [entry("values", RIGHT), entry("a word", "circle")]
    made = [*right, entry("look at it", True), entry("and at this", False), entry("own words", True)]
    part = scored(made, expected=expected)
    assert (part.earned, len(part.steps)) == (4, 2)
    assert doubts({"values": made}, expected) == ["look at it"]
    assert doubts({"values": [*right, {"name": "look at it", "error": "no"}, {"name": {}}]}, expected) == []


def test_a_known_mistake_is_named_and_the_rest_counts():
    part = scored([entry("values", 1 / (1 + np.exp(Z))), entry("a word", "circle")])
    assert part.earned == 1
    assert part.steps[0].mistake
    assert "?" in part.steps[0].message
    assert part.steps[0].named


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "not run: nothing was reported"),
        ([{"name": "values", "error": "NameError: name 'f'"}], "your code stopped with nameerror"),
        ([{"name": "values"}], "is no value"),
        ([{"name": "values", "value": {"shape": [5], "floats": "AAAA"}}], "is no value"),
        ([{"name": 5}, {"name": None}], "not run"),
        ([entry("values", np.full(5, np.nan))], "nan"),
        ([entry("values", ...)], "not attempted"),
        ([entry("values", None)], "there is no value, but none. is a return missing"),
        ([entry("values", (RIGHT, None))], "there is no value, but none. is a return missing"),
        (
            [{"name": "values", "error": "TypeError: 'NoneType' object is not subscriptable"}],
            "a return missing",
        ),
        ([entry("values", RIGHT, weight=1e9, tolerance=1e9)], "passed"),
        ([entry("values", 5 * RIGHT, weight=1e9, tolerance=1e9)], "should be"),  # its own rules
        ([entry("values", {"a": 1})], "received <dict>"),
    ],
)
def test_whatever_a_kernel_sends_earns_what_it_is_worth(entries, message):
    part = scored(entries)
    assert message in part.steps[0].message.lower()
    assert part.earned == (3 if message == "passed" else 0)


def test_what_stopped_is_said():
    part = scored([], "ValueError: not the same shape", {"answer": "ValueError: no"})
    assert part.stopped == (
        "answer stopped with ValueError: no",
        "the check stopped with ValueError: not the same shape",
    )


@pytest.mark.parametrize("tolerance", [1e-4, 1e-9, 0.0])
def test_float32_passes_where_float64_does(tolerance):
    wanted = [entry("values", 1e3 * RIGHT, tolerance=tolerance)]
    assert scored([entry("values", np.float32(1e3 * RIGHT))], expected=wanted).earned == 4
    assert scored([entry("values", 1e3 * RIGHT * (1 + 1e-3))], expected=wanted).earned == 0


SECRET = "size = rng.integers(3, 9); report('the weights', lambda: start(size))"


@pytest.mark.parametrize(
    "words",
    [
        SECRET,
        SECRET.upper(),
        SECRET[::-1],
        " ".join(SECRET),
        SECRET.encode().hex(),
        base64.b64encode(SECRET.encode()).decode(),
        " ".join(map(str, SECRET.encode())),
        "".join("·- "[bit] for byte in SECRET.encode() for bit in (byte & 1, byte >> 1 & 1)),
    ],
)
@pytest.mark.parametrize("way", ["words", "kind", "text", "class"])
def test_no_hidden_check_comes_out_through_an_error_or_a_text(words, way):
    received = {
        "words": {"error": f"ValueError: {words}"},
        "kind": {"error": f"{words}: no"},
        "text": {"value": pack(words)},
        "class": {"value": {"kind": words}},
    }[way]
    for wanted in (RIGHT, "circle", (RIGHT, RIGHT)):
        if isinstance(wanted, tuple) and "value" in received:
            received = {"value": {"items": [received["value"], pack(RIGHT)]}}
        part = scored([{"name": "values", **received}], expected=[entry("values", wanted)])
        assert words[:20] not in f"{part}"
        assert part.earned == 0
    part = scored([], f"RuntimeError: {words}", {"answer": f"{words}: {words}"})
    assert words[:20] not in f"{part}"


@pytest.mark.parametrize(
    "error",
    [
        "NameError: name 'sigmoid' is not defined",
        "ValueError: operands could not be broadcast together with shapes (43,5) (43,) ",
        "ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature",
        "TypeError: sigmoid() takes 1 positional argument but 2 were given",
        "IndexError: index 3 is out of bounds for axis 0 with size 3",
        "ZeroDivisionError: division by zero",
        "AttributeError: 'numpy.ndarray' object has no attribute 'exp'",
        "RecursionError: maximum recursion depth exceeded",
        "TypeError: 'float' object is not subscriptable",
        "ValueError: too many values to unpack (expected 2)",
    ],
)
def test_what_an_error_says_is_said_where_it_is_common(error):
    assert sayable(error, OWN) == error


def test_limits_only_go_down(monkeypatch):
    resource = pytest.importorskip("resource")
    asked = {}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (5, 1000))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: asked.setdefault(kind, pair))
    limit({"memory": 10**9, "cpu": 60.7, "file_size": 10**8, "processes": 64})
    assert asked[resource.RLIMIT_AS] == (1000, 1000)
    assert asked[resource.RLIMIT_CPU] == (60, 60)
    assert asked[resource.RLIMIT_CORE] == (0, 0)


def test_a_syntax_error_says_its_line_and_not_its_file():
    assert (
        sayable("SyntaxError: expected ':' (3793068956.py, line 2)", "")
        == "SyntaxError: expected ':' (line 2)"
    )
    assert (
        sayable("SyntaxError: invalid syntax (<cell 7>, line 1)", "")
        == "SyntaxError: invalid syntax (line 1)"
    )


STOPS = tomllib.loads((Path(__file__).parents[1] / "diagnosis" / "stops.toml").read_text(encoding="utf-8"))


def errors_of_beginners():
    """Yield (code, words of its error) of the stops that the lessons explain."""
    X = np.column_stack([np.linspace(-1, 1, 12).reshape(6, 2), np.ones(6)])
    params = ck.init_params(4, rng=np.random.default_rng(0))
    passed = ck.forward(params, X)
    given = {"params": params, "gradient": params, "X": X, "y": np.array([0, 1, 0, 1, 1, 0]), "rate": 0.5}
    given |= {"points": X[:, :2], "p": passed.p, "Z1": passed.Z1, "A1": passed.A1, "z": passed.z2}
    given |= {"dz2": passed.p, "dZ1": passed.Z1, "dW2": params.W2, "W2": params.W2}
    for code in (code.strip() for stop in STOPS["stop"] for code in stop["forms"] if "while" not in code):
        names = {"np": np, "math": math, "ck": ck, "sys": sys}
        wanted = code.split("(")[1].split(")")[0].split(",")
        arguments = [X] if "#X" in code else [given[name.strip()] for name in wanted]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                exec(code, names)
                names[code.split("(")[0].removeprefix("def ")](*copy.deepcopy(arguments))
            except BaseException as error:
                yield code, f"{type(error).__name__}: {error}"


def test_an_everyday_error_keeps_its_words():
    every = list(errors_of_beginners())
    assert len(every) > 100
    public = "import numpy as np  # p, y, z"
    assert [said for code, said in every if "not shown" in sayable(said, f"{public}\n{code}")] == []
    for said in (
        "AttributeError: coursekit.forward is not there while this assignment is graded: write it yourself",
        "EOFError: nobody answers input() while a notebook is graded",
        "ValueError: X must have 3 columns, the last one of ones; got shape (6, 2).",
    ):
        assert sayable(said, f"import coursekit as ck; ck.forward; {OWN}") == said
    assert "not shown" in sayable("ValueError: report('another size', weight=3)", OWN)
