"""Gradient descent in the clear: the steps of `network`, or of a learner's functions, one by one."""

import numpy as np

from coursekit import network
from coursekit._validation import check_blocks, describe
from coursekit.losses import accuracy, log_loss_from_logits
from coursekit.network import ForwardPass, Params


class Plain:
    """One network, advanced like a `Kernel`, by functions like `network.forward` and `network.backward`.

    They may be a learner's `own`, which are given copies. What `dtype` cannot hold counts as infinite.
    """

    def __init__(self, X, y, params, activation, learning_rate, *own, dtype=np.float64):
        self.X, self.y, self.params, self.activation = X, y, copy_of(params), activation
        self.learning_rate, self.largest = learning_rate, np.finfo(dtype).max
        self.forward, self.backward = own or (network.forward, network.backward)
        self.iteration, self.end = 0, np.array(-1)

    def advance(self, iterations, record_every=1):
        """Take that many steps; return the losses and accuracies before each recorded one."""
        steps = range(self.iteration, self.iteration + iterations)
        recorded = [i for i in steps if i % record_every == 0]
        history, params, end = np.full((2, len(recorded)), np.nan), self.params, int(self.end)
        with np.errstate(over="ignore", invalid="ignore"):
            for i in steps if end < 0 else ():
                result = call_forward(self.forward, params, self.X, self.activation)
                if not (self._holds(result.Z1) and self._holds(result.z2)):
                    end = i
                    break
                if i % record_every == 0:
                    at = i // record_every - recorded[0] // record_every
                    history[:, at] = log_loss_from_logits(self.y, result.z2), accuracy(self.y, result.p)
                updated = self._step(params, result)
                if not all(map(self._holds, updated)):
                    end = i + 1
                    break
                params = updated
        self.iteration, self.params, self.end = steps.stop, params, np.array(end)
        return history[0], history[1]

    def _holds(self, block):
        """Whether an array is without infinities and NaN; what is no array of floats has none."""
        is_array = isinstance(block, np.ndarray) and block.dtype == np.float64
        return not is_array or (np.abs(block) <= self.largest).all()

    def _step(self, params, result):
        gradient = call_backward(self.backward, params, result, self.X, self.y, self.activation)
        return Params(*(w - self.learning_rate * dw for w, dw in zip(params, gradient, strict=True)))


def copy_of(params):
    """Return the same weights in arrays of their own."""
    return Params(*(weights.copy() for weights in params))


def call_forward(forward, params, X, activation):
    """Return what stands for `network.forward` gives, with z2 and p as arrays (n,), or refuse it."""
    result = forward(copy_of(params), X.copy(), activation)
    result = ForwardPass(*check_blocks(result, 4, "forward must return (Z1, A1, z2, p)"))
    z2, p = (
        _numbers(getattr(result, name), f"forward must return {name}", (len(X),)) for name in ("z2", "p")
    )
    return ForwardPass(_floats(result.Z1), _floats(result.A1), z2, p)


def call_backward(backward, params, result, X, y, activation):
    """Return what stands for `network.backward` gives, in the shapes of `params`, or refuse it."""
    gradient = backward(copy_of(params), result, X.copy(), y.copy(), activation)
    gradient = check_blocks(gradient, 2, "backward must return (dW1, dW2)")
    given = zip(("dW1", "dW2"), gradient, params, strict=True)
    return Params(*(_numbers(dw, f"backward must return {name}", w.shape) for name, dw, w in given))


def _array(given):
    try:
        return np.asarray(given)
    except Exception:  # whatever an object or a ragged list says
        return np.empty(0, object)


def _floats(block):
    """Return a block that only the learner's own `backward` reads: lists of floats as an array, too."""
    array = _array(block)
    return array.astype(np.float64, copy=False) if array.dtype.kind == "f" else block


def _numbers(given, rule, shape):
    """Return what a learner's function gave as a float64 array; lists and other precisions will do."""
    array = _array(given)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{rule} as an array of numbers; got {describe(given)}")
    if array.shape != shape:
        raise ValueError(f"{rule} of shape {shape}; got shape {array.shape}")
    return array.astype(np.float64, copy=False)
