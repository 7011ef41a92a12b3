"""Activation functions: the value, and the derivative with respect to the pre-activation."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Activation(NamedTuple):
    """An activation function with its derivative.

    Attributes
    ----------
    name : str
    value : callable
        phi(z), elementwise; takes and returns float64 arrays of one shape.
    derivative : callable
        phi'(z), elementwise. It takes the *pre-activation* z, never phi(z).
    """

    name: str
    value: Callable
    derivative: Callable


def sigmoid(z):
    """Logistic function 1 / (1 + exp(-z)), elementwise.

    Parameters
    ----------
    z : float or array_like of float
        Pre-activations. Any float is allowed: exp sees only -|z|, so nothing overflows.

    Returns
    -------
    float64 scalar or ndarray, shape of `z`
        Values from 0 to 1; NaN where `z` is NaN.
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
    "sigmoid": Activation("sigmoid", sigmoid, sigmoid_derivative),
    "tanh": Activation("tanh", tanh, tanh_derivative),
    "relu": Activation("relu", relu, relu_derivative),
}
