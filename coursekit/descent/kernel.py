"""The fast kernel of gradient descent: one network, or many of one shape at once, in place.

It takes the steps of `network.py` with fewer passes over the points:

- sigma(z) = (1 + tanh(z/2)) / 2 makes every sigmoid a tanh. The halves are folded into the
  weights: the hidden layer is A = tanh(X U), plus 1 for a sigmoid, and q = z2 / 2 = A w.
- e = 2 (p - y) = tanh(q) - s with s = 2y - 1. One product of X * e with the rows of A and of
  phi' gives the gradients of both layers; the bias column of X makes e itself one of its rows.
- With t = tanh(q), the log loss of a point is 2 max(-s q, 0) - log((1 + |t|) / 2): no further
  exp, and one log for the product of several factors. Losses and accuracies are computed for a
  block of iterations together.

A network whose numbers grow too large for that goes on in the clear, as `Plain`.

`tests/descent/test_descent.py` holds each step to `network.py`.
"""

import numpy as np

from coursekit.activations import ACTIVATIONS
from coursekit.descent.plain import Plain
from coursekit.descent.tanh import tanh_for
from coursekit.network import Params

BLOCK = 32  # recorded iterations whose losses are computed together
FACTORS = 4  # multiplied before a logarithm is taken


def _row_by_row(storage):
    """View (r, ..., n) storage as (..., r, n)."""
    return np.moveaxis(storage, 0, -2)


