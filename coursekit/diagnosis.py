"""Why is this gradient wrong? Compare it with known mistakes, each made on the same inputs."""

import html
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from coursekit._validation import check_choice, check_params, check_X, check_y, describe
from coursekit.activations import ACTIVATIONS
from coursekit.mistakes import LIBRARY, STEPS, Mistake, go_on, gradient_of, right_steps
from coursekit.network import Params

SAME = 1e-8  # norm-relative difference up to which two blocks are the same; other ways to sum: 1e-13
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


@dataclass(frozen=True, repr=False)
class Diagnosis:
    """What `diagnose_gradient` found.

    Attributes
    ----------
    ok : bool
    mistake : str or None
        Its stable name; two are joined by " + ". None if the gradient is right, or wrong in no
        known way.
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
        mark, color = ("✓", "#009E73") if self.ok else ("○", "#D55E00")
        lines = "<br>".join(html.escape(line) for line in self.message.splitlines())
        return f'<div style="border-left: 6px solid {color}; padding-left: 10px">{mark} {lines}</div>'


def diagnose_gradient(gradient, params, X, y, activation="sigmoid"):
    """Say whether a gradient of the mean log loss is right, and if not, which mistake it shows.

    The mistakes of `coursekit.mistakes` are made on the same inputs, alone and in pairs. A name is
    given only where the numbers agree to eight digits.

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
        wrong = [name for name, a, b in zip(NAMES, given, wanted, strict=True) if not _same(a, b)]
        if not wrong:
            return Diagnosis(True, None, "This gradient is right.")
        return _as_a_whole(given, wanted, params) or _by_blocks(given, wanted, right, wrong)


# What no mistake of the maths explains


def _unfit(gradient, params):
    """Return a diagnosis where the gradient has the wrong kind, shapes or numbers that are not finite."""
    if gradient is None:
        return Diagnosis(False, "nothing-returned", "There is no gradient, but None. Is a return missing?")
    try:
        dW1, dW2 = gradient
    except (TypeError, ValueError):
        text = f"A gradient has two blocks, dW1 and dW2; this is {describe(gradient)}. What do you return?"
        return Diagnosis(False, "wrong-kind", text)
    for name, block in zip(NAMES, (dW1, dW2), strict=True):
        if not isinstance(block, np.ndarray) or block.dtype != np.float64:
            text = f"{name} should be a numpy array of float64; it is {describe(block)}."
            return Diagnosis(False, "wrong-kind", f"{text} Where does it become so?")
    if dW1.shape != params.W1.shape or dW2.shape != params.W2.shape:
        return _wrong_shapes(dW1, dW2, params)
    for name, block in zip(NAMES, (dW1, dW2), strict=True):
        if not np.isfinite(block).all():
            place = tuple(map(int, np.argwhere(~np.isfinite(block))[0]))
            text = f"{name}[{', '.join(map(str, place))}] is {block[place]}: not finite. In the order of the "
            text += "steps, which array has the first such number? Look for a division, or an exp of much."
            return Diagnosis(False, "not-finite", text)
    return None


def _wrong_shapes(dW1, dW2, params):
    W1, W2 = params
    if dW1.shape == W2.shape and dW2.shape == W1.shape:
        text = "The two blocks are in the wrong order: in which order do Params hold W1 and W2?"
        return Diagnosis(False, "blocks-swapped", text)
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
    if all(_same(a, b) for a, b in zip(given, params, strict=True)):
        text = "These are the weights themselves. Which variable do you return?"
        return Diagnosis(False, "weights-returned", text)
    moved = Params(*(w - g for w, g in zip(params, given, strict=True)))
    rate = _factor(moved, wanted)
    if rate is not None and rate > 0:
        text = f"These are the weights after an update with learning rate {rate:.3g}, not the gradient. "
        return Diagnosis(False, "updated-weights-returned", text + "What should a backward pass return?")
    factor = _factor(given, wanted)
    if factor == 0:
        return Diagnosis(False, "all-zeros", "All entries are zero. Are the arrays ever filled?")
    return None


