"""Feedback, class page and rubric sheet: right numbers, named as in the notebook, nothing that is HTML."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest
from samples import CELLS, notebook, write

from coursekit.classroom.records import PartGrade, Record, Step
from coursekit.classroom.report.class_page import class_page, distribution, minutes, mistakes, parts, summary
from coursekit.classroom.report.feedback import feedback_page, named_once, rubric_page, title_of
from coursekit.classroom.report.marks import Hand
from coursekit.classroom.report.page import POLICY, STYLE
from coursekit.classroom.report.results import make_results, parts_of
from coursekit.classroom.report.similar import fingerprint, similar_pairs
from coursekit.classroom.source import read_source

EVIL = "</p><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
SUMMED = "Your dW1 and dW2 are what comes out when the points are summed and not averaged. (dW2 is right.)"
ASKED = "Where does 1/n enter?\nFor instance dW1[0, 0] is too large."


@pytest.fixture
def assignment(tmp_path):
    cells = {}
    for name, text in CELLS.items():
        heads = {"tiny-double": "# A first part: double\n\nWrite it.", "tiny-add": "# And then: add"}
        cells |= ({f"{name}-task": heads[name]} if name in heads else {}) | {name: text}
    return read_source(write(tmp_path / "tiny.ipynb", notebook(cells)))


def record(learner, earned, *, mistake=None, message=ASKED, named="", **more):
    given = {"passed": earned == 3, "message": message, "mistake": mistake}
    named = named or (SUMMED if mistake == "summed" else "")
    steps = Step("an array", named=named, **given), Step("a number", named=named, **given)
    double = PartGrade("double", 3.0, float(earned), steps, more.pop("stopped", ()), more.pop("rests_on", ()))
    add = PartGrade("add", 1.0, 1.0, (Step("two arrays", True, "passed"),))
    answers = {"tiny-double": ["def double(x):\n    return 2 * x", "double(7)"]}
    made = {"answers": answers, "outputs": {"tiny-double": "14"}, "written": {"why": "because"}} | more
    return Record(learner, f"{learner}.ipynb", 6.0, parts=(double, add), **made)


def results(assignment, *graded, hands=None):
    return make_results(assignment, graded, hands or {}, lambda name: f"{name}-1.html")


def feedback(assignment, made, hand=None):
    (result,) = results(assignment, made, hands={made.learner: hand} if hand else None)
    return feedback_page(assignment, result)


def class_of(assignment):
    return results(
        assignment,
        record("ada", 3),
        record("bo", 0, mistake="summed"),
        record("cy", 2, mistake="summed"),
        record("di", 0, message="not attempted"),
        record("ed", 0, mistake="sign-flipped", named="Your dW1 is wrong in a way."),
    )


def words(page):
    """Return what a reader sees."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"<style>.*?</style>", "", page, flags=re.S)))


def test_a_record_is_read_by_name_or_by_subscript_and_comes_back_from_json():
    made = record("bo", 2, mistake="summed", flags=("two files",))
    made = replace(made, carried=made.parts)
    assert Record.from_dict(json.loads(json.dumps(made.as_dict()))) == made
    assert made["total"] == made.total == 3
    assert made["parts"][0]["steps"][1]["message"] == made.parts[0].steps[1].message == ASKED
    assert json.dumps([made["flags"], made.parts[0]["stopped"]]) == '[["two files"], []]'
    with pytest.raises(KeyError):
        made["nothing"]


def test_parts_are_called_what_the_notebook_calls_them(assignment):
    assert [title for _, title, _ in parts_of(assignment)] == ["A first part: double", "And then: add", "why"]
    assert title_of(assignment) == "A tiny assignment"
    stopped = ("double stopped with NameError", "add-on is no part")
    text = words(feedback(assignment, record("bo", 2, stopped=stopped)))
    assert "“A first part: double” stopped with NameError" in text
    assert "add-on is no part" in text


def test_feedback_says_points_the_name_first_and_then_the_question(assignment):
    text = words(feedback(assignment, record("bo", 2, mistake="summed")))
    assert "bo: 3 of 6 points" in text
    assert "2 of these points are for answers in words, which your instructor has not yet marked." in text
    assert text.count("Where does 1/n enter?") == text.count(SUMMED) == 1  # though two values are wrong
    assert text.index(SUMMED) < text.index("Where does 1/n enter?") < text.index("✗ not yet: an array")
    assert "why (2 points, not yet marked) You wrote: because" in text
    assert "Your code def double(x): return 2 * x double(7) It printed: 14" in text
    assert "✓ All of it is right." in words(feedback(assignment, record("ada", 3)))


