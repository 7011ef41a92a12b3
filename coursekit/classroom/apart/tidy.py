"""Folders that others wrote to: made, emptied and removed, whatever is in them."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

import psutil

PREFIX = "coursekit-"


def make_folder():
    """Return a new folder; those of processes that are gone, as after ``kill -9``, are removed."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = path.name.split("-")[1]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            remove(path)
    return tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")


def remove(folder):
    """Remove a folder, however deep it is or long its names are, as far as can be; return whether it went."""
    with contextlib.suppress(OSError):
        _empty(folder)
        os.rmdir(folder)
    return not os.path.lexists(folder)


def _empty(folder):
    while folders := [entry.path for entry in os.scandir(folder) if not _unlinked(entry)]:
        for path in folders:  # what is in it moves up, so that no path gets long
            os.chmod(path, 0o700)
            for entry in list(os.scandir(path)):
                if not _unlinked(entry):
                    os.chmod(entry.path, 0o700)
                    os.rename(entry.path, os.path.join(folder, secrets.token_hex(16)))
            os.rmdir(path)


def _unlinked(entry):
    """Remove what is no folder, and say whether it was none."""
    if entry.is_dir(follow_symlinks=False):
        return False
    os.unlink(entry.path)
    return True
