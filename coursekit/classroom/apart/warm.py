"""Kernels from a process that has imported everything already (`coursekit.classroom.apart.kernel`)."""

import os
import queue
import tempfile

from coursekit.classroom.apart.process import Process
from coursekit.classroom.apart.sandbox import as_user, environment

PATIENCE = 60.0  # seconds until a process must be ready
PATIENCE_TO_END = 5.0  # seconds until it must have ended a kernel


class WarmKernels:
    """Starts kernels, one at a time, and ends each with all that it started.

    `command` is a function, as `coursekit.classroom.apart.sandbox.kernel_command` without its arguments.
    """

    def __init__(self, command, folder, user):
        self._command, self._folder, self._user = command, folder, user
        self._process, self._to_end = None, False

    def open(self):
        """Start the process, and do not wait until it is ready."""
        home = tempfile.mkdtemp(dir=self._folder)
        if self._user is not None:
            os.chown(home, self._user, self._user)
        options = {"env": environment(home), "cwd": home, **as_user(self._user)}
        self._process, self._many = Process(self._command(), home, **options), None

    def start(self, address):
        """Start a kernel that connects to an address; the one before is ended, where it was not.

        Raises RuntimeError where the process does not get ready.
        """
        self.end()
        if self._process is None or not self._process.is_alive():
            self.close()
            self.open()
        if self._many is None:
            ready = self._said(PATIENCE)
            if ready not in ("many", "once"):
                self.close()
                raise RuntimeError("the kernel did not start")
            self._many = ready == "many"
        self._died, self._to_end = False, True
        self._process.tell(address)

    def is_alive(self):
        """Whether the kernel lives."""
        if self._process is None or not self._many:
            return self._process is not None and self._process.is_alive()
        self._died = self._died or self._said(0) is not None
        return not self._died

    def end(self):
        """End the kernel at once; the process stays for the next one, where it can."""
        if self._process is None or not self._to_end:
            return
        self._died, self._to_end = True, False
        if not (self._many and self._ended_one()):
            self.close()

    def _ended_one(self):
        try:
            self._process.tell("end")
        except OSError:
            return False
        while (said := self._said(PATIENCE_TO_END)) == "died":
            continue
        return said == "ended"

    def close(self):
        """End the process and all that it started."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _said(self, seconds):
        try:
            return self._process.hear(seconds) or ""
        except queue.Empty:
            return None
