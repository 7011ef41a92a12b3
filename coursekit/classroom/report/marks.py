"""marks.csv: marks, comments, late days and totals that the instructor enters in a spreadsheet.

The file is made once, with an empty cell for everything, and is never written again. An empty cell leaves
the grader's figure as it is.
"""

import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from coursekit.classroom.collect.roster import read_table
from coursekit.classroom.report.gradebook import safe, write_table
from coursekit.classroom.report.page import points

COMMENT, TOTAL = "comment", "total instead"
LATE = "late days (0 % each)"
_LATE = re.compile(r"late days\s*(?:\(\s*([\d.,]+)\s*%.*\))?\s*$")


@dataclass(frozen=True)
class Hand:
    """What was entered for one learner.

    `marks` are part -> points in place of the grader's. Each of the late days takes `late_percent` of the
    points that were earned. `total` stands in place of the sum, where it is not None.
    """

    marks: dict = field(default_factory=dict)
    comment: str = ""
    late_days: float = 0.0
    late_percent: float = 0.0
    total: float | None = None


def write_marks(path, assignment, learners):
    """Make the file, with a row for each learner and nothing entered; one that is there is left alone."""
    if not Path(path).exists():
        graded = [cell for cell in assignment.cells if cell.points]
        parts = [f"{cell.name} (of {points(cell.points)})" for cell in graded]
        head = ["learner", *parts, COMMENT, LATE, TOTAL]
        write_table(path, [head, *([name] + [""] * (len(head) - 1) for name in learners)])


def read_marks(path, assignment, learners):
    """Return learner -> Hand, of what the instructor entered, however a spreadsheet saved it.

    Raises
    ------
    ValueError
        Where a cell cannot be used; it names row and column as the spreadsheet shows them.
    """
    if not Path(path).exists():
        return {}
    try:
        head, *rows = read_table(path)
    except ValueError as error:
        raise ValueError(f"{path} cannot be used: {error}") from error
    names = [cell.strip() for cell in head]
    if "learner" not in [name.lower() for name in names]:
        raise ValueError(f"{path}, row 1: must have a column 'learner'; it has {', '.join(names)}")
    known = {safe(learner).strip(): learner for learner in learners}
    limits = {cell.name: cell.points for cell in assignment.cells if cell.points}
    hands, at = {}, {}
    for number, row in enumerate(rows, 2):
        if any(cell.strip() for cell in row):
            refuse = partial(_refuse, path, number)
            cells = {name: cell.strip() for name, cell in zip(names, row, strict=False)}
            learner = _learner(cells, known, at, refuse)
            hands[learner], at[learner] = _hand(cells, limits, refuse), number
    return hands


def _refuse(path, number, column, rule, got):
    raise ValueError(
        f"{path}, row {number}, column {column!r}: {rule}; got {got!r}. "
        "Mend it in the spreadsheet, save it as CSV, and give the command again."
    )


def _learner(cells, known, at, refuse):
    column, name = next((column, name) for column, name in cells.items() if column.lower() == "learner")
    learner = known.get(name) or known.get(safe(name))
    if learner is None:
        refuse(column, "must be the name of a learner of this class, as in grades.csv", name)
    if learner in at:
        refuse(column, f"must be there once; row {at[learner]} has it as well", name)
    return learner


def _hand(cells, limits, refuse):
    marks, more = {}, {}
    for column, text in cells.items():
        part, late = column.partition(" (of")[0].strip(), _LATE.match(column.lower())
        if part in limits:
            marks[part] = _number(column, text, limits[part], refuse)
        elif late:
            more["late_days"] = _number(column, text, 1000, refuse) or 0.0
            more["late_percent"] = float((late[1] or "0").replace(",", "."))
        elif column.lower() == TOTAL:
            more["total"] = _number(column, text, 1000, refuse)
        elif column.lower() == COMMENT:
            more["comment"] = text
    return Hand({part: value for part, value in marks.items() if value is not None}, **more)


def _number(column, text, most, refuse):
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        refuse(column, f"must be a number from 0 to {points(most)}, or empty", text)
    return value
