"""Inside of a kernel: takes cells from the grader, one after the other, runs each, and says what it gave.

Code runs in IPython's shell with an event loop, as in Jupyter. What it prints and shows is forgotten, save
what a check says, so that no output of a learner fills anybody's memory.
"""

import asyncio
import builtins
import contextlib
import io
import json
import os
import signal
import socket
import sys

from coursekit.classroom.apart.bundle import said_by
from coursekit.classroom.apart.checks import Checks

MOST = 100_000  # characters that are kept of what a check says
_CLOCK, _ring_after = getattr(signal, "ITIMER_REAL", 0), getattr(signal, "setitimer", lambda *_: None)


class OutOfTime(KeyboardInterrupt):
    """A cell took too long; derived so that an `except Exception` of the code does not keep it."""


class Sink(io.TextIOBase):
    """Where code prints to: `kept`, where that is a list, as far as there is room."""

    encoding = "utf-8"
    kept = None

    def writable(self):
        """Return True."""
        return True

    def write(self, text):
        """Keep a text or forget it; return its length, as files do."""
        if self.kept is not None and sum(map(len, self.kept)) < MOST:
            self.kept.append(text[:MOST])
        return len(text)


def make_shell():
    """Return a shell that keeps no history on disk, draws no picture and words no traceback."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=settings)
    shell.display_formatter.active_types = ["text/plain"]
    shell.ask_exit = sys.exit  # quit() ends its cell
    shell.register_magic_function(lambda _: None, magic_name="reset")  # on top it is harmless, below no help
    builtins.input = _unanswered
    shell.enable_matplotlib = lambda *_: ("inline", "inline")  # of whatever "%matplotlib" asks for
    for name in ("showtraceback", "showsyntaxerror", "showindentationerror"):
        setattr(shell, name, lambda *_, **__: None)
    return shell


def _unanswered(*_):
    raise EOFError("nobody answers input() while a notebook is graded")


def serve(address, shell):
    """Run cells that come from a socket, until it is closed; its address is a path, or host and port."""
    place = json.loads(address)
    stream = socket.socket(socket.AF_UNIX if isinstance(place, str) else socket.AF_INET)
    stream.connect(place if isinstance(place, str) else tuple(place))
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, _stop)
    sink, loop, checks, owner = Sink(), asyncio.new_event_loop(), Checks(shell), os.getpid()
    asyncio.set_event_loop(loop)
    with stream.makefile("rb") as lines:
        for line in lines:
            reply = run_cell(json.loads(line), shell, checks, loop, sink)
            if os.getpid() != owner:  # code has forked, and its child came out here
                os._exit(0)
            stream.sendall(json.dumps(reply).encode() + b"\n")


def _stop(*_):
    raise OutOfTime("it took too long and was stopped")


def run_cell(cell, shell, checks, loop, sink):
    """Run one cell; return what it reported, what a check said, and the error that stopped it, or None.

    A cell has role, code, seconds; a check's also seed, or None; a reference's also names, those that it
    answers for.
    """
    sink.kept = [] if cell["role"] == "check" else None
    checks.report = None
    sys.stdout = sys.stderr = sink
    try:
        try:
            _ring_after(_CLOCK, cell["seconds"])
            error = _run(cell, shell, checks, loop)
        finally:
            _ring_after(_CLOCK, 0)
            checks.restore()
    except BaseException as stopped:  # also what comes between two lines of ours
        error = stopped
    values = checks.report.entries if checks.report else []
    return {"values": values, "text": "".join(sink.kept or ())[:MOST], "error": error and said_by(error)}


def _run(cell, shell, checks, loop):
    if cell["role"] == "check":
        return checks.run(cell["code"], cell["seed"])
    if cell["role"] == "reference":
        return checks.put_right(cell["code"], cell["names"])
    with checks.keeping() if cell["role"] == "given" else contextlib.nullcontext():
        text = shell.transform_cell(cell["code"])
        run = shell.run_cell_async(cell["code"], store_history=True, transformed_cell=text)
        ran = loop.run_until_complete(run)
        shell.events.trigger("post_execute")
    return ran.error_before_exec or ran.error_in_exec
