"""Grade a class: every submission on its own, each grade written as soon as it is known."""

import hashlib
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from coursekit._parallel import cores, progress_bar, run_tasks
from coursekit.classroom import records
from coursekit.classroom.apart.limits import Limits
from coursekit.classroom.apart.process import FAULT
from coursekit.classroom.apart.sandbox import level, obstacle
from coursekit.classroom.apart.supervise import close_workers
from coursekit.classroom.assemble import asked, digest, notebook, prepare, reference_answers
from coursekit.classroom.collect import collect
from coursekit.classroom.records import PartGrade, Record
from coursekit.classroom.source import read_source
from coursekit.classroom.submission import Unreadable, read_submission


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
    else:
        records.refuse_another_class(results, found)
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

        # Each thread waits for a worker process of its own.
        own = ThreadPoolExecutor(cores()) if executor is None else nullcontext(executor)
        with own as pool:
            return run_tasks(grade_one, [(job, one) for one in waiting], finished, executor=pool)


def _keep(results, record):
    """Write a record; where that fails, one that says so."""
    try:
        records.write(results, record)
    except (ValueError, TypeError, RecursionError) as error:
        problem = f"The grade could not be written as it was: {type(error).__name__}. Tell your instructor."
        records.write(results, replace(record, problem=problem, flags=(), written={}, answers={}, outputs={}))


def grade_one(task):
    """Grade one submission, a pair of job and Found; whatever it is and happens, it becomes a Record."""
    job, found = task
    record = Record(
        found.learner,
        found.place,
        job["assignment"].points,
        digest(job, found),
        flags=tuple(found.flags),
        problem=found.problem,
        parts=tuple(PartGrade(name, part["points"]) for name, part in job["parts"].items()),
        made_with=job.get("made_with", {}),
        upload=found.upload,
    )
    try:
        if not found.problem:
            record = _run_parts(job, found, read_submission(found.data, job["assignment"]), record)
    except Unreadable as error:
        record = replace(record, problem=str(error))
    except Exception as error:  # the one wall: no submission ends the class's run
        problem = f"The grader stopped with {type(error).__name__}: {str(error)[:300]}. Tell your instructor."
        record = replace(record, problem=problem, data="")  # the next run tries it again
    return Record.from_dict(_printable(record.as_dict()))


def _printable(data):
    """Return data with every half of a character replaced, so that any file can hold it."""
    return json.loads(re.sub(r"[\ud800-\udfff]", "\ufffd", json.dumps(data, ensure_ascii=False)))


def _run_parts(job, found, submission, record):
    answer, ended = _ask(job, found, submission.answers)
    parts = {key: _parts(job, submission.answers, answer, key) for key in ("notebook", "carried")}
    flags = [*record.flags, *submission.flags, *(flag for line in answer for flag in line.get("flags", []))]
    flags += [f"{why}. The rest was judged without what did it." for why in ended.values() if job["carry"]]
    problem = answer[-1].get("problem", "")
    if len(parts["notebook"]) == len(job["parts"]) and problem:
        flags, problem = [*flags, f"All checks were done before this: {problem}."], ""
    return replace(
        record,
        data="" if problem.startswith(FAULT) else record.data,  # the next run tries it again
        flags=tuple(dict.fromkeys(flags)),
        problem=problem,
        parts=tuple(_better(job, submission.answers, parts, one, ended, problem) for one in record.parts),
        carried=tuple(parts["carried"].values()) or None,
        written=submission.written,
        answers=submission.answers,
        outputs=submission.printed,
    )


