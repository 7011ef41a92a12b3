"""The public checks of a learner's notebook, run as the grader runs a notebook: afresh, top to bottom."""

import re
from pathlib import Path

from coursekit.classroom.apart.limits import Limits
from coursekit.classroom.apart.supervise import ask, close_workers
from coursekit.classroom.assemble import as_notebook, cell_to_run
from coursekit.classroom.cells import read_cells

_CHECK = re.compile(r"^### CHECK ([a-z][a-z0-9_-]*)")
_PASSED = re.compile(r": (\d+) of (\d+) parts passed")


def check(path, limits=None):
    """Run a learner's notebook; return whether its public checks passed, and what they said.

    Raises ValueError where the file is no notebook, has no public check, or a limit was broken.
    """
    cells, names = [], []
    code = [cell for cell in read_cells(Path(path).read_bytes()) if cell["cell_type"] == "code"]
    for i, cell in enumerate(code, 1):
        found = _CHECK.match(cell["source"])
        name = found[1] if found else f"code cell {i}"
        names += [name] if found else []
        role = "check" if found else "given" if cell["locked"] else "answer"
        cells.append(cell_to_run(role, name, cell["source"], where=name))
    if not names:
        raise ValueError(f"the notebook must be an assignment, with checks; {str(path)!r} has none")
    try:
        reply = ask((limits or Limits()).as_dict(), None, {"look": as_notebook(cells)})[-1]
    finally:
        close_workers()
    if "problem" in reply:
        raise ValueError(reply["problem"])
    return _summary(names, reply)


def _summary(names, reply):
    counts = [_PASSED.search(reply["text"].get(name, "")) for name in names]
    passed = sum(found is not None and found[1] == found[2] for found in counts)
    lines = [reply["text"].get(name) or f"{name}: said nothing" for name in names]
    lines += [f"stopped: {problem}" for problem in reply["problems"]]
    said = f"{passed} of {len(names)} public checks passed. The grader runs others, on fresh data."
    return passed == len(names), "\n\n".join([*lines, said])
