"""Slopes of the loss by nudges of all that lies on the way to it, and where a learner's begin to differ."""

import sys

import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.diagnosis.evidence import factor_between, same
from coursekit.gradcheck import check_gradient
from coursekit.losses import log_loss_from_logits

SLOPES = ("dz2", "dW2", "dA1", "dZ1", "dW1")  # in the order of the backward pass


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


def watched(function, *arguments):
    """Call a function; return its result, and the SLOPES among the variables that it or its helpers had."""
    seen, before = {}, sys.getprofile()

    def watch(frame, event, result):
        if event == "return":
            seen.update({name: value for name, value in frame.f_locals.items() if name in SLOPES})

    sys.setprofile(watch)
    try:
        return function(*arguments), seen
    finally:
        sys.setprofile(before)


def first_wrong(values, wanted):
    """Return the first name whose values differ from those wanted; what is made up for later is let be."""
    scale = 1.0
    for name in (*network.ForwardPass._fields, "loss", *SLOPES):
        if name in values and name in wanted:
            right = wanted[name] * (scale if name in ("dA1", "dZ1") else 1.0)
            fits = same(np.asarray(values[name], dtype=float), right, 1e-5, floor=1e-4)
            if name == "dz2" and not fits and first_wrong({"dW2": values["dW2"]}, wanted) is None:
                scale = factor_between([values[name]], [right]) or 1.0
            elif not fits:
                return name
    return None


def example(name, mine, right):
    """Return a sentence with the entry that is furthest off; nothing of numbers of another shape."""
    mine = np.asarray(mine, dtype=float)
    if mine.shape != right.shape:
        return ""
    at = np.unravel_index(np.abs(mine - right).argmax(), mine.shape)
    where = f"[{', '.join(map(str, at))}]" if at else ""
    return f"\nFor instance {name}{where} is {mine[at]:.4f}; it should be {right[at]:.4f}."
