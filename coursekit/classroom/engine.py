"""Run an assembled notebook with nbval, in a kernel of its own, and note what each cell gave.

This module is imported late and in a process of its own: it loads pytest, nbval and Jupyter.
"""

import json
import os
import queue
import subprocess
import tempfile
import time
from collections import defaultdict
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import nbval.plugin
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager
from nbval.kernel import RunningKernel

from coursekit.classroom.sandbox import PACKAGE, as_user, environment

STEP = 0.2  # seconds between two looks at whether the kernel lives


def run_notebook(text, folder, limits, command, user=None):
    """Run a notebook and return what each cell gave.

    Parameters
    ----------
    text : str
        The notebook.
    folder : str
        Empty, and writable by the kernel: for the sockets.
    limits : dict
    command : callable
        Connection file -> the command that starts the kernel.
    user : int, optional
        The user to start it as.

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
        nbval.plugin.RunningKernel = lambda *_, **__: Kernel(folder, limits, command, user)
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

    def __init__(self, folder, limits, command, user):
        self._output = limits["output"]
        self._deadline = time.monotonic() + limits["total"]
        file = os.path.join(folder, "kernel.json")
        self.km = _Manager(transport="ipc", connection_file=file, ip=os.path.join(folder, "ipc"))
        self.km._kernel_spec = KernelSpec(argv=command(file), display_name="", language="python")
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.km.start_kernel(**as_user(user), **silent, env=environment(folder), cwd=folder)
        self.kc = self.km.client()
        self.kc.start_channels()
        self._wait()
        self._ensure_iopub_up()

    def _wait(self):
        try:
            self.kc.wait_for_ready(timeout=60)
        except RuntimeError as error:
            self.stop()
            raise RuntimeError("the kernel did not start") from error

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
        self.kc.control_channel.send(self.km.session.msg("interrupt_request", content={}))

    def stop(self):
        """End the kernel at once, and with it all that it started."""
        self.kc.stop_channels()
        self.km.provisioner.process.kill()
        self.km.provisioner.process.wait()
        self.km.cleanup_resources()
        del self.km

    def is_alive(self):
        """Whether the kernel lives."""
        return hasattr(self, "km") and self.km.is_alive()


class _Manager(KernelManager):
    """A kernel manager whose connection file the kernel's user can read."""

    def write_connection_file(self, **kwargs):
        super().write_connection_file(**kwargs)
        os.chmod(self.connection_file, 0o644)
