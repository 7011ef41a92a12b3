"""Why is this update wrong? Known mistakes on the same inputs."""

from types import SimpleNamespace

import numpy as np

from coursekit._validation import check_params, check_positive
from coursekit.diagnosis.activation import ROUND
from coursekit.diagnosis.engine import rows, tell
from coursekit.diagnosis.evidence import blocks_swapped, same, wrong_container
from coursekit.diagnosis.values import Value, candidates, kinds, right
from coursekit.network import Params

DOWN = "If a slope is positive, which way is downhill?"
RATE = "w - learning_rate * slope: which part does the learning rate scale, and how often?"
START = "What is returned: where the weights stand now, or how far they moved?"

UPDATE = rows("moved", [
    ("update-in-place", lambda c: c.w if c.aliased else None, "the array that came in is returned, be it written into or not",
     "Which operation of yours makes a new array? `w -= step` writes into the old one: who still needs it?"),
    ("update-nothing", lambda c: c.w, "the weights are returned as they were", "Which variable holds the new weights, and do you return it?"),
    ("update-uphill", lambda c: c.w + c.rate * c.g, "a plus stands in place of the minus", DOWN),
    ("update-without-rate", lambda c: c.w - c.g, "the learning rate is left out", RATE),
    ("update-uphill-without-rate", lambda c: c.w + c.g, "a plus stands in place of the minus and the learning rate is left out", DOWN),
    ("update-divided-by-rate", lambda c: c.w - c.g / c.rate, "the slope is divided by the learning rate", RATE),
    ("update-rate-squared", lambda c: c.w - c.rate**2 * c.g, "the learning rate enters twice", RATE),
    ("update-doubled", lambda c: c.w - 2 * c.rate * c.g, "the step is taken twice", "How often does your loop, or your cell, subtract the step?"),
    ("update-scales-weights", lambda c: [c.w * (1 - c.rate * c.g), c.w * (1 + c.rate * c.g), c.w * (1 - c.g)], "the weights are multiplied by 1 minus the step",
     "Is the step subtracted from a weight, or is it a share of the weight?"),
    ("update-times-gradient", lambda c: [c.w * -c.rate * c.g, c.w * c.rate * c.g, c.w * c.g], "weights and slopes are multiplied", "Which sign stands between the weights and the step?"),
    ("update-rate-on-weights", lambda c: [c.rate * c.w - c.g, c.rate * (c.w - c.g), (1 - c.rate) * c.w - c.rate * c.g, c.g - c.rate * c.w], "the learning rate scales the weights", RATE),
    ("update-gradient-returned", lambda c: [c.g, -c.g], "the slopes alone are returned", START),
    ("update-step-returned", lambda c: [-c.rate * c.g, c.rate * c.g], "the steps alone are returned", START),
    ("update-backwards", lambda c: c.rate * c.g - c.w, "the weights are subtracted from the step", "Which of the two do you subtract from which?"),
    ("update-by-sign", lambda c: c.w - c.rate * np.sign(c.g), "only the sign of each slope is used", "Should a steep slope and a flat one give the same step?"),
    ("update-without-gradient", lambda c: [c.w - c.rate, c.w + c.rate], "the learning rate alone is subtracted", "Where does the slope come in?"),
    ("update-gradient-averaged", lambda c: [c.w - c.rate * c.g.mean(), c.w - c.rate * c.g.sum()], "all weights move by the same step", "How many slopes has a block, and which belongs to which weight?"),
    ("update-normalised", lambda c: c.w - c.rate * c.g / np.linalg.norm(c.g), "the slopes are divided by their length", RATE),
    ("update-bracket", lambda c: [(c.w - c.rate) * c.g, c.w - c.rate - c.g, c.w - c.rate + c.g, (c.w - c.g) * c.rate], "a minus, a product or a bracket stands in the wrong place", RATE),
    ("update-decay", lambda c: [form for by in (0.5, 0.1, 0.05, 0.01, 1e-3, 1e-4) for form in (c.w * (1 - c.rate * by) - c.rate * c.g, c.w * (1 - by) - c.rate * c.g)],
     "the weights shrink by a share of themselves in each step, as with weight decay", "Which term of this loss makes weights shrink?"),
    ("update-momentum", lambda c: [c.w - (1 - keep) * c.rate * c.g for keep in (0.9, 0.5, 0.99)] + [c.w - (1 + keep) * c.rate * c.g for keep in (0.9, 0.5, 0.99)], "a momentum is left in", RATE),
    ("update-divided", lambda c: [c.w - c.rate * c.g / by for by in (*c.w.shape, c.w.size)], "the slopes are divided by a number of rows or entries, averaged once more", "Has 1/n already entered in the gradient?"),
    ("update-other-gradient", lambda c: [c.w - c.rate * part for part in ((c.other, *c.other, c.other.mean(0), c.other.sum(0), c.other.T) if c.other.ndim > 1 else (c.other, c.other[0]))], "the slopes of the other block are used", "Which gradient belongs to which weights?"),
    ("update-gradient-transposed", lambda c: c.w - c.rate * c.g.T if c.g.ndim == 2 else None, "the slopes are transposed",
     "Which slope belongs to which weight: the one in the same row and column, or the turned one?"),
    ("update-rounded", lambda c: [np.round(c.w - c.rate * c.g, digits) for digits in range(1, 6)], "the new weights are rounded", ROUND),
])  # fmt: skip


