import contextlib
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

import coursekit as ck
from coursekit.diagnosis.evidence import question_first
from coursekit.lesson import exercises as ex
from coursekit.lesson import limits


def status(part):
    return part.status, part.message


@pytest.mark.parametrize("blank", [..., None])
def test_blank_is_not_attempted(blank):
    assert ex.compare("a", blank, 1.0).status == "not attempted"
    assert ex.compare_call("a", blank, (), 1.0).status == "not attempted"
    assert (
        ex.compare_call("a", (lambda: None) if blank is None else (lambda: ...), (), 1.0).status
        == "not attempted"
    )
    assert ex.compare("a", (1.0, blank), (1.0, 2.0)).status == "not attempted"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (2, 2.0),
        (np.float32(0.5), 0.5),
        ([1, 2], np.array([1.0, 2.0])),
        (np.array([[1.0, 2.0]]), [[1, 2]]),
        (1e9 + 100, 1e9),
        ("circle", "circle"),
        (" Circle", "circle"),
        (np.bool_(True), True),
        ([np.ones(2), 3.0], (np.ones(2), 3.0)),
        (ck.Params(np.ones((3, 1)), np.ones(1)), ck.Params(np.ones((3, 1)), np.ones(1))),
    ],
)
def test_right_values_pass(received, expected):
    assert status(ex.compare("a", received, expected)) == ("passed", "")


@pytest.mark.parametrize(
    ("received", "expected", "message"),
    [
        (1.5, 2.0, "received 1.5, which is too small"),
        (np.nan, 2.0, "received nan, which is no number"),
        (np.inf, 2.0, "received inf, which is too large"),
        ("two", 2.0, "expected one number; received 'two'"),
        (np.ones(2), 2.0, "expected one number; received an array of shape (2,)"),
        (np.ones((2, 1)), np.ones(2), "expected an array of shape (2,); received an array of shape (2, 1)"),
        (np.array([1.0, 5.0, 3.0]), np.array([1.0, 2.0, 3.0]), "received 5 at index [1], which is too large"),
        ([[1.0, np.nan]], [[1.0, 2.0]], "received nan at index [0, 1], which is no number"),
        ("diamond", "circle", "received 'diamond'; that is not the answer"),
        (False, True, "received False; that is not the answer"),
        (1, True, "expected True or False; received 1"),
        ("True", True, "expected True or False, without quotes; received 'True'"),
        (1, "circle", "expected words in quotes; received 1"),
        (lambda: 1, 2.0, "expected one number; received <function"),
        (np.ones(2), (np.ones(2), 3.0), "expected 2 values (value 1, value 2); received"),
        ((np.ones(2), 4.0), (np.ones(2), 3.0), "value 2: received 4, which is too large"),
        ({"a": 1.0}, np.ones(1), "expected an array of shape (1,); received {'a': 1.0}, a dictionary.\n"),
        ({1.0, 2.0}, np.ones(2), "expected an array of shape (2,); received {1.0, 2.0}, a set, which keeps"),
        (
            [[1], [1, 2]],
            np.ones(2),
            "expected an array of shape (2,); received [[1], [1, 2]].\nIs each entry",
        ),
    ],
)
def test_wrong_values_hear_the_gap(received, expected, message):
    part = ex.compare("a", received, expected)
    assert part.status == "not yet"
    assert part.message.startswith(message)


@pytest.mark.parametrize("received", [[2.0], (2,), [[2]], np.array([2.0])])
def test_a_right_number_in_brackets_is_told_from_a_wrong_one(received):
    right, wrong = ex.compare("a", received, 2.0), ex.compare("a", received, 3.0)
    assert right.message.endswith("\nRight number, in brackets. How do you take it out?")
    assert wrong.message.endswith("\nHow do you take the number out of its brackets?")


