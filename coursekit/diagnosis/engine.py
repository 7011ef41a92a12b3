"""Which slips make what a learner's function returned, and how to say it. All tables are arguments.

A value is made in slots; a mistake puts something else into one of them. All candidates of a product of
slots are compared at once, up to one common factor, which is a mistake of its own. The fewest win.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

import numpy as np

from coursekit.diagnosis.evidence import COMES_FROM, SAME, Diagnosis

MANY = 60  # ways that are looked at more closely


class Mistake(NamedTuple):
    """One way to fill one slot wrongly.

    Attributes
    ----------
    slug : str
        Its stable name.
    slot : str
    make : callable
        Takes the arrays so far (and, for a finished block, the block) and returns what stands in the slot,
        a list of forms of it, or None where it makes no sense.
    what : str
        What was done, to complete "what comes out when ...".
    question : str
        What leads to the fix.
    """

    slug: str
    slot: str
    make: Callable
    what: str
    question: str


class Product(NamedTuple):
    """Candidates: `values` has an axis for each list of `axes`, then those of the block.

    An entry of an axis is the tuple of mistakes that it stands for, () where it is right.
    """

    axes: list
    values: np.ndarray


@dataclass(eq=False)
class Part:
    """One array or number that a learner's function returned, beside what it should be.

    `ways` are the tuples of mistakes that make it; `where` says what is wrong of one that has none.
    """

    name: str
    ways: list
    evidence: str = ""
    where: str = ""
    look: dict = field(default_factory=dict)


def rows(slot, lines):
    """Return the mistakes of one slot, of lines of (slug, make, what, question)."""
    return [Mistake(slug, slot, make, what, question) for slug, make, what, question in lines]


def filled(c, right, table):
    """Return (axis, stack) of what may stand in a slot: the right array first, then what the table makes."""
    axis, arrays = [()], [np.asarray(right, np.float64)]
    for mistake in table:
        made = mistake.make(c)
        for form in made if isinstance(made, list) else [made]:
            if form is not None and np.shape(form) == arrays[0].shape:
                axis.append((mistake,))
                arrays.append(np.asarray(form, np.float64))
    stack = np.stack(arrays)
    fine = np.isfinite(stack.reshape(len(stack), -1).sum(1))
    return [mistakes for mistakes, keep in zip(axis, fine, strict=True) if keep], stack[fine]


def multiples(c, table, flip, pairs=4):
    """Return [(number, mistakes)] by which a block may be multiplied; the first `pairs` also together."""
    known = [(float(number), (m,)) for m in table for number in np.atleast_1d(m.make(c))]
    both = [
        (a * b, (*one, *other))
        for at, (a, one) in enumerate(known[:pairs])
        for b, other in known[at + 1 : pairs]
    ]
    found = [(1.0, ())]
    for number, mistakes in known + both:
        if np.isfinite(number) and abs(number - 1) > SAME:
            found.append((number, mistakes))
    return found + [(-number, (flip, *mistakes)) for number, mistakes in found]


def explain(given, products, factors, *, tolerance=SAME, most=9, enough=0, free=None):
    """Return the tuples of mistakes that make a block, the fewest first.

    Parameters
    ----------
    given : ndarray of float64
    products : iterable of Product
    factors : list of (number, mistakes)
        From `multiples`.
    most : int
        No more mistakes than these, the factor aside.
    enough : int
        Where as few mistakes as these explain it, later products are not tried.
    free : callable, optional
        (factor, mistakes beside it) -> the mistake of a factor that is not among these, or None. Without
        it, such a factor explains nothing.

    Returns
    -------
    list of tuple of Mistake
    """
    flat, numbers, ways = given.ravel(), np.array([number for number, _ in factors]), {}
    size = np.abs(flat).max(initial=0.0)
    for axes, values in products:
        stack = values.reshape(-1, flat.size)
        counts = np.zeros([len(axis) for axis in axes], int)
        for at, axis in enumerate(axes):
            each = np.array([len(mistakes) for mistakes in axis])
            counts += each.reshape([-1] + [1] * (len(axes) - at - 1))
        sizes, dots = np.einsum("ij,ij->i", stack, stack), stack @ flat
        near = dots**2 >= (1 - 4 * flat.size * tolerance**2 - 1e-13) * sizes * (flat @ flat)
        near &= (counts.ravel() <= most) & (sizes > 0)
        at = np.flatnonzero(near)
        by = dots[at] / sizes[at]
        close = np.abs(by[:, None] / numbers - 1) <= 2 * tolerance
        keep = np.abs(flat - by[:, None] * stack[at]).max(1) <= tolerance * size
        keep &= close.any(1) | (free is not None and flat.size > 2)
        at, by, close = at[keep], by[keep], close[keep]
        for i in np.argsort(counts.ravel()[at], kind="stable")[:MANY]:
            place = np.unravel_index(at[i], counts.shape)
            made = tuple(mistake for axis, j in zip(axes, place, strict=True) for mistake in axis[j])
            known = [factors[k][1] for k in np.flatnonzero(close[i])]
            other = None if known else free(by[i], made)
            ways |= dict.fromkeys(made + factor for factor in (known or ([(other,)] if other else [])))
        if ways and min(map(len, ways)) <= enough:
            break
    return sorted(ways, key=len)


def fewest(parts, cost):
    """Return the ways to explain all parts by the fewest mistakes: tuples of one way for each part."""
    choices = [part.ways[: (200, 16, 6, 4)[len(parts) - 1]] for part in parts]
    costs = {}
    for way in product(*choices):
        costs.setdefault(tuple(dict.fromkeys(_slugs(way))), (cost(way), way))
    least = min(value for value, _ in costs.values())
    return [way for value, way in sorted(costs.values(), key=lambda one: one[0]) if value <= least + 0.5]


def _slugs(way):
    return (mistake.slug for made in way for mistake in made)


def count(way):
    """Count the mistakes of a way, each once however many parts it makes."""
    return len(set(_slugs(way)))


def tell(parts, lead="", *, cost=count, refine=None):
    """Return the diagnosis of parts that are wrong: where to look and a question, the evidence, the names.

    Parameters
    ----------
    parts : list of Part
        The wrong ones, at least one.
    lead : str
        What there is to say of the others.
    cost : callable
        way -> number; the cheapest are named.
    refine : callable, optional
        way -> the same, with what the parts together tell of it.

    Returns
    -------
    Diagnosis
    """
    known, unknown = ([p for p in parts if bool(p.ways) is has] for has in (True, False))
    ways = fewest(known, cost) if known else []
    ways = [refine(way) for way in ways] if refine else ways
    asked, names = [], []
    if known:
        asked += _questions(known, ways[0])
        names += [_sentences(known, ways[0])]
        others = [_other(way, ways[0]) for way in ways[1:3]]
        others = list(dict.fromkeys(filter(None, others)))
        if others:
            names += [f"On these inputs the same comes out when {', or when '.join(others)}."]
    shown = [part.evidence for part in (known or unknown)[:1]]
    where = [part.where for part in unknown]
    text = "\n".join(filter(None, [" ".join(filter(None, [lead, *asked])), *where, *shown, *names]))
    slugs = [" + ".join(dict.fromkeys(_slugs(way))) for way in ways]
    return Diagnosis(False, slugs[0] if slugs else None, text, tuple(dict.fromkeys(slugs[1:])))


def _questions(parts, way):
    """Return the questions of a way, each with the place to look at, in the order of the steps."""
    asked = {}
    for part, made in zip(parts, way, strict=True):
        for mistake in made:
            asked.setdefault(mistake.question, part.look.get(mistake.slot, ""))
    order = list(dict.fromkeys(place for part in parts for place in part.look.values()))
    said, seen = [], set()
    for question, place in sorted(asked.items(), key=lambda item: order.index(item[1]) if item[1] else -1):
        lead = f"{'Then look' if seen else 'Look'} at {place}: " if place and place not in seen else ""
        seen.add(place)
        said.append(f"{lead}{question}")
    return said


def _sentences(parts, way):
    """Say what was done, the same mistakes of several parts in one sentence."""
    said = {}
    for part, made in zip(parts, way, strict=True):
        is_fact = any(mistake.slot == "fact" for mistake in made)
        said.setdefault((", and ".join(mistake.what for mistake in made), is_fact), []).append(part.name)
    return " ".join(
        text
        if is_fact
        else f"Your {' and '.join(names)} {'is' if len(names) == 1 else 'are'} {COMES_FROM} {text}."
        for (text, is_fact), names in said.items()
    )


def _other(way, first):
    """Say what this way does that the first one does not."""
    said = {mistake.what for made in first for mistake in made}
    return ", and ".join(dict.fromkeys(m.what for made in way for m in made if m.what not in said))
