"""What learners get: no solution, no hidden test, the same bytes each time, and metadata for nbgrader."""

import json

import pytest
from samples import CELLS, notebook, write

from coursekit.classroom.release import release, release_file
from coursekit.classroom.source import SourceError, read_source
from coursekit.cli import main


def by_id(released):
    return {cell["id"]: cell for cell in released["cells"]}


def text(cell):
    return "".join(cell["source"])


def test_solutions_become_stubs_and_hidden_tests_go(released):
    cells = by_id(released)
    assert text(cells["tiny-double"]) == (
        '# Answer: tiny-double\ndef double(x):\n    """Return twice x."""\n    ...  # your code here'
    )
    assert text(cells["tiny-add"]) == "# Answer: tiny-add\nadd = ..."
    assert text(cells["tiny-double-check"]) == "### CHECK double (3 points)\nprint(double(2))"
    assert text(cells["tiny-why"]).endswith("*Your answer here, in two or three sentences.*")
    whole = json.dumps(released)
    for secret in ("twice_as_much", "one + other", "rng", "commutative", "BEGIN", "END"):
        assert secret not in whole


def test_outputs_are_cleared_and_checks_are_locked(tmp_path):
    made = notebook(CELLS)
    made["cells"][2] |= {
        "execution_count": 7,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "secret"}],
    }
    made["cells"][2]["metadata"] = {"tags": ["kept"], "execution": {"iopub.status.busy": "2026"}}
    cells = by_id(json.loads(release(read_source(write(tmp_path / "tiny.ipynb", made)))))
    assert (cells["tiny-double"]["outputs"], cells["tiny-double"]["execution_count"]) == ([], None)
    assert cells["tiny-double"]["metadata"].keys() == {"tags", "nbgrader"}
    for name in ("tiny-setup", "tiny-double-check"):
        assert cells[name]["metadata"] | {"deletable": False, "editable": False} == cells[name]["metadata"]
    assert "editable" not in cells["tiny-double"]["metadata"]


def test_nbgrader_finds_its_metadata(released):
    found = {name: cell["metadata"].get("nbgrader") for name, cell in by_id(released).items()}
    base = {"schema_version": 3, "task": False}
    assert found["tiny-setup"] is None
    assert found["tiny-double"] == base | {
        "grade_id": "tiny-double",
        "grade": False,
        "solution": True,
        "locked": False,
    }
    check = {"grade_id": "double", "grade": True, "solution": False, "locked": True, "points": 3.0}
    assert found["tiny-double-check"] == base | check
    written = {"grade_id": "why", "grade": True, "solution": True, "locked": False, "points": 2.0}
    assert found["tiny-why"] == base | written


def test_two_builds_are_the_same_bytes(source, tmp_path):
    one, other = release_file(source, tmp_path / "a"), release_file(source, tmp_path / "b")
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("cell", "added"),
    [
        ("tiny-setup", "\n    return twice_as_much"),
        ("tiny-title", "\n  twice_as_much = 2 * x"),
        ("tiny-add-check", None),
    ],
)
def test_a_line_of_a_solution_elsewhere_is_refused(cell, added, tmp_path):
    given = CELLS[cell] + added if added else CELLS[cell].replace("###", "print(double(2))\n###", 2)
    if added is None:  # a hidden test that stands in the open as well
        given = '### CHECK add (1 point)\nreport("a number", lambda: double(float(rng.uniform(1, 2))))\n'
        given += "### BEGIN HIDDEN TESTS\nreport(1, 2)\n### END HIDDEN TESTS"
    path = write(tmp_path / "tiny.ipynb", notebook(CELLS | {cell: given}))
    with pytest.raises(SourceError, match=f"cell '{cell}', line .: gives away a line of"):
        release_file(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_release_never_replaces_its_source(source):
    before = source.read_bytes()
    with pytest.raises(SourceError, match="must not replace its source"):
        release_file(source, source.parent)
    assert source.read_bytes() == before


def test_the_command_says_what_it_wrote_and_what_is_wrong(source, tmp_path, capsys):
    assert main(["release", str(source), "--to", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "out" / "tiny.ipynb")
    assert main(["release", str(tmp_path / "none.ipynb")]) == 1
    assert "must be a file that can be read" in capsys.readouterr().err


def test_half_an_emoji_and_any_encoding_can_be_released(tmp_path):
    made = notebook(CELLS | {"tiny-title": "# A tiny assignment \ud83d"})
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path = tmp_path / f"{encoding}.ipynb"
        path.write_bytes(json.dumps(made).encode(encoding))
        assert "assignment \ufffd" in release_file(path, tmp_path / "out").read_text(encoding="utf-8")
