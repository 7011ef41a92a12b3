"""A process that grades one submission after the other: a line of JSON in, lines of JSON out.

Run as ``python -m coursekit.classroom.apart.worker SETTINGS``. It is started and watched by
`coursekit.classroom.apart.supervise`, and killed where a submission breaks a limit. What a part earned is
told as soon as it is known; the last line of an answer says "done" or "problem". Its kernels come from one
more process, which has imported everything already (`coursekit.classroom.apart.kernel`).
"""

import json
import os
import queue
import sys
import tempfile
import threading
from functools import partial

import psutil

from coursekit.classroom.apart.process import FAULT, Keeper, Process, read_lines
from coursekit.classroom.apart.sandbox import as_user, environment, kernel_command, user_of

PATIENCE = 60.0  # seconds until the process of the kernels must be ready
PATIENCE_TO_END = 5.0  # seconds until it must have ended a kernel


def main(settings):
    """Answer requests until there are no more; settings are those of a `Worker`, in JSON."""
    settings = json.loads(settings)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever prints by accident is no answer
    kernels = _kernels(**settings)
    kernels.open()  # it imports while this process does
    requests = queue.SimpleQueue()
    threading.Thread(target=_take, args=(requests, kernels), daemon=True).start()
    sys.modules["rfc3987_syntax"] = None  # jsonschema does without; it takes longer than all else together
    from coursekit.classroom.apart.engine import run_notebook

    def tell(reply):
        answers.write(json.dumps(reply) + "\n")
        answers.flush()

    run = partial(run_notebook, folder=settings["folder"], kernels=kernels)
    while True:
        request = json.loads(requests.get())
        try:
            (look if "look" in request else grade)(request, run, tell, settings["limits"])
        except Exception as error:  # one submission must not end the others
            tell({"problem": f"{FAULT} stopped with {type(error).__name__}: {error}"[:500]})


def _take(requests, kernels):
    """Take requests; end everything when who asks is gone."""
    read_lines(sys.stdin.buffer, requests, at_end=lambda: (kernels.close(), os._exit(0)))


def _kernels(folder, limits, provided):
    user = user_of(os.getpid())
    if user is not None:
        os.chown(folder, user, user)
    for_kernel = {"memory": limits["memory"], "cpu": limits["cpu"], "file_size": limits["disk"]}
    for_kernel["processes"] = limits["processes"] if user is not None else 4 * limits["processes"] + _tasks()
    return WarmKernels(partial(kernel_command, for_kernel, folder, provided, user), folder, user)


def _tasks():
    """Return how many processes and threads this user has: the system counts all that a user has."""
    own = [process.info for process in psutil.process_iter(["username", "num_threads"])]
    name = psutil.Process().username()
    return sum(info["num_threads"] or 1 for info in own if info["username"] == name)


def look(request, run, tell, limits):
    """Run a notebook, the request's look, and tell what its checks reported and said, and what stopped."""
    cells = []
    run(request["look"], limits=limits, noted=cells.append)
    problems = [f"{cell['where']}: {cell['error']}" for cell in cells if cell["error"]]
    checks = {cell["name"]: cell for cell in cells if cell["role"] == "check"}
    told = {key: {name: cell[key] for name, cell in checks.items()} for key in ("values", "text")}
    tell({**told, "problems": problems, "done": True})


def grade(request, run, tell, limits):
    """Run the reference and a learner's notebook on the same inputs, and tell what each part earned.

    A request has reference, notebook, carried: notebooks, the last with right earlier parts, which is run
    where something was lost, or there is no other; parts: name -> points, and the answers it builds on; own:
    the learner's text. Where the kernel ended in a part, nothing is told of later ones; a line says why.
    """
    ran, patient = [], {**limits, "cell": limits["total"]}  # a busy machine is no fault of the source
    run(request["reference"], limits=patient, noted=ran.append)
    expected = {cell["name"]: cell["values"] for cell in ran}
    for name in request["parts"]:
        if not expected.get(name) or not all("value" in entry for entry in expected[name]):
            raise ValueError(f"the source's own solutions do not run on this learner's inputs ({name})")
    judge = partial(_judge, request=request, expected=expected, run=run, tell=tell, limits=limits)
    lost, ended = judge("notebook", lost=False) if request["notebook"] else (True, {})
    if request["carried"] and lost and not ended:
        judge("carried", lost=True)
    tell({"done": True})


