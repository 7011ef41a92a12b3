"""The instructor's page keeps its word: minutes add up, places exist, lines of Python show what it says."""

import re

import numpy as np
import pytest
from notebook_cells import NOTEBOOKS, attempts, cells, checks, code_of, exercises, lessons, run, solutions
from test_notebooks import NEVER_SAID

import coursekit as ck
from coursekit.lesson import exercises as ex
from coursekit.lesson.progress import keep

ROOT = NOTEBOOKS.parent
PAGE = (NOTEBOOKS / "for_instructors.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
LESSONS = {path.name[:2]: path for path in lessons()}
FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SHOWN = re.compile(r"`([^`]+)` → `([^`]+)`")


def blocks(language):
    """Return the fenced blocks of one language, without their indentation."""
    return [
        "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))
        for indent, name, text in FENCED.findall(PAGE)
        if name == language
    ]


SETUP, AT_A_DESK, COURSE = blocks("python")
TEXT = FENCED.sub("", PAGE)  # without the blocks, some of which begin lines with #


def part(title):
    """Return the text below a heading, up to the next one of its rank or a higher one."""
    (mark,) = re.findall(rf"^(#+) {re.escape(title)}$", TEXT, re.MULTILINE)
    rest = TEXT.partition(f"\n{mark} {title}\n")[2]
    return re.split(rf"^#{{1,{len(mark)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def table(text):
    """Return the rows of the only table of a text, as lists of cells; the header is left out."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


LABS = {number: table(part(f"Lab {number}")) for number in (1, 2, 3)}
CUTS = table(part("Short of time?"))
STUMBLES = table(part("What learners stumble on"))
HOME = table(part("What stays at home"))


def prose(path):
    """Return the markdown of a lesson, cell by cell, without its blocks of code."""
    every = cells(path).values()
    return ["".join(c["source"]) for c in every if c["cell_type"] == "markdown"]


def headings(number):
    text = re.sub(r"```.*?```", "", "\n\n".join(prose(LESSONS[number])), flags=re.DOTALL)
    return re.findall(r"^#{2,} (.*)$", text, re.MULTILINE)


def has_section(number, k):
    return any(re.match(rf"{k}(\.| ·) ", heading) for heading in headings(number))


# Minutes


@pytest.mark.parametrize("number", LABS)
def test_a_lab_is_planned_without_gaps_and_fits_into_90_minutes(number):
    clock = 0
    for start, minutes, _, _ in LABS[number]:
        assert int(start) == clock
        assert int(minutes) > 0
        clock += int(minutes)
    assert clock <= 90


def minutes_in_the_room(who):
    return sum(int(minutes) for rows in LABS.values() for _, minutes, lesson, _ in rows if lesson == who)


def minutes_alone(number):
    (row,) = (line for line in README.splitlines() if line[:1] == "|" and LESSONS[number].name in line)
    return int(row.split("|")[-3])


def test_room_and_home_add_up_to_the_minutes_of_the_readme():
    *rows, (name, *totals) = HOME
    assert [row[0] for row in rows] == list(LESSONS)
    for lesson, *minutes in rows:
        alone, room, home = map(int, minutes)
        assert alone == minutes_alone(lesson) == room + home
        assert room == minutes_in_the_room(lesson)
    assert name == "all"
    assert list(map(int, totals)) == [sum(int(row[i]) for row in rows) for i in (1, 2, 3)]


def test_home_work_is_shared_out_without_rest():
    given = dict.fromkeys(LESSONS, 0)
    plans = re.findall(r"^- (?:Before|After) lab \d: (.*)\. Together (\d+) minutes", PAGE, re.MULTILINE)
    assert len(plans) == 4
    for items, together in plans:
        split = [(item[:2], int(re.search(r"\((\d+)\)", item)[1])) for item in items.split(", ")]
        assert sum(minutes for _, minutes in split) == int(together)
        for lesson, minutes in split:
            given[lesson] += minutes
    assert given == {row[0]: int(row[3]) for row in HOME[:-1]}


def test_the_sentences_about_minutes_are_true():
    labs = 3 * 90
    alone, room, _ = map(int, HOME[-1][1:])
    votes, rest = minutes_in_the_room("vote"), minutes_in_the_room("–")
    assert f"The labs' {labs} minutes are {room} for lessons, {votes} for votes, {rest} for" in PAGE
    assert room + votes + rest == labs
    namespace = {}
    run(code_of(LESSONS["00"])["00-minutes"], namespace)
    assert namespace["total"] + namespace["optional"] == alone
    assert f"In lesson 00 learners find {namespace['total'] - labs} minutes of home work" in PAGE
    assert "ten to twenty seconds" in prose(LESSONS["07"])[0]


def test_a_vote_takes_the_minutes_that_the_labs_give_it():
    said = part("Questions to vote on").partition("\n\nRun this")[0]
    assert sum(map(int, re.findall(r"\((\d)(?: minute)?\)", said))) == 5
    assert {int(row[1]) for rows in LABS.values() for row in rows if row[2] == "vote"} == {5}


# Places


def test_every_cell_exists():
    named = re.findall(r"`((\d\d)-[a-z0-9-]+)`", TEXT)
    assert len(named) >= 20
    for name, number in named:
        assert name in cells(LESSONS[number]), name


def places():
    """Return (lesson, text) for all that the page says about a place inside a lesson."""
    rows = [(lesson, what) for lab in LABS.values() for _, _, lesson, what in lab]
    rows += [(lesson, f"{cut}; {never}") for lesson, cut, never in CUTS]
    rows += [(item[:2], item) for item in re.findall(r"\d\d up to §\d+", PAGE)]
    return [row for row in rows if row[0] in LESSONS]


@pytest.mark.parametrize(("lesson", "text"), places())
def test_every_section_exercise_and_case_exists(lesson, text):
    found = [("§", k) for k in re.findall(r"§(\d+)", text)]
    for k in re.findall(r"§(\d+)", text):
        assert has_section(lesson, k), f"{lesson} has no section {k}"
    for numbers in re.findall(r"exercises? ((?:\d+(?:, | and )?)+)", text):
        for k in re.findall(r"\d+", numbers):
            found.append(("exercise", k))
            assert any(h.startswith(f"Exercise {k}:") for h in headings(lesson)), f"{lesson} exercise {k}"
    for k in re.findall(r"case (\d+)", text):
        found.append(("case", k))
        assert any(h.startswith(f"Case {k} ") for h in headings(lesson)), f"{lesson} case {k}"
    for title in re.findall("“([^”]+)”", text):
        found.append(("title", title))
        assert title in headings(lesson), title
    assert found or re.search(r"`\d\d-", text), "the row names no place"


def test_every_title_outside_the_rows_of_a_lesson_exists():
    everywhere = [heading for number in LESSONS for heading in headings(number)]
    for *_, lesson, what in (row for lab in LABS.values() for row in lab):
        if lesson not in LESSONS:
            assert all(title in everywhere for title in re.findall("“([^”]+)”", what)), what


def test_every_lesson_has_cuts_and_something_that_is_never_cut():
    assert [row[0] for row in CUTS] == list(LESSONS)
    for _, cut, never in CUTS:
        assert cut
        assert not set(re.split("; ", cut)) & set(re.split("[;,] ", never))


def test_no_section_in_the_room_needs_an_explorer():
    for lesson, text in [(row[2], row[3]) for rows in LABS.values() for row in rows if row[2] in LESSONS]:
        wanted, inside = set(re.findall(r"§(\d+)", text)), None
        for cell in cells(LESSONS[lesson]).values():
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                for rank, number in re.findall(r"^(##) (?:(\d+)(?:\.| ·) )?", source, re.MULTILINE):
                    inside = number or (inside if rank != "##" else None)
            elif inside in wanted:
                assert not re.search(r"^explore_\w+\(", source, re.MULTILINE), cell["id"]


def test_links_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", PAGE):
        assert (NOTEBOOKS / target).exists(), target
    assert "](notebooks/for_instructors.md)" in README


# Questions

QUESTION = re.compile(r"^\*\*(\d[A-Z])\.\*\* (.*)\n\n((?:(?!^\*\*|^#).*\n)+)", re.MULTILINE)
QUESTIONS = {name: (stem, text) for name, stem, text in QUESTION.findall(TEXT)}
ASKED = pytest.mark.parametrize("name", QUESTIONS)


def options(name):
    return re.findall(r"^- ([A-Z]): (.*)$", QUESTIONS[name][1], re.MULTILINE)


def test_each_lesson_has_two_questions_and_the_labs_ask_each_once():
    for number in range(1, 8):
        assert sum(name.startswith(str(number)) for name in QUESTIONS) >= 2
    for name in QUESTIONS:
        assert f"**{name}.**" in part(f"0{name[0]}")
    votes = [row[3] for rows in LABS.values() for row in rows if row[2] == "vote"]
    assert sorted(votes) == sorted(QUESTIONS)


@ASKED
def test_a_question_has_one_right_option_and_says_what_wrong_ones_reveal(name):
    stem, found = QUESTIONS[name][0], options(name)
    assert stem
    assert [letter for letter, _ in found] == list("ABCD")[: len(found)]
    assert len(found) >= 3
    assert sum(text.endswith(" ✓") for _, text in found) == 1
    for _, text in found:
        assert text.endswith(" ✓") != bool(re.fullmatch(r"[^*]+ \*[^*]+\.\*", text)), text
    assert len({re.split(r" \*| ✓", text)[0] for _, text in found}) == len(found)


@pytest.fixture(scope="module")
def names():
    """Return what the block of the page defines."""
    namespace = {}
    exec(compile(SETUP, "for_instructors.md", "exec"), namespace)
    return namespace


SHOWN_BY = re.findall(r"^ *(Shown by.*)$", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("line", "result"), [pair for shown in SHOWN_BY for pair in SHOWN.findall(shown)])
def test_a_line_shows_what_the_page_says(line, result, names):
    assert repr(eval(line, dict(names))) == result


@ASKED
def test_each_answer_is_shown_by_a_line_and_numbers_among_the_options_tell_it_apart(name):
    (shown,) = re.findall(r"^Shown by.*$", QUESTIONS[name][1], re.MULTILINE)
    assert SHOWN.findall(shown)
    result = SHOWN.findall(shown)[-1][1]
    values = {text: re.match(r"-?[\d.]+(?= )", text) for _, text in options(name)}
    if all(values.values()):
        for text, value in values.items():
            assert (float(value[0]) == float(result)) == text.endswith(" ✓"), text
    for _, number in re.findall(r"`((\d\d)-[a-z0-9-]+)`", shown):
        assert number == f"0{name[0]}"


def test_numbers_of_wrong_options_and_stems_come_from_the_mistakes_they_name(names):
    wrong = {name: [float(text.split()[0]) for _, text in options(name)] for name in ("1B", "3A", "3B")}
    assert wrong["1B"] == pytest.approx([0.75, 0.75 * 0.9 + 0.25 * 0.1, 0.75 * 0.9, 1 - 0.1])
    total = -9 * np.log(0.99) - np.log(1e-9)
    assert wrong["3A"] == pytest.approx([1 / 10, 1.0, total / 10, -np.log(1e-9)], abs=0.005)
    p = 0.99
    assert wrong["3B"] == pytest.approx([p * p * (1 - p), p, -p, 1 / (1 - p)], abs=0.005)
    for name in ("5A", "5B", "7A", "7B"):
        said = re.findall(r"\d+\.\d+|\d{4}", QUESTIONS[name][0])
        results = " ".join(result for _, result in SHOWN.findall(QUESTIONS[name][1]))
        for number in said:
            assert number in results, f"{name}: {number}"
    baseline = SHOWN.findall(QUESTIONS["1A"][1])[0][1]
    assert baseline in QUESTIONS["1A"][0]
    assert (names["X"] == np.array([[0.5, -0.5, 1.0], [-1.0, 0.5, 1.0]])).all()


def test_the_run_of_7a_is_the_lessons_run_of_seed_0():
    firsts = ck.sweep(pattern=["centered_square", "thick_right_angle"], seed=0)["first_iteration"]
    assert re.findall(r"\d{4}", QUESTIONS["7A"][0]) == [str(first) for first in firsts]


# What the checks say


def flat(source):
    """Join texts that are written over several lines of Python."""
    return re.sub(r'(\\n)?"\n\s*f?"', r"", source).replace("\\n", " ")


DIAGNOSES = [flat(path.read_text(encoding="utf-8")) for path in (ROOT / "coursekit").glob("*mistakes.py")]


@pytest.mark.parametrize(("lesson", "seen", "asked"), STUMBLES)
def test_a_question_at_the_desk_is_one_of_the_checks(lesson, seen, asked):
    question = asked.strip("“”")
    assert seen
    assert question.endswith("?")
    known = [flat(source) for source in checks(LESSONS[lesson]).values()]
    assert any(question in source for source in known + DIAGNOSES)


def test_every_lesson_has_something_to_stumble_on():
    assert {row[0] for row in STUMBLES} == set(LESSONS)


def test_the_doctor_says_fine_as_often_as_the_page_says(capsys, monkeypatch):
    said = int(re.search(r"You want `fine` (\d+) times", PAGE)[1])
    namespace, code = {}, code_of(LESSONS["00"])
    monkeypatch.chdir(NOTEBOOKS)
    for name in ("00-doctor-tools", "00-doctor-report"):
        run(code[name], namespace)
    assert capsys.readouterr().out.count(": fine\n") == said


def test_the_wheels_for_a_room_without_network_hold_what_builds_the_package():
    build = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (needed,) = re.findall(r'^requires = \["(.*)"\]$', build, re.MULTILINE)
    fetch, install = blocks("")
    assert fetch == f'python3 -m pip download -d wheels "{needed}" ".[lab,grade]"\n'
    assert install.endswith('install --no-index --find-links wheels -e ".[lab,grade]"\n')


# Diagnosis and progress

DIAGNOSED = {
    "summed": "summed",
    "divided by n twice": "divided-by-n-twice",
    "sign": "sign-flipped",
    "sigma' forgotten": "slope-forgotten",
    "through dW2": "through-the-gradient",
    "sigma' of the activation": "slope-of-activation",
}


@pytest.fixture(scope="module")
def lesson_06():
    """Return the names of lesson 06 that stand before its exercises."""
    namespace = {}
    run(code_of(LESSONS["06"])["06-imports"], namespace)
    return namespace


@pytest.mark.parametrize("style", DIAGNOSED)
def test_the_lines_for_a_desk_name_the_mistakes_of_learners(style, lesson_06):
    (attempt,) = (
        a["code"]
        for a in attempts(LESSONS["06"])
        if (a["exercise"], a["style"]) == ("06-passes", f"backward: {style}") and "message" in a
    )
    namespace = dict(lesson_06)
    run(attempt, namespace)
    assert run(AT_A_DESK, namespace).mistake == DIAGNOSED[style]


def test_the_lines_for_a_desk_do_not_accuse_a_right_gradient(lesson_06):
    namespace = dict(lesson_06)
    run(solutions(LESSONS["06"])["06-passes"], namespace)
    assert run(AT_A_DESK, namespace).ok


def test_two_points_cannot_tell_summed_from_doubled(names):
    twice = ck.Params(*(2 * block for block in names["gradient"]))
    found = ck.diagnose_gradient(twice, names["params"], names["X"], names["y"])
    assert {found.mistake, *found.also} >= {"summed", "factor-two"}


def test_the_other_diagnoses_exist():
    for name in re.findall(r"`ck\.(\w+)`", PAGE):
        assert callable(getattr(ck, name))


def test_the_progress_of_the_course_counts_all_exercises_and_what_has_passed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    counts = {number: len(exercises(path)) for number, path in LESSONS.items()}
    keep("01", ex.check("Exercise 2: exact shares", ex.compare("one", 1, 1)))
    keep("02", ex.check("Exercise 1: the sigmoid", ex.compare("one", 2, 1)))
    assert (tmp_path / re.search(r"noted in `(.*?)`", PAGE)[1]).exists()
    said = [re.split(r"  +", line) for line in repr(run(COURSE, {})).splitlines()]
    passed = {"01": 1}
    assert [(line[0], line[-1]) for line in said] == [
        *((f"Lesson {n}", f"{passed.get(n, 0)} of {total} exercises passed") for n, total in counts.items()),
        ("All lessons", f"1 of {sum(counts.values())} exercises passed"),
    ]


# Tone and size


def test_the_page_is_plain_and_not_long():
    plain = re.sub(r"`[^`]*`", "", TEXT)
    assert not NEVER_SAID.search(plain)
    assert not re.search(r"\beas(y|ily)\b", plain, re.IGNORECASE)
    assert (
        1200 <= len(re.findall(r"[A-Za-z][\w'’]*", plain)) <= 2150
    )  # the way of grading is a page of its own
