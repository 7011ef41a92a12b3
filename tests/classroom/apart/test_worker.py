"""A fault of the grader's own is said, and is no learner's zero."""

import pytest

from coursekit.classroom.apart import engine, worker
from coursekit.classroom.apart.limits import Limits

LIMITS = Limits().as_dict()


class NeverReady:
    """Kernels that do not start."""

    tries = 0

    def start(self, address):
        self.tries += 1

    def is_alive(self):
        return False

    def close(self):
        pass


def test_a_kernel_that_does_not_start_is_tried_once_more_and_said(tmp_path):
    kernels, noted = NeverReady(), []
    with pytest.raises(RuntimeError, match="the kernel did not start"):
        engine.run_notebook("", str(tmp_path), LIMITS, kernels, noted.append)
    assert (kernels.tries, noted) == (2, [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("values", [[], [{"name": "a number", "error": "OutOfTime: too long"}]])
def test_where_the_reference_gave_nothing_no_part_is_judged(values):
    told = []

    def run(notebook, limits, noted):
        noted({"role": "check", "name": "double", "values": values, "error": None})

    request = {"parts": {"double": {}}, "reference": "", "notebook": "", "carried": None}
    with pytest.raises(ValueError, match=r"own solutions do not run.*double"):
        worker.grade(request, run, told.append, LIMITS)
    assert told == []
