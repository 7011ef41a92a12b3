"""The page that a learner gets back, and the sheet on which an instructor marks written answers."""

import re

from coursekit.classroom.report.page import page

NOT_ATTEMPTED = "not attempted"


def feedback_page(assignment, result):
    """Return the feedback of one learner as a page of HTML.

    Parameters
    ----------
    assignment : Assignment
    result : Result

    Returns
    -------
    str
    """
    titles = {row.name: row.title for row in result.rows}
    parts = [(row, named_once(row.grade), _in_words(_stopped(row), titles)) for row in result.rows]
    flags = _in_words(result.record.flags, titles)
    problem = " ".join(_in_words([result.record.problem], titles))
    rests = {
        row.name: [titles.get(name, name) for name in row.grade.rests_on] if row.grade else []
        for row in result.rows
    }
    return page(
        "feedback.html",
        title=f"Feedback: {title_of(assignment)}",
        result=result,
        parts=parts,
        flags=flags,
        problem=problem,
        rests=rests,
    )


def rubric_page(assignment, results):
    """Return the sheet for marking: each rubric beside the answers of the class.

    Parameters
    ----------
    assignment : Assignment
    results : list of Result

    Returns
    -------
    str
    """
    parts = []
    for i, row in enumerate(results[0].rows if results else []):
        (cell,) = [cell for cell in assignment.cells if cell.name == row.name]
        if cell.kind == "written":
            question = "\n".join(cell.text_of("given").splitlines()[1:]).strip()
            question = re.sub(r"^#+[^\n]*\n", "", question).strip()
            answers = [(result, result.rows[i]) for result in results]
            parts.append((row, question, cell.text_of("solution").strip().splitlines(), answers))
    return page("rubric.html", title=f"Marking: {title_of(assignment)}", parts=parts)


def title_of(assignment):
    """Return the first heading of an assignment without the word Assignment, else its name."""
    heads = [
        re.search(r"^#\s+(.+)$", cell.text_of("given"), re.MULTILINE) for cell in assignment.of_kind("text")
    ]
    found = next((head[1].strip() for head in heads if head), assignment.name)
    return re.sub(r"^Assignment:\s*", "", found)


def named_once(grade):
    """Return a step of each mistake that was named in a part, since a mistake is explained once.

    Parameters
    ----------
    grade : PartGrade or None

    Returns
    -------
    list of Step
    """
    steps = [step for step in grade.steps if step.named] if grade else []
    return list({step.mistake or step.named: step for step in reversed(steps)}.values())[::-1]


def _stopped(row):
    return row.grade.stopped if row.grade else ()


def _in_words(texts, titles):
    """Return texts in which a part has the name that it has in the notebook."""
    names = "|".join(map(re.escape, sorted(titles, key=len, reverse=True)))
    return [
        re.sub(rf"(?<![\w-])({names})(?![\w-])", lambda found: f"“{titles[found[1]]}”", text)
        for text in texts
    ]
