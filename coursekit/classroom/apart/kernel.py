"""A process that imports what a learner's code needs, and becomes a kernel, or many one after the other.

Run as ``python kernel.py SETTINGS``. It says "many" or "once" when it is ready; then it takes the address of
a socket, a line, on standard input (see `coursekit.classroom.apart.session`). Where it can keep kernels
apart, it forks one; the next line ends that one, and then it says "ended" and takes the next address. When a
kernel is over, it says "died" before. Elsewhere it becomes the kernel itself.
"""

import contextlib
import json
import os
import sys

IMPORTED = ("numpy", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "coursekit")


def main(settings):
    """Import, and serve.

    Settings are JSON: limits, for `limit`; user, a number or null; places, the folders that each kernel has
    for itself, or null where none can be kept apart; provided, the folder of coursekit.
    """
    settings = json.loads(settings)
    user, places = settings["user"], settings["places"]
    find_only(settings["provided"])
    from coursekit.classroom.apart.namespaces import die_with_parent, give_up_rights, possible, run_apart
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
        child = os.fork()
        if child == 0:
            try:
                run_apart(lambda: become_kernel(line, shell, settings["limits"]), user, places)
            finally:
                os._exit(0)
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
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
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


if __name__ == "__main__":
    main(*sys.argv[1:])
