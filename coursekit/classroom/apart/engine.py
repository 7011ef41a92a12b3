"""Run an assembled notebook with nbval, in a kernel of its own, and note what each cell gave.

This module is imported late and in a process of its own: it loads pytest and nbval.
"""

import contextlib
import json
import os
import socket
import tempfile
import time
from collections import defaultdict
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import nbval.plugin
import pytest

from coursekit.classroom.cells import additions

START = 30.0  # seconds until a kernel must answer
STEP = 0.2  # seconds between two looks at whether the kernel lives
LASTING = 2.0  # seconds for the imports and functions of a cell that is skipped
GRACE = 3.0  # seconds that a cell gets to stop after its time
DIED = "ended the kernel"
UNUSED = """cacheprovider doctest faulthandler junitxml logging pastebin recwarn stepwise threadexception
    tmpdir unittest unraisableexception warnings"""  # of pytest's own plugins


def run_notebook(text, folder, limits, kernels, noted):
    """Run a notebook, and hand on what each cell gave as soon as it did.

    The socket lies in `folder`, into which the kernel's user can look. `noted` is called with a dict for each
    cell: its metadata, and values, text, error (a text or None), skipped, ended (what ended the kernel by
    then, or nothing). Raises RuntimeError where no kernel starts or nbval runs nothing.
    """
    notes, kernel = Notes(noted), Kernel(folder, limits, kernels)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "assembled.ipynb"
        path.write_text(text, encoding="utf-8")
        nbval.plugin.RunningKernel = lambda *_, **__: kernel
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            status = pytest.main([*_options(scratch), str(path)], plugins=[notes])
    kernel.stop()
    if notes.fault or status > pytest.ExitCode.TESTS_FAILED:
        raise notes.fault or RuntimeError(f"nbval ran nothing; pytest ended with {status}")


