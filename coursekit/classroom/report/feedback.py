"""The page that a learner gets back, and the sheet on which an instructor marks written answers."""

import re

from coursekit.classroom.report.page import page

NOT_ATTEMPTED = "not attempted"
USES = "it uses your"  # begins what grading says of a part that rests on an earlier one


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
    record = result.record
    return page(
        "feedback.html",
        title=f"Feedback: {title_of(assignment)}",
        result=result,
        parts=[(row, named_once(row.grade), *_stopped(row, titles)) for row in result.rows],
        flags=_in_words(record.flags, titles),
        problem=" ".join(_in_words([record.problem], titles)),
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


def _stopped(row, titles):
    """Return what a part rests on, and what stopped it, with parts called as in the notebook."""
    said = _in_words(row.grade.stopped if row.grade else (), titles)
    if not (row.grade and row.grade.rests_on):
        return [], said
    rests = [text for text in said if text.startswith(USES)]
    rests = rests or [
        f"it uses what you wrote in “{titles.get(name, name)}”: mend that first"
        for name in row.grade.rests_on
    ]
    return rests, [text for text in said if text not in rests]


def _in_words(texts, titles):
    """Return texts in which a part has the name that it has in the notebook."""
    names = "|".join(map(re.escape, sorted(titles, key=len, reverse=True)))
    return [
        re.sub(rf"(?<![\w-])({names})(?![\w-])", lambda found: f"“{titles[found[1]]}”", text)
        for text in texts
    ]
