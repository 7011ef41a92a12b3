"""Feedback and class page: right numbers, nothing of a learner's that is HTML, the same without a script."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest

from coursekit.classroom.class_page import class_page, distribution, minutes, mistakes
from coursekit.classroom.feedback import feedback_page
from coursekit.classroom.page import POLICY, STYLE, bars, table
from coursekit.classroom.records import PartGrade, Record, Step
from coursekit.classroom.similar import fingerprint, similar_pairs

EVIL = "</p><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


def record(learner, earned, *, mistake=None, message="too large", **more):
    given = {"passed": earned == 4, "message": message, "mistake": mistake}
    steps = Step("a network", **given), Step("another", **given)
    part = PartGrade("backward", 4.0, float(earned), steps, stopped=more.pop("stopped", ()))
    return Record(learner, f"{learner}.ipynb", 4.0, parts=(part,), **more)


CLASS = [
    record("ada", 4),
    record("bo", 0, mistake="summed"),
    record("cy", 2, mistake="summed"),
    record("di", 0, message="not attempted"),
    record("ed", 0, mistake="sign-flipped"),
]


def test_a_record_is_read_by_name_or_by_subscript_and_comes_back_from_json():
    made = record("bo", 2, mistake="summed", flags=("two files",), written={"why": "because"})
    made = replace(made, carried=made.parts)
    assert Record.from_dict(json.loads(json.dumps(made.as_dict()))) == made
    assert made["total"] == made.total == 2
    assert made["parts"][0]["steps"][1]["message"] == made.parts[0].steps[1].message == "too large"
    assert json.dumps([made["flags"], made.parts[0]["stopped"]]) == '[["two files"], []]'
    with pytest.raises(KeyError):
        made["nothing"]


def test_feedback_says_points_message_and_what_is_right():
    text = feedback_page("tiny", record("bo", 2, message="The points are summed. Where does 1/n enter?"))
    assert "bo: 2 of 4 points." in text
    assert text.count("Where does 1/n enter?") == 1  # said once, though two values are wrong
    assert "✗ a network" in text
    assert "✓ All of it is right." in feedback_page("tiny", record("ada", 4))


def test_feedback_says_what_stopped_what_is_carried_and_what_was_written():
    made = record(
        "bo",
        0,
        written={"why": "because"},
        flags=("two files",),
        problem="it took longer than 8 s",
        stopped=("forward stopped with NameError",),
    )
    made = replace(made, carried=(replace(made.parts[0], earned=3.0),))
    text = feedback_page("tiny", made)
    for said in (
        "forward stopped with NameError",
        "would earn 3.",
        "because",
        "two files",
        "longer than 8 s",
    ):
        assert said in text


def test_nothing_of_a_learners_becomes_html():
    more = {"written": {"why": EVIL}, "flags": (EVIL,), "problem": EVIL, "stopped": (EVIL,)}
    made = record(EVIL, 2, message=EVIL, mistake=EVIL, **more)
    for text in (feedback_page(EVIL, made), class_page(EVIL, [made], [(EVIL, EVIL, 0.9)])):
        assert "<script" not in text
        assert "<img" not in text
        assert "http" not in re.sub("http-equiv", "", text)
        assert f'content="{POLICY}"' in text


def test_the_policy_allows_the_pages_own_style_alone():
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    assert POLICY.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert f"<style>{STYLE}</style>" in feedback_page("tiny", record("ada", 4))


def test_the_class_page_counts():
    assert mistakes(CLASS) == {"summed": 2, "sign-flipped": 1}
    assert list(distribution(CLASS).values()) == [3, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    text = class_page("tiny", [*CLASS, record("fi", 0, problem="The file is empty.")])
    assert "Learners: 6. Files that could not be graded in full: 1." in text
    assert '<th scope="row">summed</th><td class="number">2</td>' in text
    assert "fi: The file is empty." in text
    row = '<th scope="row">backward</th>' + "".join(f'<td class="number">{n}</td>' for n in (25, 17, 1))
    assert row in text
    assert "No mistake was recognised by name." in class_page("tiny", [record("ada", 4)])
    assert "Learners: 0." in class_page("tiny", [])


def test_a_part_that_nobody_got_asks_for_more_minutes():
    wanted = [minutes(share) for share in (0, 0.3, 0.6, 0.85, 0.9, 1)]
    assert wanted == sorted(wanted, reverse=True)
    assert (wanted[0], wanted[-1]) == (20, 0)


def test_charts_and_tables_have_their_numbers_in_words():
    assert 'aria-label="Learners: one 3, two 0"' in bars("Learners", {"one": 3, "two": 0})
    assert "<caption>Parts</caption>" in table("Parts", ["part", "points"], [["a", 1.5]])
    assert '<td class="number">1.5</td>' in table("Parts", ["part", "points"], [["a", 1.5]])


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
