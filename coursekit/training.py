"""Full-batch gradient descent, a fixed number of times: the seven steps of the exercise."""

from dataclasses import dataclass, field

import numpy as np

from coursekit import network
from coursekit._validation import check_choice, check_count, check_params, check_positive, describe
from coursekit.activations import ACTIVATIONS
from coursekit.descent.plain import call_forward
from coursekit.descent.run import Run
from coursekit.network import Params
from coursekit.patterns import add_bias, check_dataset


@dataclass(frozen=True, repr=False)
class Training:
    """What `train` did.

    Attributes
    ----------
    params : Params
        After the last update; the last finite ones where training diverged.
    loss, accuracy : ndarray of float64, shape (iterations,)
        Of the prediction *before* each update; the mean log loss in nats.
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
    """Return the `Training` of one network on all points at once, w <- w - eta dL/dw.

    Parameters
    ----------
    dataset : Dataset
    hidden_size, output_bias : int, bool
        Of new weights.
    activation : {"sigmoid", "tanh", "relu"}
    learning_rate : float
        The step eta. The gradient is that of the *mean* loss; an exercise that sums over n
        points takes the same steps with a learning rate n times smaller.
    iterations : int
        How many updates.
    rng : numpy.random.Generator, optional
        Draws new weights uniformly from [-1, 1). Give either `rng` or `params`.
    params : Params, optional
        Weights to start from, for example those of an earlier training; they are not changed.
    forward, backward : callable
        Functions of your own, called like `coursekit.forward` and `coursekit.backward`.

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule, or a function of your own returns other shapes.
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
