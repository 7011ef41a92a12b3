"""Tasks on executors: results handed over one by one, the surroundings left as they were."""

import io
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from coursekit import _parallel as running


def square(number):
    if number == 3:
        raise ArithmeticError("three")
    return number**2


def run(tasks, **options):
    found = {}
    stopped = running.run_tasks(square, tasks, found.__setitem__, **options)
    return found, stopped


@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor(2)], ids=["here", "threads"])
def test_each_result_is_handed_over_with_its_place(executor):
    assert run([5, 6, 7], executor=executor, parallel=False) == ({0: 25, 1: 36, 2: 49}, None)
    assert run([], executor=executor) == ({}, None)


@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor(1)], ids=["here", "threads"])
def test_an_error_of_a_task_stops_and_is_returned(executor):
    found, stopped = run([1, 2, 3, 4], executor=executor, parallel=False)
    assert found.items() >= {0: 1, 1: 4}.items()
    assert isinstance(stopped, ArithmeticError)


def test_workers_get_one_thread_each_and_the_environment_is_left_as_it_was(monkeypatch):
    monkeypatch.setattr(running, "cores", lambda: 2)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    found = {}
    names = ["OMP_NUM_THREADS", "MKL_NUM_THREADS"]
    assert running.run_tasks(os.getenv, names, found.__setitem__) is None
    assert found == {0: "1", 1: "1"}
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "MKL_NUM_THREADS" not in os.environ


def test_cores_are_those_of_this_process_or_computer(monkeypatch):
    assert 1 <= running.cores() <= os.cpu_count()
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert running.cores() == (os.cpu_count() or 1)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_bar_shows_only_where_somebody_watches(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with running.progress_bar(3, "network") as bar:
        assert not bar.disable
        assert bar.delay == 2
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert running.progress_bar(3, "network").disable
    monkeypatch.setattr(sys, "stderr", None)
    assert running.progress_bar(3, "network").disable


@pytest.mark.parametrize("asks", [True, False])
def test_in_a_notebook_it_shows_where_the_front_end_can_be_asked(asks, monkeypatch):
    shell = SimpleNamespace(kernel=SimpleNamespace(_allow_stdin=asks))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert running.is_watched() == asks
