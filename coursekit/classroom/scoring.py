"""What a learner's values earn: compared with the reference's, outside of the learner's kernel."""

from importlib import import_module

from coursekit.classroom.apart.bundle import NoValue, unpack
from coursekit.classroom.assemble import values_of
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
    list of dict
        For each check: name, points, earned, steps (name, passed, message, mistake) and, where an answer
        stopped with an error, stopped.
    """
    ran = {cell["name"]: cell for cell in cells if cell["role"] == "check"}
    stopped = {cell["name"]: cell["error"] for cell in cells if cell["role"] == "answer" and cell["error"]}
    return [_part(name, part, ran.get(name), stopped) for name, part in expected.items()]


def _part(name, part, cell, stopped):
    reported = {}
    for entry in values_of(cell["outputs"]) if cell else []:
        if isinstance(entry.get("name"), str):
            reported.setdefault(entry["name"], entry)
    steps = [_step(entry, reported.get(entry["name"])) for entry in part["entries"]]
    weights = [entry["weight"] for entry in part["entries"]]
    right = sum(weight for weight, step in zip(weights, steps, strict=True) if step["passed"])
    made = {"name": name, "points": part["points"], "steps": steps}
    made["earned"] = round(part["points"] * right / sum(weights), 4)
    if right < sum(weights):
        why = [f"{answer} stopped with {stopped[answer]}" for answer in part["answers"] if answer in stopped]
        if not reported and cell and cell["error"]:
            why.append(f"the check stopped with {cell['error']}")
        made["stopped"] = why
    return made


def _step(expected, received):
    """Compare one value with the reference's."""
    step = {"name": expected["name"], "passed": False, "message": "", "mistake": None}
    if received is None:
        return step | {"message": "not run: nothing was reported"}
    if "error" in received:
        return step | {"message": f"your code stopped with {str(received['error'])[:500]}"}
    try:
        value = unpack(received.get("value"))
    except (ValueError, TypeError):
        return step | {"message": "what was reported is no value"}
    if isinstance(value, NoValue):
        return step | {"message": f"received {value}, which is no number, array or text"}
    found = []
    part = compare(
        expected["name"],
        value,
        unpack(expected["value"]),
        tolerance=expected["tolerance"],
        diagnose=_diagnosis(expected, found) if expected["diagnose"] else None,
    )
    step["mistake"] = found[0].mistake if found and not found[0].ok else None
    return step | {"passed": part.status == "passed", "message": part.message or part.status}


def _diagnosis(entry, found):
    """Return a function that asks the diagnosis that the check named, and keeps what it says."""
    module, _, name = entry["diagnose"].rpartition(".")
    diagnose = getattr(import_module(module), name)
    given = unpack(entry["given"]) or ()

    def ask(value):
        found.append(diagnose(value, *given))
        return found[-1]

    return ask
