"""Full-batch gradient descent with its history: a run that can be watched, and one that is done at once."""

import time
from dataclasses import dataclass, field

import numpy as np

from coursekit import network
from coursekit._validation import check_choice, check_count, check_params, check_positive, describe
from coursekit.activations import ACTIVATIONS
from coursekit.descent.choice import descent
from coursekit.descent.plain import Plain, call_forward
from coursekit.losses import accuracy
from coursekit.network import Params
from coursekit.patterns import add_bias, check_dataset

SLICE = 64  # iterations between two looks at the clock


@dataclass(frozen=True, repr=False)
class Training:
    """What `train` did.

    Attributes
    ----------
    params : Params
        After the last update; the last finite ones where training diverged.
    loss : ndarray of float64, shape (iterations,)
        Mean log loss in nats of the prediction *before* each update.
    accuracy : ndarray of float64, shape (iterations,)
        Accuracy of the same predictions.
    diverged : bool
        Whether weights or logits stopped being finite; the histories end there.
    activation : str
    learning_rate : float
    """

    params: Params
    loss: np.ndarray
    accuracy: np.ndarray
    diverged: bool
    activation: str
    learning_rate: float
    forward: object = field(default=network.forward, repr=False)

    def predict(self, points):
        """Probability of class 1 at points (n, 2), with the trained weights."""
        return call_forward(self.forward, self.params, add_bias(points), self.activation).p

    def __repr__(self):
        text = f"Training({self.params.W1.shape[1]} {self.activation} units, "
        text += f"learning rate {self.learning_rate:.3g}, {len(self.loss)} iterations"
        if len(self.loss):
            loss = f"{self.loss[-1]:.4f}" if self.loss[-1] < 1e6 else f"{self.loss[-1]:.3e}"
            text += f": last loss {loss}, last accuracy {self.accuracy[-1]:.3f}"
        return text + (", diverged)" if self.diverged else ")")


def train(
    dataset,
    *,
    hidden_size=4,
    activation="sigmoid",
    learning_rate=0.5,
    iterations=5000,
    rng=None,
    params=None,
    output_bias=False,
    forward=network.forward,
    backward=network.backward,
):
    """Train one network on all points at once, w <- w - eta dL/dw, a fixed number of times.

    Parameters
    ----------
    dataset : Dataset
    hidden_size : int
        Number of hidden units of new weights.
    activation : {"sigmoid", "tanh", "relu"}
    learning_rate : float
        The step eta. The gradient is that of the *mean* loss; an exercise that sums over n
        points takes the same steps with a learning rate n times smaller.
    iterations : int
        Number of updates.
    rng : numpy.random.Generator, optional
        Draws new weights uniformly from [-1, 1). Give either `rng` or `params`.
    params : Params, optional
        Weights to start from, for example those of an earlier training; they are not changed.
    output_bias : bool
        Whether new weights have an output bias.
    forward, backward : callable
        Functions of your own, called like `coursekit.forward` and `coursekit.backward`.

    Returns
    -------
    Training

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule, or a function of your own returns other shapes.
        Divergence is no error: training stops and `.diverged` says so.
    """
    check_dataset(dataset)
    check_choice(activation, ACTIVATIONS, "activation")
    learning_rate = check_positive(learning_rate, "learning_rate")
    iterations = check_count(iterations, "iterations")
    if (params is None) == (rng is None):
        raise TypeError(
            "give either rng, to draw new weights, or params, to start from them; "
            f"got rng={describe(rng)} and params={'None' if params is None else 'weights'}"
        )
    if params is None:
        params = network.init_params(hidden_size, rng=rng, output_bias=output_bias)
    first = Params(*check_params(params))
    run = Run(dataset, first, activation, learning_rate, iterations, forward=forward, backward=backward)
    run.advance(iterations)
    return Training(run.params, run.loss, run.accuracy, run.diverged, activation, learning_rate, forward)


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
    stop_at : float
        Accuracy at which it ends earlier; above 1: never.
    held_out : Dataset, optional
        Points not trained on, measured each time `measure` is called.
    forward, backward : callable
        As for `train`.

    Attributes
    ----------
    iteration : int
        Updates taken so far.
    params : Params
    diverged, reached : bool
        Whether it ended because numbers stopped being finite, or at the accuracy `stop_at`.
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
        stop_at=2.0,
        held_out=None,
        forward=network.forward,
        backward=network.backward,
    ):
        self.dataset, self.params, self.activation, self.limit = dataset, params, activation, limit
        self.held_out, self.forward, self.backward = held_out, forward, backward
        self.stop_at, self.iteration, self.diverged, self.reached = stop_at, 0, False, False
        self._history = np.empty((2, longest or limit))
        self._fresh = []
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
    def fresh(self):
        """Iterations and held-out accuracies of the measurements so far, two arrays."""
        return np.array(self._fresh).reshape(-1, 2).T

    @property
    def ended(self):
        """Whether there are no more steps to take."""
        return self.diverged or self.reached or self.iteration >= self.limit

    def advance(self, iterations):
        """Take that many steps, or fewer where the training ends."""
        if self.ended:
            return
        start = self.params
        losses, accuracies = self._steps(min(iterations, self.limit - self.iteration))
        high = np.flatnonzero(accuracies >= self.stop_at)
        if high.size:  # take only the steps before that
            self.params, self.reached = start, True
            self.change_rate(self.learning_rate)
            losses, accuracies = self._steps(high[0])
        stop = self.iteration + len(losses)
        self._history[:, self.iteration : stop] = losses, accuracies
        self.iteration = stop

    def _steps(self, iterations):
        losses, accuracies = self._descent.advance(iterations)
        self.params, self.diverged = self._descent.params, bool(self._descent.end >= 0)
        return losses[~np.isnan(losses)], accuracies[~np.isnan(losses)]

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

    def measure(self):
        """Measure the accuracy on the held-out points, if there are any, and remember it."""
        if self.held_out is None or (self._fresh and self._fresh[-1][0] == self.iteration):
            return
        self._fresh.append((self.iteration, accuracy(self.held_out.y, self.at(self.held_out.X).p)))
