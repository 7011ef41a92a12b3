"""CSV files that spreadsheets open rightly, and CSV files as spreadsheets save them."""

import csv
import io
from pathlib import Path

from coursekit.classroom.collect.roster import decoded
from coursekit.lesson.files import write_text

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")  # a spreadsheet would compute what begins so


def write_table(path, rows, bom=True):
    """Write rows of texts; with the mark by which spreadsheets know UTF-8, and no formula among them.

    Parameters
    ----------
    path : str or os.PathLike
    rows : iterable of list of str
    bom : bool
        Without it for a platform's import, which takes the mark for a part of the first column's name.
    """
    made = io.StringIO()
    csv.writer(made).writerows([safe(cell) for cell in row] for row in rows)
    write_text(path, "\ufeff" * bom + made.getvalue())


def safe(text):
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(RISKY) else text


def read_table(path):
    """Return the rows of a CSV file, whatever a spreadsheet made of it.

    Parameters
    ----------
    path : str or os.PathLike

    Returns
    -------
    list of list of str

    Raises
    ------
    ValueError
        Where it is no CSV file.
    """
    try:
        text = decoded(Path(path).read_bytes()).removeprefix("\ufeff")
    except ValueError as error:
        raise ValueError(f"{path} cannot be used: {error}") from error
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
