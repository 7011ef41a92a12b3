"""Hidden units as lines: from what a hand can set to weights, and back."""

import numpy as np

from coursekit._validation import check_params
from coursekit.network import Params

MOST = 6  # hidden units that can be set by hand
PARTS = ("angle", "shift", "steepness", "weight")  # of a unit: the columns of `lines`
DIGITS = (0, 2, 1, 1)  # after the point, of each part; the output bias has as many as a weight


def params_from_lines(lines, output_bias):
    """Return the weights of units that are given as lines.

    Parameters
    ----------
    lines : ndarray, shape (h, 4)
        For each unit: where its positive side looks, in degrees counted from the x1 axis towards the
        x2 axis; how far the centre lies on the positive side; steepness; output weight.
    output_bias : float

    Returns
    -------
    Params
    """
    angle, shift, steepness, weight = lines.T
    direction = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    W1 = steepness * np.array([*direction, shift])
    return Params(W1.round(4) + 0.0, np.append(weight, output_bias))


def lines_from_params(params):
    """Return (lines, output bias), the opposite of `params_from_lines`; without output bias it is 0."""
    W1, W2 = params
    steepness = np.hypot(W1[0], W1[1])
    angle, h = np.rad2deg(np.arctan2(W1[1], W1[0])), W1.shape[1]
    return np.column_stack([angle, W1[2] / steepness, steepness, W2[:h]]), float(W2[h:].sum())


def check_lines(params):
    """Return how many units there are, after checking that there are at most MOST, each with a direction."""
    W1, _ = check_params(params)
    if W1.shape[1] > MOST:
        raise ValueError(f"params must have at most {MOST} hidden units; got {W1.shape[1]}")
    flat = np.flatnonzero(np.hypot(W1[0], W1[1]) == 0)
    if flat.size:
        raise ValueError(f"params must give each unit a weight of x1 or x2 that is not 0; got unit {flat[0]}")
    return W1.shape[1]


def rounded(lines, output_bias):
    """Return lines and output bias as the sliders can hold them."""
    columns = [column.round(digits) + 0.0 for column, digits in zip(lines.T, DIGITS, strict=True)]
    return np.column_stack(columns), round(output_bias, DIGITS[-1]) + 0.0


def starting_lines(hidden_size):
    """Return MOST parallel lines; those beyond `hidden_size` do not vote."""
    lines = np.zeros((MOST, 4))
    lines[:, 1] = np.linspace(0.6, -0.9, MOST).round(2)
    lines[:, 2] = 20.0
    lines[:hidden_size, 3] = 10.0
    return lines
