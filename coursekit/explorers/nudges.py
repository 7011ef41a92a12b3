"""Central differences: of the weights at many steps at once, and of all that lies on the way to the loss.

Pure functions over plain arrays. In the first part entries of the weights are counted in one row (4 h,):
those of W1 row by row, then those of W2.
"""

import sys

import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.diagnosis.evidence import factor_between, same
from coursekit.gradcheck import check_gradient
from coursekit.losses import log_loss_from_logits, point_losses

SLOPES = ("dz2", "dW2", "dA1", "dZ1", "dW1")  # in the order of the backward pass


def flat(params):
    """Return W1, row by row, and W2 as one array."""
    return np.concatenate([params.W1.ravel(), params.W2])


def losses(rows, X, y, activation):
    """Return the mean log losses (...) of many networks, each a row (..., 4 h) as in `flat`, in nats."""
    h = rows.shape[-1] // 4
    W1, W2 = rows[..., : 3 * h].reshape(*rows.shape[:-1], 3, h), rows[..., 3 * h :, None]
    z2 = (ACTIVATIONS[activation].value(X @ W1) @ W2)[..., 0]
    return (point_losses(y, z2) / len(y)).sum(axis=-1)


def central_differences(params, X, y, activation, steps):
    """Return the numeric gradients (s, 4 h) at the steps (s,), each as `check_gradient` finds it."""
    middle, moves = flat(params), np.asarray(steps)[:, None, None] * np.eye(params.W2.size * 4)
    both = losses(np.stack([middle + moves, middle - moves]), X, y, activation)
    return (both[0] - both[1]) / (2 * np.asarray(steps)[:, None])


def kink_steps(params, X):
    """Return the step (4 h,) from which on each entry meets a kink of ReLU; infinite for W2, after the kinks.

    Moving W1[i, j] by s moves the pre-activation Z1[point, j] by s X[point, i], which crosses 0
    where |s X| reaches |Z1|.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.abs(X @ params.W1)[:, None, :] / np.abs(X)[:, :, None]  # (points, 3, h)
    first = np.where(np.isnan(steps), np.inf, steps).min(axis=0)
    return np.concatenate([first.ravel(), np.full(params.W2.size, np.inf)])


def block_errors(given, numeric, h):
    """Return the norm-relative errors (2, s) of W1 and W2 at each step.

    `given` is (4 h,), `numeric` (s, 4 h) with NaN where an entry is left out. The error is 0 where both
    are all zeros, NaN where all entries are left out.
    """
    errors = []
    for block in (slice(0, 3 * h), slice(3 * h, None)):
        b = numeric[:, block]
        blank = np.isnan(b)
        a, b = np.where(blank, 0.0, given[block]), np.where(blank, 0.0, b)
        size = np.linalg.norm(a, axis=1) + np.linalg.norm(b, axis=1)
        size = np.where(blank.all(axis=1), np.nan, np.where(size > 0, size, 1.0))
        errors.append(np.linalg.norm(a - b, axis=1) / size)
    return np.array(errors)


def loss_near(params, X, y, activation, entry, offsets):
    """Return how much the loss changes when one entry, counted as in `flat`, moves by each offset."""
    rows = np.tile(flat(params), (len(offsets) + 1, 1))
    rows[1:, entry] += offsets
    found = losses(rows, X, y, activation)
    return found[1:] - found[0]


# On the way to the loss


def slopes_by_nudges(params, X, y, activation):
    """Return name -> slopes of the loss by everything that is computed on the way to it."""
    Z1, A1, z2, _ = network.forward(params, X, activation)
    (W1, W2), phi = params, ACTIVATIONS[activation].value
    on_the_way = {
        "dz2": (z2, lambda z: z),
        "dW2": (W2, lambda w: A1 @ w),
        "dA1": (A1, lambda a: a @ W2),
        "dZ1": (Z1, lambda z: phi(z) @ W2),
        "dW1": (W1, lambda w: phi(X @ w) @ W2),
    }

    def slopes(around, logits):
        def loss(blocks):
            return log_loss_from_logits(y, logits(blocks[0]))

        return check_gradient(loss, (around,), (np.zeros_like(around),)).numeric[0]

    return {name: slopes(*pair) for name, pair in on_the_way.items()}


def watched(function, *arguments):
    """Call a function; return its result, and the SLOPES among the variables that it or its helpers had."""
    seen, before = {}, sys.getprofile()

    def watch(frame, event, result):
        if event == "return":
            seen.update({name: value for name, value in frame.f_locals.items() if name in SLOPES})

    sys.setprofile(watch)
    try:
        return function(*arguments), seen
    finally:
        sys.setprofile(before)


def first_wrong(values, wanted):
    """Return the first name whose values differ from those wanted; what is made up for later is let be."""
    scale = 1.0
    for name in (*network.ForwardPass._fields, "loss", *SLOPES):
        if name in values and name in wanted:
            right = wanted[name] * (scale if name in ("dA1", "dZ1") else 1.0)
            fits = same(np.asarray(values[name], dtype=float), right, 1e-5, floor=1e-4)
            if name == "dz2" and not fits and first_wrong({"dW2": values["dW2"]}, wanted) is None:
                scale = factor_between([values[name]], [right]) or 1.0
            elif not fits:
                return name
    return None
