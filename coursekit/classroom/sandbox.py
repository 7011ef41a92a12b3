"""Where a learner's code runs: a bubblewrap sandbox on Linux, else an empty folder with limits.

In the sandbox the code has its own processes, no network, an empty environment and a small home in memory.
It sees the system's programs and this Python, read-only, and of coursekit the modules that the assignment
provides. It sees no home, no source, no grades and no other submission.
"""

import os
import shutil
import site
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/bin",
    "/sbin",
    "/etc/ld.so.cache",
    "/etc/fonts",
    "/etc/alternatives",
)
HOME = "/home/learner"
SPACE = 100_000_000  # bytes that code can write, in memory
PACKAGE = Path(__file__).resolve().parents[1]
ENVIRONMENT = {
    "USER": "learner",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@cache
def level():
    """Return what keeps a submission apart here.

    Returns
    -------
    str
        "bubblewrap", or "limits" where only an empty folder and the limits of the system do.
    """
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        return "limits"
    tried = subprocess.run([*_bwrap(), "true"], **as_user(), capture_output=True, env={})
    return "bubblewrap" if tried.returncode == 0 else "limits"


def as_user():
    """Return the arguments for `subprocess` that drop root's rights, where this is root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


def environment(folder):
    """Return the whole environment of the process that starts a kernel."""
    if level() == "bubblewrap":
        return {}  # what is in it could be read in the sandbox
    return ENVIRONMENT | {"HOME": folder}


def kernel_command(limits, connection_file, folder, provided):
    """Return the command that starts a kernel for a learner's code.

    Parameters
    ----------
    limits : str
        JSON, for `coursekit.classroom.kernel`.
    connection_file : str
        In `folder`, which also holds the sockets.
    folder : str
        The one place that both sides can write to.
    provided : str
        Folder made by `coursekit.classroom.provide.provide`.

    Returns
    -------
    list of str
    """
    start = [sys.executable, str(PACKAGE / "classroom" / "kernel.py"), limits]
    if level() != "bubblewrap":
        return [*start, provided, "-f", connection_file]
    start += ["", "-f", connection_file]
    inside = ["--bind", folder, folder, "--ro-bind", f"{provided}/coursekit", str(PACKAGE)]
    for fonts in Path(provided).glob("fontlist-*.json"):
        inside += ["--ro-bind", str(fonts), f"{HOME}/.matplotlib/{fonts.name}"]
    inside += [part for pair in (ENVIRONMENT | {"HOME": HOME}).items() for part in ("--setenv", *pair)]
    return [*_bwrap(), *inside, "--remount-ro", "/", "--chdir", HOME, "--", *start]


def _bwrap():
    """Return bubblewrap with a root that holds the system's programs and this Python, read-only."""
    command = [shutil.which("bwrap"), "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/tmp", HOME):
        command += ["--size", str(SPACE), "--tmpfs", folder]
    for path in _visible():
        link = os.path.islink(path)
        command += ["--symlink", os.readlink(path), path] if link else ["--ro-bind", path, path]
    return command


def _visible():
    """Return the system's folders and those of this Python that are not inside of them."""
    system = [path for path in SYSTEM if os.path.lexists(path)]
    packages = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    ours = {sys.prefix, sys.base_prefix, sys.exec_prefix, *packages}
    if site.ENABLE_USER_SITE:
        ours.add(site.getusersitepackages())
    ours |= {os.path.realpath(path) for path in ours}
    roots = sorted(path for path in ours if os.path.isdir(path))
    outer = [path for path in roots if not any(_inside(path, other) for other in [*system, *roots])]
    return system + outer


def _inside(path, folder):
    return path != folder and os.path.commonpath([path, folder]) == folder
