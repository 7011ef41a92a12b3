"""Which slips make what a learner's function returned, and how to say it. All tables are arguments.

A value is made in slots; a mistake puts something else into one of them. All candidates of a product of
slots are compared at once, up to one common factor, which is a mistake of its own. The fewest win.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import product
from typing import NamedTuple

import numpy as np

from coursekit.diagnosis.evidence import COMES_FROM, SAME, Diagnosis, or_else

MANY = 60  # ways that are looked at more closely


class Mistake(NamedTuple):
    """One way to fill one slot wrongly, and how to say it.

    `make` takes the arrays so far (and, for a finished block, the block) and returns what stands in the
    slot, a list of forms of it, or None where it makes no sense. `what` completes "what comes out when".
    `usual` ones are tried first, and in pairs with all others; one `by_chance` would not fit other sizes.
    """

    slug: str
    slot: str
    make: Callable
    what: str
    question: str
    usual: bool = False
    by_chance: bool = False


class Product(NamedTuple):
    """All choices of one label from each list of `axes`; a label is a tuple of mistakes, () what is right.

    `entry(k)` gives entry k of the block that each choice makes, `blocks(at)` the flat blocks of some.
    """

    axes: list
    entry: Callable
    blocks: Callable


def product_of(axes, values):
    """Return the Product of blocks that are there: an axis for each list, then those of the block."""
    flat = values.reshape(np.prod([len(axis) for axis in axes]), -1)
    return Product(axes, lambda k: flat[:, k], flat.__getitem__)


@dataclass(eq=False)
class Part:
    """One wrong array or number: the tuples of mistakes that make it, or where it is wrong.

    `look` gives for each slot the words for the place to look at.
    """

    name: str
    ways: list
    evidence: str = ""
    where: str = ""
    look: dict = field(default_factory=dict)


def forms(made):
    """Return what a mistake makes as a list, be it one form, some or none."""
    return [form for form in (made if isinstance(made, list) else [made]) if form is not None]


# Which mistakes make a block


def filled(c, right, table):
    """Return (axis, stack) of what may stand in a slot: the right array first, then what the table makes.

    The arrays are stacked transposed, with the points last.
    """
    made = [((), right)]
    for mistake in table:  # `make` numbers the forms, so that a label stands for one array
        made += [((mistake._replace(make=at),), form) for at, form in enumerate(forms(mistake.make(c)))]
    fitting = [(label, array) for label, form in made if (array := stretched(form, right.shape)) is not None]
    stack = np.stack([array.T for _, array in fitting]).astype(np.float64, copy=False)
    flat = stack.reshape(len(stack), -1)
    sums = flat.sum(1)
    fine = np.isfinite(sums)
    for at in np.flatnonzero(np.abs(sums) == np.abs(sums[0]))[1:]:  # the right one, or its sign alone
        fine[at] = (flat[at] != flat[0]).any() and (flat[at] != -flat[0]).any()
    ones = [at for at in np.flatnonzero(sums == flat.shape[1]) if (flat[at] == 1).all()]
    fine[[at for at in ones[1:] if at]] = False  # whoever makes them, a factor is left out
    return [label for (label, _), keep in zip(fitting, fine, strict=True) if keep], stack[fine]


def stretched(form, shape):
    """Return an array as numpy stretches it to a shape; None where it does not fit."""
    if np.shape(form) == shape:
        return form
    try:
        return np.broadcast_to(form, shape)
    except ValueError:
        return None


def multiples(c, flip, *sizes, pairs=4):
    """Return [(number, mistakes)] by which a block may be multiplied; the first `pairs` also together."""
    known = [(float(number), (m,)) for m in sizes for number in np.atleast_1d(m.make(c))]
    first = known[:pairs]
    known += [(a * b, one + other) for at, (a, one) in enumerate(first) for b, other in first[at + 1 :]]
    found = [(1.0, ()), *(one for one in known if np.isfinite(one[0]) and abs(one[0] - 1) > SAME)]
    return found + [(-number, (flip, *mistakes)) for number, mistakes in found]


def explain(given, products, factors, *, tolerance=SAME, most=9, enough=0, free=None):
    """Return the tuples of mistakes that make a block, the fewest first.

    No more mistakes than `most`, the factor aside; where as few as `enough` explain it, later products are
    not tried. `factors` are from `multiples`; any other number explains nothing, but where
    `free(number, mistakes)` gives the mistake of it.
    """
    flat, numbers, ways = given.ravel(), np.array([number for number, _ in factors]), {}
    one, size = np.argmax(np.abs(flat)), np.abs(flat).max()
    two = (one + flat.size // 2 + 1) % flat.size  # in another row and column
    for axes, entry, blocks in products:
        counts = np.zeros((), int)
        for axis in axes:
            counts = np.add.outer(counts, [len(mistakes) for mistakes in axis])
        by = flat[one] / entry(one)  # two entries tell which candidates are worth making
        near = np.abs(flat[two] - by * entry(two)) <= 4 * tolerance * size
        at = np.flatnonzero(near.ravel() & (counts.ravel() <= most))
        few = len(at) < 20 * flat.size
        stack = blocks(at) if few else np.stack([entry(k).ravel()[at] for k in range(flat.size)], 1)
        by = stack @ flat / np.einsum("ij,ij->i", stack, stack)
        close = np.abs(by[:, None] / numbers - 1) <= 2 * tolerance
        keep = np.abs(flat - by[:, None] * stack).max(1) <= tolerance * size
        keep &= close.any(1) | (free is not None and flat.size > 2)
        at, by, close = at[keep], by[keep], close[keep]
        for i in np.argsort(counts.ravel()[at], kind="stable")[:MANY]:
            place = np.unravel_index(at[i], counts.shape)
            made = tuple(mistake for axis, j in zip(axes, place, strict=True) for mistake in axis[j])
            known = [factors[k][1] for k in np.flatnonzero(close[i])]
            other = None if known else free(by[i], made)
            for factor in known or ([(other,)] if other else []):
                ways.setdefault(made + factor, len(made))
        if ways and min(ways.values()) <= enough:
            break
    return sorted(ways, key=len)


def fewest(parts, cost):
    """Return the ways to explain all parts by the fewest mistakes: tuples of one way for each part."""
    choices = [part.ways[: (200, 16, 6, 4)[len(parts) - 1]] for part in parts]
    costs = {}
    for way in product(*choices):
        costs.setdefault(_slugs(way), (cost(way), way))
    least = min(value for value, _ in costs.values())
    return [way for value, way in sorted(costs.values(), key=lambda one: one[0]) if value <= least + 0.5]


def _slugs(way):
    return tuple(dict.fromkeys(mistake.slug for made in way for mistake in made))


def count(way):
    """Count the mistakes of a way, each once however many parts it makes."""
    return len(_slugs(way))


# How to say it


def tell(parts, lead="", *, cost=count, refine=lambda way: way):
    """Return the diagnosis of wrong parts: where to look and a question, the evidence, the names.

    `lead` says what there is to say of the others. `cost` of a way is a number; the cheapest are named.
    `refine` makes of a way what the parts together tell of it.
    """
    known, unknown = ([p for p in parts if bool(p.ways) is has] for has in (True, False))
    ways = [refine(way) for way in fewest(known, cost)] if known else []
    made = [tuple(dict.fromkeys(mistake for part in way for mistake in part)) for way in ways]
    shown = (known or unknown)[0].evidence
    where, found = [part.where for part in unknown], {}
    for way, mistakes in zip(ways, made, strict=True):
        text = [" ".join(filter(None, [lead, *_questions(known, way)])), *where, shown]
        text += [_sentences(known, way), "" if found else or_else(made[0], made[1:3])]
        slug = " + ".join(_slugs(way))
        found.setdefault(slug, Diagnosis(False, slug, "\n".join(filter(None, text)), made=mistakes))
    if not found:
        return Diagnosis(False, None, "\n".join(filter(None, [lead, *where, shown])))
    first, *others = found.values()
    return replace(first, others=tuple(others))


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
