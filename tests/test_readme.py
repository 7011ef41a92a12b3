"""The README keeps its word: its API lines run, its links and minutes are right."""

import re
from pathlib import Path

import pytest
from lesson import cells, lessons

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


def test_the_api_lines_run_and_say_what_they_promise(capsys):
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len([line for line in block.splitlines() if line]) <= 10
    exec(compile(block, "README.md", "exec"), {})
    said = capsys.readouterr().out
    assert said.startswith("gradient check: agrees")
    assert float(re.search(r"last accuracy ([\d.]+)", said).group(1)) > 0.9


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