def _ask(job, found, answers):
    """Have a worker run a submission, and the reference on the same inputs; return what it told.

    Also return what ended a kernel or broke a limit, by part. Then the rest runs anew without what that part
    runs: first without its added cells, where there are any, then without its answers.
    """
    variant = f"{found.learner} {hashlib.sha256(found.data).hexdigest()}"
    request = {
        "parts": job["parts"],
        "notebook": notebook(job, answers, variant),
        "reference": notebook(job, reference_answers(job["assignment"]), variant),
        "carried": notebook(job, answers, variant, carry=True) if job["carry"] else None,
        "own": "\n".join([job["public"], *(code for codes in answers.values() for code in codes)]),
    }
    told, ended, tries, left_out = asked(job, request, runs=3), {}, {}, set()
    answer, end = told, time.monotonic() + job["limits"]["total"]
    while (found := _ended(job["parts"], told)) and time.monotonic() < end:
        part, why = found
        ended.setdefault(part, why)
        tries.setdefault(part, _tries(job, answers, part, why) if job["carry"] else iter(()))
        if (one := next(tries[part], None)) is None:
            break
        answers = one
        if all(answers[name][0] == job["stubs"][name] for name in job["parts"][part]["answers"]):
            left_out.add(part)
        anew = {"notebook": None, "carried": notebook(job, answers, variant, carry=True)}
        told = asked(job, request | anew, runs=2)
        answer = [*answer, *(line for line in told if line.get("part", {}).get("name") not in left_out)]
    return answer, ended


def _ended(parts, told):
    """Return in which part a kernel was ended, and by what; or None. A broken limit ends the whole worker."""
    done = []
    for line in told:
        if line.get("ended"):
            return next(iter(line["ended"].items()))
        done = [] if "flags" in line else [*done, line["part"]["name"]] if "part" in line else done
    why, waiting = told[-1].get("problem", FAULT), [name for name in parts if name not in done]
    return None if why.startswith(FAULT) or not waiting else (waiting[0], why)


def _tries(job, answers, part, why):
    """Yield answers without what may have ended the kernel in a part: its added cells, its answers, both."""
    cells, names = job["assignment"].cells, job["parts"][part]["answers"]
    here = next(i for i, cell in enumerate(cells) if cell.name == part)
    begin = max((i for i, cell in enumerate(cells[:here]) if cell.name in job["parts"]), default=0)
    around = {cell.name for cell in cells[begin:here]} | ({""} if begin == 0 else set())
    bare = {name: codes[: name in names] if name in around else codes for name, codes in answers.items()}
    if bare != answers and not why.startswith((part, *names)):
        yield bare
    for kept in (answers, bare):
        yield kept | {name: [job["stubs"][name], *kept.get(name, [])[1:]] for name in names}


def _parts(job, answers, told, key):
    """Return the parts that were told, by name; of one that nobody has written, that it was not attempted."""
    parts = {}
    lines = [line for line in told if line.get("of") == key and "part" in line]
    for part in [PartGrade.from_dict(line["part"]) for line in lines]:
        names = job["parts"][part.name]["answers"]
        codes = {name: answers.get(name, [""])[0].strip() for name in names}
        if names and all(code in ("", job["stubs"][name]) for name, code in codes.items()):
            steps = tuple(replace(step, message="not attempted") for step in part.steps)
            part = replace(part, stopped=(), steps=steps)
        parts[part.name] = part
    return parts


def _better(job, answers, parts, nothing, ended, problem):
    """Return the better figure of a part, alone or on right earlier parts, and which of these it rests on."""
    alone = parts["notebook"].get(nothing.name)
    carried = parts["carried"].get(nothing.name, alone)
    if carried is None:
        why = ended.get(nothing.name) or problem or next(iter(ended.values()), "")
        return replace(nothing, stopped=(f"not run: {why}",))
    if alone is not None and carried.earned <= alone.earned:
        return alone
    shown, own = parts["carried"] | parts["notebook"], job["parts"][nothing.name]["answers"]
    used = set(re.findall(r"\w+", "\n".join(code for name in own for code in answers.get(name, []))))
    named = {}
    for name in takewhile(lambda name: name != nothing.name, job["parts"]):
        if name not in shown or shown[name].earned < shown[name].points:
            bound = {word for answer in job["parts"][name]["answers"] for word in job["names"][answer]}
            named[name] = sorted(bound & used)
    rests = [name for name in named if named[name]] or list(named if alone else ())
    why = [f"it uses your {' and '.join(named[name]) or name}: mend {name} first" for name in rests]
    return replace(carried, rests_on=tuple(rests), stopped=(*carried.stopped, *why))


def _is_graded(job, results, found):
    record = records.read(results, found.learner)
    if record is None or (record.file, record.data) != (found.place, digest(job, found)):
        return False
    return found.problem in ("", record.problem) and set(found.flags) <= set(record.flags)
