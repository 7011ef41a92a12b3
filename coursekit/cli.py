"""The command `coursekit`: start with the lessons, release an assignment, check a notebook, grade a class."""

import argparse
import codecs
import shlex
import sys
import unicodedata
from importlib.util import find_spec
from pathlib import Path

MARKS = {"✓": "+", "✗": "-", "○": "o", "“": '"', "”": '"', "·": "*", "∞": "inf"}


def main(arguments=None):
    """Run the command; return 0, or 1 where something could not be done, whose reason is printed."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="coursekit-plain")
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.run(chosen) or 0
    except ModuleNotFoundError as error:
        why, status = f"needs {error.name}: pip install 'coursekit[grade]' brings it", 1
    except (ValueError, OSError) as error:
        why, status = error, 1
    except KeyboardInterrupt:
        why, status = "stopped; the same command goes on", 130
    print(f"coursekit: {why}", file=sys.stderr)
    return status


def _plain(error):
    """Have a console show what it can of a text that its encoding does not hold."""
    shown = ""
    for letter in error.object[error.start : error.end]:
        base = MARKS.get(letter) or unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
        shown += base or letter.encode("ascii", "backslashreplace").decode()
    return shown, error.end


codecs.register_error("coursekit-plain", _plain)


def _parser():
    what = "Lessons to start with; assignments to hand out, check and grade."
    parser = argparse.ArgumentParser(prog="coursekit", description=what)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(run, what):
        made = commands.add_parser(run.__name__.strip("_"), help=what)
        made.set_defaults(run=run)
        return made.add_argument

    add = command(_start, "copy the lessons into a folder, or renew those there")
    add("folder", type=Path, nargs="?", default=Path("lessons"), help="default: lessons")
    add = command(_release, "make the learner's notebook from an instructor's source")
    add("source", type=Path, help="the instructor's notebook")
    add("--to", type=Path, default=Path("released"), help="folder for it (default: released)")
    add = command(_check, "run the public checks of your notebook before you hand it in")
    add("file", type=Path, help="your notebook")
    add = command(_grade, "grade a folder of submissions")
    add("source", type=Path, help="the instructor's notebook")
    add("folder", type=Path, help="what was handed in: a folder, or a platform's archive")
    add("--to", type=Path, default=Path("results"), help="folder for the grades (default: results)")
    add("--roster", type=Path, help="CSV file with a column 'learner'")
    add("--only", metavar="LEARNER", help="grade this learner anew, and nobody else")
    add("--seed", type=int, help="of the checks' inputs (default: a secret one, kept in the results)")
    carry = {"action": argparse.BooleanOptionalAction, "default": True}
    add("--carry", **carry, help="judge a part again as if earlier ones were right (default: yes)")
    add = command(_report, "write tables and pages anew, with the marks of marks.csv")
    add("source", type=Path, help="the instructor's notebook")
    add("results", type=Path, nargs="?", default=Path("results"), help="of `grade` (default: results)")
    return parser


def _start(chosen):
    from coursekit.classroom.start import start

    print(*(start(chosen.folder) or ["Nothing has changed."]), sep="\n", end="\n\n")
    first = chosen.folder / "00_start_here.ipynb"
    print(f"The lessons are in {chosen.folder}. Begin with:  jupyter lab {shlex.quote(str(first))}")


def _release(chosen):
    from coursekit.classroom.release import release_file

    print(release_file(chosen.source, chosen.to))


def _need_grader():
    """Refuse where the packages are missing that run notebooks."""
    for name in ("jinja2", "nbval", "psutil"):
        if find_spec(name) is None:
            raise ModuleNotFoundError(name=name)


def _check(chosen):
    _need_grader()
    from coursekit.classroom.public_checks import check

    passed, text = check(chosen.file)
    print(text)
    return 0 if passed else 1


def _grade(chosen):
    _need_grader()
    from coursekit.classroom.apart.sandbox import UNSAFE, level
    from coursekit.classroom.grading import grade
    from coursekit.classroom.records import set_aside
    from coursekit.classroom.report.reports import report_class

    if level() != "bubblewrap":
        print(f"coursekit: {UNSAFE}", file=sys.stderr)
    options = {name: getattr(chosen, name) for name in ("roster", "only", "seed", "carry")}
    graded = grade(chosen.source, chosen.folder, chosen.to, **options)
    gone = set_aside(chosen.to, graded) if chosen.only is None else ""
    print(report_class(chosen.source, chosen.to, {record.learner for record in graded}))
    sys.stderr.write(gone)
    return int(all(record.problem for record in graded))  # nothing could be graded


def _report(chosen):
    from coursekit.classroom.report.reports import report_class

    print(report_class(chosen.source, chosen.results))
