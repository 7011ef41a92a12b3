"""Verdicts inside a lesson: what passed, what did not yet, what to look at next."""

import copy
from dataclasses import dataclass, replace

import numpy as np

from coursekit.diagnosis.errors import explain_stop
from coursekit.diagnosis.evidence import question_first
from coursekit.palette import boxed, escaped

MARKS = {"passed": "✓", "not yet": "✗", "not attempted": "○"}
ANSWER = "What these numbers come from"


@dataclass(frozen=True)
class Part:
    """One part of an exercise: its name, its status, what to look at next, and what that is an answer to.

    `mistake` is the stable name of what a diagnosis found, where it found one.
    """

    name: str
    status: str
    message: str = ""
    answer: str = ""
    mistake: str | None = None


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
            lines += [f"      ({ANSWER}: {part.answer})"] if part.answer else []
        return "\n".join(lines)

    def _repr_html_(self):
        rows = "".join(
            f"<li>{MARKS[part.status]} <strong>{escaped(part.name)}</strong>: {part.status}"
            f"<br><span style='white-space: pre-wrap'>{escaped(part.message)}</span>"
            f"{_folded(part.answer)}</li>"
            for part in self.parts
        )
        return boxed(
            f"<strong>{escaped(self._summary())}</strong>"
            f"<ul style='list-style: none; padding-left: 0.4em'>{rows}</ul>"
        )


def check(title, *parts):
    """Gather the parts of one exercise into a verdict.

    Parameters
    ----------
    title : str
    *parts : Part
        Made by `compare` or `compare_call`; at least one.

    Returns
    -------
    Verdict
    """
    if not parts or not all(isinstance(part, Part) for part in parts):
        raise TypeError(f"parts must be one or more of what compare and compare_call return; got {parts}")
    return Verdict(title, tuple(_said_once(parts)))


def _said_once(parts):
    """Yield the parts; where one asks what an earlier one asked, it only says so."""
    first = {}
    for part in parts:
        asked = part.message.split("\n")[-1]
        earlier = first.setdefault((asked, part.answer), part.name) if "\n" in part.message else part.name
        yield part if earlier == part.name else replace(part, message=f"As in “{earlier}”.", answer="")


def compare(name, received, expected, *, mistakes=None, tolerance=1e-6, diagnose=None):
    """Compare a value that a learner worked out with the expected one, without giving it away.

    Parameters
    ----------
    name : str
        Name of the part.
    received : object
        The learner's value; `...` or None means not attempted.
    expected : str, bool, number, ndarray of float, or tuple of ndarrays
        The right value.
    mistakes : dict, optional
        Message -> the wrong value that earns it: a question that leads to the fix.
    tolerance : float
        Largest allowed difference of numbers, relative to the larger of 1 and the expected size.
    diagnose : callable, optional
        Asked about a wrong value that is no listed mistake: value -> an object with `ok` and `message`,
        for example of `coursekit.diagnose_gradient`. Where it is not ok, its message, which brings its
        own evidence, stands in place of the two numbers.

    Returns
    -------
    Part
    """
    return _compare(name, received, expected, mistakes, tolerance, diagnose, _direction)


def _compare(name, received, expected, mistakes, tolerance, diagnose, difference):
    """Compare; `difference` words the gap of an expected and a received number at a place."""
    if diagnose is not None and not callable(diagnose):
        raise TypeError(f"diagnose must be a function of the received value; got {_short(diagnose)}")
    if _is_blank(received) or (isinstance(received, tuple) and any(map(_is_blank, received))):
        return Part(name, "not attempted")
    gap = _gap(received, expected, tolerance, difference)
    if gap is None:
        return Part(name, "passed")
    asked_for_numbers = not isinstance(expected, (bool, str))
    for message, wrong in (mistakes or {}).items():
        both_nan = _is_not_a_number(received) and _is_not_a_number(wrong)
        if both_nan or _gap(received, wrong, tolerance, difference) is None:
            return Part(name, "not yet", f"{gap}\n{message}" if asked_for_numbers else message)
    return Part(name, "not yet", *(_diagnosed(received, diagnose) or [gap]))


def _diagnosed(received, diagnose):
    """Return what a diagnosis asks of a wrong value, its sentence and its name for it, or nothing."""
    if diagnose is None:
        return ()
    try:
        diagnosis = diagnose(received)
        named = getattr(diagnosis, "mistake", None)
        return () if diagnosis.ok else (*question_first(diagnosis.message), named)
    except Exception:  # the learner's value may be anything
        return ()


