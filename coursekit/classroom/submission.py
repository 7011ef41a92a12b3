"""What a learner handed in: answers by the name of their cell, whatever happened to the file on its way."""

import json
import re
from dataclasses import dataclass, field

LARGEST = 20_000_000  # bytes of a file
COPY = re.compile(r"^\s*(?:#\s*Answer:|###\s*CHECK|<!--\s*WRITTEN)\s*([a-z][a-z0-9_-]*)")


class Unreadable(ValueError):
    """A file that is no notebook; the message says why, to the learner."""


@dataclass(frozen=True)
class Submission:
    """What was found in a file.

    Attributes
    ----------
    answers : dict
        Name of a solution cell -> the learner's code and that of the extra cells after it; "" for extra
        cells before the first.
    written : dict
        Name of a written answer -> its text.
    flags : tuple of str
        What an instructor may want to look at.
    """

    answers: dict
    written: dict
    flags: tuple = field(default=())


def read_submission(data, assignment):
    """Read a learner's file.

    Parameters
    ----------
    data : bytes
    assignment : Assignment

    Returns
    -------
    Submission

    Raises
    ------
    Unreadable
        Where the file is no notebook, or is none of this assignment.
    """
    cells = _cells(data)
    names = _names(assignment)
    given = {cell.source.strip() for cell in assignment.of_kind("given")}
    answers, written, flags = {}, {}, []
    place = ""
    for cell in cells:
        name = _name_of(cell, names)
        kind, part = names.get(name, (None, None))
        text = _text(cell)
        code = cell.get("cell_type") == "code"
        if kind == "solution" and code:
            if part in answers:
                flags.append(f"{part} is there more than once; the first counts")
                continue
            place, answers[part] = part, [text]
        elif kind == "written" and not code:
            if part in written:
                flags.append(f"{part} is there more than once; the first counts")
            written.setdefault(part, _answer(text, assignment, part))
        elif kind is None and code and text.strip() and text.strip() not in given:
            answers.setdefault(place, []).append(text)
    missing = [
        cell.name for cell in assignment.of_kind("solution", "written") if cell.name not in answers | written
    ]
    if len(missing) == len(assignment.of_kind("solution", "written")):
        raise Unreadable(
            "This file holds none of the assignment's cells. Is it another notebook? "
            "Open the assignment that you were given, put your answers into its cells, and hand that in."
        )
    flags += [f"{name} is missing" for name in missing]
    return Submission(answers, written, tuple(flags))


def _cells(data):
    """Return the cells of a notebook of any format, or say what is wrong with it."""
    if len(data) > LARGEST:
        raise Unreadable(
            f"The file is larger than {LARGEST // 10**6} MB. "
            "Clear all outputs (Edit > Clear Outputs of All Cells), save, and hand in again."
        )
    if not data.strip():
        raise Unreadable("The file is empty. Save the notebook, look at its size, and hand in again.")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            "The file is no notebook that can be read, or only a part of one. "
            f"Open it in JupyterLab; if that fails, download it again. ({type(error).__name__})"
        ) from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(notebook, dict) and isinstance(notebook.get("worksheets"), list):
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]  # format 3
    if not isinstance(cells, list):
        raise Unreadable("The file is no notebook: it has no cells. Hand in the .ipynb file itself.")
    return [cell for cell in cells if isinstance(cell, dict)]


def code_cells(data):
    """Return the texts of the code cells of a notebook, or raise Unreadable."""
    return [_text(cell) for cell in _cells(data) if cell.get("cell_type") == "code"]


def _names(assignment):
    """Return all names by which a cell may be known -> (kind, name of its cell or part)."""
    known = {}
    for cell in assignment.cells:
        known[cell.name] = known[cell.id] = (cell.kind, cell.name)
    return known


def _name_of(cell, names):
    """Return the name of a cell: from its metadata, else its id, else the comment in its first line."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    found = COPY.match(_text(cell))
    candidates = [
        nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None,
        cell.get("id"),
        found[1] if found else None,
    ]
    return next((name for name in candidates if isinstance(name, str) and name in names), None)


def _text(cell):
    """Return the text of a cell, as code of format 3 or 4."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _answer(text, assignment, name):
    """Return a written answer without what was given."""
    (cell,) = [cell for cell in assignment.cells if cell.name == name]
    given = set(cell.text_of("given").splitlines()) | {piece.stub for piece in cell.pieces if piece.stub}
    return "\n".join(line for line in text.splitlines() if line not in given).strip()
