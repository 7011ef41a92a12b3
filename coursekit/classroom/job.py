"""An assignment made ready for grading: its parts, the notebooks to run, and the seeds of their inputs."""

import ast
import hashlib

from coursekit.classroom.apart.supervise import ask
from coursekit.classroom.assemble import as_notebook, assemble, reference_answers
from coursekit.classroom.release import released_text
from coursekit.classroom.source import SourceError

MOST_CELLS = 1_000  # added cells of a learner that are run


def prepare(assignment, limits, *, seed, carry=True):
    """Return what each submission of an assignment is graded with, after the source's own solutions ran.

    Parameters
    ----------
    assignment : Assignment
    limits : dict
    seed : int
    carry : bool

    Returns
    -------
    dict

    Raises
    ------
    SourceError
        Where a solution stops, or a check reports nothing.
    """
    job = {"assignment": assignment, "limits": limits, "carry": carry, "seed": seed, "parts": {}}
    solutions = assignment.of_kind("solution")
    job["stubs"] = {cell.name: released_text(cell).strip() for cell in solutions}
    job["names"] = {cell.name: _bound(job["stubs"][cell.name]) or _bound(cell.source) for cell in solutions}
    job["public"] = "\n".join(map(released_text, assignment.of_kind("given", "solution", "check")))
    answers = []
    for cell in assignment.of_kind("solution", "check"):
        if cell.kind == "check":
            job["parts"][cell.name] = {"points": cell.points, "answers": answers}
        answers = [*answers, cell.name] if cell.kind == "solution" else []
    _try_reference(job)
    return job


def _bound(code):
    """Return the names that code defines at its top level."""
    names = []
    for node in ast.parse(code).body:
        targets = [node] if hasattr(node, "name") else getattr(node, "targets", [])
        names += [getattr(target, "name", getattr(target, "id", None)) for target in targets]
    return [name for name in names if name]


def _try_reference(job):
    reply = asked(job, {"look": notebook(job, reference_answers(job["assignment"]), "")})[-1]
    problems = reply.get("problems") or ([reply["problem"]] if "problem" in reply else [])
    for name in job["parts"]:
        entries = reply.get("values", {}).get(name) or []
        problems += [f"{name}: {entry['name']}: {entry['error']}" for entry in entries if "error" in entry]
        problems += [] if entries else [f"{name} reports nothing"]
    if problems:
        raise SourceError("the source's own solutions must run: " + "; ".join(problems))


def notebook(job, answers, variant, carry=False):
    """Return the notebook to run: what comes after the last check, or is too much, is left out."""
    cells = assemble(job["assignment"], answers, carry=carry)
    extra = [i for i, cell in enumerate(cells) if cell[0] == "extra"][:MOST_CELLS]
    last = max(i for i, cell in enumerate(cells) if cell[0] == "check")
    kept = [cell for i, cell in enumerate(cells[: last + 1]) if cell[0] != "extra" or i <= (extra or [0])[-1]]
    part_of = {name: part for part, known in job["parts"].items() for name in known["answers"]}

    def about(role, name):
        part = part_of.get(name, name)
        where = f"An added cell after {part}" if role == "extra" else name
        seed = _seed(job["seed"], variant, name)
        return {"where": where, "seed": seed, "names": job["names"].get(name, [])}

    return as_notebook(kept, about)


def _seed(*parts):
    """Return the seed of a check's inputs: of the run's secret, the learner, the file, and the check."""
    return int(hashlib.sha256(" ".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:16], 16)


def digest(job, found):
    """Return what a grade depends on: the file, and what the assignment runs, but none of its prose."""
    cells = [(cell.name, cell.points, cell.source) for cell in job["assignment"].of_kind("given", "solution")]
    cells += [(cell.name, cell.points, cell.text_of("hidden")) for cell in job["assignment"].of_kind("check")]
    cells.append(job["assignment"].metadata.get("coursekit"))
    return hashlib.sha256(repr(cells).encode("utf-8", "replace") + found.data).hexdigest()


def asked(job, request, runs=1):
    """Return what a worker tells of a request; see `coursekit.classroom.apart.supervise.Worker.ask`."""
    return ask(job["limits"], job["assignment"].metadata.get("coursekit", {}).get("provides"), request, runs)
