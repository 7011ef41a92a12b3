"""The page that an instructor gets: how a class did, which mistakes were made, and what to reteach."""

from collections import Counter

from coursekit.classroom.page import bars, element, items, page, table

STEPS = 10  # classes of the distribution


def class_page(assignment, graded, similar=()):
    """Return the result of a class as a page of HTML.

    Parameters
    ----------
    assignment : str
        Its name.
    graded : list of Record
    similar : list of (str, str, float)
        Pairs of learners, and how alike their answers are.

    Returns
    -------
    str
    """
    unread = [record for record in graded if record.problem]
    parts = [element("p", f"Learners: {len(graded)}. Files that could not be graded in full: {len(unread)}.")]
    parts += [element("h2", "Totals"), bars("Learners by their share of the points", distribution(graded))]
    parts += [element("h2", "Parts"), _parts(graded)]
    parts += [element("h2", "Mistakes by name"), _mistakes(graded)]
    if unread:
        parts += [element("h2", "Files to look at"), items(f"{r.learner}: {r.problem}" for r in unread)]
    if similar:
        said = "Answers that are much alike. It proves nothing: look at them before you say anything."
        rows = [[f"{one} and {other}", round(share, 2)] for one, other, share in similar]
        parts += [element("h2", "Alike"), element("p", said), table("Pairs", ["learners", "alike"], rows)]
    return page(f"Class: {assignment}", *parts)


def distribution(graded):
    """Return how many learners have which share of the points: label -> count."""
    counts = [0] * STEPS
    for record in graded:
        share = record.total / record.points if record.points else 0.0
        counts[min(int(share * STEPS), STEPS - 1)] += 1
    return {f"{100 * i // STEPS} to {100 * (i + 1) // STEPS} %": count for i, count in enumerate(counts)}


def mistakes(graded):
    """Count the learners who made each named mistake.

    Returns
    -------
    dict
        Mistake -> number of learners, the most frequent first.
    """
    counts = Counter()
    for record in graded:
        counts.update({step.mistake for part in record.parts for step in part.steps} - {None})
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def minutes(share):
    """Return the minutes to reteach a part that this share of a class got right, a rule of thumb.

    Nothing above nine in ten, then up to 20 minutes where nobody got it.
    """
    return 0 if share >= 0.9 else 5 * round(4 * (1 - share) + 0.5)


def _parts(graded):
    rows = []
    attempts = [record.parts for record in graded if record.parts and record.parts[0].steps]
    for i, part in enumerate(attempts[0] if attempts else []):
        earned = [parts[i].earned / part.points for parts in attempts]
        whole = sum(share == 1 for share in earned) / len(earned)
        left = sum(all(step.message == "not attempted" for step in parts[i].steps) for parts in attempts)
        mean = round(100 * sum(earned) / len(earned))
        rows.append([part.name, mean, round(100 * whole), left, minutes(whole)])
    head = ["part", "mean %", "all right %", "left open", "reteach, minutes"]
    return table("How each part went, of those whose files ran", head, rows)


def _mistakes(graded):
    found = mistakes(graded)
    if not found:
        return element("p", "No mistake was recognised by name.")
    return table(
        "Learners who made each mistake", ["mistake", "learners"], [list(pair) for pair in found.items()]
    )
