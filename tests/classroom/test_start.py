"""`coursekit start`: lessons arrive, a new version arrives, and no answer is ever lost."""

import json
import shutil

import pytest

from coursekit import cli
from coursekit.classroom import start as module
from coursekit.classroom.start import RECORD, start
from coursekit.cli import main

LESSON = "02_build.ipynb"


def cell(name, source):
    return {"cell_type": "code", "id": name, "metadata": {}, "outputs": [], "source": [source]}


def lesson(*cells):
    return json.dumps({"cells": [cell(*pair) for pair in cells], "metadata": {}, "nbformat": 4})


FIRST = [("title", "# Build"), ("attempt", "a = ..."), ("check", "check(a)"), ("end", "1")]
SECOND = [("title", "# Build"), ("new", "2"), ("attempt", "a = ..."), ("check", "check(a, 2)")]


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """What the package brings."""
    shelf = tmp_path / "package" / "notebooks"
    (shelf / "images").mkdir(parents=True)
    (shelf / "images" / "a.png").write_bytes(b"picture")
    (shelf / LESSON).write_text(lesson(*FIRST))
    monkeypatch.setattr(module, "lessons", lambda: shelf)
    return shelf


@pytest.fixture
def mine(tmp_path, shelf):
    folder = tmp_path / "mé né"
    assert start(folder) == [f"{LESSON}: new"]
    return folder


def sources(path):
    return {c["id"]: "".join(c["source"]) for c in json.loads(path.read_text(encoding="utf-8"))["cells"]}


def write(path, **changes):
    """Change sources in a notebook, as a learner does, and leave outputs."""
    content = json.loads(path.read_text(encoding="utf-8"))
    for c in content["cells"]:
        c["source"] = changes.get(c["id"], c["source"])
        c["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "ran"}]
    path.write_text(json.dumps(content), encoding="utf-8")


def test_a_first_start_copies_all_and_a_second_says_nothing(mine, shelf):
    assert (mine / LESSON).read_text() == (shelf / LESSON).read_text()
    assert (mine / "images" / "a.png").read_bytes() == b"picture"
    assert start(mine) == []


def test_the_same_version_leaves_an_answer_alone(mine):
    write(mine / LESSON, attempt="a = 1")
    before = (mine / LESSON).read_bytes()
    assert start(mine) == []
    assert (mine / LESSON).read_bytes() == before


def test_a_lesson_that_was_only_run_becomes_the_new_one(mine, shelf):
    write(mine / LESSON)
    (shelf / LESSON).write_text(lesson(*SECOND))
    (said,) = start(mine)
    assert said == f"{LESSON}: 3 cells changed (check, end, new)"
    assert (mine / LESSON).read_text() == (shelf / LESSON).read_text()
    assert sorted(path.name for path in mine.iterdir()) == [RECORD, LESSON, "images"]


def test_a_new_version_comes_around_the_answers(mine, shelf):
    write(mine / LESSON, attempt="a = 1", end="my notes")
    before = (mine / LESSON).read_bytes()
    (shelf / LESSON).write_text(lesson(*SECOND))
    (said,) = start(mine)
    assert "what you wrote in 2 cells is kept" in said
    assert sources(mine / LESSON) == {
        "title": "# Build", "new": "2", "attempt": "a = 1", "check": "check(a, 2)", "end": "my notes"
    }  # fmt: skip
    (kept,) = mine.glob("*before*.ipynb")
    assert kept.name in said
    assert kept.read_bytes() == before
    assert start(mine) == []
    (shelf / LESSON).write_text(lesson(*FIRST))
    start(mine)
    assert sources(mine / LESSON)["attempt"] == "a = 1"
    assert len(list(mine.glob("*before*.ipynb"))) == 2  # none is overwritten either


def test_cells_of_ones_own_stay_where_they_stood(mine, shelf):
    content = json.loads((mine / LESSON).read_text())
    content["cells"].insert(2, cell("attempt", "a = a + 1"))  # a split cell keeps its id
    content["cells"].insert(3, {**cell("", "b"), "id": None})
    content["cells"][1]["source"] = "a = 1"
    (mine / LESSON).write_text(json.dumps(content))
    (shelf / LESSON).write_text(lesson(*SECOND))
    start(mine)
    found = ["".join(c["source"]) for c in json.loads((mine / LESSON).read_text())["cells"]]
    assert found == ["# Build", "2", "a = 1", "a = a + 1", "b", "check(a, 2)"]


def test_without_the_record_nothing_is_lost_either(mine, shelf):
    write(mine / LESSON, attempt="a = 1")
    (mine / RECORD).unlink()
    (shelf / LESSON).write_text(lesson(*SECOND))
    start(mine)
    assert sources(mine / LESSON)["attempt"] == "a = 1"
    assert sources(mine / LESSON)["new"] == "2"
    assert list(mine.glob("*before*.ipynb"))


def test_without_what_runs_notebooks_the_command_says_what_brings_it(monkeypatch, capsys):
    monkeypatch.setattr(cli, "find_spec", lambda name: None if name == "nbval" else name)
    for command in (["check", "a.ipynb"], ["grade", "a.ipynb", "in"]):
        assert main(command) == 1
        assert "needs nbval: pip install 'coursekit[grade]' brings it" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", "[]", '{"cells": [3]}', '{"cells": [{"id": "a"}]}'])
def test_what_is_no_notebook_is_left_and_said(mine, shelf, content, capsys):
    (mine / LESSON).write_text(content)
    (shelf / LESSON).write_text(lesson(*SECOND))
    assert main(["start", str(mine)]) == 1
    assert f"{LESSON} must be a notebook" in capsys.readouterr().err
    assert (mine / LESSON).read_text() == content


def test_the_command_says_where_to_begin(tmp_path, capsys):
    assert main(["start", str(tmp_path / "here")]) == 0
    said = capsys.readouterr().out
    assert "08_mend_lab_report.ipynb: new" in said
    assert f"jupyter lab {tmp_path / 'here' / '00_start_here.ipynb'}" in said
    assert (tmp_path / "here" / "images" / "explorer.png").exists()
    shutil.rmtree(tmp_path / "here")
