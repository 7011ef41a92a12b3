"""One chunk of a sweep: networks of one shape, drawn from streams of their own, trained together."""

from typing import NamedTuple

import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.descent.choice import descent
from coursekit.losses import accuracy
from coursekit.network import Params
from coursekit.patterns import Dataset
from coursekit.starts import FRESH, draw_points, draw_start

DTYPES = {"float64": np.float64, "float32": np.float32}
POINTS_AT_ONCE = 16_000  # of all networks of a chunk: its arrays stay in the processor's cache
RECORDS_AT_ONCE = 1_000_000  # losses, and as many accuracies, that a chunk may hold: 16 MB


class Start(NamedTuple):
    """Where one network starts; a pattern is a name, or a dataset where a name does not say it all."""

    pattern: str | Dataset
    fresh: Dataset | None
    learning_rate: float
    seed: int


class Chunk(NamedTuple):
    """Networks of one shape, with the settings that they share."""

    starts: tuple
    hidden_size: int
    activation: str
    n_points: int
    output_bias: bool
    iterations: int
    record_every: int
    threshold: float
    fresh_points: int
    keep_curves: bool
    dtype: str


def networks_at_once(n_points, recorded):
    """How many networks a chunk may hold; it must not depend on the number of workers."""
    return max(1, min(64, POINTS_AT_ONCE // n_points, RECORDS_AT_ONCE // recorded))


def train_chunk(chunk):
    """Train the networks of a chunk; return name of a quantity -> an entry, or a curve, for each."""
    shape = dict(n_points=chunk.n_points, hidden_size=chunk.hidden_size, output_bias=chunk.output_bias)
    drawn = [draw_start(start.pattern, seed=start.seed, **shape) for start in chunk.starts]
    X, y = np.stack([data.X for data, _ in drawn]), np.stack([data.y for data, _ in drawn])
    first = Params(*(np.stack(weights) for weights in zip(*(params for _, params in drawn), strict=True)))
    rates = np.array([start.learning_rate for start in chunk.starts])
    run = descent(X, y, first, chunk.activation, rates, DTYPES[chunk.dtype])
    losses, accuracies = run.advance(chunk.iterations, chunk.record_every)
    values = summarise(losses, accuracies, chunk.threshold, chunk.record_every)
    values["diverged"] = run.end >= 0
    with np.errstate(over="ignore", invalid="ignore"):  # the last finite weights may be huge
        values["dead_units"] = count_dead_units(run.params, X, chunk.activation)
        if chunk.fresh_points:
            ends = zip(chunk.starts, *run.params, strict=True)
            values["fresh_accuracy"] = np.array(
                [_fresh_accuracy(start, Params(W1, W2), chunk) for start, W1, W2 in ends]
            )
    if chunk.keep_curves:
        values["loss"], values["accuracy"] = losses.T, accuracies.T
    return values


def summarise(losses, accuracies, threshold, record_every=1):
    """Sum up histories (recorded, b), NaN from where a network diverged, in one number for each network."""
    defined = np.count_nonzero(~np.isnan(losses), axis=0)
    last = (np.maximum(defined, 1) - 1, np.arange(losses.shape[1]))  # NaN itself where none is defined
    high = accuracies >= threshold
    reached = high.any(axis=0)
    first, after_last_low = high.argmax(axis=0), len(high) - (~high[::-1]).argmax(axis=0)
    stayed = reached & (high.all(axis=0) | (first >= after_last_low))
    return {
        "final_loss": losses[last],
        "best_loss": np.fmin.reduce(losses),
        "final_accuracy": accuracies[last],
        "best_accuracy": np.fmax.reduce(accuracies),
        "reached": reached,
        "first_iteration": np.where(reached, first * record_every, -1),
        "stayed": stayed,
    }


def count_dead_units(params, X, activation):
    """Count, for each network, the units that are flat at all its points; without a kink none can be."""
    phi = ACTIVATIONS[activation]
    if not phi.kinks:
        return np.zeros(len(X), dtype=int)
    Z1 = X @ params.W1
    flat = (phi.derivative(Z1) == 0) & ~np.isnan(Z1)
    return np.count_nonzero(flat.all(axis=-2), axis=-1)


def _fresh_accuracy(start, params, chunk):
    fresh = start.fresh or draw_points(start.pattern, chunk.fresh_points, seed=start.seed, stream=FRESH)
    p = network.forward(params, fresh.X, chunk.activation).p
    return accuracy(fresh.y, p) if np.isfinite(p).all() else np.nan
