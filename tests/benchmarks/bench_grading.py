"""Seconds for a class of copies of the shipped assignment, beside nbgrader's autograde and feedback.

Run as ``python tests/benchmarks/bench_grading.py PATH_OF_NBGRADER [SUBMISSIONS] [ROUNDS]`` with an nbgrader
that is installed in a virtual environment of its own, with numpy and matplotlib. The two take turns; nbgrader
runs the public checks alone, which is less.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from coursekit.classroom.assemble import reference_answers
from coursekit.classroom.release import release
from coursekit.classroom.source import read_source

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "notebooks" / "assignments" / "backpropagation.ipynb"


def solved(assignment):
    """Return the learner's notebook with right answers, without the cell that trains for long."""
    made = json.loads(release(assignment))
    answers = reference_answers(assignment)
    made["cells"] = [cell for cell in made["cells"] if cell["id"] != "look-show"]
    for cell in made["cells"]:
        cell["source"] = answers.get(cell["id"], [cell["source"]])[0]
    return json.dumps(made)


def watched(command, folder):
    """Run a command; return its seconds and the most memory (PSS, MB) that it and its children had."""
    started, most = time.perf_counter(), 0
    run = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ended = threading.Event()

    def look():
        nonlocal most
        while not ended.wait(0.5):
            total = 0
            for process in [run, *psutil.Process(run.pid).children(recursive=True)]:
                try:
                    total += psutil.Process(process.pid).memory_full_info().pss
                except psutil.Error:
                    continue
            most = max(most, total)

    watcher = threading.Thread(target=look)
    watcher.start()
    code = run.wait()
    seconds = time.perf_counter() - started
    ended.set()
    watcher.join()
    return seconds, most / 1e6, code


def main(nbgrader, submissions=20, rounds=3):
    """Print the seconds of both, round by round, and the ratio."""
    os.environ["PYTHONPATH"] = str(ROOT)
    os.environ["PATH"] = f"{Path(nbgrader).parent}{os.pathsep}{os.environ['PATH']}"  # it calls alembic
    with tempfile.TemporaryDirectory() as scratch:
        ours, theirs = Path(scratch) / "ours", Path(scratch) / "theirs"
        text = solved(read_source(SOURCE))
        for i in range(submissions):
            for place in (ours / "in" / f"l{i}", theirs / "submitted" / f"l{i}" / "ps1"):
                place.mkdir(parents=True)
                (place / "ps1.ipynb").write_text(text)
        (theirs / "source" / "ps1").mkdir(parents=True)
        (theirs / "source" / "ps1" / "ps1.ipynb").write_text(text)
        (theirs / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'c'\n")
        made = subprocess.run(
            [nbgrader, "generate_assignment", "ps1"], cwd=theirs, capture_output=True, text=True
        )
        if made.returncode:
            raise SystemExit(made.stderr[-2000:])
        ratios = []
        for i in range(rounds):
            out = ours / f"out{i}"
            mine = watched(
                [sys.executable, "-m", "coursekit", "grade", SOURCE, ours / "in", "--to", out], ours
            )
            graded = watched([nbgrader, "autograde", "ps1", "--force"], theirs)
            fed_back = watched([nbgrader, "generate_feedback", "ps1", "--force"], theirs)
            done = sorted((out / "grades").iterdir(), key=lambda path: path.stat().st_mtime)
            their_seconds = graded[0] + fed_back[0]
            ratios.append(their_seconds / mine[0])
            print(
                f"round {i}: coursekit {mine[0]:.1f} s, {mine[1]:.0f} MB, {len(done)} grades;"
                f" nbgrader {graded[0]:.1f} + {fed_back[0]:.1f} s, {graded[1]:.0f} MB,"
                f" status {graded[2]} {fed_back[2]}; {ratios[-1]:.1f} times"
            )
            shutil.rmtree(out)
    print(f"{submissions} submissions: median {sorted(ratios)[rounds // 2]:.1f} times as fast")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
