"""A training that can be watched: it takes some steps, says where it stands, and goes on."""

import time

import numpy as np

from coursekit import network
from coursekit.descent.choice import descent
from coursekit.descent.plain import Plain, call_forward

SLICE = 64  # iterations between two looks at the clock


class Run:
    """One network in training: it takes some steps, says where it stands, and goes on.

    Arguments are taken as checked. With functions of the learner's own, exactly those train.

    Parameters
    ----------
    dataset : Dataset
    params : Params
        Weights to start from.
    activation : {"sigmoid", "tanh", "relu"}
    learning_rate : float
    limit : int
        Number of iterations after which it ends.
    longest : int, optional
        The highest value that `limit` may be given later.
    forward, backward : callable
        As for `train`.

    Attributes
    ----------
    iteration : int
        Updates taken so far.
    params : Params
    diverged : bool
        Whether it ended because numbers stopped being finite.
    """

    def __init__(
        self,
        dataset,
        params,
        activation,
        learning_rate,
        limit,
        *,
        longest=None,
        forward=network.forward,
        backward=network.backward,
    ):
        self.dataset, self.params, self.activation, self.limit = dataset, params, activation, limit
        self.forward, self.backward = forward, backward
        self.iteration, self.diverged = 0, False
        self._history = np.empty((2, longest or limit))
        self.change_rate(learning_rate)

    def change_rate(self, learning_rate):
        """Go on from here with another learning rate."""
        self.learning_rate = learning_rate
        start = self.dataset.X, self.dataset.y, self.params, self.activation, learning_rate
        own = self.forward is not network.forward or self.backward is not network.backward
        self._descent = Plain(*start, self.forward, self.backward) if own else descent(*start)

    @property
    def loss(self):
        """Mean log loss in nats before each update so far, shape (iteration,)."""
        return self._history[0, : self.iteration]

    @property
    def accuracy(self):
        """Accuracy before each update so far, shape (iteration,)."""
        return self._history[1, : self.iteration]

    @property
    def ended(self):
        """Whether there are no more steps to take."""
        return self.diverged or self.iteration >= self.limit

    def advance(self, iterations):
        """Take that many steps, or fewer where the training ends."""
        if self.ended:
            return
        losses, accuracies = self._descent.advance(min(iterations, self.limit - self.iteration))
        self.params, self.diverged = self._descent.params, bool(self._descent.end >= 0)
        known = ~np.isnan(losses)
        stop = self.iteration + known.sum()
        self._history[:, self.iteration : stop] = losses[known], accuracies[known]
        self.iteration = int(stop)

    def advance_for(self, seconds, until):
        """Take steps up to the iteration `until`, but not for much longer than that many seconds."""
        end = time.perf_counter() + seconds
        while self.iteration < until and not self.ended and time.perf_counter() < end:
            self.advance(min(SLICE, until - self.iteration))

    def passes(self):
        """Return the forward pass at all points."""
        return self.at(self.dataset.X)

    def at(self, X):
        """Return the forward pass at points with their bias column."""
        return call_forward(self.forward, self.params, X, self.activation)
