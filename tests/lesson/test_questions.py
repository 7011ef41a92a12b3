"""Questions without a browser: what is said, the text that stands in, and what is refused."""

import re

import pytest

from coursekit.lesson import exercises
from coursekit.lesson.questions import ask, predict

SHAPES = {
    "`(500,)`": "Line the shapes up at their right ends. Which sizes meet?",
    "(500, 500) <all>": "Yes: numpy stretches `y` & the column.",
    "an error": "When can shapes be stretched?",
}
RIGHT = "(500, 500) <all>"


@pytest.fixture
def question():
    return ask("Which shape has `z - y`?", SHAPES, RIGHT)


def radio(question):
    return question.children[1]


def said(question):
    return question.children[2].value


def plain(page):
    return re.sub("<[^>]*>", "", page)


def test_nothing_is_chosen_or_said_at_first(question):
    assert question.value is ...
    assert radio(question).index is None
    assert said(question) == ""


@pytest.mark.parametrize(
    ("index", "start"), [(0, "✗ Not yet. Line"), (1, "✓ Right. Yes"), (2, "✗ Not yet. When")]
)
def test_each_choice_is_answered_at_once(question, index, start):
    radio(question).index = index
    assert plain(said(question)).startswith(start)
    assert question.value == list(SHAPES)[index]


def test_a_learner_may_choose_again(question):
    for index in (0, 1, 2, 1):
        radio(question).index = index
    assert "✓" in said(question)
    assert "✗" not in said(question)
    radio(question).index = None
    assert said(question) == ""


def test_feedback_of_a_wrong_choice_says_nothing_of_the_others(question):
    radio(question).index = 0
    assert "500, 500" not in said(question)
    assert "stretch" not in said(question)


def test_code_is_marked_and_the_rest_is_escaped(question):
    assert "<code>z - y</code>" in question.children[0].value
    assert radio(question).options == ("(500,)", "(500, 500) <all>", "an error")
    radio(question).index = 1
    assert "<code>y</code> &amp; the column" in said(question)
    hostile = ask("<script>1</script>", {"a": "<img onerror=x>", "b": "c"}, "b")
    radio(hostile).index = 0
    assert "<script>1" not in hostile.children[0].value
    assert "<img" not in said(hostile)


def test_the_text_stands_in_for_the_buttons(question):
    text = """Which shape has `z - y`?
  (a) `(500,)`
  (b) (500, 500) <all>
  (c) an error"""
    assert repr(question) == text
    bundle = question._repr_mimebundle_()
    assert bundle["text/plain"] == text
    assert "application/vnd.jupyter.widget-view+json" in bundle
    radio(question).index = 1
    assert repr(question) == text


def test_long_lines_are_wrapped_below_their_letter():
    lines = repr(ask("why " * 60, {"so " * 60: "x", "b": "y"}, "b")).splitlines()
    assert max(map(len, lines)) <= 100
    assert [line[:6] for line in lines[3:5]] == ["  (a) ", "      "]


@pytest.mark.parametrize("letter", ["b", "B", "(b)", " b "])
def test_a_letter_does_what_a_click_does(question, letter):
    answer = question.answer(letter)
    assert answer == "✓ Right. Yes: numpy stretches `y` & the column."
    assert radio(question).index == 1
    assert plain(said(question)).startswith("✓ Right.")
    assert question.answer("a").startswith("✗ Not yet. Line")


@pytest.mark.parametrize(
    ("letter", "error", "rule"),
    [
        ("d", ValueError, r"letter must be one of a, b, c; got 'd'"),
        ("", ValueError, "letter must be one of a, b, c; got ''"),
        ("ab", ValueError, "letter must be one of a, b, c; got 'ab'"),
        (1, TypeError, r"letter must be one of a, b, c, in quotes; got 1 \(int\)"),
        (None, TypeError, "in quotes; got None"),
    ],
)
def test_another_letter_is_refused_by_rule(question, letter, error, rule):
    with pytest.raises(error, match=rule):
        question.answer(letter)
    with pytest.raises(error, match=rule):
        predict("q", list(SHAPES)).answer(letter)
    assert question.value is ...


