"""Gradient checks at many steps at once: pure functions over plain arrays.

Entries of the weights are counted in one row: those of W1 row by row, then those of W2.
"""

import numpy as np

from coursekit.activations import ACTIVATIONS


def flat(params):
    """Return W1, row by row, and W2 as one array."""
    return np.concatenate([params.W1.ravel(), params.W2])


def losses(rows, X, y, activation):
    """Return the mean log losses of many networks, each a row as in `flat`.

    Parameters
    ----------
    rows : ndarray, shape (..., 4 h)
    X : ndarray, shape (n, 3)
    y : ndarray of 0 and 1, shape (n,)
    activation : {"sigmoid", "tanh", "relu"}

    Returns
    -------
    ndarray, shape (...)
        As `log_loss_from_logits(y, forward(params, X, activation).z2)`, in nats.
    """
    h = rows.shape[-1] // 4
    W1, W2 = rows[..., : 3 * h].reshape(*rows.shape[:-1], 3, h), rows[..., 3 * h :, None]
    z2 = (ACTIVATIONS[activation].value(X @ W1) @ W2)[..., 0]
    m = (1 - 2 * y) * z2
    return ((np.maximum(m, 0) + np.log1p(np.exp(-np.abs(m)))) / len(y)).sum(axis=-1)


def central_differences(params, X, y, activation, steps):
    """Return the numeric gradients at many steps.

    Parameters
    ----------
    params : Params
    X, y, activation
        As for `losses`.
    steps : ndarray, shape (s,)

    Returns
    -------
    ndarray, shape (s, 4 h)
        As `check_gradient(...).numeric` at each step.
    """
    middle, moves = flat(params), np.asarray(steps)[:, None, None] * np.eye(params.W2.size * 4)
    both = losses(np.stack([middle + moves, middle - moves]), X, y, activation)
    return (both[0] - both[1]) / (2 * np.asarray(steps)[:, None])


def kink_steps(params, X):
    """Return the step from which on each entry meets a kink of ReLU.

    Moving W1[i, j] by s moves the pre-activation Z1[point, j] by s X[point, i], which crosses 0
    where |s X| reaches |Z1|. W2 comes after the kinks.

    Parameters
    ----------
    params : Params
    X : ndarray, shape (n, 3)

    Returns
    -------
    ndarray, shape (4 h,)
        Infinite for W2.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.abs(X @ params.W1)[:, None, :] / np.abs(X)[:, :, None]  # (points, 3, h)
    first = np.where(np.isnan(steps), np.inf, steps).min(axis=0)
    return np.concatenate([first.ravel(), np.full(params.W2.size, np.inf)])


def block_errors(given, numeric, h):
    """Return the norm-relative errors of W1 and of W2 at each step.

    Parameters
    ----------
    given : ndarray, shape (4 h,)
    numeric : ndarray, shape (s, 4 h)
        NaN where an entry is left out.
    h : int
        Hidden size.

    Returns
    -------
    ndarray, shape (2, s)
        0 where both are all zeros, NaN where all entries are left out.
    """
    errors = []
    for block in (slice(0, 3 * h), slice(3 * h, None)):
        b = numeric[:, block]
        a = np.where(np.isnan(b), 0.0, given[block])
        b = np.nan_to_num(b, nan=0.0)
        size = np.linalg.norm(a, axis=1) + np.linalg.norm(b, axis=1)
        blank = np.isnan(numeric[:, block]).all(axis=1)
        size = np.where(blank, np.nan, np.where(size > 0, size, 1.0))
        errors.append(np.linalg.norm(a - b, axis=1) / size)
    return np.array(errors)


def loss_near(params, X, y, activation, entry, offsets):
    """Return how much the loss changes when one entry, counted as in `flat`, moves by each offset."""
    rows = np.tile(flat(params), (len(offsets) + 1, 1))
    rows[1:, entry] += offsets
    found = losses(rows, X, y, activation)
    return found[1:] - found[0]
