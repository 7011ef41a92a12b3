"""Which way the steps are taken: compiled where numba is there, fast in numpy, or in the clear."""

import os
from functools import cache
from importlib.util import find_spec

import numpy as np

from coursekit.activations import ACTIVATIONS
from coursekit.descent.kernel import Kernel
from coursekit.descent.plain import Plain
from coursekit.descent.tanh import is_vectorised, wants_table
from coursekit.network import Params


def descent(X, y, params, activation, learning_rate, dtype=np.float64):
    """Return a run of gradient descent, of one network or of many at once; see `Kernel`."""
    start = X, y, params, activation, learning_rate
    if ACTIVATIONS[activation].fast is None:
        return one_by_one(Plain, *start)
    return one_by_one(compiled(), *start, dtype) if compiled() else Kernel(*start, dtype)


@cache
def compiled():
    """Return the compiled engine, or None: without numba, and where COURSEKIT_ENGINE says numpy."""
    if os.environ.get("COURSEKIT_ENGINE") == "numpy" or find_spec("numba") is None:
        return None
    try:
        from coursekit.descent.compiled import Compiled
    except Exception:  # whatever a numba of another time raises: the lesson goes on
        return None
    return Compiled


def engine():
    """Say in a few words how networks are trained on this computer, for whoever asks how fast it is."""
    if compiled() is not None:
        return "compiled loops (numba)"
    way = "vectorised" if is_vectorised() else "from a table" if wants_table() else "of its own"
    return f"numpy, tanh {way}"


def one_by_one(engine, X, y, params, activation, learning_rate, *dtype):
    """Return a run of an engine that takes one network at a time, looked at like a `Kernel`."""
    if X.ndim == 2:
        return engine(X, y, params, activation, learning_rate, *dtype)
    starts = zip(X, y, map(Params, *params), learning_rate, strict=True)
    return OneByOne([engine(X, y, first, activation, rate, *dtype) for X, y, first, rate in starts])


class OneByOne:
    """Networks trained one after the other."""

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
