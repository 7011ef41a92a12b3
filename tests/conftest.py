"""Settings of the whole suite: figures without a screen, none left open; a count of what nbval compares."""

import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from coursekit.descent.choice import compiled

os.environ["MPLBACKEND"] = "Agg"
COUNTS = {"how": "letter for letter"}
HERE = Path(__file__).parent
COMPILING = []


@pytest.fixture(autouse=True)
def close_figures():
    yield
    from matplotlib import pyplot as plt

    plt.close("all")


def pytest_configure(config):
    if compiled() is not None and not hasattr(config, "workerinput"):  # before workers of xdist begin
        # Two processes that compile the loops may give them other last bits: one does, and all others fetch.
        code = (
            "from coursekit.descent.compiled import ready, np; ready(np.dtype(float)), ready(np.dtype('f4'))"
        )
        COMPILING.append(subprocess.Popen([sys.executable, "-c", code]))  # while tests are collected
    pinned = re.findall(
        r"^(\w+)==([\d.]+)\.\*$", (HERE / "pinned.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    if not all(f"{version(name)}.".startswith(f"{wanted}.") for name, wanted in pinned):
        COUNTS["how"] = "without their numbers, as versions here are not those of pinned.txt"
        config.option.nbval_sanitize_with = str(HERE / "nbval_loose.cfg")


def until_compiled():
    """Wait before the first test runs; workers of xdist have nothing to wait for."""
    if any(process.wait() for process in COMPILING):
        raise RuntimeError("the loops could not be compiled: see above")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished():  # then tests are given to the workers
    until_compiled()


def pytest_collection_finish(session):
    if compiled() is not None:
        from coursekit.descent.compiled import ready

        assert not ready.cache_info().currsize, "a module of tests trains a network while it is collected"
    until_compiled()
    cells = [item for item in session.items if hasattr(item, "cell")]
    outputs = sum(len(item.cell.outputs) for item in cells if item.options["check"])
    getattr(session.config, "workeroutput", COUNTS).update(cells=len(cells), outputs=outputs)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):  # of pytest-xdist: every worker collects all
    COUNTS.update(getattr(node, "workeroutput", {}))


def pytest_terminal_summary(terminalreporter):
    if COUNTS.get("cells"):
        terminalreporter.write_line(
            "nbval: {cells} code cells run, {outputs} stored outputs compared {how}".format(**COUNTS)
        )
