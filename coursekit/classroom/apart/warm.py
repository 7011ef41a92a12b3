"""Kernels from a process that has imported everything already (`coursekit.classroom.apart.kernel`)."""

import os
import queue
import subprocess
import tempfile
import threading

import psutil

from coursekit.classroom.apart.sandbox import as_user, environment
from coursekit.classroom.apart.tidy import remove

PATIENCE = 60.0  # seconds until a process must be ready
PATIENCE_TO_END = 5.0  # seconds until it must have ended a kernel


class WarmKernels:
    """Starts kernels, one at a time, and ends each with all that it started.

    Parameters
    ----------
    command : callable
        Returns a list of str, as does `coursekit.classroom.apart.sandbox.kernel_command`.
    folder : str
    user : int or None
    """

    def __init__(self, command, folder, user):
        self._command, self._folder, self._user = command, folder, user
        self._process = None
        self._to_end = False

    def start(self, address):
        """Start a kernel that connects to an address; the one before is ended, where it was not.

        Raises
        ------
        RuntimeError
            Where the process does not get ready.
        """
        self.end()
        if self._process is None or self._process.poll() is not None:
            self.close()
            self.open()
        if self._many is None:
            ready = self._said(PATIENCE)
            if ready not in ("many", "once"):
                self.close()
                raise RuntimeError("the kernel did not start")
            self._many = ready == "many"
        self._died, self._to_end = False, True
        self._process.stdin.write(f"{address}\n".encode())

    def is_alive(self):
        """Whether the kernel lives."""
        if self._process is None or not self._many:
            return self._process is not None and self._process.poll() is None
        if not self._died and not self._lines.empty():
            self._lines.get()
            self._died = True
        return not self._died

    def end(self):
        """End the kernel at once; the process stays for the next one, where it can."""
        if self._process is None or not self._to_end:
            return
        self._died, self._to_end = True, False
        if not self._many or self._process.poll() is not None:
            return self.close()
        try:
            self._process.stdin.write(b"end\n")
        except OSError:
            return self.close()
        while (said := self._said(PATIENCE_TO_END)) == "died":
            continue
        if said != "ended":
            self.close()

    def close(self):
        """End the process and all that it started."""
        if self._process is not None:
            end_tree(self._process.pid)
            self._process.wait()
            self._process.stdin.close()
            self._process = None
            remove(self._home)  # what cannot be removed is nobody's home again

    def open(self):
        """Start the process, and do not wait until it is ready."""
        self._home = tempfile.mkdtemp(dir=self._folder)
        if self._user is not None:
            os.chown(self._home, self._user, self._user)
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(
            self._command(),
            **as_user(self._user),
            env=environment(self._home),
            cwd=self._home,
            stdin=pipe,
            stdout=pipe,
            stderr=nowhere,
            bufsize=0,
        )
        self._many, self._lines = None, queue.SimpleQueue()
        threading.Thread(target=read_lines, args=(self._process.stdout, self._lines), daemon=True).start()

    def _said(self, seconds):
        try:
            return (self._lines.get(timeout=seconds) or b"").decode().strip()
        except queue.Empty:
            return ""


def read_lines(stream, lines, at_end=None):
    """Hand on each line of a stream, and None at its end, or call what is to be done then; close it."""
    with stream:
        for line in stream:
            lines.put(line)
        if at_end:
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
        try:
            process.kill()
        except psutil.Error:
            continue
