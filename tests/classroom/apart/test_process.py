"""A process under watch: short of room it is asked again, and its folder goes, whatever is in it."""

import errno
import os
import subprocess
import sys
import tempfile

import pytest

from coursekit.classroom.apart import process
from coursekit.classroom.apart.process import make_folder, remove

COMMAND = [sys.executable, "-c", "print(input())"]


@pytest.fixture
def troubles(monkeypatch):
    """Errors that the next starts meet, one each; then the system starts processes again."""
    waiting, start = [], subprocess.Popen

    def popen(*command, **options):
        if waiting:
            raise OSError(waiting.pop(0), "no room")
        return start(*command, **options)

    monkeypatch.setattr(subprocess, "Popen", popen)
    monkeypatch.setattr(process, "WAITS", (0, 0, 0))
    return waiting


@pytest.mark.parametrize("number", [errno.EFAULT, errno.EAGAIN, errno.ENOMEM])
def test_a_moment_without_room_ends_nothing(troubles, tmp_path, number):
    troubles += [number] * 3
    started = process.Process(COMMAND, tmp_path / "own")
    started.tell("still here")
    assert started.hear(20) == "still here"
    started.close()
    assert not started.is_alive()


@pytest.mark.parametrize("errors", [[errno.EACCES], [errno.ENOENT], [errno.EFAULT] * 4])
def test_what_does_not_pass_is_raised(troubles, tmp_path, errors):
    troubles += errors
    with pytest.raises(OSError, match="no room") as stopped:
        process.Process(COMMAND, tmp_path / "own")
    assert stopped.value.errno == errors[0]
    assert not troubles


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
