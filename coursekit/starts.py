"""The points and first weights that a seed stands for, the same in a sweep and in an explorer."""

import numpy as np

from coursekit._validation import check_count
from coursekit.network import init_params
from coursekit.patterns import Dataset, make_dataset

POINTS, WEIGHTS, FRESH = 1, 2, 3  # the streams of a seed: default_rng([seed, stream])


def draw_start(pattern, *, seed, n_points=500, hidden_size=4, output_bias=False):
    """Return the `Dataset` and the first `Params` that a network of a sweep starts from.

    Points come from the stream `default_rng([seed, 1])`, weights from `default_rng([seed, 2])`:
    all patterns of one seed share their points, and more points include the fewer.

    Parameters
    ----------
    pattern : str, callable or Dataset
        A name from `PATTERNS` or a rule of your own, as in `make_dataset`; a dataset is kept.
    seed, n_points, hidden_size : int
    output_bias : bool
    """
    data = draw_points(pattern, n_points, seed=seed)
    return data, draw_weights(hidden_size, seed=seed, output_bias=output_bias)


def draw_points(pattern, n_points=500, *, seed, stream=POINTS, noise=0.0):
    """Draw the points of a seed, or with the stream `FRESH` others; a dataset is kept."""
    if isinstance(pattern, Dataset):
        return pattern
    return make_dataset(pattern, n_points, rng=_rng(seed, stream), noise=noise)


def draw_weights(hidden_size=4, *, seed, output_bias=False):
    """Draw the first weights of a seed."""
    return init_params(hidden_size, rng=_rng(seed, WEIGHTS), output_bias=output_bias)


def _rng(seed, stream):
    return np.random.default_rng([check_count(seed, "seed", least=0), stream])
