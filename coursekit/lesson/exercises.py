"""Verdicts inside a lesson: what passed, what did not yet, what to look at next."""

import copy
import warnings
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import permutations

import numpy as np

from coursekit._validation import short
from coursekit.diagnosis.evidence import CLOSE, question_first
from coursekit.diagnosis.gaps import RIGHT, RIGHT_IN_BRACKETS, both_numbers, direction, find_gap, is_finite
from coursekit.diagnosis.reads import called_by, returns_a_name
from coursekit.diagnosis.together import (
    FITS,
    Trial,
    borne_out,
    decided,
    repaired,
    said_once,
    told_of_outside,
    told_of_rewritten,
)
from coursekit.lesson import limits
from coursekit.palette import boxed, escaped

MARKS = {"passed": "✓", "not yet": "✗", "not attempted": "○"}


@dataclass(frozen=True)
class Part:
    """One part of an exercise: its status, what to look at next, and what that is an answer to.

    `mistake` is the stable name of what a diagnosis found, where it found one, and `made` its rows; `others`
    are the parts that would say what else makes the same value. `asked` says which questions fit (None:
    unclear), `of` whose value it is, `trial` how that can be tried again, `error` what it stopped with.
    """

    name: str
    status: str
    message: str = ""
    answer: str = ""
    mistake: str | None = None
    others: tuple = field(default=(), repr=False)
    made: tuple = field(default=(), repr=False, compare=False)
    asked: dict = field(default_factory=dict, repr=False)
    of: object = field(default=None, repr=False)
    trial: Trial | None = field(default=None, repr=False, compare=False)
    error: BaseException | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check found, readable as text and as HTML."""

    title: str
    parts: tuple

    @property
    def passed(self):
        """True where every part passed."""
        return all(part.status == "passed" for part in self.parts)

    def _summary(self):
        passed = sum(part.status == "passed" for part in self.parts)
        return f"{self.title}: {passed} of {len(self.parts)} parts passed"

    def __repr__(self):
        lines = [self._summary()]
        for part in self.parts:
            lines.append(f"  {MARKS[part.status]} {part.name}: {part.status}")
            lines += [f"      {line}" for line in part.message.splitlines()]
            lines += [f"      ({_heading(part)}: {part.answer.splitlines()[-1]})"] if part.answer else []
        return "\n".join(lines)

    def _repr_html_(self):
        rows = "".join(map(_row, self.parts))
        page = f"<strong>{escaped(self._summary())}</strong>"
        return boxed(f"{page}<ul style='list-style: none; padding-left: 0.4em'>{rows}</ul>")


def _row(part):
    row = f"{MARKS[part.status]} <strong>{escaped(part.name)}</strong>: {part.status}"
    row += f"<br><span style='white-space: pre-wrap'>{escaped(part.message)}</span>"
    if part.answer:  # folded: a reader opens it
        lines = escaped(part.answer).replace("\n", "<br>")
        row += f"<details><summary>{_heading(part)}</summary>{lines}</details>"
    return f"<li>{row}</li>"


def _heading(part):
    return "In Python's own words" if part.error else "What these numbers come from"


def check(title, *parts):
    """Return the `Verdict` on an exercise, of one or more parts that `compare` and `compare_call` made."""
    if not parts or not all(isinstance(part, Part) for part in parts):
        raise TypeError(f"parts must be one or more of what compare and compare_call return; got {parts}")
    return Verdict(title, tuple(said_once(repaired(decided(list(borne_out(parts)))))))


def compare(name, received, expected, *, mistakes=None, tolerance=1e-6, diagnose=None):
    """Return the `Part` on a value that a learner worked out, without giving the expected one away.

    Parameters
    ----------
    name : str
    received : object
        The learner's value; `...` or None means not attempted.
    expected : str, bool, number, ndarray of float, or tuple of ndarrays
    mistakes : dict, optional
        Message -> the wrong value that earns it: a question that leads to the fix.
    tolerance : float
        Largest allowed difference of numbers, relative to the larger of 1 and the expected size.
    diagnose : callable, optional
        Asked about a wrong value that is no listed mistake: value -> a `Diagnosis`. Where that is not
        ok, its message, which brings its own evidence, stands in place of the two numbers.
    """
    return _compare(name, received, expected, mistakes, tolerance, diagnose, direction)


def _compare(name, received, expected, mistakes, tolerance, diagnose, difference):
    """Compare; `difference` words the gap of an expected and a received number at a place."""
    if diagnose is not None and not callable(diagnose):
        raise TypeError(f"diagnose must be a function of the received value; got {short(diagnose)}")
    if _is_blank(received) or (isinstance(received, tuple) and any(map(_is_blank, received))):
        return Part(name, "not attempted")
    gap = find_gap(received, expected, tolerance, difference)
    finite = is_finite(received)
    asked = {
        question: _is_typed(received, wrong)
        or find_gap(received, wrong, tolerance, direction) is None
        or (False if finite and is_finite(wrong) else None)
        for question, wrong in (mistakes or {}).items()
    }
    if gap is None:
        return Part(name, "passed", asked=asked)
    asked_for_numbers = not isinstance(expected, (bool, str))
    if fitting := [question for question, fits in asked.items() if fits]:
        if not asked_for_numbers:
            return Part(name, "not yet", fitting[0])
        seen = [line for line in gap.split("\n") if not line.endswith("?")]  # one question is enough
        return Part(name, "not yet", "\n".join([*seen, fitting[0]]), asked=asked)
    if asked_for_numbers and difference is direction and _is_rounded(received, expected):
        return Part(name, "not yet", f"{CLOSE} How many digits are asked for?")
    with suppress(Exception):  # the learner's value may be anything
        told = RIGHT in gap or gap.endswith(RIGHT_IN_BRACKETS)
        if diagnose and not told and not (found := diagnose(received)).ok:
            return _diagnosed(name, found)
    return Part(name, "not yet", gap, asked=asked)


def _is_typed(received, wrong):
    """Whether a number is another one as it is typed, rounded to two decimals or more; or both are nan."""
    if not all(isinstance(one, (float, np.floating)) for one in (received, wrong)):
        return False
    digits = len(f"{received}".partition(".")[2])
    rounded = np.round(wrong, digits) if digits > 1 else wrong
    return np.array_equal(received, rounded, equal_nan=True)


def _is_rounded(received, expected):
    """Whether numbers are the expected ones with fewer digits, as they were typed."""
    with suppress(Exception):
        pairs = zip(np.ravel(received), np.ravel(expected), strict=True)
        return np.shape(received) == np.shape(expected) and all(_is_typed(*pair) for pair in pairs)
    return False


def _diagnosed(name, found):
    others = tuple(_diagnosed(name, other) for other in getattr(found, "others", ()))
    known = getattr(found, "mistake", None), others, getattr(found, "made", ())
    return Part(name, "not yet", *question_first(found.message), *known)


def compare_call(
    name, function, arguments, expected, *, mistakes=None, tolerance=1e-6, diagnose=None, uses=None, names=()
):
    """Call a learner's function; return the `Part` on what it returns, number beside number.

    An exception in the function is reported, and so are a forgotten return and an argument that it changes.

    Parameters
    ----------
    function : callable
        The learner's function; one whose body is still `...` counts as not attempted.
    arguments : tuple
        Copied before the call, so that nothing here changes.
    uses : dict, optional
        Name of an earlier function of the learner's -> (its step, arguments, expected). Where this function
        calls one that is not right, that comes first.
    names : sequence of str, optional
        What the task calls the arguments, in its order.
    name, expected, mistakes, tolerance, diagnose
        As in `compare`.
    """
    if _is_blank(function):
        return Part(name, "not attempted")
    if not callable(function):
        said = f"expected a function; received {short(function)}"
        return Part(name, "not yet", f"{said}\nDoes a line give its name to a value? It begins with def.")
    judge = partial(find_gap, tolerance=tolerance, difference=both_numbers)
    trial = Trial(arguments, expected, judge, bool(mistakes or diagnose))
    part = _called(name, function, arguments, expected, mistakes, tolerance, diagnose)
    if part.status == "not yet" and (first := _waits_for(function, uses, tolerance)):
        return Part(name, "not yet", first, of=function)
    if part.status == "not yet" and (asked := _in_another_order(function, names, trial)):
        return Part(name, "not yet", asked)
    return replace(part, of=function, trial=trial)


def _in_another_order(function, names, trial):
    """Return what to ask where its names, or a right value, tell another order of its arguments."""
    own = code.co_varnames[: code.co_argcount] if (code := getattr(function, "__code__", None)) else ()
    asked = f"Your def line takes {', then '.join(own)}. In which order does the task name them?"
    if len(own) >= len(names) and any(n in own and own.index(n) != at for at, n in enumerate(names)):
        return asked
    free = [at for at, name in enumerate(names) if len(own) == len(names) and own[at] != name]
    for order in permutations(free) if 1 < len(free) < 4 else ():
        places = dict(zip(free, order, strict=True))
        given = copy.deepcopy([trial.arguments[places.get(at, at)] for at in range(len(own))])
        with suppress(BaseException), np.errstate(all="ignore"):
            if not trial.gap(limits.call(function, *given), trial.expected):
                return f"With its arguments in another order, your function is right. {asked}"
    return ""


def _waits_for(function, uses, tolerance):
    """Say which functions of earlier steps a function calls that are not right yet, or nothing."""
    known = called_by(function) if uses else {}
    rows = [(name, *row) for name, row in (uses or {}).items() if name in known]
    parts = [compare_call(name, known[name], *row, tolerance=tolerance) for name, _, *row in rows]
    wrong = [row[:2] for row, part in zip(rows, parts, strict=True) if part.status != "passed"]
    names, steps = (" and ".join(words) for words in zip(*wrong, strict=True)) if wrong else ("", "")
    are = "which is" if len(wrong) == 1 else "which are"
    return wrong and f"Your {function.__name__} calls {names}, {are} not right yet: mend {steps} first."


def _called(name, function, arguments, expected, mistakes, tolerance, diagnose):
    try:
        # An overflow, or the mean of nothing, is judged by its result.
        with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore", category=RuntimeWarning):
            received = limits.call(function, *(given := copy.deepcopy(arguments)))
    except BaseException as error:  # the learner's code may raise anything, SystemExit too
        from coursekit.diagnosis.errors import explain_stop  # seldom needed, and slow to load

        stopped = Part(name, "not yet", *explain_stop(function, error, arguments))
        return told_of_outside(replace(stopped, error=error.with_traceback(None)), function)
    if received is None and not is_stub(function):
        said = "your function returned nothing (None). Is a return missing?"
        if returns_a_name(function):
            said = "your function returned None, though it ends with a return. Which line sets its name?"
        return Part(name, "not yet", said)
    part = _compare(name, received, expected, mistakes, tolerance, diagnose, both_numbers)
    part = told_of_rewritten(part, function, arguments, given)
    return told_of_outside(part, function) if part.status == "not yet" else part


def follows(earlier, work_out, *values):
    """Return the `mistakes` for `compare` that foresee a value wrong only because an earlier one is.

    Parameters
    ----------
    earlier : str
        Name of the part that `values` belong to.
    work_out : callable
        The right way from there to this part.
    *values : object
        What the learner gave there.
    """
    with suppress(Exception), np.errstate(all="ignore"):  # what was not attempted is no number
        return {FITS.format(earlier): work_out(*(np.squeeze(np.asarray(value, float)) for value in values))}
    return {}


def reveal(prediction, outcome):
    """Print a prediction, as the learner wrote it or as a `Question` of `predict`, beside what happened."""
    shown = hasattr(prediction, "value") and hasattr(prediction, "answer")  # has buttons
    said = prediction.value if shown else prediction
    if said is ...:
        said = f"none recorded (next time, {'choose' if shown else 'write'} one before you run)"
    print(f"Your prediction: {said}")
    print(f"What happened:   {outcome}")


def _stub():
    """Do nothing, as the untouched attempt does."""
    ...


def is_stub(function):
    """Return whether a function is as it was handed out: three dots, and nothing else."""
    code = getattr(function, "__code__", None)
    return bool(code) and code.co_code[::2] == _stub.__code__.co_code[::2]  # the operations alone


def _is_blank(value):
    return value is None or value is ...
