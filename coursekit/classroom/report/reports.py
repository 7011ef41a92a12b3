"""All that comes out of a graded class, written into the folder of its results."""

import shlex
from pathlib import Path

from coursekit.classroom import records
from coursekit.classroom.assemble import reference_answers
from coursekit.classroom.release import released_text
from coursekit.classroom.report.class_page import class_page
from coursekit.classroom.report.feedback import feedback_page, rubric_page
from coursekit.classroom.report.gradebook import write_for_platforms, write_grades
from coursekit.classroom.report.marks import read_marks, write_marks
from coursekit.classroom.report.results import make_results
from coursekit.classroom.report.similar import similar_pairs
from coursekit.classroom.source import read_source
from coursekit.lesson.files import write_text


def report_class(source, results, learners=None):
    """Write all tables and pages of a class; return the totals of some learners, or of all, in words."""
    made = write_reports(results, read_source(source), records.read_class(results))
    said = []
    for result in made:
        if learners is None or result.record.learner in learners:
            waiting = f" ({result.unmarked:g} not yet marked)" if result.unmarked else ""
            total = f"{result.total:g} of {result.points:g}{waiting} {result.record.problem}"
            said.append(f"{result.record.learner}: {total}".rstrip())
    said.append(f"Grades: {results / 'grades.csv'}. Pages: {results / 'class.html'}.")
    if any(result.unmarked for result in made):
        said.append(f"To mark: {results / 'rubric.html'}. Enter marks in {results / 'marks.csv'}, then:")
        said.append(f"  coursekit report {shlex.quote(str(source))} {shlex.quote(str(results))}")
    return "\n".join(said)


def write_reports(results, assignment, graded):
    """Write tables and pages: grades.csv, feedback/NAME.html, class.html, rubric.html, marks.csv.

    Of learners whose files came from Moodle or Canvas, also what these take back. Return the Result of each
    Record of the class; raise ValueError where something in marks.csv cannot be used, before anything is
    written.
    """
    folder = Path(results)
    learners = [record.learner for record in graded]
    hands = read_marks(folder / "marks.csv", assignment, learners)
    write_marks(folder / "marks.csv", assignment, learners)
    made = make_results(assignment, graded, hands, lambda name: f"{records.path_of(folder, name).stem}.html")
    write_grades(folder / "grades.csv", assignment, made)
    (folder / "feedback").mkdir(parents=True, exist_ok=True)
    pages = {result.record.learner: feedback_page(assignment, result) for result in made}
    for result in made:
        write_text(folder / "feedback" / result.page, pages[result.record.learner])
    for path in set((folder / "feedback").glob("*.html")) - {folder / "feedback" / one.page for one in made}:
        path.unlink()  # of somebody who is not in the class any more
    write_text(folder / "class.html", class_page(assignment, made, _alike(assignment, graded)))
    if assignment.of_kind("written"):
        write_text(folder / "rubric.html", rubric_page(assignment, made))
    write_for_platforms(folder, assignment, made, pages)
    return made


def _alike(assignment, graded):
    given = [code for (code,) in reference_answers(assignment).values()]
    given += [released_text(cell) for cell in assignment.of_kind("solution", "given", "check")]
    codes = {
        record.learner: "\n\n".join(codes[0] for _, codes in sorted(record.answers.items()))
        for record in graded
        if record.answers
    }
    return similar_pairs(codes, given)
