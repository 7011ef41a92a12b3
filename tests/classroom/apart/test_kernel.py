"""Kernels that are forked: each has namespaces of its own, and one that died does not take the next along."""

import os
import subprocess
import sys
import tempfile
import time

import psutil
import pytest

from coursekit.classroom.apart.kernel import read_line
from coursekit.classroom.apart.process import descendants, end_tree
from coursekit.classroom.apart.sandbox import obstacle
from coursekit.classroom.apart.worker import WarmKernels

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle())


def speaking(text):
    """Return warm kernels of a process that runs a program."""
    return WarmKernels(lambda: [sys.executable, "-c", text], tempfile.gettempdir(), None)


STEADY = """
print("many", flush=True)
while name := input():
    print("died", flush=True) if "dies" in name else None
    assert input() == "end"
    print("died", flush=True)
    print("ended", flush=True)
"""


def test_one_process_serves_one_kernel_after_the_other():
    kernels = speaking(STEADY)
    try:
        kernels.start("a")
        assert kernels.is_alive()
        process = kernels._process
        kernels.end()
        assert not kernels.is_alive()
        kernels.end()  # a second time, and nothing is said
        kernels.start("b")
        assert kernels.is_alive()
        assert kernels._process is process
    finally:
        kernels.close()


def test_a_kernel_that_died_unnoticed_is_ended_before_the_next():
    kernels = speaking(STEADY)
    try:
        kernels.start("dies")
        kernels.start("b")
        time.sleep(0.2)
        assert kernels.is_alive()
    finally:
        kernels.close()


def test_a_process_that_becomes_the_kernel_lives_as_long():
    kernels = speaking("import os\nprint('once', flush=True)\ninput()\nos.close(1)\ninput()")
    kernels.start("a")
    time.sleep(0.2)
    assert kernels.is_alive()
    kernels.end()
    assert not kernels.is_alive()


def test_a_process_that_does_not_get_ready_is_said():
    with pytest.raises(RuntimeError, match="the kernel did not start"):
        speaking("print('what')").start("a")


def test_a_process_that_does_not_end_its_kernel_is_replaced(monkeypatch):
    monkeypatch.setattr("coursekit.classroom.apart.worker.PATIENCE_TO_END", 0.3)
    kernels = speaking("print('many', flush=True)\nwhile True: input()")
    kernels.start("a")
    first = kernels._process.pid
    kernels.end()
    kernels.start("b")
    assert kernels._process.pid != first
    kernels.close()
    assert not psutil.pid_exists(first)


def test_ending_what_is_gone_does_nothing():
    end_tree(2**22 - 1)
    assert descendants(2**22 - 1) == []


def test_a_line_is_read_to_its_end_and_no_further(monkeypatch):
    reading, writing = os.pipe()
    os.write(writing, b"one\ntwo\n")
    os.close(writing)
    read = os.read
    monkeypatch.setattr(os, "read", lambda _, count: read(reading, count))
    assert [read_line(), read_line(), read_line()] == ["one", "two", ""]
    os.close(reading)


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_a_place_that_does_not_exist_is_no_place_to_run_apart():
    asked = "from coursekit.classroom.apart.kernel import possible\n"
    asked += "print(possible(None, ['/no/such/place']))"
    tried = subprocess.Popen([sys.executable, "-c", asked], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert tried.stdout.read().decode().strip() == "False"  # before anything is to be read
    tried.communicate()
