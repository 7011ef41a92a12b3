"""Files are found as they come, and belong to whom they say."""

import gzip
import json
import os
import tarfile
import tracemalloc
import zipfile

import pytest
from classes import CHOICE, IDENTITY, NAMELESS, ODD, WHOSE, A, B, C, nb, tarred, tree, zipped
from samples import RIGHT, handed_in, write

from coursekit.classroom.collect import collect
from coursekit.classroom.collect.roster import read_roster


def told(found):
    """Return what counts of a record: the problem, or the text of the notebook."""
    return found.problem or json.loads(found.data)["cells"][0]["source"]


def found(folder, roster=None):
    return {one.learner: told(one) for one in collect(folder, roster)}


@pytest.mark.parametrize("name", IDENTITY)
def test_each_thing_is_its_learners(name, tmp_path):
    files, roster, expected = IDENTITY[name]
    roster = write(tmp_path / "roster.csv", roster) if roster else None
    assert found(tree(tmp_path / "in", files), roster) == expected


@pytest.mark.parametrize("name", IDENTITY)
def test_the_same_class_as_one_archive(name, tmp_path):
    files, roster, expected = IDENTITY[name]
    roster = write(tmp_path / "roster.csv", roster) if roster else None
    (tmp_path / "class.zip").write_bytes(zipped(files))
    assert found(tmp_path / "class.zip", roster) == expected


@pytest.mark.parametrize("listed", WHOSE)
def test_what_is_one_learners_alone_tells_whose_a_file_is(listed, tmp_path, assignment):
    roster = write(tmp_path / "roster.csv", listed)
    got = {}
    for i, name in enumerate(WHOSE[listed]):
        folder = tree(tmp_path / str(i), {f"{name}.ipynb": A})
        (one,) = [one for one in collect(folder, roster, assignment) if one.place]
        got[name] = "" if one.flags else one.learner
        assert one.flags in ((), ("not in the roster",))
    assert got == WHOSE[listed]


@pytest.mark.parametrize("name", NAMELESS)
def test_what_names_nobody_or_two_is_refused(name, tmp_path, assignment):
    places, said = NAMELESS[name]
    roster = write(tmp_path / "roster.csv", "name,id\nAnn Lee,10001\nBob Lee,10002\n")
    folder = tree(
        tmp_path / "in", {place: {"x.ipynb": A} if place.endswith("zip") else A for place in places}
    )
    with pytest.raises(ValueError, match="must tell learners apart") as caught:
        collect(folder, roster, assignment)
    assert said in str(caught.value)
    if said == "name nobody":
        assert all(place.split("/")[0] in str(caught.value) for place in places[:2])
        for i, place in enumerate(places):
            (one,) = collect(tree(tmp_path / str(i), {place: A}), assignment=assignment)
            assert one.place.startswith(place)
            told = any(map(str.isdigit, place.split("/")[0])) or place.startswith("Ada")
            assert ("its name does not say whose it is" in one.flags) != told


def test_of_teams_files_the_submitted_one_counts_and_it_is_said(tmp_path, assignment, released):
    right, stub = (json.dumps(handed_in(released, made)).encode() for made in (RIGHT, {}))
    files = {
        "Working files/Ann/hw/hw.ipynb": right,
        "Submitted files/Ann/hw/Version 1/hw.ipynb": stub,
        "Working files/Bob/hw/hw.ipynb": right,
    }
    ann, bob = collect(tree(tmp_path / "in", files), assignment=assignment)
    assert ann.place == "Submitted files/Ann/hw/Version 1/hw.ipynb"
    assert ", the submitted one; not Working files/Ann/hw/hw.ipynb" in ann.flags[0]
    assert (bob.place, bob.flags) == (
        "Working files/Bob/hw/hw.ipynb",
        ("a working file, which was not submitted",),
    )


@pytest.mark.parametrize("name", CHOICE)
def test_of_several_files_the_newest_counts_and_it_is_said(name, tmp_path):
    folder = "" if "canvas" in name else "ann/"
    for i in (0, 1):
        files = CHOICE[name][:: 1 - 2 * i]
        tree(tmp_path / str(i), {f"{folder}{file}": nb(file) for file in files})
        (one,) = collect(tmp_path / str(i))
        assert told(one) == CHOICE[name][-1]
        (flag,) = one.flags
        assert one.place == folder + CHOICE[name][-1]
        assert flag.startswith(f"{len(CHOICE[name])} files; graded is {CHOICE[name][-1]}, the ")
        assert "newest" in flag


