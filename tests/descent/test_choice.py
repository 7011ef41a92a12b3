"""Which engine is taken, and that it says so."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest

import coursekit as ck
from coursekit.descent import choice, tanh
from coursekit.descent.kernel import Kernel
from coursekit.descent.plain import Plain

DATA, START = ck.draw_start("circle", seed=0, n_points=40)
HAS_NUMBA = find_spec("numba") is not None  # the extra `fast`; the gate has it


@pytest.fixture(autouse=True)
def ask_again(monkeypatch):
    monkeypatch.delenv("COURSEKIT_ENGINE", raising=False)
    choice.compiled.cache_clear()
    yield
    choice.compiled.cache_clear()


def engine_of(activation):
    return type(choice.descent(DATA.X, DATA.y, START, activation, 0.5))


def test_numba_is_taken_where_it_is_installed():
    assert engine_of("tanh").__name__ == ("Compiled" if HAS_NUMBA else "Kernel")
    assert ("compiled" in choice.engine()) == HAS_NUMBA


@pytest.mark.parametrize("why", ["not installed", "does not import", "not wanted"])
def test_without_it_numpy_trains_and_says_how(monkeypatch, why):
    if why == "not installed":
        monkeypatch.setattr(choice, "find_spec", lambda name: None)
    elif why == "does not import":
        monkeypatch.setattr(choice, "find_spec", lambda name: name)
        monkeypatch.setitem(sys.modules, "coursekit.descent.compiled", None)
    else:
        monkeypatch.setenv("COURSEKIT_ENGINE", "numpy")
    assert engine_of("relu") is Kernel
    for vectorised, way in ((True, "vectorised"), (False, "from a table")):
        for module in (choice, tanh):
            monkeypatch.setattr(module, "is_vectorised", lambda given=vectorised: given)
        assert choice.engine() == f"numpy, tanh {way}"
    monkeypatch.setattr(np, "intp", np.int32)  # as in a browser
    assert choice.engine() == "numpy, tanh of its own"


def test_without_a_fast_form_the_steps_are_in_the_clear(monkeypatch):
    monkeypatch.setitem(ck.ACTIVATIONS, "relu", ck.ACTIVATIONS["relu"]._replace(fast=None))
    assert engine_of("relu") is Plain


@pytest.mark.parametrize("vectorised", [True, False])
def test_every_engine_gives_the_same_training(monkeypatch, vectorised):
    monkeypatch.setattr(tanh, "is_vectorised", lambda: vectorised)
    usual = ck.train(DATA, params=START, iterations=300, learning_rate=1.0)
    choice.compiled.cache_clear()
    monkeypatch.setenv("COURSEKIT_ENGINE", "numpy")
    numpy_alone = ck.train(DATA, params=START, iterations=300, learning_rate=1.0)
    np.testing.assert_allclose(usual.loss, numpy_alone.loss, atol=1e-10)
    np.testing.assert_array_equal(usual.accuracy, numpy_alone.accuracy)


if HAS_NUMBA:
    from coursekit.descent import compiled

    def test_a_long_training_is_taken_in_pieces_between_which_ctrl_c_is_heard(monkeypatch):
        whole = compiled.Compiled(DATA.X, DATA.y, START, "tanh", 0.5).advance(100, 7)
        monkeypatch.setattr(compiled, "PIECE", DATA.y.size * 5 * 9)  # nine iterations
        run = compiled.Compiled(DATA.X, DATA.y, START, "tanh", 0.5)
        for part, wanted in zip(run.advance(100, 7), whole, strict=True):
            np.testing.assert_array_equal(part, wanted)

    @pytest.mark.parametrize("watched", [True, False])
    def test_whoever_watches_is_told_that_it_compiles(monkeypatch, watched):
        told = []

        class Clock:
            def __init__(self, seconds, function):
                told.append((seconds, function))

            def start(self):
                told.append("started")

            def cancel(self):
                told.append("cancelled")

        monkeypatch.setattr(compiled, "Timer", Clock)
        monkeypatch.setattr(compiled, "is_watched", lambda: watched)
        compiled.ready.cache_clear()
        for _ in range(2):
            compiled.Compiled(DATA.X, DATA.y, START, "relu", 0.5).advance(1)
        assert told[0] == (1.0, compiled._tell)
        assert told[1:] == (["started"] if watched else []) + ["cancelled"]

    def test_it_is_told_once(capsys):
        compiled._tell.cache_clear()
        for _ in range(2):
            compiled._tell()
        assert capsys.readouterr().out == f"{compiled.COMPILING}\n"
