"""The README keeps its word: its API lines run, its links and minutes are right."""

import re
from pathlib import Path

import numpy as np
import pytest
from notebook_cells import cells, lessons

import coursekit as ck

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def run(block, **names):
    exec(compile(block, "README.md", "exec"), names)


def test_the_api_lines_run_and_say_what_they_promise(capsys):
    assert len([line for line in PYTHON[0].splitlines() if line]) <= 10
    run(PYTHON[0])
    said = capsys.readouterr().out
    assert said.startswith("gradient check: agrees")
    assert float(re.search(r"last accuracy ([\d.]+)", said).group(1)) > 0.9


def test_the_sweep_lines_run_with_fewer_seeds(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "range(50)" in PYTHON[1]
    run(PYTHON[1].replace("range(50)", "range(1), iterations=10"), ck=ck, np=np)
    n = len(ck.PATTERNS)
    assert f"{n} pattern x 2 learning_rate x 1 seed: {2 * n} networks" in capsys.readouterr().out
    assert (tmp_path / "runs.ck").stat().st_size > 100
    assert len((tmp_path / "circle.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_the_lines_for_a_cluster_run_on_a_local_one():
    distributed = pytest.importorskip("distributed", reason="needs the extra: pip install -e '.[dask]'")
    options = dict(n_workers=1, threads_per_worker=1, dashboard_address=None)
    block = PYTHON[2]
    assert '"scheduler-address:8786"' in block
    assert "range(10_000)" in block
    block = block.replace('"scheduler-address:8786"', "cluster").replace(
        "range(10_000)", "range(2), iterations=10"
    )
    with distributed.LocalCluster(**options) as cluster:
        run(block, ck=ck, cluster=cluster)


def test_set_up_is_two_lines_each_with_pip_and_with_conda():
    with_pip = [line for line in COMMANDS if line.startswith("python3 -m venv")]
    with_conda = [line for line in COMMANDS if line.startswith("conda")]
    for first, second in (with_pip, with_conda):
        assert re.search(r"jupyter lab notebooks/00_start_here\.ipynb$", first)
        assert second.endswith("pytest")


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?:)([^)]+)\)", README))
def test_links_lead_somewhere(target):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_the_index_gives_the_minutes_of_each_lesson(path):
    (row,) = (line for line in README.splitlines() if f"notebooks/{path.name}" in line and line[0] == "|")
    title = "".join(cells(path)[f"{path.name[:2]}-title"]["source"])
    assert re.search(rf"\b{row.split('|')[-3].strip()} minutes\b", title)


def test_the_map_of_the_house_names_what_is_there():
    rows = re.findall(r"^\| (?:a|an|another) .*$", README, re.MULTILINE)
    assert len(rows) == 10
    for row in rows:
        names = re.findall(r"`([\w/.]+)`", row.split("|")[2])
        assert 1 <= len(names) <= 2, row
        for name in names:
            assert (ROOT / name).exists() or (ROOT / "coursekit" / name).exists(), name
