"""The steps of `network` as plain loops, compiled by numba where that is installed (extra `fast`).

Points are taken in blocks that stay in the first cache. A block goes forward, one unit after the
other; then back, its shares added to the gradient. With s = sigma(c z) every curve is
phi = c s - (c - 1), as `Activation.fast` says, and phi' = c^2 s (1 - s).
"""

import math
from functools import cache
from threading import Lock, Timer

import numpy as np
from numba import njit, types
from numba.extending import overload

from coursekit._parallel import is_watched
from coursekit.activations import ACTIVATIONS
from coursekit.network import Params

BLOCK = 512  # points; a product of as many factors from 1/2 to 1 is still above 0
PIECE = 10_000_000  # points x units x iterations between two looks at Ctrl-C: some hundredths of a second
COMPILING = "coursekit: the fast engine is being compiled. Once; it may take half a minute."
ONE_AT_A_TIME = Lock()


class Compiled:
    """One network, advanced like a `Kernel`, without Python's lock."""

    def __init__(self, X, y, params, activation, learning_rate, dtype=np.float64):
        x0, x1, _ = np.ascontiguousarray(X.T, dtype)
        W1, W2 = (np.array(weights, dtype, order="C") for weights in params)
        c = ACTIVATIONS[activation].fast
        self.network = x0, x1, y.astype(dtype), W1, W2, dtype(learning_rate), c > 0, dtype(c)
        self.weights, self.iteration, self.end = (W1, W2), 0, np.array(-1)

    @property
    def params(self):
        """The weights now, or the last finite ones where it diverged, as float64 copies."""
        return Params(*(weights.astype(np.float64) for weights in self.weights))

    def advance(self, iterations, record_every=1):
        """Take that many steps; return the losses and accuracies before each recorded one."""
        stop, first = self.iteration + iterations, -(-self.iteration // record_every)
        losses, accuracies = np.full((2, -(-stop // record_every) - first), np.nan)
        W1 = self.weights[0]
        piece = max(1, PIECE // (len(self.network[0]) * (W1.shape[1] + 1)))
        with ONE_AT_A_TIME:  # the threads of a sweep arrive together
            ready(W1.dtype)
        for start in range(self.iteration, stop, piece):
            if self.end < 0:
                steps = start, min(stop, start + piece), record_every, first
                self.end = np.array(descend(*self.network, *steps, losses, accuracies))
        self.iteration = stop
        return losses, accuracies


@cache
def ready(dtype):
    """Compile the loops for numbers of this kind, or fetch them; tell whoever watches if it takes long."""
    telling, one = Timer(1.0, _tell), np.ones(1, dtype)
    if is_watched():
        telling.start()
    try:
        network = one, one, one, np.ones((3, 1), dtype), one, one[0]
        descend(*network, True, one[0], 0, 0, 1, 0, np.ones(1), np.ones(1))
    finally:
        telling.cancel()


@cache
def _tell():
    print(COMPILING)


# What numba compiles is not seen by a measurement of coverage: hence the pragmas.
ANY_ORDER = {"reassoc", "contract", "nsz"}  # of a sum; NaN and infinity keep their meaning
QUICK = dict(fastmath=ANY_ORDER, error_model="numpy")


def exp(x):
    """e^x in few steps, which the processor takes for several numbers at once."""


@overload(exp, jit_options=dict(fastmath={"contract"}, error_model="numpy"))
def _exp(x):
    real, whole, bits, bias = np.float64, np.int64, 52, 1023
    if x == types.float32:
        real, whole, bits, bias = np.float32, np.int32, 23, 127
    magic, most, per_log2, log2 = map(real, (1.5 * 2**bits, 0.69 * bias, 1 / math.log(2), math.log(2)))
    c = tuple(real(1 / math.factorial(k)) for k in range(13))
    bits, bias, nothing, infinite = whole(bits), whole(bias), real(0), real(np.inf)

    # 2^k e^r with |r| up to log(2) / 2: adding magic rounds, and leaves k in the last bits
    def steps(x):  # pragma: no cover
        moved = x * per_log2 + magic
        r = x - (moved - magic) * log2
        e = (((c[12] * r + c[11]) * r + c[10]) * r + c[9]) * r + c[8]
        e = (((e * r + c[7]) * r + c[6]) * r + c[5]) * r + c[4]
        e = (((e * r + c[3]) * r + c[2]) * r + c[1]) * r + c[0]
        power = whole((real(moved).view(whole) + bias) << bits).view(real)
        return e * power if abs(x) < most else (infinite if x > most else nothing)

    return steps


@njit(**QUICK)
def forward(x0, x1, W1, W2, curved, c, A, q):  # pragma: no cover
    """Write A1 of a block of points, row by row, and the logits."""
    zero, one = q.dtype.type(0), q.dtype.type(1)
    q[:] = W2[-1] if len(W2) > len(A) else zero
    for j in range(len(A)):
        u0, u1, u2, w = W1[0, j], W1[1, j], W1[2, j], W2[j]
        for i in range(len(q)):
            z = u0 * x0[i] + u1 * x1[i] + u2
            A[j, i] = c / (one + exp(-c * z)) - (c - one) if curved else max(z, zero)
            q[i] += w * A[j, i]


@njit(**QUICK)
def measure(y, q, n):  # pragma: no cover
    """Return the share of a block in the mean log loss of n points, and how many it has right."""
    zero, one = q.dtype.type(0), q.dtype.type(1)
    wrong, product, right, share = zero, 1.0, 0, one / q.dtype.type(n)
    for i in range(len(q)):
        wrong += max((one - y[i] - y[i]) * q[i] * share, zero)
        product *= one / (one + exp(-abs(q[i])))
        right += (q[i] >= zero) == (y[i] > zero)
    return wrong - math.log(product) / n, right


@njit(**QUICK)
def backward(x0, x1, W2, curved, c, A, e, dW1, dW2):  # pragma: no cover
    """Add the shares of a block in the gradient; e is dz2 = (p - y) / n."""
    zero, one = e.dtype.type(0), e.dtype.type(1)
    for j in range(len(A)):
        g0, g1, g2, g = zero, zero, zero, zero
        for i in range(len(e)):
            a = A[j, i]
            dz = e[i] * ((a + c - one) * (one - a) if curved else (one if a > zero else zero))
            g0 += x0[i] * dz
            g1 += x1[i] * dz
            g2 += dz
            g += e[i] * a
        dW1[0, j] += W2[j] * g0
        dW1[1, j] += W2[j] * g1
        dW1[2, j] += W2[j] * g2
        dW2[j] += g
    if len(W2) > len(A):
        dW2[-1] += e.sum()


@njit(**QUICK, nogil=True, cache=True)
def descend(
    x0, x1, y, W1, W2, rate, curved, c, start, stop, every, first, losses, accuracies
):  # pragma: no cover
    """Take the steps from `start` to `stop`, in place; return where the network diverged, or -1."""
    n, one = len(y), W1.dtype.type(1)
    share = one / W1.dtype.type(n)
    A, q = np.empty((W1.shape[1], BLOCK), W1.dtype), np.empty(BLOCK, W1.dtype)
    for it in range(start, stop):
        dW1, dW2, loss, right, wild = np.zeros_like(W1), np.zeros_like(W2), 0.0, 0, 0
        for begin in range(0, n, BLOCK):
            b0, b1, by = x0[begin:][:BLOCK], x1[begin:][:BLOCK], y[begin:][:BLOCK]
            e = q[: len(by)]
            forward(b0, b1, W1, W2, curved, c, A, e)
            if it % every == 0:
                more = measure(by, e, n)
                loss, right = loss + more[0], right + more[1]
            for i in range(len(by)):
                wild += not np.isfinite(e[i])
                e[i] = (one / (one + exp(-e[i])) - by[i]) * share
            backward(b0, b1, W2, curved, c, A, e, dW1, dW2)
        if wild:
            return it
        if it % every == 0:
            losses[it // every - first], accuracies[it // every - first] = loss, right / n
        new1, new2 = W1 - rate * dW1, W2 - rate * dW2
        if not (np.isfinite(new1).all() and np.isfinite(new2).all()):
            return it + 1
        W1[:], W2[:] = new1, new2
    return -1
