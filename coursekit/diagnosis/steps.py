"""Why is this sigmoid, slope, log loss or update wrong? Known mistakes on the same inputs.

Every function takes what the learner's function returned and the inputs it got. Right is what agrees
to a millionth of the largest entry, in whatever style it was written. A mistake is named only where
its numbers agree to eight digits (five, where the learner's numbers are float32); what no mistake
explains is called wrong without a guess.
"""

from types import SimpleNamespace

import numpy as np

from coursekit._validation import check_choice, check_params, check_positive, check_y, describe
from coursekit.activations import ACTIVATIONS, sigmoid
from coursekit.diagnosis.engine import Part, explain, right, unfit, unfit_fields
from coursekit.diagnosis.evidence import blocks_swapped
from coursekit.diagnosis.step_mistakes import DERIVATIVE, LOSS, SIGMOID, UPDATE, guarded_losses
from coursekit.losses import log_loss
from coursekit.network import Params

KINK = " At z = 0 relu has no slope: you chose another number from 0 to 1 than this course, which takes 0."


def diagnose_sigmoid(received, z):
    """Say whether these are the values 1 / (1 + exp(-z)), and if not, which mistake they show.

    Parameters
    ----------
    received : object
        What the learner's function returned: an array of the shape of `z`, or a number for a number.
    z : float or array_like of float
        What it was given; finite.

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError, ValueError
        Where `z` breaks its rule.
    """
    z = _check_z(z)
    bad = unfit("sigmoid", received, is_number=z.ndim == 0)
    if bad:
        return bad
    with np.errstate(all="ignore"):
        c = SimpleNamespace(z=z)
        part = Part("sigmoid", received, sigmoid(z), "sigmoid", SIGMOID, c, inputs={"z": z})
        return right("sigmoid") if part.is_right() else explain("This sigmoid", [part])


def diagnose_activation_derivative(received, z, activation):
    """Say whether these are the slopes phi'(z) of an activation, and if not, which mistake they show.

    Where z is 0, relu has no slope: every number from 0 to 1 is as right there as the 0 of this course.

    Parameters
    ----------
    received : object
        What the learner's function returned: an array of the shape of `z`, or a number for a number.
    z : float or array_like of float
        The pre-activations it was given; finite.
    activation : {"sigmoid", "tanh", "relu"}

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError, ValueError
        Where `z` or `activation` breaks its rule.
    """
    z = _check_z(z)
    phi = check_choice(activation, ACTIVATIONS, "activation")
    bad = unfit("slope", received, is_number=z.ndim == 0)
    if bad:
        return bad
    with np.errstate(all="ignore"):
        c = SimpleNamespace(z=z, phi=phi, v=phi.value(z), activation=activation)
        want = phi.derivative(z)
        part = Part("slope", received, want, "slope", DERIVATIVE, c, inputs={"z": z})
        chosen = np.zeros(z.shape, bool)
        if activation == "relu" and part.got.shape == z.shape:
            chosen = (z == 0) & (part.got > 0) & (part.got <= 1)
            part.want = np.where(chosen, part.got, want)
        if not part.is_right():
            return explain("This slope", [part])
    return right("slope", KINK if chosen.any() else "")


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

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError, ValueError
        Where `y` or `p` breaks its rule.
    """
    want = log_loss(y, p)
    bad = unfit("loss", received, is_number=True)
    if bad:
        return bad
    with np.errstate(all="ignore"):
        y = check_y(y, len(p)).astype(np.float64)
        c = SimpleNamespace(y=y, p=p, own=np.where(y == 1, p, 1 - p), n=len(y))
        part = Part("loss", received, want, "loss", LOSS, c)
        if part.is_right():
            return right("log loss")
        if any(map(part.is_right, guarded_losses(y, p))):
            return right("log loss", " p is kept a little away from 0 and 1.")
        if part.got.ndim == 0 and not np.isfinite(part.got):
            part.note = _first_log_of_zero(part.got, y, p)
        return explain("This log loss", [part])


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
    bad = unfit_fields(received, "update", Params._fields)
    if bad:
        return bad
    if np.shape(received[0]) == weights.W2.shape and np.shape(received[1]) == weights.W1.shape:
        return blocks_swapped()
    with np.errstate(all="ignore"):
        blocks = zip(Params._fields, received, weights, slopes, slopes[::-1], strict=True)
        parts = [_moved(*block, rate) for block in blocks]
        fine = [part.name for part in parts if part.is_right()]
        wrong = [part for part in parts if part.name not in fine]
        said = f"({fine[0]} is right.)" if fine else ""
        return explain("This update", wrong, said) if wrong else right("update")


def _moved(name, got, w, g, other, rate):
    """Return a block after the update, compared from where it stood before."""
    aliased = isinstance(got, np.ndarray) and np.may_share_memory(got, w)
    c = SimpleNamespace(w=w, g=g, other=other, rate=rate, aliased=aliased)
    rounding = 1e-7 * np.abs(w).max()
    given = {f"old {name}": w, f"d{name}": g}
    return Part(name, got, w - rate * g, "moved", UPDATE, c, rounding, w, given)


def _first_log_of_zero(loss, y, p):
    """Say at which point a loss that is not finite can first become so."""
    sure = np.flatnonzero(p == y if np.isnan(loss) else (p == 0) | (p == 1))
    if not len(sure):
        return "No p is 0 or 1 here, so no logarithm of p or of 1 - p can be infinite."
    at = int(sure[0])
    term = "y log(p)" if p[at] == 0 else "(1 - y) log(1 - p)"
    text = f"The first point with a logarithm of 0 is point {at}: y is {y[at]:.0f} and p is {p[at]:.0f}"
    return f"{text}, so {term} is 0 times infinity." if np.isnan(loss) else f"{text}."


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


def _check_step(params, gradient, learning_rate):
    weights = Params(*check_params(params))
    slopes = Params(*check_params(gradient, "gradient"))
    shapes, wanted = ([array.shape for array in blocks] for blocks in (slopes, weights))
    if shapes != wanted:
        raise ValueError(f"gradient must have the shapes of params, {wanted}; got {shapes}")
    return weights, slopes, check_positive(learning_rate, "learning_rate")
