"""Full-batch gradient descent: the seven steps of the exercise, with their history."""

from dataclasses import dataclass, field

import numpy as np

from coursekit import network
from coursekit._validation import (
    check_choice,
    check_count,
    check_params,
    check_positive,
    describe,
)
from coursekit.activations import ACTIVATIONS
from coursekit.descent import Descent
from coursekit.losses import accuracy, log_loss_from_logits
from coursekit.network import ForwardPass, Params
from coursekit.patterns import add_bias, check_dataset


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
        return ForwardPass(*self.forward(self.params, add_bias(points), self.activation)).p

    def __repr__(self):
        text = f"Training({self.params.W1.shape[1]} {self.activation} units, "
        text += f"learning rate {self.learning_rate:.3g}, {len(self.loss)} iterations"
        if len(self.loss):
            text += f": last loss {self.loss[-1]:.4f}, last accuracy {self.accuracy[-1]:.3f}"
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
    params = _first_params(params, rng, hidden_size, output_bias)
    if forward is network.forward and backward is network.backward:
        params, losses, accuracies, diverged = _fast(dataset, params, activation, learning_rate, iterations)
    else:
        passes = passes_of(forward, backward, dataset, activation)
        params, losses, accuracies, diverged = descend(passes, params, dataset.y, learning_rate, iterations)
    return Training(params, losses, accuracies, diverged, activation, learning_rate, forward)


def _first_params(params, rng, hidden_size, output_bias):
    if (params is None) == (rng is None):
        raise TypeError(
            "give either rng, to draw new weights, or params, to start from them; "
            f"got rng={describe(rng)} and params={'None' if params is None else 'weights'}"
        )
    if params is None:
        return network.init_params(hidden_size, rng=rng, output_bias=output_bias)
    return Params(*check_params(params))


def _fast(dataset, params, activation, learning_rate, iterations):
    """Run the kernel; the histories end where it diverged."""
    run = Descent(dataset.X, dataset.y, params, activation, learning_rate)
    losses, accuracies = run.advance(iterations)
    diverged = bool(run.end >= 0)
    stop = int(run.end) if diverged else iterations
    return run.params, losses[:stop], accuracies[:stop], diverged


def passes_of(forward, backward, dataset, activation):
    """Return a function of params giving logits, probabilities and the gradient, or None."""
    X, y = dataset.X, dataset.y

    def passes(params):
        result = _as_forward_pass(forward(params, X, activation), len(X))
        if not np.isfinite(result.z2).all():
            return None
        return result.z2, result.p, _as_gradient(backward(params, result, X, y, activation), params)

    return passes


def descend(passes, params, y, learning_rate, iterations):
    """Run the steps one by one; the histories are shorter than asked where weights overflow."""
    losses, accuracies = np.empty(iterations), np.empty(iterations)
    for i in range(iterations):
        with np.errstate(over="ignore", invalid="ignore"):
            result = passes(params)
            if result is None:
                return params, losses[:i].copy(), accuracies[:i].copy(), True
            z2, p, gradient = result
            losses[i], accuracies[i] = log_loss_from_logits(y, z2), accuracy(y, p)
            updated = Params(*(w - learning_rate * dw for w, dw in zip(params, gradient, strict=True)))
        if not all(np.isfinite(w).all() for w in updated):
            return params, losses[: i + 1].copy(), accuracies[: i + 1].copy(), True
        params = updated
    return params, losses, accuracies, False


def _as_forward_pass(result, n_points):
    try:
        result = ForwardPass(*result)
    except TypeError:
        raise TypeError(f"forward must return (Z1, A1, z2, p); got {describe(result)}") from None
    for name in ("z2", "p"):
        shape = np.shape(getattr(result, name))
        if shape != (n_points,):
            raise ValueError(f"forward must return {name} of shape ({n_points},); got shape {shape}")
    return result


def _as_gradient(gradient, params):
    try:
        gradient = Params(*gradient)
    except TypeError:
        raise TypeError(f"backward must return (dW1, dW2); got {describe(gradient)}") from None
    for name, dw, w in zip(("dW1", "dW2"), gradient, params, strict=True):
        if np.shape(dw) != w.shape:
            raise ValueError(f"backward must return {name} of shape {w.shape}; got shape {np.shape(dw)}")
    return gradient
