"""Which known mistakes make what a learner's function returned, and how to say it."""

from dataclasses import dataclass, field
from itertools import product
from types import SimpleNamespace

import numpy as np

from coursekit._validation import describe
from coursekit.diagnosis import forward_mistakes, step_mistakes
from coursekit.diagnosis.evidence import (
    COMES_FROM,
    SAME,
    Diagnosis,
    at_index,
    factor_between,
    nothing_returned,
    same,
    worst_entry,
    wrong_kind,
)
from coursekit.diagnosis.gradient_mistakes import Mistake
from coursekit.diagnosis.step_mistakes import ALONE

STEPS = step_mistakes.STEPS | forward_mistakes.STEPS
RIGHT = step_mistakes.RIGHT | forward_mistakes.RIGHT
ALIKE = 1e-6  # share of the largest entry up to which a value is right: float32, rough but good differences
FLOOR = 1e-3  # the largest entry where all are smaller: 0 and 1e-12 are the same probability
FEW_DIGITS = {"float32": 1e-4, "float16": 1e-2}
PLAIN = "Take a case small enough to work out by hand. Which step gives another number?"


@dataclass(eq=False)
class Part:
    """One array or number of what a learner's function returned, beside what it should be.

    `of` is a key of STEPS, `pass_so_far` what its steps are made of. Where there is an `origin`, the
    differences from it count; where all are below `floor`, they count as absolute. `inputs` are named
    arrays to quote beside an entry, `given` those whose shapes to quote.
    """

    name: str
    received: object
    want: np.ndarray
    of: str
    library: list
    pass_so_far: SimpleNamespace
    floor: float = FLOOR
    origin: np.ndarray | None = None
    inputs: dict = field(default_factory=dict)
    given: dict = field(default_factory=dict)
    note: str = ""

    def __post_init__(self):
        self.got, self.want = np.asarray(self.received, np.float64), np.asarray(self.want, np.float64)

    @property
    def dtype(self):
        """What the learner's numbers are made of."""
        return str(np.asarray(self.received).dtype)

    def is_like(self, value, tolerance):
        """Whether the received numbers are these, measured from the origin."""
        if self.got.shape != value.shape:
            return False
        if self.origin is None or self.origin.shape != value.shape:
            return same(self.got, value, tolerance, self.floor)
        return same(self.got - self.origin, value - self.origin, tolerance, self.floor)

    def is_right(self, value=None):
        """Whether the received numbers are the wanted ones, or these."""
        return self.is_like(self.want if value is None else np.asarray(value, np.float64), ALIKE)

    def evidence(self):
        """Return the worst entry with its input; where the shapes differ, these."""
        if self.got.shape != self.want.shape:
            text = f"Shapes: {self.name} is {self.got.shape}; it should be {self.want.shape}."
        else:
            text = worst_entry(self.name, self.got, self.want, self.beside)
        return f"{text} {self.note}".rstrip()

    def beside(self, place):
        """Return the inputs at a place, as `, where z[2] is 1.5`."""
        known = {name: array for name, array in self.inputs.items() if np.shape(array) == self.want.shape}
        said = [f"{at_index(name, place)} is {array[place]:.4g}" for name, array in known.items()]
        return f", where {' and '.join(said)}" if said else ""


def unfit(name, value, is_number=False):
    """Return the diagnosis of a value that holds no numbers in an array, or None where it does."""
    if value is None:
        return nothing_returned(name)
    numeric = isinstance(value, (bool, int, float, np.ndarray, np.generic))
    if numeric and np.asarray(value).dtype.kind in "biuf":
        return None
    return wrong_kind(name, value, "one number") if is_number else wrong_kind(name, value)


def unfit_fields(received, what, names):
    """Return a diagnosis where these are not as many arrays of numbers as there are names."""
    if received is None:
        return nothing_returned(what)
    if not isinstance(received, (tuple, list)) or len(received) != len(names):
        text = f"This should be {len(names)} arrays, {', '.join(names)}; it is {describe(received)}."
        return Diagnosis(False, "wrong-kind", f"{text} What do you return?")
    bad = (unfit(name, value) for name, value in zip(names, received, strict=True))
    return next(filter(None, bad), None)


def right(what, note=""):
    """Return the diagnosis of what is right."""
    return Diagnosis(True, None, f"This {what} is right.{note}")


def take(c, step, wrong=None):
    """Return the passes that go on from `c` by one step, right or wrong: one for each form it has."""
    try:
        value = (wrong or RIGHT[step])(c)
    except (ValueError, IndexError):  # the shapes do not fit, so nobody can have made it here
        return []
    forms = value if isinstance(value, list) else [value]
    return [
        SimpleNamespace(**(vars(c) | {step: np.asarray(form, np.float64)}))
        for form in forms
        if form is not None
    ]


