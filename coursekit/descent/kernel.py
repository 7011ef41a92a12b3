"""The fast kernel of gradient descent: one network, or many of one shape at once, in place.

It takes the steps of `network.py` with fewer passes over the points:

- sigma(z) = (1 + tanh(z/2)) / 2 makes every sigmoid a tanh. The halves are folded into the
  weights: the hidden layer is A = fill(X U), and q = z2 / 2 = A w (`activations.FastForm`).
- e = 2 (p - y) = tanh(q) - s with s = 2y - 1. One product of X * e with the rows of A and of
  phi' gives the gradients of both layers; the bias column of X makes e itself one of its rows.
- With t = tanh(q), the log loss of a point is 2 max(-s q, 0) - log((1 + |t|) / 2): no further
  exp, and one log for the product of several factors. Losses and accuracies are computed for a
  block of iterations together.

`tests/descent/test_descent.py` holds each step to `network.py`.
"""

import numpy as np

from coursekit.activations import ACTIVATIONS
from coursekit.descent.tanh import exact, tanh_for
from coursekit.network import Params

BLOCK = 32  # recorded iterations whose losses are computed together
FACTORS = 4  # multiplied before a logarithm is taken


def _row_by_row(storage):
    """View (r, ..., n) storage as (..., r, n)."""
    return np.moveaxis(storage, 0, -2)


