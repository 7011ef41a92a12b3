"""What a learner's values earn: compared with the reference's, outside of the learner's kernel."""

from dataclasses import replace
from importlib import import_module

from coursekit.classroom.apart.bundle import NoValue, unpack
from coursekit.classroom.assemble import values_of
from coursekit.classroom.records import PartGrade, Step
from coursekit.lesson.exercises import compare


def score(cells, expected):
    """Return what each check earned.

    Parameters
    ----------
    cells : list of dict
        From `coursekit.classroom.apart.engine.run_notebook`.
    expected : dict
        Check -> {"points", "answers", "entries"}: its points, the cells of answers it builds on, and what
        the reference reported.

    Returns
    -------
    list of PartGrade
    """
    ran = {cell["name"]: cell for cell in cells if cell["role"] == "check"}
    stopped = {cell["name"]: cell["error"] for cell in cells if cell["role"] == "answer" and cell["error"]}
    return [_part(name, part, ran.get(name), stopped) for name, part in expected.items()]


def _part(name, part, cell, stopped):
    reported = {}
    for entry in values_of(cell["outputs"]) if cell else []:
        if isinstance(entry.get("name"), str):
            reported.setdefault(entry["name"], entry)
    steps = tuple(_step(entry, reported.get(entry["name"])) for entry in part["entries"])
    weights = [entry["weight"] for entry in part["entries"]]
    right = sum(weight for weight, step in zip(weights, steps, strict=True) if step.passed)
    earned = round(part["points"] * right / sum(weights), 4)
    why = []
    if right < sum(weights):
        why = [f"{answer} stopped with {stopped[answer]}" for answer in part["answers"] if answer in stopped]
        if not reported and cell and cell["error"]:
            why.append(f"the check stopped with {cell['error']}")
    return PartGrade(name, part["points"], earned, steps, tuple(why))


def _step(expected, received):
    """Compare one value with the reference's."""
    step = Step(expected["name"])
    if received is None:
        return replace(step, message="not run: nothing was reported")
    if "error" in received:
        return replace(step, message=f"your code stopped with {str(received['error'])[:500]}")
    try:
        value = unpack(received.get("value"))
    except (ValueError, TypeError):
        return replace(step, message="what was reported is no value")
    if isinstance(value, NoValue):
        return replace(step, message=f"received {value}, which is no number, array or text")
    part = compare(
        expected["name"],
        value,
        unpack(expected["value"]),
        tolerance=expected["tolerance"],
        diagnose=_diagnosis(expected) if expected["diagnose"] else None,
    )
    return Step(part.name, part.status == "passed", part.message or part.status, part.answer, part.mistake)


def _diagnosis(entry):
    """Return a function that asks the diagnosis that the check named."""
    module, _, name = entry["diagnose"].rpartition(".")
    diagnose = getattr(import_module(module), name)
    given = unpack(entry["given"]) or ()
    return lambda value: diagnose(value, *given)
