"""Which exercises have passed, kept in a small file that belongs to the learner.

The file `.coursekit_progress.json` lies in the working directory. It holds the lessons, the titles
of the exercises that passed there, and a format version, and may be deleted at any time. A file
that is no such file is left as it is.

A cell that shows progress prints another text where a learner has such a file: give it the tag
`nbval-ignore-output`.
"""

import html
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from coursekit._validation import check_text, describe
from coursekit.lesson.exercises import Verdict
from coursekit.lesson.files import write_json
from coursekit.palette import boxed

FILE = ".coursekit_progress.json"
FORMAT = 1
MOST_BYTES = 200_000
MOST_EXERCISES = 1_000
BAR = 12  # characters in a bar, at most
FULL, EMPTY = "■", "□"


@dataclass(frozen=True, repr=False)
class Progress:
    """What `show_progress` and `show_course` return, readable as text and as HTML."""

    text: str
    page: str

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        return self.page


def keep(lesson, verdict):
    """Record a verdict that passed, and return it; what was recorded once stays recorded.

    Where the file cannot be used, one printed sentence says so.

    Parameters
    ----------
    lesson : str
        For example "02".
    verdict : Verdict

    Returns
    -------
    Verdict
        The same.

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule; never for what the file holds or allows.
    """
    check_text(lesson, "lesson")
    if not isinstance(verdict, Verdict):
        raise TypeError(f"verdict must be what exercises.check returns; got {describe(verdict)}")
    if verdict.passed:
        problem = _record(lesson, verdict.title)
        if problem:
            print(_sentence(problem))
    return verdict


def show_progress(lesson, exercises):
    """Say how many exercises of a lesson have passed, and which are open.

    Parameters
    ----------
    lesson : str
        For example "02".
    exercises : list or tuple of str
        The titles of the lesson's verdicts.

    Returns
    -------
    Progress

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule; never for what the file holds or allows.
    """
    check_text(lesson, "lesson")
    exercises = _check_titles(exercises)
    passed, problem = _read()
    if passed is None:
        line = f"Lesson {lesson}: {_count(len(exercises))}"
    else:
        still_open = [title for title in exercises if title not in passed.get(lesson, ())]
        line = f"Lesson {lesson}: {_words(len(exercises) - len(still_open), len(exercises))}"
        line += f" (still open: {'; '.join(still_open)})" if still_open else ""
    lines = [line, *([_sentence(problem)] if problem else [])]
    return Progress("\n".join(lines), boxed("<br>".join(map(html.escape, lines))))


def show_course(lessons):
    """Say how many exercises have passed in each lesson, and in all.

    Parameters
    ----------
    lessons : dict of str to int
        Lesson -> how many exercises it has.

    Returns
    -------
    Progress

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule; never for what the file holds or allows.
    """
    _check_counts(lessons)
    passed, problem = _read()
    if passed is None:
        return Progress(_sentence(problem), boxed(html.escape(_sentence(problem))))
    rows = [
        (f"Lesson {lesson}", min(len(set(passed.get(lesson, ()))), total), total)
        for lesson, total in lessons.items()
    ]
    rows.append(("All lessons", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    width = max(len(name) for name, _, _ in rows)
    lines = [f"{name:{width}}  {_bar(*counts):{BAR}}  {_words(*counts)}" for name, *counts in rows]
    page = "".join(
        f"<tr><th scope='row' style='text-align: left'>{html.escape(name)}</th>"
        f"<td style='text-align: left' aria-hidden='true'>{_bar(*counts)}</td>"
        f"<td style='text-align: left'>{_words(*counts)}</td></tr>"
        for name, *counts in rows
    )
    also = [_sentence(problem)] if problem else []
    page = f"<table><tbody>{page}</tbody></table>{''.join(map(html.escape, also))}"
    return Progress("\n".join([*lines, *also]), boxed(page))


# Words and pictures


def _words(passed, total):
    return f"{passed} of {_count(total)} passed"


def _count(exercises):
    return f"{exercises} exercise{'s' if exercises > 1 else ''}"


def _sentence(problem):
    return f"Progress cannot be kept: {problem}."


def _bar(passed, total):
    """Return one character for each exercise, of many exercises for a share of them.

    The bar is full only where all passed, and empty only where none did.
    """
    length = min(total, BAR)
    full = passed * length // total or min(passed, 1)
    return FULL * full + EMPTY * (length - full)


# The file


def _record(lesson, title):
    """Add a title to those of its lesson; return what prevents it, or None."""
    passed, problem = _read()
    if problem or title in passed.get(lesson, ()):
        return problem
    passed[lesson] = [*passed.get(lesson, ()), title]
    return _write(passed)


def _read():
    """Return ({lesson: titles}, what prevents writing or None); (None, why) where it cannot be read."""
    try:
        about = os.lstat(FILE)
        if not stat.S_ISREG(about.st_mode):  # a folder, a link, a pipe
            return None, f"{FILE} is not an ordinary file"
        if about.st_size > MOST_BYTES:
            return None, f"{FILE} is too large; delete it to start afresh"
        found = json.loads(Path(FILE).read_text(encoding="utf-8"))
        if not _is_ours(found):
            return None, f"{FILE} does not hold progress of this course; delete it to start afresh"
    except FileNotFoundError:
        return {}, _folder_problem()
    except OSError as error:
        return None, f"{FILE} cannot be read ({error.strerror})"
    except (ValueError, RecursionError):
        return None, f"{FILE} is damaged; delete it to start afresh"
    return found["passed"], _folder_problem() if about.st_mode & 0o222 else f"{FILE} is read-only"


def _folder_problem():
    return None if os.access(".", os.W_OK) else "this folder is read-only"


def _is_ours(found):
    if not isinstance(found, dict) or set(found) != {"format", "passed"} or found["format"] != FORMAT:
        return False
    passed = found["passed"]
    return isinstance(passed, dict) and all(
        isinstance(titles, list) and all(isinstance(title, str) for title in titles)
        for titles in passed.values()
    )


def _write(passed):
    """Replace the file in one step; return what prevents it, or None."""
    try:
        write_json(FILE, {"format": FORMAT, "passed": passed})
    except OSError as error:
        return f"{FILE} cannot be written ({error.strerror})"
    return None


# Arguments


def _check_titles(exercises):
    if not isinstance(exercises, (list, tuple)):
        raise TypeError(f"exercises must be a list of titles; got {describe(exercises)}")
    if not 1 <= len(exercises) <= MOST_EXERCISES:
        raise ValueError(f"exercises must have from 1 to {MOST_EXERCISES} titles; got {len(exercises)}")
    for title in exercises:
        check_text(title, "each title in exercises")
        if exercises.count(title) > 1:
            raise ValueError(f"exercises must be different; got {title!r} twice")
    return exercises


def _check_counts(lessons):
    if not isinstance(lessons, dict):
        raise TypeError(f"lessons must be a dict of lesson -> number of exercises; got {describe(lessons)}")
    if not 1 <= len(lessons) <= MOST_EXERCISES:
        raise ValueError(f"lessons must have from 1 to {MOST_EXERCISES} entries; got {len(lessons)}")
    for lesson, total in lessons.items():
        check_text(lesson, "each lesson")
        if not isinstance(total, int) or isinstance(total, bool):
            raise TypeError(f"exercises of lesson {lesson} must be a whole number; got {describe(total)}")
        if not 1 <= total <= MOST_EXERCISES:
            raise ValueError(
                f"exercises of lesson {lesson} must be between 1 and {MOST_EXERCISES}; got {total}"
            )
