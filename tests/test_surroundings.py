"""Lessons in odd surroundings: a read-only folder, a path with accents, no home, no network, LC_ALL=C.

Here one lesson in all of them at once; `.ci/outside surroundings.py` tries every lesson in each of them.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
where = {"metadata": {"path": sys.argv[2]}}
NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where).execute()
sys.stdout.buffer.write(nbformat.writes(notebook).encode())
"""


@pytest.fixture
def lessons(tmp_path):
    folder = tmp_path / "mes leçons à moi"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns("assignments"))
    return folder


def run(lesson, folder, *sandbox, **environment):
    """Run a lesson in a folder, with nothing but this environment; return what its cells print."""
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*sandbox, sys.executable, "-c", EXECUTE, lesson, folder]
    done = subprocess.run(command, env=kept | environment, cwd="/", capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    outputs = [(c["id"], o) for c in json.loads(done.stdout)["cells"] for o in c.get("outputs", ())]
    assert not [pair for pair in outputs if pair[1].get("name") == "stderr" and "matplotlib" not in str(pair)]
    said = dict.fromkeys((name for name, _ in outputs), "")
    for name, output in outputs:
        said[name] += "".join(output.get("text", ()))
    return said


@pytest.mark.skipif(
    not shutil.which("bwrap"), reason="bubblewrap makes folders read-only and takes the network"
)
def test_all_at_once(lessons, tmp_path):
    sandbox = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", lessons, lessons, "--unshare-net"]
    (tmp_path / "home").write_text("no folder")
    odd = {"HOME": str(tmp_path / "home"), "LC_ALL": "C", "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    said = run(lessons / "00_start_here.ipynb", lessons, *sandbox, **odd)
    assert "this folder: read-only. Copy the lessons to a folder of yours" in said["00-doctor-report"]
    assert said["00-doctor-report"].count(": fine\n") == 7
    assert not list(lessons.glob(".coursekit*"))


def test_a_kernel_that_works_elsewhere_hears_of_it(lessons, tmp_path):
    said = run(lessons / "00_start_here.ipynb", tmp_path, HOME=str(tmp_path))
    assert (
        f"this folder: {tmp_path} holds no lessons. Open the lessons where they lie"
        in said["00-doctor-report"]
    )
