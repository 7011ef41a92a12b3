"""The taught maths, and nothing else: a network with one hidden layer, forward and backward.

Rows are points. X carries a last column of ones (the bias of the hidden units). With an
output bias, the hidden layer A1 carries a last column of ones too, and W2 one more weight.
"""

from typing import NamedTuple

import numpy as np

from coursekit._validation import (
    check_choice,
    check_count,
    check_flag,
    check_forward_pass,
    check_params,
    check_rng,
    check_X,
    check_y,
)
from coursekit.activations import ACTIVATIONS, sigmoid


class Params(NamedTuple):
    """Weights W1 (3, h) and W2 (h,), or (h + 1,) with an output bias. A gradient has the same type."""

    W1: np.ndarray
    W2: np.ndarray


class ForwardPass(NamedTuple):
    """Z1 (n, h) pre-activations, A1 (n, h) activations, z2 (n,) logits, p (n,) probabilities."""

    Z1: np.ndarray
    A1: np.ndarray
    z2: np.ndarray
    p: np.ndarray


def init_params(hidden_size=4, *, rng, output_bias=False):
    """Draw all weights uniformly from [-1, 1): first W1, then W2.

    Parameters
    ----------
    hidden_size : int
        Number of hidden units h.
    rng : numpy.random.Generator
    output_bias : bool
        Whether W2 has one more weight, for a column of ones beside the hidden units.

    Returns
    -------
    Params
    """
    h = check_count(hidden_size, "hidden_size")
    rng, extra = check_rng(rng), int(check_flag(output_bias, "output_bias"))
    return Params(rng.uniform(-1, 1, size=(3, h)), rng.uniform(-1, 1, size=h + extra))


def forward(params, X, activation="sigmoid"):
    """Compute the probability of class 1 for each point, keeping what `backward` needs.

    Z1 = X W1,  A1 = phi(Z1),  z2 = A1 w2,  p = sigma(z2)

    Parameters
    ----------
    params : Params
    X : ndarray of float64, shape (n, 3)
    activation : {"sigmoid", "tanh", "relu"}
        The function phi of the hidden units.

    Returns
    -------
    ForwardPass
    """
    phi = check_choice(activation, ACTIVATIONS, "activation").value
    W1, W2 = check_params(params)
    Z1 = check_X(X) @ W1
    A1 = phi(Z1)
    if len(W2) == W1.shape[1] + 1:
        A1 = np.column_stack([A1, np.ones(len(X))])
    z2 = A1 @ W2
    return ForwardPass(Z1, A1, z2, sigmoid(z2))


def backward(params, forward_pass, X, y, activation="sigmoid"):
    """Compute the gradient of the mean log loss, from the output back to the inputs.

    dz2 = (p - y) / n,  dW2 = A1^T dz2,  dA1 = dz2 w2^T,  dZ1 = dA1 * phi'(Z1),  dW1 = X^T dZ1

    Parameters
    ----------
    params : Params
    forward_pass : ForwardPass
        What `forward` returned for the same `params` and `X`.
    X : ndarray of float64, shape (n, 3)
    y : ndarray of 0 and 1, shape (n,)
    activation : {"sigmoid", "tanh", "relu"}

    Returns
    -------
    Params
        The gradient, in the shapes of `params`.
    """
    phi_derivative = check_choice(activation, ACTIVATIONS, "activation").derivative
    W1, W2 = check_params(params)
    y = check_y(y, len(check_X(X)))
    Z1, A1, _, p = check_forward_pass(forward_pass, params, len(X))
    dz2 = (p - y) / len(y)
    dW2 = A1.T @ dz2
    dA1 = np.outer(dz2, W2[: W1.shape[1]])  # an output bias has no unit to go back to
    dZ1 = dA1 * phi_derivative(Z1)
    dW1 = X.T @ dZ1
    return Params(dW1, dW2)