class Kernel:
    """A run of gradient descent that can be advanced, looked at, and advanced again.

    Arrays have the shapes of `network.py` behind leading axes: none for one network, or (b,).
    Arguments are taken as checked; `train` does that.

    Parameters
    ----------
    X : ndarray, shape (..., n, 3)
    y : ndarray of 0 and 1, shape (..., n)
    params : Params
        Of arrays (..., 3, h) and (..., h), or (..., h + 1) with an output bias.
    activation : {"sigmoid", "tanh", "relu"}
    learning_rate : float or ndarray, shape (...)
        For the gradient of the mean loss.
    dtype : {numpy.float64, numpy.float32}

    Attributes
    ----------
    iteration : int
        Updates taken so far.
    end : ndarray of int, shape (...)
        Number of iterations whose loss is defined where a network diverged, else -1.
    """

    def __init__(self, X, y, params, activation, learning_rate, dtype=np.float64):
        W1, W2 = params
        batch, (n, h) = X.shape[:-2], (X.shape[-2], W1.shape[-1])
        rate = np.asarray(learning_rate, dtype=np.float64).reshape(*batch, 1, 1)
        scale, height, slope, self.fill, curved = ACTIVATIONS[activation].fast
        self.n, self.h, self.k = n, h, W2.shape[-1]
        self.iteration, self.end = 0, np.full(batch, -1)
        self._allocate(X, dtype)
        # A comes in units of 1/S_A, D in units of its square, q and t in those of tanh(q).
        largest = float(np.finfo(dtype).max)
        self.tame = tame = bool(np.max(rate) < largest ** (1 / 3))  # else look at each step, without a table
        S_A, self.tanh_A = tanh_for(self.T) if curved and tame else (1.0, np.tanh)
        self.S_q, self.tanh_q = tanh_for(self.q[0].reshape(-1)) if tame else (1.0, np.tanh)
        self.one, self.square = np.array(1 / S_A, dtype), np.array(1 / S_A**2, dtype)
        self.s, self.is_one = np.asarray((2 * y - 1) / self.S_q, dtype), np.asarray(y) > 0
        # Scales: U = scale_U W1 and w = scale_w W2, so that q = A w.
        heights = np.array([height * S_A] * h + [1.0] * (self.k - h))  # activation = heights * A
        self.scale_U, self.scale_w = scale * S_A, heights / 2 * self.S_q
        # theta, and P that updates it, hold w in row 2 of the first k columns and U in the last h.
        self.theta = np.zeros((*batch, 3, self.k + h), dtype)
        self.U[...], self.w[...] = W1 * self.scale_U, (W2 * self.scale_w)[..., None, :]
        # The steps: w -= step_w * (sum of e A), U -= step_U * w * (sum of X e phi').
        self.P, self.step = np.empty_like(self.theta), np.zeros_like(self.theta)
        rate = rate / (2 * n) * self.S_q
        self.step[..., 2:3, : self.k] = rate * self.scale_w * heights
        self.step_U = np.empty((*batch, 3, h), dtype)
        self.step_U[...] = rate * self.scale_U * slope * S_A**2 / self.scale_w[:h]
        self.last = self.theta.copy()  # of diverged networks, the last finite weights
        # Beyond these, the weights and logits themselves are not finite.
        self.limits = largest * np.minimum(np.append(self.scale_w, [self.scale_U] * h), 1)
        self.limit_q = largest * min(self.S_q / 2, 1)

    def _allocate(self, X, dtype):
        batch, n = X.shape[:-2], X.shape[-2]
        # Rows of all networks lie together, so that one elementwise call runs over them at once.
        storage = np.ones((self.k + self.h, *batch, n), dtype)  # A, ones for a bias; D
        self.rows = _row_by_row(storage)
        self.T, self.D = storage[: self.h].reshape(-1), storage[self.k :].reshape(-1)
        self.E = _row_by_row(np.empty((3, *batch, n), dtype))
        self.q = np.empty((BLOCK + 1, *batch, n), dtype)  # the last row: of iterations not recorded
        self.t = np.empty_like(self.q)
        self.Xt = _row_by_row(np.ascontiguousarray(np.moveaxis(X, -1, 0), dtype))
        self.zeros = np.zeros(n, dtype)  # numpy takes a minimum with a row quicker than with a number

    @property
    def U(self):
        """The hidden units' weights, a view."""
        return self.theta[..., self.k :]

    @property
    def w(self):
        """The output weights, a view."""
        return self.theta[..., 2:3, : self.k]

    @property
    def params(self):
        """The weights now, or the last finite ones of diverged networks, as float64 copies."""
        diverged = (self.end >= 0)[..., None, None]
        theta = np.where(diverged, self.last, self.theta).astype(np.float64)
        return Params(theta[..., self.k :] / self.scale_U, theta[..., 2, : self.k] / self.scale_w)

    def advance(self, iterations, record_every=1):
        """Take that many steps; return the losses and accuracies before each recorded one.

        Returns
        -------
        losses, accuracies : ndarray of float64, shape (recorded, ...)
            Of the iterations i with i % record_every == 0; NaN once a network has diverged.
        """
        losses, accuracies = ([np.empty((0, *self.end.shape))] for _ in range(2))
        stop = self.iteration + iterations
        while self.iteration < stop:
            first = -(-self.iteration // record_every) * record_every  # the next recorded one
            until = min(stop, first + (BLOCK - 1) * record_every + 1)
            recorded = range(first, until, record_every)
            rows = [BLOCK] * (until - self.iteration)  # where to keep q and t of each iteration
            rows[first - self.iteration :: record_every] = range(len(recorded))
            loss, accuracy = self._block(rows)
            recorded = np.array(recorded)
            over = (self.end >= 0) & (recorded.reshape(-1, *[1] * self.end.ndim) >= self.end)
            loss[over], accuracy[over] = np.nan, np.nan
            losses.append(loss)
            accuracies.append(accuracy)
        return np.concatenate(losses), np.concatenate(accuracies)

    def _block(self, rows):
        """Take one step for each row of the buffers; return the history of the recorded ones."""
        before, recorded = self.theta.copy(), len(rows) - rows.count(BLOCK)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            self._steps(rows, watch=not self.tame)
            history = self._history(recorded)
            fine = (np.abs(self.theta) <= self.limits).all() and np.isfinite(history[0]).all()
            if self.tame and not fine:
                self.theta[...] = before
                self._steps(rows, watch=True)
                history = self._history(recorded)
        self.iteration += len(rows)
        return history

    def _steps(self, rows, watch):
        product = np.dot if self.theta.ndim == 2 else np.matmul  # the same, but dot starts quicker
        A, Ut, rows_t = (
            self.rows[..., : self.k, :],
            np.swapaxes(self.U, -1, -2),
            np.swapaxes(self.rows, -1, -2),
        )
        A_of_units, w = A[..., : self.h, :], self.w[0] if self.theta.ndim == 2 else self.w
        w_of_units, step_w_U = self.w[..., : self.h], self.step[..., self.k :]
        x0, x1, (e0, e1, e) = self.Xt[..., 0, :], self.Xt[..., 1, :], (self.E[..., i, :] for i in range(3))
        Xt, s, E, P, step, step_U, theta = self.Xt, self.s, self.E, self.P, self.step, self.step_U, self.theta
        fill, T, D, one, square = self.fill, self.T, self.D, self.one, self.square
        tanh_A, tanh_q = (exact if watch and f is not np.tanh else f for f in (self.tanh_A, self.tanh_q))
        multiply, subtract = np.multiply, np.subtract
        slots = [
            (q, q if q.ndim == 1 else q[:, None], q.reshape(-1), t, t.reshape(-1))
            for q, t in zip(self.q, self.t, strict=True)
        ]
        for i, row in enumerate(rows, self.iteration):
            q, q_out, q_flat, t, t_flat = slots[row]
            product(Ut, Xt, A_of_units)
            fill(T, D, tanh_A, one, square)
            product(w, A, q_out)
            tanh_q(q_flat, t_flat)
            if watch:
                self._freeze(~(np.abs(q) <= self.limit_q).all(axis=-1), i, theta)
                before = theta.copy()
            subtract(t, s, e)
            multiply(x0, e, e0)
            multiply(x1, e, e1)
            product(E, rows_t, P)
            if watch:  # another order, in which only numbers overflow that overflow in `network`, too
                multiply(P[..., self.k :], w_of_units, P[..., self.k :])
                step_w_U[...] = step_U
            else:
                multiply(w_of_units, step_U, step_w_U)
            multiply(P, step, P)
            subtract(theta, P, theta)
            if watch:
                self._freeze(~(np.abs(theta) <= self.limits).all(axis=(-1, -2)), i + 1, before)

    def _freeze(self, diverged, end, theta):
        """Keep the last finite weights of networks that diverged, and let them rest at zero."""
        diverged = diverged & (self.end < 0)
        if diverged.any():
            self.end[diverged], self.last[diverged] = end, theta[diverged]
            for array in (self.theta, self.step, self.step_U):
                array[diverged] = 0

    def _history(self, count):
        """Losses and accuracies of the first `count` rows of the block."""
        q, t = self.q[:count], self.t[:count]
        accuracy = np.count_nonzero((q >= 0) == self.is_one, axis=-1) / self.n
        np.multiply(q, self.s, out=q)
        wrong = np.add.reduce(np.minimum(q, self.zeros, out=q), axis=-1)
        np.abs(t, out=t)
        factors = np.add(t, 1 / self.S_q, out=t)  # from 1 to 2 units: their halves are the probabilities
        whole = self.n // FACTORS * FACTORS
        grouped = factors[..., :whole].reshape(*factors.shape[:-1], FACTORS, whole // FACTORS)
        logs = np.add.reduce(np.log(np.multiply.reduce(grouped, axis=-2)), axis=-1)
        logs += np.add.reduce(np.log(factors[..., whole:]), axis=-1)
        return np.log(2 / self.S_q) - (2.0 * wrong + logs).astype(np.float64) / self.n, accuracy
