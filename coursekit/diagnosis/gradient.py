"""Why is this gradient wrong? The slots of a backward pass, filled wrongly, on the same inputs."""

from dataclasses import replace
from functools import partial

import numpy as np

from coursekit._validation import check_choice, check_params, check_X, check_y
from coursekit.activations import ACTIVATIONS
from coursekit.diagnosis.engine import Part, count, forms, multiples, stretched, tell
from coursekit.diagnosis.evidence import (
    ALIKE,
    FEW_DIGITS,
    ROUGH,
    SAME,
    Diagnosis,
    Told,
    at_index,
    diagnosing,
    factor_between,
    locate,
    same,
    worst_entry,
)
from coursekit.diagnosis.gradient_search import (
    PLACES,
    RIGHT,
    backward_pass,
    fronts_of,
    point_by_point,
    slots_of,
    unseen,
    ways_of,
)
from coursekit.diagnosis.tables import table
from coursekit.diagnosis.values import as_numbers, check_container, refuse_swapped
from coursekit.network import Params

NAMES = ("dW1", "dW2")
WHOLE = ("error", "points", "size", "sign")  # slots that both blocks share
LABELS = {
    "dW1": (lambda i: ("the row of x1", "the row of x2", "the bias row")[i], lambda j: f"unit {j}"),
    "dW2": (lambda j: f"unit {j}",),
}
ONE_RIGHT = {
    "dW1": "dW1 is right, so p - y is right.",
    "dW2": "dW2 is right, so p - y and A1 are right.",
}
LOOK = {
    "dW1": "Look at dA1, dZ1 and dW1, in this order: which is the first that you would compute otherwise by hand, on two points?",
    "dW2": "Look at the product that makes dW2: what stands on its left, and over which index does it sum?",
    None: "Both start from dz2 = (p - y) / n. Look at it first: what is it for the first point, by hand?",
}


@diagnosing
def diagnose_gradient(gradient, params, X, y, activation="sigmoid"):
    """Say whether a gradient of the mean log loss is right, and if not, which mistake it shows.

    The slots of a backward pass are filled wrongly, as `mistakes.txt` says, on the same inputs, several at
    once where needed. A name is given only where the numbers agree to eight digits (five, where the given
    ones are float32 or come from differences); what has no name is said to be where it is.

    Parameters
    ----------
    gradient : Params, or a tuple or list of two arrays
        dW1 and dW2, shaped as the weights.
    params : Params
    X : ndarray of float64, shape (n, 3)
    y : ndarray of 0 and 1, shape (n,)
    activation : {"sigmoid", "tanh", "relu"}, or another name in `coursekit.ACTIVATIONS`
    """
    params = Params(*check_params(params))
    y = check_y(y, len(check_X(X)))
    check_choice(activation, ACTIVATIONS, "activation")
    check_container("gradient", "A gradient has two blocks, dW1 and dW2", NAMES, gradient)
    given, notes = zip(*map(as_numbers, NAMES, gradient), strict=True)
    c = backward_pass(params, X, y, activation)
    shape, given = _reshaped(given, params, Params(c.dW1, c.dW2))
    few = max(FEW_DIGITS.get(str(np.asarray(block).dtype), 0) for block in gradient)
    return _with_shape(shape, _diagnose(Params(*given), c, few, "".join(dict.fromkeys(notes))))


def wrong_gradient(slug, params, X, y, activation="sigmoid"):
    """Return Params as `backward` would with one known mistake, by its name; right ones where it makes no sense."""
    titles = ("size", "sign", *RIGHT, "formulas slope", "rows1", "rows2")
    mistake = check_choice(slug, {one.slug: one for title in titles for one in table(title)}, "slug")
    with np.errstate(all="ignore"):
        c = backward_pass(params, X, y, activation)
        slot = {name: make(c) for name, make in RIGHT.items()}
        if mistake.slot in slot:
            slot[mistake.slot] = _first_form(mistake.make(c), slot[mistake.slot])
        dz2 = slot["error"] * slot["points"] / c.n
        dZ1 = dz2[:, None] * slot["weights"] * slot["slope"]
        blocks = {"rows1": slot["left1"].T @ dZ1, "rows2": slot["left2"].T @ dz2}
        if mistake.slot in blocks:
            c.given = blocks[mistake.slot] * 3  # for a slip that has some number of the learner's
            blocks[mistake.slot] = _first_form(mistake.make(c, blocks[mistake.slot]), blocks[mistake.slot])
        factor = {"size": mistake.make, "sign": lambda c: -1}.get(mistake.slot, lambda c: 1)(c)
        made = [np.ravel(factor)[0] * block for block in blocks.values()]
    return Params(*made) if all(np.isfinite(block).all() for block in made) else Params(c.dW1, c.dW2)