def test_where_names_do_not_tell_the_time_does(tmp_path):
    late, early = (2026, 3, 1, 0, 0, 0), (2026, 2, 1, 0, 0, 0)
    tree(tmp_path, {"ann.zip": {"solution.ipynb": (A, late), "test.ipynb": (B, early)}, "bob.ipynb": B})
    one, _ = collect(tmp_path)
    assert told(one) == "ann"
    assert one.flags == ("2 files; graded is solution.ipynb, the newest by its time; not test.ipynb",)


def test_the_assignment_counts_and_not_another_notebook(tmp_path, assignment, released):
    right, untouched = (json.dumps(handed_in(released, made)).encode() for made in (RIGHT, {}))
    files = {
        "tiny.ipynb": right,
        "tiny (1).ipynb": untouched,
        "tiny (2).ipynb": nb("scratch"),
        "z.ipynb": b"{",
    }
    folder = tree(tmp_path / "in", {f"ann/{name}": data for name, data in files.items()})
    (one,) = collect(folder, assignment=assignment)
    assert one.place == "ann/tiny.ipynb"
    assert "the one that holds answers; not tiny (1).ipynb, tiny (2).ipynb" in one.flags[0]
    assert " z.ipynb (it cannot be read)" in one.flags[0]
    os.remove(folder / "ann" / "tiny.ipynb")
    (one,) = collect(folder, assignment=assignment)
    assert one.place == "ann/tiny (1).ipynb"


@pytest.mark.parametrize("name", ODD)
def test_whoever_handed_in_anything_is_told_what_it_is(name, tmp_path):
    content, expected = ODD[name]
    tree(tmp_path, {f"ann/{name}": content, "bob/hw.ipynb": B})
    ann, bob = collect(tmp_path)
    assert (ann.learner, bob.learner, told(bob)) == ("ann", "bob", "bob")
    if expected is not None:
        assert expected in told(ann) if ann.problem else expected == told(ann), ann
    json.dumps([ann.learner, ann.place, ann.problem, ann.flags], ensure_ascii=False).encode()


@pytest.mark.parametrize("name", [name for name in ODD if "/" not in name and ODD[name][0] is not None])
def test_things_of_any_kind_side_by_side(name, tmp_path):
    tree(tmp_path, {name: ODD[name][0], "zoe.ipynb": B})
    one, other = sorted(collect(tmp_path), key=lambda one: told(one) == "bob")
    assert (other.learner, told(other)) == ("zoe", "bob")
    assert one.learner in name


def test_names_that_are_no_utf8_are_read(tmp_path):
    tree(tmp_path, {b"Jos\xe9.ipynb": A, b"Jos\xe8/hw\xff.ipynb": B, b"a\nb\x1b[1m.ipynb": A})
    assert found(tmp_path) == {"José": "ann", "Josè": "bob", "a b [1m": "ann"}
    for one in collect(tmp_path):
        (one.learner + one.place).encode()


def test_names_of_archives_in_any_encoding(tmp_path):
    made = zipped({"Jos\u00e9.ipynb": A, "bob.ipynb": B})
    for name, bytes_of_name in {
        "UTF-8, not said": "Jos\u00e9".encode(),
        "DOS": "Jos\u00e9".encode("cp437") + b"1",
    }.items():
        data = made.replace("Jos\u00e9".encode(), bytes_of_name)
        for head, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            where = data.index(head) + at
            data = data[:where] + b"\0\0" + data[where + 2 :]
        (tmp_path / f"{name}.zip").write_bytes(data)
        assert set(found(tmp_path / f"{name}.zip")) == {"Jos\u00e9" + "1" * (name == "DOS"), "bob"}


CLASHES = {
    "a number and a name": ({"Ann_7_assignsubmission_file_/hw.ipynb": A, "Ann.ipynb": B}, None),
    "two numbers, one in the roster": (
        {"Ann_7_assignsubmission_file_/hw.ipynb": A, "Ann_8_assignsubmission_file_/hw.ipynb": B},
        "learner\nAnn\n",
    ),
    "two names of one": ({"x17.ipynb": A, "Ann.ipynb": B}, "learner,file\nAnn,x17\n"),
    "two platforms, and one number": (
        {
            "m.zip": {"Ann_7_assignsubmission_file_/hw.ipynb": A},
            "c.zip": {"Ann_7_9_hw.ipynb": B, "bob_8_10_hw.ipynb": C},
        },
        None,
    ),
    "two platforms": (
        {"m.zip": {"Ann_7_assignsubmission_file_/hw.ipynb": A}, "c.zip": {"ann_8_9_hw.ipynb": B}},
        "learner\nAnn\n",
    ),
}


