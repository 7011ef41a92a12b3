"""The instructor's page, followed by the letter: from the source to what a platform takes back."""

import csv
import io
import re
import shlex
import shutil
import zipfile
from pathlib import Path

import pytest
import sample_class

from coursekit.classroom.apart.sandbox import obstacle
from coursekit.classroom.collect.names import plain
from coursekit.cli import main

pytestmark = pytest.mark.skipif(bool(obstacle()), reason=obstacle())
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "notebooks" / "for_instructors.md").read_text(encoding="utf-8")
(BLOCK,) = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [shlex.split(line) for line in BLOCK.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder in which all commands of the page were given."""
    folder = tmp_path_factory.mktemp("course")
    source = folder / "notebooks" / "assignments"
    source.mkdir(parents=True)
    shutil.copy(ROOT / "notebooks" / "assignments" / "backpropagation.ipynb", source)
    (program, script, *arguments), *others = COMMANDS
    assert (program, script) == (".venv/bin/python", "tests/classroom/sample_class.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        sample_class.main(*arguments)
        for program, *words in others:
            assert program == ".venv/bin/coursekit"
            if words[0] == "report":
                marks = Path("results/marks.csv")
                text = marks.read_text(encoding="utf-8-sig")
                row = next(line for line in text.splitlines() if line.startswith("Ada Aster"))
                cells = row.split(",")
                cells[-4], cells[-3] = "2.5", "Numbers named. Thank you."
                marks.write_text(text.replace(row, ",".join(cells)), encoding="utf-8")
            assert main(words) == 0
    return folder


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_everybody_of_the_roster_is_in_the_table(folder):
    table = {row["learner"]: row for row in rows(folder / "results" / "grades.csv")}
    assert [name.partition(" (")[0] for name in table] == sorted(sample_class.NAMES, key=plain)
    totals = [float(row["total"]) for row in table.values()]
    assert {row["points"] for row in table.values()} == {"33"}
    assert max(totals) == 32.5  # Ada's, with her mark
    assert sum(total == 0 for total in totals) == 4  # untouched, half a file, no notebook, nothing


def test_the_page_of_the_class_names_mistakes_in_words(folder):
    text = (folder / "results" / "class.html").read_text(encoding="utf-8")
    assert "The points are summed and not averaged. (2 of 20 learners)" in text
    assert "Eva Elder" in text


def test_moodle_gets_a_grade_and_a_page_for_each_who_handed_in(folder):
    table = rows(folder / "results" / "moodle_grades.csv")
    assert len(table) == 19
    ada = next(row for row in table if row["Identifier"] == "Participant 1001")
    assert (ada["Grade"], ada["Maximum grade"]) == ("32.5", "33")
    assert ada["Feedback comments"] == "Numbers named. Thank you."
    with zipfile.ZipFile(folder / "results" / "moodle_feedback.zip") as archive:
        names = archive.namelist()
    assert "Łucja Laurel_1012_assignsubmission_file_/feedback_backpropagation.html" in names
    assert len(names) == 19
