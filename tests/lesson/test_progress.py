"""Progress: what is kept, what is shown, and a file that is missing, broken, or not ours."""

import json
import os
import re
import stat
from pathlib import Path

import pytest

from coursekit.lesson import exercises as ex
from coursekit.lesson import files, progress
from coursekit.lesson.progress import keep, show_course, show_progress

FILE = Path(progress.FILE)
TITLES = ["Exercise 1: sigmoid", "Exercise 2: <forward>", "Exercise 3: square"]


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def verdict(title, passed=True):
    return ex.check(title, ex.compare("p", 1 if passed else 2, 1))


def written():
    return json.loads(FILE.read_text(encoding="utf-8"))


def test_without_a_file_all_is_open_and_nothing_is_written(own_folder):
    text = "Lesson 02: 0 of 3 exercises passed (still open: " + "; ".join(TITLES) + ")"
    assert repr(show_progress("02", TITLES)) == text
    assert repr(show_course({"02": 3})).startswith("Lesson 02")
    given = verdict(TITLES[0], passed=False)
    assert keep("02", given) is given
    assert keep("02", ex.check(TITLES[0], ex.compare("p", ..., 1))).passed is False
    assert list(own_folder.iterdir()) == []


def test_what_passed_is_kept_and_shown(capsys):
    given = verdict(TITLES[1])
    assert keep("02", given) is given
    keep("02", verdict(TITLES[2]))
    assert repr(show_progress("02", TITLES)) == (
        "Lesson 02: 2 of 3 exercises passed (still open: Exercise 1: sigmoid)"
    )
    assert "0 of 3" in repr(show_progress("03", TITLES))
    keep("02", verdict(TITLES[0]))
    assert repr(show_progress("02", TITLES)) == "Lesson 02: 3 of 3 exercises passed"
    assert capsys.readouterr().out == ""


def test_more_practice_is_counted_apart():
    line = "Lesson 02: 0 of 2 exercises passed (still open: Exercise 1: sigmoid; Exercise 2: <forward>)"
    assert (
        repr(show_progress("02", TITLES[:2], TITLES[2:])) == f"{line}; more practice: 0 of 1 exercise passed"
    )
    for title in TITLES:
        keep("02", verdict(title))
    line = "Lesson 02: 2 of 2 exercises passed; more practice: 1 of 1 exercise passed"
    assert repr(show_progress("02", TITLES[:2], TITLES[2:])) == line


def test_what_passed_once_stays_and_is_written_once(own_folder):
    keep("02", verdict(TITLES[0]))
    before = FILE.stat().st_mtime_ns, FILE.stat().st_ino
    keep("02", verdict(TITLES[0], passed=False))
    keep("02", verdict(TITLES[0]))
    assert (FILE.stat().st_mtime_ns, FILE.stat().st_ino) == before
    assert written() == {"format": 1, "passed": {"02": [TITLES[0]]}}
    assert list(own_folder.iterdir()) == [own_folder / FILE]


def test_lessons_do_not_mix_and_any_text_is_a_title():
    keep("02", verdict(TITLES[0]))
    keep("03", verdict(TITLES[0]))
    keep("03", verdict('ä "\\ \ud800 \n'))
    assert written()["passed"] == {"02": [TITLES[0]], "03": [TITLES[0], 'ä "\\ \ud800 \n']}


def test_deleting_the_file_starts_afresh():
    keep("02", verdict(TITLES[0]))
    FILE.unlink()
    assert "0 of 3" in repr(show_progress("02", TITLES))


def test_titles_that_the_lesson_does_not_have_do_not_count():
    keep("02", verdict("an old exercise"))
    assert "0 of 3" in repr(show_progress("02", TITLES))


def test_the_course_has_a_row_for_each_lesson_and_one_for_all():
    for title in TITLES[:2]:
        keep("01", verdict(title))
    keep("02", verdict(TITLES[0]))
    assert repr(show_course({"00": 2, "01": 3, "02": 1})).splitlines() == [
        "Lesson 00    □□            0 of 2 exercises passed",
        "Lesson 01    ■■□           2 of 3 exercises passed",
        "Lesson 02    ■             1 of 1 exercise passed",
        "All lessons  ■■■□□□        3 of 6 exercises passed",
    ]


