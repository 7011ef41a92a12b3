"""marks.csv and grades.csv: what a spreadsheet does to a file is no matter, and every error says where."""

import csv
import io
import os
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from samples import write

from coursekit.classroom.collect.names import uploads
from coursekit.classroom.collect.roster import read_table
from coursekit.classroom.records import PartGrade, Record, path_of, read_class, set_aside
from coursekit.classroom.records import write as keep
from coursekit.classroom.report.gradebook import safe, write_table
from coursekit.classroom.report.marks import Hand, read_marks
from coursekit.classroom.report.reports import write_reports
from coursekit.cli import main

HEAD = "learner,double (of 3),add (of 1),why (of 2),comment,late days (0 % each),total instead\r\n"


def record(learner, file="a.ipynb"):
    parts = PartGrade("double", 3.0, 2.0), PartGrade("add", 1.0, 1.0)
    return Record(learner, file, 6.0, parts=parts, written={"why": "because"})


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_marks_are_made_once_and_never_written_again(assignment, tmp_path):
    write_reports(tmp_path, assignment, [record("ada"), record("=bo")])
    path = tmp_path / "marks.csv"
    assert path.read_bytes().decode("utf-8-sig") == f"{HEAD}ada,,,,,,\r\n'=bo,,,,,,\r\n"
    path.write_text(f"{HEAD}ada,,,1.5,Good,,\n", encoding="utf-8")
    before = path.read_bytes()
    made = write_reports(tmp_path, assignment, [record("ada"), record("=bo")])
    assert path.read_bytes() == before
    assert [result.total for result in made] == [4.5, 3]
    table = rows(tmp_path / "grades.csv")
    assert table[0] == table[0] | {"total": "4.5", "points": "6", "why": "1.5", "comment": "Good"}
    assert table[1] == table[1] | {
        "learner": "'=bo",
        "total": "3",
        "why": "not yet marked",
        "not yet marked": "2",
    }


ENTERED = "Łucja,2.5,,1.5,Ünd so,2,\n"
SAVED = {  # as spreadsheets save
    "commas": (HEAD + ENTERED).encode(),
    "a mark": (HEAD + ENTERED).encode("utf-8-sig"),
    "semicolons and decimal commas": (HEAD + ENTERED).replace(",", ";").replace(".", ",").encode(),
    "tabs, UTF-16": (HEAD + ENTERED).replace(",", "\t").encode("utf-16"),
    "columns in another order": (
        b"why (of 2),notes of mine,late days (0 % each),Learner,comment,double (of 3)\n"
        + "1.5,!,2,Łucja,Ünd so,2.5\n".encode()
    ),
    "empty lines": (HEAD + "\n,,,,,,\n" + ENTERED + "\n").encode(),
}


@pytest.mark.parametrize("name", SAVED)
def test_what_a_spreadsheet_makes_of_the_file_is_read(name, assignment, tmp_path):
    path = tmp_path / "marks.csv"
    path.write_bytes(SAVED[name])
    assert read_marks(path, assignment, ["Łucja", "bo"]) == {
        "Łucja": Hand({"double": 2.5, "why": 1.5}, "Ünd so", 2)
    }


def test_windows_1252_and_what_a_late_day_takes(assignment, tmp_path):
    text = HEAD.replace("0 %", "12,5 %").replace(",", ";").replace("12;5", "12,5") + "Zoë;;;;;1;\n"
    path = tmp_path / "marks.csv"
    path.write_bytes(text.encode("cp1252"))
    assert read_marks(path, assignment, ["Zoë"]) == {"Zoë": Hand(late_days=1, late_percent=12.5)}


