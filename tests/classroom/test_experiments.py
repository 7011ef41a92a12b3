"""The assignment on experiments: what each typical mistake costs, graded as one class."""

import json
import re
from pathlib import Path

import pytest
from samples import handed_in, write

from coursekit.classroom.apart.sandbox import obstacle
from coursekit.classroom.assemble import reference_answers
from coursekit.classroom.grading import grade
from coursekit.classroom.release import release
from coursekit.classroom.source import read_source

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle())
SOURCE = Path(__file__).parents[2] / "notebooks" / "assignments" / "experiments.ipynb"
SOLUTION = {name: code for name, (code,) in reference_answers(read_source(SOURCE)).items()}
ALL = {"rates": 4, "iterations": 3, "points": 5, "size": 3, "activation": 3}
CHANGES = {  # name -> cell, pattern, replacement, what is left of which part
    "right": ("rates", "runs", "found", {}),
    "another budget": ("rates", r", iterations=iterations", "", {"rates": 0}),
    "at the end": ("rates", r'runs\["reached"\]', 'runs["final_accuracy"].__ge__(0.99)', {"rates": 0}),
    "over the rates": ("rates", "axis=1", "axis=0", {"rates": 0}),
    "shares": ("rates", r"\.sum", ".mean", {"rates": 0}),
    "failures first": ("wait", r"firsts\[firsts >= 0\]", "firsts", {"iterations": 0.6}),
    "never at once": ("wait", "firsts >= 0", "firsts > 0", {"iterations": 2.4}),
    "one late": ("wait", r"arrived\[how_many - 1\]", "arrived[how_many]", {"iterations": 0}),
    "a constant": ("wait", r"(?s)    arrived.*", "    return -1", {"iterations": 0}),
    "the rate as it is": ("points", "rate \\* size if summed else rate", "rate", {"points": 2}),
    "the rate divided": ("points", "rate \\* size", "rate / size", {"points": 2}),
    "the mean": ("points", "median", "mean", {"points": 0}),
    "one size": ("points", "n_points=size", "n_points=500", {"points": 0}),
    "the first size": ("size", r"min\((.*)\)$", r"next((s for s in sizes[:1]), -1)", {"size": 0}),
    "more than": ("size", ">= how_many", "> how_many", {"size": 0}),
    "one error": ("judge", "2 \\* np.sqrt", "np.sqrt", {"activation": 1}),
    "any gap": ("judge", "2 \\* np.sqrt", "0 * np.sqrt", {"activation": 0}),
    "only a": ("judge", 'else "b" if gap < -margin ', "", {"activation": 0}),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    released = json.loads(release(read_source(SOURCE)))
    write(folder / "in" / "untouched.ipynb", released)
    for name, (cell, pattern, replacement, _) in CHANGES.items():
        code, times = re.subn(pattern, replacement, SOLUTION[cell])
        assert times, name
        write(folder / "in" / f"{name}.ipynb", handed_in(released, SOLUTION | {cell: code}))
    return {record.learner: record for record in grade(SOURCE, folder / "in", folder / "out", seed=7)}


@pytest.mark.parametrize("name", CHANGES)
def test_a_typical_mistake_costs_what_its_author_expects(name, graded):
    earned = {part.name.split("-")[-1]: round(part.earned, 1) for part in graded[name].parts}
    wanted = ALL | CHANGES[name][3]
    assert earned == wanted, [step.message for part in graded[name].parts for step in part.steps]


def test_an_untouched_notebook_earns_nothing(graded):
    assert graded["untouched"].total == 0
    assert graded["untouched"].points == 24
