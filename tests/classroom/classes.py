"""Classes as they are handed in: what lies where, and what must be found."""

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
import unicodedata
import zipfile

NFD = unicodedata.normalize("NFD", "José")
EMPTY = "The folder is empty"
MISSING = "Nothing was handed in."


def nb(text, outputs=()):
    """Return a notebook of one cell."""
    cell = {"cell_type": "code", "metadata": {}, "source": text, "outputs": list(outputs)}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def zipped(files, **options):
    """Return an archive: bytes, bytes and a time, a dict for an archive in it, None for a folder."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, content in files.items():
            when = (2026, 1, 1, 0, 0, 0)
            if isinstance(content, tuple):
                content, when = content
            member = zipfile.ZipInfo(name, when)
            member.compress_type = options.get("compression", zipfile.ZIP_STORED)
            archive.writestr(member, zipped(content) if isinstance(content, dict) else content or b"")
    return file.getvalue()


def tarred(files, pack=bytes):
    """Return a tar archive, packed."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return pack(file.getvalue())


def tree(root, files):
    """Make files and folders: bytes, a dict for an archive, None for an empty folder, a text for a link."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = os.path.join(os.fsencode(root), name if isinstance(name, bytes) else os.fsencode(name))
        os.makedirs(path if content is None else os.path.dirname(path), exist_ok=True)
        if isinstance(content, str):
            os.symlink(content, path)
        elif content is not None:
            with open(path, "wb") as file:
                file.write(zipped(content) if isinstance(content, dict) else content)
    return root


A, B, C = nb("ann"), nb("bob"), nb("carl")
BOTH = {"ann": "ann", "bob": "bob"}
DEFLATED = zipped({"hw.ipynb": nb("x" * 999)}, compression=zipfile.ZIP_DEFLATED)


def broken(data, at, part):
    """Return an archive in which something was changed."""
    return data[:at] + part + data[at + len(part) :]


def locked(data):
    """Return an archive that says of its first file that it is locked."""
    at = data.index(b"PK\x01\x02")
    return broken(broken(data, at + 8, b"\x01"), 6, b"\x01")


def method(data, number):
    """Return an archive that says of its first file that it is packed by another method."""
    at = data.index(b"PK\x01\x02")
    return broken(broken(data, at + 10, bytes([number])), 8, bytes([number]))


def newer(data):
    """Return an archive that asks for a program of the future."""
    at = data.index(b"PK\x01\x02")
    return broken(broken(data, at + 6, b"\xff"), 4, b"\xff")


MOODLE = "{} {}_assignsubmission_file_/{}"
IDENTITY = {  # name -> (what lies in the folder, roster or None, learner -> text in the notebook, or problem)
    "files": ({"ann.ipynb": A, "bob.ipynb": B}, None, BOTH),
    "files and folders": ({"ann.ipynb": A, "bob/homework final (2).ipynb": B}, None, BOTH),
    "a folder each": ({"ann/hw.ipynb": A, "bob/hw.ipynb": B}, None, BOTH),
    "a folder each, names of their own": ({"ann/net.ipynb": A, "bob/mine.ipynb": B}, None, BOTH),
    "a folder each, in a folder": ({"week3/ann/hw.ipynb": A, "week3/bob/hw.ipynb": B}, None, BOTH),
    "nbgrader": ({"ann/ps1/x.ipynb": A, "bob/ps1/x.ipynb": B}, None, BOTH),
    "nbgrader, another assignment's name": ({"ann/net/x.ipynb": A, "bob/net/x.ipynb": B}, None, BOTH),
    "nbgrader, from its top": (
        {
            "submitted/ann/ps1/x.ipynb": A,
            "submitted/ann/ps1/timestamp.txt": b"1",
            "submitted/bob/ps1/x.ipynb": B,
        },
        None,
        BOTH,
    ),
    "nbgrader, the whole course": (
        {"submitted/ann/ps1/x.ipynb": A, "submitted/bob/ps1/x.ipynb": B}
        | {f"{name}/ps1/x.ipynb": C for name in ("source", "release", "autograded/ann")},
        None,
        BOTH,
    ),
    "an export of each of many sections": (
        {
            f"section {i}.zip": {
                f"Ann{i}x_{i}_assignsubmission_file_/h.ipynb": A,
                f"Bob{i}x_9{i}_assignsubmission_file_/h.ipynb": B,
            }
            for i in range(15)
        },
        None,
        {f"{name}{i}x": name.lower() for name in ("Ann", "Bob") for i in range(15)},
    ),
    "folders that are numbered, a file of one name in each": (
        {"handed in/1/net.ipynb": A, "handed in/2/net.ipynb": B},
        None,
        {"1": "ann", "2": "bob"},
    ),
    "sections of one learner each": ({"section A/ann.ipynb": A, "section B/bob.ipynb": B}, None, BOTH),
    "two others' names in one's own archive": (
        {"mallory.zip": {"bob.ipynb": A, "carl.ipynb": A}, "bob.ipynb": B},
        None,
        {"mallory": "ann", "bob": "bob"},
    ),
    "two files each, named by their learner": (
        {"ann/ann_net.ipynb": A, "ann/ann_plots.ipynb": A, "bob/bob_net.ipynb": B},
        None,
        BOTH,
    ),
    "two files each, of the same names": (
        {f"{name}/{file}.ipynb": d for name, d in (("ann", A), ("bob", B)) for file in ("net", "plots")},
        None,
        BOTH,
    ),
    "two files each, a roster": (
        {"ann/net.ipynb": A, "ann/plots.ipynb": A, "bob/mine.ipynb": B},
        "learner\nann\nbob\n",
        BOTH,
    ),
    "a learner named by a common word": (
        {"Day/ann.ipynb": A, "bob/hw.ipynb": B},
        "learner\nDay\nann\nbob\n",
        {"Day": "ann", "bob": "bob", "ann": MISSING},
    ),
    "an export in a folder in an archive, beside a late one": (
        {
            "x.zip": {
                "CS1/Ann_1_assignsubmission_file_/h.ipynb": A,
                "CS1/Bob_2_assignsubmission_file_/h.ipynb": B,
            },
            "carl.ipynb": C,
        },
        None,
        {"Ann": "ann", "Bob": "bob", "carl": "carl"},
    ),
    "nbgrader, one learner": ({"ann/ps1/x.ipynb": A}, None, {"ann": "ann"}),
    "nbgrader, zip_collect": (
        {
            "ps1_ann_attempt_2026-01-30-15-30-10_hw.ipynb": A,
            "ps1_bob_attempt_2026-01-30-15-30-10_hw.ipynb": B,
        },
        None,
        BOTH,
    ),
    "a folder around": ({"week3/ann.ipynb": A, "week3/bob.ipynb": B}, None, BOTH),
    "a folder around, of any name": ({"karlsruhe/ann.ipynb": A, "karlsruhe/bob.ipynb": B}, None, BOTH),
    "folders around": ({"a/b/c/ann.ipynb": A, "a/b/c/bob.ipynb": B}, None, BOTH),
    "sections": (
        {"north/ann.ipynb": A, "north/bob.ipynb": B, "south/carl.ipynb": C},
        None,
        {**BOTH, "carl": "carl"},
    ),
    "sections, each learner with an assignment": (
        {"class A/ann/ps1/x.ipynb": A, "class A/bob/ps1/x.ipynb": B, "class B/carl/ps1/x.ipynb": C},
        None,
        {**BOTH, "carl": "carl"},
    ),
    "names of one letter": ({"week3/a.ipynb": A, "week3/b.ipynb": B}, None, {"a": "ann", "b": "bob"}),
    "days around": ({"2026-03-01/ann.ipynb": A, "2026-03-02/bob.ipynb": B}, None, BOTH),
    "files named by assignment and learner": (
        {"w/hw1_ann.ipynb": A, "w/hw1_bob.ipynb": B},
        None,
        {"hw1_ann": "ann", "hw1_bob": "bob"},
    ),
    "late ones in a folder": ({"ann.ipynb": A, "late/bob.ipynb": B}, None, BOTH),
    "an archive each": ({"ann.zip": {"hw.ipynb": A}, "bob.zip": {"my work/hw.ipynb": B}}, None, BOTH),
    "an archive in a folder each": (
        {"ann/hw.zip": {"hw.ipynb": A}, "bob/hw.zip": {"hw.ipynb": B}},
        None,
        BOTH,
    ),
    "an archive around": ({"all.zip": {"ann.ipynb": A, "bob.ipynb": B}}, None, BOTH),
    "an archive of a folder": (
        {"all.zip": {"sub/": None, "sub/ann.ipynb": A, "sub/bob.ipynb": B}},
        None,
        BOTH,
    ),
    "an archive of archives": (
        {"all.zip": {"ann.zip": {"hw.ipynb": A}, "bob.zip": {"hw.ipynb": B}}},
        None,
        BOTH,
    ),
    "archives in archives in an archive": (
        {"ann.zip": {"x.zip": {"y.zip": {"hw.ipynb": A}}}, "bob.ipynb": B},
        None,
        BOTH,
    ),
    "another's name in one's own archive": (
        {"mallory/hw.zip": {"bob/hw.ipynb": A}, "bob/hw.ipynb": B},
        None,
        {"mallory": "ann", "bob": "bob"},
    ),
    "another's name in one's own archive, and a roster": (
        {"mallory/hw.zip": {"bob/hw.ipynb": A}, "ann/hw.ipynb": A},
        "learner\nann\nbob\nmallory\n",
        {"mallory": "ann", "ann": "ann", "bob": MISSING},
    ),
    "another's name in one's own archive, not in the roster": (
        {"mallory.zip": {"bob.ipynb": A}, "ann.ipynb": A},
        "learner\nann\nbob\n",
        {"mallory": "ann", "ann": "ann", "bob": MISSING},
    ),
    "another's number in one's own archive": (
        {
            "Mal_7_assignsubmission_file_/x.zip": {"Bob_8_assignsubmission_file_/hw.ipynb": A},
            "Bob_8_assignsubmission_file_/hw.ipynb": B,
        },
        None,
        {"Mal": "ann", "Bob": "bob"},
    ),
    "two others' numbers in one's own archive, and a roster": (
        {
            "mallory.zip": {
                "Bob_8_assignsubmission_file_/hw.ipynb": A,
                "Carl_9_assignsubmission_file_/hw.ipynb": A,
            },
            "bob.ipynb": B,
        },
        "learner\nbob\ncarl\nmallory\n",
        {"mallory": "ann", "bob": "bob", "carl": MISSING},
    ),
    "another's number in one's own archive among files": (
        {"mallory.zip": {"Bob_8_assignsubmission_file_/hw.ipynb": A}, "bob.ipynb": B},
        None,
        {"mallory": "ann", "bob": "bob"},
    ),
    "another's name in one's own folder": (
        {"mallory/bob/hw.ipynb": A, "bob/hw.ipynb": B},
        "learner\nbob\nann\n",
        {"mallory": "ann", "bob": "bob", "ann": MISSING},
    ),
    "moodle": (
        {"Ann Lee_101_assignsubmission_file_/hw.ipynb": A, "Bob_102_assignsubmission_file_/hw.IPYNB": B},
        None,
        {"Ann Lee": "ann", "Bob": "bob"},
    ),
    "moodle, without folders": (
        {"Ann Lee_101_assignsubmission_file_hw.ipynb": A, "Bob_102_assignsubmission_file_hw.ipynb": B},
        None,
        {"Ann Lee": "ann", "Bob": "bob"},
    ),
    "moodle, with a text": (
        {
            "Ann_101_assignsubmission_file_/hw.ipynb": A,
            "Ann_101_assignsubmission_onlinetext_/onlinetext.html": b"<p>",
        },
        None,
        {"Ann": "ann"},
    ),
    "moodle, two of one name": (
        {"Ann_101_assignsubmission_file_/hw.ipynb": A, "Ann_102_assignsubmission_file_/hw.ipynb": B},
        None,
        {"Ann (101)": "ann", "Ann (102)": "bob"},
    ),
    "moodle, two of one name, three accents": (
        {f"{NFD}_101_assignsubmission_file_/hw.ipynb": A, "José_102_assignsubmission_file_/hw.ipynb": B},
        None,
        {"José (101)": "ann", "José (102)": "bob"},
    ),
    "moodle, nameless": (
        {
            "Participant_11_assignsubmission_file_/hw.ipynb": A,
            "Participant_12_assignsubmission_file_/hw.ipynb": B,
        },
        None,
        {"Participant 11": "ann", "Participant 12": "bob"},
    ),
    "moodle, nameless, another language": (
        {
            "Teilnehmer/in_11_assignsubmission_file_/hw.ipynb".replace("/in", "in"): A,
            "Teilnehmerin_12_assignsubmission_file_/hw.ipynb": B,
        },
        None,
        {"Teilnehmerin (11)": "ann", "Teilnehmerin (12)": "bob"},
    ),
    "moodle, nameless, told by its worksheet": (
        {"Participant_11_assignsubmission_file_/hw.ipynb": A},
        "Identifier,Full name,Email address\nParticipant 11,Ann Lee,a@b.c\nParticipant 12,Bob,b@b.c\n",
        {"Ann Lee": "ann", "Bob": MISSING},
    ),
    "moodle, two of one name, told by the worksheet": (
        {"Ann_101_assignsubmission_file_/hw.ipynb": A, "Ann_102_assignsubmission_file_/hw.ipynb": B},
        "Identifier,Full name\nParticipant 101,Ann\nParticipant 102,Ann\n",
        {"Ann (participant101)": "ann", "Ann (participant102)": "bob"},
    ),
    "moodle, an archive each": (
        {
            "m.zip": {
                "Ann_101_assignsubmission_file_/hw.zip": {"Bob/hw.ipynb": A},
                "Bob_102_assignsubmission_file_/b.ipynb": B,
            }
        },
        None,
        {"Ann": "ann", "Bob": "bob"},
    ),
    "two platforms": (
        {
            "moodle.zip": {"Ann Lee_1_assignsubmission_file_/hw.ipynb": A},
            "canvas.zip": {"bob_4711_990011_hw.ipynb": B, "carl_LATE_4712_990012_hw-1.ipynb": C},
        },
        None,
        {"Ann Lee": "ann", "bob": "bob", "carl": "carl"},
    ),
    "canvas": (
        {"leeann_11_901_hw.ipynb": A, "bob_LATE_12_902_hw.ipynb": B},
        None,
        {"leeann": "ann", "bob": "bob"},
    ),
    "canvas, two of one name": (
        {"leeann_11_901_hw.ipynb": A, "leeann_12_902_hw.ipynb": B},
        None,
        {"leeann (11)": "ann", "leeann (12)": "bob"},
    ),
    "canvas, nameless": (
        {"anon_aB3dE_901_hw.ipynb": A, "anon_LATE_Xy9Zz_902_hw.ipynb": B},
        None,
        {"anon aB3dE": "ann", "anon Xy9Zz": "bob"},
    ),
    "canvas, told by its roster": (
        {"leeann_11_901_hw.ipynb": A, "smithbob_12_902_hw.ipynb": B},
        'Student,ID,SIS Login ID,Section\n    Points Possible,,,\n"Lee, Ann",11,al,1\nBob Smith,12,bs,1\n',
        {"Lee, Ann": "ann", "Bob Smith": "bob"},
    ),
    "names with numbers that are no canvas": (
        {"hw_2026_01_ann.ipynb": A, "hw_2026_01_bob.ipynb": B},
        None,
        {"hw_2026_01_ann": "ann", "hw_2026_01_bob": "bob"},
    ),
    "blackboard": (
        {
            "gradebook_CS1_HW_ann_attempt_2026-01-30-15-30-10_hw.ipynb": B,
            "gradebook_CS1_HW_ann_attempt_2026-02-01-09-00-00_hw.ipynb": A,
            "gradebook_CS1_HW_ann_attempt_2026-02-01-09-00-00.txt": b"Name: Ann",
            "gradebook_CS1_HW_bob_attempt_2026-01-30-15-30-10_hw.ipynb": B,
        },
        None,
        BOTH,
    ),
    "blackboard, names with a stroke": (
        {
            "HW_ann_lee_attempt_2026-01-30-15-30-10_hw.ipynb": A,
            "HW_bob_lee_attempt_2026-01-30-15-30-10_hw.ipynb": B,
        },
        None,
        {"ann_lee": "ann", "bob_lee": "bob"},
    ),
    "brightspace": (
        {
            "12-99 - Ann Lee - Sep 3, 2026 105 PM - hw.ipynb": A,
            "12-99 - Ann Lee - Sep 3, 2026 1005 AM - hw.ipynb": B,
            "13-99 - Bob - Sep 3, 2026 1205 PM/hw.ipynb": B,
            "index.html": b"<html>",
        },
        None,
        {"Ann Lee": "ann", "Bob": "bob"},
    ),
    "github classroom": (
        {"ps1-ann/hw.ipynb": A, "ps1-ann/README.md": b"#", "ps1-ann/.git/x.ipynb": B, "ps1-bob/hw.ipynb": B},
        "Name,Username\nAnn Lee,ann\nBob,bob\n",
        {"Ann Lee": "ann", "Bob": "bob"},
    ),
    "accents in two forms": ({f"{NFD}/hw.ipynb": B, "José/hw (1).ipynb": A}, None, {"José": "ann"}),
    "accents in two forms, a roster": ({f"{NFD}.ipynb": A}, "learner\nJosé\n", {"José": "ann"}),
    "accents left out": ({"Jose Nunez.ipynb": A}, "learner\nJosé Núñez\n", {"José Núñez": "ann"}),
    "accents count where both are there": (
        {"Andre.ipynb": A, "André.ipynb": B},
        "learner\nAndré\nAndre\n",
        {"Andre": "ann", "André": "bob"},
    ),
    "case": ({"ANN_lee.ipynb": A}, "learner\nAnn Lee\n", {"Ann Lee": "ann"}),
    "case, and no roster": ({"Ann/hw (1).ipynb": A, "ann.ipynb": B}, None, {"Ann": "ann"}),
    "other letters": (
        {"李雷.ipynb": A, "Ольга/hw.ipynb": B},
        "learner\n李雷\nОльга\n",
        {"李雷": "ann", "Ольга": "bob"},
    ),
    "a name without letters": (
        {"🦊.ipynb": A, "🐻.ipynb": B},
        "learner\n🦊\n🐻\n",
        {"🦊": "ann", "🐻": "bob"},
    ),
    "a roster, names in other places": (
        {"week3/hw1_ann lee.ipynb": A, "week3/x17.ipynb": B, "week3/dora.ipynb": C},
        "learner,file\nAnn Lee,\nBob,x17\nEve,\n",
        {"Ann Lee": "ann", "Bob": "bob", "Eve": MISSING, "dora": "carl"},
    ),
    "a roster, addresses": (
        {"alee.ipynb": A, "b@c.org.ipynb": B},
        "Full name;E-mail\nAnn Lee;alee@x.org\nBob;b@c.org\n",
        {"Ann Lee": "ann", "Bob": "bob"},
    ),
    "a roster, first and last names": (
        {"Lee Ann.ipynb": A},
        "First name\tSurname\tID number\nAnn\tLee\t7\n",
        {"Ann Lee": "ann"},
    ),
    "an export beside a late one": (
        {
            "CS1-HW.zip": {
                f"{n}_{i}_assignsubmission_file_/h.ipynb": d for n, i, d in (("Ann", 1, A), ("Bob", 2, B))
            },
            "carl.ipynb": C,
        },
        None,
        {"Ann": "ann", "Bob": "bob", "carl": "carl"},
    ),
    "folders of common names around": (
        {"submissions/week3/ann.ipynb": A, "submissions/week3/bob.ipynb": B},
        None,
        BOTH,
    ),
    "two assignments of one learner": ({"ann/ps1/x.ipynb": B, "ann/ps2/x.ipynb": A}, None, {"ann": "ann"}),
    "gradescope": (
        {"submission_17/net.ipynb": A, "submission_18/net.ipynb": B, "submission_19/mine.ipynb": C},
        None,
        {"submission_17": "ann", "submission_18": "bob", "submission_19": "carl"},
    ),
    "weeks": (
        {"week1/ann.ipynb": B, "week1/bob.ipynb": B, "week1/carl.ipynb": C, "week2/ann (1).ipynb": A},
        None,
        {"ann": "ann", "bob": "bob", "carl": "carl"},
    ),
    "google": (
        {"Ann Lee - hw.ipynb": A, "Bob - hw.ipynb": B},
        "name\nAnn Lee\nBob\n",
        {"Ann Lee": "ann", "Bob": "bob"},
    ),
    "teams": (
        {"Ann/hw/Version 9/hw.ipynb": B, "Ann/hw/Version 10/hw.ipynb": A, "Bob/hw/Version 1/hw.ipynb": B},
        None,
        {"Ann": "ann", "Bob": "bob"},
    ),
    "the instructor's own files": (
        {"ann.ipynb": A, "bob.ipynb": B, "data/points.csv": b"1", "README.md": b"#", "grades.csv": b"1"},
        None,
        BOTH,
    ),
    "an export beside the notebook": ({"ann.ipynb": A, "ann.html": b"<", "bob.ipynb": B}, None, BOTH),
    "an archive of macOS": (
        {"Archive.zip": {"w/ann.ipynb": A, "__MACOSX/w/._ann.ipynb": b"\0", "w/bob.ipynb": B}},
        None,
        BOTH,
    ),
    "a download of a download": ({"ann.ipynb": B, "ann (1).ipynb": A}, None, {"ann": "ann"}),
    "numbers are no downloads": (
        {"student (1).ipynb": A, "student (2).ipynb": B},
        None,
        {"student (1)": "ann", "student (2)": "bob"},
    ),
    "gradescope, several files each": (
        {f"submission_{i}/{n}.ipynb": d for i, d in ((17, A), (18, B)) for n in ("net", "plots", "extra")}
        | {"submission_metadata.yml": b":"},
        None,
        {"submission_17": "ann", "submission_18": "bob"},
    ),
    "weeks, the same two learners": (
        {"week1/ann.ipynb": C, "week1/bob.ipynb": C, "week2/ann.ipynb": A, "week2/bob.ipynb": B},
        None,
        BOTH,
    ),
    "learners who are numbers": (
        {"week1/1001.ipynb": A, "week1/1002.ipynb": B},
        None,
        {"1001": "ann", "1002": "bob"},
    ),
    "numbers whose zeros a spreadsheet took": (
        {"0012.ipynb": A, "0013.ipynb": B},
        "name,student number\nAnn,12\nBob,13\n",
        {"Ann": "ann", "Bob": "bob"},
    ),
    "numbers whose zeros tell them apart": (
        {"007.ipynb": A, "07.ipynb": B},
        "name,id\nAnn,007\nBob,07\n",
        {"Ann": "ann", "Bob": "bob"},
    ),
    "a middle name in the roster alone": (
        {"Ann Lee_1_assignsubmission_file_/hw.ipynb": A, "Bob Ray_2_assignsubmission_file_/hw.ipynb": B},
        'name\nAnn Maria Lee\n"Ray, Bob J."\n',
        {"Ann Maria Lee": "ann", "Ray, Bob J.": "bob"},
    ),
    "a middle name in the platform alone": (
        {"Ann Maria Lee_1_assignsubmission_file_/hw.ipynb": A},
        "name\nAnn Lee\nAnn Ray\n",
        {"Ann Lee": "ann", "Ann Ray": MISSING},
    ),
    "letters without their strokes and dots": (
        {"lukasz.ipynb": A, "soren.ipynb": B, "mueller.ipynb": C},
        "name\nŁukasz\nSøren\nMüller\n",
        {"Łukasz": "ann", "Søren": "bob", "Müller": "carl"},
    ),
    "signs without width in the roster": (
        {"דנה_2_assignsubmission_file_/h.ipynb": A, "Bob.ipynb": B},
        "name\n\u200fדנה\u200f\n\u200bBob\n",
        {"דנה": "ann", "Bob": "bob"},
    ),
    "moodle, groups": (
        {
            "Group A-Ann Lee_1_assignsubmission_file_/hw.ipynb": A,
            "Group B-Participant_2_assignsubmission_file_/hw.ipynb": B,
        },
        "name\nAnn Lee\n",
        {"Ann Lee": "ann", "Participant 2": "bob"},
    ),
    "moodle, two of one name, told by their folders": (
        {"Ann_101_assignsubmission_file_/hw.ipynb": A, "Ann_102_assignsubmission_file_/hw.ipynb": B},
        "name,id,file\nAnn,7,Ann_101_assignsubmission_file_\nAnn,8,Ann_102_assignsubmission_file_\n",
        {"Ann (7)": "ann", "Ann (8)": "bob"},
    ),
    "moodle, lists of the class beside it": (
        {
            "export.zip": {
                "Ann_1_assignsubmission_file_/hw.ipynb": A,
                "Bob_2_assignsubmission_file_/hw.ipynb": B,
            },
            "class list.csv": b"name",
            "2026-01-30T0930_Grades-CS1.csv": b"Student",
        },
        None,
        {"Ann": "ann", "Bob": "bob"},
    ),
    "brightspace, other forms of the time": (
        {
            "12-99 - Ann Lee - 3 September, 2026 105 PM/hw.ipynb": A,
            "12-99 - Ann Lee - 3 September, 2026 1005 AM/hw.ipynb": B,
            "13-99 - Bob - 03 Sep 2026 1530/hw.ipynb": B,
        },
        None,
        {"Ann Lee": "ann", "Bob": "bob"},
    ),
    "github classroom, its own roster": (
        {"hw1-ann-lee/hw.ipynb": A, "hw1-bob99/hw.ipynb": B},
        '"identifier","github_username","github_id","name"\n"Ann","ann-lee","",""\n"Bob","bob99","",""\n',
        {"Ann": "ann", "Bob": "bob"},
    ),
    "files of systems": (
        {
            "ann/hw.ipynb": A,
            "ann/~$hw.docx": b"x",
            "ann/.ipynb_checkpoints/hw-checkpoint.ipynb": B,
            "thumbs.db": b"x",
            "Desktop.ini": b"x",
            "Icon\r": b"",
            ".DS_Store": b"x",
            "bob/hw.ipynb": B,
            "bob/node_modules/x/demo.ipynb": A,
        },
        None,
        BOTH,
    ),
    "moodle, an export of one beside mails": (
        {"CS101-Hidden layers-8811.zip": {"Ann_7_assignsubmission_file_/h.ipynb": A}, "Bob.ipynb": B},
        None,
        {"Ann": "ann", "Bob": "bob"},
    ),
    "canvas, an export of one that was downloaded twice, beside mails": (
        {"submissions (1).zip": {"leeann_7_901_h.ipynb": A}, "Bob (late).ipynb": B},
        "name,id\nAnn Lee,7\nBob,8\n",
        {"Ann Lee": "ann", "Bob": "bob"},
    ),
    "blackboard, an export of one, unpacked, beside a mail": (
        {"gradebook_CS1_HW_2026-01-30/HW_ann_attempt_2026-01-30-15-30-10_h.ipynb": A, "bob.ipynb": B},
        None,
        BOTH,
    ),
    "blackboard, names that begin alike": (
        {
            "HW2_st_ann_attempt_2026-01-30-15-30-10_hw.ipynb": A,
            "HW2_st_amy_attempt_2026-01-30-15-30-10_hw.ipynb": B,
        },
        None,
        {"st_ann": "ann", "st_amy": "bob"},
    ),
    "blackboard, names that begin alike, a roster": (
        {
            "Hidden layers_st_x_ann_attempt_2026-01-30-15-30-10_hw.ipynb": A,
            "Hidden layers_st_x_amy_attempt_2026-01-30-15-30-10_hw.ipynb": B,
        },
        "name,username\nAnn Lee,st_x_ann\nAmy Ray,st_x_amy\nBob,ann\n",
        {"Ann Lee": "ann", "Amy Ray": "bob", "Bob": MISSING},
    ),
    "blackboard, one name with a stroke, and another's after it": (
        {"HW_st_ann_attempt_2026-01-30-15-30-10_bob.ipynb": A},
        "name,username\nAnn Lee,st_ann\nBob,ann\n",
        {"Ann Lee": "ann", "Bob": MISSING},
    ),
    "sakai": (
        {
            "HW/grades.csv": b"x",
            "HW/Lee, Ann(alee)/Submission attachment(s)/hw.ipynb": A,
            "HW/Lee, Ann(alee)/timestamp.txt": b"2026",
            "HW/Ray, Bob(bray)/Submission attachment(s)/hw.ipynb": B,
        },
        "Display name,Login\nAnn Lee,alee\nBob Ray,bray\n",
        {"Ann Lee": "ann", "Bob Ray": "bob"},
    ),
    "ilias": (
        {
            "Abgaben/Lee_Ann_alee_4711/20260130_hw.ipynb": A,
            "Abgaben/Ray_Bob_bray_4712/20260130_hw.ipynb": B,
        },
        "Nachname;Vorname;Benutzername;Matrikelnummer\nLee;Ann;alee;4711\nRay;Bob;bray;4712\n",
        {"Ann Lee": "ann", "Bob Ray": "bob"},
    ),
    "github classroom, archives": (
        {
            "hw-ann42-main.zip": {"hw-ann42-main/hw.ipynb": A},
            "hw-bob-9-master.zip": {"hw-bob-9-master/hw.ipynb": B},
        },
        "identifier,github_username,github_id,name\nAnn Lee,ann42,1,annie\nBob Ray,bob-9,2,\n",
        {"Ann Lee": "ann", "Bob Ray": "bob"},
    ),
    "teams, working files": (
        {
            "Student Work/Working files/Ann/hw/hw (3).ipynb": B,
            "Student Work/Submitted files/Ann/hw/Version 1/hw.ipynb": A,
            "Student Work/Submitted files/Bob/hw/Version 1/hw.ipynb": B,
        },
        None,
        {"Ann": "ann", "Bob": "bob"},
    ),
    "sections, surnames alone": (
        {"sec 1/lee.ipynb": A, "sec 1/ray_hw.ipynb": B, "sec 2/oak.ipynb": C},
        "name\nAnn Lee\nBob Ray\nCarl Oak\n",
        {"Ann Lee": "ann", "Bob Ray": "bob", "Carl Oak": "carl"},
    ),
    "another's surname in one's own folder": (
        {"mallory/lee.ipynb": A, "ray/hw.ipynb": B},
        "name\nAnn Lee\nBob Ray\n",
        {"mallory": "ann", "Bob Ray": "bob", "Ann Lee": MISSING},
    ),
    "one learner under two names that share a word": (
        {"Ann Lee.ipynb": B, "hw Ann Lee 4711 final.ipynb": A},
        "name,id\nAnn Lee,4711\n",
        {"Ann Lee": "ann"},
    ),
    "numbers are no versions": (
        {"team-1.ipynb": A, "team-2.ipynb": B},
        None,
        {"team-1": "ann", "team-2": "bob"},
    ),
}

WHOSE = {  # a roster -> names of files, and of whom in it each tells; "" for nobody
    "name,student number\nAda Aster,1234567\nBen Berg,s7654321\nCy Cruz,0012345\nDo Oak,12-345-678\n": {
        "1234567_tiny": "Ada Aster",
        "HW3_1234567": "Ada Aster",
        "CS101_1234567_my network": "Ada Aster",
        "1234567_Aster_v2": "Ada Aster",
        "s7654321_tiny": "Ben Berg",
        "tiny-S7654321 (1)": "Ben Berg",
        "12345_tiny": "Cy Cruz",
        "tiny 0012345 final": "Cy Cruz",
        "hw_12-345-678": "Do Oak",
        "123456_tiny": "",
        "week 7": "",
    },
    "name,login,number\nAda Aster,aas12,4711\nBen Berg,bb-77,4712\nCy Cruz,lab,7\nDo Ray,tiny,2\n": {
        "aas12_tiny": "Ada Aster",
        "hw2 aas12": "Ada Aster",
        "Aster, Ada(aas12)": "Ada Aster",
        "Aster_Ada_aas12_4711": "Ada Aster",
        "Ada Aster [4711]": "Ada Aster",
        "tiny-bb-77": "Ben Berg",
        "intro-to-networks-bb-77-main": "Ben Berg",
        "tiny-bb-77-master": "Ben Berg",
        "bb77": "Ben Berg",
        "lab_ada_aster_7": "Ada Aster",
        "hw_2_tiny_berg_ben": "Ben Berg",
        "lab 7": "",
        "tiny 2 hw": "",
    },
    "First name,Last name\nAda,Aster\nBen,van den Berg\nAnn,Lee\nBob,Lee\nZoë,Müller-O'Neil\n李,雷\n": {
        "aster_tiny": "Ada Aster",
        "Ada": "Ada Aster",
        "my network by Ada Aster": "Ada Aster",
        "hw Ada Eve Aster": "",
        "van_den_berg_hw": "Ben van den Berg",
        "VandenBerg tiny": "Ben van den Berg",
        "A. Lee": "Ann Lee",
        "blee_hw": "Bob Lee",
        "tiny ann": "Ann Lee",
        "muller_oneil": "Zoë Müller-O'Neil",
        "Zoe Mueller": "Zoë Müller-O'Neil",
        "李雷_tiny": "李 雷",
        "Ada Brandt": "",
        "ada_ben": "",
        "aster network": "",
    },
    "name\nAda Aster\n": dict.fromkeys(
        [
            *(
                "Ada Aster LATE",
                "Ada Aster - verspätet",
                "Ada Aster (nachgereicht)",
                "Aster endgültige Version",
            ),
            *(
                "aster tarde",
                "aster tiny corrigé",
                "Aster en retard",
                "Ada Aster versión final",
                "aster (late) (2)",
            ),
            *("Kopie von Aster", "Ada_Aster copie", "aster_definitivo", "ada consegna versione finale"),
        ],
        "Ada Aster",
    ),
}

NAMELESS = {  # things whose names tell nobody, or two: what is said of them
    "mails that a browser saved": (
        ["tiny.ipynb", "tiny (1).ipynb", "tiny (2).ipynb", "Ada.ipynb"],
        "name nobody",
    ),
    "copies": (["hw.ipynb", "hw - Copy.ipynb"], "name nobody"),
    "copies of Google": (["Copy of tiny.ipynb", "Copy of tiny (1).ipynb"], "name nobody"),
    "new folders": (["New folder/tiny.ipynb", "New folder (2)/tiny.ipynb"], "name nobody"),
    "versions": (["tiny_v2.ipynb", "tiny.ipynb"], "name nobody"),
    "archives": (["tiny.zip", "tiny(1).zip"], "name nobody"),
    "a folder of them": (["Abgaben/tiny.ipynb", "Abgaben/tiny-1.ipynb"], "name nobody"),
    "one surname of two": (["Lee.ipynb"], "'Lee' could be 'Ann Lee' and 'Bob Lee'"),
    "two numbers": (["10001_10002.ipynb"], "could be 'Ann Lee' and 'Bob Lee'"),
    "two names": (["ann_lee_bob_lee.ipynb"], "could be 'Ann Lee' and 'Bob Lee'"),
    "a number and another's name": (["10001 Bob Lee.ipynb"], "could be 'Ann Lee' and 'Bob Lee'"),
    "a number, and a name in another file": (["10001 hw.ipynb", "Ann Lee.ipynb"], "would be 'Ann Lee'"),
}

CHOICE = {  # the files of one learner, the older first: the last counts
    "a download": ["hw.ipynb", "hw (1).ipynb", "hw (2).ipynb", "hw (10).ipynb"],
    "a number": ["hw.ipynb", "hw-1.ipynb"],
    "versions": ["hw_v9.ipynb", "hw_v10.ipynb"],
    "versions, another way": ["hw v1.ipynb", "hw v2.ipynb"],
    "a copy": ["hw.ipynb", "hw-Copy1.ipynb"],
    "a copy of Windows": ["hw.ipynb", "hw - Copy.ipynb", "hw - Copy (2).ipynb"],
    "a copy of Google": ["hw.ipynb", "Copy of hw.ipynb"],
    "a final one": ["hw.ipynb", "hw_v2.ipynb", "hw_final.ipynb", "hw_final2.ipynb"],
    "an updated one": ["hw.ipynb", "hw-updated.ipynb"],
    "a late one": ["hw.ipynb", "hw_verspätet.ipynb"],
    "a final one in Spanish": ["hw_borrador.ipynb", "hw.ipynb", "hw_definitivo.ipynb"],
    "a version in German": ["hw Fassung 9.ipynb", "hw Fassung 10.ipynb"],
    "a copy of Windows in Spanish": ["hw.ipynb", "hw - copia.ipynb"],
    "days, the day first": ["hw 31.01.2026.ipynb", "hw 01.02.2026.ipynb"],
    "an old one": ["hw_old.ipynb", "hw.ipynb"],
    "a download, its name made plain": ["hw.ipynb", "hw_1_.ipynb"],
    "days": ["hw_2026-02-27.ipynb", "hw_2026-03-01.ipynb"],
    "an old folder": ["old/hw.ipynb", "hw.ipynb"],
    "an old archive's folder": ["hw_old/hw.ipynb", "hw/hw.ipynb"],
    "folders with numbers": ["try9/hw.ipynb", "try10/hw.ipynb"],
    "folders": ["attempt 9/hw.ipynb", "attempt 10/hw.ipynb"],
    "natural order": ["hw9.ipynb", "hw10.ipynb"],
    "canvas": ["ann_7_9999_hw.ipynb", "ann_7_10000_hw.ipynb"],
    "canvas, against the names": ["ann_7_9999_hw (1).ipynb", "ann_7_10000_hw.ipynb"],
}

ODD = {  # what else may lie there -> what the record must say, or the text of the notebook
    "hw.ipynb.txt": (A, "ann"),
    "hw.ipynb.json": (A, "ann"),
    "hw.json": (A, "ann"),
    "hw": (A, "ann"),
    "hw.IPYNB": (A, "ann"),
    "hw.txt": (b"my answer", "hw.txt is a text file, and no notebook"),
    "hw.ipynb.txt ": (b"my answer", "no notebook that can be read"),
    "hw.py": (b"print(1)", "hw.py is a Python script"),
    "hw.nb.py": (b"# %%\nprint(1)", "made from a notebook"),
    "hw2.py": (b"# ---\n# jupyter:\n", "made from a notebook"),
    "hw.pdf": (b"%PDF-1.7", "hw.pdf is a PDF document, and no notebook"),
    "hw.html": (b"<html>", "hw.html is a web page"),
    "hw.docx": (b"PK\x03\x04", "hw.docx is a text document"),
    "hw.7z": (b"7z\xbc\xaf", "hw.7z is an archive that cannot be opened here"),
    "hw.rar": (b"Rar!", "hw.rar is an archive that cannot be opened here"),
    "hw.png": (b"\x89PNG", "hw.png is a picture"),
    "hw.xyz": (b"\0\1", "a file of another kind (xyz)"),
    "empty.pages.ipynb": (b"", "The file is empty"),
    "blank.ipynb": (b" \n", "The file is empty"),
    "empty.txt": (b"", "an empty file"),
    "part.ipynb": (A[:50], "only a part of one"),
    "page.ipynb": (b"<!DOCTYPE html>", "The file is a web page, whatever its name says"),
    "zip.ipynb": (zipped({"hw.ipynb": A}), "ann"),
    "json.zip": (A, "ann"),
    "rar.zip": (b"Rar!\x1a\x07", "The archive rar.zip is a RAR archive, and no zip archive"),
    "gzip.ipynb": (gzip.compress(A), "The file is a gzip archive"),
    "hw.tar": (tarred({"hw/hw.ipynb": A}), "ann"),
    "hw.tar.gz": (tarred({"hw.ipynb": A}, gzip.compress), "ann"),
    "hw.tgz": (tarred({"hw.ipynb": A}, gzip.compress), "ann"),
    "hw.tar.bz2": (tarred({"hw.ipynb": A}, bz2.compress), "ann"),
    "hw.tar.xz": (tarred({"hw.ipynb": A}, lzma.compress), "ann"),
    "half.tar.gz": (tarred({"hw.ipynb": A}, gzip.compress)[:60], "The archive half.tar.gz is damaged"),
    "no.tar": (b"hello", "The archive no.tar is damaged"),
    "bzip2.zip": (zipped({"hw.ipynb": A}, compression=zipfile.ZIP_BZIP2), "ann"),
    "lzma.zip": (zipped({"hw.ipynb": A}, compression=zipfile.ZIP_LZMA), "ann"),
    "zip in zip.zip": ({"inner.zip": {"hw.ipynb": A}}, "ann"),
    "empty.zip": ({}, "empty.zip is an empty archive"),
    "pdf.zip": ({"hw.pdf": b"%PDF"}, "hw.pdf in the archive pdf.zip is a PDF document"),
    "half.zip": (DEFLATED[:90], "The archive half.zip is damaged"),
    "deflate.zip": (broken(DEFLATED, 45, b"\xff\xff\xff"), "hw.ipynb in the archive deflate.zip is damaged"),
    "crc.zip": (broken(zipped({"hw.ipynb": A}), 60, b"#"), "hw.ipynb in the archive crc.zip is damaged"),
    "locked.zip": (locked(DEFLATED), "hw.ipynb in the archive locked.zip is locked with a password"),
    "method.zip": (method(DEFLATED, 93), "is packed in a way that cannot be undone here"),
    "newer.zip": (newer(DEFLATED), "is packed in a way that cannot be undone here"),
    "lzma broken.zip": (
        broken(zipped({"hw.ipynb": nb("x" * 999)}, compression=zipfile.ZIP_LZMA), 60, b"\0" * 9),
        "is damaged",
    ),
    "bzip2 broken.zip": (
        broken(zipped({"hw.ipynb": nb("x" * 999)}, compression=zipfile.ZIP_BZIP2), 60, b"\0" * 9),
        "is damaged",
    ),
    "name.zip": (
        broken(zipped({"é.ipynb": A}), zipped({"é.ipynb": A}).rindex("é".encode()), b"\xff\xff"),
        "is damaged",
    ),
    "backslash.zip": ({"hw\\hw.ipynb": A}, "ann"),
    "outside.zip": ({"../../hw.ipynb": A}, "ann"),
    "deep.zip": ({"a/" * 5000 + "hw.ipynb": B, "hw.ipynb": A}, "ann"),
    "long.zip": ({"_1" * 20000 + ".ipynb": B, "hw.ipynb": A}, None),
    "checkpoint.zip": (
        {"hw.ipynb": A, ".ipynb_checkpoints/hw-checkpoint.ipynb": B, "__MACOSX/._hw.ipynb": B},
        "ann",
    ),
    "link.ipynb": ("/etc/passwd", "link.ipynb is a link"),
    "empty": (None, EMPTY),
    "checkpoints/.ipynb_checkpoints/hw-checkpoint.ipynb": (A, EMPTY),
    "surrogate.ipynb": (A.replace(b'"ann"', b'"ann \\ud83d"'), "ann \ufffd"),
    "deeply nested.ipynb": (b'{"cells": ' + b"[" * 99999, "no notebook that can be read"),
}
