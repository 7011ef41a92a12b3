"""Files are found as they come, and belong to whom they say."""

import zipfile

import pytest
from samples import write

from coursekit.classroom.collect import collect


def found(folder, roster=None):
    return {one.learner: (one.place, one.data.decode(), one.problem) for one in collect(folder, roster)}


def zipped(path, files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_a_file_is_its_names_and_a_folders_are_the_folders(tmp_path):
    write(tmp_path / "ada.ipynb", "1")
    write(tmp_path / "grace" / "homework final (2).ipynb", "2")
    write(tmp_path / "notes.txt", "no notebook")
    write(tmp_path / "ada" / ".ipynb_checkpoints" / "old.ipynb", "no")
    write(tmp_path / "__MACOSX" / "._ada.ipynb", "no")
    assert found(tmp_path) == {
        "ada": ("ada.ipynb", "1", ""),
        "grace": ("grace/homework final (2).ipynb", "2", ""),
    }


def test_archives_of_platforms_name_the_learner(tmp_path):
    moodle = {
        "Ada Byron_12345_assignsubmission_file_/tiny.ipynb": "1",
        "Bo Li_777_assignsubmission_file_/x.IPYNB": "2",
    }
    canvas = {"curiemarie_4711_990011_tiny.ipynb": "3", "noetheremmy_LATE_4712_990012_tiny-1.ipynb": "4"}
    zipped(tmp_path / "moodle.zip", moodle)
    zipped(tmp_path / "canvas.zip", canvas)
    learners = {name: data for name, (_, data, _) in found(tmp_path).items()}
    assert learners == {"Ada Byron": "1", "Bo Li": "2", "curiemarie": "3", "noetheremmy": "4"}
    assert len(collect(tmp_path / "moodle.zip")) == 2


def test_a_roster_names_everybody_and_matches_loosely(tmp_path):
    roster = write(tmp_path / "roster.csv", "\ufefflearner,file\nAda Byron,\nBo Li,x17\nNobody Here,\n")
    write(tmp_path / "in" / "ADA_byron.ipynb", "1")
    write(tmp_path / "in" / "x17.ipynb", "2")
    write(tmp_path / "in" / "stranger.ipynb", "3")
    got = found(tmp_path / "in", roster)
    assert {name: data for name, (_, data, _) in got.items()} == {
        "Ada Byron": "1",
        "Bo Li": "2",
        "Nobody Here": "",
        "stranger": "3",
    }
    assert got["Nobody Here"][2] == "Nothing was handed in."


def test_of_two_files_the_last_counts_and_is_flagged(tmp_path):
    write(tmp_path / "ada" / "tiny.ipynb", "1")
    write(tmp_path / "ada" / "tiny_2.ipynb", "2")
    (one,) = collect(tmp_path)
    assert (one.data, one.flags) == (b"2", ("2 files; graded is ada/tiny_2.ipynb",))


def test_broken_archives_and_links_stop_nothing(tmp_path):
    write(tmp_path / "bo.zip", "no archive")
    write(tmp_path / "secret" / "key.txt", "secret")
    write(tmp_path / "in" / "ada.ipynb", "1")
    write(tmp_path / "in" / "carl.zip", "no archive")
    (tmp_path / "in" / "eve.ipynb").symlink_to(tmp_path / "secret" / "key.txt")
    zipped(tmp_path / "in" / "dan.zip", {"../../dan.ipynb": "4", "/etc/x.ipynb": "5"})
    got = found(tmp_path / "in")
    assert got["ada"] == ("ada.ipynb", "1", "")
    assert "the archive cannot be read" in got["carl"][2]
    assert "secret" not in str(got)
    assert not (tmp_path / "dan.ipynb").exists()


def test_bad_arguments_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="folder must exist"):
        collect(tmp_path / "none")
    with pytest.raises(ValueError, match="roster must be a CSV file with a column 'learner'"):
        collect(tmp_path, write(tmp_path / "roster.csv", "name\nada\n"))
    assert collect(tmp_path) == []