WRONG = {
    "too much": (
        "ada,,,2.5,,,",
        "row 2, column 'why (of 2)': must be a number from 0 to 2, or empty; got '2.5'",
    ),
    "a word": (
        "ada,good,,,,,",
        "row 2, column 'double (of 3)': must be a number from 0 to 3, or empty; got 'good'",
    ),
    "below zero": ("ada,,,,,-1,", "row 2, column 'late days (0 % each)': must be a number from 0"),
    "nan": ("ada,,,,,,nan", "row 2, column 'total instead': must be a number from 0"),
    "nobody": ("ada,,,,,,\nadda,,,1,,,", "row 3, column 'learner': must be the name of a learner"),
    "twice": ("ada,,,1,,,\nada,,,2,,,", "row 3, column 'learner': must be there once; row 2 has it as well"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_error_names_row_and_column_and_nothing_is_written(name, assignment, tmp_path):
    entered, message = WRONG[name]
    write(tmp_path / "marks.csv", f"{HEAD}{entered}\n")
    with pytest.raises(ValueError, match=r"marks\.csv, row") as caught:
        write_reports(tmp_path, assignment, [record("ada"), record("bo")])
    assert message in str(caught.value)
    assert [path.name for path in tmp_path.glob("*.csv")] == ["marks.csv"]


def test_zeros_that_a_spreadsheet_took_are_no_matter_where_they_tell_nobody_apart(assignment, tmp_path):
    path = write(tmp_path / "marks.csv", f"{HEAD}12,,,1,,,\n")
    assert read_marks(path, assignment, ["0012", "13"]) == {"0012": Hand({"why": 1.0})}
    with pytest.raises(ValueError, match="row 2, column 'learner': must be the name"):
        read_marks(path, assignment, ["0012", "012"])


def test_pages_of_who_left_do_not_stay(assignment, tmp_path):
    write_reports(tmp_path, assignment, [record("ada"), record("bo")])
    assert len(list((tmp_path / "feedback").iterdir())) == 2
    (tmp_path / "marks.csv").unlink()
    write_reports(tmp_path, assignment, [record("ada")])
    (page,) = (tmp_path / "feedback").iterdir()
    assert page.name.startswith("ada-")


def test_a_spreadsheets_own_format_is_refused(assignment, tmp_path):
    (tmp_path / "marks.csv").write_bytes(b"PK\x03\x04")
    with pytest.raises(ValueError, match="cannot be used: this is a spreadsheet: save it as CSV"):
        read_marks(tmp_path / "marks.csv", assignment, ["ada"])


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "cannot be used: it is empty"), ("name,why\nada,1\n", "row 1: must have a column 'learner'")],
)
def test_a_file_without_learners_is_refused(content, said, assignment, tmp_path):
    with pytest.raises(ValueError, match=said):
        read_marks(write(tmp_path / "marks.csv", content), assignment, ["ada"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", " =1", "\n=1"])
def test_no_text_is_a_formula(text, tmp_path):
    assert safe(text) == f"'{text}"
    write_table(tmp_path / "a.csv", [["a", text, 'b"c', "ä\ud83d"]])
    assert read_table(tmp_path / "a.csv")[0] == ["a", f"'{text}", 'b"c', "ä\\ud83d"]


UPLOADS = {  # the name that a platform gave a file -> the platform, and the name in its zip of feedback
    "Ada Byron_12345_assignsubmission_file_": ("moodle", "Ada Byron_12345_assignsubmission_file_/"),
    "Bo_Li_7_assignsubmission_file": ("moodle", "Bo_Li_7_assignsubmission_file_/"),
    "Participant_11_assignsubmission_file_hw.ipynb": ("moodle", "Participant_11_assignsubmission_file_/"),
    "curiemarie_4711_990011_hw-1.ipynb": ("canvas", "curiemarie_4711_990011_hw-1.html"),
    "noether_LATE_4712_99_h_w.zip": ("canvas", "noether_LATE_4712_99_h_w.html"),
    "anon_aB3dE_98_hw.ipynb": ("canvas", "anon_aB3dE_98_hw.html"),
}


def of_platform(platform, assignment, folder):
    """Write the reports of a class from one platform, with a file from nowhere; return the table."""
    graded = [record("nobody")]
    for (name, (where, _)), owner in zip(UPLOADS.items(), uploads(list(UPLOADS)), strict=True):
        assert owner.platform == where
        made = replace(record(owner.name, f"in/{name}/hw.ipynb"), upload=(where, owner.number, owner.upload))
        graded += [made] * (where == platform)
    write_reports(folder, assignment, graded)
    wanted = [name for where, name in UPLOADS.values() if where == platform]
    with zipfile.ZipFile(folder / f"{platform}_feedback.zip") as archive:
        assert [name.removesuffix("feedback_tiny.html") for name in archive.namelist()] == wanted
        assert b"3 of 6 points" in archive.read(archive.namelist()[0])
    assert {path.name.partition("_")[0] for path in folder.glob("*_feedback.zip")} == {platform}
    return rows(folder / f"{platform}_grades.csv")


def test_moodle_gets_its_ids_and_its_names(assignment, tmp_path):
    moodle = of_platform("moodle", assignment, tmp_path)
    assert [row["Identifier"] for row in moodle] == ["Participant 12345", "Participant 7", "Participant 11"]
    assert [row["Full name"] for row in moodle] == ["Ada Byron", "Bo_Li", "Participant"]
    assert {row["Grade"] for row in moodle} == {"3"}
    assert {"Last modified (grade)", "Maximum grade", "Feedback comments"} < set(moodle[0])


def test_canvas_gets_its_ids_and_its_names(assignment, tmp_path):
    canvas = of_platform("canvas", assignment, tmp_path)  # who has no number there cannot be in its table
    assert [(row["Student"].strip(), row["ID"], row["tiny"]) for row in canvas] == [
        ("Points Possible", "", "6"),
        ("curiemarie", "4711", "3"),
        ("noether", "4712", "3"),
    ]


def test_files_that_came_from_nowhere_make_no_exports(assignment, tmp_path):
    write_reports(tmp_path, assignment, [record("ada")])
    assert not [*tmp_path.glob("moodle*"), *tmp_path.glob("canvas*")]


def test_half_an_emoji_ends_no_page_and_no_table(assignment, tmp_path):
    made = Record("\ud83d", "\udcff.ipynb", 6.0, written={"why": "\ud83d"}, flags=("\ud83d",))
    (tmp_path / "grades").mkdir()
    keep(tmp_path, made)
    assert read_class(tmp_path) == [made]
    write_reports(tmp_path, assignment, [made])
    for path in (path_of(tmp_path, made.learner), *tmp_path.rglob("*.html"), *tmp_path.rglob("*.csv")):
        assert "\\ud83d" in path.read_bytes().decode("utf-8")


def test_the_command_report_merges_marks_and_names_who_waits(source, assignment, tmp_path, capsys):
    (tmp_path / "grades").mkdir()
    for name in ("ada", "bo"):
        keep(tmp_path, record(name))
    assert main(["report", str(source), str(tmp_path)]) == 0
    assert "ada: 3 of 6 (2 not yet marked)" in capsys.readouterr().out
    write(tmp_path / "marks.csv", f"{HEAD}ada,,,2,,,\nbo,,,0,,,\n")
    assert main(["report", str(source), str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "ada: 5 of 6\nbo: 3 of 6\n" in said
    assert "To mark" not in said
    assert main(["report", str(source), str(tmp_path / "none")]) == 1
    assert "results must be a folder in which a class was graded" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("encoding", "name"), [("cp1252", "Zoë \\u0141"), ("ascii", "Zoe \\u0141"), ("utf-8", "Zoë Ł")]
)
def test_a_console_that_cannot_show_a_letter_ends_nothing(encoding, name, source, tmp_path):
    (tmp_path / "grades").mkdir()
    keep(tmp_path, replace(record("Zoë Ł"), problem="✓ ✗ ○ “why”"))
    command = [sys.executable, "-m", "coursekit", "report", str(source), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr
    assert f"{name}: 3 of 6 (2 not yet marked)" in done.stdout.decode(encoding)
    assert ("+ - o" in done.stdout.decode(encoding)) == (encoding != "utf-8")


def test_who_left_the_class_is_set_aside_and_their_marks_stop_nobody(assignment, tmp_path):
    (tmp_path / "grades").mkdir()
    for name in ("ada", "bo"):
        keep(tmp_path, record(name))
    set_aside(tmp_path, [record("ada")])
    assert [one.learner for one in read_class(tmp_path)] == ["ada"]
    assert len(list((tmp_path / "grades" / "set-aside").iterdir())) == 1
    path = write(tmp_path / "marks.csv", f"{HEAD}ada,,,1,,,\nbo,,,2,,,\n")
    assert list(read_marks(path, assignment, ["ada"])) == ["ada"]
