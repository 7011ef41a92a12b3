"""One array or number after the other, each made in a step or two: what a learner's function returned of it."""

from dataclasses import dataclass, field
from itertools import product
from types import SimpleNamespace

import numpy as np

from coursekit._validation import describe
from coursekit.diagnosis.engine import Mistake, Part, explain, forms, product_of
from coursekit.diagnosis.evidence import (
    ALIKE,
    FEW_DIGITS,
    PLAIN,
    ROUGH,
    SAME,
    Diagnosis,
    Told,
    at_index,
    factor_between,
    locate,
    same,
    worst_entry,
)

SINGLE = " Your numbers are float32, right to the 7 digits that it holds; count in float64, which holds 16."
LISTED = " The numbers are in a list: make an array of them, with np.array."
FLOOR = 1e-3  # the largest entry where all are smaller: 0 and 1e-12 are the same probability
WHERE = "In which step does the shape become another?"
ONE = ((1.0, ()),)  # the only factor of a whole that is no mistake


def take(c, step, make):
    """Return the passes that go on from `c` by one step: one for each form that `make` gives it."""
    try:
        made = forms(make(c))
    except (ValueError, IndexError):  # the shapes do not fit, so nobody can have made it here
        return []
    return [SimpleNamespace(**(vars(c) | {step: np.asarray(form, np.float64)})) for form in made]


def candidates(c, steps, right, table, alone=()):
    """Return [(mistakes, array)] of a value that is made in some steps, with a mistake in two at most.

    `right` says how a step is made, the slot of each mistake is a step, and the last step is the value.
    Slugs in `alone` make so many forms that pairs with them would fit by chance.
    """
    passes = [((), c)]
    for step in steps:
        options = [((), right[step]), *(((m,), m.make) for m in table if m.slot == step)]
        passes = [
            (before + now, after)
            for (before, given), (now, make) in product(passes, options)
            if len(before) < 2 and not (before and now and any(m.slug in alone for m in before + now))
            for after in take(given, step, make)
        ]
    return [(mistakes, getattr(end, [*steps][-1])) for mistakes, end in passes if mistakes]


def as_numbers(name, value, wanted="a numpy array of float64"):
    """Return (array of float64, what to say of its kind)."""
    if value is None:
        _nothing_returned(name)
    listed = isinstance(value, (list, tuple))
    try:
        array = np.asarray(value)
    except Exception:  # rows of several lengths, or an __array__ that raises
        _wrong_kind(name, "rows of several lengths" if listed else f"a {type(value).__name__}", wanted)
    if array.dtype.kind == "c":
        text = f"{name} is complex. Numbers with j come from a complex step, or from a power or log of a"
        text += " negative number: where does j come in? Only the real part belongs here."
        raise Told(False, "wrong-kind", text)
    if array.dtype.kind not in "biuf" or (listed and wanted == "one number"):
        if callable(value):
            text = f"{name} is a function, where an array of numbers belongs. Which brackets are missing, and what"
            raise Told(False, "wrong-kind", f"{text} should stand in them?")
        _wrong_kind(name, describe(value), wanted)
    note = SINGLE if array.dtype == np.float32 else LISTED if listed else ""
    return array.astype(np.float64), note


def kinds(names, received, is_number=False):
    """Return what to say of the kinds of some values."""
    wanted = "one number" if is_number else "a numpy array of float64"
    pairs = zip(names, received, strict=True)
    return "".join(dict.fromkeys([as_numbers(name, value, wanted)[1] for name, value in pairs]))


def _nothing_returned(what):
    raise Told(False, "nothing-returned", f"There is no {what}, but None. Is a return missing?")


def _wrong_kind(name, it_is, wanted):
    text = f"{name} should be {wanted}; it is {it_is}. Where does it become so?"
    raise Told(False, "wrong-kind", text)


def check_container(what, asked, names, received):
    """Refuse what is not as many arrays as there are names."""
    if received is None:
        _nothing_returned(what)
    is_listed = isinstance(received, (tuple, list))
    inner = received[1] if is_listed and len(received) == 2 else None
    if isinstance(inner, (tuple, list)) and np.ndim(received[0]) == 0 and len(inner) == len(names):
        text = f"{asked}; you return a number and a tuple, as a loss and a {what} are."
        raise Told(False, "wrong-kind", f"{text} Which of the two is asked for?")
    if is_listed and len(received) == len(names):
        return
    if isinstance(received, dict):
        text = f"{asked}; this is a dictionary. How do several values stand after a return, without names?"
        raise Told(False, "wrong-kind", text)
    it_is = "this is one array" if isinstance(received, np.ndarray) else f"this is {describe(received)}"
    if is_listed:
        it_is = f"you return {len(received)} things, {', '.join(type(part).__name__ for part in received)}"
    raise Told(False, "wrong-kind", f"{asked}; {it_is}. What do you return?")


def refuse_swapped(blocks, weights):
    """Refuse W2 before W1."""
    (one, two), (W1, W2) = blocks, weights
    if np.shape(one) == W2.shape and np.shape(two) == W1.shape:
        text = "The two blocks are in the wrong order: which one belongs to the hidden layer?"
        raise Told(False, "blocks-swapped", text)


def right(what, note=""):
    """Return the diagnosis of what is right."""
    return Diagnosis(True, None, f"This {what} is right.{note}")


