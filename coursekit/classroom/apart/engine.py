"""Run an assembled notebook with nbval, in a kernel of its own, and note what each cell gave.

This module is imported late and in a process of its own: it loads pytest, nbval and Jupyter.
"""

import json
import os
import queue
import secrets
import tempfile
import time
from collections import defaultdict
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import nbval.plugin
import pytest
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from nbval.kernel import RunningKernel

from coursekit.classroom.apart.sandbox import PACKAGE

START = 30.0  # seconds until a kernel must answer
STEP = 0.2  # seconds between two looks at whether the kernel lives


def run_notebook(text, folder, limits, kernels):
    """Run a notebook and return what each cell gave.

    Parameters
    ----------
    text : str
        The notebook.
    folder : str
        Empty, and writable by the kernel: for the sockets.
    limits : dict
    kernels : WarmKernels

    Returns
    -------
    list of dict
        For each cell: role, name, outputs, error (a text or None), seconds.

    Raises
    ------
    RuntimeError
        Where nbval ran nothing.
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "assembled.ipynb"
        path.write_text(text, encoding="utf-8")
        notes = Notes(limits)
        nbval.plugin.RunningKernel = lambda *_, **__: Kernel(folder, limits, kernels)
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            status = pytest.main([*_options(scratch, limits), str(path)], plugins=[notes])
    if not notes.cells:
        raise RuntimeError(f"nbval ran no cell; pytest ended with {status}")
    return notes.cells


def _options(scratch, limits):
    """Return the options of pytest; nothing that happens to be installed or set here steers a grade."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugins = ("nbval.plugin", "no:cacheprovider", "no:unraisableexception", "no:threadexception")
    chosen = [part for plugin in plugins for part in ("-p", plugin)]
    timeout = f"--nbval-cell-timeout={limits['cell']:g}"
    return [*chosen, "-s", "--nbval", timeout, f"--rootdir={scratch}", "-c", os.devnull]


class Notes:
    """A pytest plugin that notes what each cell gave, and lets no cell's comments steer nbval."""

    def __init__(self, limits):
        self.cells = []
        self._limits = limits

    def pytest_collection_modifyitems(self, items):
        """Forget what markers in a learner's text say."""
        for item in items:
            item.options = defaultdict(bool)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Note the outputs of a cell, and its error."""
        report = yield
        if call.when == "call" or (call.when == "setup" and call.excinfo):
            outputs = [dict(output) for output in item.test_outputs or []]
            self.cells.append(
                {
                    "role": item.cell.metadata["role"],
                    "name": item.cell.metadata["name"],
                    "outputs": json.loads(json.dumps(outputs, default=str)),
                    "error": _error(call.excinfo, outputs) or _unsaid(item.parent.kernel),
                    "seconds": round(call.duration, 3),
                }
            )
        return report


def _error(excinfo, outputs):
    """Say what stopped a cell, or None."""
    if excinfo is None:
        return None
    for output in outputs:
        if output.get("output_type") == "error":
            said = f"{output.get('ename')}: {output.get('evalue')}"
            return said.replace(f"{PACKAGE}{os.sep}", "")[:1000]  # a learner need not know where it is
    return str(excinfo.value)[:1000]


def _unsaid(kernel):
    """Return the error that a kernel replied with and had no memory left to show, or None."""
    content = getattr(kernel, "reply", {})
    if content.get("status") != "error":
        return None
    return f"{content.get('ename')}: {content.get('evalue')}"[:1000]


class Kernel(RunningKernel):
    """nbval's kernel, started by our command, and noticed when it dies or says too much."""

    def __init__(self, folder, limits, kernels):
        self._output = limits["output"]
        self._deadline = time.monotonic() + limits["total"]
        self._kernels = kernels
        file = os.path.join(folder, "kernel.json")
        write_connection_file(
            file, transport="ipc", ip=os.path.join(folder, "ipc"), key=secrets.token_hex().encode()
        )
        os.chmod(file, 0o644)  # for the kernel's user
        self._kernels.start(file)
        self.kc = BlockingKernelClient(connection_file=file)
        self.kc.load_connection_file()
        self.kc.start_channels(stdin=False, hb=False)
        self._ensure_iopub_up()

    def _ensure_iopub_up(self):
        """Ask until what the kernel publishes arrives; nbval waits a second each time."""
        for patience in (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2):
            request = self.kc.kernel_info()
            self.await_reply(request, timeout=START)
            try:
                return self.await_idle(request, patience)
            except queue.Empty:
                continue
        raise RuntimeError("the kernel did not start")

    def get_message(self, stream, timeout=None):
        """Return the next message; raise where there is none in time, or no kernel any more."""
        get = {"iopub": self.kc.get_iopub_msg, "shell": self.kc.get_shell_msg}[stream]
        end = min(self._deadline, time.monotonic() + (timeout or 1e9))
        while True:
            try:
                message = get(timeout=max(0.0, min(STEP, end - time.monotonic())))
                break
            except queue.Empty:
                if not self.is_alive():
                    raise RuntimeError("the kernel died") from None
                if time.monotonic() >= end:
                    raise
        self._output -= len(repr(message["content"])) if message["msg_type"] != "status" else 0
        if self._output < 0:
            self.stop()
            raise RuntimeError("too much output")
        return message

    def await_reply(self, msg_id, timeout=None):
        """Wait for the reply to a request, and keep it."""
        self.reply = {}
        while True:
            message = self.get_message("shell", timeout)
            if message["parent_header"].get("msg_id") == msg_id:
                self.reply = message["content"]
                return

    def interrupt(self):
        """Ask the kernel to stop the cell, by message: a signal would end the sandbox."""
        self.kc.control_channel.send(self.kc.session.msg("interrupt_request", content={}))

    def stop(self):
        """End the kernel at once, and with it all that it started."""
        self.kc.stop_channels()
        self._kernels.end()

    def is_alive(self):
        """Whether the kernel lives."""
        return self._kernels.is_alive()
