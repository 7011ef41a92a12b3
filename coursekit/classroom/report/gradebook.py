"""The grades of a class as tables: grades.csv for a spreadsheet, and what Moodle and Canvas import."""

import re
import zipfile

from coursekit.classroom.report.page import points
from coursekit.classroom.report.tables import write_table

OPEN = "not yet marked"
_MOODLE = re.compile(r"(?:^|/)(([^/]+?)_(\d+)_assignsubmission_(?:file|onlinetext)_?)")
_CANVAS = re.compile(r"(?:^|/)([^/_]+(?:_LATE)?_(\d+)_\d+_[^/]*?)(?:\.\w+)?(?:/|$)")


def write_grades(path, assignment, results):
    """Write one row for each learner: total, each part, comment, flags.

    Parameters
    ----------
    path : str or os.PathLike
    assignment : Assignment
    results : list of Result
    """
    names = [cell.name for cell in assignment.cells if cell.points]
    rows = [["learner", "total", "points", *names, OPEN, "late days", "comment", "flags", "file"]]
    for result in results:
        record, hand = result.record, result.hand
        earned = [OPEN if row.earned is None else points(row.earned) for row in result.rows]
        notes = "; ".join([*record.flags, *([record.problem] if record.problem else [])])
        row = [record.learner, points(result.total), points(result.points), *earned]
        late = points(hand.late_days) if hand.late_days else ""
        rows.append([*row, points(result.unmarked), late, hand.comment, notes, record.file])
    write_table(path, rows)


def write_for_platforms(folder, assignment, results, pages):
    """Write what Moodle or Canvas takes back, where the files came from there.

    Moodle's worksheet is known by its columns Identifier, Grade and "Last modified (grade)", and its zip of
    feedback by the folders of the export (mod/assign/feedback of github.com/moodle/moodle, offline and file).
    Canvas knows a learner by the column ID, and a file by the numbers in the name it was handed in with
    (app/models/assignment.rb of github.com/instructure/canvas-lms).

    Parameters
    ----------
    folder : Path
    assignment : Assignment
    results : list of Result
    pages : dict
        Learner -> the page of their feedback.
    """
    moodle, canvas = (_exported(pattern, results) for pattern in (_MOODLE, _CANVAS))
    rows = [
        ["Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)", "Feedback comments"]
    ]
    zipped = {}
    for found, result in moodle:
        grade = [points(result.total), points(result.points), "", result.hand.comment]
        rows.append([f"Participant {found[3]}", found[2], *grade])
        zipped[f"{found[1]}/feedback_{assignment.name}.html"] = pages[result.record.learner]
    if zipped:
        write_table(folder / "moodle_grades.csv", rows, bom=False)
        _write_zip(folder / "moodle_feedback.zip", zipped)
    empty = ["", "", ""]
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment.name]]
    rows.append(["    Points Possible", "", *empty, points(assignment.points)])
    zipped = {}
    for found, result in canvas:
        rows.append([result.record.learner, found[2], *empty, points(result.total)])
        zipped[f"{found[1]}.html"] = pages[result.record.learner]
    if zipped:
        write_table(folder / "canvas_grades.csv", rows, bom=False)
        _write_zip(folder / "canvas_feedback.zip", zipped)


def _exported(pattern, results):
    """Return (match, result) where a platform named the files; none where most files are not its own.

    In a class of plain files, a platform's name can only be one that somebody packed.
    """
    handed_in = [result for result in results if result.record.file]
    found = [(pattern.search(result.record.file), result) for result in handed_in]
    found = [pair for pair in found if pair[0]]
    return found if 2 * len(found) > len(handed_in) else []


def _write_zip(path, files):
    """Write texts into an archive; the same texts give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text.encode("utf-8", "backslashreplace"))