@pytest.mark.parametrize(("answer", "expected"), [("circle", "circle"), ("diamond", "circle"), (True, True)])
def test_an_answer_in_brackets_is_asked_about_them(answer, expected):
    for boxed in ([answer], (answer,), {answer}, np.array([answer])):
        part = ex.compare("a", boxed, expected)
        assert part.status == "not yet"
        assert part.message.endswith("\nAre the brackets meant?")
    assert "brackets" not in ex.compare("a", [answer, answer], expected).message


def test_a_foreseen_total_hears_its_own_question_alone():
    part = ex.compare("a", 3.0, np.array([1.0, 2.0]), mistakes={"Which axis stays?": 3.0})
    assert part.message == "expected an array of shape (2,); received one number\nWhich axis stays?"


def test_a_foreseen_mistake_earns_its_own_message_and_only_it():
    mistakes = {"Summed?": 4.0, "Sign?": -2.0, "Column?": np.ones((2, 1)), "Inf?": np.inf, "NaN?": np.nan}
    for message, wrong in mistakes.items():
        part = ex.compare("a", wrong, 2.0, mistakes=mistakes)
        assert part.message.splitlines()[-1] == message
    assert ex.compare("a", 7.0, 2.0, mistakes=mistakes).message == "received 7, which is too large"


def test_an_exception_in_the_learners_function_is_explained():
    part = ex.compare_call("a", lambda x: x.no_such, (1.0,), 2.0)
    assert part.status == "not yet"
    assert part.message.startswith("your function stopped with AttributeError at ")
    assert part.message.endswith("?")
    assert part.answer.endswith("AttributeError: 'float' object has no attribute 'no_such'")
    part = ex.compare_call("a", lambda: 1.0, (1.0,), 2.0)
    assert part.message.splitlines()[1] == "<lambda> takes (); the check gives it 1."
    lines = ex.compare_call("a", 3.0, (), 3.0).message.splitlines()
    assert lines == [
        "expected a function; received 3.0",
        "Does a line give its name to a value? It begins with def.",
    ]


def test_a_def_line_with_the_arguments_in_another_order_is_named():
    part = ex.compare_call("a", lambda y, x: x / y, (1.0, 2.0), 0.5, names=("x", "y"))
    assert part.message == "Your def line takes y, then x. In which order does the task name them?"
    assert ex.compare_call("a", lambda y, x: x * y, (1.0, 2.0), 2.0, names=("x", "y")).status == "passed"
    for names in ((), ("y", "x"), ("y", "b"), ("a",)):
        assert "def" not in ex.compare_call("a", lambda y, x: x / y, (1.0, 2.0), 0.5, names=names).message
    part = ex.compare_call("a", lambda y, x: x / y, (1.0, 2.0), 0.5, names=("a", "b"))
    assert part.message.startswith("With its arguments in another order, your function is right.")
    part = ex.compare_call("a", lambda y, x: y / x, (1.0, 2.0), 0.25, names=("a", "b"))
    assert "def" not in part.message


def test_a_wrong_choice_hears_the_question_alone():
    assert ex.compare("a", False, True, mistakes={"Why?": False}).message == "Why?"
    assert ex.compare("a", "b", "c", mistakes={"Why?": "b"}).message == "Why?"


def test_a_function_is_shown_both_numbers():
    part = ex.compare_call("a", lambda x: [1.0, x], (5.0,), np.array([1.0, 2.0]))
    assert part.message == "expected 2; received 5 at index [1]"


def test_a_forgotten_return_is_told_from_an_untouched_attempt():
    def untouched(x, y=2):
        """Return the sum."""
        ...

    def forgotten(x, y=2):
        """Return the sum."""
        x + y

    assert ex.compare_call("a", untouched, (1,), 3).status == "not attempted"
    part = ex.compare_call("a", forgotten, (1,), 3)
    assert part.message == "your function returned nothing (None). Is a return missing?"


def test_an_overflow_is_judged_by_its_result():
    part = ex.compare_call("a", np.exp, (np.array([1000.0]),), np.array([np.inf]))
    assert part.status == "passed"