@pytest.mark.parametrize("name", CLASHES)
def test_a_clash_names_both(name, tmp_path):
    files, roster = CLASHES[name]
    roster = write(tmp_path / "roster.csv", roster) if roster else None
    with pytest.raises(ValueError, match=r"both .* and .* would be 'Ann'") as caught:
        collect(tree(tmp_path / "in", files), roster)
    assert all(place.split("/")[0] in str(caught.value) for place in files)


def test_learners_stand_as_in_a_list_of_names(tmp_path):
    names = ["ann", "Ángel", "Bob", "Łucja", "zoe"]
    folder = tree(tmp_path / "in", {f"{name}.ipynb": A for name in names})
    assert [one.learner for one in collect(folder)] == ["Ángel", "ann", "Bob", "Łucja", "zoe"]


def test_who_is_not_in_the_roster_is_told(tmp_path):
    roster = write(tmp_path / "roster.csv", "learner\nann\nbob\n")
    folder = tree(tmp_path / "in", {"ann.ipynb": A, "rob.ipynb": B})
    assert {one.learner: one.flags for one in collect(folder, roster)} == {
        "ann": (),
        "bob": (),
        "rob": ("not in the roster",),
    }


def test_the_roster_may_lie_beside_what_was_handed_in(tmp_path):
    folder = tree(tmp_path / "in", {"ann.ipynb": A, "people.csv": b"name\nann\n"})
    assert found(folder, folder / "people.csv") == {"ann": "ann"}


def test_a_folder_of_one_learner_is_no_class(tmp_path, assignment, released):
    right = json.dumps(handed_in(released, RIGHT)).encode()
    own = {"ann/net.ipynb": right, "ann/plots.ipynb": A, "bob/mine.ipynb": right}
    assert [one.learner for one in collect(tree(tmp_path / "own", own), assignment=assignment)] == [
        "ann",
        "bob",
    ]
    sections = {"north/ann.ipynb": right, "north/bob.ipynb": right, "south/carl.ipynb": right}
    found = collect(tree(tmp_path / "sections", sections), assignment=assignment)
    assert [one.learner for one in found] == ["ann", "bob", "carl"]


def test_a_roster_that_cannot_tell_two_apart_is_refused(tmp_path):
    roster = write(tmp_path / "roster.csv", "learner,id\nAnn,1\nAnn,2\n")
    with pytest.raises(
        ValueError, match=r"roster must tell learners apart; 'ann' could be 'Ann .1.' and 'Ann .2.'"
    ):
        collect(tree(tmp_path / "in", {"ann.ipynb": A}), roster)


ROSTERS = {
    "commas": "learner,file\nJosé,\nBob,x\n".encode(),
    "semicolons": "Name;ID\nJosé;1\nBob;2\n".encode(),
    "tabs": "Full name\tE-mail\nJosé\ta@b\nBob\tc@d\n".encode(),
    "a mark in front": "\ufeffStudent,ID\r\nJosé,1\r\nBob,2\r\n".encode(),
    "UTF-16": "Name\tID\r\nJosé\t1\r\nBob\t2\r\n".encode("utf-16"),
    "UTF-16, without a mark": "Name,ID\nJosé,1\nBob,2\n".encode("utf-16-le"),
    "Windows": "Name;ID\r\nJosé;1\r\nBob;2\r\n".encode("cp1252"),
    "Excel on a Mac": "Name;ID\r\nJosé;1\r\nBob;2\r\n".encode("mac_roman"),
    "old Macs": "Name,ID\rJosé,1\rBob,2\r".encode(),
    "a hint": "sep=;\nname;id\nJosé;1\nBob;2\n".encode(),
    "blank lines": "\n\nname,id\n\nJosé,1\n,\n  \nBob,2\n\n".encode(),
    "quotes": '"Student Name","Student ID"\n"José","1"\n"Bob","2"\n'.encode(),
    "one column": "learner\nJosé\nBob\n".encode(),
    "twice": "name,id\nJosé,1\nBob,2\nJosé,1\nbob,2\n".encode(),
    "first and last": "Last Name,First Name,Username\n,José,j\nBob,,b\n".encode(),
    "ids alone": "id,email\nJosé,a@b\nBob,b@b\n".encode(),
    "more columns": "Section,Name,Notes\nA,José,late\nB,Bob,\n".encode(),
    "UTF-16, big end first, without a mark": "Name,ID\nJosé,1\nBob,2\n".encode("utf-16-be"),
    "German": "Vorname;Nachname;E-Mail-Adresse\nJosé;;a@b\n;Bob;c@d\n".encode(),
    "German, of Moodle": "Vollständiger Name;ID-Nummer\nJosé;1\nBob;2\n".encode(),
    "French": "Prénom;Nom\nJosé;\n;Bob\n".encode(),
    "Spanish": '"Nombre","Apellido(s)"\nJosé,\nBob,\n'.encode(),
    "a title above": "Networks, spring\n\nname,id\nJosé,1\nBob,2\n".encode(),
    "a name that is a comma": b'name,id\n"Jos\xc3\xa9",1\n",",\nBob,2\n',
    "a column without a name": ",name,id\n0,José,1\n1,Bob,2\n".encode(),
    "a name twice": "name,name,id\nJosé,,1\n,Bob,2\n".encode(),
    "lines in a cell": 'name,note\nJosé,"a\nb"\nBob,\n'.encode(),
    "a line of Canvas": 'Student,ID\n    Points Possible,\nJosé,1\nBob,2\n"Student, Test",9\n'.encode(),
}


