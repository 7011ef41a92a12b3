"""Every lesson in each of the surroundings of `test_surroundings.py`, one by one; and in three front ends."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from lab import chromium_page, jupyter_lab, run_notebook, shown_by  # noqa: E402
from test_surroundings import lessons, run  # noqa: E402, F401

LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
HOME = {"HOME": "/root" if Path("/root").is_dir() else str(Path.home())}
BIND = ["bwrap", "--dev-bind", "/", "/"]
SURROUNDINGS = {
    "spaces and accents": ([], HOME),
    "LC_ALL=C": ([], {**HOME, "LC_ALL": "C"}),
    "ASCII alone": ([], {**HOME, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}),
    "no variable HOME": ([], {}),
    "no such home": ([], {"HOME": "/dev/null/home", "JUPYTER_RUNTIME_DIR": "/tmp/coursekit-runtime"}),
    "a read-only home": ([*BIND, "--ro-bind", HOME["HOME"], HOME["HOME"]], HOME),
    "a read-only folder": ([*BIND, "--ro-bind", "FOLDER", "FOLDER"], HOME),
    "no network": ([*BIND, "--unshare-net"], HOME),
}


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("what", SURROUNDINGS)
def test_a_lesson_runs(lessons, what, name):  # noqa: F811
    sandbox, environment = SURROUNDINGS[what]
    folder = [str(lessons) if part == "FOLDER" else part for part in sandbox]
    run(lessons / name, lessons, *folder, **environment)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_runs_from_another_working_directory(lessons, tmp_path, name):  # noqa: F811
    run(lessons / name, tmp_path, **HOME)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    root, scratch = tmp_path_factory.mktemp("mes leçons à moi"), tmp_path_factory.mktemp("scratch")
    for name in LESSONS:
        shutil.copy(ROOT / "notebooks" / name, root)
    with jupyter_lab(root, scratch) as address:
        yield address


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("program", ["lab", "notebook"])
def test_a_lesson_runs_in_the_front_end(address, program, name):
    with chromium_page() as page:
        cells = run_notebook(page, shown_by(program, address), name)
    outputs = [(cell["id"], output) for cell in cells for output in cell["outputs"]]
    assert not [
        pair for pair in outputs if pair[1]["output_type"] == "error" or pair[1].get("name") == "stderr"
    ]


@pytest.mark.parametrize("name", LESSONS)
def test_voila_shows_a_lesson(address, name):
    with chromium_page() as page:
        page.goto(shown_by("voila", address).format(name), timeout=600_000)
        page.wait_for_selector(".jp-OutputArea", timeout=600_000)
        wrong = [f"[data-mime-type='application/vnd.jupyter.{kind}']" for kind in ("error", "stderr")]
        assert page.locator(", ".join(wrong)).all_inner_texts() == []
        assert page.locator(".jp-OutputArea img").count() + page.locator(".jp-OutputArea svg").count()
