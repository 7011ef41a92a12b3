"""What keeps a submission apart: the command, and what is said where there is none."""

import json
import os

import pytest

from coursekit.classroom import grading
from coursekit.classroom.apart import sandbox


@pytest.fixture
def no_bubblewrap(monkeypatch):
    for function in (sandbox.level, sandbox.obstacle):
        function.cache_clear()
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    yield
    for function in (sandbox.level, sandbox.obstacle):
        function.cache_clear()


def test_without_bubblewrap_there_are_limits_and_a_small_environment(no_bubblewrap):
    assert sandbox.level() == "limits"
    made = sandbox.environment("/somewhere")
    assert made["HOME"] == "/somewhere"
    assert "COURSEKIT_SECRET" not in made
    command = sandbox.kernel_command({"cpu": 1}, "/somewhere", "/provided")
    assert command[1].endswith("kernel.py")
    settings = {"limits": {"cpu": 1}, "user": None, "places": None, "provided": "/provided"}
    assert json.loads(command[2]) == settings


def test_root_becomes_somebody_else_or_refuses(no_bubblewrap, monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert sandbox.user_of(7) == sandbox.FIRST_USER + 7
    assert sandbox.as_user(5)["user"] == 5
    monkeypatch.setattr(sandbox.sys, "executable", str(tmp_path / "no-python"))
    assert "Install bubblewrap" in sandbox.obstacle()
    with pytest.raises(OSError, match="Install bubblewrap"):
        grading.grade("source", "folder", tmp_path / "results")


def test_an_ordinary_user_stays_who_they_are(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert sandbox.user_of(7) is None
    assert sandbox.as_user(None) == {}


@pytest.mark.skipif(sandbox.level() != "bubblewrap", reason="there is no bubblewrap here")
def test_the_sandbox_shows_nothing_but_the_system_and_this_python():
    assert sandbox.environment("/somewhere") == {}
    command = sandbox.kernel_command({}, "/t", "/provided")
    assert "--unshare-all" in command
    assert "--bind" not in command  # nothing is written to
    shown = [command[i + 1] for i, part in enumerate(command) if part == "--ro-bind"]
    assert os.path.expanduser("~") not in shown
    assert json.dumps(command).count("--clearenv") == 1
