"""The notebook that is graded: the pristine source with a learner's answers in it."""

import json

NOT_GRADED = "not-graded"  # tag of a given cell that only shows something


def assemble(assignment, answers, *, carry=False):
    """Return the cells to run, in order.

    Parameters
    ----------
    assignment : Assignment
    answers : dict
        Name of a cell -> list of code texts: of a solution the learner's own, then what follows it; of
        any other cell, and of "" for the begin, the extra cells that follow it.
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
            cells.append(("check", cell.name, cell.text_of("hidden")))
            if carry:
                cells += [("reference", done.name, done.source) for done in pending]
                pending = []
        cells += [("extra", cell.name, text) for text in texts]
    return cells


def reference_answers(assignment):
    """Return the answers of the source itself."""
    return {cell.name: [cell.source] for cell in assignment.of_kind("solution")}


def as_notebook(cells, about):
    """Return the cells as the text of a notebook, for nbval; `about(role, name)` gives more metadata."""
    made = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {"role": role, "name": name, **about(role, name)},
            "execution_count": None,
            "outputs": [],
            "source": code,
        }
        for i, (role, name, code) in enumerate(cells)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
