"""A source of an assignment, and what its learners get."""

import json

import pytest
from samples import CELLS, notebook, write

from coursekit.classroom.release import release
from coursekit.classroom.source import read_source


@pytest.fixture
def source(tmp_path):
    return write(tmp_path / "source" / "tiny.ipynb", notebook(CELLS))


@pytest.fixture
def assignment(source):
    return read_source(source)


@pytest.fixture
def released(assignment):
    return json.loads(release(assignment))
