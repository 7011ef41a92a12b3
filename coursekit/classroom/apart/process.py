"""A process under watch: told and heard in lines, and ended with all that it started."""

import errno
import queue
import subprocess
import threading
import time

import psutil

from coursekit.classroom.apart.tidy import remove

FAULT = "the grader"  # so begins what is told of a fault that is no learner's
PASSING = {errno.EAGAIN, errno.ENOMEM, errno.EFAULT}  # what a system short of room says, and soon no more
WAITS = (0.1, 0.5, 2.0)  # seconds until a process is started again


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

    def hear(self, seconds=None):
        """Return the next line that it says, or None at its end; raise queue.Empty where it says nothing."""
        line = self._lines.get(block=seconds != 0, timeout=seconds)
        return line and line.decode().strip()

    def close(self):
        """End the process and all that it started."""
        end_tree(self.pid)
        self._process.wait()
        self._process.stdin.close()
        remove(self.folder)  # what cannot be removed is nobody's folder again


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
        try:
            process.kill()
        except psutil.Error:
            continue
