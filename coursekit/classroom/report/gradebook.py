"""The grades of a class as tables: grades.csv for a spreadsheet, and what Moodle and Canvas import."""

import csv
import io
import zipfile

from coursekit.classroom.report.page import points
from coursekit.lesson.files import write_text

OPEN = "not yet marked"
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet would compute what begins so
MOODLE = ["Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)", "Feedback comments"]
CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]


def write_table(path, rows, bom=True):
    """Write rows of texts with no formula among them.

    Spreadsheets know UTF-8 by a mark, the BOM; a platform takes it for a part of the first column's name.
    """
    made = io.StringIO()
    csv.writer(made).writerows([safe(cell) for cell in row] for row in rows)
    write_text(path, "\ufeff" * bom + made.getvalue())


def safe(text):
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(RISKY) else text


def write_grades(path, assignment, results):
    """Write one row for each learner: total, each part, comment, flags."""
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
    (app/models/assignment.rb of github.com/instructure/canvas-lms). `pages` are learner -> feedback.
    """
    moodle, canvas = [MOODLE], [[*CANVAS, assignment.name]]
    canvas.append(["    Points Possible", *[""] * 4, points(assignment.points)])
    zipped = {"moodle": {}, "canvas": {}}
    for result in results:
        platform, number, upload = result.record.upload or ("", "", "")
        page, total = pages[result.record.learner], points(result.total)
        if platform == "moodle":
            name = upload.partition(f"_{number}_")[0]
            grade = [total, points(result.points), "", result.hand.comment]
            moodle.append([f"Participant {number}", name, *grade])
            zipped[platform][f"{upload.rstrip('_')}_/feedback_{assignment.name}.html"] = page
        if platform == "canvas":
            canvas += [[result.record.learner, number, "", "", "", total]] * number.isdecimal()
            zipped[platform][f"{upload.partition('.')[0]}.html"] = page
    for (platform, files), rows in zip(zipped.items(), (moodle, canvas), strict=True):
        if files:
            write_table(folder / f"{platform}_grades.csv", rows, bom=False)
            with zipfile.ZipFile(folder / f"{platform}_feedback.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for name, page in files.items():
                    archive.writestr(zipfile.ZipInfo(name), page.encode("utf-8", "backslashreplace"))
