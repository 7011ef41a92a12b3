"""tanh from a table: to 1e-14 of numpy's own, for every number; and which of the two is taken."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from coursekit.descent import tanh as fast


@pytest.fixture
def table(monkeypatch):
    monkeypatch.setattr(fast, "is_vectorised", lambda: False)


NUMBERS = np.concatenate(
    [
        np.linspace(-25, 25, 9001),
        np.logspace(-300, 300, 601),
        -np.logspace(-300, 300, 601),
        (np.arange(-50, 51) + 0.5) / fast.S,  # half-way between two entries
        [0.0, -0.0, fast.END, -fast.END, fast.END + 1e-9],
    ]
)


@pytest.mark.parametrize("in_place", [True, False])
def test_it_is_tanh(table, in_place):
    z = NUMBERS * fast.S
    S, tanh = fast.tanh_for(z)
    out = z if in_place else np.full_like(z, np.nan)
    with np.errstate(over="ignore"):
        tanh(z, out)
    np.testing.assert_allclose(out * S, np.tanh(NUMBERS), rtol=2e-14, atol=1e-14)
    assert np.abs(out * S).max() <= 1


def test_the_table_is_for_many_numbers_without_a_vectorised_tanh(monkeypatch):
    many, few = np.empty(fast.WORTH), np.empty(fast.WORTH - 1)
    for vectorised in (True, False):
        monkeypatch.setattr(fast, "is_vectorised", lambda given=vectorised: given)
        assert fast.tanh_for(many)[0] == (1 if vectorised else fast.S)
        assert fast.tanh_for(few) == (1, np.tanh)
        assert fast.tanh_for(many.astype(np.float32)) == (1, np.tanh)


@pytest.mark.parametrize(
    ("compiled", "wanted"),
    [
        ("X86_V4", True),
        ("AVX512_SKX", True),
        ("X86_V3", False),
        ("FMA3 AVX2", False),
        ("baseline(X86_V2)", False),
    ],
)
def test_numpy_says_what_it_compiled(monkeypatch, compiled, wanted):
    told = SimpleNamespace(opt_func_info=lambda **_: {"tanh": {"dd": {"current": compiled}}})
    monkeypatch.setitem(sys.modules, "numpy.lib.introspect", told)
    assert fast.is_vectorised() == wanted


def test_a_numpy_that_does_not_say_gets_the_table(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy.lib.introspect", None)  # as before 2.1
    assert not fast.is_vectorised()
