"""What values earn, without a kernel."""

import numpy as np
import pytest

from coursekit.classroom.apart.bundle import MIME, pack
from coursekit.classroom.apart.kernel import limit
from coursekit.classroom.apart.worker import evaluate
from coursekit.classroom.scoring import score


def entry(name, value, **more):
    made = {"name": name, "weight": 1.0, "tolerance": 1e-4, "diagnose": None, "value": pack(value)}
    return made | more


def check(entries, error=None):
    outputs = [{"data": {MIME: {"values": entries}}}] if entries is not None else []
    return {"role": "check", "name": "part", "outputs": outputs, "error": error}


Z = np.linspace(-2, 2, 5)
RIGHT = 1 / (1 + np.exp(-Z))
EXPECTED = {
    "part": {
        "points": 4.0,
        "answers": ["answer"],
        "entries": [
            entry("values", RIGHT, weight=3.0, diagnose="coursekit.diagnose_sigmoid", given=pack((Z,))),
            entry("a word", "circle"),
        ],
    }
}


def test_all_right_earns_all():
    (part,) = score([check([entry("values", RIGHT + 1e-6), entry("a word", "Circle")])], EXPECTED)
    assert part.earned == 4
    assert part.stopped == ()


def test_a_known_mistake_is_named_and_the_rest_counts():
    (part,) = score([check([entry("values", 1 / (1 + np.exp(Z))), entry("a word", "circle")])], EXPECTED)
    assert part.earned == 1
    assert part.steps[0].mistake
    assert part.steps[0].message.endswith("?")
    assert "what comes out when" in part.steps[0].named


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "not run: nothing was reported"),
        (None, "not run: nothing was reported"),
        ([{"name": "values", "error": "NameError: name 'f'"}], "your code stopped with nameerror"),
        ([{"name": "values"}], "is no value"),
        ([{"name": "values", "value": {"shape": [5], "floats": "AAAA"}}], "is no value"),
        ([{"name": 5}, 7, "values"], "not run"),
        ([entry("values", np.full(5, np.nan))], "nan"),
        ([entry("values", ...)], "not attempted"),
        ([entry("values", RIGHT, weight=1e9, tolerance=1e9)], "passed"),
        ([entry("values", 5 * RIGHT, weight=1e9, tolerance=1e9)], "should be"),  # its own rules
        ([entry("values", {"a": 1})], "received <dict>"),
    ],
)
def test_whatever_a_kernel_sends_earns_what_it_is_worth(entries, message):
    (part,) = score([check(entries)], EXPECTED)
    assert message in part.steps[0].message.lower()
    assert part.earned == (3 if message == "passed" else 0)


def test_what_stopped_is_said():
    stopped = {"role": "answer", "name": "answer", "outputs": [], "error": "ValueError: no"}
    (part,) = score([stopped, check(None, "the kernel died")], EXPECTED)
    assert part.stopped == ("answer stopped with ValueError: no", "the check stopped with the kernel died")
    (part,) = score([], EXPECTED)
    assert part.earned == 0


def test_a_request_that_cannot_be_answered_says_what_is_missing():
    with pytest.raises(KeyError, match="role"):
        evaluate([{"error": None}], None)


def test_limits_only_go_down(monkeypatch):
    resource = pytest.importorskip("resource")
    asked = {}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (5, 1000))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: asked.setdefault(kind, pair))
    limit({"memory": 10**9, "cpu": 60.7, "file_size": 10**8, "processes": 64})
    assert asked[resource.RLIMIT_AS] == (1000, 1000)
    assert asked[resource.RLIMIT_CPU] == (60, 60)
    assert asked[resource.RLIMIT_CORE] == (0, 0)
