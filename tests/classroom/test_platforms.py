"""From a platform's archive and its own list of the class to the files that it takes back."""

import csv
import io
import json
import zipfile

import pytest
from classes import zipped
from samples import RIGHT, handed_in

from coursekit.classroom.apart.sandbox import obstacle
from coursekit.classroom.records import path_of
from coursekit.cli import main

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle())
NAMES = {
    "Ada Aster": 11,
    "Łucja Lee": 12,
    "José Nuñez Ruiz": 13,
    "Quy Ray": 14,
    "Ann O'Neil-Oak": 15,
    "Uma Ivy": 16,
}
TOTALS = {"Ada Aster": "4", "Łucja Lee": "3", "José Nuñez Ruiz": "4", "Quy Ray": "0", "Ann O'Neil-Oak": "4"}


def files(released):
    """Return what each learner handed in: right, half right, again and late, a PDF, an archive, nothing."""
    right, half, none = (
        json.dumps(handed_in(released, answers)).encode()
        for answers in (RIGHT, {"tiny-double": RIGHT["tiny-double"]}, {})
    )
    given = {"a.ipynb": right}, {"my hw.ipynb": half}, {"hw.ipynb": none, "hw-1.ipynb": right}
    rest = {"hw.pdf": b"%PDF-1.7"}, {"hw.zip": zipped({"hw/x.ipynb": right, "__MACOSX/._x": b"0"})}, {}
    return dict(zip(NAMES, (*given, *rest), strict=True))


def table(head, rows):
    made = io.StringIO()
    csv.writer(made).writerows([head, *rows])
    return made.getvalue()


def moodle(given):
    """Return an archive, half of it in folders, one learner without a name, and the grading worksheet."""
    members = {}
    for i, (name, handed) in enumerate(given.items()):
        shown = "Participant" if i == 2 else name
        where = f"{shown}_{NAMES[name]}_assignsubmission_file_" + "/" * (i % 2 == 0)
        members |= {f"{where}{file}": data for file, data in handed.items()}
    head = ["Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum grade"]
    rows = [
        [f"Participant {NAMES[name]}", name, f"00{i}", f"s{i}@x.org", "", "", "6.00"]
        for i, name in enumerate(given)
    ]
    return members, "\ufeff" + table(head, rows)


def canvas(given):
    """Return an archive, and the export of the gradebook with its two lines of no learner."""
    members = {}
    for i, (name, handed) in enumerate(given.items()):
        login = "".join(filter(str.isalnum, f"{name.partition(' ')[2]}{name.partition(' ')[0]}".lower()))
        for j, (file, data) in enumerate(handed.items()):
            members[f"{login}{'_LATE' * j}_{NAMES[name]}_{9998 + 20 * i + j}_{file}"] = data
    rows = [["", "", "", "", "", "Manual Posting"], ["    Points Possible", "", "", "", "", "6"]]
    rows += [
        [f"{name.partition(' ')[2]}, {name.partition(' ')[0]}", NAMES[name], "", "x", "A", ""]
        for name in given
    ]
    rows.append(["Student, Test", "99", "", "", "A", ""])
    return members, table(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Tiny (55123)"], rows)


def test_what_is_said_of_a_file_follows_the_file_and_the_roster(source, released, tmp_path, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "ann.ipynb").write_text(json.dumps(handed_in(released, RIGHT)), encoding="utf-8")
    (folder / "bob.zip").write_bytes(b"PK")
    command = ["grade", str(source), str(folder), "--to", str(tmp_path / "results")]
    assert main(command) == 0
    (folder / "bob.zip").write_bytes(zipped({}))
    (tmp_path / "roster.csv").write_text("name\nbob\n", encoding="utf-8")
    assert main([*command, "--roster", str(tmp_path / "roster.csv")]) == 0
    assert "bob: 0 of 6 (2 not yet marked) bob.zip is an empty archive." in capsys.readouterr().out
    grades = (tmp_path / "results" / "grades.csv").read_text(encoding="utf-8-sig")
    assert "ann,4,6,3,1,0,0,,,not in the roster,ann.ipynb" in grades


def test_another_section_takes_nobodys_place_in_the_results(source, released, tmp_path, capsys):
    for place in ("one/ann", "two/bob", "three/ann", "three/bob"):
        path = tmp_path / f"{place}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(handed_in(released, RIGHT)), encoding="utf-8")
    (tmp_path / "roster.csv").write_text("name\nann\nbob\n", encoding="utf-8")
    results = tmp_path / "results"

    def grade(folder, *more):
        code = main(["grade", str(source), str(tmp_path / folder), "--to", str(results), *more])
        with (results / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
            return (
                code,
                {row["learner"]: row["total"] for row in csv.DictReader(file)},
                capsys.readouterr().err,
            )

    assert grade("one")[:2] == (0, {"ann": "4"})
    for more in ([], ["--roster", str(tmp_path / "roster.csv")]):
        code, table, said = grade("two", *more)
        assert (code, table) == (1, {"ann": "4"})
        assert "holds the grades of ann, of whom none is in this one. Nothing was changed" in said
    assert grade("three")[:2] == (0, {"ann": "4", "bob": "4"})
    code, table, said = grade("two")
    assert (code, table) == (0, {"bob": "4"})
    assert "in no table: ann. Their grades were moved to " in said
    assert (results / "grades" / "set-aside" / path_of(results, "ann").name).exists()
    assert grade("two", "--only", "bob")[2] == grade("two")[2]  # nothing more is said
    (tmp_path / "roster.csv").write_text("name,file\nBob Ray,bob\n", encoding="utf-8")
    code, table, said = grade("two", "--roster", str(tmp_path / "roster.csv"))  # the same files, other names
    assert (code, table) == (0, {"Bob Ray": "4"})
    assert "in no table: bob." in said


@pytest.mark.parametrize("platform", [moodle, canvas])
def test_a_class_goes_from_the_platform_and_back(platform, source, released, tmp_path, capsys):
    members, roster = platform(files(released))
    name, results = platform.__name__, tmp_path / "results"
    (tmp_path / "export.zip").write_bytes(zipped(members))
    (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
    command = ["grade", str(source), str(tmp_path / "export.zip"), "--roster", str(tmp_path / "roster.csv")]
    assert main([*command, "--to", str(results)]) == 0
    with (results / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        grades = {row["learner"]: row for row in csv.DictReader(file)}
    assert len(grades) == len(NAMES)
    assert [row["flags"] for row in grades.values() if row["file"] == ""] == ["Nothing was handed in."]
    assert not any("not in the roster" in row["flags"] for row in grades.values())
    with (results / f"{name}_grades.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "Points Possible" not in row.get("Student", "")]
    number, total = ("Identifier", "Grade") if name == "moodle" else ("ID", "tiny")
    told = {int(row[number].split()[-1]): row[total] for row in rows}
    assert told == {NAMES[learner]: total for learner, total in TOTALS.items()}
    with zipfile.ZipFile(results / f"{name}_feedback.zip") as archive:
        pages = {page: archive.read(page).decode() for page in archive.namelist()}
    assert len(pages) == len(TOTALS)
    for learner, total in TOTALS.items():
        (page,) = [text for page, text in pages.items() if f"_{NAMES[learner]}_" in page]
        assert f"<strong>{total} of 6 points</strong>" in page
