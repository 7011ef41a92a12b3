"""Weights moved by hand, and slopes of the loss by nudges of all that lies on the way to it."""

import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.gradcheck import check_gradient
from coursekit.losses import log_loss_from_logits


def loss_of(params, X, y, activation):
    """Return the mean log loss of a network in nats."""
    return log_loss_from_logits(y, network.forward(params, X, activation).z2)


def moved(params, block, index, value):
    """Return the same weights, but for one."""
    weights = getattr(params, block).copy()
    weights[index] = value
    return params._replace(**{block: weights})


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
