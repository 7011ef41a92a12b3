"""Kinds of faults that cost honest people their points elsewhere, each in several forms; and non-answers."""

import ast
import builtins
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from samples import CELLS, RIGHT, extra_cell, handed_in, notebook, write
from test_assignments import BACKPROPAGATION, SOLUTION

from coursekit.classroom import grading, records
from coursekit.classroom.apart.limits import Limits
from coursekit.classroom.apart.sandbox import level, obstacle
from coursekit.classroom.apart.supervise import close_workers
from coursekit.classroom.assemble import prepare
from coursekit.classroom.collect import Found
from coursekit.classroom.release import release
from coursekit.classroom.source import read_source

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle())
LIMITS = Limits(cell=8.0, total=120.0, extra=5.0, memory=1_000_000_000, output=2_000_000)
ADD = RIGHT["tiny-add"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    source = write(tmp_path_factory.mktemp("source") / "tiny.ipynb", notebook(CELLS))
    yield prepare(read_source(source), LIMITS.as_dict(), seed=11)
    close_workers()


@pytest.fixture(scope="module")
def real():
    yield prepare(read_source(BACKPROPAGATION), Limits().as_dict(), seed=2)
    close_workers()


def graded(job, answers, after=(), learner="ada"):
    made = handed_in(json.loads(release(job["assignment"])), answers, after)
    return grading.grade_one((job, Found(learner, "ada.ipynb", json.dumps(made).encode())))


def earned(record):
    return {part.name: part.earned for part in record.parts}


def lost(record):
    return {part.name: part for part in record.parts if part.earned < part.points}


# One submission ends nothing but itself.

ODD = {
    "half an emoji in an error": "raise ValueError('\\ud83d')",
    "half an emoji in a value": "def double(x):\n    return '\\ud83d'",
    "half an emoji in a name": "def double(x):\n    return type('\\ud83d', (), {})()",
    "a number of many digits": "def double(x):\n    return 10**5000",
    "a text of many digits": "def double(x):\n    return '9' * 10**6",
    "an error that refuses to speak": (
        "class Mute(Exception):\n    def __str__(self): raise Mute\ndef double(x):\n    raise Mute"
    ),
    "an error that is no Exception": "def double(x):\n    raise BaseException",
    "a value that refuses everything": (
        "class No:\n    def __getattribute__(self, name): raise BaseException\n"
        "def double(x):\n    return No()"
    ),
    "no JSON in the reply": (
        "import gc, socket\n[one.sendall(b'{[\\n') for one in gc.get_objects() if type(one) is socket.socket]"
    ),
    "another JSON in the reply": (
        "import gc, socket\n"
        "[one.sendall(b'[[1]]\\n' * 9) for one in gc.get_objects() if type(one) is socket.socket]"
    ),
    "no socket any more": (
        "import gc, socket\n[one.close() for one in gc.get_objects() if type(one) is socket.socket]\n"
        "import os\nos.closerange(3, 99)"
    ),
    "a reply without end": (
        "import gc, socket\nwhile True:\n"
        "    [one.sendall(b'x' * 99999) for one in gc.get_objects() if type(one) is socket.socket]"
    ),
    "folders without end": (
        "import os\nfor _ in range(1500):\n    os.mkdir('d' * 200)\n    os.chdir('d' * 200)\nos.chmod('.', 0)"
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_whatever_one_submission_does_it_becomes_a_record_and_the_next_is_graded(name, tiny, tmp_path):
    record = graded(tiny, {"tiny-double": ODD[name], "tiny-add": ADD})
    assert earned(record)["double"] == 0
    assert record.parts[0].stopped or record.parts[0].steps[0].message
    (tmp_path / "grades").mkdir()
    grading._keep(tmp_path, record)
    assert records.read(tmp_path, "ada") == record
    assert not lost(graded(tiny, RIGHT))


# Right answers in a style that the checks did not have in mind.

STYLES = {
    "a module written to a file": (
        {"double": "from mine import twice\ndef double(x):\n    return twice(x)"},
        ("tiny-setup", "%%writefile mine.py\ndef twice(x):\n    return x * 2"),
    ),
    "what is given is changed": ({"double": "def double(x):\n    x *= 2\n    return x"}, None),
    "what is given is changed, entry by entry": (
        {
            "double": "def double(x):\n    for row in np.atleast_1d(x):\n        row += row\n    return x + 0"
            " if np.ndim(x) else 2 * x"
        },
        None,
    ),
    "names taken away on top": ({}, (None, "%reset -f")),
    "names taken away on top, in another spelling": (
        {},
        (None, "get_ipython().run_line_magic('reset', '-sf')"),
    ),
    "a helper below long tries": (
        {"add": "def add(a, b):\n    return helped(a) + b"},
        (
            "tiny-double-check",
            *["import time\ntime.sleep(4)"] * 3,
            "time.sleep(9)\ndef helped(x):\n    return x",
        ),
    ),
}


@pytest.mark.parametrize("name", STYLES)
def test_a_right_answer_in_another_style_earns_all(name, tiny):
    answers, placed = STYLES[name]
    answers = RIGHT | {f"tiny-{key}": code for key, code in answers.items()}
    made = handed_in(json.loads(release(tiny["assignment"])), answers)
    if placed:
        place, *cells = placed
        at = next((i + 1 for i, cell in enumerate(made["cells"]) if cell["id"] == place), 0)
        made["cells"][at:at] = [extra_cell(text) for text in cells]
    record = grading.grade_one((tiny, Found("ada", "ada.ipynb", json.dumps(made).encode())))
    assert not lost(record), record
    assert ("only imports and functions" in " ".join(record.flags)) == (name == "a helper below long tries")


def test_an_added_cell_that_stopped_is_told_where_points_are_lost(tiny):
    helper = [("tiny-setup", "import a_module_that_is_not_there\ndef twice(x):\n    return 2 * x")]
    told = "An added cell after tiny-setup stopped with"
    record = graded(tiny, RIGHT | {"tiny-double": "def double(x):\n    return twice(x)"}, helper)
    assert told in " ".join(record.flags)
    assert told not in " ".join(graded(tiny, RIGHT, helper).flags)


def test_a_file_that_ends_in_zeros_and_a_written_answer_without_its_cell_are_read(tiny):
    made = handed_in(json.loads(release(tiny["assignment"])), RIGHT)
    made["cells"][-1] = {"cell_type": "markdown", "metadata": {}, "source": "Sums commute."}
    data = json.dumps(made).encode() + b"\0" * 512
    record = grading.grade_one((tiny, Found("ada", "ada.ipynb", data)))
    assert not lost(record)
    assert record.written == {"why": "Sums commute."}
    assert any("stands for it" in flag for flag in record.flags)


# What a learner tries out costs no right answer a point.

TRIES = {
    "a magic for pictures": "%matplotlib inline",
    "a magic for pictures that is not there": "%matplotlib widget",
    "other magics": "%timeit -n1 -r1 1 + 1\n!ls\nfiles = !ls",
    "a cell magic": "%%time\n1 + 1",
    "await": "import asyncio\nawait asyncio.sleep(0.01)",
    "input": "name = input('who? ')",
    "Python's own names": (
        "import builtins\n"
        "for name in ('len', 'isinstance', 'sum', 'map', 'dict', 'list', 'type', 'callable'):\n"
        "    setattr(builtins, name, None)"
    ),
    "Python's own names, taken out": "import builtins\ndel builtins.len, builtins.callable",
    "numpy's names": "np.array = np.asarray = list\nnp.random.default_rng = None\ndel np.float64",
    "names that a check is made of": (
        "import ast, copy, json\nast.parse = copy.deepcopy = json.dumps = json.loads = None"
    ),
    "numpy's settings": "np.seterr(all='raise'); np.set_printoptions(precision=1); np.random.seed(0)",
    "Python's settings": (
        "import gc, sys, warnings\ngc.disable(); sys.setrecursionlimit(90); warnings.simplefilter('error')"
    ),
    "no output": "import os, sys\nsys.stdout.close(); sys.stdout = None; os.close(1); os.close(2)",
    "another folder": "import os\nos.mkdir('a'); os.chdir('a'); os.rmdir('../a'); os.environ.clear()",
    "a fork that comes back": "import os\nos.fork()",
    "threads": "import sys, threading, time\nthreading.Thread(target=sys.exit).start()\n"
    "threading.Thread(target=lambda: time.sleep(99)).start()",
    "processes": "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(2) as pool:\n"
    "    list(pool.map(abs, [-1]))",
    "a task that goes on": "import asyncio\nasyncio.ensure_future(asyncio.sleep(99))",
    "floods": "import logging\nfor _ in range(3000): logging.warning('x' * 999); print('x' * 999)",
    "all that can be caught": "raise KeyboardInterrupt",
}


@pytest.mark.parametrize("name", TRIES)
def test_what_a_learner_tries_out_costs_nothing(name, tiny):
    assert not lost(graded(tiny, RIGHT, [("tiny-double", TRIES[name])]))
    if name.startswith(("a magic", "other", "await", "numpy's s", "threads", "a fork", "another")):
        assert not lost(graded(tiny, RIGHT | {"tiny-double": f"{TRIES[name]}\n{RIGHT['tiny-double']}"}))


def test_a_fault_of_the_grader_becomes_a_record(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "read_submission", lambda *_: 1 / 0)
    record = graded(tiny, RIGHT)
    assert "ZeroDivisionError" in record.problem
    write_one, tried = records.write, []

    def refuses_once(results, record):
        tried.append(record)
        if len(tried) == 1:
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "no")
        write_one(results, record)

    (tmp_path / "grades").mkdir()
    monkeypatch.setattr(records, "write", refuses_once)
    grading._keep(tmp_path, record)
    assert "could not be written as it was" in records.read(tmp_path, "ada").problem


# Checks and learners share no names.


def hidden_names():
    """Return all names that the hidden tests of the shipped assignment bind anywhere, and common ones."""
    names = {"rate", "label", "activations", "classes", "sums", "outputs", "report", "rng", "ck", "i", "kept"}
    for cell in read_source(BACKPROPAGATION).of_kind("check"):
        for node in ast.walk(ast.parse(cell.text_of("hidden"))):
            names |= {getattr(node, "id", None), getattr(node, "arg", None), getattr(node, "name", None)}
    nodes = [node for code in SOLUTION.values() for node in ast.walk(ast.parse(code))]
    taken = {
        getattr(node, key, None) for node in nodes for key in ("id", "arg", "name")
    }  # also by the answers
    return sorted(name for name in names - taken - {None} if name not in dir(builtins))


def test_helpers_of_any_name_earn_all(real):
    names = [name for name in hidden_names() if name != "np"]
    helpers = "\n".join(f"def {name}(value):\n    return value" for name in names)
    use = f"    assert all(keep(1) == 1 for keep in ({', '.join(names)}))\n"
    changed = {}
    for name, code in SOLUTION.items():
        head, rest = code.split('"""\n', 1)
        changed[name] = f'{helpers}\n{head}"""\n{use}{rest}'
    assert {"random_network", "U1", "rate", "label", "activations", "report"} <= set(names)
    assert not lost(graded(real, changed))


SHADOWS = [
    "list = [1, 2]; tuple = (); str = 'a'; dict = {}",
    "sum = 0; max = 3; min = 1; len = 2; range = 5; abs = -1; float = 1.0; int = 1; type = 'circle'",
    "print = None",
    "np = 3",
    "ck = ex = plt = plots = 'mine'",
    "X = y = W1 = W2 = tiny_forward = None",
    "rng = report = 5",
    "import builtins; builtins.divmod = None; builtins.frozenset = 7",
    "np = __import__('numpy'); np.seterr(all='raise'); import warnings; warnings.simplefilter('error')",
    "i = j = n = h = label = size = None",
]


def test_what_an_added_cell_calls_by_a_name_of_pythons_or_ours_costs_nothing(real):
    after = [(place, text) for text in SHADOWS for place in ("backprop-setup", "forward", "train-check")]
    assert not lost(graded(real, SOLUTION, after))


# Points already earned stay.


def test_added_cells_have_time_of_their_own(tiny):
    slow = [("tiny-double", "import time; time.sleep(2)")] * 5
    record = graded(tiny, RIGHT, [*slow, ("tiny-add", "while True: pass")])
    assert not lost(record)
    assert any("added cells take long" in flag for flag in record.flags)


def test_cells_without_number_after_the_last_check_cost_nothing(tiny):
    assert not lost(graded(tiny, RIGHT, [("tiny-add-check", "x = 1")] * 20_000))


ENDS = {
    "leaves": "import os; os._exit(0)",
    "kills itself": "import os; os.kill(os.getpid(), 9)",
    "deaf": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "forks": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError: pass",
    "memory": (
        "import multiprocessing\ndef eat():\n    x = []\n    while True: x.append(bytearray(10**7))\n"
        "[multiprocessing.Process(target=eat).start() for _ in range(4)]\nwhile True: pass"
    ),
    "output": "while True: print('x' * 100000)",
}


@pytest.mark.parametrize("name", ENDS)
def test_parts_done_before_something_ended_the_kernel_keep_their_points(name, tiny):
    record = graded(tiny, RIGHT, [("tiny-double-check", ENDS[name])])
    assert earned(record) == {"double": 3, "add": 1}  # and those after it are judged without it
    assert not record.problem
    assert name == "output" or re.search("added cell|more than", str(record.flags)), record.flags


FROM_INSIDE = {
    "leaves": "import os; os._exit(0)",
    "dies": "import ctypes; ctypes.string_at(0)",
    "hears no clock": "return sum(range(10**13))",
    "memory": ENDS["memory"].replace("def eat", "global eat\ndef eat"),
    "processes": ENDS["forks"],
}


@pytest.mark.parametrize("name", FROM_INSIDE)
def test_an_answer_that_ends_the_kernel_costs_its_own_part_alone(name, tiny):
    body = "".join(f"    {line}\n" for line in FROM_INSIDE[name].splitlines())
    limits = replace(LIMITS, cell=2.0 if name == "hears no clock" else 20.0).as_dict()
    helped = {"tiny-add": "def add(a, b):\n    return plus(b, a)"}
    helper = [("tiny-double", "def plus(one, other):\n    return one + other")]
    record = graded(tiny | {"limits": limits}, helped | {"tiny-double": f"def double(x):\n{body}"}, helper)
    assert earned(record) == {"double": 0, "add": 1}
    assert not record.problem
    told = f"{record.parts[0].stopped} {record.flags}"
    assert re.search("double (ended the kernel|did not stop in time)|more than", told), told
    assert "not run" in f"{record.parts[0].stopped} {record.parts[0].steps}"


def test_two_answers_that_end_the_kernel_cost_their_two_parts(real):
    leaves = "    import os\n    os._exit(0)\n"
    ends = {name: SOLUTION[name].split('"""\n')[0] + '"""\n' + leaves for name in ("loss", "update")}
    record = graded(real, SOLUTION | ends)
    assert set(lost(record)) == {"step-3-loss", "step-5-update"}
    assert "loss ended the kernel" in str(record.parts[2].stopped)
    rests = {part.name: part.rests_on for part in record.parts if part.rests_on}
    assert rests == {"step-6-train": ("step-3-loss", "step-5-update")}


def test_quit_in_an_added_cell_is_named_and_costs_nothing(tiny):
    for text in ("quit()", "exit", "import sys; sys.exit(3)", "get_ipython().ask_exit()"):
        record = graded(tiny, RIGHT, [("tiny-double", text)])
        assert not lost(record), text
        assert any("added cell after double" in flag and "quit()" in flag for flag in record.flags), text


def test_a_kernel_that_dies_in_an_added_cell_is_told_by_the_cell(tiny):
    record = graded(tiny, RIGHT, [("tiny-double-check", "import os; os._exit(0)")])
    assert "An added cell after double ended the kernel" in str(record.flags)
    record = graded(tiny | {"carry": False}, RIGHT, [("tiny-double-check", "import os; os._exit(0)")])
    assert earned(record) == {"double": 3, "add": 0}
    assert "An added cell after double ended the kernel" in str(record.parts[1].stopped)


# What is no answer earns nothing, and says nothing of the checks.

NUMERIC = """def backward(W1, W2, X, y, forward_pass):
    def loss_of(first, second):
        return mean_log_loss(y, forward(first, second, X)[2])
    slopes = []
    for weights in (W1.astype(float), W2.astype(float)):
        slope = np.zeros_like(weights)
        for place in np.ndindex(weights.shape):
            there = []
            for step in (1e-5, -1e-5):
                moved = weights.copy()
                moved[place] += step
                there.append(loss_of(moved, W2) if weights.ndim == 2 else loss_of(W1, moved))
            slope[place] = (there[0] - there[1]) / 2e-5
        slopes.append(slope)
    return tuple(slopes)"""
BY_LOOPS = """def backward(W1, W2, X, y, forward_pass):
    from math import exp
    dW1, dW2 = np.zeros(W1.shape), np.zeros(W2.shape)
    for x, target in zip(X, y):
        A1 = [1 / (1 + exp(-sum(x[k] * W1[k, j] for k in range(3)))) for j in range(len(W2))]
        p = 1 / (1 + exp(-sum(a * w for a, w in zip(A1, W2))))
        for j in range(len(W2)):
            dW2[j] += (p - target) * A1[j] / len(y)
            for k in range(3):
                dW1[k, j] += (p - target) * W2[j] * A1[j] * (1 - A1[j]) * x[k] / len(y)
    return dW1, dW2"""
GOES_FORWARD_AGAIN = SOLUTION["backward"].replace(
    "_, hidden", "forward_pass = forward(W1, W2, X)\n    _, hidden"
)


def test_slopes_by_trial_are_no_way_back(real):
    record = graded(real, SOLUTION | {"backward": NUMERIC})
    assert set(lost(record)) == {"step-4-backward"}
    assert earned(record)["step-4-backward"] == 0
    assert "slopes by trial" in record.parts[3].steps[0].message
    assert record.flags == ("Step 4 may take its slopes by trial: look at it.",)
    inlined = NUMERIC.replace(
        "mean_log_loss(y, forward(first, second, X)[2])",
        (
            "(lambda z: exp(np.maximum(0, (1 - 2 * y) * z) + log1p(exp(-abs(z)))).prod() ** (1 / len(y)))"
            "(1 / (1 + exp(-X @ first)) @ second)"
        ),
    ).replace("def backward", "from numpy import exp, log1p\ndef backward", 1)
    assert earned(graded(real, SOLUTION | {"backward": inlined}))["step-4-backward"] == 0


@pytest.mark.parametrize("code", [BY_LOOPS, GOES_FORWARD_AGAIN])
def test_a_way_back_of_another_style_earns_all(code, real):
    assert not lost(graded(real, SOLUTION | {"backward": code}))


SPIES = {
    "the source": "import gc\nraise ValueError("
    "[o for o in gc.get_objects() if type(o) is str and 'rng.uniform' in o])",
    "the frames": (
        "import sys\nframe, said = sys._getframe(), []\nwhile frame:\n"
        "    said.append(str(frame.f_code.co_consts))\n"
        "    said.append(str(frame.f_locals))\n    frame = frame.f_back\nraise KeyError(''.join(said)[:400])"
    ),
    "the names": "import sys\nraise ValueError(' '.join(sys._getframe(2).f_code.co_names))",
    "in a text": "import sys\nreturn ' '.join(sys._getframe(2).f_code.co_names)",
    "in a type": "import sys\nreturn type(' '.join(sys._getframe(2).f_code.co_names), (), {})()",
}


@pytest.mark.parametrize("name", SPIES)
def test_no_words_of_a_hidden_check_reach_the_record(name, tiny):
    code = "def double(x):\n" + "\n".join(f"    {line}" for line in SPIES[name].splitlines())
    record = graded(tiny, {"tiny-double": code, "tiny-add": ADD})
    said = json.dumps([part.as_dict() for part in record.parts])
    for word in ("uniform", "rng", "weight=2", "lambda", "integers"):
        assert word not in said


def test_inputs_differ_by_learner_by_file_and_by_secret(tiny):
    def seeds(learner, data, **changes):
        asked = []
        real, grading.asked = (
            grading.asked,
            lambda *given, **_: asked.append(given[1]) or [{"problem": "none"}],
        )
        try:
            grading.grade_one((tiny | changes, Found(learner, "a.ipynb", data)))
        finally:
            grading.asked = real
        cells = [json.loads(asked[0][key])["cells"] for key in ("notebook", "reference", "carried")]
        made = [[c["metadata"]["seed"] for c in book if c["metadata"]["role"] == "check"] for book in cells]
        assert made[0] == made[1] == made[2]
        return tuple(made[0])

    released = json.loads(release(tiny["assignment"]))
    one, other = (json.dumps(handed_in(released, answers)).encode() for answers in (RIGHT, {}))
    found = {seeds("ada", one), seeds("ada", other), seeds("bo", one), seeds("ada", one, seed=12)}
    assert len(found) == 4
    assert seeds("ada", one) == seeds("ada", one)


# Resources.


def test_processes_of_an_honest_learner_work(tiny):
    code = (
        "import multiprocessing\nfrom concurrent.futures import ProcessPoolExecutor\n"
        "def twice(x):\n    return 2 * x\n"
        "with ProcessPoolExecutor(2, multiprocessing.get_context('fork')) as pool:\n"
        "    assert list(pool.map(twice, [1, 2])) == [2, 4]\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "    assert pool.map(twice, [1, 2]) == [2, 4]\n"
        "double = twice"
    )
    record = graded(tiny, RIGHT | {"tiny-double": code})
    assert not lost(record), record


@pytest.mark.skipif(level() != "bubblewrap", reason="only bubblewrap bounds it")
def test_shared_memory_is_bounded(tiny):
    code = (
        "import os\nfor place in ('/dev/shm', os.path.expanduser('~')):\n"
        "    with open(place + '/x', 'wb') as file:\n"
        "        try:\n            [file.write(bytes(10**6)) for _ in range(199)]\n"
        "        except OSError as error:\n            continue\n    raise ValueError(place)\n"
        "def double(x):\n    return 2 * x"
    )
    assert not lost(graded(tiny, RIGHT | {"tiny-double": code}))


RUN = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from coursekit.classroom.grading import grade
grade(sys.argv[2], sys.argv[3], sys.argv[4])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux kills children with their parent")
def test_a_kill_at_any_moment_leaves_no_process_and_at_the_next_start_no_folder(tmp_path, released, source):
    scratch = Path(tempfile.mkdtemp())
    scratch.chmod(0o755)
    learners, grades = [f"l{i}" for i in range(9)], tmp_path / "out" / "grades"
    slow = RIGHT | {"tiny-double": f"import time; time.sleep(0.5)\n{RIGHT['tiny-double']}"}
    for name in learners:
        write(tmp_path / "in" / f"{name}.ipynb", handed_in(released, slow))
    command = [sys.executable, "-c", RUN, *map(str, (scratch, source, tmp_path / "in", tmp_path / "out"))]
    for moment in np.random.default_rng().uniform(0.2, 3, 10):
        run = subprocess.Popen(command)
        time.sleep(moment)
        own = psutil.Process(run.pid).children(recursive=True)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        _, alive = psutil.wait_procs(own, timeout=20)
        assert not alive, moment
        assert all(json.loads(path.read_text())["total"] == 4 for path in grades.glob("*.json")), moment
    subprocess.run(command, check=True)
    assert sorted(path.name.split("-")[0] for path in grades.iterdir()) == learners
    assert list(scratch.iterdir()) == []
    scratch.rmdir()


# What an instructor mends.


def test_prose_can_be_mended_and_a_changed_check_grades_anew(tmp_path, released):
    source = tmp_path / "tiny.ipynb"
    write(source, notebook(CELLS))
    write(tmp_path / "in" / "ada.ipynb", handed_in(released, RIGHT))
    times = []
    for cells in (CELLS, CELLS | {"tiny-title": "# A tiny assignment, mended"}, None):
        cells = cells or CELLS | {"tiny-add-check": CELLS["tiny-add-check"].replace("(4)", "(5)")}
        write(source, notebook(cells))
        (record,) = grading.grade(source, tmp_path / "in", tmp_path / "out")
        assert record.total == 4
        times.append(records.path_of(tmp_path / "out", "ada").stat().st_mtime_ns)
    assert times[0] == times[1] < times[2]


def test_only_a_part_of_a_later_answer_is_carried(real):
    record = graded(real, SOLUTION | {"backward": SOLUTION["backward"].replace(" / len(y)", "")})
    assert set(lost(record)) == {"step-4-backward"}
    (train,) = [part for part in record.parts if part.name == "step-6-train"]
    assert train.rests_on == ("step-4-backward",)
    assert train.stopped == ("it uses your backward: mend step-4-backward first",)
    assert replace(train, stopped=()).earned == 5
