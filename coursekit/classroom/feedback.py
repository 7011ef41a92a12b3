"""The page that a learner gets back: what each part earned, what is wrong, and the question that helps."""

from coursekit.classroom.page import element, items, page, table


def feedback_page(assignment, record):
    """Return the feedback of one learner as a page of HTML.

    Parameters
    ----------
    assignment : str
        Its name.
    record : Record

    Returns
    -------
    str
    """
    parts = [element("p", f"{record.learner}: {record.total:g} of {record.points:g} points.")]
    if record.problem:
        parts.append(element("p", record.problem, class_="message"))
    if record.flags:
        parts += [element("h2", "About your file"), items(record.flags)]
    rows = [[part.name, part.earned, part.points] for part in record.parts]
    parts += [element("h2", "Points"), table("What each part earned", ["part", "points", "of"], rows)]
    for i, part in enumerate(record.parts):
        parts += _part(part, record.carried[i] if record.carried else None)
    for name, text in record.written.items():
        parts += [element("h2", name), element("p", "Your instructor reads and marks this answer:")]
        parts.append(element("p", text or "(nothing written)", class_="message"))
    return page(f"Feedback: {assignment}", *parts)


def _part(part, carried):
    head = element("h2", f"{part.name}: {part.earned:g} of {part.points:g}")
    if part.earned == part.points:
        return [head, element("p", "✓ All of it is right.")]
    made = [head]
    if part.stopped:
        made += [element("p", "Something stopped before this part could be judged:"), items(part.stopped)]
    if carried and carried.earned > part.earned:
        made.append(
            element("p", f"With the earlier parts right, this part of yours would earn {carried.earned:g}.")
        )
    said = set()
    for step in part.steps:
        made.append(element("p", f"{'✓' if step.passed else '✗'} {step.name}"))
        about = step.mistake or step.message  # a mistake is explained once
        if not step.passed and about not in said:
            said.add(about)
            made.append(element("p", step.message, class_="message"))
    return made
