"""The released file in an empty folder: started, a lesson answered, a next version with the answer kept.

Not in the gate: it installs everything from the network. `.ci/outside` runs it.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
ANSWER = "def my_sigmoid(z):\n    return 1 / (1 + np.exp(-z))"
PASSED = "Exercise 1: the sigmoid: 3 of 3 parts passed"


def unpack(tree, tmp_path):
    """Pack a tree, unpack the archive elsewhere, and return its folder."""
    command = [sys.executable, tree / ".ci" / "pack", tmp_path / "dist"]
    (line,) = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    with zipfile.ZipFile(line) as archive:
        archive.extractall(tmp_path / "téléchargé ici")
    return tmp_path / "téléchargé ici" / Path(line).stem


def next_version(tmp_path):
    """Return a copy of the tree, one version later: two cells of lesson 02 say more."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    tree = tmp_path / "next"
    for name in listed:
        if name and (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    subprocess.run(["git", "init", "-q", tree], check=True)
    for name in ("pyproject.toml", "coursekit/__init__.py"):
        text = (tree / name).read_text(encoding="utf-8")
        assert '"0.1.0"' in text
        (tree / name).write_text(text.replace('"0.1.0"', '"0.2.0"'), encoding="utf-8")
    lesson = tree / "notebooks" / "02_build_forward_pass.ipynb"
    edit(
        lesson,
        lambda cell: cell["id"] in ("02-title", EXERCISE) and cell["source"].append("\n\nNewer words."),
    )
    return tree


def edit(path, change):
    content = json.loads(path.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        change(cell)
    path.write_text(json.dumps(content), encoding="utf-8")


EXERCISE, ATTEMPT = "02-sigmoid-exercise", "02-sigmoid-attempt"


def run(home, *command):
    """Run a command as a learner does, with nothing of this environment; return what it prints."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    done = subprocess.run(command, env={**kept, "HOME": str(home)}, capture_output=True, text=True, cwd=home)
    assert done.returncode == 0, done.stderr
    return done.stdout


def outputs(home, lesson):
    """Run a lesson in the learner's own environment; return what its cells print."""
    python = home / "coursekit-lessons" / ".venv" / "bin" / "python"
    convert = ["-m", "nbconvert", "--execute", "--to", "notebook", "--stdout"]
    cells = json.loads(run(home, python, *convert, lesson))["cells"]
    return {cell["id"]: "".join(map(text, cell.get("outputs", ()))) for cell in cells}


def text(output):
    return "".join(output.get("text") or output.get("data", {}).get("text/plain", ""))


def test_from_the_empty_folder_to_the_next_version(tmp_path):
    home = tmp_path / "maison"
    home.mkdir()
    said = run(home, "sh", unpack(ROOT, tmp_path) / "start.sh", "", "--version")
    assert said.count(": new\n") == 10
    lesson = home / "coursekit-lessons" / "02_build_forward_pass.ipynb"
    edit(lesson, lambda cell: cell["id"] == ATTEMPT and cell.update(source=[ANSWER]))
    assert PASSED in outputs(home, lesson)["02-sigmoid-check"]

    said = run(home, "sh", unpack(next_version(tmp_path), tmp_path) / "start.sh", "", "--version")
    assert f"{lesson.name}: 2 cells changed (02-title, {EXERCISE}); what you wrote in 1 cells is kept" in said
    assert said.count("changed") == 1
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(lesson.read_text("utf-8"))["cells"]}
    assert cells[ATTEMPT] == ANSWER
    assert cells[EXERCISE].endswith("Newer words.")
    assert PASSED in outputs(home, lesson)["02-sigmoid-check"]
    doctor = outputs(home, lesson.with_name("00_start_here.ipynb"))["00-doctor-report"]
    assert doctor.count(": fine\n") == 8
    assert "This is coursekit 0.2.0 of " in doctor
