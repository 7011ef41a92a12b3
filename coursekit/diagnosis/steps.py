"""Why is this sigmoid, slope, log loss or update wrong? Known mistakes on the same inputs."""

from functools import partial
from types import SimpleNamespace

import numpy as np

from coursekit._validation import check_choice, check_params, check_positive, check_y, describe
from coursekit.activations import ACTIVATIONS, sigmoid
from coursekit.diagnosis.engine import multiples, tell
from coursekit.diagnosis.evidence import Diagnosis, diagnosing, same
from coursekit.diagnosis.tables import table
from coursekit.diagnosis.values import Value, candidates, check_container, kinds, refuse_swapped, right
from coursekit.losses import log_loss
from coursekit.network import Params

RIGHT = {
    "sigmoid": lambda c: sigmoid(c.z),
    "slope": lambda c: c.phi.derivative(c.z),
    "losses": lambda c: -np.log(c.own),
    "loss": lambda c: c.losses.mean(),
    "moved": lambda c: c.w - c.rate * c.g,
}
ALONE = {
    "loss-y-and-p-swapped",
    "loss-of-a-class",
    "loss-of-wrong-answers",
    "loss-shifted",
    "loss-clipped-far",
    "loss-p-rounded",
    "loss-rounded",
}  # pairs with these meet by chance

GUARDS = (  # eps, by which p is usually kept away from 0 and 1; the powers of 2 are those of np.finfo
    *(10.0**-k for k in (*range(6, 21), 30, 50, 100, 200, 300, 308)),
    *(2.0**-k for k in (52, 1022, 1074, 23, 126, 149)),
)
FRACTION = {  # the sigmoid, step by step
    "exponent": lambda c: -c.z,
    "power": lambda c: np.exp(c.exponent),
    "below": lambda c: 1 + c.power,
    "sigmoid": lambda c: 1 / c.below,
}
NEGATIVE = """\
Which number has each of your logarithms inside: one below 0, as after a minus, or 0 itself, as an answer gives?
Your loss is nan; it should be {:.4g}. Each p lies between 0 and 1; log of a number below 0 is nan, and so is 0 times log(0)."""
KINK = " At a kink there is no slope: you chose another number from 0 to 1 there than this course, which takes 0."


@diagnosing
def diagnose_sigmoid(received, z):
    """Say whether these are the values 1 / (1 + exp(-z)), and if not, which mistake they show.

    Parameters
    ----------
    received : object
        What the learner's function returned: an array of the shape of `z`, or a number for a number.
    z : float or array_like of float
        What it was given; finite.
    """
    z = _check_z(z)
    note = kinds(["sigmoid"], [received], is_number=z.ndim == 0)
    value = Value("sigmoid", received, sigmoid(z), inputs={"z": z})
    if value.is_right():
        return right("sigmoid", note)
    c = SimpleNamespace(z=z, given=value.got)
    made = candidates(c, ["sigmoid"], RIGHT, [*table("formula sigmoid"), *table("sigmoid")])
    return tell([value.as_part(made, lambda: _odd_sigmoids(c), multiples(c, *table("curve size")))])


def _odd_sigmoids(c):
    """Return what comes out of several mistakes in the fraction, and of what is seldom."""
    inside = [m for name in ("exponent", "power", "below", "whole sigmoid") for m in table(name)]
    made = candidates(c, ["sigmoid"], RIGHT, table("further sigmoid"))
    return made + candidates(c, FRACTION, FRACTION, inside)


@diagnosing
def diagnose_activation_derivative(received, z, activation):
    """Say whether these are the slopes phi'(z) of an activation, and if not, which mistake they show.

    At a kink there is no slope: every number from 0 to 1 is as right there as the 0 of this course.

    Parameters
    ----------
    received : object
        What the learner's function returned: an array of the shape of `z`, or a number for a number.
    z : float or array_like of float
        The pre-activations it was given; finite.
    activation : {"sigmoid", "tanh", "relu"}
    """
    z = _check_z(z)
    phi = check_choice(activation, ACTIVATIONS, "activation")
    note = kinds(["slope"], [received], is_number=z.ndim == 0)
    c = SimpleNamespace(z=z, phi=phi, v=phi.value(z))
    value = Value("slope", received, phi.derivative(z), inputs={"z": z})
    chosen = np.zeros(z.shape, bool)
    if value.got.shape == z.shape:
        chosen = np.isin(z, phi.kinks) & (value.got > 0) & (value.got <= 1)
        value.want = np.where(chosen, value.got, value.want)
    if value.is_right():
        return right("slope", (KINK if chosen.any() else "") + note)
    c.given = value.got
    made = candidates(c, ["slope"], RIGHT, table("derivative slope"))
    return tell([value.as_part(made, lambda: _odd_slopes(c), multiples(c, *table("curve size")))])


