"""A class is graded: right answers earn all, wrong ones what they are worth, and nobody harms another."""

import csv
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psutil
import pytest
from samples import CELLS, RIGHT, handed_in, notebook, write

from coursekit.classroom import grading, records
from coursekit.classroom.apart.limits import Limits
from coursekit.classroom.apart.sandbox import level, obstacle, user_of
from coursekit.classroom.apart.supervise import close_workers
from coursekit.classroom.assemble import prepare
from coursekit.classroom.collect import Found
from coursekit.classroom.release import release
from coursekit.classroom.source import SourceError, read_source
from coursekit.cli import main

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle())
LIMITS = Limits(cell=4.0, total=60.0, memory=1_000_000_000, output=2_000_000)
TIGHT = replace(LIMITS, cell=2.0, total=8.0).as_dict()
DOUBLE, ADD = RIGHT["tiny-double"], RIGHT["tiny-add"]
HONEST = {
    "as it should be": RIGHT,
    "prints and warns": {
        "tiny-double": "import warnings\nwarnings.warn('oh')\ndef double(x):\n    print(x)\n    return x + x",
        "tiny-add": ADD + "\nprint(add(1, 2))",
    },
    "float32": {
        "tiny-double": "def double(x):\n    return np.float32(2) * np.asarray(x, np.float32)",
        "tiny-add": ADD,
    },
    "a list comes back": {
        "tiny-double": "def double(x):\n    return (2 * np.asarray(x)).tolist()",
        "tiny-add": "def add(a, b):\n    return np.asarray(a) + b",
    },
    "markers of nbval in the text": {
        "tiny-double": "# NBVAL_SKIP\n" + DOUBLE,
        "tiny-add": "'''\n# NBVAL_SKIP\n'''\n" + ADD,
    },
    "a cell that ends in an error": {"tiny-double": DOUBLE + "\n1 / 0", "tiny-add": ADD},
}
WRONG = {  # code of double, words in the feedback
    "untouched": ("def double(x):\n    ...  # your code here", "a part of it not written"),
    "too large": ("def double(x):\n    return 3 * x", "which is too"),
    "another shape": ("def double(x):\n    return np.ravel(2 * x)", "expected an array of shape"),
    "nan": ("def double(x):\n    return np.nan * x", "nan"),
    "no value": ("def double(x):\n    return {'a': x}", "received <dict>"),
    "no code": ("def double(x)\n    return x", "SyntaxError"),
    "stops": ("def double(x):\n    raise KeyError('why')", "KeyError: 'why'"),
    "equal to all": (
        "class Same:\n    def __eq__(self, other): return True\n"
        "    def __array__(self, *a, **k): raise TypeError\ndef double(x):\n    return Same()",
        "received <Same>",
    ),
    "a constant": ("def double(x):\n    return np.ones((3, 3))", "expected"),
    "endless": ("while True: pass", "name 'double' is not defined"),
    "endless, and deaf": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "not",
    ),
    "leaves": ("import os\nos._exit(0)", "nothing was reported"),
    "quits": ("quit()", "not"),
    "kills its parent": ("import os\nos.kill(os.getppid(), 9)\nos.kill(1, 9)", "not"),
    "segfault": ("import ctypes\nctypes.string_at(0)", "nothing was reported"),
    "much memory": ("x = []\nwhile True:\n    x.append(np.empty(10**8))", "MemoryError"),
    "recursion": ("def double(x):\n    return double(x)", "RecursionError"),
    "patched numpy": ("np.asarray = lambda *a, **k: 1 / 0\ndef double(x):\n    return 0", "too small"),
    "own report": (
        "import coursekit.classroom.apart.bundle as b\nb.Report.__call__ = lambda *a, **k: None\n"
        "def double(x):\n    return 0",
        "nothing was reported",
    ),
}
ENDED = {  # what a limit ends, of the system or of the grader, whichever is met first
    "much output": "while True: print('x' * 10000)",
    "forks": "import os\nwhile True:\n    os.fork()",
    "sleeps in every cell": "import time\ntime.sleep(1)\n" * 60,
}


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    source = write(tmp_path_factory.mktemp("source") / "tiny.ipynb", notebook(CELLS))
    yield prepare(read_source(source), LIMITS.as_dict(), seed=11, carry=False)
    close_workers()


def graded(job, answers, after=(), learner="ada", **changes):
    made = handed_in(json.loads(release(job["assignment"])), answers, after)
    found = Found(learner, "ada.ipynb", json.dumps(made).encode())
    return grading.grade_one((job | changes, found))


