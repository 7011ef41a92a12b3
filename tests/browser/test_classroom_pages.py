"""Feedback and class page in Chromium: axe-core finds nothing, no script runs, and they are readable."""

from dataclasses import replace
from importlib.resources import files

import pytest
from explorer_page import violations
from lab import chromium_page, find_chromium

from coursekit.classroom.class_page import class_page
from coursekit.classroom.feedback import feedback_page
from coursekit.classroom.records import PartGrade, Record, Step

pytest.importorskip("playwright", reason="the browser tests need the extra: pip install -e '.[browser]'")
pytestmark = pytest.mark.skipif(
    find_chromium() is None, reason="no Chromium found: install the system package chromium"
)
EVIL = "</p><script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>"
STEPS = (
    Step("a network", False, "The points are summed. Where does 1/n enter?", mistake="summed"),
    Step("another", True, "passed"),
)
PART = PartGrade("backward", 4.0, 2.0, STEPS, stopped=(EVIL,))
RECORD = Record(
    EVIL,
    "a.ipynb",
    4.0,
    flags=(EVIL,),
    problem=EVIL,
    parts=(PART,),
    carried=(replace(PART, earned=3.0),),
    written={"why": EVIL},
)
PAGES = {
    "feedback": feedback_page("backpropagation", RECORD),
    "class": class_page("backpropagation", [RECORD] * 3, [("ada", "bo", 0.9)]),
}


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