@dataclass(eq=False)
class Value:
    """One array or number that a learner's function returned.

    Differences from an `origin` count, where there is one; where all are below `floor`, they count as
    absolute. `inputs` are named arrays to quote beside an entry, `given` those whose shapes to quote,
    `labels` the words for a place on each axis.
    """

    name: str
    received: object
    want: np.ndarray
    floor: float = FLOOR
    origin: np.ndarray | None = None
    inputs: dict = field(default_factory=dict)
    given: dict = field(default_factory=dict)
    labels: tuple = ()
    note: str = ""

    def __post_init__(self):
        self.dtype = str(np.asarray(self.received).dtype)
        self.got, self.want = np.asarray(self.received, np.float64), np.asarray(self.want, np.float64)

    def moved(self, array):
        """Return an array as it differs from the origin."""
        has_origin = self.origin is not None and self.origin.shape == array.shape
        return array - self.origin if has_origin else array

    def is_right(self, value=None):
        """Whether the received numbers are the wanted ones, or these."""
        want = self.want if value is None else np.asarray(value, np.float64)
        few = 1e-5 if self.dtype == "float32" else ALIKE
        floor = max(self.floor, np.abs(want).max(initial=0.0)) if self.dtype == "float32" else self.floor
        return same(self.moved(self.got), self.moved(want), few, floor)

    def evidence(self):
        """Return the worst entry with its input; where the shapes differ, these."""
        if self.got.shape != self.want.shape:
            text = f"Shapes: {self.name} is {self.got.shape}; it should be {self.want.shape}."
        else:
            plain = np.all([np.ones(self.want.shape), *(abs(z) <= 5 for z in self.known.values())], 0)
            text = worst_entry(self.name, self.got, self.want, self.beside, plain=plain)
        return f"{text} {self.note}".rstrip()

    @property
    def known(self):
        """The inputs that have an entry for each of the value's."""
        return {name: z for name, z in self.inputs.items() if np.shape(z) == self.want.shape}

    def beside(self, place):
        """Return the inputs at a place, as `, where z[2] is 1.5`."""
        said = [f"{at_index(name, place)} is {array[place]:.4g}" for name, array in self.known.items()]
        return f", where {' and '.join(said)}" if said else ""

    def as_part(self, made, further, factors=ONE):
        """Return the Part of a wrong value, of [(mistakes, array)] and [(number, mistakes)].

        `further` gives more of the first, for a value that these do not make.
        """
        ways, where = self._ways(made, factors) or self._facts(), ""
        ways = ways or self._ways(further(), factors) or self._factor()
        if not ways:
            name = self.name if self.origin is None else f"the step of {self.name}"
            got, want = self.moved(self.got), self.moved(self.want)
            where = f"{locate(name, got, want, self.labels, self.inputs)} {PLAIN}".strip()
        return Part(self.name, ways, self.evidence(), where)

    def _ways(self, made, factors):
        """Return the ways to make the value, where candidates of its shape do."""
        tolerance, got = ROUGH if self.dtype in FEW_DIGITS else SAME, self.moved(self.got)
        every = [(way, self.moved(array)) for way, array in [*made, ((), self.want)]]
        fitting = [(way, array) for way, array in every if array.shape == got.shape]
        if not (np.isfinite(got).all() and got.any()):
            return [way for way, array in fitting if way and same(array, got, tolerance, self.floor)]
        fitting = [(way, array) for way, array in fitting if np.isfinite(array).all()]
        if not fitting:
            return []
        whole = product_of([[way for way, _ in fitting]], np.stack([array for _, array in fitting]))
        return [way for way in explain(got, [whole], factors, tolerance=tolerance) if way]

    def _facts(self):
        """Return what can be said of a value that no candidate makes."""
        name, got, want = self.name, self.got, self.want
        if got.shape != want.shape:
            lost = got.shape == want.shape[1:] and want.ndim > 0  # one entry, or one row
            asked = "Does a round of a loop replace what the others made, or end it?" if lost else WHERE
            return _fact("wrong-shape", self._ledger(), asked)
        if self.dtype in FEW_DIGITS and same(got, want, FEW_DIGITS[self.dtype], 1.0):
            text = f"The numbers of {name} are right to the digits that {self.dtype} holds; float64 holds 16."
            return _fact("wrong-kind", text, "Where do they become so?")
        odd = ~np.isfinite(got) & np.isfinite(want)
        if odd.any():
            place = tuple(np.argwhere(odd)[0])
            text = f"{at_index(name, place)} is {got[place]}{self.beside(place)}: not finite."
            return _fact("not-finite", text, "Which step divides by 0, or takes a log of 0 or a large exp?")
        if self.dtype.startswith(("int", "uint", "bool")) and (want != np.round(want)).any():
            text = f"{name} holds whole numbers ({self.dtype}): they cannot hold a fraction."
            return _fact("wrong-kind", text, "Where is this array made, and of which numbers?")
        if got.size > 1 and not got.any():
            text = f"All entries of {name} are zero."
            return _fact("all-zeros", text, "Is the array ever filled, or do two terms cancel?")
        return []

    def _factor(self):
        """Return what can be said of a value that is the right one times some number."""
        got, want = self.moved(self.got), self.moved(self.want)
        by = factor_between([got], [want]) if got.size > 2 else None
        step = f"Your {self.name}" if self.origin is None else f"The step of {self.name}"
        text = f"{step} is {by or 1:.6g} times what it should be."
        return _fact("wrong-factor", text, "Which step multiplies by a constant?") if by else []

    def _ledger(self):
        given = ", ".join(f"{name} {np.shape(array)}" for name, array in (self.given or self.inputs).items())
        text = f"{self.name} has another shape than it should have"
        if self.got.size == self.want.size:
            text += ", with the right number of entries"
        return f"{text}. You were given {given}." if given else f"{text}."


def _fact(slug, text, question):
    return [(Mistake(slug, "fact", None, text, question),)]
