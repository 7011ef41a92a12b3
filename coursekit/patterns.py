"""What is learned: points in a square, and the rule that gives each its class."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from coursekit._validation import (
    check_choice,
    check_count,
    check_float_array,
    check_kind,
    check_rng,
    check_share,
    check_X,
    check_y,
    describe,
)


@dataclass(frozen=True)
class Pattern:
    """A rule that says which points (n, 2) belong to class 1, when it is called with them."""

    name: str
    title: str
    description: str
    rule: Callable

    def __call__(self, points):
        """Return n booleans, True for class 1."""
        return self.rule(points)


def _between(least):
    return lambda x: (x.max(axis=1) > least) & (x.max(axis=1) < 0.5)


_ANGLE = "the larger coordinate between {} and 0.5"
_ROWS = [
    ("circle", "Circle", "closer to the centre than 0.75", lambda x: np.hypot(*x.T) < 0.75),
    ("diamond", "Diamond", "|x1| + |x2| less than 1", lambda x: abs(x).sum(axis=1) < 1),
    ("centered_square", "Centred square", "both |x1| and |x2| less than 0.5", lambda x: abs(x).max(1) < 0.5),
    ("thick_right_angle", "Thick right angle", _ANGLE.format(-0.5), _between(-0.5)),
    ("thin_right_angle", "Thin right angle", _ANGLE.format(0), _between(0)),
]
PATTERNS = {row[0]: Pattern(*row) for row in _ROWS}


@dataclass(frozen=True, repr=False)
class Dataset:
    """Points with their classes, 0 or 1, and the name of their pattern.

    Attributes
    ----------
    X : ndarray of float64, shape (n, 3)
        With a last column of ones.
    y : ndarray of int64, shape (n,)
    """

    name: str
    X: np.ndarray
    y: np.ndarray

    @property
    def points(self):
        """The points without the bias column, shape (n, 2)."""
        return self.X[:, :2]

    def __repr__(self):
        return f"Dataset({self.name}: {len(self.y)} points, {int(self.y.sum())} of class 1)"


def make_dataset(pattern, n_points=500, *, rng, noise=0.0):
    """Return a `Dataset` of points drawn uniformly from [-1, 1]^2, with their classes by the pattern.

    Parameters
    ----------
    pattern : str or callable
        A name from `PATTERNS`, or a rule of your own: it takes points (n, 2) and returns
        n booleans, True for class 1.
    n_points : int
    rng : numpy.random.Generator
        Source of the points, then of the noise.
    noise : float
        Probability from 0 to 1 that a point's class is swapped.

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule, or a rule of your own returns another shape.
    """
    if not callable(pattern):
        pattern = check_choice(pattern, PATTERNS, "pattern")
    n_points, rng, noise = check_count(n_points, "n_points"), check_rng(rng), check_share(noise, "noise")
    points = rng.uniform(-1, 1, size=(n_points, 2))
    y = _classes(pattern, points)
    if noise > 0:
        y = np.where(rng.random(n_points) < noise, 1 - y, y)
    return Dataset(rule_name(pattern), add_bias(points), y)


def rule_name(pattern):
    """Name of a pattern: of a rule of your own or a dataset, too."""
    if isinstance(pattern, str):
        return pattern
    return getattr(pattern, "name", getattr(pattern, "__name__", "own rule"))


def _classes(rule, points):
    answer = rule(points.copy())
    if not isinstance(answer, np.ndarray) or answer.shape != (len(points),):
        raise ValueError(
            f"pattern must return one boolean for each point, shape ({len(points)},); got {describe(answer)}"
        )
    if answer.dtype != bool and not np.isin(answer, (0, 1)).all():
        raise ValueError(f"pattern must return booleans, or 0 and 1; got {describe(answer)}")
    return answer.astype(np.int64)


def check_dataset(dataset):
    """Return the dataset after checking its kind, its points and its classes."""
    check_kind(dataset, "dataset", Dataset, "a Dataset (see make_dataset)")
    check_y(dataset.y, len(check_X(dataset.X)))
    return dataset


def add_bias(points):
    """Append the bias column of ones to points, an ndarray of float64: (n, 2) becomes (n, 3)."""
    points = check_float_array(points, "points", (None, 2))
    return np.column_stack([points, np.ones(len(points))])


def class_shares(y):
    """Shares of class 0 and class 1, a float64 array (2,) that sums to 1."""
    share = check_y(y).mean()
    return np.array([1 - share, share])


def majority_baseline(y):
    """Accuracy of always answering the more frequent class, from 0.5 to 1."""
    return float(class_shares(y).max())
