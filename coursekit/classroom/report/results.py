"""The result of a learner: what the grader found, and on top of it what the instructor entered."""

import re
from dataclasses import dataclass

from coursekit.classroom.records import PartGrade
from coursekit.classroom.report.marks import NOTHING, Hand


@dataclass(frozen=True)
class Row:
    """One part of an assignment, as it stands for one learner.

    Attributes
    ----------
    name, title : str
        As in the first line of its check, and as the notebook's heading says.
    points : float
    earned : float or None
        None: not yet marked.
    by_hand : bool
    grade : PartGrade or None
        Of the grader; None for a written answer.
    text : str
        What was written.
    code, printed : str
        The learner's code for this part, and what it printed.
    """

    name: str
    title: str
    points: float
    earned: float | None
    by_hand: bool = False
    grade: object = None
    text: str = ""
    code: str = ""
    printed: str = ""


@dataclass(frozen=True)
class Result:
    """A learner's record, its parts, and what the instructor entered.

    Attributes
    ----------
    record : Record
    rows : tuple of Row
    hand : Hand
    page : str
        Name of the file of the learner's feedback.
    """

    record: object
    rows: tuple
    hand: Hand
    page: str

    @property
    def points(self):
        """All that can be had."""
        return sum(row.points for row in self.rows)

    @property
    def unmarked(self):
        """Points of written answers that are not yet marked; none where a total was entered."""
        waiting = sum(row.points for row in self.rows if row.earned is None)
        return 0 if self.hand.total is not None else waiting

    @property
    def taken(self):
        """Points taken for late days."""
        share = min(1.0, self.hand.late_days * self.hand.late_percent / 100)
        return round(share * sum(row.earned or 0 for row in self.rows), 1)

    @property
    def total(self):
        """What counts, so far: the total that was entered, else the sum of the parts less what is taken."""
        if self.hand.total is not None:
            return self.hand.total
        return round(sum(row.earned or 0 for row in self.rows) - self.taken, 1)


def make_results(assignment, graded, hands, page_of):
    """Join records and marks.

    Parameters
    ----------
    assignment : Assignment
    graded : list of Record
    hands : dict
        Learner -> Hand, of `coursekit.classroom.report.marks.read_marks`.
    page_of : callable
        Learner -> name of the file of their page.

    Returns
    -------
    list of Result
    """
    parts = parts_of(assignment)
    made = []
    for record in graded:
        hand = hands.get(record.learner, NOTHING)
        rows = tuple(_row(cell, title, names, record, hand) for cell, title, names in parts)
        made.append(Result(record, rows, hand, page_of(record.learner)))
    return made


def parts_of(assignment):
    """Return (cell, title, names of its solution cells) of each part, in the order of the notebook.

    The title is the last heading at or above the part's cell, else its name in words.
    """
    found, heading, answers = [], "", []
    for cell in assignment.cells:
        if not cell.is_code:
            heads = re.findall(r"^#+\s+(.+?)\s*$", cell.text_of("given"), flags=re.MULTILINE)
            heading = heads[-1] if heads else heading
        if cell.kind == "solution":
            answers.append(cell.name)
        elif cell.points:
            title = heading or cell.name.replace("-", " ")
            found.append((cell, title, answers if cell.kind == "check" else []))
            heading, answers = "", answers if cell.kind == "written" else []
    return found


def _row(cell, title, names, record, hand):
    grades = {part.name: part for part in record.parts}
    grade = grades.get(cell.name, PartGrade(cell.name, cell.points)) if cell.kind == "check" else None
    text = record.written.get(cell.name, "")
    nothing = 0.0 if not text and (not record.problem or not record.file) else None  # nothing to mark
    earned = hand.marks.get(cell.name, round(grade.earned, 1) if grade else nothing)
    codes = [code for name in names for code in record.answers.get(name, [])]
    printed = [record.outputs[name] for name in names if name in record.outputs]
    by_hand = cell.name in hand.marks
    return Row(
        cell.name, title, cell.points, earned, by_hand, grade, text, "\n\n".join(codes), "\n".join(printed)
    )
