"""Grade a class: every submission on its own, each grade written as soon as it is known."""

import atexit
import hashlib
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from coursekit._parallel import cores, progress_bar, run_tasks
from coursekit.classroom import records
from coursekit.classroom.apart.limits import Limits
from coursekit.classroom.apart.provide import provide
from coursekit.classroom.apart.sandbox import level, obstacle
from coursekit.classroom.apart.supervise import Worker
from coursekit.classroom.assemble import as_notebook, assemble, reference_answers
from coursekit.classroom.collect import collect
from coursekit.classroom.records import PartGrade, Record
from coursekit.classroom.release import released_text
from coursekit.classroom.source import SourceError, read_source
from coursekit.classroom.submission import Unreadable, read_submission

_here = threading.local()
_workers = []


def grade(
    source, folder, results, *, roster=None, seed=None, limits=None, carry=False, only=None, executor=None
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
        Also grade each part on the reference's earlier parts; both figures are kept.
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
        job = {"assignment": assignment, "limits": limits, "carry": carry, "seed": run["seed"]}
        job["expected"] = _expected(job)
        waiting = [one for one in found if only is not None or not _is_graded(results, one)]
        problem = _grade_all(job, waiting, results, len(found), executor)
    finally:
        close_workers()
    if problem is not None:
        raise problem
    return [records.read(results, one.learner) for one in found]


def _grade_all(job, waiting, results, total, executor):
    with progress_bar(total, "submission", total - len(waiting)) as bar:

        def finished(_, record):
            records.write(results, record)
            bar.update()

        tasks = [(job, one) for one in waiting]
        if executor is not None:
            return run_tasks(grade_one, tasks, finished, executor=executor)
        with ThreadPoolExecutor(cores()) as threads:  # each waits for a worker process of its own
            return run_tasks(grade_one, tasks, finished, executor=threads)


def grade_one(task):
    """Grade one submission, whatever it is.

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
    record = Record(found.learner, found.place, job["assignment"].points, _digest(found), tuple(found.flags))
    record = replace(record, problem=found.problem, parts=_nothing(job))
    if found.problem:
        return record
    try:
        submission = read_submission(found.data, job["assignment"])
    except Unreadable as error:
        return replace(record, problem=str(error))
    return _run_parts(job, submission, record)


def _run_parts(job, submission, record):
    reply = _ask(job, submission.answers, job["expected"])
    parts = _parts(job, submission, reply) or record.parts
    lost = any(part.earned < part.points for part in parts)
    carried = None
    if job["carry"] and lost:
        carried = _parts(job, submission, _ask(job, submission.answers, job["expected"], carry=True)) or None
    return replace(
        record,
        flags=(*record.flags, *submission.flags),
        problem=reply.get("problem", ""),
        parts=parts,
        carried=carried,
        written=submission.written,
        answers=submission.answers,
        outputs=reply.get("outputs", {}),
    )


def _parts(job, submission, reply):
    """Return the parts of a reply; of one that nobody has written, that it was not attempted."""
    stubs = {cell.name: released_text(cell).strip() for cell in job["assignment"].of_kind("solution")}
    parts = []
    for part in map(PartGrade.from_dict, reply.get("parts", [])):
        answers = job["expected"][part.name]["answers"]
        codes = [submission.answers.get(name, [""])[0].strip() for name in answers]
        if answers and all(code in ("", stubs[name]) for name, code in zip(answers, codes, strict=True)):
            steps = tuple(replace(step, message="not attempted") for step in part.steps)
            part = replace(part, stopped=(), steps=steps)
        parts.append(part)
    return tuple(parts)


def _nothing(job):
    return tuple(PartGrade(name, part["points"]) for name, part in job["expected"].items())


def _expected(job):
    """Run the reference, and return what each check expects."""
    assignment = job["assignment"]
    reply = _ask(job, reference_answers(assignment), None)
    problems = reply.get("problems") or ([reply["problem"]] if "problem" in reply else [])
    expected, answers = {}, []
    for cell in assignment.of_kind("solution", "check"):
        if cell.kind == "solution":
            answers.append(cell.name)
            continue
        entries = reply.get("entries", {}).get(cell.name) or []
        wrong = [f"{cell.name}: {entry['name']}: {entry['error']}" for entry in entries if "error" in entry]
        problems += wrong if entries else [f"{cell.name} reports nothing"]
        expected[cell.name] = {"points": cell.points, "answers": answers, "entries": entries}
        answers = []
    if problems:
        raise SourceError("the source's own solutions must run: " + "; ".join(problems))
    return expected


def _ask(job, answers, expected, carry=False):
    """Have a worker run the assignment with these answers in it."""
    assignment = job["assignment"]
    seeds = {cell.name: _seed(job["seed"], cell.name) for cell in assignment.of_kind("check")}
    provides = assignment.metadata.get("coursekit", {}).get("provides")
    provided = _provided(tuple(provides) if provides is not None else None)
    notebook = as_notebook(assemble(assignment, answers, seeds, carry=carry))
    return _worker(job["limits"], provided).ask(notebook, expected)


def _seed(seed, name):
    """Return the seed of a check's inputs."""
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return int(np.frombuffer(digest[:8], "<u8")[0])


def _digest(found):
    return hashlib.sha256(found.data).hexdigest()


def _is_graded(results, found):
    record = records.read(results, found.learner)
    return record is not None and (record.file, record.data) == (found.place, _digest(found))


@cache
def _provided(modules):
    folder = tempfile.mkdtemp(prefix="coursekit-provided-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    provide(None if modules is None else list(modules), Path(folder))
    return folder


def _worker(limits, provided):
    """Return the worker of this thread."""
    worker = getattr(_here, "worker", None)
    if worker is None or (worker.limits, worker.provided) != (limits, provided):
        if worker is not None:
            worker.close()
        worker = _here.worker = Worker(limits, provided)
        _workers.append(worker)
    return worker


@atexit.register
def close_workers():
    """End the workers of this process; they start anew when they are needed."""
    for worker in _workers:
        worker.close()
