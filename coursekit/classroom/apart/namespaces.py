"""A process with namespaces of its own, on Linux: it sees no other process and writes to no shared place.

`coursekit.classroom.apart.sandbox` puts the kernels of many learners into one sandbox, one after the other.
These namespaces, made anew for each, keep one from the next. They are made with the system's own calls, since
a program such as ``unshare`` cannot be run without losing the modules that are imported already.
See unshare(2), mount(2), user_namespaces(7) and pid_namespaces(7) of the Linux manual.
"""

import ctypes
import os
import select
import signal
import sys

SPACE = 100_000_000  # bytes that code can write to each place in memory
CLONE_NEWNS, CLONE_NEWIPC = 0x00020000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID = 0x10000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 0x4000, 1 << 18
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CAPABILITY_VERSION_3 = 0x20080522


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
    first = os.fork()
    if first == 0:
        _in_child(_be_first, function, user, places)
    asked, _, _ = select.select([0, os.pidfd_open(first)], [], [])
    if 0 in asked:
        os.kill(first, signal.SIGKILL)  # and with the first, all processes of the namespace
    _, status = os.waitpid(first, 0)
    if status and 0 not in asked:
        raise OSError("the process could not be kept apart")


def possible(user, places):
    """Return whether `run_apart` works here."""
    child = os.fork()
    if child == 0:
        _in_child(run_apart, lambda: None, user, places)
    _, status = os.waitpid(child, 0)
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
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # the function's process could speak for this one
        os.dup2(nowhere, stream)
    child = os.fork()
    if child == 0:
        _in_child(function)
    while os.wait()[0] != child:
        pass


def _become_root_of_oneself(flags):
    """Make namespaces as an ordinary user, who keeps their number in them."""
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", CLONE_NEWUSER | flags)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _in_child(function, *arguments):
    """Call a function in a forked process, and never come back."""
    try:
        function(*arguments)
        os._exit(0)
    finally:
        os._exit(1)


def _call(name, *arguments):
    """Call a function of the C library, and raise what it says."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