@pytest.mark.parametrize(
    ("passed", "total", "full"),
    [(0, 100, 0), (1, 100, 1), (50, 100, 6), (99, 100, 11), (100, 100, 12), (3, 12, 3), (1, 1, 1), (0, 1, 0)],
)
def test_a_bar_is_full_only_at_the_end_and_empty_only_at_the_start(passed, total, full):
    bar = progress._bar(passed, total)
    assert bar.count("■") == full
    assert len(bar) == min(total, 12)


def test_repeated_and_surplus_titles_do_not_make_a_lesson_fuller():
    FILE.write_text(json.dumps({"format": 1, "passed": {"01": ["a"] * 9, "02": ["a", "b", "c"]}}))
    rows = repr(show_course({"01": 3, "02": 2})).splitlines()
    assert [re.search(r"\d+ of \d+", row)[0] for row in rows] == ["1 of 3", "2 of 2", "3 of 5"]


def test_html_says_the_same_and_is_escaped():
    keep("02", verdict(TITLES[0]))
    page = show_progress("02", TITLES)._repr_html_()
    assert "1 of 3 exercises passed" in page
    assert "Exercise 2: &lt;forward&gt;" in page
    assert "<forward>" not in page
    page = show_course({"<b>": 2, "02": 3})._repr_html_()
    assert "Lesson &lt;b&gt;" in page
    assert page.count("<tr>") == 3
    assert "1 of 3 exercises passed" in page


# Files that cannot be used

NOT_OURS = {
    "empty": b"",
    "no JSON": b"{'a': 1}",
    "cut off": b'{"format": 1, "passed": {"02": ["Exer',
    "no UTF-8": b"\xff\xfe\x00",
    "zeros": b"\0" * 100,
    "deep": b"[" * 100_000,
    "a long number": b"9" * 10_000,
    "a list": b"[]",
    "null": b"null",
    "another version": b'{"format": 2, "passed": {}}',
    "no version": b'{"passed": {}}',
    "more": b'{"format": 1, "passed": {}, "name": "x"}',
    "lessons as a list": b'{"format": 1, "passed": []}',
    "titles as a text": b'{"format": 1, "passed": {"02": "abc"}}',
    "titles as numbers": b'{"format": 1, "passed": {"02": [1, NaN]}}',
    "huge": b'{"format": 1, "passed": {"02": ["' + b"a" * 300_000 + b'"]}}',
}


def is_refused(capsys, reason):
    """Check that all three say one short sentence, and that none raises."""
    given = verdict(TITLES[0])
    assert keep("02", given) is given
    printed = capsys.readouterr().out
    assert re.fullmatch(rf"Progress cannot be kept: [^\n]*{reason}[^\n]*\.\n", printed), printed
    for shown in (show_progress("02", TITLES), show_course({"02": 3})):
        assert printed.strip() in repr(shown)
        assert "Progress cannot be kept" in shown._repr_html_()
        assert " of 3" not in repr(shown)  # nothing is known


@pytest.mark.parametrize("content", NOT_OURS.values(), ids=NOT_OURS)
def test_a_file_that_is_not_ours_is_left_alone(content, capsys):
    FILE.write_bytes(content)
    is_refused(capsys, "delete it to start afresh")
    assert FILE.read_bytes() == content


def test_a_folder_or_a_link_or_a_pipe_is_left_alone(own_folder, capsys):
    FILE.mkdir()
    is_refused(capsys, "is not an ordinary file")
    FILE.rmdir()
    FILE.symlink_to(own_folder / "elsewhere")
    is_refused(capsys, "is not an ordinary file")
    assert not (own_folder / "elsewhere").exists()
    FILE.unlink()
    if hasattr(os, "mkfifo"):
        os.mkfifo(FILE)  # reading it would wait for ever
        is_refused(capsys, "is not an ordinary file")


