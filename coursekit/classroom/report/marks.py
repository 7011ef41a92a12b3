"""marks.csv: marks, comments, late days and totals that the instructor enters in a spreadsheet.

The file is made once, with an empty cell for everything, and is never written again. An empty cell leaves
the grader's figure as it is.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.classroom.collect.roster import read_table
from coursekit.classroom.records import is_set_aside
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

    Raises ValueError where a cell cannot be used; it names row and column as the spreadsheet shows them.
    """
    if not Path(path).exists():
        return {}
    try:
        head, *rows = read_table(path)
    except ValueError as error:
        raise ValueError(f"{path} cannot be used: {error}") from error
    names = [cell.strip() for cell in head]
    column = next((name for name in names if name.lower() == "learner"), None)
    if column is None:
        raise ValueError(f"{path}, row 1: must have a column 'learner'; it has {', '.join(names)}")
    known = {name: learner for learner in learners for name in (learner, safe(learner).strip())}
    limits = {cell.name: cell.points for cell in assignment.cells if cell.points}
    hands, at = {}, {}
    for number, row in enumerate(rows, 2):
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False)}
        if not any(cells.values()) or is_set_aside(Path(path).parent, cells.get(column, "")):
            continue
        try:
            learner = _learner(column, cells.get(column, ""), known, at)
            hands[learner], at[learner] = _hand(cells, limits), number
        except _Refused as error:
            column, rule, got = error.args
            raise ValueError(
                f"{path}, row {number}, column {column!r}: {rule}; got {got!r}. "
                "Mend it in the spreadsheet, save it as CSV, and give the command again."
            ) from None
    return hands


class _Refused(Exception):
    """A cell that cannot be used: its column, the rule, and what stands there."""


def _learner(column, name, known, at):
    found = {known[name]} if name in known else {known[one] for one in known if one.lstrip("0") == name}
    if len(found) != 1:  # a spreadsheet takes the zeros before a number
        raise _Refused(column, "must be the name of a learner of this class, as in grades.csv", name)
    (learner,) = found
    if learner in at:
        raise _Refused(column, f"must be there once; row {at[learner]} has it as well", name)
    return learner


def _hand(cells, limits):
    marks, more = {}, {}
    for column, text in cells.items():
        part, late = column.partition(" (of")[0].strip(), _LATE.match(column.lower())
        if part in limits:
            marks[part] = _number(column, text, limits[part])
        elif late:
            more["late_days"] = _number(column, text, 1000) or 0.0
            more["late_percent"] = float((late[1] or "0").replace(",", "."))
        elif column.lower() == TOTAL:
            more["total"] = _number(column, text, 1000)
        elif column.lower() == COMMENT:
            more["comment"] = text
    return Hand({part: value for part, value in marks.items() if value is not None}, **more)


def _number(column, text, most):
    with suppress(ValueError):
        if not text or 0 <= float(text.replace(",", ".")) <= most:
            return float(text.replace(",", ".")) if text else None
    raise _Refused(column, f"must be a number from 0 to {points(most)}, or empty", text)
