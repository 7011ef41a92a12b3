"""What Python in a browser lacks is not asked of it: no thread, no process, no places of 64 bits."""

import sys
import threading
from functools import partial

import numpy as np
import pytest

import coursekit as ck
from coursekit._parallel import cores, progress_bar
from coursekit.descent import tanh
from coursekit.descent.choice import compiled
from coursekit.lesson import exercises as ex
from coursekit.sweeps import sweep as module

GRID = partial(ck.sweep, pattern="circle", seed=range(3), hidden_size=[2, 3], iterations=30)


def refuse(*_, **__):
    raise RuntimeError("can't start new thread")


@pytest.fixture
def browser(monkeypatch, tmp_path):
    """As in Pyodide: many cores are named, no thread starts, and these modules are missing or of no use."""
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    for name in ("_multiprocessing", "multiprocessing", "psutil", "numba"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(module, "WORTH_A_POOL", 0)
    monkeypatch.setattr(module, "compiled", lambda: None)
    monkeypatch.chdir(tmp_path)
    compiled.cache_clear()
    yield
    compiled.cache_clear()  # no later test in this process shall train as a browser does


def test_a_sweep_trains_on_the_one_thread_and_says_how_long(monkeypatch, capsys, browser):
    result = GRID()
    said = capsys.readouterr().out
    assert said == "A browser has one thread: 6 networks take about 10 s, fewer seeds less.\n"
    monkeypatch.undo()
    np.testing.assert_array_equal(GRID()["final_accuracy"], result["final_accuracy"])
    assert capsys.readouterr().out == ""
    assert cores() >= 1


def test_what_was_trained_elsewhere_is_taken_from_the_folder_beside_the_notebook(
    monkeypatch, capsys, browser, tmp_path
):
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(sys, "platform", "linux")
        elsewhere.setattr(module, "WORTH_A_POOL", np.inf)
        (tmp_path / "trained").mkdir()
        result = GRID(fresh_points=50)
    monkeypatch.setattr(module, "train_chunk", refuse)
    again = GRID(fresh_points=50)
    assert (
        capsys.readouterr().out == "6 of 6 networks were trained before; the folder “trained” holds them.\n"
    )
    for name in ("final_accuracy", "first_iteration", "fresh_accuracy", "reached"):
        np.testing.assert_array_equal(again[name], result[name])
        assert again[name].dtype == result[name].dtype
    with pytest.raises(ck.SweepStopped, match="6 of 6 networks are missing"):
        GRID(fresh_points=51)  # another grid is another file
    with pytest.raises(ck.SweepStopped):
        GRID(keep_curves=True)  # and whole curves are not kept
    assert len(list((tmp_path / "trained").iterdir())) == 2


def test_a_bar_starts_no_thread(browser, monkeypatch):
    from tqdm import tqdm

    monkeypatch.setattr(tqdm, "monitor_interval", 10)
    with progress_bar(3, "network") as bar:
        bar.update(3)
        assert not bar.disable
    assert cores() == 1


def test_a_learners_function_is_checked_without_the_thread_that_would_stop_it(browser):
    verdict = ex.compare_call("square", lambda x: x * x, (np.arange(3.0),), np.array([0.0, 1.0, 4.0]))
    assert ex.check("Squares", verdict).passed


def test_where_places_have_32_bits_tanh_is_numpys_own(monkeypatch):
    monkeypatch.setattr(tanh, "is_vectorised", lambda: False)
    z = np.linspace(-3, 3, 2000)
    assert tanh.tanh_for(z)[0] == tanh.S
    monkeypatch.setattr(np, "intp", np.int32)
    assert tanh.tanh_for(z) == (1, np.tanh)