def test_a_learners_function_cannot_change_what_the_check_holds():
    x = np.zeros(2)

    def greedy(x):
        x += 1
        return x

    part = ex.compare_call("a", greedy, (x,), np.ones(2))
    assert (part.status, "changes x itself" in part.message) == ("not yet", True)
    assert x.tolist() == [0.0, 0.0]
    params = ck.Params(np.zeros((3, 1)), x)
    part = ex.compare_call("a", lambda params: greedy(params.W2), (params,), np.ones(2))
    assert "changes params itself" in part.message
    assert x.tolist() == [0.0, 0.0]


def test_an_argument_that_is_moved_and_put_back_is_not_changed():
    def nudges(x):
        for i in range(2):
            x[i] += 0.1
            x[i] -= 0.1
        return np.ones(2)

    x = np.array([0.3, 0.7])
    assert (0.3 + 0.1) - 0.1 != 0.3
    assert ex.compare_call("a", nudges, (x,), np.ones(2)).status == "passed"


def test_a_function_without_code_of_its_own_is_judged_too():
    assert ex.compare_call("a", np.exp, (np.zeros(2),), np.ones(2)).status == "passed"


def test_a_wrong_value_is_told_first_and_then_what_the_function_changed():
    def both(x):
        x += 1
        return -x

    lines = ex.compare_call("a", both, (np.array([1.0, 2.0]),), np.array([2.0, 3.0])).message.splitlines()
    assert lines[0].startswith("expected")
    assert "changes x itself" in lines[1]
    assert lines[2].startswith("Every sign is turned")


@pytest.mark.parametrize(
    ("received", "said"),
    [
        (np.array([0, 1]), "Whole numbers cannot hold a fraction."),
        (np.array([0.0, 1.0]), ""),
        ([0, 1], ""),
    ],
)
def test_an_array_of_whole_numbers_where_fractions_belong_is_told(received, said):
    message = ex.compare_call("a", lambda: received, (), np.array([0.5, 1.5])).message
    assert message.startswith("expected 0.5; received 0 at index [0]")
    assert said in message
    assert ("Whole numbers" in message) == bool(said)


def test_right_values_in_one_array_or_used_up_are_told():
    want = (np.zeros(2), np.ones(2))
    assert "are right, in one array" in ex.compare_call("a", lambda: np.array(want), (), want).message
    assert "one array" not in ex.compare_call("a", lambda: np.ones((2, 2)), (), want).message
    assert "only once" in ex.compare_call("a", lambda: (one for one in want), (), want).message


def test_a_list_that_is_emptied_counts_as_changed():
    part = ex.compare_call("a", lambda tape: float(len([tape.pop() for _ in range(2)])), ([1.0, 2.0],), 2.0)
    assert "changes tape itself" in part.message


@pytest.mark.parametrize(
    ("received", "said"),
    [
        ((np.ones(2), np.zeros(3)), "The numbers are right. The two blocks are in the wrong order."),
        ((np.full(2, 7.0), np.zeros(3)), "Each of the two has the shape of the other."),
        ((np.zeros(3), np.full(2, 7.0)), "value 2: expected 1; received 7"),
    ],
)
def test_two_values_in_another_order_are_told(received, said):
    part = ex.compare_call("a", lambda: received, (), (np.zeros(3), np.ones(2)))
    assert part.message.startswith(said)


@pytest.mark.parametrize(
    ("received", "expected", "said"),
    [
        ((0, 187), 0.187, "Is a comma meant for a decimal point?"),
        ([0, 116, 0, 332], np.array([0.116, 0.332]), "Is a comma meant for a decimal point?"),
        (0.19, 0.18651, "Close: that is right, rounded."),
        ([-0.12, 0.33], np.array([-0.11635, 0.33216]), "Close: that is right, rounded."),
        (0.18, 0.18651, "which is too small"),
        (0.2, 0.18651, "which is too large"),  # one digit is no answer
    ],
)
def test_numbers_are_judged_as_they_are_typed(received, expected, said):
    assert said in ex.compare("a", received, expected, tolerance=1e-4).message


