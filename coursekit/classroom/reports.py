"""All that comes out of a graded class: the table, a page for each learner, and a page for the instructor."""

from pathlib import Path

from coursekit.classroom.assemble import reference_answers
from coursekit.classroom.class_page import class_page
from coursekit.classroom.feedback import feedback_page
from coursekit.classroom.gradebook import write_grades
from coursekit.classroom.records import path_of
from coursekit.classroom.release import released_text
from coursekit.classroom.similar import similar_pairs


def write_reports(results, assignment, graded):
    """Write grades.csv, class.html and feedback/NAME.html into the folder of results.

    Parameters
    ----------
    results : str or os.PathLike
    assignment : Assignment
    graded : list of Record
        Of the whole class.
    """
    results = Path(results)
    (results / "feedback").mkdir(parents=True, exist_ok=True)
    write_grades(results / "grades.csv", graded)
    for record in graded:
        page = results / "feedback" / f"{path_of(results, record.learner).stem}.html"
        page.write_text(feedback_page(assignment.name, record), encoding="utf-8")
    given = [code for (code,) in reference_answers(assignment).values()]
    given += [released_text(cell) for cell in assignment.of_kind("solution", "given", "check")]
    codes = {record.learner: _first_codes(record.answers) for record in graded if record.answers}
    text = class_page(assignment.name, graded, similar_pairs(codes, given))
    (results / "class.html").write_text(text, encoding="utf-8")


def _first_codes(answers):
    return "\n\n".join(codes[0] for _, codes in sorted(answers.items()))
