"""The notebook that is graded: the pristine source with a learner's answers in it."""

import json

from coursekit.classroom.apart.bundle import MIME

NOT_GRADED = "not-graded"  # tag of a given cell that only shows something
CHECK = """
from coursekit.classroom.apart.bundle import Report as _Report
report = _Report({seed})
rng = report.rng
try:
    exec(compile({code!r}, "<check>", "exec"))
finally:
    report.send()
"""


def assemble(assignment, answers, seeds, *, carry=False):
    """Return the cells to run, in order.

    Parameters
    ----------
    assignment : Assignment
    answers : dict
        Name of a cell -> list of code texts: of a solution the learner's own, then what follows it; of
        any other cell, and of "" for the begin, the extra cells that follow it.
    seeds : dict
        Name of a check -> the seed of its inputs.
    carry : bool
        After each check, put the reference's solution in place, so that a later part is graded on
        right earlier parts.

    Returns
    -------
    list of (role, name, code)
        `role` is one of given, answer, extra, check, reference.
    """
    cells, pending, first = [], [], [("extra", "", code) for code in answers.get("", [])]
    for cell in assignment.cells:
        texts = answers.get(cell.name, [])
        if cell.kind == "given" and NOT_GRADED not in cell.metadata.get("tags", []):
            cells.append(("given", cell.name, cell.source))
        elif cell.kind == "solution":
            code, *texts = texts or [""]
            cells += [*first, ("answer", cell.name, code)]
            first = []
            pending.append(cell)
        elif cell.kind == "check":
            cells.append(("check", cell.name, check_code(cell, seeds[cell.name])))
            if carry:
                cells += [("reference", done.name, done.source) for done in pending]
                pending = []
        cells += [("extra", cell.name, text) for text in texts]
    return cells


def check_code(cell, seed):
    """Return what runs in the kernel for a check: its hidden tests, on inputs of this seed."""
    return CHECK.format(seed=int(seed), code=cell.text_of("hidden"))


def reference_answers(assignment):
    """Return the answers of the source itself."""
    return {cell.name: [cell.source] for cell in assignment.of_kind("solution")}


def as_notebook(cells):
    """Return the cells as the text of a notebook, for nbval."""
    made = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {"role": role, "name": name},
            "execution_count": None,
            "outputs": [],
            "source": code,
        }
        for i, (role, name, code) in enumerate(cells)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def values_of(outputs):
    """Return the values that a check reported, from the outputs of its cell: the last bundle's entries."""
    entries = []
    for output in outputs:
        bundle = output.get("data", {}).get(MIME)
        if isinstance(bundle, dict) and isinstance(bundle.get("values"), list):
            entries = [entry for entry in bundle["values"] if isinstance(entry, dict)]
    return entries