def earned(record):
    return {part.name: part.earned for part in record.parts}


@pytest.mark.parametrize("name", HONEST)
def test_every_honest_answer_earns_all(name, job):
    assert earned(graded(job, HONEST[name])) == {"double": 3, "add": 1}, name


@pytest.mark.parametrize("name", WRONG)
def test_no_wrong_answer_earns_a_point_and_each_hears_why(name, job):
    code, words = WRONG[name]
    record = graded(job, {"tiny-double": code, "tiny-add": ADD})
    if name == "kills its parent" and level() != "bubblewrap" and user_of(0) is None:
        assert record.problem == "the grader's own process died"  # and nobody else's grade with it
        return
    double = record.parts[0]
    assert double.earned == 0
    assert words in " ".join([step.message for step in double.steps] + list(double.stopped))
    assert not record.problem


@pytest.mark.parametrize("name", ENDED)
def test_what_breaks_a_limit_is_ended_and_leaves_nothing_behind(name, job):
    record = graded(job, {"tiny-double": ENDED[name], "tiny-add": ADD}, limits=TIGHT)
    assert earned(record)["double"] == 0
    time.sleep(0.3)
    kernels = [one for one in psutil.Process().children(recursive=True) if "kernel.py" in _command(one)]
    assert len(kernels) <= 6 * (level() == "bubblewrap")  # there, what starts the others stays, in a sandbox
    assert earned(graded(job, RIGHT)) == {"double": 3, "add": 1}  # the next one has not noticed


def _command(process):
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_part_is_worth_the_weights_of_its_values(job):
    half = "def double(x):\n    return 2 * x if np.ndim(x) else 0"
    assert earned(graded(job, {"tiny-double": half, "tiny-add": ADD})) == {"double": 2, "add": 1}


def test_one_early_mistake_need_not_cost_the_later_parts(job):
    early = {"tiny-double": "def double(x):\n    return 3 * x", "tiny-add": ADD}
    assert earned(graded(job, early)) == {"double": 0, "add": 0}
    assert earned(graded(job, early, carry=True)) == {"double": 0, "add": 1}


@pytest.mark.skipif(level() != "bubblewrap", reason="only bubblewrap keeps code from seeing files")
def test_code_sees_no_home_no_source_no_grades_no_network(job, tmp_path):
    secret = write(tmp_path / "secret.txt", "secret")
    code = f"""
import os, socket
seen = [path for path in ({str(secret)!r}, "/etc/passwd", {os.getcwd()!r} + "/README.md", {__file__!r})
        if os.path.exists(path)]
assert not seen, seen
assert "CHECKED_HERE" not in str(dict(os.environ))
try:
    assert "CHECKED_HERE" not in open("/proc/1/environ").read()
except PermissionError:
    pass
try:
    socket.create_connection(("127.0.0.1", 22), timeout=1)
except OSError:
    pass
home = os.path.expanduser("~/x")
for place in ("/usr/x", "/tmp/x", "/x", home):
    try:
        open(place, "w").write("x" * 10)
    except OSError:
        continue
    assert place == home, place
assert len([d for d in os.listdir("/proc") if d.isdigit()]) < 10
def double(x):
    return 2 * x
"""
    os.environ["CHECKED_HERE"] = "1"
    record = graded(job, {"tiny-double": code, "tiny-add": ADD})
    assert earned(record)["double"] == 3, record
    assert not [part for part in record.parts if part.stopped]


LEAVES = """
import os, subprocess, sys
for folder in ("/dev/shm", os.path.expanduser("~")):
    open(folder + "/left", "w").write("for the next one")
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
os.environ["LEFT"] = "for the next one"
import numpy
numpy.left = "for the next one"
def double(x):
    return 2 * x
"""
FINDS_NOTHING = """
import os, numpy
assert not os.path.exists("/dev/shm/left")
assert not os.path.exists(os.path.expanduser("~/left"))
assert "LEFT" not in os.environ and not hasattr(numpy, "left")
running = [open(f"/proc/{name}/cmdline").read() for name in os.listdir("/proc") if name.isdigit()]
assert not [command for command in running if "time.sleep(60)" in command]
def double(x):
    return 2 * x
"""


@pytest.mark.skipif(level() != "bubblewrap", reason="there is no bubblewrap here")
def test_nothing_passes_from_one_submission_to_the_next(job):
    for code in (LEAVES, FINDS_NOTHING):
        assert earned(graded(job, {"tiny-double": code, "tiny-add": ADD})) == {"double": 3, "add": 1}


