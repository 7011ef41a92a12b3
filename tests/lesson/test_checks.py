"""Checks that stand beside the lessons: run by name, on what the notebook holds."""

import numpy as np
import pytest

import coursekit as ck
from coursekit.lesson import checks
from coursekit.lesson.checks import own_lines, ready, run_check

FILE = """
from coursekit.lesson import exercises as ex
from coursekit.lesson.questions import ask


def recall():
    return ask("One?", {"a": "Yes.", "b": "No?"}, "a"), ask("Two?", {"a": "Yes.", "b": "No?"}, "b")


def half_of_it(my_half, whole):
    right = ready_half_of_it(whole)
    return ex.check("Half", ex.compare("half", my_half, right))


def ready_half_of_it(whole):
    return whole / 2
"""


@pytest.fixture(autouse=True)
def lesson(monkeypatch, tmp_path):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "42.py").write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(checks, "lessons", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)


def in_notebook(code, **names):
    return eval(code, {"run_check": run_check, "ready": ready, **names})


def test_a_check_sees_what_the_notebook_holds_and_what_passed_is_kept(tmp_path):
    assert not in_notebook('run_check("42-half-of-it")', whole=3.0, my_half=1.0).passed
    assert not (tmp_path / ".coursekit_progress.json").exists()
    assert in_notebook('run_check("42-half-of-it")', whole=3.0, my_half=1.5).passed
    assert '"Half"' in (tmp_path / ".coursekit_progress.json").read_text(encoding="utf-8")
    assert in_notebook('ready("42-half-of-it")', whole=3.0) == 1.5


def test_a_cell_that_python_cannot_read_is_told_in_place_of_what_was_there_before(tmp_path):
    names = {"whole": 3.0, "my_half": 1.5}
    found = in_notebook('run_check("42-half-of-it")', In=["my_half = 1.5", "my_half = (1.6"], **names)
    assert "(line 1), so my_half is still what it was." in repr(found)
    assert not (tmp_path / ".coursekit_progress.json").exists()
    cells = ["my_half = (1.6", "my_half = 1.5", "if my_half == (1.5:"]
    assert in_notebook('run_check("42-half-of-it")', In=cells, **names).passed


def test_what_has_not_been_run_and_what_is_not_there_is_said():
    with pytest.raises(NameError, match="my_half and whole not there yet"):
        in_notebook('run_check("42-half-of-it")')
    for name in ("42-third", "41-half-of-it"):
        with pytest.raises(ValueError, match=f"no check is called '{name}'"):
            in_notebook(f'run_check("{name}")', whole=3.0)


def test_questions_are_shown_and_say_once_how_to_do_without_buttons(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *questions: shown.extend(questions))
    assert in_notebook('run_check("42-recall")') is None
    one, two = map(repr, shown)
    assert one.splitlines() == ["One?", "  (a) a", "  (b) b"]
    assert two.endswith('as in run_check("42-recall", "a", "c", "b"), and run the cell.')


def test_questions_are_answered_by_letters(capsys):
    in_notebook('run_check("42-recall", "b", "b")')
    assert capsys.readouterr().out == "✗ Not yet. No?\n✓ Right. No?\n"


def test_a_function_that_asks_the_course_for_its_answer_is_told():
    asks, deep = (lambda y, p: ck.log_loss(y, p)), (lambda y, p: [ck.log_loss(y, p) for _ in y])
    other = lambda z: ck.ACTIVATIONS["tanh"].value(z)  # noqa: E731
    for function in (asks, deep):
        (part,) = own_lines(function, "ck.log_loss", "ck.train")
        assert part.message.startswith("Your function calls ck.log_loss.")
    for function in (other, np.mean, ..., None, 3):
        assert not own_lines(function, "ck.log_loss", "ck.train")