def explanations(part):
    """Return all single mistakes, or else all pairs, that make a part; or what else is to be seen in it."""
    steps = STEPS[part.of]
    tolerance = 1e-5 if part.dtype in FEW_DIGITS else SAME

    def made(passes):
        return any(part.is_like(getattr(c, steps[-1]), tolerance) for c in passes)

    by_step = [[mistake for mistake in part.library if mistake.step == step] for step in steps]
    first = {mistake.slug: take(part.pass_so_far, steps[0], mistake.wrong) for mistake in by_step[0]}
    if len(steps) == 1:
        return [(m,) for m in by_step[0] if made(first[m.slug])] or _facts(part)
    right = take(part.pass_so_far, steps[0])
    found = [(m,) for m in by_step[0] if made([end for c in first[m.slug] for end in take(c, steps[1])])] + [
        (m,) for m in by_step[1] if made([end for c in right for end in take(c, steps[1], m.wrong)])
    ]
    return (
        found
        or [
            (one, other)
            for one, other in product(*([m for m in half if m.slug not in ALONE] for half in by_step))
            if made([end for c in first[one.slug] for end in take(c, steps[1], other.wrong)])
        ]
        or _facts(part)
    )


def _facts(part):
    """Return what can be said of a part that no mistake of the library makes."""
    name, got, want = part.name, part.got, part.want
    if got.shape != want.shape:
        return _fact("wrong-shape", _ledger(part), "In which step does the shape become another?")
    if part.dtype in FEW_DIGITS and same(got, want, FEW_DIGITS[part.dtype], 1.0):
        text = f"The numbers of {name} are right to the digits that {part.dtype} holds; float64 holds 16."
        return _fact("wrong-kind", text, "Where do they become so?")
    odd = ~np.isfinite(got) & np.isfinite(want)
    if odd.any():
        place = tuple(np.argwhere(odd)[0])
        text = f"{at_index(name, place)} is {got[place]}{part.beside(place)}: not finite."
        return _fact("not-finite", text, "Which step divides, takes a logarithm or an exp of much there?")
    if part.dtype.startswith(("int", "uint", "bool")) and (want != np.round(want)).any():
        text = f"{name} holds whole numbers ({part.dtype}): they cannot hold a fraction."
        return _fact("wrong-kind", text, "Where is this array made, and of which numbers?")
    if got.size > 1 and not got.any():
        return _fact("all-zeros", f"All entries of {name} are zero.", "Is the array ever filled?")
    start = 0.0 if part.origin is None else part.origin
    factor = factor_between([got - start], [want - start]) if got.size > 2 else None
    if factor:
        step = f"Your {name}" if part.origin is None else f"The step of {name}"
        text = f"{step} is {factor:.6g} times what it should be."
        return _fact("wrong-factor", text, "Which step multiplies by a constant?")
    return []


def _fact(slug, text, question):
    return [(Mistake(slug, "", None, text, question),)]


def _ledger(part):
    given = ", ".join(f"{name} {np.shape(array)}" for name, array in (part.given or part.inputs).items())
    text = f"{part.name} has another shape than it should have"
    if part.got.size == part.want.size:
        text += ", with the right number of entries"
    return f"{text}. You were given {given}." if given else f"{text}."


def explain(title, wrong, after=""):
    """Return the diagnosis of wrong parts: the fewest mistakes that make all of them.

    Parameters
    ----------
    title : str
        What is wrong, as "This update".
    wrong : list of Part
        At least one.
    after : str
        What there is to say of the other parts.

    Returns
    -------
    Diagnosis
    """
    found = {part.name: explanations(part) for part in wrong}
    known = [part for part in wrong if found[part.name]]
    unknown = [part for part in wrong if not found[part.name]]
    if not known:
        text = f"{title} is wrong, in no way that I know. {unknown[0].evidence()}"
        return Diagnosis(False, None, "\n".join(filter(None, [text, after, PLAIN])))
    ways = {}
    for way in product(*(found[part.name] for part in known)):
        ways.setdefault(tuple(dict.fromkeys(m.slug for made in way for m in made)), way)
    fewest = [way for slugs, way in ways.items() if len(slugs) == min(map(len, ways))]
    names = [" + ".join(slugs) for slugs in ways if len(slugs) == min(map(len, ways))]
    lines = [_sentences(known, fewest[0]), after, known[0].evidence()]
    lines += [f"On these inputs the same comes out when {_other(way, fewest[0])}." for way in fewest[1:]]
    lines += [f"And {part.name} is wrong in no way that I know. {part.evidence()}" for part in unknown]
    lines += [" ".join(dict.fromkeys(m.question for way in fewest for made in way for m in made))]
    return Diagnosis(False, names[0], "\n".join(filter(None, lines)), tuple(names[1:]))


def _other(way, first):
    """Say what this way does that the first one does not."""
    said = {mistake.what for made in first for mistake in made}
    return ", and ".join(dict.fromkeys(m.what for made in way for m in made if m.what not in said))


def _sentences(parts, way):
    """Say what was done, the same mistakes of several parts in one sentence."""
    said = {}
    for part, made in zip(parts, way, strict=True):
        text = ", and ".join(mistake.what for mistake in made)
        said.setdefault((text, made[0].wrong is None), []).append(part.name)
    return " ".join(
        text
        if is_fact
        else f"Your {' and '.join(names)} {'is' if len(names) == 1 else 'are'} {COMES_FROM} {text}."
        for (text, is_fact), names in said.items()
    )
