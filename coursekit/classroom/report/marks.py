"""marks.csv: marks, comments, late days and totals that the instructor enters in a spreadsheet.

The file is made once, with an empty cell for everything, and is never written again. An empty cell leaves
the grader's figure as it is.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.classroom.report.page import points
from coursekit.classroom.report.tables import read_table, safe, write_table

COMMENT, TOTAL = "comment", "total instead"
LATE = "late days (0 % each)"
_LATE = re.compile(r"late days\s*(?:\(\s*([\d.,]+)\s*%.*\))?\s*$")


@dataclass(frozen=True)
class Hand:
    """What was entered for one learner.

    Attributes
    ----------
    marks : dict
        Part -> points in place of the grader's.
    comment : str
    late_days, late_percent : float
        Days, and what each takes of the points that were earned.
    total : float or None
        In place of the sum.
    """

    marks: dict = field(default_factory=dict)
    comment: str = ""
    late_days: float = 0.0
    late_percent: float = 0.0
    total: float | None = None


NOTHING = Hand()


def write_marks(path, assignment, learners):
    """Make the file, with a row for each learner and nothing entered; one that is there is left alone."""
    if not Path(path).exists():
        graded = [cell for cell in assignment.cells if cell.points]
        parts = [f"{cell.name} (of {points(cell.points)})" for cell in graded]
        head = ["learner", *parts, COMMENT, LATE, TOTAL]
        write_table(path, [head, *([name] + [""] * (len(head) - 1) for name in learners)])


def read_marks(path, assignment, learners):
    """Return what the instructor entered.

    Parameters
    ----------
    path : str or os.PathLike
        As a spreadsheet saves it: with commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252.
    assignment : Assignment
    learners : list of str

    Returns
    -------
    dict
        Learner -> Hand, for each row.

    Raises
    ------
    ValueError
        Where a cell cannot be used; it names row and column as the spreadsheet shows them.
    """
    if not Path(path).exists():
        return {}
    head, *rows = read_table(path) or [[]]
    names = [cell.strip() for cell in head]
    if "learner" not in [name.lower() for name in names]:
        raise ValueError(f"{path}, row 1: must have a column 'learner'; it has {', '.join(names) or 'none'}")
    known = {safe(learner).strip(): learner for learner in learners}
    limits = {cell.name: cell.points for cell in assignment.cells if cell.points}
    hands, seen = {}, {}
    for number, row in enumerate(rows, 2):
        entered = _Entered(path, number, dict(zip(names, row, strict=False)))
        if any(cell.strip() for cell in row):
            learner = entered.learner(known, seen)
            hands[learner] = entered.hand(limits)
    return hands


class _Entered:
    """One row, whose cells are read by name, and whose errors say where they are."""

    def __init__(self, path, number, cells):
        self._path, self._number, self._cells = path, number, cells

    def refuse(self, column, rule, got):
        raise ValueError(
            f"{self._path}, row {self._number}, column {column!r}: {rule}; got {got!r}. "
            "Mend it in the spreadsheet, save it as CSV, and give the command again."
        )

    def learner(self, known, seen):
        column = next(name for name in self._cells if name.lower() == "learner")
        name = self._cells[column].strip()
        learner = known.get(name) or known.get(safe(name))
        if learner is None:
            self.refuse(column, "must be the name of a learner of this class, as in grades.csv", name)
        if learner in seen:
            self.refuse(column, f"must be there once; row {seen[learner]} has it as well", name)
        seen[learner] = self._number
        return learner

    def hand(self, limits):
        marks, late, percent, comment, total = {}, 0.0, 0.0, "", None
        for column, text in self._cells.items():
            part, found = column.partition(" (of")[0].strip(), _LATE.match(column.lower())
            if part in limits:
                value = self.number(column, text, limits[part])
                marks |= {} if value is None else {part: value}
            elif found:
                late = self.number(column, text, 1000) or 0.0
                percent = float((found[1] or "0").replace(",", "."))
            elif column.lower() == TOTAL:
                total = self.number(column, text, 1000)
            elif column.lower() == COMMENT:
                comment = text.strip()
        return Hand(marks, comment, late, percent, total)

    def number(self, column, text, most):
        text = text.strip()
        if not text:
            return None
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = -1.0
        if not 0 <= value <= most:
            self.refuse(column, f"must be a number from 0 to {points(most)}, or empty", text)
        return value