def test_verdict_reads_as_text_and_as_html():
    verdict = ex.check("Exercise 1", ex.compare("p", 1, 1), ex.compare("<q>", 1, 2), ex.compare("r", ..., 3))
    assert not verdict.passed
    assert repr(verdict).splitlines() == [
        "Exercise 1: 1 of 3 parts passed",
        "  ✓ p: passed",
        "  ✗ <q>: not yet",
        "      received 1, which is too small",
        "  ○ r: not attempted",
    ]
    page = verdict._repr_html_()
    assert "&lt;q&gt;" in page
    assert "<q>" not in page
    assert ex.check("Exercise 2", ex.compare("p", 1, 1)).passed


@pytest.mark.parametrize("parts", [(), ("part",), (None,)])
def test_a_verdict_needs_parts(parts):
    with pytest.raises(TypeError, match="parts must be one or more"):
        ex.check("Exercise", *parts)


def test_reveal_shows_prediction_beside_outcome(capsys):
    ex.reveal("4 lines", "3 lines")
    ex.reveal(..., "3 lines")
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["Your prediction: 4 lines", "What happened:   3 lines"]
    assert said[2].startswith("Your prediction: none recorded")


def test_reveal_takes_a_value_with_an_attribute_value_as_it_is(capsys):
    ex.reveal(ck.ACTIVATIONS["tanh"], "tanh")
    assert "name='tanh'" in capsys.readouterr().out


# A diagnosis of what no listed mistake explains


def saying(message, ok=False):
    return lambda received: SimpleNamespace(ok=ok, message=message)


def test_a_diagnosis_stands_in_place_of_the_gap():
    part = ex.compare_call("a", lambda: 5.0, (), 2.0, diagnose=saying("Halved?"))
    assert status(part) == ("not yet", "Halved?")
    assert ex.compare("a", 5.0, 2.0, diagnose=saying("Halved?")).message == "Halved?"
    assert ex.compare("a", "b", "c", diagnose=saying("Why?")).message == "Why?"


def test_a_listed_mistake_comes_before_a_diagnosis():
    part = ex.compare("a", 5.0, 2.0, mistakes={"Listed?": 5.0}, diagnose=saying("Diagnosed?"))
    assert part.message == "received 5, which is too large\nListed?"
    part = ex.compare("a", 6.0, 2.0, mistakes={"Listed?": 5.0}, diagnose=saying("Diagnosed?"))
    assert part.message == "Diagnosed?"


def test_a_diagnosis_is_asked_only_about_what_is_wrong():
    asked = []

    def diagnose(received):
        asked.append(received)
        return SimpleNamespace(ok=False, message="Wrong.")

    assert ex.compare("a", 2.0, 2.0, diagnose=diagnose).status == "passed"
    assert ex.compare("a", ..., 2.0, diagnose=diagnose).status == "not attempted"
    assert ex.compare_call("a", lambda: 1 / 0, (), 2.0, diagnose=diagnose).message.startswith("your function")
    assert asked == []
    ex.compare("a", 3.0, 2.0, diagnose=diagnose)
    assert asked == [3.0]


def test_a_diagnosis_that_finds_nothing_or_fails_leaves_the_gap():
    gap = "received 5, which is too large"
    assert ex.compare("a", 5.0, 2.0, diagnose=saying("Right.", ok=True)).message == gap
    assert ex.compare("a", 5.0, 2.0, diagnose=lambda received: received.no_such).message == gap
    assert ex.compare("a", 5.0, 2.0, diagnose=None).message == gap
    with pytest.raises(TypeError, match="diagnose must be a function of the received value; got 'text'"):
        ex.compare("a", 5.0, 2.0, diagnose="text")
    with pytest.raises(TypeError, match="diagnose must be a function"):
        ex.compare_call("a", lambda: 2.0, (), 2.0, diagnose=saying("")(1))


