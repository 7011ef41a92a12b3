"""The backward pass in steps, each of which a test may replace: written for the tests alone."""

from types import SimpleNamespace

import numpy as np

import coursekit as ck

STEPS = ("dz2", "dW2", "dA1", "dZ1", "dW1")
RIGHT = {
    "dz2": lambda c: (c.p - c.y) / c.n,
    "dW2": lambda c: c.A1.T @ c.dz2,
    "dA1": lambda c: np.outer(c.dz2, c.W2h),
    "dZ1": lambda c: c.dA1 * c.slope,
    "dW1": lambda c: c.X.T @ c.dZ1,
}


def right_steps(params, X, y, activation):
    """Return the forward pass and the right steps, by their names."""
    phi, h = ck.ACTIVATIONS[activation], params.W1.shape[1]
    c = SimpleNamespace(X=X, y=np.asarray(y, float), n=len(y), h=h, phi=phi, activation=activation)
    c.Z1, c.A1, c.z2, c.p = ck.forward(params, X, activation)
    c.W1, c.W2 = params
    c.W2h, c.A1h, c.slope = c.W2[:h], c.A1[:, :h], phi.derivative(c.Z1)
    return go_on(c, {})


def go_on(c, replaced):
    """Take the steps, those that are replaced in their wrong form."""
    c = SimpleNamespace(**vars(c))
    for step in STEPS:
        setattr(c, step, (replaced | {k: v for k, v in RIGHT.items() if k not in replaced})[step](c))
    return c


def gradient_of(c):
    """Return the gradient that a pass ended with."""
    return ck.Params(c.dW1, c.dW2)
