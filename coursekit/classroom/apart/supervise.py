"""Workers under watch: a submission that breaks a limit is ended with all that it started, and said so."""

import atexit
import contextlib
import json
import os
import queue
import sys
import threading
import time
from functools import cache
from pathlib import Path

import psutil

from coursekit.classroom.apart.process import FAULT, Keeper, Process, descendants, make_folder, remove
from coursekit.classroom.apart.provide import provide

LOOK = 0.25  # seconds between two looks at what a submission uses
SPARE = 20.0  # seconds beyond its own limit until a worker is ended
OWN = 150_000_000  # bytes of memory of the process that starts kernels, which is counted with them
OLD = 250_000_000  # bytes of memory at which a worker is replaced
_workers, _idle, _lock = [], [], threading.Lock()


def ask(limits, provides, request, runs=1):
    """Have an idle worker, or a new one, answer a request to `look` or to `grade`; return its lines.

    Each is a dict; the last says "done", or "problem" where a limit was broken or the worker died. `provides`
    is for `coursekit.classroom.apart.provide.provide`, and `runs` says how many notebooks are to be run.
    """
    provided = _provided(None if provides is None else tuple(provides))
    with _lock:
        fit = [one for one in _idle if (one.limits, one.provided) == (limits, provided)]
        worker = fit[0] if fit else Worker(limits, provided)
        _idle.remove(worker) if fit else _workers.append(worker)
    try:
        return worker.ask(request, runs)
    except BaseException:  # what it still tells is no answer to the next request
        worker.close()
        raise
    finally:
        _idle.append(worker)


@atexit.register
def close_workers():
    """End the workers of this process; they start anew when they are needed."""
    for worker in _workers:
        worker.close()


@cache
def _provided(provides):
    folder = make_folder()
    atexit.register(remove, folder)
    provide(provides and list(provides), Path(folder))
    return folder


class Worker(Keeper):
    """One worker process."""

    def __init__(self, limits, provided):
        self.limits, self.provided = limits, provided

    def ask(self, request, runs=1):
        """Have a request answered, within the limits; see `ask`."""
        if self._process is not None and self._is_old():
            self.close()
        if self._process is None:
            self.start()
        answer = []
        with contextlib.suppress(OSError):  # it has died since, and says so
            self._process.tell(json.dumps(request))
        end = time.monotonic() + runs * (self.limits["total"] + self.limits["extra"]) + SPARE
        while not (answer and answer[-1].keys() & {"done", "problem"}):
            answer += self._told(end)
        return answer

    def start(self):
        """Start the process, and do not wait for it."""
        folder = make_folder()
        os.chmod(folder, 0o755)
        settings = {"folder": folder, "limits": self.limits, "provided": self.provided}
        command = [sys.executable, "-m", "coursekit.classroom.apart.worker", json.dumps(settings)]
        self._process = Process(command, folder)

    def _told(self, end):
        """Return the next line of an answer, or none yet."""
        try:
            line = self._process.hear(LOOK)
            broken = "" if line else f"{FAULT}'s own process died"
        except queue.Empty:
            line, broken = None, _broken(self._process, self.limits, end)
        if broken:
            self.close()
            return [{"problem": broken}]
        return [json.loads(line)] if line else []

    def _is_old(self):
        try:
            return psutil.Process(self._process.pid).memory_info().rss > OLD
        except psutil.Error:
            return True


def _broken(worker, limits, end):
    """Say which limit a submission breaks, or nothing."""
    if time.monotonic() > end:
        return "it took too long, and was ended"
    memory = count = 0
    for process in descendants(worker.pid):
        with contextlib.suppress(psutil.Error):
            memory += _memory(process)
            count += 1
    if memory > limits["memory"] + OWN:
        return f"it used more than {limits['memory'] // 10**6} MB of memory"
    if count > limits["processes"]:
        return f"it had more than {limits['processes']} processes"
    if _size(worker.folder) > limits["disk"]:
        return f"it wrote more than {limits['disk'] // 10**6} MB"
    return ""


def _memory(process):
    """Return the bytes that a process uses; of what forks share, its share, where the system says."""
    try:
        return process.memory_full_info().pss
    except (AttributeError, psutil.AccessDenied):
        return process.memory_info().rss


def _size(folder):
    """Return the bytes of all that is in a folder, as far as it can be seen, however deep it is."""
    total, waiting = 0, [folder]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                total += entry.stat(follow_symlinks=False).st_size
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    return total