@pytest.mark.parametrize("factor", [20.0, -1.0, 0.5, np.nan, 0.0, 3.7])
def test_a_gradient_is_diagnosed_inside_a_verdict(factor):
    rng = np.random.default_rng(3)
    dataset, params = ck.make_dataset("circle", 20, rng=rng), ck.init_params(2, rng=rng)
    right = ck.backward(params, ck.forward(params, dataset.X), dataset.X, dataset.y)

    def diagnose(gradient):
        return ck.diagnose_gradient(gradient, params, dataset.X, dataset.y)

    wrong = ck.Params(right.W1 * factor, right.W2)
    part = ex.compare_call("gradient", lambda: wrong, (), right, diagnose=diagnose)
    assert part.status == "not yet"
    said = diagnose(wrong).message
    assert (part.message, part.answer) == question_first(said)
    assert said.split() == f"{part.message} {part.answer}".split()
    assert ex.compare_call("gradient", lambda: right, (), right, diagnose=diagnose).status == "passed"
    assert "two blocks" in ex.compare_call("gradient", lambda: 3, (), right, diagnose=diagnose).message


def test_a_named_mistake_is_folded_below_its_question_and_said_once():
    message = "Where is it?\nFor instance.\nYour z is what comes out when a <b> is lost."
    parts = [ex.compare(name, 5.0, 2.0, diagnose=saying(message)) for name in ("one", "two")]
    verdict = ex.check("t", *parts)
    assert [part.message for part in verdict.parts] == ["Where is it?\nFor instance.", "As in “one”."]
    folded = (
        "<details><summary>What these numbers come from</summary>Your z is what comes out when a &lt;b&gt;"
    )
    assert verdict._repr_html_().count(folded) == 1
    assert repr(verdict).index("Where is it?") < repr(verdict).index("Your z is what comes out")


def test_pythons_own_words_are_one_click_away():
    def halved(x):
        return x / "2"

    verdict = ex.check(
        "t", *(ex.compare_call(name, halved, (x,), 1.0) for name, x in (("a", 1.0), ("<b>", 2.0)))
    )
    page = verdict._repr_html_()
    assert page.count("<details><summary>In Python's own words</summary>line ") == 1
    assert "in halved: return x / &quot;2&quot;<br>TypeError: unsupported operand" in page
    assert "(In Python's own words: TypeError: unsupported operand" in repr(verdict)
    assert verdict.parts[1].message == "As in “a”."


# One reason is told once


def test_one_line_that_stops_is_told_once_whatever_shapes_it_meets():
    def product(a):
        return a @ np.ones(3)

    parts = [ex.compare_call(str(n), product, (np.ones((2, n)),), np.ones(2)) for n in (4, 5)]
    assert parts[0].message != parts[1].message
    assert [part.message for part in ex.check("t", *parts).parts[1:]] == ["As in “4”."]


def test_a_question_is_asked_once_and_numbers_are_never_merged():
    asked = [ex.compare(name, False, True, mistakes={"Why?": False}) for name in ("a", "b")]
    assert [part.message for part in ex.check("t", *asked).parts] == ["Why?", "As in “a”."]
    numbers = [ex.compare(name, 5.0, 2.0) for name in ("a", "b")]
    assert len({part.message for part in ex.check("t", *numbers).parts}) == 1
    nothing = [ex.compare_call(name, lambda: None or print(end=""), (), 2.0) for name in ("a", "b")]
    assert ex.check("t", *nothing).parts[1].message == "As in “a”."


# Whatever an attempt is, each part has its word


class Hostile:
    """Neither an array nor text can be made of it."""

    def __init__(self, error):
        self.error = error

    def __array__(self, dtype=None, copy=None):
        raise self.error

    def __repr__(self):
        raise self.error