def test_a_mistake_is_explained_once():
    steps = (
        Step("a", False, "why?", "Named.", "m"),
        Step("b", False, "no"),
        Step("c", False, "why?", "Named.", "m"),
    )
    assert named_once(PartGrade("p", 3, 1, steps)) == [steps[0]]


def test_one_message_of_several_values_is_said_once(assignment):
    text = words(feedback(assignment, record("bo", 1, message="your code stopped with NameError")))
    assert text.count("your code stopped with NameError") == 1
    assert text.count("✗ not yet") == 2


def test_feedback_says_what_a_part_rests_on_and_where_nan_comes_from(assignment):
    text = words(feedback(assignment, record("bo", 2, rests_on=("add",), message="received nan")))
    assert (
        "as if your earlier ones were right: it uses what you wrote in “And then: add”: mend that first."
        in text
    )
    assert "Lesson 03, “The way out: start from the logit”" in text
    said = ("it uses your add: mend add first", "the check stopped")
    text = words(feedback(assignment, record("bo", 2, rests_on=("add",), stopped=said)))
    assert text.count("it uses your “And then: add”: mend “And then: add” first") == 1
    assert "could be judged: the check stopped" in text


@pytest.mark.parametrize(
    ("hand", "said", "total"),
    [
        (Hand({"why": 1.5}, "Well argued."), "5.5 of 6 points", 5.5),
        (Hand({"double": 0.0}), "1 of 6 points", 1),
        (Hand(late_days=2, late_percent=10), "Late days: 2. They take 0.8 points.", 3.2),
        (Hand(late_days=20, late_percent=10), "0 of 6 points", 0),
        (Hand({"why": 2.0}, total=4.5), "Your instructor entered this total.", 4.5),
    ],
)
def test_the_instructors_hand_counts_and_is_said(hand, said, total, assignment):
    made = record("ada", 3)
    (result,) = results(assignment, made, hands={"ada": hand})
    assert result.total == total
    text = words(feedback(assignment, made, hand))
    assert said in text
    assert hand.comment in text
    assert ("not yet marked" in text) == ("why" not in hand.marks)


def test_points_are_said_to_a_tenth_and_their_sum_is_the_total(assignment):
    made = record("ada", 3)
    parts = tuple(replace(part, earned=part.points * 2 / 3) for part in made.parts)
    (result,) = results(assignment, replace(made, parts=parts), hands={"ada": Hand({"why": 1 / 3})})
    assert [row.earned for row in result.rows] == [2.0, 0.7, 1 / 3]
    assert result.total == 3.0
    assert "0.7 of 1 points" in words(feedback_page(assignment, result))


def test_nothing_of_a_learners_becomes_html(assignment):
    more = {"flags": (EVIL,), "problem": EVIL, "stopped": (EVIL,), "written": {"why": EVIL}}
    more |= {"answers": {"tiny-double": [EVIL]}, "outputs": {"tiny-double": EVIL}}
    made = results(assignment, record(EVIL, 2, message=EVIL, mistake=EVIL, named=EVIL, **more))
    pages = [feedback_page(assignment, made[0]), rubric_page(assignment, made)]
    for text in (*pages, class_page(assignment, made, [(EVIL, EVIL, 0.9)])):
        assert "&lt;script" in text
        assert "<script" not in text
        assert "<img" not in text
        assert "http" not in re.sub("http-equiv", "", text)
        assert f'content="{POLICY}"' in text


def test_the_policy_allows_the_pages_own_style_alone(assignment):
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert POLICY.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert f"<style>{STYLE}</style>" in feedback(assignment, record("ada", 3))


def test_of_a_file_that_could_not_be_read_the_page_says_why_and_no_more(assignment):
    unread = Record(
        "bo", "bo.pdf", 6.0, problem="bo.pdf is a PDF document.", parts=(PartGrade("double", 3.0),)
    )
    text = words(feedback(assignment, unread))
    assert "About your file bo.pdf is a PDF document." in text
    assert "A first part: double03" in text
    assert "You wrote" not in text
    assert "could not be judged" not in text
    sheet = words(rubric_page(assignment, results(assignment, unread)))
    assert "(nothing that could be read: bo.pdf is a PDF document.)" in sheet
    assert "In marks.csv its column is why (of 2)." in sheet


