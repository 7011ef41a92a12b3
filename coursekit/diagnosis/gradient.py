"""Why is this gradient wrong? Compare it with known mistakes, each made on the same inputs."""

from itertools import combinations

import numpy as np

from coursekit._validation import check_choice, check_params, check_X, check_y, describe
from coursekit.activations import ACTIVATIONS
from coursekit.diagnosis.evidence import (
    COMES_FROM,
    Diagnosis,
    at_index,
    blocks_swapped,
    factor_between,
    nothing_returned,
    same,
    worst_entry,
    wrong_kind,
)
from coursekit.diagnosis.gradient_mistakes import LIBRARY, STEPS, Mistake, go_on, gradient_of, right_steps
from coursekit.network import Params

NAMES = ("dW1", "dW2")
UPDATED = Mistake(
    "through-updated-weights",
    "dA1",
    None,
    "the error goes back through W2 after its update",
    "Which weights did the forward pass use? When does the update come?",
)
SCALES = ("summed", "divided-by-n-twice", "sign-flipped", "factor-two", "halved")
FACTOR = "Which step multiplies by a constant that the loss does not have?"


def diagnose_gradient(gradient, params, X, y, activation="sigmoid"):
    """Say whether a gradient of the mean log loss is right, and if not, which mistake it shows.

    The mistakes of `coursekit.diagnosis.gradient_mistakes` are made on the same inputs, alone and in pairs.
    A name is given only where the numbers agree to eight digits.

    Parameters
    ----------
    gradient : Params, or a tuple or list of two arrays
        dW1 and dW2, shaped as the weights; float64.
    params : Params
    X : ndarray of float64, shape (n, 3)
    y : ndarray of 0 and 1, shape (n,)
    activation : {"sigmoid", "tanh", "relu"}

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError, ValueError
        Where another argument than `gradient` breaks its rule.
    """
    params = Params(*check_params(params))
    y = check_y(y, len(check_X(X)))
    check_choice(activation, ACTIVATIONS, "activation")
    unfit = _unfit(gradient, params)
    if unfit is not None:
        return unfit
    given = Params(*(np.asarray(block) for block in gradient))
    with np.errstate(all="ignore"):
        right = right_steps(params, X, y, activation)
        wanted = gradient_of(right)
        wrong = [name for name, a, b in zip(NAMES, given, wanted, strict=True) if not same(a, b)]
        if not wrong:
            return Diagnosis(True, None, "This gradient is right.")
        return _as_a_whole(given, wanted, params) or _by_blocks(given, wanted, right, wrong)


def wrong_gradient(slug, params, X, y, activation="sigmoid"):
    """Make the gradient of the mean log loss with one known mistake.

    Parameters
    ----------
    slug : str
        The mistake's name, as `Diagnosis.mistake` gives it.
    params : Params
    X : ndarray of float64, shape (n, 3)
    y : ndarray of 0 and 1, shape (n,)
    activation : {"sigmoid", "tanh", "relu"}

    Returns
    -------
    Params
        The right gradient where the mistake changes nothing here.

    Raises
    ------
    ValueError
        Where no mistake has this name.
    """
    mistake = _mistake(slug)
    right = right_steps(Params(*params), X, y, activation)
    return gradient_of(go_on(right, {mistake.step: mistake.wrong}) or right)


def describe_mistake(slug):
    """Say in words what was done in a known mistake, as "the points are summed and not averaged"."""
    return _mistake(slug).what


def _mistake(slug):
    return check_choice(slug, {mistake.slug: mistake for mistake in LIBRARY}, "slug")


# What no mistake of the maths explains