def _factor(blocks, wanted):
    """Return the one number by which all blocks are multiples of the wanted ones, or None."""
    one, other = (np.concatenate([np.ravel(block) for block in both]) for both in (blocks, wanted))
    size = other @ other
    factor = one @ other / size if size else np.nan
    return factor if np.isfinite(factor) and _same(one, factor * other) else None


def _same(one, other):
    size = np.linalg.norm(one) + np.linalg.norm(other)
    return bool(np.linalg.norm(one - other) <= SAME * size + 1e-300)


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
    if made is None or getattr(made, name).shape != block.shape:
        return False
    return _same(getattr(made, name), block) and not _same(getattr(made, name), getattr(right, name))


def _makes_all(given, right, mistakes):
    """Whether these mistakes, made in one pass, make both blocks."""
    if any(mistake.wrong is None for mistake in mistakes):
        return False
    made = go_on(right, {mistake.step: mistake.wrong for mistake in mistakes})
    return made is not None and all(
        _same(getattr(made, name), block) for name, block in zip(NAMES, given, strict=True)
    )


def _through_updated(block, right):
    """The error sent back through W2 - eta dW2: the difference is eta times a known block."""
    through = right.X.T @ (np.outer(right.dz2, right.dW2[: right.h]) * right.slope)
    rate = _factor([right.dW1 - block], [through])
    parallel = _factor([through], [right.dW1]) is not None
    return UPDATED if rate is not None and rate > 0 and not parallel else None


def _block_factor(name, block, right):
    """A constant factor that no mistake of the library explains."""
    wanted = getattr(right, name)
    factor = _factor([block], [wanted]) if block.size > 2 else None
    if factor is None or factor == 0:
        return None
    return Mistake("wrong-factor", "", None, f"everything is multiplied by {factor:.6g}", FACTOR)


def _half_known(given, wanted, found, wrong):
    """Name what is known, and say of the rest only that it is wrong."""
    known = [name for name in wrong if found[name]]
    unknown = [name for name in wrong if not found[name]]
    text = "\n".join(_evidence(name, given, wanted) for name in unknown)
    text = f"This gradient is wrong, in no way that I know. {text}"
    if not known:
        return Diagnosis(False, None, text + "\nCompare one step after the other, on two points.")
    best = min(found[known[0]], key=len)
    named = _named([best], given, wanted, known)
    rest = f"And {unknown[0]} is wrong in no way that I know. {_evidence(unknown[0], given, wanted)}"
    return Diagnosis(False, named.mistake, f"{named.message}\n{rest}", named.also)


def _named(best, given, wanted, wrong):
    names = [" + ".join(mistake.slug for mistake in mistakes) for mistakes in best]
    first = best[0]
    blocks = " and ".join(wrong) + (" are" if len(wrong) > 1 else " is")
    text = f"Your {blocks} what comes out when {', and '.join(mistake.what for mistake in first)}."
    if wrong == ["dW1"]:
        text += " (dW2 is right.)"
    if wrong == ["dW2"]:
        text += " (dW1 is right.)"
    text += f"\n{_evidence(wrong[0], given, wanted)}"
    for mistakes in best[1:]:
        text += f"\nOn these inputs the same comes out when {', and '.join(m.what for m in mistakes)}."
    questions = dict.fromkeys(mistake.question for mistakes in best for mistake in mistakes)
    return Diagnosis(False, names[0], text + "\n" + " ".join(questions), tuple(names[1:]))


def _evidence(name, given, wanted):
    """Return the worst entry of a block, with what it should be."""
    at = NAMES.index(name)
    place = np.unravel_index(np.argmax(np.abs(given[at] - wanted[at])), given[at].shape)
    got, want = float(given[at][place]), float(wanted[at][place])
    ratio = f", {got / want:.4g} times that" if abs(want) > 1e-12 else ""
    index = ", ".join(str(int(i)) for i in place)
    return f"For instance {name}[{index}] is {got:.4g}; it should be {want:.4g}{ratio}."
