"""One array or number after the other, each made in a step or two: what a learner's function returned of it."""

from dataclasses import dataclass, field
from itertools import product
from types import SimpleNamespace

import numpy as np

from coursekit.diagnosis.engine import Mistake, Part, Product, explain, forms
from coursekit.diagnosis.evidence import (
    ALIKE,
    FEW_DIGITS,
    PLAIN,
    ROUGH,
    SAME,
    Diagnosis,
    as_numbers,
    at_index,
    factor_between,
    locate,
    same,
    worst_entry,
)

FLOOR = 1e-3  # the largest entry where all are smaller: 0 and 1e-12 are the same probability
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


def kinds(names, received, is_number=False):
    """Return (what to say of the kinds of some values, None), or ("", the diagnosis of one without numbers)."""
    wanted = "one number" if is_number else "a numpy array of float64"
    found = [as_numbers(name, value, wanted) for name, value in zip(names, received, strict=True)]
    return "".join(dict.fromkeys(note for _, note, _ in found)), next((bad for *_, bad in found if bad), None)


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
        fitting = [(way, self.moved(array)) for way, array in made if array.shape == got.shape]
        if not (np.isfinite(got).all() and got.any()):
            return [way for way, array in fitting if same(array, got, tolerance, self.floor)]
        fitting = [
            (way, array)
            for way, array in [*fitting, ((), self.moved(self.want))]
            if array.shape == got.shape and np.isfinite(array).all()
        ]
        if not fitting:
            return []
        whole = Product([[way for way, _ in fitting]], np.stack([array for _, array in fitting]))
        return [way for way in explain(got, [whole], factors, tolerance=tolerance) if way]

    def _facts(self):
        """Return what can be said of a value that no candidate makes."""
        name, got, want = self.name, self.got, self.want
        if got.shape != want.shape:
            return _fact("wrong-shape", self._ledger(), "In which step does the shape become another?")
        if self.dtype in FEW_DIGITS and same(got, want, FEW_DIGITS[self.dtype], 1.0):
            text = f"The numbers of {name} are right to the digits that {self.dtype} holds; float64 holds 16."
            return _fact("wrong-kind", text, "Where do they become so?")
        odd = ~np.isfinite(got) & np.isfinite(want)
        if odd.any():
            place = tuple(np.argwhere(odd)[0])
            text = f"{at_index(name, place)} is {got[place]}{self.beside(place)}: not finite."
            return _fact("not-finite", text, "Which step divides, takes a logarithm or an exp of much there?")
        if self.dtype.startswith(("int", "uint", "bool")) and (want != np.round(want)).any():
            text = f"{name} holds whole numbers ({self.dtype}): they cannot hold a fraction."
            return _fact("wrong-kind", text, "Where is this array made, and of which numbers?")
        if got.size > 1 and not got.any():
            return _fact("all-zeros", f"All entries of {name} are zero.", "Is the array ever filled?")
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
