"""The released file: what is in it, and what its start does. `.ci/outside` takes it elsewhere for real."""

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

import coursekit as ck

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """The archive, opened."""
    command = [sys.executable, ROOT / ".ci" / "pack", tmp_path_factory.mktemp("dist")]
    (line,) = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    with zipfile.ZipFile(line) as archive:
        yield archive


def test_it_holds_the_wheel_the_lessons_and_a_start_for_three_systems(packed):
    top, name = f"coursekit-{ck.__version__}", f"coursekit-{ck.__version__}-py3-none-any.whl"
    assert Path(packed.filename).name == f"{top}.zip"
    lessons = {f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")}
    starts = {"start.py", "start.sh", "start.command", "start.bat"}
    wanted = {name, "READ_ME.txt", "SHA256SUMS", "notebooks/images/explorer.png"} | starts | lessons
    assert set(packed.namelist()) == {
        f"{top}/{name}" for name in wanted
    }  # so no assignment with its solutions
    for lesson in lessons:
        assert packed.read(f"{top}/{lesson}") == (ROOT / lesson).read_bytes()
    assert packed.getinfo(f"{top}/start.command").external_attr >> 16 & 0o111
    for text in ("READ_ME.txt", "start.bat"):
        assert packed.read(f"{top}/{text}").count(b"\n") == packed.read(f"{top}/{text}").count(b"\r\n") > 3
    assert f"coursekit {ck.__version__}:" in packed.read(f"{top}/READ_ME.txt").decode()


def test_every_file_has_its_checksum(packed):
    top = f"coursekit-{ck.__version__}"
    sums = packed.read(f"{top}/SHA256SUMS").decode().splitlines()
    found = {f"{top}/{name}": digest for digest, name in (line.split("  ", 1) for line in sums)}
    assert set(found) == set(packed.namelist()) - {f"{top}/SHA256SUMS"}
    for name, digest in found.items():
        assert hashlib.sha256(packed.read(name)).hexdigest() == digest


def test_the_version_and_its_date_are_said_alike_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"^- \*\*(.*)\*\* \((\d{4}-\d\d-\d\d)\): \w", README, re.MULTILINE).groups()
    assert newest == (project["version"], ck.__date__) == (ck.__version__, ck.__date__)
    assert f"*coursekit*, version {ck.__version__} ({ck.__date__[:4]})" in README


# The start


@pytest.fixture
def start(packed, tmp_path, monkeypatch):
    """`start.py` in an unpacked folder; what it runs is written down instead, and succeeds."""
    packed.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    spec = importlib.util.spec_from_file_location("start", folder / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ran = []

    def run(*command):
        ran.append([str(part) for part in command])
        if "venv" in command:
            python = Path(command[-1]) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
            python.parent.mkdir(parents=True)
            python.touch()
        return module.fails and module.fails in " ".join(ran[-1])

    monkeypatch.setattr(module, "run", run)
    module.ran, module.here, module.fails = ran, folder, ""
    return module


def test_the_steps_of_a_first_start_and_of_a_second(start, tmp_path):
    mine = tmp_path / "mes leçons"
    assert not start.main(str(mine), "--no-browser")
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    wheel = f"{start.here / f'coursekit-{ck.__version__}-py3-none-any.whl'}[lab,grade]"
    then = [
        [*install, wheel],
        ["-m", "coursekit", "start", str(mine)],
        ["-m", "jupyterlab", str(mine / "00_start_here.ipynb"), "--no-browser"],
    ]
    assert start.ran[0] == [sys.executable, "-m", "venv", str(mine / ".venv")]
    assert [command[1:] for command in start.ran[1:]] == then
    assert all(command[0].startswith(str(mine / ".venv")) for command in start.ran[1:])
    start.ran.clear()
    start.main(str(mine), "--no-browser")
    assert [command[1:] for command in start.ran] == then


def test_in_a_room_without_network_nothing_is_asked_of_it(start, tmp_path):
    (start.here / "wheels").mkdir()
    start.main(str(tmp_path / "mine"))
    assert ["--no-index", "--find-links", str(start.here / "wheels")] == start.ran[1][6:9]


def test_without_a_home_that_can_be_written_the_lessons_lie_beside_the_file(start, monkeypatch, tmp_path):
    monkeypatch.setattr(start.os.path, "expanduser", lambda _: str(tmp_path / "home"))
    assert start.default_folder() == start.here.parent / "coursekit-lessons"
    (tmp_path / "home").mkdir()
    assert start.default_folder() == tmp_path / "home" / "coursekit-lessons"


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"PK")])
def test_a_damaged_file_is_named_before_anything_is_done(start, tmp_path, damage):
    (wheel,) = start.here.glob("*.whl")
    damage(wheel)
    assert start.main(str(tmp_path / "mine")).startswith(
        f"Damaged or missing: {wheel.name}. Unpack the file again"
    )
    assert not start.ran
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("venv", "apt install python3-venv"),
        ("pip", "Start again to go on"),
        (" start ", "could not be copied"),
    ],
)
def test_a_step_that_fails_is_the_last_one(start, tmp_path, step, said):
    start.fails = step
    assert said in start.main(str(tmp_path / "mine"))
    assert step in " ".join(start.ran[-1])


def test_an_older_python_is_refused(start, monkeypatch, tmp_path):
    older = SimpleNamespace(version_info=(3, 10), version="3.10.4 (main)", executable="/old/python")
    monkeypatch.setattr(start, "sys", older)
    said = start.main(str(tmp_path / "mine"))
    assert said == "Python 3.11 or newer is needed; this is 3.10.4, /old/python."
    assert not start.ran


@pytest.mark.skipif(os.name == "nt", reason="sh is of Linux and macOS")
def test_the_shell_looks_for_a_python_that_is_new_enough(tmp_path):
    def python(name, status):
        (tmp_path / name).write_text(f'#!/bin/sh\n[ "$1" = -c ] && exit {status}\necho {name} "$@"\n')
        (tmp_path / name).chmod(0o755)

    def said():
        command = ["/bin/sh", ROOT / ".ci" / "released" / "start.sh", "a b"]
        return subprocess.run(command, env={"PATH": f"{tmp_path}:{tools}"}, capture_output=True, text=True)

    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "dirname").symlink_to("/usr/bin/dirname")
    python("python3", 1)
    assert said().returncode == 1
    assert "Python 3.11 or newer is needed" in said().stderr
    python("python3.12", 0)
    assert said().stdout == f"python3.12 {ROOT / '.ci' / 'released'}/start.py a b\n"
