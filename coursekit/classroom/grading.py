"""Grade a class: every submission on its own, each grade written as soon as it is known."""

import ast
import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from coursekit._parallel import cores, progress_bar, run_tasks
from coursekit.classroom import records
from coursekit.classroom.apart.limits import Limits
from coursekit.classroom.apart.sandbox import level, obstacle
from coursekit.classroom.apart.supervise import ask, close_workers
from coursekit.classroom.assemble import as_notebook, assemble, reference_answers
from coursekit.classroom.collect import collect
from coursekit.classroom.records import PartGrade, Record
from coursekit.classroom.release import released_text
from coursekit.classroom.source import SourceError, read_source
from coursekit.classroom.submission import Unreadable, read_submission

MOST_CELLS = 1_000  # added cells of a learner that are run


def grade(
    source, folder, results, *, roster=None, seed=None, limits=None, carry=True, only=None, executor=None
):
    """Grade what a class handed in.

    Parameters
    ----------
    source : str or os.PathLike
        The instructor's notebook.
    folder : str or os.PathLike
        What was handed in, as `coursekit.classroom.collect.collect` takes it.
    results : str or os.PathLike
        A folder for the grades. Grades that are there already are kept, so that a run that was ended
        goes on.
    roster : str or os.PathLike, optional
    seed : int, optional
        Of the inputs of the checks; by default a secret one is drawn and kept in the results.
    limits : Limits, optional
    carry : bool
        Also grade each part on right earlier parts; the better figure counts, and both are kept.
    only : str, optional
        Grade this learner alone, and anew.
    executor : concurrent.futures.Executor, optional
        By default a worker for each core.

    Returns
    -------
    list of Record
        One for each learner, in the order of their names.

    Raises
    ------
    SourceError, ValueError, OSError
        Before anything is graded, where source, folder, roster or results cannot be used.
    """
    if obstacle():
        raise OSError(obstacle())
    assignment = read_source(source)
    found = collect(folder, roster, assignment)
    if only is not None:
        found = [one for one in found if one.learner == only]
        if not found:
            raise ValueError(f"only must be the name of a learner who handed in; got {only!r}")
    results = Path(results)
    limits = (limits or Limits()).as_dict()
    run = records.open_run(results, Path(source), seed=seed, limits=limits, level=level(), carry=carry)
    try:
        job = prepare(assignment, limits, seed=run["seed"], carry=carry) | {"made_with": run}
        waiting = [one for one in found if only is not None or not _is_graded(job, results, one)]
        problem = _grade_all(job, waiting, results, len(found), executor)
    finally:
        close_workers()
    if problem is not None:
        raise problem
    return [records.read(results, one.learner) for one in found]


def _grade_all(job, waiting, results, total, executor):
    with progress_bar(total, "submission", total - len(waiting)) as bar:

        def finished(_, record):
            _keep(results, record)
            bar.update()

        tasks = [(job, one) for one in waiting]
        if executor is not None:
            return run_tasks(grade_one, tasks, finished, executor=executor)
        with ThreadPoolExecutor(cores()) as threads:  # each waits for a worker process of its own
            return run_tasks(grade_one, tasks, finished, executor=threads)


def _keep(results, record):
    """Write a record; where that fails, one that says so."""
    try:
        records.write(results, record)
    except (ValueError, TypeError, RecursionError) as error:
        problem = f"The grade could not be written as it was: {type(error).__name__}. Tell your instructor."
        records.write(results, replace(record, problem=problem, flags=(), written={}, answers={}, outputs={}))


def grade_one(task):
    """Grade one submission, whatever it is; whatever happens, it becomes a record.

    Parameters
    ----------
    task : tuple
        (job, Found)

    Returns
    -------
    Record
        The learner's.
    """
    job, found = task
    record = Record(found.learner, found.place, job["assignment"].points, _digest(job, found))
    record = replace(record, flags=tuple(found.flags), problem=found.problem, parts=_nothing(job))
    record = replace(record, made_with=job.get("made_with", {}))
    try:
        if not found.problem:
            record = _run_parts(job, found, read_submission(found.data, job["assignment"]), record)
    except Unreadable as error:
        record = replace(record, problem=str(error))
    except Exception as error:  # the one wall: no submission ends the class's run
        problem = f"The grader stopped with {type(error).__name__}: {str(error)[:300]}. Tell your instructor."
        record = replace(record, problem=problem)
    return Record.from_dict(_printable(record.as_dict()))


def _printable(data):
    """Return data with every half of a character replaced, so that any file can hold it."""
    return json.loads(
        re.sub(r"[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", json.dumps(data, ensure_ascii=False))
    )