def _unfit(gradient, params):
    """Return a diagnosis where the gradient has the wrong kind, shapes or numbers that are not finite."""
    if gradient is None:
        return nothing_returned("gradient")
    if not isinstance(gradient, (tuple, list)) or len(gradient) != len(NAMES):
        text = f"A gradient has two blocks, dW1 and dW2; this is {describe(gradient)}. What do you return?"
        return Diagnosis(False, "wrong-kind", text)
    dW1, dW2 = gradient
    for name, block in zip(NAMES, (dW1, dW2), strict=True):
        if not isinstance(block, np.ndarray) or block.dtype != np.float64:
            return wrong_kind(name, block)
    if dW1.shape != params.W1.shape or dW2.shape != params.W2.shape:
        return _wrong_shapes(dW1, dW2, params)
    for name, block in zip(NAMES, (dW1, dW2), strict=True):
        if not np.isfinite(block).all():
            place = tuple(np.argwhere(~np.isfinite(block))[0])
            text = f"{at_index(name, place)} is {block[place]}: not finite. In the order of the "
            text += "steps, which array has the first such number? Look for a division, or an exp of much."
            return Diagnosis(False, "not-finite", text)
    return None


def _wrong_shapes(dW1, dW2, params):
    W1, W2 = params
    if dW1.shape == W2.shape and dW2.shape == W1.shape:
        return blocks_swapped()
    ledger = f"dW1 {dW1.shape}, W1 {W1.shape}; dW2 {dW2.shape}, W2 {W2.shape}."
    text = f"A gradient has the shape of its weights. Shapes: {ledger}\n"
    if dW1.shape == W1.T.shape != W1.shape:
        text += "dW1 looks transposed. X is (n, 3) and dZ1 is (n, h): which product of the two is (3, h)?"
    elif dW2.shape != W2.shape and dW2.size == W2.size:
        text += "dW2 has the right numbers of entries in another shape. Is dz2 (n,) or (n, 1)?"
    elif dW1.ndim > 2 or dW2.ndim > 1:
        text += "There is one axis too many. Over which index should the product sum?"
    else:
        text += "Write the shape beside each step of your backward pass. Where does the first one differ?"
    return Diagnosis(False, "wrong-shape", text)


# Both blocks at once


def _as_a_whole(given, wanted, params):
    """Explain what was done to the gradient as a whole, or return None."""
    if all(same(a, b) for a, b in zip(given, params, strict=True)):
        text = "These are the weights themselves. Which variable do you return?"
        return Diagnosis(False, "weights-returned", text)
    moved = Params(*(w - g for w, g in zip(params, given, strict=True)))
    rate = factor_between(moved, wanted)
    if rate is not None and rate > 0:
        text = f"These are the weights after an update with learning rate {rate:.3g}, not the gradient. "
        return Diagnosis(False, "updated-weights-returned", text + "What should a backward pass return?")
    factor = factor_between(given, wanted)
    if factor == 0:
        return Diagnosis(False, "all-zeros", "All entries are zero. Are the arrays ever filled?")
    return None


# Block by block


def _by_blocks(given, wanted, right, wrong):
    """Explain each wrong block by at most two mistakes, all of it by as few as possible."""
    found = {name: _explanations(name, block, right) for name, block in zip(NAMES, given, strict=True)}
    both = [
        tuple(sorted(dict.fromkeys(one + other), key=_in_order))
        for one in (found["dW1"] if "dW1" in wrong else [()])
        for other in (found["dW2"] if "dW2" in wrong else [()])
    ]
    if not both:
        return _half_known(given, wanted, found, wrong)
    for fewest in range(1, 5):
        sets = [mistakes for mistakes in dict.fromkeys(both) if len(mistakes) == fewest]
        whole = [mistakes for mistakes in sets if _makes_all(given, right, mistakes)]
        if whole:
            return _named(whole, given, wanted, wrong)
        apart = [mistakes for mistakes in sets if all(_may_hit_one_block(mistake) for mistake in mistakes)]
        if apart:
            return _named(apart, given, wanted, wrong)
    return _half_known(given, wanted, {name: [] for name in NAMES}, wrong)


def _may_hit_one_block(mistake):
    """Both blocks are made of dz2: only a factor can be wrong in one of them and right in the other."""
    return mistake.step != "dz2" or mistake.slug in SCALES


def _in_order(mistake):
    return STEPS.index(mistake.step) if mistake.step else 0


