"""The result of a learner: what the grader found, and on top of it what the instructor entered."""

import re
from dataclasses import dataclass

from coursekit.classroom.records import PartGrade, Record
from coursekit.classroom.report.marks import Hand


@dataclass(frozen=True)
class Row:
    """One part of an assignment, as it stands for one learner.

    `name` is that of its check, `title` its heading in the notebook. `earned` is None while it is not yet
    marked. `grade` is the grader's, None for a written answer, whose words are `text`. `code` is the
    learner's for this part, and `printed` what it printed.
    """

    name: str
    title: str
    points: float
    earned: float | None
    by_hand: bool = False
    grade: PartGrade | None = None
    text: str = ""
    code: str = ""
    printed: str = ""


@dataclass(frozen=True)
class Result:
    """A learner's record, its parts, what the instructor entered, and the name of the page about it all."""

    record: Record
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
        return sum(row.points for row in self.rows if row.earned is None and self.hand.total is None)

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
    """Return the Result of each Record; `hands` is of `read_marks`, `page_of` names a learner's page."""
    parts = parts_of(assignment)
    return [
        Result(record, tuple(_row(*part, record, hand) for part in parts), hand, page_of(record.learner))
        for record in graded
        for hand in [hands.get(record.learner, Hand())]
    ]


def parts_of(assignment):
    """Return (cell, title, names of its solution cells) of each part, in the order of the notebook.

    The title is the last heading at or above the part's cell, else its name in words.
    """
    found, heading, answers = [], "", assignment.builds_on
    for cell in assignment.cells:
        if not cell.is_code:
            heads = re.findall(r"^#+\s+(.+?)\s*$", cell.text_of("given"), flags=re.MULTILINE)
            heading = heads[-1] if heads else heading
        if cell.points:
            found.append((cell, heading or cell.name.replace("-", " "), answers.get(cell.name, [])))
            heading = ""
    return found


def _row(cell, title, names, record, hand):
    by_hand, text, grade = cell.name in hand.marks, record.written.get(cell.name, ""), None
    earned = 0.0 if not text and (not record.problem or not record.file) else None  # nothing to mark
    if cell.kind == "check":
        grades = {part.name: part for part in record.parts}
        grade = grades.get(cell.name, PartGrade(cell.name, cell.points))
        earned = round(grade.earned, 1)
    earned = hand.marks.get(cell.name, earned)
    code = "\n\n".join(code for name in names for code in record.answers.get(name, []))
    printed = "\n".join(record.outputs[name] for name in names if name in record.outputs)
    return Row(cell.name, title, cell.points, earned, by_hand, grade, text, code, printed)
