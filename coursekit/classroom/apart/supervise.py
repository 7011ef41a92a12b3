"""Workers under watch: a submission that breaks a limit is ended with all that it started, and said so."""

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from coursekit.classroom.apart.tidy import remove
from coursekit.classroom.apart.warm import descendants, end_tree, read_lines

LOOK = 0.25  # seconds between two looks at what a submission uses
SPARE = 20.0  # seconds beyond its own limit until a worker is ended
OWN = 150_000_000  # bytes of memory of the process that starts kernels, which is counted with them
OLD = 250_000_000  # bytes of memory at which a worker is replaced


class Worker:
    """One worker process; started when first needed, and anew after it was ended.

    Parameters
    ----------
    limits : dict
    provided : str
        From `coursekit.classroom.apart.provide.provide`.
    """

    def __init__(self, limits, provided):
        self.limits, self.provided = limits, provided
        self._process = None

    def ask(self, notebook, expected):
        """Have one notebook run, within its limits.

        Parameters
        ----------
        notebook : str
        expected : dict or None
            For `coursekit.classroom.apart.worker.evaluate`.

        Returns
        -------
        dict
            The worker's answer; or {"problem": ...} where a limit was broken or the worker died.
        """
        if self._process is not None and self._is_old():
            self.close()
        if self._process is None:
            self._start()
        request = {"notebook": notebook, "expected": expected}
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        return self._watch()

    def close(self):
        """End the process and all that it started."""
        if self._process is not None:
            end_tree(self._process.pid)
            self._process.wait()
            self._process.stdin.close()
            self._process = None
            remove(self._folder)

    def _start(self):
        self._folder = tempfile.mkdtemp(prefix="coursekit-")
        settings = {"folder": self._folder, "limits": self.limits, "provided": self.provided}
        command = [sys.executable, "-m", "coursekit.classroom.apart.worker", json.dumps(settings)]
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, bufsize=0)
        self._lines = queue.SimpleQueue()
        threading.Thread(target=read_lines, args=(self._process.stdout, self._lines), daemon=True).start()

    def _watch(self):
        end = time.monotonic() + self.limits["total"] + SPARE
        while True:
            try:
                line = self._lines.get(timeout=LOOK)
            except queue.Empty:
                broken = _broken(self._process.pid, self.limits, self._folder, end)
                if broken:
                    self.close()
                    return {"problem": broken}
                continue
            if line:
                return json.loads(line)
            self.close()
            return {"problem": "the grader's own process died"}

    def _is_old(self):
        try:
            return psutil.Process(self._process.pid).memory_info().rss > OLD
        except psutil.Error:
            return True


def _broken(pid, limits, folder, end):
    """Say which limit a submission breaks, or nothing."""
    if time.monotonic() > end:
        return f"it took longer than {limits['total']:g} s"
    memory = count = 0
    for process in descendants(pid):
        try:
            memory += _memory(process)
            count += 1
        except psutil.Error:
            continue
    if memory > limits["memory"] + OWN:
        return f"it used more than {limits['memory'] // 10**6} MB of memory"
    if count > limits["processes"]:
        return f"it had more than {limits['processes']} processes"
    if _size(folder) > limits["disk"]:
        return f"it wrote more than {limits['disk'] // 10**6} MB"
    return ""


def _memory(process):
    """Return the bytes that a process uses; of what forks share, its share, where the system says."""
    try:
        return process.memory_full_info().pss
    except (AttributeError, psutil.AccessDenied):
        return process.memory_info().rss


def _size(folder):
    total = 0
    for path in Path(folder).rglob("*"):
        try:
            total += path.lstat().st_size
        except OSError:
            continue
    return total