TWO = {"a": "x", "b": "y"}
BAD = {
    "question is no text": (3, TWO, "a", TypeError, r"question must be a text \(str\); got 3"),
    "question is empty": (" ", TWO, "a", ValueError, "question must not be empty"),
    "choices are a list": ("q", ["a", "b"], "a", TypeError, "choices must be a dict of choice -> feedback"),
    "choices are None": ("q", None, "a", TypeError, "choices must be a dict.*None"),
    "no choice": ("q", {}, "a", ValueError, "choices must have from 2 to 26 entries; got 0"),
    "one choice": ("q", {"a": "x"}, "a", ValueError, "from 2 to 26 entries; got 1"),
    "too many": ("q", {str(i): "x" for i in range(27)}, "1", ValueError, "from 2 to 26 entries; got 27"),
    "a number as choice": ("q", {1: "x", "b": "y"}, "b", TypeError, "each choice must be a text.*got 1"),
    "an empty choice": ("q", {"": "x", "b": "y"}, "b", ValueError, "each choice must not be empty"),
    "alike": ("q", {"`a`": "x", "a": "y"}, "a", ValueError, "choices must be different; got 'a' twice"),
    "feedback is a number": ("q", {"a": float("nan"), "b": "y"}, "b", TypeError, "the feedback of 'a' must"),
    "feedback is empty": ("q", {"a": "", "b": "y"}, "b", ValueError, "the feedback of 'a' must not be empty"),
    "right is no choice": ("q", TWO, "c", ValueError, "right must be among the choices 'a', 'b'; got 'c'"),
    "right is a list": ("q", TWO, ["a"], TypeError, "right must be a text"),
}


@pytest.mark.parametrize(("question", "choices", "right", "error", "rule"), BAD.values(), ids=BAD)
def test_bad_arguments_are_refused_by_rule(question, choices, right, error, rule):
    with pytest.raises(error, match=rule):
        ask(question, choices, right)


# Predictions


CHOICES = ["it moves", "it turns", "it stays"]


def test_a_prediction_is_recorded_and_not_judged():
    prediction = predict("What happens to the line?", CHOICES)
    assert prediction.value is ...
    radio(prediction).index = 2
    assert prediction.value == "it stays"
    assert plain(said(prediction)) == "Recorded: it stays"
    assert "✓" not in said(prediction)
    radio(prediction).index = 0
    assert prediction.value == "it moves"


def test_a_prediction_by_letter_is_still_the_prediction():
    prediction = predict("What happens to the line?", CHOICES)
    before = repr(prediction)
    assert before.startswith("What happens to the line?\n  (a) it moves\n  (b) it turns\n")
    assert before.splitlines()[-1].startswith('Without buttons, put .answer("a")')
    assert prediction.answer("c") is prediction
    assert prediction.value == "it stays"
    assert repr(prediction) == f"{before}\nRecorded: it stays"


def test_a_prediction_is_shown_beside_the_outcome(capsys):
    prediction = predict("What happens to the line?", CHOICES)
    exercises.reveal(prediction, "it stays")
    exercises.reveal(prediction.answer("b"), "it stays")
    assert capsys.readouterr().out.splitlines() == [
        "Your prediction: none recorded (next time, choose one before you run)",
        "What happened:   it stays",
        "Your prediction: it turns",
        "What happened:   it stays",
    ]


@pytest.mark.parametrize(
    ("choices", "error", "rule"),
    [
        ("abc", TypeError, "choices must be a list of texts; got 'abc'"),
        (TWO, TypeError, "choices must be a list of texts"),
        (["a"], ValueError, "from 2 to 26 entries; got 1"),
        (["a", "a"], ValueError, "choices must be different; got 'a' twice"),
        (["a", 2.5], TypeError, "each choice must be a text"),
        (["a"] * 10**6, ValueError, "from 2 to 26 entries; got 1000000"),
    ],
)
def test_bad_predictions_are_refused_by_rule(choices, error, rule):
    with pytest.raises(error, match=rule):
        predict("q", choices)
    with pytest.raises(TypeError, match="question must be a text"):
        predict(None, CHOICES)


def test_two_questions_do_not_share_anything(question):
    other = ask("Which shape has `z - y`?", SHAPES, RIGHT)
    radio(question).index = 0
    assert other.value is ...
    assert said(other) == ""