@pytest.mark.parametrize("error", [RuntimeError("no"), TypeError("no"), KeyError("no"), MemoryError()])
@pytest.mark.parametrize("expected", [1.0, np.ones(2), True, "word", (np.ones(2), 1.0)])
def test_a_value_that_raises_is_not_yet(error, expected):
    for part in (
        ex.compare("a", Hostile(error), expected),
        ex.compare_call("a", lambda: Hostile(error), (), expected),
        ex.compare_call("a", lambda: (Hostile(error), 1.0), (), (np.ones(2), 1.0)),
    ):
        assert part.status == "not yet"
        assert "Hostile" in part.message


@pytest.mark.parametrize(
    ("received", "said"),
    [
        (np.ones(2) + 0j, "complex numbers"),
        (1 + 2j, "complex numbers"),
        ("0.5", "Are the quotes meant?"),
        (["1", "1"], "Are the quotes meant?"),
        ((i for i in range(2)), "What makes a list of it?"),
        (map(float, [1, 1]), "What makes a list of it?"),
        ({1.0}, "received {1.0}"),
        ({"a": 1}, "received {'a': 1}"),
        (np.array([1, 1], dtype="timedelta64[s]"), "received array([1, 1]"),
        (np.array([1.0, "a"], dtype=object), "received array([1.0, 'a']"),
        ([1.0, [1.0]], "received [1.0, [1.0]]"),
    ],
)
@pytest.mark.parametrize("expected", [1.0, np.ones(2)])
def test_what_is_no_number_does_not_pass(received, said, expected):
    part = ex.compare("a", received, expected)
    assert part.status == "not yet"
    assert said in part.message
    assert "0x" not in part.message


@pytest.mark.parametrize("kind", [np.float32, np.float16, np.longdouble])
def test_another_precision_is_told_in_words_and_once(kind):
    blocks = tuple(np.ones(size) for size in (2, 3))
    part = ex.compare_call("a", lambda: tuple(b.astype(kind) for b in blocks), (), blocks)
    if np.dtype(kind) == np.float64:  # longdouble, on some systems
        assert part.status == "passed"
        return
    assert part.status == "not yet"
    assert part.message.startswith("value 1, value 2: The numbers are right, as far as float")
    assert part.message.count("double precision") == 1
    assert ex.compare_call("a", lambda: kind(0.5), (), 0.5).status == "passed"  # one number


def test_right_numbers_of_another_kind_of_array_are_told():
    table = np.ones((2, 2))
    with pytest.warns(PendingDeprecationWarning):
        part = ex.compare_call("a", lambda: np.matrix(table), (), table)
    assert "in a matrix. Later cells calculate with plain arrays." in part.message
    assert ex.compare_call("a", lambda: table.tolist(), (), table).status == "passed"
    part = ex.compare_call("a", lambda: table.astype(object), (), table)
    assert part.message.endswith("What made objects of them?")


@pytest.mark.parametrize(
    ("received", "question"),
    [
        (-np.array([[1.0, 2.0], [3.0, 5.0]]), "Every sign is turned."),
        (np.array([[1.0, 3.0], [2.0, 5.0]]), "Rows and columns are exchanged."),
        (np.array([[3.0, 5.0], [1.0, 2.0]]), "The order is turned round."),
        (np.array([1.0, 2.0, 3.0, 5.0]), "Right numbers, in another shape."),
    ],
)
def test_what_all_entries_have_in_common_is_asked(received, question):
    right = np.array([[1.0, 2.0], [3.0, 5.0]])
    assert question in ex.compare("a", received, right).message.splitlines()[-1]
    assert question not in ex.compare("a", received + 0.1, right).message


@pytest.mark.parametrize("stop", [SystemExit, KeyboardInterrupt, StopIteration, RecursionError, MemoryError])
def test_an_attempt_that_ends_the_program_ends_its_part_alone(stop):
    def leaves():
        raise stop

    verdict = ex.check("t", ex.compare_call("a", leaves, (), 1.0), ex.compare_call("b", lambda: 1.0, (), 1.0))
    assert [part.status for part in verdict.parts] == ["not yet", "passed"]
    assert stop.__name__ in verdict.parts[0].message


