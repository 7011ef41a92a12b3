"""Workers under watch: a submission that breaks a limit is ended with all that it started, and said so."""

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from coursekit.classroom.sandbox import user_of

LOOK = 0.25  # seconds between two looks at what a submission uses
SPARE = 20.0  # seconds beyond its own limit until a worker is ended
OLD = 250_000_000  # bytes of memory at which a worker is replaced


class Worker:
    """One worker process; started when first needed, and anew after it was ended."""

    def __init__(self):
        self._process = None
        self._lines = None

    def ask(self, request):
        """Have one notebook run, within its limits.

        Parameters
        ----------
        request : dict
            For `coursekit.classroom.worker.answer`, without folder and user.

        Returns
        -------
        dict
            The worker's answer; or {"problem": ...} where a limit was broken or the worker died.
        """
        folder = tempfile.mkdtemp(prefix="coursekit-")
        try:
            self._start()
            user = user_of(self._process.pid)
            if user is not None:
                os.chown(folder, user, user)
            self._send(request | {"folder": folder, "user": user})
            return self._watch(request["limits"], folder)
        finally:
            self._end_children()
            shutil.rmtree(folder, ignore_errors=True)

    def close(self):
        """End the process and all that it started."""
        if self._process is not None:
            self._end_children()
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None

    def _start(self):
        if self._process is not None and self._is_old():
            self.close()
        if self._process is None:
            command = [sys.executable, "-m", "coursekit.classroom.worker"]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self._lines = queue.SimpleQueue()
            threading.Thread(target=_read, args=(self._process.stdout, self._lines), daemon=True).start()

    def _send(self, request):
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()

    def _watch(self, limits, folder):
        end = time.monotonic() + limits["total"] + SPARE
        while True:
            try:
                line = self._lines.get(timeout=LOOK)
            except queue.Empty:
                broken = _broken(self._process.pid, limits, folder, end)
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

    def _end_children(self):
        for process in _children(self._process.pid) if self._process else []:
            try:
                process.kill()
            except psutil.Error:
                continue


def _read(stream, lines):
    """Hand on each line of a stream, and None at its end."""
    try:
        for line in stream:
            lines.put(line)
    except ValueError:  # closed
        pass
    lines.put(None)


def _children(pid):
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _broken(pid, limits, folder, end):
    """Say which limit a submission breaks, or nothing."""
    if time.monotonic() > end:
        return f"it took longer than {limits['total']:g} s"
    memory = count = 0
    for process in _children(pid):
        try:
            memory += process.memory_info().rss
            count += 1
        except psutil.Error:
            continue
    if memory > limits["memory"]:
        return f"it used more than {limits['memory'] // 10**6} MB of memory"
    if count > limits["processes"]:
        return f"it had more than {limits['processes']} processes"
    if _size(folder) > limits["disk"]:
        return f"it wrote more than {limits['disk'] // 10**6} MB"
    return ""


def _size(folder):
    total = 0
    for path in Path(folder).rglob("*"):
        try:
            total += path.lstat().st_size
        except OSError:
            continue
    return total