@pytest.mark.parametrize("name", ROSTERS)
def test_a_roster_is_read_as_spreadsheets_write_it(name, tmp_path):
    (tmp_path / "roster.csv").write_bytes(ROSTERS[name])
    tree(tmp_path / "in", {"José.ipynb": A})
    assert found(tmp_path / "in", tmp_path / "roster.csv") == {"José": "ann", "Bob": "Nothing was handed in."}


@pytest.mark.parametrize(
    ("alphabet", "names"),
    {
        "cp1252": ("Müller", "Renée O’Šea", "ÁNGEL", "D’Álvarez", "Søren Åse", "François-Xavier", "Peña"),
        "mac_roman": ("José", "Müller", "Renée", "François", "Ángel", "Åse"),
        "cp1250": ("Paweł", "Łukasz Gąska", "Żaneta Brząk", "Małgorzata", "Ľubomír Mikuľa"),
    }.items(),
)
def test_names_are_read_in_the_alphabet_that_can_write_them(alphabet, names, tmp_path):
    path = tmp_path / "class.csv"
    path.write_text("learner,id\n" + "".join(f"{name},{i}\n" for i, name in enumerate(names)), alphabet)
    assert [one.learner for one in read_roster(path)] == list(names)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"Ann\nBob\n", "its first line is 'Ann'"),
        (b"points,day\n1,2\n", "its first line is 'points, day'"),
        (b"learner\n\n", "names nobody"),
        (b"PK\x03\x04", "save it as CSV"),
        (b"learner,id\nLee, Ann,7\n", "more cells than the first one: 'Lee,  Ann, 7'"),
    ],
)
def test_a_roster_that_is_none_is_refused_by_name(data, said, tmp_path):
    (tmp_path / "class list.csv").write_bytes(data)
    with pytest.raises(ValueError, match=r"roster .*") as caught:
        collect(tree(tmp_path / "in", {"ann.ipynb": A}), tmp_path / "class list.csv")
    assert said in str(caught.value)
    assert "class list.csv" in str(caught.value)


def test_bad_arguments_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="folder must exist"):
        collect(tmp_path / "none")
    tree(tmp_path, {"ann.ipynb": A, "empty": None, "hidden/.x.ipynb": A, "hw.pdf": b"%PDF", "bad.zip": b"PK"})
    with pytest.raises(FileNotFoundError, match="roster must be a file"):
        collect(tmp_path, tmp_path / "none.csv")
    with pytest.raises(ValueError, match="roster must be a file"):
        collect(tmp_path, tmp_path)
    for folder, said in (
        ("empty", "is empty"),
        ("hidden", "is empty"),
        ("hw.pdf", "got 'hw.pdf'"),
        ("bad.zip", "is damaged"),
    ):
        with pytest.raises(ValueError, match=r"^folder must") as caught:
            collect(tmp_path / folder)
        assert said in str(caught.value)
    assert found(tmp_path / "ann.ipynb") == {"ann": "ann"}


def packed(files):
    return zipped(files, compression=zipfile.ZIP_DEFLATED)


def long_list():
    data = zipped({f"{i}.txt": b"" for i in range(200)})
    return data[:-10] + (11_000_000).to_bytes(4, "little") + data[-6:]


