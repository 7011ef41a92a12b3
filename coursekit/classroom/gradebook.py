"""The grades of a class as one table, for a spreadsheet or a learning platform."""

import csv

RISKY = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins so


def write_grades(path, graded):
    """Write one row for each learner: total, each part, flags.

    Parameters
    ----------
    path : str or os.PathLike
    graded : list of Record
    """
    names = [part.name for part in graded[0].parts] if graded else []
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["learner", "total", "points", *names, "flags", "file"])
        for record in graded:
            earned = [f"{part.earned:g}" for part in record.parts]
            notes = "; ".join([*record.flags, *([record.problem] if record.problem else [])])
            row = [_safe(record.learner), f"{record.total:g}", f"{record.points:g}", *earned]
            writer.writerow([*row, _safe(notes), _safe(record.file)])


def _safe(text):
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(RISKY) else text
