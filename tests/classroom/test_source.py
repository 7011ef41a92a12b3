"""The instructor's source: what its cells are, and errors that name cell and line."""

import pytest
from samples import CELLS, notebook, write

from coursekit.classroom.source import SourceError, read_source


def test_cells_have_kinds_names_and_points(assignment):
    kinds = {cell.name: cell.kind for cell in assignment.cells}
    assert kinds == {
        "tiny-title": "text",
        "tiny-setup": "given",
        "tiny-double": "solution",
        "double": "check",
        "tiny-add": "solution",
        "add": "check",
        "why": "written",
    }
    assert assignment.points == 6
    assert assignment.name == "tiny"


def test_the_grader_runs_solutions_without_markers(assignment):
    double = assignment.cells[2]
    assert (
        double.source
        == 'def double(x):\n    """Return twice x."""\n    twice_as_much = 2 * x\n    return twice_as_much'
    )
    assert "print" not in assignment.cells[3].text_of("hidden")


WRONG = {
    "begin without end": (
        "tiny-add",
        "### BEGIN SOLUTION\nadd = 1",
        "line 1: BEGIN SOLUTION without its END",
    ),
    "end without begin": ("tiny-add", "add = 1\n### END SOLUTION", "line 2: END SOLUTION without its BEGIN"),
    "nested": (
        "tiny-add",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
        "line 2: BEGIN SOLUTION inside of SOLUTION, which began in line 1",
    ),
    "crossed": (
        "tiny-add-check",
        "### CHECK add (1 point)\n### BEGIN HIDDEN TESTS\n### END SOLUTION",
        "line 3: END SOLUTION without its BEGIN",
    ),
    "misspelt": ("tiny-add", "### BEGIN SOLUTOIN\nadd = 1\n### END SOLUTION", "line 1: looks like a marker"),
    "lower case": (
        "tiny-add",
        "### begin solution\nadd = 1\n### end solution",
        "line 1: looks like a marker",
    ),
    "no points": ("tiny-add-check", "### CHECK add\nadd", "line 1: must name the part and its points"),
    "zero points": ("tiny-add-check", "### CHECK add (0 points)\nadd", "line 1: must name the part"),
    "no name": ("tiny-add-check", "### CHECK (2 points)\nadd", "line 1: must name the part"),
    "nothing hidden": ("tiny-add-check", "### CHECK add (1 point)\nadd", "must have hidden tests"),
    "hidden, no check": (
        "tiny-add-check",
        "### BEGIN HIDDEN TESTS\nadd\n### END HIDDEN TESTS",
        "must be in a cell that begins with",
    ),
    "check in a text": ("tiny-why", "<!-- CHECK why (1 point) -->", "CHECK belongs into a code cell"),
    "no rubric": ("tiny-why", "<!-- WRITTEN why (1 point) -->\nWhy?", "must have a rubric"),
    "solution in a text": (
        "tiny-why",
        "<!-- BEGIN SOLUTION -->\na\n<!-- END SOLUTION -->",
        "must begin with",
    ),
    "name twice": (
        "tiny-add-check",
        "### CHECK double (1 point)\n### BEGIN HIDDEN TESTS\n1\n### END HIDDEN TESTS",
        "the name is there twice",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_error_names_cell_and_line(name, tmp_path):
    cell, text, message = WRONG[name]
    path = write(tmp_path / "wrong.ipynb", notebook(CELLS | {cell: text}))
    with pytest.raises(SourceError, match="cell '") as caught:
        read_source(path)
    assert message in str(caught.value)
    assert "tiny-" in str(caught.value) or "double" in str(caught.value)


def test_what_is_no_source_is_refused(tmp_path):
    for content, message in (
        ("{", "is not JSON"),
        ("[]", "must be a notebook"),
        ({"cells": 1}, "must be a notebook"),
        ({"cells": [1]}, "must be a notebook"),
    ):
        with pytest.raises(SourceError, match=message):
            read_source(write(tmp_path / "a.ipynb", content))
    with pytest.raises(SourceError, match="must be a file that can be read"):
        read_source(tmp_path / "none.ipynb")
    with pytest.raises(SourceError, match="must have a cell that begins with"):
        read_source(write(tmp_path / "a.ipynb", notebook({"tiny-setup": "1"})))
    no_id = notebook(CELLS)
    del no_id["cells"][2]["id"]
    with pytest.raises(SourceError, match="cell 2: must have an id"):
        read_source(write(tmp_path / "a.ipynb", no_id))