def _judge(key, lost, request, expected, run, tell, limits):
    """Run one of a request's notebooks, and tell what its parts earned and what else there is to say.

    Return whether anything was lost, and part -> what ended the kernel in it.
    """
    from coursekit.classroom.scoring import doubts, sayable, score

    stopped, flags, stops, ended, own = {}, [], [], {}, request["own"]

    def noted(cell):
        nonlocal lost
        name, error = cell["name"], cell["error"]
        flags.extend(_flags(cell))
        if cell["role"] == "extra" and error and not (_flags(cell) or cell["ended"]):
            stops.append(f"{cell['where']} stopped with {sayable(error, own)}.")
        if cell["role"] == "answer" and error:
            stopped[name] = error
        if cell["role"] == "check" and name in request["parts"] and not ended:
            ended.update({name: cell["ended"]} if cell["ended"] else {})
            part = score(cell, request["parts"][name], expected[name], stopped, own)
            lost = lost or part.earned < part.points
            flags.extend(doubts(cell, expected[name]))
            tell({"part": part.as_dict(), "of": key})

    run(request[key], limits=limits, noted=noted)
    tell({"flags": sorted({*flags, *(stops if lost else [])}), "of": key, "ended": ended})
    return lost, ended


def _flags(cell):
    """Say what an added cell did that its author may not know of."""
    error = cell["error"] or ""
    if cell["role"] != "extra":
        return []
    if cell["skipped"]:
        return ["Your added cells take long together: of the later ones only imports and functions were run."]
    if error.startswith("SystemExit"):
        return [f"{cell['where']} calls quit() or exit(), which ends a notebook. Take it out."]
    if error.startswith("OutOfTime"):
        return [f"{cell['where']} took too long and was stopped."]
    return []


class WarmKernels(Keeper):
    """Starts kernels, one at a time, and ends each with all that it started.

    `command` is a function, as `coursekit.classroom.apart.sandbox.kernel_command` without its arguments.
    """

    def __init__(self, command, folder, user):
        self._command, self._folder, self._user = command, folder, user
        self._to_end = False

    def open(self):
        """Start the process, and do not wait until it is ready."""
        home = tempfile.mkdtemp(dir=self._folder)
        if self._user is not None:
            os.chown(home, self._user, self._user)
        options = {"env": environment(home), "cwd": home, **as_user(self._user)}
        self._process, self._many = Process(self._command(), home, **options), None

    def start(self, address):
        """Start a kernel that connects to an address; the one before is ended, where it was not.

        Raises RuntimeError where the process does not get ready.
        """
        self.end()
        if self._process is None or not self._process.is_alive():
            self.close()
            self.open()
        if self._many is None:
            ready = self._said(PATIENCE)
            if ready not in ("many", "once"):
                self.close()
                raise RuntimeError("the kernel did not start")
            self._many = ready == "many"
        self._died, self._to_end = False, True
        self._process.tell(address)

    def is_alive(self):
        """Whether the kernel lives."""
        if self._process is None or not self._many:
            return self._process is not None and self._process.is_alive()
        self._died = self._died or self._said(0) is not None
        return not self._died

    def end(self):
        """End the kernel at once; the process stays for the next one, where it can."""
        if self._process is None or not self._to_end:
            return
        self._died, self._to_end = True, False
        if not (self._many and self._ended_one()):
            self.close()

    def _ended_one(self):
        try:
            self._process.tell("end")
        except OSError:
            return False
        while (said := self._said(PATIENCE_TO_END)) == "died":
            continue
        return said == "ended"

    def _said(self, seconds):
        try:
            return self._process.hear(seconds) or ""
        except queue.Empty:
            return None


if __name__ == "__main__":
    main(*sys.argv[1:])