def test_a_read_only_file_is_shown_and_not_replaced(capsys):
    keep("02", verdict(TITLES[0]))
    FILE.chmod(stat.S_IRUSR)
    before = FILE.read_bytes()
    keep("02", verdict(TITLES[1]))
    assert capsys.readouterr().out == f"Progress cannot be kept: {FILE} is read-only.\n"
    assert FILE.read_bytes() == before
    first, second = repr(show_progress("02", TITLES)).splitlines()
    assert first.startswith("Lesson 02: 1 of 3 exercises passed")
    assert second == f"Progress cannot be kept: {FILE} is read-only."
    assert second in repr(show_course({"02": 3}))


def test_a_file_that_cannot_be_opened_is_reported(capsys, monkeypatch):
    keep("02", verdict(TITLES[0]))

    def refused(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refused)
    is_refused(capsys, r"cannot be read \(Permission denied\)")


@pytest.mark.parametrize("failing", ["replace", "fsync"])
def test_a_write_that_fails_leaves_the_old_file_and_no_other(own_folder, capsys, monkeypatch, failing):
    keep("02", verdict(TITLES[0]))
    before = FILE.read_bytes()

    def full(*args, **options):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, failing, full)
        keep("02", verdict(TITLES[1]))
    assert "cannot be written (No space left on device)." in capsys.readouterr().out
    assert FILE.read_bytes() == before
    assert list(own_folder.iterdir()) == [own_folder / FILE]


def test_a_read_only_folder_is_said_before_anything_is_lost(capsys, monkeypatch):
    monkeypatch.setattr(progress.os, "access", lambda *_: False)
    keep("02", verdict(TITLES[0]))
    assert capsys.readouterr().out == "Progress cannot be kept: this folder is read-only.\n"
    assert repr(show_progress("02", TITLES)).endswith("\nProgress cannot be kept: this folder is read-only.")
    assert not FILE.exists()


# Arguments


@pytest.mark.parametrize(
    ("call", "error", "rule"),
    [
        (lambda: keep(2, verdict("a")), TypeError, r"lesson must be a text \(str\); got 2"),
        (lambda: keep(" ", verdict("a")), ValueError, "lesson must not be empty"),
        (lambda: keep("02", True), TypeError, "verdict must be what exercises.check returns; got True"),
        (lambda: keep("02", None), TypeError, "verdict must be what exercises.check returns; got None"),
        (lambda: show_progress(None, TITLES), TypeError, "lesson must be a text.*None"),
        (lambda: show_progress("02", "abc"), TypeError, "exercises must be a list of titles; got 'abc'"),
        (lambda: show_progress("02", []), ValueError, "exercises must be between 1 and 1000; got 0"),
        (lambda: show_progress("02", ["a"] * 1001), ValueError, "exercises must be .*; got 1001"),
        (lambda: show_progress("02", ["a", "a"]), ValueError, "exercises must be different; got 'a' twice"),
        (lambda: show_progress("02", ["a"], "b"), TypeError, "practice must be a list of titles; got 'b'"),
        (lambda: show_progress("02", ["a"], ["b", 2]), TypeError, "each title in practice must be a text"),
        (lambda: show_progress("02", ["a", 1.5]), TypeError, "each title in exercises must be a text"),
        (lambda: show_course([("02", 3)]), TypeError, "lessons must be a dict"),
        (lambda: show_course({2: 3}), TypeError, "each lesson must be a text"),
        (lambda: show_course({"02": 0}), ValueError, "exercises must be between 1 and 1000; got 0"),
        (lambda: show_course({"02": 10**12}), ValueError, "exercises must be between 1 and 1000"),
        (lambda: show_course({"02": 2.0}), TypeError, r"exercises must be a whole number \(int\); got 2.0"),
        (lambda: show_course({"02": True}), TypeError, r"exercises must be a whole number \(int\); got True"),
    ],
)
def test_bad_arguments_are_refused_by_rule(call, error, rule):
    with pytest.raises(error, match=rule):
        call()
    assert not FILE.exists()