@pytest.fixture
def class_of_five(tmp_path, released):
    folder = tmp_path / "in"
    write(folder / "ada.ipynb", handed_in(released, RIGHT))
    write(folder / "bo.ipynb", handed_in(released, {"tiny-double": DOUBLE}))
    write(folder / "carl.ipynb", "{")
    write(folder / "dora.ipynb", released)
    write(folder / "=eve.ipynb", handed_in(released, RIGHT | {"tiny-double": "import os\nos._exit(0)"}))
    return folder


TOTALS = {"ada": 4, "bo": 3, "carl": 0, "dora": 0, "=eve": 1}


def test_a_class_is_graded_and_a_second_run_repeats_nothing(source, class_of_five, tmp_path, monkeypatch):
    results = tmp_path / "results"
    graded = grading.grade(source, class_of_five, results, seed=5, limits=LIMITS)
    assert {record["learner"]: record["total"] for record in graded} == TOTALS
    assert graded[2]["problem"].startswith("The file is no notebook that can be read")
    run = json.loads((results / "run.json").read_text())
    assert run["seed"] == 5
    assert run["sandbox"] == level()
    assert "numpy" in run["versions"]
    asked = []
    monkeypatch.setattr(grading, "grade_one", lambda task: asked.append(task))
    assert grading.grade(source, class_of_five, results, limits=LIMITS) == graded
    assert asked == []


def test_the_same_inputs_and_seed_give_the_same_grades_on_any_executor(source, class_of_five, tmp_path):
    one = grading.grade(source, class_of_five, tmp_path / "one", seed=5, limits=LIMITS)
    with ThreadPoolExecutor(1) as executor:
        other = grading.grade(
            source, class_of_five, tmp_path / "two", seed=5, limits=LIMITS, executor=executor
        )
    assert one == other


def test_the_same_grades_on_dask(source, class_of_five, tmp_path):
    distributed = pytest.importorskip("distributed", reason="needs the extra: pip install -e '.[dask]'")
    options = dict(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None)
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        graded = grading.grade(
            source, class_of_five, tmp_path / "out", seed=5, limits=LIMITS, executor=client.get_executor()
        )
    assert {record["learner"]: record["total"] for record in graded} == TOTALS


def test_a_changed_file_is_graded_again_and_only_one_can_be(source, class_of_five, released, tmp_path):
    results = tmp_path / "results"
    grading.grade(source, class_of_five, results, seed=5, limits=LIMITS)
    before = records.path_of(results, "ada").stat().st_mtime_ns
    write(class_of_five / "bo.ipynb", handed_in(released, RIGHT))
    graded = grading.grade(source, class_of_five, results, limits=LIMITS)
    assert {record["learner"]: record["total"] for record in graded} == TOTALS | {"bo": 4}
    assert records.path_of(results, "ada").stat().st_mtime_ns == before
    (alone,) = grading.grade(source, class_of_five, results, limits=LIMITS, only="ada")
    assert alone["total"] == 4
    assert records.path_of(results, "ada").stat().st_mtime_ns > before


