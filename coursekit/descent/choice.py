"""Which way the steps are taken: fast where the activation has a fast form, else in the clear."""

import numpy as np

from coursekit.activations import ACTIVATIONS
from coursekit.descent.kernel import Kernel
from coursekit.descent.plain import Plain
from coursekit.network import Params


def descent(X, y, params, activation, learning_rate, dtype=np.float64):
    """Return a run of gradient descent, of one network or of many at once; see `Kernel`."""
    if ACTIVATIONS[activation].fast is not None:
        return Kernel(X, y, params, activation, learning_rate, dtype)
    if X.ndim == 2:
        return Plain(X, y, params, activation, learning_rate)
    runs = zip(X, y, map(Params, *params), learning_rate, strict=True)
    return OneByOne([Plain(X, y, params, activation, rate) for X, y, params, rate in runs])


class OneByOne:
    """Networks trained one after the other, looked at like those of one `Kernel`."""

    def __init__(self, runs):
        self.runs = runs

    def advance(self, iterations, record_every=1):
        """Take that many steps; return the losses and accuracies, shape (recorded, b)."""
        histories = [run.advance(iterations, record_every) for run in self.runs]
        return tuple(np.stack(part, axis=-1) for part in zip(*histories, strict=True))

    @property
    def params(self):
        """The weights now, or the last finite ones, shapes (b, 3, h) and (b, h)."""
        return Params(*map(np.stack, zip(*(run.params for run in self.runs), strict=True)))

    @property
    def end(self):
        """Where each network diverged, else -1."""
        return np.array([run.end for run in self.runs])
