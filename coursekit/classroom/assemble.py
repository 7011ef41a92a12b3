"""An assignment made ready for grading, and the notebooks to run: the pristine source with answers in it."""

import hashlib
import json

from coursekit.classroom.apart.supervise import ask
from coursekit.classroom.cells import defined
from coursekit.classroom.release import released_text
from coursekit.classroom.source import SourceError

NOT_GRADED = "not-graded"  # tag of a given cell that only shows something
MOST_CELLS = 1_000  # added cells of a learner that are run


def prepare(assignment, limits, *, seed, carry=True):
    """Return what each submission of an assignment is graded with, a dict, after its own solutions ran.

    Raises SourceError where a solution stops, or a check reports nothing.
    """
    job = {"assignment": assignment, "limits": limits, "carry": carry, "seed": seed}
    solutions = assignment.of_kind("solution")
    job["stubs"] = {cell.name: released_text(cell).strip() for cell in solutions}
    job["names"] = {
        cell.name: sorted(defined(job["stubs"][cell.name]) or defined(cell.source)) for cell in solutions
    }
    job["public"] = "\n".join(map(released_text, assignment.of_kind("given", "solution", "check")))
    answers, checks = assignment.builds_on, assignment.of_kind("check")
    job["parts"] = {one.name: {"points": one.points, "answers": answers[one.name]} for one in checks}
    _try_reference(job)
    return job


def _try_reference(job):
    reply = asked(job, {"look": notebook(job, reference_answers(job["assignment"]), "")})[-1]
    problems = reply.get("problems") or ([reply["problem"]] if "problem" in reply else [])
    for name in job["parts"]:
        entries = reply.get("values", {}).get(name) or []
        problems += [f"{name}: {entry['name']}: {entry['error']}" for entry in entries if "error" in entry]
        problems += [] if entries else [f"{name} reports nothing"]
    if problems:
        raise SourceError("the source's own solutions must run: " + "; ".join(problems))


def asked(job, request, runs=1):
    """Return what a worker tells of a request; see `coursekit.classroom.apart.supervise.ask`."""
    return ask(job["limits"], job["assignment"].metadata.get("coursekit", {}).get("provides"), request, runs)


def digest(job, found):
    """Return what a grade depends on: the file, and what the assignment runs, but none of its prose."""
    cells = [(cell.name, cell.points, cell.source) for cell in job["assignment"].of_kind("given", "solution")]
    cells += [(cell.name, cell.points, cell.text_of("hidden")) for cell in job["assignment"].of_kind("check")]
    cells.append(job["assignment"].metadata.get("coursekit"))
    return hashlib.sha256(repr(cells).encode("utf-8", "replace") + found.data).hexdigest()


def reference_answers(assignment):
    """Return the answers of the source itself."""
    return {cell.name: [cell.source] for cell in assignment.of_kind("solution")}


def notebook(job, answers, variant, carry=False):
    """Return the notebook to run: what comes after the last check, or is too much, is left out.

    The seed of a check's inputs is of the run's secret, `variant` (the learner and the file), and the check.
    """
    cells = assemble(job["assignment"], answers, carry=carry)
    extra = [i for i, cell in enumerate(cells) if cell[0] == "extra"][:MOST_CELLS]
    last = max(i for i, cell in enumerate(cells) if cell[0] == "check")
    kept = [cell for i, cell in enumerate(cells[: last + 1]) if cell[0] != "extra" or i <= (extra or [0])[-1]]
    part_of = {name: part for part, known in job["parts"].items() for name in known["answers"]}

    def described(role, name, code):
        where = f"An added cell after {part_of.get(name, name)}" if role == "extra" else name
        secret = f"{job['seed']} {variant} {name}".encode("utf-8", "replace")
        seed = int(hashlib.sha256(secret).hexdigest()[:16], 16)
        return cell_to_run(role, name, code, where, seed, job["names"].get(name, []))

    return as_notebook([described(*cell) for cell in kept])


def assemble(assignment, answers, *, carry=False):
    """Return the cells to run, in order, each as (role, name, code).

    `answers` are those of a `Submission`. Roles are given, answer, extra, check, and with `carry` reference:
    after each check the source's own solution takes the place of the learner's.
    """
    cells, pending, first = [], [], [("extra", "", code) for code in answers.get("", [])]
    for cell in assignment.cells:
        texts = answers.get(cell.name, [])
        if cell.kind == "given" and NOT_GRADED not in cell.metadata.get("tags", []):
            cells.append(("given", cell.name, cell.source))
        elif cell.kind == "solution":
            code, *texts = texts or [""]
            cells += [*first, ("answer", cell.name, code)]
            first = []
            pending.append(cell)
        elif cell.kind == "check":
            cells.append(("check", cell.name, cell.text_of("hidden")))
            if carry:
                cells += [("reference", done.name, done.source) for done in pending]
                pending = []
        cells += [("extra", cell.name, text) for text in texts]
    return cells


def cell_to_run(role, name, code, where, seed=None, names=()):
    """Return a code cell that says what it is, as `coursekit.classroom.apart.session.run_cell` reads it."""
    about = {"role": role, "name": name, "where": where, "seed": seed, "names": list(names)}
    return {"cell_type": "code", "metadata": about, "execution_count": None, "outputs": [], "source": code}


def as_notebook(cells):
    """Return cells as the text of a notebook, for nbval."""
    made = [cell | {"id": f"c{i}"} for i, cell in enumerate(cells)]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
