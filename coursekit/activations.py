"""Activation functions: the value, and the derivative with respect to the pre-activation."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class FastForm(NamedTuple):
    """What the fast kernel needs: phi(z) = height * A and phi'(z) = slope * D, with A, D of scale * z.

    fill(T, D, tanh, one, square) turns scale * z in T into A, in place, and writes D beside it.
    A curved one calls tanh, whose numbers come and go in a unit (see `descent.tanh`): `one` is 1
    in that unit, and `square` its square.
    """

    scale: float
    height: float
    slope: float
    fill: Callable
    curved: bool


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
    fast : FastForm or None
        Without one, value and derivative train it, in steps of `network`.
    """

    name: str
    value: Callable
    derivative: Callable
    range: tuple = (-np.inf, np.inf)
    kinks: tuple = ()
    fast: FastForm | None = None


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


def _fill_sigmoid(T, D, tanh, one, square):
    _fill_tanh(T, D, tanh, one, square)
    np.add(T, one, T)


def _fill_tanh(T, D, tanh, one, square):
    tanh(T, T)
    np.multiply(T, T, D)
    np.subtract(D, square, D)


def _fill_relu(T, D, *_):
    np.maximum(T, 0, out=T)
    np.sign(T, D)


_FAST_SIGMOID = FastForm(0.5, 0.5, -0.25, _fill_sigmoid, True)  # sigma(z) = (1 + tanh(z/2)) / 2
_FAST_TANH = FastForm(1.0, 1.0, -1.0, _fill_tanh, True)
_FAST_RELU = FastForm(1.0, 1.0, 1.0, _fill_relu, False)
ACTIVATIONS = {
    "sigmoid": Activation("sigmoid", sigmoid, sigmoid_derivative, (0.0, 1.0), (), _FAST_SIGMOID),
    "tanh": Activation("tanh", tanh, tanh_derivative, (-1.0, 1.0), (), _FAST_TANH),
    "relu": Activation("relu", relu, relu_derivative, (0.0, np.inf), (0.0,), _FAST_RELU),
}
BUILT_IN = dict(ACTIVATIONS)  # what another process knows, too
