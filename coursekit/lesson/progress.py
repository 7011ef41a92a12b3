"""Which exercises have passed, kept in a small file that belongs to the learner.

The file `.coursekit_progress.json` lies in the working directory. It holds the lessons, the titles of the
exercises that passed there, and a format version, and may be deleted at any time. A file that is no such file
is left as it is. Whatever a file or a folder holds or allows, it is no error: one sentence says so. A cell
that shows progress prints something else for each learner: give it the tag `nbval-ignore-output`.
"""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from coursekit._validation import check_count, check_different, check_kind, check_text
from coursekit.lesson.exercises import Verdict
from coursekit.lesson.files import write_json
from coursekit.palette import boxed, escaped

FILE = ".coursekit_progress.json"
FORMAT = 1
MOST_BYTES = 200_000
BAR = 12  # characters in a bar, at most


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
    """Record a `Verdict` that passed, and return it; what was recorded once stays recorded."""
    check_text(lesson, "lesson")
    if check_kind(verdict, "verdict", Verdict, "what exercises.check returns").passed:
        passed, problem = _read()
        if not problem and verdict.title not in passed.setdefault(lesson, []):
            passed[lesson].append(verdict.title)
            try:
                write_json(FILE, {"format": FORMAT, "passed": passed})
            except OSError as error:
                problem = f"{FILE} cannot be written ({error.strerror})"
        for sentence in _sentences(problem):
            print(sentence)
    return verdict


def show_progress(lesson, exercises, practice=()):
    """Return the `Progress` in a lesson: how many `exercises`, by the titles of their verdicts, are open.

    Those of `practice` stand after the lesson's end: they are counted apart.
    """
    check_text(lesson, "lesson")
    for titles, name in ((exercises, "exercises"), (practice, "practice")):
        check_kind(titles, name, (list, tuple), "a list of titles")
        for title in titles:
            check_text(title, f"each title in {name}")
    total = check_count(len(exercises), "exercises")
    check_different([*exercises, *practice], "exercises")
    passed, problem = _read()
    line = _count(total)
    if passed is not None:
        done = passed.get(lesson, ())
        still_open = [title for title in exercises if title not in done]
        line = _words(total - len(still_open), total)
        line += f" (still open: {'; '.join(still_open)})" if still_open else ""
        if practice:
            line += f"; more practice: {_words(sum(title in done for title in practice), len(practice))}"
    lines = [f"Lesson {lesson}: {line}", *_sentences(problem)]
    return Progress("\n".join(lines), boxed("<br>".join(map(escaped, lines))))


def show_course(lessons):
    """Return the `Progress` in the course; `lessons` says of each lesson how many exercises it has."""
    check_kind(lessons, "lessons", dict, "a dict of lesson -> number of exercises")
    for lesson, total in lessons.items():
        check_text(lesson, "each lesson")
        check_count(total, "exercises")
    passed, problem = _read()
    rows, lines = [], _sentences(problem)
    if passed is not None:
        done = {lesson: min(len(set(passed.get(lesson, ()))), total) for lesson, total in lessons.items()}
        rows = [(f"Lesson {lesson}", done[lesson], total) for lesson, total in lessons.items()]
        rows.append(("All lessons", sum(done.values()), sum(lessons.values())))
    width = max((len(name) for name, *_ in rows), default=0)
    text = [f"{name:{width}}  {_bar(*counts):{BAR}}  {_words(*counts)}" for name, *counts in rows]
    table = f"<table><tbody>{''.join(_row(*row) for row in rows)}</tbody></table>"
    return Progress("\n".join(text + lines), boxed(table + "".join(map(escaped, lines))))


def _row(name, *counts):
    look = "style='text-align: left'"
    bar = f"<td {look} aria-hidden='true'>{_bar(*counts)}</td>"
    return f"<tr><th scope='row' {look}>{escaped(name)}</th>{bar}<td {look}>{_words(*counts)}</td></tr>"


def _words(passed, total):
    return f"{passed} of {_count(total)} passed"


def _count(exercises):
    return f"{exercises} exercise{'s' if exercises > 1 else ''}"


def _sentences(problem):
    return [f"Progress cannot be kept: {problem}."] if problem else []


def _bar(passed, total):
    """Return a bar that is full only where all passed, and empty only where none did."""
    length = min(total, BAR)
    full = passed * length // total or min(passed, 1)
    return "■" * full + "□" * (length - full)


def _read():
    """Return ({lesson: titles}, what prevents writing or None); (None, why) where it cannot be read."""
    folder_problem = None if os.access(".", os.W_OK) else "this folder is read-only"
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
        return {}, folder_problem
    except OSError as error:
        return None, f"{FILE} cannot be read ({error.strerror})"
    except (ValueError, RecursionError):
        return None, f"{FILE} is damaged; delete it to start afresh"
    return found["passed"], folder_problem if about.st_mode & 0o222 else f"{FILE} is read-only"


def _is_ours(found):
    if not isinstance(found, dict) or set(found) != {"format", "passed"} or found["format"] != FORMAT:
        return False
    lists = found["passed"].values() if isinstance(found["passed"], dict) else [None]
    return all(isinstance(titles, list) and all(isinstance(t, str) for t in titles) for titles in lists)