def test_options_of_somebody_elses_pytest_change_nothing(source, class_of_five, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    (record,) = grading.grade(source, class_of_five, tmp_path / "out", limits=LIMITS, only="ada")
    assert record["total"] == 4


def test_both_figures_are_kept(source, tmp_path, released):
    write(tmp_path / "in" / "ada.ipynb", handed_in(released, RIGHT | {"tiny-double": "double = None"}))
    (record,) = grading.grade(source, tmp_path / "in", tmp_path / "out", limits=LIMITS)
    assert (record["total"], record["problem"]) == (1, "")
    assert [part["earned"] for part in record["carried"]] == [0, 1]
    assert record["parts"][1]["stopped"] == ["it uses your double: mend double first"]
    assert record.parts[1].rests_on == ("double",)


def test_a_fault_of_the_grader_is_said_and_tried_again_at_the_next_start(
    source, tmp_path, released, monkeypatch
):
    write(tmp_path / "in" / "ada.ipynb", handed_in(released, RIGHT))
    with monkeypatch.context() as patch:
        patch.setattr(grading, "asked", lambda *_, **__: [{"problem": "the grader stopped with OSError: no"}])
        (record,) = grading.grade(source, tmp_path / "in", tmp_path / "out", limits=LIMITS)
        assert (record.total, record.problem) == (0, "the grader stopped with OSError: no")
    (record,) = grading.grade(source, tmp_path / "in", tmp_path / "out", limits=LIMITS)
    assert (record.total, record.problem) == (4, "")


def test_bad_arguments_are_refused_before_anything_runs(source, class_of_five, tmp_path):
    with pytest.raises(ValueError, match="only must be the name of a learner"):
        grading.grade(source, class_of_five, tmp_path / "a", only="nobody")
    with pytest.raises(FileNotFoundError, match="folder must exist"):
        grading.grade(source, tmp_path / "none", tmp_path / "a")
    grading.grade(source, class_of_five, tmp_path / "b", seed=1, limits=LIMITS)
    with pytest.raises(ValueError, match=r"results must be a new folder or one of the same run.*seed differ"):
        grading.grade(source, class_of_five, tmp_path / "b", seed=2, limits=LIMITS)
    broken = CELLS | {"tiny-add": "### BEGIN SOLUTION\nadd = 1 / 0\n### END SOLUTION"}
    with pytest.raises(SourceError, match=r"the source's own solutions must run.*ZeroDivisionError"):
        grading.grade(
            write(tmp_path / "c.ipynb", notebook(broken)), class_of_five, tmp_path / "c", limits=LIMITS
        )


def test_an_assignment_that_provides_little_gives_no_answer_away(tmp_path):
    cells = CELLS | {
        "tiny-setup": "import numpy as np\nimport coursekit as ck\n\n"
        "ck.make_dataset('circle', rng=np.random.default_rng(0))"
    }
    source = write(tmp_path / "tiny.ipynb", notebook(cells, coursekit={"provides": ["patterns"]}))
    cheat = "from coursekit.network import forward\n\ndef double(x):\n    return 2 * x"
    other = "import coursekit\n\ndef add(a, b):\n    coursekit.backward\n    return a + b"
    made = handed_in(json.loads(release(read_source(source))), {"tiny-double": cheat, "tiny-add": other})
    write(tmp_path / "in" / "ada.ipynb", made)
    (record,) = grading.grade(source, tmp_path / "in", tmp_path / "out", limits=LIMITS)
    assert record["total"] == 0
    assert "No module named 'coursekit.network'" in str(record["parts"][0]["stopped"])


def test_an_unknown_module_cannot_be_provided(source, tmp_path):
    bad = write(tmp_path / "tiny.ipynb", notebook(CELLS, coursekit={"provides": ["pattern"]}))
    write(tmp_path / "in" / "ada.ipynb", "{}")
    with pytest.raises(SourceError, match="provides must name modules of coursekit; got pattern"):
        grading.grade(bad, tmp_path / "in", tmp_path / "out", limits=LIMITS)


def test_the_table_is_safe_in_a_spreadsheet(source, class_of_five, tmp_path, capsys):
    assert main(["grade", str(source), str(class_of_five), "--to", str(tmp_path / "out"), "--seed", "5"]) == 0
    assert "ada: 4 of 6" in capsys.readouterr().out
    with (tmp_path / "out" / "grades.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["total"] for row in rows] == ["4", "3", "0", "0", "1"]
    assert rows[4]["learner"] == "'=eve"
    assert rows[1] | {"double": "3", "add": "0"} == rows[1]
    assert main(["grade", str(source), str(tmp_path / "none"), "--to", str(tmp_path / "x")]) == 1
    assert "folder must exist" in capsys.readouterr().err


def test_one_learner_graded_anew_renews_every_page_and_table(
    source, class_of_five, released, tmp_path, capsys
):
    command = ["grade", str(source), str(class_of_five), "--to", str(tmp_path / "out"), "--seed", "5"]
    assert main(command) == 0
    write(class_of_five / "bo.ipynb", handed_in(released, RIGHT))
    capsys.readouterr()
    assert main([*command, "--only", "bo"]) == 0
    assert "bo: 4 of 6" in capsys.readouterr().out
    with (tmp_path / "out" / "grades.csv").open(newline="", encoding="utf-8-sig") as file:
        assert [row["total"] for row in csv.DictReader(file)] == ["4", "4", "0", "0", "1"]
    (page,) = (tmp_path / "out" / "feedback").glob("bo-*.html")
    assert "bo: <strong>4 of 6 points" in page.read_text(encoding="utf-8")
    assert page.name in (tmp_path / "out" / "class.html").read_text(encoding="utf-8")