def _run_parts(job, found, submission, record):
    answer = _ask(job, found, submission)
    parts = {key: _parts(job, submission, answer, key) for key in ("notebook", "carried")}
    flags = [*submission.flags, *(flag for line in answer for flag in line.get("flags", []))]
    problem = answer[-1].get("problem", "")
    if len(parts["notebook"]) == len(job["parts"]) and problem:
        flags, problem = [*flags, f"All checks were done before this: {problem}."], ""
    return replace(
        record,
        flags=tuple(dict.fromkeys((*record.flags, *flags))),
        problem=problem,
        parts=tuple(_better(job, submission, parts, one, problem) for one in record.parts),
        carried=tuple(parts["carried"].values()) or None,
        written=submission.written,
        answers=submission.answers,
    )


def _parts(job, submission, answer, key):
    """Return the parts that were told, by name; of one that nobody has written, that it was not attempted."""
    parts = {}
    for part in [
        PartGrade.from_dict(line["part"]) for line in answer if line.get("part") and line["of"] == key
    ]:
        answers = job["parts"][part.name]["answers"]
        codes = [submission.answers.get(name, [""])[0].strip() for name in answers]
        if answers and all(
            code in ("", job["stubs"][name]) for name, code in zip(answers, codes, strict=True)
        ):
            steps = tuple(replace(step, message="not attempted") for step in part.steps)
            part = replace(part, stopped=(), steps=steps)
        parts[part.name] = part
    return parts


def _better(job, submission, parts, nothing, problem):
    """Return the better figure of a part, alone or on right earlier parts, and which of these it rests on."""
    part = parts["notebook"].get(nothing.name)
    if part is None:
        return replace(nothing, stopped=(f"not run: {problem}",))
    carried = parts["carried"].get(part.name, part)
    if carried.earned <= part.earned:
        return part
    lost = [one for one in parts["notebook"].values() if one.earned < one.points]
    earlier = [one.name for one in lost[: lost.index(part)]]
    used = _words_of(submission.answers, job["parts"][part.name]["answers"])
    named = {name: used & set(_answered(job, name)) for name in earlier}
    rests = [name for name in earlier if named[name]] or earlier
    why = [f"it uses your {' and '.join(sorted(named[name])) or name}: mend {name} first" for name in rests]
    return replace(carried, rests_on=tuple(rests), stopped=(*carried.stopped, *why))


def _words_of(answers, names):
    return set(re.findall(r"\w+", "\n".join(code for name in names for code in answers.get(name, []))))


def _answered(job, part):
    return [word for name in job["parts"][part]["answers"] for word in job["names"][name]]


def _nothing(job):
    return tuple(PartGrade(name, part["points"]) for name, part in job["parts"].items())


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
    reply = _asked(job, {"look": _notebook(job, reference_answers(job["assignment"]), "")})[-1]
    problems = reply.get("problems") or ([reply["problem"]] if "problem" in reply else [])
    for name in job["parts"]:
        entries = reply.get("values", {}).get(name) or []
        problems += [f"{name}: {entry['name']}: {entry['error']}" for entry in entries if "error" in entry]
        problems += [] if entries else [f"{name} reports nothing"]
    if problems:
        raise SourceError("the source's own solutions must run: " + "; ".join(problems))


def _ask(job, found, submission):
    """Have a worker run a submission, and the reference on the same inputs; return what it told."""
    variant = f"{found.learner} {hashlib.sha256(found.data).hexdigest()}"
    answers = submission.answers
    request = {"parts": job["parts"], "notebook": _notebook(job, answers, variant)}
    request["reference"] = _notebook(job, reference_answers(job["assignment"]), variant)
    request["carried"] = _notebook(job, answers, variant, carry=True) if job["carry"] else None
    request["own"] = "\n".join([job["public"], *(code for codes in answers.values() for code in codes)])
    return _asked(job, request, runs=3)


def _notebook(job, answers, variant, carry=False):
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


def _digest(job, found):
    """Return what a grade depends on: the file, and what the assignment runs, but none of its prose."""
    cells = [(cell.name, cell.points, cell.source) for cell in job["assignment"].of_kind("given", "solution")]
    cells += [(cell.name, cell.points, cell.text_of("hidden")) for cell in job["assignment"].of_kind("check")]
    return hashlib.sha256(repr(cells).encode("utf-8", "replace") + found.data).hexdigest()


def _is_graded(job, results, found):
    record = records.read(results, found.learner)
    return record is not None and (record.file, record.data) == (found.place, _digest(job, found))


def _asked(job, request, runs=1):
    return ask(job["limits"], job["assignment"].metadata.get("coursekit", {}).get("provides"), request, runs)
