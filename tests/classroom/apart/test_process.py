"""A process under watch: a system that is short of room for a moment is asked again."""

import errno
import subprocess
import sys

import pytest

from coursekit.classroom.apart import process

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