class Kernel:
    """A run of gradient descent that can be advanced, looked at, and advanced again.

    Arrays have the shapes of `network.py` behind leading axes: none for one network, or (b,), as
    the learning rates have. Numbers are of dtype float64 or float32. Arguments are taken as checked.
    """

    def __init__(self, X, y, params, activation, learning_rate, dtype=np.float64):
        W1, W2 = params
        batch, (n, h) = X.shape[:-2], (X.shape[-2], W1.shape[-1])
        rate = np.broadcast_to(np.asarray(learning_rate, dtype=np.float64), batch)
        self.given, self.clear, self.iteration = (X, y, activation, rate), {}, 0
        self.n, self.h, self.k = n, h, W2.shape[-1]
        self._allocate(X, dtype)
        # phi(z) = height A and phi'(z) = slope D, where A and D = A^2 - 1, or their steps, are of scale z.
        self.c = c = ACTIVATIONS[activation].fast
        scale, height, slope = (c / 2, c / 2, -(c**2) / 4) if c else (1.0, 1.0, 1.0)
        # A comes in units of 1/S_A, D in units of its square, q and t in those of tanh(q).
        S_A, self.tanh_A = tanh_for(self.T) if c else (1.0, np.tanh)
        self.S_q, self.tanh_q = tanh_for(self.q[0].reshape(-1))
        self.one, self.square = np.array(1 / S_A, dtype), np.array(1 / S_A**2, dtype)
        self.s, self.is_one = np.asarray((2 * y - 1) / self.S_q, dtype), np.asarray(y) > 0
        # Scales: U = scale_U W1 and w = scale_w W2, so that q = A w.
        heights = np.array([height * S_A] * h + [1.0] * (self.k - h))  # activation = heights * A
        self.scale_U, self.scale_w = scale * S_A, heights / 2 * self.S_q
        # theta, and P that updates it, hold w in row 2 of the first k columns and U in the last h.
        self.theta = np.zeros((*batch, 3, self.k + h), dtype)
        self.U, self.w = self.theta[..., self.k :], self.theta[..., 2:3, : self.k]  # views
        self.U[...], self.w[...] = W1 * self.scale_U, (W2 * self.scale_w)[..., None, :]
        # The steps: w -= step_w * (sum of e A), U -= step_U * w * (sum of X e phi').
        self.P, self.step = np.empty_like(self.theta), np.zeros_like(self.theta)
        self.most = float(np.finfo(dtype).max) / 4  # up to here, the weights are finite, too
        wild = rate >= self.most ** (1 / 3)
        rate = np.where(wild, 0, rate)[..., None, None] / (2 * n) * self.S_q
        self.step[..., 2:3, : self.k] = rate * self.scale_w * heights
        self.step_U = np.empty((*batch, 3, h), dtype)
        self.step_U[...] = rate * self.scale_U * slope * S_A**2 / self.scale_w[:h]
        self._into_the_clear(wild, self.theta)

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
    def params(self):
        """The weights now, or the last finite ones of diverged networks, as float64 copies."""
        W1, W2 = self._params(self.theta)
        for i, run in self.clear.items():
            W1[i], W2[i] = run.params
        return Params(W1, W2)

    @property
    def end(self):
        """Number of iterations whose loss is defined where a network diverged, else -1, shape (...)."""
        end = np.full(self.theta.shape[:-2], -1)
        for i, run in self.clear.items():
            end[i] = run.end
        return end

    def _params(self, theta):
        theta = theta.astype(np.float64)
        return Params(theta[..., self.k :] / self.scale_U, theta[..., 2, : self.k] / self.scale_w)

    def _into_the_clear(self, places, theta):
        """Let these networks go on in the clear from theta on, while here they rest at zero."""
        X, y, activation, rate = self.given
        for i in map(tuple, np.argwhere(places)):
            params = self._params(theta[i])
            self.clear[i] = Plain(X[i], y[i], params, activation, rate[i], dtype=self.theta.dtype)
            self.clear[i].iteration = self.iteration
            for array in (self.theta, self.step, self.step_U):
                array[i] = 0

    def advance(self, iterations, record_every=1):
        """Take that many steps; return the losses and accuracies before each recorded one.

        Returns
        -------
        losses, accuracies : ndarray of float64, shape (recorded, ...)
            Of the iterations i with i % record_every == 0; NaN once a network has diverged.
        """
        blocks, stop = [np.empty((2, 0, *self.theta.shape[:-2]))], self.iteration + iterations
        while self.iteration < stop:
            first = -(-self.iteration // record_every) * record_every  # the next recorded one
            until = min(stop, first + (BLOCK - 1) * record_every + 1)
            rows = [BLOCK] * (until - self.iteration)  # where to keep q and t of each iteration
            recorded = len(rows[first - self.iteration :: record_every])
            rows[first - self.iteration :: record_every] = range(recorded)
            before = self.theta.copy()
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                self._steps(rows)
                block = np.stack(self._history(recorded))
                fine = (np.abs(self.theta) <= self.most).all(axis=(-1, -2))
            self._into_the_clear(~(fine & np.isfinite(block[0]).all(axis=0)), before)
            for i, run in self.clear.items():
                block[:, :, *i] = run.advance(len(rows), record_every)
            self.iteration = until
            blocks.append(block)
        return np.concatenate(blocks, axis=1)

    def _steps(self, rows):
        """Take one step for each row of the buffers."""
        one_network = self.theta.ndim == 2
        product = np.dot if one_network else np.matmul  # the same, but dot starts quicker
        A, Ut, rows_t = self.rows[..., : self.k, :], self.U.swapaxes(-1, -2), self.rows.swapaxes(-1, -2)
        A_of_units, w = A[..., : self.h, :], self.w[0] if one_network else self.w
        w_of_units, step_w_U = self.w[..., : self.h], self.step[..., self.k :]
        x0, x1, (e0, e1, e) = self.Xt[..., 0, :], self.Xt[..., 1, :], (self.E[..., i, :] for i in range(3))
        Xt, s, E, P, step, step_U, theta = self.Xt, self.s, self.E, self.P, self.step, self.step_U, self.theta
        c, T, D, one, square = self.c, self.T, self.D, self.one, self.square
        tanh_A, tanh_q, add, multiply, subtract = self.tanh_A, self.tanh_q, np.add, np.multiply, np.subtract
        slots = [
            (q if one_network else q[:, None], q.reshape(-1), t, t.reshape(-1))
            for q, t in zip(self.q, self.t, strict=True)
        ]
        for row in rows:
            q, q_flat, t, t_flat = slots[row]
            product(Ut, Xt, A_of_units)
            if c:
                tanh_A(T, T)
                multiply(T, T, D)
                subtract(D, square, D)
            else:
                np.maximum(T, 0, out=T)
                np.sign(T, D)
            if c == 1:
                add(T, one, T)
            product(w, A, q)
            tanh_q(q_flat, t_flat)
            subtract(t, s, e)
            multiply(x0, e, e0)
            multiply(x1, e, e1)
            product(E, rows_t, P)
            multiply(w_of_units, step_U, step_w_U)
            multiply(P, step, P)
            subtract(theta, P, theta)

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
