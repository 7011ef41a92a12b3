"""Values go out of a kernel and come back the same; nothing else does."""

import json
from collections import namedtuple

import numpy as np
import pytest

from coursekit.classroom.apart.bundle import NoValue, Report, pack, unpack

Pair = namedtuple("Pair", "one other")


def there_and_back(value):
    return unpack(json.loads(json.dumps(pack(value))))


@pytest.mark.parametrize(
    "value",
    [
        np.linspace(-1, 1, 6).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(3, dtype=np.float32),
        np.zeros((0, 3)),
        [[1, 2], [3, 4]],
        3.5,
        np.float64(2),
        7,
        np.array([np.nan, np.inf, -np.inf]),
    ],
)
def test_numbers_come_back_exactly(value):
    back = there_and_back(value)
    np.testing.assert_array_equal(back, np.asarray(value, dtype=float))
    assert np.shape(back) == np.shape(value)


def test_texts_truths_blanks_and_tuples_come_back():
    assert there_and_back("circle") == "circle"
    assert there_and_back(np.bool_(True)) is True
    assert there_and_back(None) is None
    first, second = there_and_back([[[1.0, 2.0]] * 3, [0.5, 0.5]])  # a list of blocks is no array
    assert (np.shape(first), np.shape(second)) == ((3, 2), (2,))
    assert np.shape(there_and_back([[1, 2], [3, 4]])) == (2, 2)
    assert there_and_back(...) is ...
    back = there_and_back(Pair(np.ones(2), [np.zeros((2, 2)), "a"]))
    np.testing.assert_array_equal(back[0], np.ones(2))
    assert back[1][1] == "a"


@pytest.mark.parametrize(
    "value",
    [
        *({"a": 1}, object(), print, {1}, b"bytes", 10**400, np.zeros(3_000_000)),
        *(1j, np.array([1, 1j]), np.array(["1.5"]), np.array([1], "m8[s]")),
    ],
)
def test_what_is_no_value_is_named_by_its_kind(value):
    assert isinstance(there_and_back(value), NoValue)
    assert "<" in repr(there_and_back(value))


@pytest.mark.parametrize(
    "data",
    [
        None,
        7,
        {},
        {"floats": "AAAA", "shape": [1]},
        {"floats": "!!", "shape": [1]},
        {"floats": "", "shape": [-1]},
        {"floats": "", "shape": [True]},
        {"floats": "", "shape": [0] * 9},
        {"items": [{"items": [{"items": [{"items": [{"items": [{"items": []}]}]}]}]}]},
        {"text": 5},
    ],
)
def test_what_a_hostile_kernel_sends_is_refused(data):
    with pytest.raises(ValueError, match=r"^no |base64"):
        unpack(data)


def test_a_report_keeps_what_can_be_had():
    report = Report(seed=3)
    assert report.rng.random() == np.random.default_rng(3).random()
    report("right", lambda: 2.0)
    report("stops", lambda: 1 / 0)
    report("asked", 1.0, weight=2, diagnose="coursekit.diagnose_sigmoid", given=(np.zeros(2),))
    right, stops, asked = report.entries
    assert unpack(right["value"]) == 2
    assert stops["error"] == "ZeroDivisionError: division by zero"
    assert asked["weight"] == 2
    assert unpack(asked["given"])[0].shape == (2,)