def long_note():
    """Return a tar archive whose note takes tarfile the square of its length to read."""
    member = tarfile.TarInfo("note")
    member.type, member.size = b"x", 5_120_000
    return gzip.compress(member.tobuf() + b"1" * member.size + tarred({"hw.ipynb": A}))


def matryoshka(depth):
    return zipped({"x.zip": matryoshka(depth - 1)} if depth else {"hw.ipynb": A})


BOMBS = {  # small archives that would be large, and what must be said of them
    "large.zip": (lambda: packed({"hw.ipynb": b" " * 60_000_000}), "too large"),
    "many.zip": (lambda: packed({f"{i}.ipynb": b" " * 20_000_000 for i in range(9)}), "empty"),
    "inner.zip": (lambda: zipped({"x.zip": packed({"hw.ipynb": b" " * 60_000_000})}), "too large"),
    "nested.zip": (lambda: packed({"x.zip": b"PK\3\4" + bytes(101_000_000)}), "more than 100 MB"),
    "packed.tar.gz": (lambda: gzip.compress(bytes(101_000_000), 1), "more than 100 MB"),
    "note.tgz": (long_note, "a note in it is too long"),
    "list.zip": (long_list, "lists too many files"),
    "matryoshka.zip": (lambda: matryoshka(9), "too many archives in archives"),
    "row.zip": (lambda: zipped({f"{i}.zip": zipped({"a": b""}) for i in range(99)}), "too many archives"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_not_unpacked(name, tmp_path):
    make, said = BOMBS[name]
    data = make()
    tree(tmp_path, {f"ann/{name}": data, "bob.ipynb": B})
    assert len(data) < 1_000_000
    del data
    tracemalloc.start()
    got = found(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert got["bob"] == "bob"
    assert said in got["ann"]
    assert peak < 150_000_000


def test_large_outputs_refuse_no_file(tmp_path):
    outputs = [{"output_type": "stream", "name": "stdout", "text": "x" * 30_000_000}]
    tree(tmp_path, {"ann.ipynb": nb("ann", outputs)})
    (one,) = collect(tmp_path)
    assert told(one) == "ann"
    (kept,) = json.loads(one.data)["cells"][0]["outputs"]
    assert kept["text"] == "x" * 4000


def test_an_archive_is_opened_once_however_many_files_are_in_it(tmp_path, monkeypatch):
    count, init = [], zipfile.ZipFile.__init__
    monkeypatch.setattr(
        zipfile.ZipFile, "__init__", lambda *given, **named: count.append(init(*given, **named))
    )
    inner = zipped({f"{i}.ipynb": nb(i) for i in range(90)})
    (tmp_path / "a.zip").write_bytes(
        zipped({f"learner{i}.ipynb": A for i in range(500)} | {"ann.zip": inner})
    )
    count.clear()
    assert len(collect(tmp_path / "a.zip")) == 501
    assert len(count) == 3  # the inner one for a look at its names, and to take its file


def test_links_and_hidden_things_lead_nowhere(tmp_path):
    tree(tmp_path, {"secret/key.ipynb": nb("secret"), "in/ann.ipynb": A, "in/.x/eve.ipynb": B})
    tree(tmp_path / "in", {"eve.ipynb": "../secret/key.ipynb", "fay": "../secret"})
    got = found(tmp_path / "in")
    assert set(got) == {"ann", "eve", "fay"}
    assert "secret" not in str(got)
    assert "is a link" in got["eve"]
    assert "is a link" in got["fay"]


def test_what_a_platform_wrote_is_kept_and_what_somebody_packed_is_not(tmp_path):
    files = {
        "m.zip": {"Ann Lee_7_assignsubmission_file_/hw.ipynb": A, "Bob_8_assignsubmission_file_/x.ipynb": B},
        "c.zip": {"carl_4711_99_hw.ipynb": C, "carl_LATE_4711_100_hw-1.ipynb": C},
    }
    uploads = {one.learner: (one.upload, one.flags[-1:]) for one in collect(tree(tmp_path / "all", files))}
    assert uploads == {
        "Ann Lee": (("moodle", "7", "Ann Lee_7_assignsubmission_file_"), ()),
        "Bob": (("moodle", "8", "Bob_8_assignsubmission_file_"), ()),
        "carl": (
            ("canvas", "4711", "carl_LATE_4711_100_hw-1.ipynb"),
            ("handed in late, says the name of the file",),
        ),
    }
    packed = {"mallory.zip": {"Bob_8_assignsubmission_file_/hw.ipynb": A}, "bob.ipynb": B}
    assert [one.upload for one in collect(tree(tmp_path / "some", packed))] == [(), ()]