def _explanations(name, block, right):
    """Return all single mistakes, or else all pairs, that make this block what it is."""
    steps = ("dz2", "dW2") if name == "dW2" else STEPS
    mistakes = [mistake for mistake in LIBRARY if mistake.step in steps]
    singles = [(mistake,) for mistake in mistakes if _makes(name, block, right, (mistake,))]
    if singles:
        return singles
    if name == "dW1":
        updated = _through_updated(block, right)
        if updated:
            return [(updated,)]
    pairs = (pair for pair in combinations(mistakes, 2) if pair[0].step != pair[1].step)
    made = [pair for pair in pairs if _makes(name, block, right, pair)]
    factor = None if made else _block_factor(name, block, right)
    return made if factor is None else [(factor,)]


def _makes(name, block, right, mistakes):
    made = go_on(right, {mistake.step: mistake.wrong for mistake in mistakes})
    if made is None:
        return False
    return same(getattr(made, name), block) and not same(getattr(made, name), getattr(right, name))


def _makes_all(given, right, mistakes):
    """Whether these mistakes, made in one pass, make both blocks."""
    if any(mistake.wrong is None for mistake in mistakes):
        return False
    made = go_on(right, {mistake.step: mistake.wrong for mistake in mistakes})
    return made is not None and all(
        same(getattr(made, name), block) for name, block in zip(NAMES, given, strict=True)
    )


def _through_updated(block, right):
    """The error sent back through W2 - eta dW2: the difference is eta times a known block."""
    through = right.X.T @ (np.outer(right.dz2, right.dW2[: right.h]) * right.slope)
    rate = factor_between([right.dW1 - block], [through])
    parallel = factor_between([through], [right.dW1]) is not None
    return UPDATED if rate is not None and rate > 0 and not parallel else None


def _block_factor(name, block, right):
    """A constant factor that no mistake of the library explains."""
    wanted = getattr(right, name)
    live = (right.dZ1 if name == "dW1" else right.A1) != 0
    tells = block.size > 2 and min(live.any(0).sum(), live.any(1).sum()) > 1  # one unit: all is a factor
    factor = factor_between([block], [wanted]) if tells else None
    if factor is None or factor == 0:
        return None
    return Mistake("wrong-factor", "", None, f"everything is multiplied by {factor:.6g}", FACTOR)


def _half_known(given, wanted, found, wrong):
    """Name what is known, and say of the rest only that it is wrong."""
    kept = {name: [one for one in found[name] if _holds_for_one_block(one)] for name in wrong}
    known = [name for name in wrong if kept[name]]
    unknown = [name for name in wrong if not kept[name]]
    text = "\n".join(_evidence(name, given, wanted) for name in unknown)
    text = f"This gradient is wrong, in no way that I know. {text}"
    if not known:
        return Diagnosis(False, None, text + "\nCompare one step after the other, on two points.")
    named = _named(kept[known[0]], given, wanted, known, unknown)
    rest = f"And {unknown[0]} is wrong in no way that I know. {_evidence(unknown[0], given, wanted)}"
    return Diagnosis(False, named.mistake, f"{named.message}\n{rest}", named.also)


def _holds_for_one_block(mistakes):
    """Two mistakes fit one block by chance more easily; a wrong dz2 would show in the other block too."""
    return len(mistakes) == 1 or all(map(_may_hit_one_block, mistakes))


def _named(best, given, wanted, wrong, unknown=()):
    names = [" + ".join(mistake.slug for mistake in mistakes) for mistakes in best]
    first = best[0]
    blocks = " and ".join(wrong) + (" are" if len(wrong) > 1 else " is")
    text = f"Your {blocks} {COMES_FROM} {', and '.join(mistake.what for mistake in first)}."
    fine = [name for name in NAMES if name not in (*wrong, *unknown)]
    text += f" ({fine[0]} is right.)" if fine else ""
    text += f"\n{_evidence(wrong[0], given, wanted)}"
    for mistakes in best[1:]:
        text += f"\nOn these inputs the same comes out when {', and '.join(m.what for m in mistakes)}."
    questions = dict.fromkeys(mistake.question for mistakes in best for mistake in mistakes)
    return Diagnosis(False, names[0], text + "\n" + " ".join(questions), tuple(names[1:]))


def _evidence(name, given, wanted):
    at = NAMES.index(name)
    return worst_entry(name, given[at], wanted[at])
