"""An independent derivation: the network again in complex numbers, for the complex step."""

import numpy as np

import coursekit as ck

PHI = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.where(z.real > 0, z, 0),
}


def loss(W1, W2, X, y, activation):
    """Mean log loss, written point by point in the probability form; takes complex weights."""
    total = 0
    for x, label in zip(X, y, strict=True):
        hidden = PHI[activation](x @ W1)
        logit = sum(w * a for w, a in zip(W2, [*hidden, 1.0], strict=False))
        total += np.log(1 + np.exp(-logit if label else logit))
    return total / len(y)


def complex_step_gradient(params, X, y, activation):
    """Gradient by Im L(w + ih) / h with h = 1e-30: exact to rounding."""
    gradient = [np.empty_like(weights) for weights in params]
    for block, weights in enumerate(params):
        for index in np.ndindex(weights.shape):
            moved = [w.astype(complex) for w in params]
            moved[block][index] += 1e-30j
            gradient[block][index] = loss(*moved, X, y, activation).imag / 1e-30
    return ck.Params(*gradient)


def relative_error(a, b):
    """Norm-relative error of two gradients, the worst of their blocks; 0 where both are all zeros."""
    worst = 0.0
    for one, other in zip(a, b, strict=True):
        size = np.linalg.norm(one) + np.linalg.norm(other)
        worst = max(worst, np.linalg.norm(one - other) / size if size else 0.0)
    return worst
