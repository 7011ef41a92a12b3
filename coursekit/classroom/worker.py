"""A process that grades one submission after the other: a line of JSON in, a line of JSON out.

It is started and watched by `coursekit.classroom.supervise`, and killed where a submission breaks a limit.
"""

import json
import os
import sys

from coursekit.classroom.assemble import values_of
from coursekit.classroom.engine import run_notebook
from coursekit.classroom.sandbox import kernel_command
from coursekit.classroom.scoring import score


def main():
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever prints by accident is no answer
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:  # one submission must not end the others
            reply = {"problem": f"{type(error).__name__}: {error}"[:2000]}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()


def answer(request):
    """Run one assembled notebook, and score it where there is something to compare with.

    Parameters
    ----------
    request : dict
        notebook, folder, limits, provided, user; and expected: what `coursekit.classroom.scoring.score`
        takes, or None for the reference itself.

    Returns
    -------
    dict
        Either parts, what each check earned; or, of the reference, entries and texts: check -> what it
        reported and said, and problems: what stopped.
    """
    limits = request["limits"]
    for_kernel = {key: limits[key] for key in ("memory", "cpu", "processes")} | {"file_size": limits["disk"]}

    def command(connection_file):
        given = (json.dumps(for_kernel), connection_file, request["folder"], request["provided"])
        return kernel_command(*given, request["user"])

    cells = run_notebook(request["notebook"], request["folder"], limits, command, request["user"])
    if request["expected"] is not None:
        return {"parts": score(cells, request["expected"])}
    problems = [f"{cell['name']}: {cell['error']}" for cell in cells if cell["error"]]
    checks = [cell for cell in cells if cell["role"] == "check"]
    entries = {cell["name"]: values_of(cell["outputs"]) for cell in checks}
    texts = {cell["name"]: _text(cell["outputs"]) for cell in checks}
    return {"entries": entries, "texts": texts, "problems": problems}


def _text(outputs):
    """Return what outputs say in plain text."""
    said = [output.get("data", {}).get("text/plain", "") or output.get("text", "") for output in outputs]
    return "\n".join(text.strip("\n") for text in said if text)


if __name__ == "__main__":
    main()