def test_a_loop_without_end_is_stopped_and_named(monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 0.2)

    def endless(x):
        while x < 2:
            with contextlib.suppress(Exception):
                x = x * 1.0
        return x

    part = ex.compare_call("a", endless, (1.0,), 2.0)
    assert part.message.startswith("your function stopped with TimeoutError at ")
    assert part.message.endswith("so that its condition becomes False?")
    assert ex.compare_call("a", lambda: 2.0, (), 2.0).status == "passed"
    assert sum(range(10**6)) == 499999500000  # nothing arrives late


def test_what_follows_from_an_earlier_part_is_told():
    mistakes = ex.follows("z", np.exp, [0.0, 1.0])
    part = ex.compare("a", np.exp([0.0, 1.0]), np.exp([0.0, 2.0]), mistakes=mistakes)
    assert part.message.splitlines()[-1] == "This fits your z. Is that one right?"
    assert ex.compare("a", np.exp([0.0, 2.0]), np.exp([0.0, 2.0]), mistakes=mistakes).status == "passed"
    for nothing in (..., None, "two", np.ones(3)):
        assert ex.follows("z", lambda z: z @ np.ones(2), nothing) == {}


def test_an_error_that_cannot_even_be_shown_has_its_word():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    class Own(BaseException):
        pass

    def raises(error):
        raise error

    assert ex.compare_call("a", raises, (Mute(),), 1.0).message.startswith("your function stopped with Mute.")
    assert ex.compare_call("a", raises, (Own("no"),), 1.0).message.splitlines()[1].endswith("says: no")


def test_a_wide_tolerance_is_said():
    part = ex.compare_call("a", lambda: 0.8, (), 1.0, tolerance=0.05)
    assert part.message == "expected 1; received 0.8, where 0.05 off is near enough"


def test_where_no_thread_can_start_there_is_no_limit(monkeypatch):
    def refuses(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(limits.threading.Thread, "start", refuses)
    assert ex.compare_call("a", lambda: 2.0, (), 2.0).status == "passed"


@pytest.mark.filterwarnings("error")
def test_numbers_are_judged_by_their_result_without_a_warning():
    part = ex.compare_call("a", np.median, (np.array([]),), 1.0)
    assert part.message == "expected 1; received nan"


def test_what_another_network_of_the_check_excludes_is_not_said():
    parts = []
    for name, n in (("two points", 2), ("seven points", 7)):
        data, params = ck.draw_start("circle", seed=3, n_points=n, hidden_size=2)
        passed = ck.forward(params, data.X)
        summed = ck.Params(*(n * slope for slope in ck.backward(params, passed, data.X, data.y)))
        right = ck.backward(params, passed, data.X, data.y)
        asked = partial(ck.diagnose_gradient, params=params, X=data.X, y=data.y)
        parts.append(ex.compare(name, tuple(summed), tuple(right), diagnose=asked))
    assert ["On these inputs" in part.answer for part in parts] == [True, False]
    first, second = ex.check("gradient", *parts).parts
    assert first.answer == parts[1].answer
    assert second.message == "As in “two points”."
    assert ex.check("gradient", parts[0]).parts == (parts[0],)


def test_a_question_that_another_part_refutes_is_not_asked():
    def off_by_one(n):
        return n - 1

    def part(n, **mistakes):
        return ex.compare_call(f"n = {n}", off_by_one, (n,), n, mistakes=mistakes)

    asked = ex.check("title", part(2, Half=1, Less=1), part(10, Half=5, Less=9))
    assert asked.parts[0].message == "expected 2; received 1\nLess"
    refuted = ex.check("title", part(2, Half=1), part(10, Half=5))
    assert [part.message for part in refuted.parts] == [
        "expected 2; received 1",
        "expected 10; received 9",
    ]
    no_number = ex.check("title", part(2, Half=1), part(10, Half=float("inf")))  # of anything
    assert no_number.parts[0].message.endswith("Half")