def _options(scratch):
    """Return the options of pytest; nothing that happens to be installed or set here steers a grade."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    chosen = ["-p", "nbval.plugin", *(part for name in UNUSED.split() for part in ("-p", f"no:{name}"))]
    where = [f"--rootdir={scratch}", f"--confcutdir={scratch}", "-c", os.devnull]  # looks nowhere else
    return [*chosen, *where, "-s", "--nbval", "--tb=no"]


class Notes:
    """A pytest plugin that notes what each cell gave, and lets no cell's comments steer nbval."""

    fault = None

    def __init__(self, noted):
        self._noted = noted

    def pytest_collection_modifyitems(self, items):
        """Forget what markers in a learner's text say."""
        for item in items:
            item.options = defaultdict(bool)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item):
        """Tell the kernel whose cell comes."""
        item.parent.kernel.cell = dict(item.cell.metadata)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Hand on what a cell gave."""
        report = yield
        if call.when == "call" and not self.fault:
            kernel = item.parent.kernel
            reply = kernel.reply
            error = reply["error"] or (str(call.excinfo.value)[:500] if call.excinfo else None)
            try:
                self._noted({**item.cell.metadata, **reply, "error": error, "ended": kernel.ended})
            except Exception as fault:  # pytest would end, and say nothing
                self.fault = fault
        return report


NOTHING = {"values": [], "text": "", "error": None, "skipped": False}
IDLE = ("status", {"execution_state": "idle"})


class Kernel:
    """What nbval asks of a kernel, over one socket, with an end to every waiting.

    Added cells have seconds of their own, `extra` of the limits; all others share `total`.
    """

    def __init__(self, folder, limits, kernels):
        self._limits, self._kernels = limits, kernels
        self._left = {True: limits["extra"], False: limits["total"]}
        self._buffer, self._messages, self.ended = bytearray(), [], ""
        self.cell, self.reply = {}, NOTHING
        try:
            self._stream = connect(folder, kernels)
        except RuntimeError:  # nothing of the learner's has run: once more, from a new process
            kernels.close()
            self._stream = connect(folder, kernels)

    def execute_cell_input(self, code, allow_stdin=None):
        """Send a cell, where there is time for it; else what of it lasts, where that is anything."""
        extra = self.cell["role"] == "extra"
        skipped = extra and self._left[True] <= 0
        self.reply = {**NOTHING, "skipped": skipped}
        self._seconds = min(self._limits["cell"], self._left[extra])
        if skipped:
            code = additions(code, "")
            self._seconds = min(LASTING, self._left[True] + self._limits["extra"])  # as much again, in all
        self._sent = not skipped or bool(code and self._seconds > 0)
        if self.ended:
            raise RuntimeError(self.ended)
        if self._left[extra] <= 0 and not extra:
            raise RuntimeError(f"nothing ran after {self._limits['total']:g} s")
        if self._sent:
            self._stream.settimeout(START)
            request = json.dumps({**self.cell, "code": code, "seconds": self._seconds})
            try:
                self._stream.sendall(request.encode() + b"\n")
            except OSError:
                self._fail(DIED)

    def await_reply(self, msg_id, timeout=None):
        """Wait for what a cell gave."""
        if self._sent:
            begun = time.monotonic()
            line = self._line(begun + self._seconds + GRACE)
            self._left[self.cell["role"] == "extra"] -= time.monotonic() - begun
            self.reply = _read_reply(line) | {"skipped": self.reply["skipped"]}
        self._messages = [IDLE]
        if self.reply["error"]:
            self._messages.append(("error", {"ename": "", "evalue": self.reply["error"], "traceback": []}))

    def _line(self, end):
        """Return the next line that the kernel sends."""
        self._stream.settimeout(STEP)
        while b"\n" not in self._buffer:
            if len(self._buffer) > self._limits["output"]:
                self._fail(f"gave more than {self._limits['output'] // 10**6} MB")
            try:
                got = self._stream.recv(1 << 16)
            except TimeoutError:
                got = b"" if not self._kernels.is_alive() else None
            except OSError:
                got = b""
            if got == b"":
                self._fail(DIED)
            if got is None and time.monotonic() > end:
                self._fail("did not stop in time, and the kernel was ended")
            self._buffer += got or b""
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _fail(self, what):
        self.ended = f"{self.cell['where']} {what}"
        self.stop()
        raise RuntimeError(self.ended)

    def get_message(self, stream, timeout=None):
        """Return the next message as Jupyter words it; nbval asks for "iopub" alone."""
        kind, content = self._messages.pop()
        return {"msg_type": kind, "content": content, "parent_header": {"msg_id": None}}

    def await_idle(self, msg_id, timeout=None):
        """Return at once: a reply comes when all is over, and a kernel watches its own time."""

    def stop(self):
        """End the kernel, and with it all that it started."""
        self._stream.close()
        self._kernels.end()

    def is_alive(self):
        """Return True: of one that is over, `execute_cell_input` says who ended it."""
        return True


def connect(folder, kernels):
    """Start a kernel, and return the socket to it."""
    path = os.path.join(folder, "kernel")
    local = hasattr(socket, "AF_UNIX")
    with socket.socket(socket.AF_UNIX if local else socket.AF_INET) as listener:
        listener.bind(path if local else ("127.0.0.1", 0))
        try:
            if local:
                os.chmod(path, 0o666)  # for the kernel's user
            listener.listen(1)
            listener.settimeout(STEP)
            kernels.start(json.dumps(path if local else listener.getsockname()))
            end = time.monotonic() + START
            while kernels.is_alive() and time.monotonic() < end:
                with contextlib.suppress(TimeoutError):
                    return listener.accept()[0]
            raise RuntimeError("the kernel did not start")
        finally:
            if local:
                os.unlink(path)


def _read_reply(line):
    """Return a reply as it must be, whatever the kernel sent."""
    try:
        reply = json.loads(line)
        values = [entry for entry in reply["values"] if isinstance(entry, dict)]
        error = reply["error"] and str(reply["error"])[:500]
        return {"values": values, "text": str(reply["text"]), "error": error, "skipped": False}
    except (ValueError, TypeError, KeyError, RecursionError):
        return NOTHING