def _check_z(z):
    try:
        array = np.asarray(z)
    except ValueError:  # rows of several lengths
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"z must be a number or an array of numbers; got {describe(z)}")
    if array.size == 0:
        raise ValueError(f"z must not be empty; got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"z must be finite; got {array[~np.isfinite(array)][0]}")
    return array.astype(np.float64)


def guarded_losses(y, p):
    """Return the log losses that right code gives: p or its logarithm is often kept away from infinity."""
    own = np.where(y == 1, p, 1 - p)
    kept = np.array(GUARDS)[:, None]
    both = np.clip(p, kept, 1 - kept)
    forms = [np.where(y == 1, both, 1 - both), np.maximum(own, kept), own + kept]
    losses = [-np.log(form).mean(axis=1) for form in forms]
    return np.concatenate([*losses, [np.nan_to_num(-np.log(own)).mean()]])


def _odd_slopes(c):
    """Return what comes out of other formulas for a slope, and of what is seldom."""
    c.A, c.Z1 = c.v, c.z
    here = [
        m._replace(what=m.what.replace("A1", "phi(z)").replace("Z1", "z")) for m in table("formulas slope")
    ]
    return candidates(c, ["slope"], RIGHT, [*here, *table("further slope")])


@diagnosing
def diagnose_log_loss(received, y, p):
    """Say whether this is the mean log loss in nats, and if not, which mistake it shows.

    Where a point's own class has probability 0, the loss is infinite; so that it stays finite, code often
    clips p, or adds a little to it, by some eps. Such a loss is right for every usual eps up to 1e-6.

    Parameters
    ----------
    received : object
        What the learner's function returned: a number, or an array without axes.
    y : ndarray of 0 and 1, shape (n,)
    p : ndarray of float64, shape (n,)
        Probabilities of class 1, from 0 to 1.
    """
    want = log_loss(y, p)
    note = kinds(["loss"], [received], is_number=True)
    y = check_y(y, len(p)).astype(np.float64)
    c = SimpleNamespace(y=y, p=p, own=np.where(y == 1, p, 1 - p), n=len(y))
    value = Value("loss", received, want)
    if value.is_right():
        return right("log loss", note)
    if any(map(value.is_right, guarded_losses(y, p))):
        return right("log loss", f" p is kept a little away from 0 and 1.{note}")
    if value.got.ndim == 0 and not np.isfinite(value.got):
        value.note = _first_log_of_zero(value.got, y, p)
    made = candidates(c, ["losses", "loss"], RIGHT, [*table("losses"), *table("loss")], ALONE)
    further = [*table("further losses"), *table("further loss")]
    odd = partial(candidates, c, ["losses", "loss"], RIGHT, further, {m.slug for m in further})
    found = tell([value.as_part(made, odd, multiples(c, *table("loss size"), pairs=6))])
    if found.mistake == "not-finite" and np.isnan(value.got).all() and ((p > 0) & (p < 1)).all():
        return Diagnosis(False, "not-finite", NEGATIVE.format(want))
    return found


def _first_log_of_zero(loss, y, p):
    """Say at which point a loss that is not finite can first become so."""
    sure = np.flatnonzero(p == y if np.isnan(loss) else (p == 0) | (p == 1))
    if not len(sure):
        return "No p is 0 or 1 here, so no logarithm of p or of 1 - p can be infinite."
    at = int(sure[0])
    term = "y log(p)" if p[at] == 0 else "(1 - y) log(1 - p)"
    text = f"The first point with a logarithm of 0 is point {at}: y is {y[at]:.0f} and p is {p[at]:.0f}"
    return f"{text}, so {term} is 0 times infinity." if np.isnan(loss) else f"{text}."


@diagnosing
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
    """
    weights, slopes, rate = _check_step(params, gradient, learning_rate)
    check_container("update", "This should be 2 arrays, W1, W2", Params._fields, received)
    note = kinds(Params._fields, received)
    refuse_swapped(received, weights)
    blocks = zip(Params._fields, received, weights, slopes, slopes[::-1], strict=True)
    judged = [_judged(*block, rate) for block in blocks]
    fine = [name for name, part in zip(Params._fields, judged, strict=True) if part is None]
    wrong = [part for part in judged if part is not None]
    return tell(wrong, f"({fine[0]} is right.)" if fine else "") if wrong else right("update", note)


def _judged(name, got, w, g, other, rate):
    """Return the Part of a wrong block, compared from where it stood before; None of a right one."""
    aliased = isinstance(got, np.ndarray) and np.may_share_memory(got, w)
    c = SimpleNamespace(w=w, g=g, other=other, rate=rate, aliased=aliased)
    given = {f"old {name}": w, f"d{name}": g}
    value = Value(name, got, w - rate * g, 1e-7 * np.abs(w).max(), w, given=given)
    if value.is_right() or same(value.got, value.want, 2e-7 if value.dtype == "float32" else 1e-14):
        return None
    c.given = value.got
    made = candidates(c, ["moved"], RIGHT, table("moved"))
    return value.as_part(made, partial(candidates, c, ["moved"], RIGHT, table("further moved")))


def _check_step(params, gradient, learning_rate):
    weights = Params(*check_params(params))
    slopes = Params(*check_params(gradient, "gradient"))
    shapes, wanted = ([array.shape for array in blocks] for blocks in (slopes, weights))
    if shapes != wanted:
        raise ValueError(f"gradient must have the shapes of params, {wanted}; got {shapes}")
    return weights, slopes, check_positive(learning_rate, "learning_rate")
