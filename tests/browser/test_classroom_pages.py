"""Pages of the classroom in Chromium: axe-core finds nothing, no script runs, and they are readable."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from explorer_page import violations
from lab import chromium_page

from coursekit.classroom.records import PartGrade, Record, Step
from coursekit.classroom.report.class_page import class_page
from coursekit.classroom.report.feedback import feedback_page, rubric_page
from coursekit.classroom.report.marks import Hand
from coursekit.classroom.report.results import make_results
from coursekit.classroom.source import read_source

EVIL = "</p><script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>"
SOURCE = Path(__file__).parents[2] / "notebooks" / "assignments" / "backpropagation.ipynb"
NAMED = "Your dW1 is what comes out when the points are summed and not averaged. (dW2 is right.)"


def record(assignment, learner, **more):
    """Return a record in which everything that a page can show is there."""
    steps = (
        Step("a network", False, "It is 20 times that.\nWhere does 1/n enter?", NAMED, "summed"),
        Step("another", False, "received nan at index [3], which is no number"),
        Step("a third", True, "passed"),
        Step("left open", False, "not attempted"),
    )
    checks = assignment.of_kind("check")
    parts = [PartGrade(cell.name, cell.points, cell.points / 2, steps, (EVIL,)) for cell in checks]
    parts[-1] = replace(parts[-1], rests_on=(checks[0].name,))
    code = "def backward(W1, W2, X, y, forward_pass):\n" + "    return X @ W1  # and a long comment" * 9
    answers = {cell.name: [code] for cell in assignment.of_kind("solution")}
    made = {"flags": (EVIL,), "problem": EVIL, "written": {"reading-the-curves": EVIL * 9}}
    outputs = {name: "[0.5 0.25]" for name in answers}
    return Record(
        learner, "a.ipynb", 30.0, parts=tuple(parts), answers=answers, outputs=outputs, **made, **more
    )


def pages():
    assignment = read_source(SOURCE)
    graded = [record(assignment, name) for name in ("Ada Byron", "Bo Li", EVIL)]
    hands = {"Ada Byron": Hand({"reading-the-curves": 2.5}, EVIL, 2, 10)}
    made = make_results(assignment, graded, hands, lambda name: "page.html")
    return {
        "feedback": feedback_page(assignment, made[0]),
        "unmarked": feedback_page(assignment, made[2]),
        "class": class_page(assignment, made, [("Ada Byron", "Bo Li", 0.9)]),
        "rubric": rubric_page(assignment, made),
    }


PAGES = pages()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wrong_for_axe_and_no_script_runs(name, scheme, tmp_path):
    outside = []
    with chromium_page(width=900, outside=outside) as page:
        page.emulate_media(color_scheme=scheme)
        page.set_content(PAGES[name])
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        assert violations(page, "html") == []
        assert page.evaluate("window.hurt") is None
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=tmp_path / f"{name}-{scheme}.png", full_page=True)
    assert outside == []
