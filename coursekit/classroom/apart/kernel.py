"""A process that imports what a learner's code needs, and becomes a kernel, or many one after the other.

Run as ``python kernel.py SETTINGS``. It says "many" or "once" when it is ready; then it takes the address of
a socket, a line, on standard input (see `coursekit.classroom.apart.session`). Where it can keep kernels
apart, it forks one; the next line ends that one, and then it says "ended" and takes the next address. When a
kernel is over, it says "died" before. Elsewhere it becomes the kernel itself.

On Linux each kernel has namespaces of its own: it sees no other process and writes to no shared place. They
are made with the system's own calls, since a program such as ``unshare`` cannot be run without losing the
modules that are imported already. See unshare(2), mount(2), user_namespaces(7) and pid_namespaces(7).
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import sys

IMPORTED = ("numpy", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "coursekit")
SPACE = 100_000_000  # bytes that code can write to each place in memory
CLONE_NEWNS, CLONE_NEWIPC = 0x00020000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID = 0x10000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 0x4000, 1 << 18
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CAPABILITY_VERSION_3 = 0x20080522


def main(settings):
    """Import, and serve.

    Settings are JSON: limits, for `limit`; user, a number or null; places, the folders that each kernel has
    for itself, or null where none can be kept apart; provided, the folder of coursekit.
    """
    settings = json.loads(settings)
    user, places = settings["user"], settings["places"]
    find_only(settings["provided"])
    from coursekit.classroom.apart.session import make_shell

    import_all()
    shell = make_shell()
    many = places is not None and possible(user, places)
    say("many" if many else "once")
    while line := read_line():
        if not many:
            if places is not None:
                give_up_rights(user)
            die_with_parent()
            return become_kernel(line, shell, settings["limits"])
        child = _forked(run_apart, lambda: become_kernel(line, shell, settings["limits"]), user, places)
        os.waitpid(child, 0)
        say("died")  # of itself, or since there is a line to read
        read_line()
        say("ended")


def find_only(provided):
    """Import coursekit from one folder, and nothing from the folder of this file."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry not in ("", here)]
    sys.path.insert(0, provided)
    editable = [finder for finder in sys.meta_path if "__editable__" in getattr(finder, "__module__", "")]
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in editable]


def import_all():
    """Import what takes long; what is not there is not there for the learner either."""
    import importlib

    for name in IMPORTED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def become_kernel(address, shell, limits):
    """Limit this process, and be a kernel until it is ended."""
    _speak_to_nobody()
    limit(limits)
    import numpy as np

    from coursekit.classroom.apart.session import serve

    np.random.seed()  # noqa: NPY002 - a fork would draw what the one before drew
    os.chdir(os.environ["HOME"])
    sys.path.append("")  # a module that a learner writes is found, and stands for no other
    serve(address, shell)


def limit(limits):
    """Set limits of this process and of all that it starts, where the system has them; cpu is in seconds."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    known = {"memory": "AS", "cpu": "CPU", "file_size": "FSIZE", "processes": "NPROC", "core": "CORE"}
    for key, value in {**limits, "core": 0}.items():
        kind = getattr(resource, f"RLIMIT_{known[key]}", None)
        with contextlib.suppress(OSError, ValueError, TypeError):  # macOS refuses some, and has not all
            _, hard = resource.getrlimit(kind)
            value = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
            resource.setrlimit(kind, (value, value))


def say(word):
    """Tell the grader."""
    os.write(1, f"{word}\n".encode())


def read_line():
    """Return the next line of input, unbuffered, since a child may read what follows; or nothing."""
    line = b""
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    return line.decode()


# Namespaces, on Linux


def run_apart(function, user, places):
    """Call a function in a process with namespaces of its own, and wait until it is over.

    It is over when the function returns, when its process dies, or when there is something to read on
    standard input. All processes that it started are gone then. The function runs as `user`, or without
    rights as the user that this is; each of `places`, folders, is an empty one in memory to write to.
    Raises OSError where the system refuses.
    """
    flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC
    if user is None:
        _become_root_of_oneself(flags)
    else:
        _call("unshare", flags)
    first = _forked(_be_first, function, user, places)
    asked, _, _ = select.select([0, os.pidfd_open(first)], [], [])
    if 0 in asked:
        os.kill(first, signal.SIGKILL)  # and with the first, all processes of the namespace
    _, status = os.waitpid(first, 0)
    if status and 0 not in asked:
        raise OSError("the process could not be kept apart")


def possible(user, places):
    """Return whether `run_apart` works here."""
    _, status = os.waitpid(_forked(run_apart, lambda: None, user, places), 0)
    return status == 0


def give_up_rights(user):
    """Become another user, or keep no right beyond an ordinary user's, for good."""
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    _call("prctl", PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0)))


def die_with_parent():
    """Have the system kill this process when its parent is gone, on Linux."""
    if sys.platform == "linux":
        _call("prctl", PR_SET_PDEATHSIG, *map(ctypes.c_ulong, (signal.SIGKILL, 0, 0, 0)))


def _be_first(function, user, places):
    """As the first process of the namespace: make the places, start the function, and reap what ends."""
    _call("mount", None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None)
    _call("mount", b"proc", b"/proc", b"proc", ctypes.c_ulong(MS_NOSUID | MS_NODEV | MS_NOEXEC), None)
    for place in places:
        options = f"mode=1777,size={SPACE}".encode()
        flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV)
        _call("mount", b"tmpfs", os.fsencode(place), b"tmpfs", flags, options)
    give_up_rights(user)
    _speak_to_nobody()  # the function's process could speak for this one
    child = _forked(function)
    while os.wait()[0] != child:
        pass


def _become_root_of_oneself(flags):
    """Make namespaces as an ordinary user, who keeps their number in them."""
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", CLONE_NEWUSER | flags)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _forked(function, *arguments):
    """Return the number of a new process, which calls a function and never comes back."""
    if child := os.fork():
        return child
    try:
        function(*arguments)
        os._exit(0)
    finally:
        os._exit(1)


def _speak_to_nobody():
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _call(name, *arguments):
    """Call a function of the C library, and raise what it says."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
