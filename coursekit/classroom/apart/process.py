"""A process under watch, told and heard in lines: it ends with all that it started, and its folder goes."""

import contextlib
import errno
import os
import queue
import secrets
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psutil

FAULT = "the grader"  # so begins what is told of a fault that is no learner's
PASSING = {errno.EAGAIN, errno.ENOMEM, errno.EFAULT}  # what a system short of room says, and soon no more
WAITS = (0.1, 0.5, 2.0)  # seconds until a process is started again
PREFIX = "coursekit-"  # of a folder's name


class Process:
    """A process that is running; `folder` is its own, and goes with it. Options are those of `Popen`."""

    def __init__(self, command, folder, **options):
        self.folder, pipe = folder, subprocess.PIPE
        options |= {"stdin": pipe, "stdout": pipe, "stderr": subprocess.DEVNULL, "bufsize": 0}
        self._process, self._lines = started(command, **options), queue.SimpleQueue()
        self.pid = self._process.pid
        threading.Thread(target=read_lines, args=(self._process.stdout, self._lines), daemon=True).start()

    def is_alive(self):
        """Whether it is still there."""
        return self._process.poll() is None

    def tell(self, line):
        """Send a line of text; raise OSError where the process is gone."""
        self._process.stdin.write(f"{line}\n".encode())

    def hear(self, seconds):
        """Return the next line that it says, or None at its end; raise queue.Empty where it says nothing."""
        line = self._lines.get(block=seconds != 0, timeout=seconds)
        return line and line.decode().strip()

    def close(self):
        """End the process and all that it started."""
        end_tree(self.pid)
        self._process.wait()
        self._process.stdin.close()
        remove(self.folder)  # what cannot be removed is nobody's folder again


class Keeper:
    """Has a process, or none: it is started when it is needed, and anew after it was closed."""

    _process = None

    def close(self):
        """End the process and all that it started."""
        if self._process is not None:
            self._process.close()
            self._process = None


def started(command, **options):
    """Return a process; a system that has no room for it just now is asked again."""
    for wait in WAITS:
        try:
            return subprocess.Popen(command, **options)
        except OSError as error:
            if error.errno not in PASSING:
                raise
        time.sleep(wait)
    return subprocess.Popen(command, **options)


def read_lines(stream, lines, at_end=lambda: None):
    """Put each line of a stream into a queue, and None at its end, after what is to be done then."""
    with stream:
        for line in stream:
            lines.put(line)
        at_end()
    lines.put(None)


def descendants(pid):
    """Return the processes that a process started, directly or not."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def end_tree(pid):
    """Kill a process and all that it started."""
    for process in [*descendants(pid), psutil.Process(pid)] if psutil.pid_exists(pid) else []:
        with contextlib.suppress(psutil.Error):
            process.kill()


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
