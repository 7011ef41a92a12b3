"""The page that a learner gets back, and the sheet on which an instructor marks written answers."""

import re

from coursekit.classroom.report.page import page

NOT_ATTEMPTED = "not attempted"
USES = "it uses your"  # begins what grading says of a part that rests on an earlier one


def feedback_page(assignment, result):
    """Return the feedback of one learner as a page of HTML."""
    titles = {row.name: row.title for row in result.rows}
    return page(
        "feedback.html",
        title=f"Feedback: {title_of(assignment)}",
        result=result,
        unread=not any(row.text or row.code or (row.grade and row.grade.steps) for row in result.rows),
        parts=[(row, named_once(row.grade), *_stopped(row, titles)) for row in result.rows],
        flags=_in_words(result.record.flags, titles),
        problem=" ".join(_in_words([result.record.problem], titles)),
    )


def rubric_page(assignment, results):
    """Return the sheet for marking as a page of HTML: each rubric beside the answers of the class."""
    parts = []
    for rows in zip(*(result.rows for result in results), strict=True):
        (cell,) = [cell for cell in assignment.cells if cell.name == rows[0].name]
        if cell.kind == "written":
            question = "\n".join(cell.text_of("given").splitlines()[1:]).strip()
            question = re.sub(r"^#+[^\n]*\n", "", question).strip()
            rubric = cell.text_of("solution").strip().splitlines()
            parts.append((rows[0], question, rubric, list(zip(results, rows, strict=True))))
    return page("rubric.html", title=f"Marking: {title_of(assignment)}", parts=parts)


def title_of(assignment):
    """Return the first heading of an assignment without the word Assignment, else its name."""
    text = "\n".join(cell.text_of("given") for cell in assignment.of_kind("text"))
    head = re.search(r"^#\s+(?:Assignment:\s*)?(.+)$", text, re.MULTILINE)
    return head[1].strip() if head else assignment.name


def named_once(grade):
    """Return a step of each mistake that was named in a part, since a mistake is explained once."""
    steps = [step for step in grade.steps if step.named] if grade else []
    return list({step.mistake or step.named: step for step in reversed(steps)}.values())[::-1]


def _stopped(row, titles):
    """Return what a part rests on, and what stopped it, with parts called as in the notebook."""
    said = _in_words(row.grade.stopped if row.grade else (), titles)
    if not (row.grade and row.grade.rests_on):
        return [], said
    wrote = "it uses what you wrote in “{}”: mend that first"
    rests = [text for text in said if text.startswith(USES)]
    rests = rests or [wrote.format(titles.get(name, name)) for name in row.grade.rests_on]
    return rests, [text for text in said if text not in rests]


def _in_words(texts, titles):
    """Return texts in which a part has the name that it has in the notebook."""
    names = "|".join(map(re.escape, sorted(titles, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![\w-])({names})(?![\w-])")
    return [pattern.sub(lambda found: f"“{titles[found[1]]}”", text) for text in texts]
