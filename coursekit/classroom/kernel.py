"""Start the kernel that runs a learner's code: limits first, which nothing after can lift.

Run as ``python kernel.py LIMITS PROVIDED -f CONNECTION_FILE``. PROVIDED is a folder to import coursekit from,
or empty in a sandbox, where nothing else is to be seen.
"""

import json
import os
import sys


def limit(limits):
    """Set limits of this process and of all that it starts, where the system has them.

    Parameters
    ----------
    limits : dict
        ``memory``, ``file_size`` in bytes, ``cpu`` in seconds, ``processes``: a number each.
    """
    try:
        import resource
    except ImportError:  # Windows has none
        return
    wanted = {
        "RLIMIT_AS": limits["memory"],
        "RLIMIT_CPU": limits["cpu"],
        "RLIMIT_FSIZE": limits["file_size"],
        "RLIMIT_NPROC": limits["processes"],
        "RLIMIT_CORE": 0,
    }
    for name, value in wanted.items():
        if not hasattr(resource, name):
            continue
        kind = getattr(resource, name)
        _, hard = resource.getrlimit(kind)
        value = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):  # macOS refuses some
            continue


def main(limits, provided, *arguments):
    """Limit this process and become a kernel."""
    limit(json.loads(limits))
    sys.path[:] = [
        entry for entry in sys.path if entry not in ("", os.path.dirname(os.path.abspath(__file__)))
    ]
    if provided:
        sys.path.insert(0, provided)
        editable = [finder for finder in sys.meta_path if "__editable__" in getattr(finder, "__module__", "")]
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in editable]
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(argv=[*arguments, "--HistoryManager.enabled=False"])


if __name__ == "__main__":
    main(*sys.argv[1:])