def compare_call(name, function, arguments, expected, *, mistakes=None, tolerance=1e-6, diagnose=None):
    """Call a learner's function and compare what it returns, number beside number.

    An exception in the function is reported, and so is a forgotten return.

    Parameters
    ----------
    name : str
    function : callable
        The learner's function; one whose body is still `...` counts as not attempted.
    arguments : tuple
        What to call it with; copied first, so that nothing here changes.
    expected, mistakes, tolerance, diagnose
        As in `compare`.

    Returns
    -------
    Part
    """
    if _is_blank(function):
        return Part(name, "not attempted")
    if not callable(function):
        return Part(name, "not yet", f"expected a function; received {_short(function)}")
    try:
        with np.errstate(all="ignore"):  # an overflow is judged by its result
            received = function(*copy.deepcopy(arguments))
    except Exception as error:  # the learner's code may raise anything
        return Part(name, "not yet", explain_stop(function, error))
    if received is None and not _is_stub(function):
        return Part(name, "not yet", "your function returned nothing (None). Is a return missing?")
    return _compare(name, received, expected, mistakes, tolerance, diagnose, _both_numbers)


def reveal(prediction, outcome):
    """Print a recorded prediction beside what happened.

    Parameters
    ----------
    prediction : object
        What the learner wrote, or what `coursekit.lesson.questions.predict` returned; `...` means none.
    outcome : object
    """
    shown = hasattr(prediction, "value") and hasattr(prediction, "answer")  # has buttons
    said = prediction.value if shown else prediction
    if said is ...:
        said = f"none recorded (next time, {'choose' if shown else 'write'} one before you run)"
    print(f"Your prediction: {said}")
    print(f"What happened:   {outcome}")


def _folded(answer):
    """Return an answer as HTML that a reader opens."""
    return f"<details><summary>{ANSWER}</summary>{escaped(answer)}</details>" if answer else ""


def _stub():
    """Do nothing, as the untouched attempt does."""
    ...


def _is_stub(function):
    codes = [getattr(f, "__code__", None) for f in (function, _stub)]
    return None not in codes and codes[0].co_code[::2] == codes[1].co_code[::2]  # the operations alone


def _gap(received, expected, tolerance, difference):
    """None where the values agree, else how they differ, in few digits."""
    if isinstance(expected, bool):
        return _gap_of_truth(received, expected)
    if isinstance(expected, str):
        return _gap_of_words(received, expected)
    if isinstance(expected, tuple):
        return _gap_of_blocks(received, expected, tolerance, difference)
    try:
        got = np.asarray(received, dtype=np.float64)
    except (TypeError, ValueError):
        return f"expected {_kind(expected)}; received {_short(received)}"
    want = np.asarray(expected, dtype=np.float64)
    if got.shape != want.shape:
        return f"expected {_kind(expected)}; received {_kind(got)}"
    with np.errstate(invalid="ignore"):
        differences = np.where(got == want, 0.0, np.abs(got - want))  # inf equals inf
    allowed = tolerance * np.where(np.isfinite(want), np.maximum(1.0, np.abs(want)), 1.0)
    if (differences <= allowed).all():
        return None
    excess = np.where(np.isnan(differences), np.inf, differences / allowed)
    at = np.unravel_index(excess.argmax(), want.shape)
    place = f" at index {list(map(int, at))}" if want.ndim else ""
    return difference(want[at], got[at], place)


def _both_numbers(want, got, place):
    return f"expected {want:.6g}; received {got:.6g}{place}"


def _direction(want, got, place):
    if np.isnan(got):
        return f"received nan{place}, which is no number"
    return f"received {got:.6g}{place}, which is too {'large' if got > want else 'small'}"


def _gap_of_truth(received, expected):
    if not isinstance(received, (bool, np.bool_)):
        return f"expected True or False, without quotes; received {_short(received)}"
    return None if received == expected else f"received {received}; that is not the answer"


def _gap_of_words(received, expected):
    if not isinstance(received, str):
        return f"expected words in quotes; received {_short(received)}"
    same = received.strip().lower() == expected.strip().lower()
    return None if same else f"received {_short(received)}; that is not the answer"


def _gap_of_blocks(received, expected, tolerance, difference):
    names = getattr(expected, "_fields", [f"value {i}" for i in range(1, len(expected) + 1)])
    if not isinstance(received, (tuple, list)) or len(received) != len(expected):
        return f"expected {len(expected)} values ({', '.join(names)}); received {_short(received)}"
    gaps = [_gap(*pair, tolerance, difference) for pair in zip(received, expected, strict=True)]
    found = [f"{name}: {gap}" for name, gap in zip(names, gaps, strict=True) if gap is not None]
    return "\n".join(found) or None


def _is_not_a_number(value):
    return isinstance(value, (float, np.floating)) and np.isnan(value)


def _is_blank(value):
    return value is None or value is ...


def _kind(value):
    shape = np.shape(value)
    return f"an array of shape {shape}" if shape else "one number"


def _short(value):
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