def test_the_class_page_counts_and_says_who(assignment):
    made = class_of(assignment)
    assert [(key, len(who)) for key, (_, _, who) in mistakes(made).items()] == [
        ("summed", 2),
        ("sign-flipped", 1),
    ]
    assert list(distribution(made).values()) == [0, 3, 0, 0, 0, 1, 1, 0, 0, 0]
    assert summary(made) == {"lower quartile": "1", "median": "1", "upper quartile": "3"}
    assert [title for title, _ in parts(made)] == [
        "A first part: double",
        "And then: add",
    ]  # why is not marked
    assert parts(made)[0] == ("A first part: double", (33, 20, 1, 20))
    page = class_page(
        assignment,
        [
            *made,
            *results(assignment, record("fi", 0, problem="The file is empty."), Record("gil", "", 6.0)),
        ],
    )
    text = words(page)
    assert "Learners: 7. Nothing came from: 1. Files that could not be graded in full: 1." in text
    assert "upper quartile 2.5, of 6 points, of those who handed in" in text
    assert "Nothing was handed in gil" in text
    assert "The points are summed and not averaged. (2 of 7 learners) Where does 1/n enter? bo, cy" in text
    assert "Your dW1 is wrong in a way. (1 of 7 learners)" in text
    assert '<a href="feedback/bo-1.html">bo</a>' in page
    assert "fi: The file is empty." in text
    assert "No mistake was recognised by name." in words(class_page(assignment, made[:1]))
    assert "Learners: 0." in class_page(assignment, [])


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (SUMMED, "The points are summed and not averaged."),
        ("Your dW1 is what comes out when y - p stands for p - y.", "y - p stands for p - y."),
        (
            "Your W1 is what comes out when a plus stands in place of the minus.",
            "A plus stands in place of the minus.",
        ),
        ("", "A slug."),
    ],
)
def test_a_mistake_is_a_sentence(named, said, assignment):
    made = record("bo", 0, mistake="a-slug", named=named)
    (found,) = mistakes(results(assignment, made)).values()
    assert found[:2] == (said, "Where does 1/n enter?")


def test_a_part_that_nobody_got_asks_for_more_minutes():
    wanted = [minutes(share) for share in (0, 0.3, 0.6, 0.85, 0.9, 1)]
    assert wanted == sorted(wanted, reverse=True)
    assert (wanted[0], wanted[-1]) == (20, 0)


def test_the_rubric_stands_beside_the_answers(assignment):
    text = words(rubric_page(assignment, results(assignment, record("ada", 3), record("bo", 3, written={}))))
    assert "why (2 points) Why?" in text
    assert "ada: not yet marked because" in text
    assert "bo: 0 (nothing written)" in text
    assert "Addition is commutative: 2 points." in text


CODE = """
def backward(W1, W2, X, y, forward_pass):
    Z1, A1, z2, p = forward_pass
    total = 0
    for i in range(len(y)):
        for j in range(W2.shape[0]):
            total += (p[i] - y[i]) * A1[i, j] if y[i] > 0 else -total
    while total > 3:
        total = total / 2
    return [total for _ in range(4)], {"dW2": total}
"""


def test_renamed_copies_are_alike_and_own_work_is_not():
    renamed = re.sub(r"\btotal\b", "s", CODE).replace(":\n", ":  # mine\n").replace("[i", "[k")
    other = "def backward(W1, W2, X, y, f):\n    e = (f[3] - y) / len(y)\n    return e * W2, f[1].T @ e\n"
    pairs = similar_pairs({"ada": CODE, "bo": renamed, "cy": other})
    assert [pair[:2] for pair in pairs] == [("ada", "bo")]
    assert pairs[0][2] > 0.95


def test_what_all_have_or_was_given_is_no_likeness():
    assert similar_pairs({"ada": CODE, "bo": CODE}, given=[CODE]) == []
    assert similar_pairs({str(i): CODE for i in range(10)}) == []
    assert similar_pairs({}) == []


@pytest.mark.parametrize("code", ["def f(:\n  (", "'''", "\x00", "  x\n y", ""])
def test_broken_code_has_a_fingerprint_too(code):
    assert isinstance(fingerprint(code), set)
