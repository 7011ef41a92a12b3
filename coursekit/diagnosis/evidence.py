"""What every diagnosis shares: the record, how precise is right, the words for where something is wrong."""

import inspect
import math
from dataclasses import dataclass, field
from functools import wraps

import numpy as np

from coursekit.palette import GREEN, VERMILION, boxed, escaped

SAME = 1e-8  # share of the largest entry up to which a mistake's numbers are the given ones
ROUGH = 1e-5  # the same where the given ones hold fewer digits: float32, or differences
ALIKE = 1e-6  # share of the largest entry up to which a value is right: other styles, good differences
FEW_DIGITS = {"float32": 1e-4, "float16": 1e-2}  # the same for numbers that hold fewer digits

COMES_FROM = "what comes out when"  # in the sentence that names a mistake
OR_ELSE = "On these inputs the same comes out when"  # in the one after it, that names an equal
CLOSE = "Close: that is right, rounded."  # so begins what is said of a number with too few digits
PLAIN = "Take a case small enough to work out by hand. Which step gives another number?"


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """What was found in a value that a learner's function returned.

    Attributes
    ----------
    ok : bool
    mistake : str or None
        Its stable name; several are joined by " + ". None if the value is right, or wrong in a way without
        a name: then the message says where.
    message : str
        First a place to look at and a question, then the evidence, last the mistake in words.
    others : tuple of Diagnosis
        Other mistakes that would explain the same numbers on these inputs.
    made : tuple
        The rows of the tables that `mistake` names.
    """

    ok: bool
    mistake: str | None
    message: str
    others: tuple = ()
    made: tuple = field(default=(), repr=False, compare=False)

    @property
    def also(self):
        """The names of the others."""
        return tuple(other.mistake for other in self.others)

    def __repr__(self):
        return self.message

    def _repr_html_(self):
        mark, color = ("✓", GREEN) if self.ok else ("○", VERMILION)
        return boxed(f"{mark} {'<br>'.join(map(escaped, self.message.splitlines()))}", color)


def question_first(message):
    """Return (question and evidence, the sentences that name the mistake) of a diagnosis' message.

    The second is empty where no mistake is named.
    """
    lines = message.split("\n")
    named = [at for at, line in enumerate(lines) if COMES_FROM in line]
    at = named[0] if named and named[0] > 0 else len(lines)
    return "\n".join(lines[:at]), " ".join(lines[at:])


def or_else(made, others):
    """Return the sentence that names what else makes the same numbers as some mistakes: that of each other alone."""
    said = {mistake.what.partition(" ")[2] for mistake in made}  # of another array, it is the same
    equal = [
        ", and ".join(dict.fromkeys(m.what for m in other if m.what.partition(" ")[2] not in said))
        for other in others
    ]
    equal = list(dict.fromkeys(filter(None, equal)))
    return f"{OR_ELSE} {', or when '.join(equal)}." if equal else ""


class Told(Exception):
    """A diagnosis (ok, name, message, other names) that ends the search for others."""


def diagnosing(function):
    """Make of a function one that returns a diagnosis also where it is `Told`, and give it the shared words."""

    @wraps(function)
    def diagnose(*args, **kwargs):
        try:
            with np.errstate(all="ignore"):
                return function(*args, **kwargs)
        except Told as told:
            return Diagnosis(*told.args)

    diagnose.__doc__ += RETURNS
    return diagnose


RETURNS = """
    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError, ValueError
        Where another argument than the learner's value breaks its rule.
    """


def same(one, other, tolerance=SAME, floor=0.0):
    """Whether two arrays agree: in shape, in what is not finite, and in all numbers.

    Numbers may differ by `tolerance` times the largest entry, or times `floor` where that is larger.
    """
    if one.shape != other.shape:
        return False
    if one.ndim == 0:  # the same for one number, in a tenth of the time
        a, b = float(one), float(other)
        if not math.isfinite(a - b):
            return a == b or (math.isnan(a) and math.isnan(b))
        return abs(a - b) <= tolerance * max(abs(a), abs(b), floor)
    gaps = np.abs(one - other)
    if gaps.size and not np.isfinite(gaps.max()):
        finite = np.isfinite(gaps)
        if not np.array_equal(one[~finite], other[~finite], equal_nan=True):
            return False
        one, other, gaps = one[finite], other[finite], gaps[finite]
    size = max(np.abs(one).max(initial=floor), np.abs(other).max(initial=floor))
    return bool(gaps.max(initial=0.0) <= tolerance * size)


