"""What every diagnosis shares: the record, when two arrays agree, and the words for where they do not."""

import math
from dataclasses import dataclass

import numpy as np

from coursekit._validation import describe
from coursekit.palette import GREEN, VERMILION, boxed, escaped

SAME = 1e-8  # share of the largest entry up to which two arrays are the same; other ways to sum: 1e-13

COMES_FROM = "what comes out when"  # in the sentence that names a mistake


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """What was found in a value that a learner's function returned.

    Attributes
    ----------
    ok : bool
    mistake : str or None
        Its stable name; two are joined by " + ". None if the value is right, or wrong in no known way.
    message : str
        What is wrong, the evidence, and the question that leads to the fix.
    also : tuple of str
        Other names that would explain the same numbers on these inputs.
    """

    ok: bool
    mistake: str | None
    message: str
    also: tuple = ()

    def __repr__(self):
        return self.message

    def _repr_html_(self):
        mark, color = ("✓", GREEN) if self.ok else ("○", VERMILION)
        return boxed(f"{mark} {'<br>'.join(map(escaped, self.message.splitlines()))}", color)


def question_first(message):
    """Return (evidence and question, the sentence that names the mistake) of a diagnosis' message.

    The second is empty where no mistake is named.
    """
    first, _, rest = message.partition("\n")
    return (rest, first) if rest and COMES_FROM in first else (message, "")


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
    if not np.isfinite(gaps.max()):
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


def nothing_returned(what):
    """Return the diagnosis of None."""
    text = f"There is no {what}, but None. Is a return missing?"
    return Diagnosis(False, "nothing-returned", text)


def wrong_kind(name, value, wanted="a numpy array of float64"):
    """Return the diagnosis of what should hold numbers of one kind and does not."""
    text = f"{name} should be {wanted}; it is {describe(value)}. Where does it become so?"
    return Diagnosis(False, "wrong-kind", text)


def blocks_swapped():
    """Return the diagnosis of W2 before W1."""
    text = "The two blocks are in the wrong order: which one belongs to the hidden layer?"
    return Diagnosis(False, "blocks-swapped", text)


def at_index(name, place):
    """Return `name[i, j]` of a place in an array, and the name alone of a single number."""
    index = ", ".join(str(int(i)) for i in place)
    return f"{name}[{index}]" if index else name


def worst_entry(name, got, want, where=""):
    """Say what the worst entry is and what it should be; `where` adds the input at a place."""
    place = np.unravel_index(np.argmax(np.abs(got - want)), got.shape)
    one, other = float(got[place]), float(want[place])
    known = abs(other) > 1e-12 and np.isfinite([one, other]).all()
    ratio = f"{one / other:.4g}" if known else "1"
    times = "" if ratio == "1" else f" (yours is {ratio} times that)"
    lead = "For instance " if place else "Your "
    beside = where(place) if where else ""
    digits = next((d for d in range(4, 17) if f"{one:.{d}g}" != f"{other:.{d}g}"), 4)
    said, wanted = (f"{number:.{digits}g}" for number in (one, other))
    return f"{lead}{at_index(name, place)} is {said}{beside}; it should be {wanted}{times}."
