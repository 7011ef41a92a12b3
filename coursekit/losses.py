"""How wrong is a prediction? The mean log loss in nats, and accuracy.

Arguments that break their rule are refused with TypeError or ValueError.
"""

import numpy as np

from coursekit._validation import check_float_array, check_y


def point_losses(y, z2):
    """Log loss in nats of each point, of classes taken as checked, or one class of all points."""
    m = (1 - 2 * y) * z2
    return np.maximum(m, 0) + np.log1p(np.exp(-np.abs(m)))


def log_loss_from_logits(y, z2):
    """Mean log loss of the logits, exact where probabilities have already rounded to 0 or 1.

    With m = (1 - 2y) z2, one point costs max(m, 0) + log(1 + exp(-|m|)) nats.

    Parameters
    ----------
    y : ndarray of 0 and 1, shape (n,)
    z2 : ndarray of float64, shape (n,)

    Returns
    -------
    float
        In nats, 0 or more; it has no upper bound.
    """
    z2 = check_float_array(z2, "z2", (None,))
    losses = point_losses(check_y(y, len(z2)), z2)
    return float((losses / len(losses)).sum())  # divide first: the sum stays finite


def log_loss(y, p):
    """Mean log loss of probabilities of class 1: -mean(y log p + (1 - y) log(1 - p)).

    Parameters
    ----------
    y : ndarray of 0 and 1, shape (n,)
    p : ndarray of float64, shape (n,)

    Returns
    -------
    float
        In nats; infinite where a point's own class was given probability 0.
    """
    p = _check_probabilities(p)
    p_of_own_class = np.where(check_y(y, len(p)) == 1, p, 1 - p)
    with np.errstate(divide="ignore"):
        return float(-np.log(p_of_own_class).mean()) + 0.0  # + 0.0 turns -0.0 into 0.0


def accuracy(y, p):
    """Share of points, a float from 0 to 1, whose class is 1 exactly where p >= 0.5.

    Parameters
    ----------
    y : ndarray of 0 and 1, shape (n,)
    p : ndarray of float64, shape (n,)
    """
    p = _check_probabilities(p)
    return float(((p >= 0.5) == check_y(y, len(p))).mean())


def _check_probabilities(p):
    p = check_float_array(p, "p", (None,))
    if (outside := (p < 0) | (p > 1)).any():
        at = int(np.argmax(outside))
        raise ValueError(f"p must hold probabilities from 0 to 1; got {p[at]} at index {at}")
    return p
