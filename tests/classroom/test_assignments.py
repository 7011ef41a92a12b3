"""The assignments of the course: right answers earn all, an untouched notebook nothing."""

import json
import re
from pathlib import Path

import pytest
from samples import handed_in

from coursekit.classroom import grading
from coursekit.classroom.apart.limits import Limits
from coursekit.classroom.apart.sandbox import obstacle
from coursekit.classroom.apart.supervise import close_workers
from coursekit.classroom.assemble import prepare, reference_answers
from coursekit.classroom.collect import Found
from coursekit.classroom.release import release
from coursekit.classroom.source import read_source
from coursekit.lesson.exercises import Verdict

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle())
FOLDER = Path(__file__).parents[2] / "notebooks" / "assignments"
SOURCES = sorted(FOLDER.glob("*.ipynb"))
BACKPROPAGATION = FOLDER / "backpropagation.ipynb"


@pytest.fixture(scope="module")
def jobs():
    made = {}
    for path in SOURCES:
        made[path] = prepare(read_source(path), Limits().as_dict(), seed=2)
    yield made
    close_workers()


def graded(job, changes=None):
    """Grade the reference with some solutions changed; None: the untouched notebook."""
    released = json.loads(release(job["assignment"]))
    answers = {name: code for name, (code,) in reference_answers(job["assignment"]).items()}
    made = released if changes is None else handed_in(released, answers | changes)
    return grading.grade_one((job, Found("ada", "ada.ipynb", json.dumps(made).encode())))


def in_code_cells(job):
    return sum(cell.points for cell in job["assignment"].of_kind("check"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_reference_earns_all_and_the_untouched_notebook_nothing(path, jobs):
    job = jobs[path]
    right = graded(job, {})
    assert right["total"] == in_code_cells(job)
    untouched = graded(job)
    assert untouched["total"] == 0
    assert {step["message"] for part in untouched["parts"] for step in part["steps"]} == {"not attempted"}


SOLUTION = {name: code for name, (code,) in reference_answers(read_source(BACKPROPAGATION)).items()}
MISTAKES = {  # what is changed: cell, pattern, replacement; part -> points; the mistake's name
    "summed": ("backward", r" / len\(y\)", "", {"step-4-backward": 0, "step-6-train": 5}, "summed"),
    "no slope": ("backward", r" \* hidden \* \(1 - hidden\)", "", {"step-4-backward": 2}, "slope-forgotten"),
    "uphill": (
        "update",
        "- learning",
        "+ learning",
        {"step-5-update": 0, "step-6-train": 5},
        "update-uphill",
    ),
    "tanh": (
        "forward",
        r"1 / \(1 \+ np.exp\(-hidden_sums\)\)",
        "np.tanh(hidden_sums)",
        {"step-2-forward": 1},
        None,
    ),
    "from p": (
        "loss",
        r"    wrong_way(?s:.*)",
        "    p = 1 / (1 + np.exp(-z2))\n    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))",
        {"step-3-loss": 2},
        None,
    ),
    "one late": (
        "train",
        r"(?s)(    return )",
        r"    losses = np.roll(losses, -1)\n\1",
        {"step-6-train": 3.75},
        None,
    ),
    "strictly above": ("first-time", ">=", ">", {"step-7-look": 1.3333}, None),
    "only dW1": ("backward", r"hidden.T @ output_error", "W2", {"step-4-backward": 2}, None),
    "nothing done": ("update", r"return .*", "return W1, W2", {"step-5-update": 0}, None),
    "in place": (
        "update",
        r"stepped = W1 - learning_rate \* dW1",
        "W1 -= learning_rate * dW1\n    stepped = W1",
        {"step-5-update": 1.3333},
        None,
    ),
    "a constant": ("first-time", r"(?s)    reached.*", "    return -1", {"step-7-look": 0}, None),
    "summed at points": ("transfer", r" / len\(y\)", "", {"step-8-transfer": 1}, None),
    "flat at points": ("transfer", r" \* units \* \(1 - units\)", "", {"step-8-transfer": 0}, None),
    "points come back": ("transfer", "return .*", "return X", {"step-8-transfer": 0}, None),
    "W2 first": (
        "start",
        r"(?s)    first_layer.*",
        "    W2 = rng.uniform(-1, 1, hidden_size)\n    return rng.uniform(-1, 1, (3, hidden_size)), W2",
        {"step-1-start": 0},
        None,
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_typical_mistake_costs_what_its_author_expects(name, jobs):
    cell, pattern, replacement, points, mistake = MISTAKES[name]
    changed, times = re.subn(pattern, replacement, SOLUTION[cell])
    assert times
    record = graded(jobs[BACKPROPAGATION], {cell: changed})
    earned = {part["name"]: part["earned"] for part in record["parts"]}
    assert {part: earned[part] for part in points} == points
    named = {step["mistake"] for part in record["parts"] for step in part["steps"]} - {None}
    assert mistake is None or mistake in named


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
@pytest.mark.parametrize("solved", [True, False])
def test_the_public_checks_pass_and_wait(path, solved, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    assignment = read_source(path)
    shown, place = [], {"__name__": "__main__"}
    for cell in json.loads(release(assignment))["cells"]:
        code = "".join(cell["source"])
        if solved and cell["id"] in reference_answers(assignment):
            (code,) = reference_answers(assignment)[cell["id"]]
        if cell["cell_type"] == "code" and "not-graded" not in cell["metadata"].get("tags", []):
            if code.startswith("### CHECK"):
                code = re.sub(r"^ex\.check\(", "VERDICT = ex.check(", code, flags=re.MULTILINE)
            exec(code, place)
            if "VERDICT" in place:
                shown.append(place.pop("VERDICT"))
    assert all(isinstance(verdict, Verdict) for verdict in shown)
    statuses = {part.status for verdict in shown for part in verdict.parts}
    assert statuses == ({"passed"} if solved else {"not attempted"})
    assert len(shown) == len(assignment.of_kind("check"))
