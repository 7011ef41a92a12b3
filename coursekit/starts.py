"""The points and first weights that a seed stands for, the same in a sweep and in an explorer."""

import numpy as np

from coursekit import network
from coursekit._validation import check_seed
from coursekit.patterns import Dataset, make_dataset

POINTS, WEIGHTS, FRESH = 1, 2, 3  # the streams of a seed: default_rng([seed, stream])


def draw_start(pattern, *, seed, n_points=500, hidden_size=4, output_bias=False):
    """Draw the points and the first weights that a network of a sweep starts from.

    Points come from the stream `default_rng([seed, 1])`, weights from `default_rng([seed, 2])`.
    So all patterns of one seed share their points, and more points include the fewer.

    Parameters
    ----------
    pattern : str, callable or Dataset
        A name from `PATTERNS` or a rule of your own, as in `make_dataset`; a dataset is kept.
    seed : int
    n_points, hidden_size : int
    output_bias : bool

    Returns
    -------
    dataset : Dataset
    params : Params
    """
    rng = np.random.default_rng([check_seed(seed), WEIGHTS])
    params = network.init_params(hidden_size, rng=rng, output_bias=output_bias)
    return draw_points(pattern, n_points, seed), params


def draw_points(pattern, n_points, seed, stream=POINTS):
    """Draw the points of a seed, or those that were not trained on; a dataset is kept."""
    if isinstance(pattern, Dataset):
        return pattern
    return make_dataset(pattern, n_points, rng=np.random.default_rng([seed, stream]))