def _first_form(made, right):
    """Return the first form that a mistake makes, or the right array where it makes none."""
    return stretched(next(iter(forms(made)), right), right.shape)


# Right, wrong as a whole, or wrong block by block


def _reshaped(given, params, right):
    """Return (what is wrong with the shapes of a gradient or nothing, blocks in the right shapes)."""
    (dW1, dW2), (W1, W2) = given, params
    if (dW1.shape, dW2.shape) == (W1.shape, W2.shape):
        return "", given
    refuse_swapped(given, params)
    ledger = f"dW1 {dW1.shape}, W1 {W1.shape}; dW2 {dW2.shape}, W2 {W2.shape}."
    said = [f"A gradient has the shape of its weights. Shapes: {ledger}"]
    if dW1.shape == W1.T.shape != W1.shape:
        said.append(
            "Your dW1 looks transposed. X is (n, 3) and dZ1 is (n, h): which product of the two is (3, h)?"
        )
        dW1 = dW1.T
    if dW2.shape != W2.shape and dW2.size == W2.size:
        said.append("Your dW2 has the right number of entries in another shape. Is dz2 (n,) or (n, 1)?")
        dW2 = dW2.reshape(W2.shape)
    if dW1.shape == (2, W1.shape[1]):
        said.append("The bias row of dW1 is missing. Which column of X is left out?")
        dW1 = np.vstack([dW1, right[0][2]])
    if len(W2) > W1.shape[1] and dW2.shape == (len(W2) - 1,):
        said.append("The gradient of the output bias is missing. Which column of A1 is left out?")
        dW2 = np.append(dW2, right[1][-1])
    if (dW1.shape, dW2.shape) == (W1.shape, W2.shape):
        return "\n".join(said), [dW1, dW2]
    ask = "Write the shape beside each step of your backward pass. Where does the first one differ?"
    if dW1.ndim > 2 or dW2.ndim > 1:
        ask = "There is one axis too many. Over which index should the product sum?"
    raise Told(False, "wrong-shape", "\n".join([*said, ask]))


def _with_shape(shape, found):
    """Join what is wrong with the shapes and what is wrong with the numbers."""
    if not shape:
        return found
    if found.ok:
        return Diagnosis(False, "wrong-shape", f"{shape}\nThe numbers that are there are right.")
    slug = " + ".join(filter(None, ["wrong-shape", found.mistake]))
    others = tuple(_with_shape(shape, other) for other in found.others)
    message = f"{shape}\nThe numbers are wrong too. {found.message}"
    return replace(found, mistake=slug, message=message, others=others)


@diagnosing
def _diagnose(given, c, few, note):
    """Diagnose blocks in the right shapes."""
    for name, block in zip(NAMES, given, strict=True):
        if not np.isfinite(block).all():
            place = tuple(np.argwhere(~np.isfinite(block))[0])
            text = f"{at_index(name, place)} is {block[place]}: not finite. In the order of the "
            text += "steps, which array has the first such number? Look for a division, or a large exp."
            raise Told(False, "not-finite", text)
    wanted = Params(c.dW1, c.dW2)
    terms = np.abs(c.e).max() / c.n * np.abs(c.S).max(initial=0.0) * np.abs(c.W).max()
    floors = np.abs(c.X).sum(0).max() * terms, np.abs(c.A1).sum(0).max() * np.abs(c.e).max() / c.n
    wrong = [
        name
        for name, got, want, floor in zip(NAMES, given, wanted, floors, strict=True)
        if not same(got, want, max(ALIKE, few), 1e-2 * floor)
    ]
    if not wrong:
        return Diagnosis(True, None, f"This gradient is right.{note}")
    _tell_of_the_whole(given, wanted, Params(c.W1, c.W2))
    slot, c.single = slots_of(c), few > 0
    for tolerance in (SAME, ROUGH):
        parts, hidden = _explained(given, c, slot, wrong, tolerance)
        if len(parts) == 2 and [bool(part.ways) for part in parts].count(True) == 1:
            for part in parts:  # an error at the output would show in both
                part.ways = [way for way in part.ways if not any(m.slot in ("error", "points") for m in way)]
        if any(part.ways for part in parts):
            break
    named = any(part.ways for part in parts)
    points = "" if named else point_by_point(dict(zip(NAMES, given, strict=True)), wrong, c)
    return _told(parts, wrong, hidden, points)