def factor_between(blocks, wanted):
    """Return the one number by which all blocks are multiples of the wanted ones, or None."""
    one, other = (np.concatenate([np.ravel(block) for block in both]) for both in (blocks, wanted))
    size = other @ other
    factor = one @ other / size if size else np.nan
    return factor if np.isfinite(factor) and same(one, factor * other) else None


def in_words(value):
    """Say in a few words what a value is."""
    if value is None or value is ...:
        return "None" if value is None else "still the three dots"
    if isinstance(value, np.ndarray) and value.ndim:
        kinds = {"b": " of True and False", "i": " of whole numbers", "O": " of objects"}
        return f"an array {value.shape}{kinds.get(value.dtype.kind, '')}"
    if isinstance(value, (bool, np.bool_, str)):
        return f"{value!r:.40}"
    if isinstance(value, (int, float, np.number, np.ndarray)):
        text = str(value) if isinstance(value, int) else f"{value:.4g}"
        return f"one number, {text}{'.0' * (not isinstance(value, int) and text.lstrip('-').isdigit())}"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return f"{type(value).__name__}({', '.join(value._fields[:4])})"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)} value{'s' * (len(value) != 1)}"
    is_function = inspect.isroutine(value) or isinstance(value, np.ufunc)
    return "a function" if is_function else f"a value of type {type(value).__name__}"


# Where something is wrong


def at_index(name, place):
    """Return `name[i, j]` of a place in an array, and the name alone of a single number."""
    index = ", ".join(str(int(i)) for i in place)
    return f"{name}[{index}]" if index else name


def worst_entry(name, got, want, where="", times="", plain=True):
    """Say what the worst entry is and what it should be, of those that are `plain`, if these are wrong.

    `where` adds the input at a place, `times` what is known of the ratio.
    """
    gaps = np.abs(got - want)
    among = np.where(plain, gaps, 0.0)
    place = np.unravel_index(np.argmax(gaps if among.max() < 0.01 else among), got.shape)
    one, other = float(got[place]), float(want[place])
    lead = "For instance " if place else "Your "
    beside = where(place) if where else ""
    digits = next((d for d in range(4, 17) if f"{one:.{d}g}" != f"{other:.{d}g}"), 4)
    said, wanted = (f"{number:.{digits}g}" for number in (one, other))
    return f"{lead}{at_index(name, place)} is {said}{beside}; it should be {wanted}{times}."


def locate(name, got, want, labels=(), by=None):
    """Say which entries are wrong and what these have in common; never more than the numbers show.

    `labels` makes words of an index, as "the bias row", for each axis; `by` names arrays of inputs of the
    same shape, to tell wrong entries by their signs.
    """
    size = np.abs(want).max(initial=0.0)
    if got.size == 0 or not np.isfinite(size):
        return ""
    wrong = ~(np.abs(got - want) <= ALIKE * max(size, 1e-300))
    known = np.where(wrong & (np.abs(want) > 1e-9 * size), want, np.nan)
    with np.errstate(all="ignore"):
        ratios, gaps = got / known, np.where(wrong, got - want, np.nan)
    usual = (lambda i: f"{'row' if got.ndim > 1 else 'entry'} {i}", lambda i: f"column {i}")
    labels = [*labels, *usual[len(labels) :]]
    said = _which(name, wrong, labels, by or {}), _pattern(got, want, wrong, ratios, gaps, labels)
    return " ".join(said).strip()


