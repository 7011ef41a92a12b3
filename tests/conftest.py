"""Settings of the whole suite: figures without a screen, none left open; a count of what nbval compares."""

import os

import pytest

os.environ["MPLBACKEND"] = "Agg"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    from matplotlib import pyplot as plt

    plt.close("all")


def pytest_collection_finish(session):
    cells = [item for item in session.items if hasattr(item, "cell")]
    compared = [item for item in cells if item.options["check"]]
    session.config.nbval_counts = len(cells), sum(len(item.cell.outputs) for item in compared)


def pytest_terminal_summary(terminalreporter, config):
    cells, outputs = getattr(config, "nbval_counts", (0, 0))
    if cells:
        terminalreporter.write_line(f"nbval: {cells} code cells run, {outputs} stored outputs compared")