def _tell_of_the_whole(given, wanted, params):
    """Tell what was done to the gradient as a whole, if it is that."""
    if all(same(a, b) for a, b in zip(given, params, strict=True)):
        text = "These are the weights themselves. Which variable do you return?"
        raise Told(False, "weights-returned", text)
    rate = factor_between([w - g for w, g in zip(params, given, strict=True)], wanted)
    if rate:
        text = f"These are the weights after an update with learning rate {rate:.3g}, not the gradient. "
        raise Told(False, "updated-weights-returned", text + "What should a backward pass return?")
    if not any(block.any() for block in given):
        raise Told(False, "all-zeros", f"All entries are zero. {table('whole finish')[0].question}")


def _explained(given, c, slot, wrong, tolerance):
    """Return (the wrong blocks with the ways to make each, mistakes that leave a right block as it is)."""
    factors = multiples(c, *table("sign"), *table("size"))
    lengths = [*(np.linalg.norm(block) for block in given), np.hypot(*map(np.linalg.norm, given))]
    lengths += [np.abs(block).max() for block in given]
    c.is_normal = min(abs(length - 1) for length in lengths) < SAME
    search = partial(ways_of, c=c, slot=slot, factors=factors, tolerance=tolerance)
    ways = {"dW2": search("dW2", given.W2) if "dW2" in wrong else [()]}
    if "dW1" in wrong:
        ways["dW1"] = search("dW1", given.W1, fronts=fronts_of(ways["dW2"]))
        if not ways["dW2"] and ways["dW1"]:  # too little to tell, alone
            ways["dW2"] = search("dW2", given.W2, fronts=fronts_of(ways["dW1"]))
    parts = [
        _part(name, got, getattr(c, name), ways[name])
        for name, got in zip(NAMES, given, strict=True)
        if name in wrong
    ]
    hidden = unseen(wrong[0], fronts_of(ways[wrong[0]]), c, slot) if len(wrong) == 1 else frozenset()
    return parts, hidden


def _part(name, got, want, ways):
    times = ""
    if ways and all(mistake.slot in ("size", "sign") for mistake in ways[0]):
        times = f" (yours is {got.ravel() @ want.ravel() / (want.ravel() @ want.ravel()):.4g} times that)"
    shown = worst_entry(name, got, want, times=times.replace("-1 times", "minus"))
    return Part(name, ways, shown, locate(name, got, want, LABELS[name]), PLACES)


# Telling


def _told(parts, wrong, hidden, points):
    """Say what is known of the wrong blocks; `hidden` mistakes leave the right one as it is."""
    lead = "" if len(wrong) > 1 else ONE_RIGHT[next(name for name in NAMES if name not in wrong)]
    unknown = [part for part in parts if not part.ways]
    for part in unknown if points else ():  # that is told once, and says which entries are wrong
        part.where = points if part is unknown[-1] else ""
    for part in unknown[-1:]:
        part.where += f" {LOOK[part.name if len(unknown) == 1 and not points else None]}"
    if any(hidden.intersection(made) for part in parts for made in part.ways):
        lead = ""
    names = [part.name for part in parts if part.ways]

    def is_shared(mistake, way):
        return mistake in hidden or (len(wrong) > 1 and all(mistake in made for made in way))

    def cost(way):
        alone = {m for made in way for m in made if m.slot in WHOLE and not is_shared(m, way)}
        free = {m.what for made in way for m in made if m.slug == "wrong-factor"}
        rare = {m.slug for made in way for m in made if not m.usual}
        apart = sum(0.5 if m.slot in ("error", "points") else 0.25 for m in alone)
        return count(way) + len(free) + apart + 0.01 * len(rare)

    def said(mistake, name, way):
        """Say of a mistake that both blocks would share, where only one of them has it, that it is there."""
        if mistake.slot not in WHOLE or is_shared(mistake, way):
            whose = mistake.slot == "points" and "point" in mistake.slug  # a loop, and nothing in dz2
            return mistake._replace(slot="added") if whose else mistake
        what, ask = f"{mistake.what}, in {name} alone", mistake.question
        if mistake.slot == "sign":
            what, ask = "its sign is turned", f"Which step turns the sign of {name} alone?"
        if mistake.slug == "divided-by-n-twice":
            what = f"1/n enters once more in {name}"
        product = "left1" if name == "dW1" else "left2"  # the place to look at: where it is made
        return mistake._replace(slug=f"{mistake.slug}-in-{name}", slot=product, what=what, question=ask)

    def refine(way):
        pairs = zip(way, names, strict=True)
        return tuple(tuple(said(mistake, name, way) for mistake in made) for made, name in pairs)

    return tell(parts, lead, cost=cost, refine=refine)