def _which(name, wrong, labels, by):
    """Say which entries are wrong: those of a sign, a row, a column, some, or all."""
    if wrong.all():
        return f"No entry of {name} is right." if wrong.size > 1 else ""
    for of, array in by.items():
        for sign, words in ((-1, "below 0"), (1, "above 0"), (0, "0")):
            if np.shape(array) == wrong.shape and np.array_equal(wrong, np.sign(array) == sign):
                return f"In {name}, the entries where {of} is {words} are wrong; all others are right."
    for axis in range(min(wrong.ndim, 2)):
        others = tuple(other for other in range(wrong.ndim) if other != axis)
        hit = np.flatnonzero(wrong.any(axis=others))
        if len(hit) < wrong.shape[axis] and (len(hit) <= 3 or len(hit) == wrong.shape[axis] - 1):
            fine = np.setdiff1d(np.arange(wrong.shape[axis]), hit)
            if len(fine) == 1 and len(hit) > 1:
                return f"In {name}, {labels[axis](fine[0])} alone is right."
            are = "is" if len(hit) == 1 else "are"
            return f"In {name}, {' and '.join(labels[axis](i) for i in hit)} alone {are} wrong."
    first = at_index(name, np.argwhere(wrong)[0])
    return f"{wrong.sum()} of {wrong.size} entries of {name} are wrong, the first is {first}."


def _pattern(got, want, wrong, ratios, gaps, labels):
    """Say what the wrong entries have in common."""
    if wrong.size > 1 and not got[wrong].any():
        return "These are zero." if not wrong.all() else "All are zero."
    one = "Every wrong entry" if not wrong.all() else "Every entry" if wrong.size > 1 else "It"
    there = ~np.isnan(ratios)
    if there.sum() == wrong.sum() and _constant(ratios[there]):
        if abs(ratios[there][0] + 1) < ALIKE:
            return f"{one} has the right size and the wrong sign."
        if wrong.size == 1:  # the ratio of two single numbers says little
            return f"It is too {'large' if gaps[wrong][0] > 0 else 'small'}{', and its sign is turned' if ratios[there][0] < 0 else ''}."
        return f"{one} is {ratios[there][0]:.4g} times what it should be."
    if wrong.sum() > 1 and _constant(gaps[wrong]):
        return f"{one} is {abs(gaps[wrong][0]):.4g} too {'large' if gaps[wrong][0] > 0 else 'small'}."
    if by_line := _by_line(ratios, labels):
        return by_line
    if there.sum() > 1 and (ratios[there] < 0).all():
        return "All signs are turned, and the sizes differ too."
    if wrong.sum() > 2 and same(np.abs(got[wrong]), np.abs(want[wrong]), ALIKE):
        return "All sizes are right; only signs are wrong."
    if wrong.sum() > 1 and wrong.all() and _constant(got[wrong]):
        return "All entries are one and the same number."
    some, size = 1 < wrong.sum() < wrong.size + (wrong.size > 3), np.abs(got)
    if some and _constant(size[wrong]) and size.max() == size[wrong][0]:
        return f"These are cut off at {size[wrong][0]:.3g}."
    if there.sum() > 1 and wrong.all() and (np.abs(gaps[wrong]) < 0.1 * np.abs(want).max()).all():
        far = np.abs(gaps[wrong]).max() / np.abs(want).max()
        ask = ": is something rounded, or a difference with a large step?" if far < 0.02 else "."
        return f"All are close, within {far:.1g} of the largest{ask}"
    if there.sum() > 2 and (ratios[there] > 0).all():
        side = np.abs(ratios[there])
        sizes = "too small" if (side < 1).all() else "too large" if (side > 1).all() else ""
        return f"All signs are right; all sizes are {sizes}." if sizes else "All signs are right."
    return ""


def _by_line(ratios, labels):
    """Say by which factors the lines of a table are wrong, where each has its own."""
    for axis in (1, 0) if ratios.ndim == 2 else ():
        lines = [line[~np.isnan(line)] for line in np.moveaxis(ratios, axis, 0)]
        is_far = any(np.abs(line - 1).max(initial=0) > 0.005 for line in lines)  # else all read 1
        if is_far and all(len(line) > 1 and _constant(line) for line in lines):
            said = ", ".join(f"{line[0]:.3g}" for line in lines[:4]) + (", …" if len(lines) > 4 else "")
            like = labels[axis](0)
            return f"{like[0].upper()}{like[1:]}, and each like it, is wrong by a factor of its own: {said}."
    return ""


def _constant(numbers):
    return len(numbers) > 0 and np.ptp(numbers) <= ALIKE * np.abs(numbers).max()
