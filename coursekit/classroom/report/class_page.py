"""The page that an instructor gets: how a class did, which mistakes were made, and what to reteach."""

import re

import numpy as np

from coursekit.classroom.report.feedback import NOT_ATTEMPTED, title_of
from coursekit.classroom.report.page import page, points

STEPS = 10  # classes of the distribution


def class_page(assignment, results, similar=()):
    """Return the result of a class as a page of HTML; `similar` is of `similar_pairs`."""
    of = {result.record.learner: result for result in results}
    there = [result for result in results if result.record.file]
    return page(
        "class.html",
        title=f"Class: {title_of(assignment)}",
        results=results,
        summary=summary(there),
        bars=distribution(there),
        parts=parts(results),
        mistakes=mistakes(results).values(),
        unread=[result for result in there if result.record.problem],
        missing=[result for result in results if not result.record.file],
        similar=[([of[one], of[other]], share) for one, other, share in similar],
        written=any(cell.kind == "written" for cell in assignment.cells),
    )


def summary(results):
    """Return the median and the quartiles of the totals, as they are said; empty without a learner."""
    if not results:
        return {}
    low, middle, high = np.percentile([result.total for result in results], [25, 50, 75])
    return {"lower quartile": points(low), "median": points(middle), "upper quartile": points(high)}


def distribution(results):
    """Return how many learners have which share of the points: label -> count."""
    counts = [0] * STEPS
    for result in results:
        share = result.total / result.points if result.points else 0.0
        counts[min(int(share * STEPS + 1e-9), STEPS - 1)] += 1
    return {f"{100 * i // STEPS} to {100 * (i + 1) // STEPS} %": count for i, count in enumerate(counts)}


def parts(results):
    """Return title and (mean %, all right %, left open, minutes to reteach) of each part that was judged.

    Each part is judged on right earlier ones where that gives more, so that the minutes go to what caused a
    loss. Files that could not be judged do not count.
    """
    judged = [result for result in results if any(row.grade and row.grade.steps for row in result.rows)]
    made = []
    for rows in zip(*(result.rows for result in judged), strict=True):
        if any(row.earned is None for row in rows):
            continue  # an answer in words, not yet marked
        shares = [row.earned / row.points for row in rows]
        steps = [[step.message for step in row.grade.steps] if row.grade else [row.text] for row in rows]
        left = sum(set(said) <= {NOT_ATTEMPTED, ""} for said in steps)
        whole = np.mean([share >= 1 for share in shares])
        figures = round(100 * np.mean(shares)), round(100 * whole), left, minutes(whole)
        made.append((rows[0].title, figures))
    return made


def mistakes(results):
    """Return mistake -> (its sentence, what it was asked, results with it), the most frequent first."""
    found = {}
    for result in results:
        steps = [step for row in result.rows if row.grade for step in row.grade.steps if step.mistake]
        for mistake, step in {step.mistake: step for step in reversed(steps)}.items():
            found.setdefault(mistake, (_sentence(step), _question(step), []))[2].append(result)
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[1][2]), pair[0])))


def _sentence(step):
    """Return what a mistake is, without whose numbers it was found in."""
    what = re.search(r"what comes out when (.+?)(?:\.\s.*|\.?)$", step.named, flags=re.DOTALL)
    sentence = what[1] if what else step.named.rstrip(".") or step.mistake.replace("-", " ")
    start = sentence[0] if re.match(r"\w+ [-+*/=]", sentence) else sentence[0].upper()  # y - p stays
    return f"{start}{sentence[1:]}."


def _question(step):
    """Return the line of a message that asks, which needs no numbers of one learner."""
    lines = step.message.splitlines()
    return next((line for line in lines if "?" in line), lines[-1])


def minutes(share):
    """Return the minutes to reteach a part that this share of a class got right, a rule of thumb.

    Nothing above nine in ten, then up to 20 minutes where nobody got it.
    """
    return 0 if share >= 0.9 else 5 * round(4 * (1 - share) + 0.5)
