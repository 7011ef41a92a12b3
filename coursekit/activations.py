"""Activation functions: the value, and the derivative with respect to the pre-activation."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Activation(NamedTuple):
    """An activation function, its derivative, and what else differs between one and another.

    Attributes
    ----------
    value, derivative : callable
        phi(z) and phi'(z), elementwise, of float64 arrays. Both take the *pre-activation* z.
    range : tuple of two floats
        The infimum and the supremum of phi.
    kinks : tuple of float
        Where phi has no derivative. Only with kinks can phi be flat, and a unit die.
    fast : float or None
        For the fast engines: c where phi(z) = c sigma(c z) - (c - 1), 0 where phi(z) = max(z, 0).
        None: value and derivative train it, in steps of `network`.
    """

    name: str
    value: Callable
    derivative: Callable
    range: tuple = (-np.inf, np.inf)
    kinks: tuple = ()
    fast: float | None = None


def sigmoid(z):
    """Logistic function 1 / (1 + exp(-z)), elementwise.

    Parameters
    ----------
    z : float or array_like of float
        Pre-activations, of any size: exp sees only -|z|, so nothing overflows.

    Returns
    -------
    float64 scalar or ndarray, shape of `z`
        From 0 to 1; NaN where `z` is NaN.
    """
    z = np.asarray(z, dtype=np.float64)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def sigmoid_derivative(z):
    """sigma(z) (1 - sigma(z)), elementwise, written so that large |z| keep their digits."""
    e = np.exp(-np.abs(np.asarray(z, dtype=np.float64)))
    return e / (1.0 + e) ** 2


def tanh(z):
    """Hyperbolic tangent, elementwise."""
    return np.tanh(np.asarray(z, dtype=np.float64))


def tanh_derivative(z):
    """1 - tanh(z)^2, elementwise."""
    return 1.0 - tanh(z) ** 2


def relu(z):
    """Rectified linear unit max(z, 0), elementwise."""
    return np.maximum(np.asarray(z, dtype=np.float64), 0.0)


def relu_derivative(z):
    """1 where z > 0, else 0. At z = 0 there is no derivative; 0 is the usual choice."""
    return (np.asarray(z, dtype=np.float64) > 0).astype(np.float64)


ACTIVATIONS = {
    "sigmoid": Activation("sigmoid", sigmoid, sigmoid_derivative, (0.0, 1.0), (), 1.0),
    "tanh": Activation("tanh", tanh, tanh_derivative, (-1.0, 1.0), (), 2.0),
    "relu": Activation("relu", relu, relu_derivative, (0.0, np.inf), (0.0,), 0.0),
}
BUILT_IN = dict(ACTIVATIONS)  # what another process knows, too