def diagnose_update(received, params, gradient, learning_rate):
    """Say whether these are the weights after one step downhill, and if not, which mistake they show.

    W <- W - learning_rate * dW. The steps are compared, so that a small learning rate hides no mistake.

    Parameters
    ----------
    received : object
        What the learner's function returned: Params, or a tuple or list of two arrays.
    params : Params
        The weights it was given; as they were before, so pass copies where it may write into them.
    gradient : Params
        In the shapes of `params`.
    learning_rate : float
        Above 0.

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError, ValueError
        Where another argument than `received` breaks its rule.
    """
    weights, slopes, rate = _check_step(params, gradient, learning_rate)
    bad = wrong_container("update", "This should be 2 arrays, W1, W2", Params._fields, received)
    note, bad = ("", bad) if bad else kinds(Params._fields, received)
    if bad:
        return bad
    if np.shape(received[0]) == weights.W2.shape and np.shape(received[1]) == weights.W1.shape:
        return blocks_swapped()
    with np.errstate(all="ignore"):
        blocks = zip(Params._fields, received, weights, slopes, slopes[::-1], strict=True)
        judged = [_judged(*block, rate) for block in blocks]
        fine = [name for name, part in zip(Params._fields, judged, strict=True) if part is None]
        wrong = [part for part in judged if part is not None]
        if not wrong:
            return right("update", note)
        return tell(wrong, f"({fine[0]} is right.)" if fine else "")


def _judged(name, got, w, g, other, rate):
    """Return the Part of a wrong block, compared from where it stood before; None of a right one."""
    aliased = isinstance(got, np.ndarray) and np.may_share_memory(got, w)
    c = SimpleNamespace(w=w, g=g, other=other, rate=rate, aliased=aliased)
    size = np.abs(w).max()
    held = (
        2e-7 * size / np.abs(rate * g).max(initial=1e-300) if str(np.asarray(got).dtype) == "float32" else 0
    )
    value = Value(name, got, w - rate * g, 1e-7 * size, w, given={f"old {name}": w, f"d{name}": g})
    if value.is_right() or same(value.got, value.want, 2e-7 if held else 1e-14):
        return None
    return value.as_part(candidates(c, ["moved"], {"moved": lambda c: c.w - c.rate * c.g}, UPDATE))


def _check_step(params, gradient, learning_rate):
    weights = Params(*check_params(params))
    slopes = Params(*check_params(gradient, "gradient"))
    shapes, wanted = ([array.shape for array in blocks] for blocks in (slopes, weights))
    if shapes != wanted:
        raise ValueError(f"gradient must have the shapes of params, {wanted}; got {shapes}")
    return weights, slopes, check_positive(learning_rate, "learning_rate")
