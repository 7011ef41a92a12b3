"""A process that grades one submission after the other: a line of JSON in, a line of JSON out.

Run as ``python -m coursekit.classroom.apart.worker SETTINGS``. It is started and watched by
`coursekit.classroom.apart.supervise`, and killed where a submission breaks a limit.
"""

import json
import os
import sys

import psutil

from coursekit.classroom.apart.engine import run_notebook
from coursekit.classroom.apart.sandbox import kernel_command, user_of
from coursekit.classroom.apart.tidy import empty
from coursekit.classroom.apart.warm import WarmKernels
from coursekit.classroom.assemble import values_of
from coursekit.classroom.scoring import score

MOST_PRINTED = 2_000  # characters of a cell that are kept for its learner's page


def main(settings):
    """Answer requests until there are no more.

    Parameters
    ----------
    settings : str
        JSON: folder, for what kernels leave; limits; provided, from
        `coursekit.classroom.apart.provide.provide`.
    """
    settings = json.loads(settings)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever prints by accident is no answer
    kernels = _kernels(**settings)
    for line in sys.stdin:
        try:
            empty(settings["folder"])
            cells = run_notebook(
                json.loads(line)["notebook"], settings["folder"], settings["limits"], kernels
            )
            reply = evaluate(cells, json.loads(line)["expected"])
        except Exception as error:  # one submission must not end the others
            reply = {"problem": f"{type(error).__name__}: {error}"[:2000]}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()


def _kernels(folder, limits, provided):
    user = user_of(os.getpid())
    if user is not None:
        os.chown(folder, user, user)
    for_kernel = {"memory": limits["memory"], "cpu": limits["cpu"], "file_size": limits["disk"]}
    for_kernel["processes"] = limits["processes"] if user is not None else 4 * limits["processes"] + _tasks()
    return WarmKernels(kernel_command(for_kernel, folder, provided, user), folder, user)


def _tasks():
    """Return how many processes and threads this user has: the system counts all that a user has."""
    own = [process.info for process in psutil.process_iter(["username", "num_threads"])]
    name = psutil.Process().username()
    return sum(info["num_threads"] or 1 for info in own if info["username"] == name)


def evaluate(cells, expected):
    """Score what the cells of a notebook gave, or return it where there is nothing to compare with.

    Parameters
    ----------
    cells : list of dict
        From `coursekit.classroom.apart.engine.run_notebook`.
    expected : dict or None
        What `coursekit.classroom.scoring.score` takes; None for the reference itself.

    Returns
    -------
    dict
        Either parts, what each check earned, and outputs: solution cell -> what it and the cells that a
        learner added after it printed; or, of the reference, entries and texts: check -> what it reported
        and said, and problems: what stopped.
    """
    if expected is not None:
        parts = [part.as_dict() for part in score(cells, expected)]
        return {"parts": parts, "outputs": _printed(cells)}
    problems = [f"{cell['name']}: {cell['error']}" for cell in cells if cell["error"]]
    checks = [cell for cell in cells if cell["role"] == "check"]
    entries = {cell["name"]: values_of(cell["outputs"]) for cell in checks}
    texts = {cell["name"]: _text(cell["outputs"]) for cell in checks}
    return {"entries": entries, "texts": texts, "problems": problems}


def _printed(cells):
    """Return what answers and the cells added after them printed, as far as it is kept."""
    printed = {}
    for cell in cells:
        text = _text(cell["outputs"]) if cell["role"] in ("answer", "extra") else ""
        if text:
            printed[cell["name"]] = f"{printed.get(cell['name'], '')}{text}\n"[:MOST_PRINTED]
    return printed


def _text(outputs):
    """Return what outputs say in plain text."""
    said = [output.get("data", {}).get("text/plain", "") or output.get("text", "") for output in outputs]
    return "\n".join(text.strip("\n") for text in said if text and isinstance(text, str))


if __name__ == "__main__":
    main(*sys.argv[1:])
