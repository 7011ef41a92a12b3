"""The command `coursekit`: release an assignment, check a notebook, grade a class."""

import argparse
import sys
from pathlib import Path


def main(arguments=None):
    """Run the command and return its exit status.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the command line.

    Returns
    -------
    int
        0, or 1 where something could not be done; its reason is printed.
    """
    chosen = _parser().parse_args(arguments)
    try:
        return chosen.run(chosen) or 0
    except (ValueError, OSError) as error:
        print(f"coursekit: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("coursekit: stopped; the same command goes on", file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(
        prog="coursekit", description="Assignments: hand them out, check one's own, grade a class."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    release = commands.add_parser("release", help="make the learner's notebook from an instructor's source")
    release.add_argument("source", type=Path, help="the instructor's notebook")
    release.add_argument(
        "--to", type=Path, default=Path("released"), help="folder for it (default: released)"
    )
    release.set_defaults(run=_release)
    check = commands.add_parser("check", help="run the public checks of your notebook before you hand it in")
    check.add_argument("file", type=Path, help="your notebook")
    check.set_defaults(run=_check)
    grade = commands.add_parser("grade", help="grade a folder of submissions")
    grade.add_argument("source", type=Path, help="the instructor's notebook")
    grade.add_argument("folder", type=Path, help="what was handed in: a folder, or a platform's archive")
    grade.add_argument(
        "--to", type=Path, default=Path("results"), help="folder for the grades (default: results)"
    )
    grade.add_argument("--roster", type=Path, help="CSV file with a column 'learner'")
    grade.add_argument("--only", metavar="LEARNER", help="grade this learner anew, and nobody else")
    grade.add_argument(
        "--seed", type=int, help="of the checks' inputs (default: a secret one, kept in the results)"
    )
    grade.add_argument("--carry", action="store_true", help="also grade each part on right earlier parts")
    grade.set_defaults(run=_grade)
    return parser


def _release(chosen):
    from coursekit.classroom.release import release_file

    print(release_file(chosen.source, chosen.to))


def _check(chosen):
    from coursekit.classroom.public_checks import check

    passed, text = check(chosen.file)
    print(text)
    return 0 if passed else 1


def _grade(chosen):
    from coursekit.classroom.apart.sandbox import level
    from coursekit.classroom.grading import grade
    from coursekit.classroom.reports import write_reports
    from coursekit.classroom.source import read_source

    if level() != "bubblewrap":
        print(
            "coursekit: WARNING: there is no sandbox here (bubblewrap, on Linux). Submissions run as you do: "
            "they can read and change your files. Grade only what you trust, or grade on Linux.",
            file=sys.stderr,
        )
    options = {"roster": chosen.roster, "only": chosen.only, "seed": chosen.seed, "carry": chosen.carry}
    graded = grade(chosen.source, chosen.folder, chosen.to, **options)
    if chosen.only is None:
        write_reports(chosen.to, read_source(chosen.source), graded)
    for record in graded:
        print(f"{record.learner}: {record.total:g} of {record.points:g} {record.problem}".rstrip())
