"""Folders that a learner's code filled are removed, however deep, long or closed they are."""

import os
import subprocess
import sys
import tempfile

import pytest

from coursekit.classroom.apart.tidy import make_folder, remove


def deep(folder, name, count):
    os.mkdir(folder)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(count):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def closed(folder):
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "file").write_text("x")
    (folder / "in").chmod(0)


def links(folder):
    folder.mkdir()
    (folder / "out").symlink_to(folder.parent)
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere").symlink_to("/no/such/place")


FILLS = {
    "deep": lambda folder: deep(folder, "d", 3000),
    "deep and long": lambda folder: deep(folder, "d" * 255, 300),
    "long": lambda folder: [folder.mkdir(), *((folder / (c * 255)).write_text("") for c in "abc")],
    "closed": closed,
    "links": links,
    "wide": lambda folder: [(folder / f"{i}" / "a").mkdir(parents=True) for i in range(300)],
    "not there": lambda folder: None,
}


@pytest.mark.parametrize("name", FILLS)
def test_whatever_is_in_a_folder_it_goes(name, tmp_path):
    beside = tmp_path / "beside"
    beside.write_text("stays")
    FILLS[name](tmp_path / "folder")
    assert remove(tmp_path / "folder")
    assert beside.read_text() == "stays"


def test_folders_of_processes_that_are_gone_are_removed(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f"coursekit-{gone.pid}-x" / "in").mkdir(parents=True)
    (tmp_path / "coursekit-mine").mkdir()
    made = make_folder()
    assert sorted(os.listdir(tmp_path)) == sorted(["coursekit-mine", os.path.basename(made)])
