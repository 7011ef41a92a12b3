"""Where a learner's code runs: a bubblewrap sandbox on Linux, else an empty folder with limits.

In the sandbox the code has its own processes, no network, an empty environment and a small home in memory,
which nobody after it sees. It sees the system's programs and this Python, read-only, and of coursekit the
modules that the assignment provides. It sees no home, no source, no grades and no other submission.
"""

import json
import os
import shutil
import site
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

from coursekit._parallel import ONE_THREAD
from coursekit.classroom.apart.kernel import SPACE

SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
SYSTEM += ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives")
HOME = "/learner"  # hides nothing: nobody keeps this package there
PLACES = (HOME, "/dev/shm")  # in memory, and each learner has their own
RIGHTS = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_SYS_ADMIN")  # given up before a kernel starts
FIRST_USER = 1_900_000_000  # numbers of users that no system gives out
PACKAGE = Path(__file__).resolve().parents[2]
UNSAFE = (
    "WARNING: there is no sandbox here (bubblewrap, on Linux). Submissions run as you do: "
    "they can read and change your files. Grade only what you trust, or grade on Linux."
)
ENVIRONMENT = {
    "USER": "learner",
    "TMPDIR": HOME,
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "COURSEKIT_ENGINE": "numpy",  # nothing compiled could be kept here
    **ONE_THREAD,
}


@cache
def level():
    """Return what keeps a submission apart here: "bubblewrap", or "limits", which are an empty folder's."""
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        return "limits"
    user = user_of(os.getpid())
    tried = subprocess.run([*_bwrap(user), "--", "true"], capture_output=True, env={})
    return "bubblewrap" if tried.returncode == 0 else "limits"


def user_of(worker):
    """Return the user that a worker's kernels run as: nobody else's number where this is root, else None.

    A user for each worker, since the system counts processes by user.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    return FIRST_USER + worker


def as_user(user):
    """Return the arguments for `subprocess` that start a kernel as another user, where no sandbox does."""
    if user is None or level() == "bubblewrap":
        return {}
    return {"user": user, "group": user, "extra_groups": []}


@cache
def obstacle():
    """Say why nothing can be graded here, or nothing."""
    user = user_of(os.getpid())
    if user is None or level() == "bubblewrap":
        return ""
    tried = [sys.executable, "-c", ""]
    try:
        subprocess.run(tried, **as_user(user), check=True, capture_output=True, env={}, cwd="/")
    except (OSError, subprocess.CalledProcessError) as error:
        reason = (getattr(error, "stderr", None) or str(error).encode()).decode(errors="replace")[-200:]
        return (
            "root never runs a submission as root, and no other user can use this Python here. "
            f"Install bubblewrap, or grade as an ordinary user. ({reason})"
        )
    return ""


def environment(folder):
    """Return the whole environment of the process that starts a kernel."""
    if level() == "bubblewrap":
        return {}  # what is in it could be read in the sandbox
    return ENVIRONMENT | {"HOME": folder, "TMPDIR": folder}


def kernel_command(limits, folder, provided, user=None):
    """Return the command of a process that starts kernels for learners' code.

    `limits` are for `coursekit.classroom.apart.kernel.limit`, `folder` holds the sockets, `provided`
    was made by `coursekit.classroom.apart.provide.provide`, and `user` is from `user_of`.
    """
    apart = level() == "bubblewrap"
    settings = {
        "limits": limits,
        "user": user,
        "places": list(PLACES) if apart else None,
        "provided": str(PACKAGE.parent) if apart else provided,
    }
    start = [sys.executable, str(PACKAGE / "classroom" / "apart" / "kernel.py"), json.dumps(settings)]
    if not apart:
        return start
    inside = [*_bind(folder, folder), *_bind(f"{provided}/coursekit", str(PACKAGE))]
    inside += [part for pair in (ENVIRONMENT | {"HOME": HOME}).items() for part in ("--setenv", *pair)]
    return [*_bwrap(user), *inside, "--remount-ro", "/", "--chdir", HOME, "--", *start]


def _bwrap(user):
    """Return bubblewrap with a root that holds the system's programs and this Python, read-only."""
    command = [shutil.which("bwrap"), "--die-with-parent", "--new-session", "--clearenv"]
    if user is None:
        command += ["--unshare-all"]
    else:  # root needs no user namespace, and its folders may be closed to others
        command += [f"--unshare-{name}" for name in ("pid", "net", "ipc", "uts", "cgroup-try")]
        command += ["--cap-drop", "ALL"]
        command += [part for right in RIGHTS for part in ("--cap-add", right)]
    command += ["--proc", "/proc", "--dev", "/dev"]
    for folder in PLACES:
        command += ["--perms", "1777", "--size", str(SPACE), "--tmpfs", folder]
    command += ["--remount-ro", "/dev"]
    for path in _visible():
        link = os.path.islink(path)
        command += ["--symlink", os.readlink(path), path] if link else _bind(path, path)
    return command


def _bind(source, place):
    """Return how to show a file or folder at a place, with the folders on the way open to all."""
    parents = [str(path) for path in reversed(Path(place).parents)][1:]
    made = [part for path in parents for part in ("--perms", "0755", "--dir", path)]
    return [*made, "--ro-bind", source, place]


def _visible():
    """Return the system's folders and those of this Python that are not inside of them."""
    system = [path for path in SYSTEM if os.path.lexists(path)]
    packages = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    ours = {sys.prefix, sys.base_prefix, sys.exec_prefix, *packages}
    if site.ENABLE_USER_SITE:
        ours.add(site.getusersitepackages())
    ours |= {os.path.realpath(path) for path in ours}
    roots = sorted(path for path in ours if os.path.isdir(path))
    every = {*system, *roots}
    return system + [path for path in roots if every.isdisjoint(map(str, Path(path).parents))]
