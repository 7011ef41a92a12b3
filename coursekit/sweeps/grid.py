"""The grid of a sweep: arguments checked, networks of one shape grouped, the groups cut into chunks."""

import math
import os
from functools import partial
from itertools import product
from typing import NamedTuple

import numpy as np

from coursekit._validation import (
    LARGEST,
    check_choice,
    check_count,
    check_different,
    check_flag,
    check_positive,
    check_share,
    describe,
)
from coursekit.activations import ACTIVATIONS
from coursekit.patterns import PATTERNS, Dataset, check_dataset, rule_name
from coursekit.starts import FRESH, draw_points
from coursekit.sweeps.chunk import DTYPES, Chunk, Start, networks_at_once
from coursekit.sweeps.result import CURVES, MISSING, is_list

TRAINED = "trained"


def _check_pattern(value, name):
    if isinstance(value, Dataset):
        return check_dataset(value)
    if isinstance(value, str):
        return check_choice(value, PATTERNS, name).name
    if not callable(value):
        raise TypeError(f"{name} must be a name, a rule or a Dataset; got {describe(value)}")
    return value


AXES = dict(
    pattern=_check_pattern,
    learning_rate=check_positive,
    hidden_size=check_count,
    activation=lambda value, name: check_choice(value, ACTIVATIONS, name).name,
    n_points=check_count,
    output_bias=check_flag,
    seed=partial(check_count, least=0),
)
SETTINGS = dict(
    iterations=check_count,
    record_every=check_count,
    threshold=check_share,
    fresh_points=lambda value, name: check_count(value, name) if value != 0 else 0,
    keep_curves=check_flag,
    dtype=lambda value, name: check_choice(value, DTYPES, name).__name__,
)


def check_grid(given):
    """Return (axes, settings) of the arguments of `sweep`: name -> tuple of values, name -> value."""
    axes = {name: _check_axis(given[name], name, check) for name, check in AXES.items()}
    settings = {name: check(given[name], name) for name, check in SETTINGS.items()}
    _check_together(axes, settings)
    return axes, settings


def _check_axis(given, name, check_one):
    """Return a tuple of checked values, from one value or a list of different ones."""
    values = tuple(check_one(value, name) for value in (given if is_list(given) else [given]))
    if not values:
        raise ValueError(f"{name} must have at least one value; got {describe(given)}")
    labels = [getattr(value, "name", getattr(value, "__name__", value)) for value in values]
    check_different(labels, name, "not hold a value twice")
    return values


def _check_together(axes, settings):
    """Check what hangs on more than one argument: datasets, and the size of it all."""
    if any(isinstance(pattern, Dataset) for pattern in axes["pattern"]):
        if len(axes["n_points"]) > 1:
            raise ValueError(f"n_points must be one value beside a Dataset; got {axes['n_points']}")
        if settings["fresh_points"]:
            raise ValueError("fresh_points must be 0 beside a Dataset, whose rule is not known")
    networks = math.prod(map(len, axes.values()))
    if networks > LARGEST["networks"]:
        sizes = " x ".join(f"{len(values)} {name}" for name, values in axes.items() if len(values) > 1)
        raise ValueError(f"a sweep must have at most {LARGEST['networks']} networks; got {networks}: {sizes}")
    size = networks * recorded(settings) * 2 * 8
    if settings["keep_curves"] and size > memory() / 2:
        raise ValueError(
            f"keep_curves must fit into half the memory of this computer, {memory() / 2e9:.1f} GB; "
            f"got {networks} networks x {recorded(settings)} recorded iterations, {size / 1e9:.1f} GB. "
            "Raise record_every, or leave keep_curves out."
        )


def memory():
    """Bytes of memory of this computer; 4 GB where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 4 * 10**9


class Plan(NamedTuple):
    """Chunks to train, and the places of their networks in the flat grid."""

    cells: list
    chunks: list
    job: dict  # what all this is, for the checkpoint


def plan_of(axes, settings):
    """Group the networks of one shape, and cut the groups into chunks."""
    groups, drawn = {}, {}
    for cell, (pattern, rate, h, activation, n, bias, seed) in enumerate(product(*axes.values())):
        pattern, fresh = _as_data(pattern, n, seed, settings["fresh_points"], drawn)
        n = len(pattern.y) if isinstance(pattern, Dataset) else n
        start = Start(pattern, fresh, rate, seed)
        groups.setdefault((h, activation, n, bias), []).append((cell, start))
    cells, chunks = [], []
    for shape, members in groups.items():
        pieces = -(-len(members) // networks_at_once(shape[2], recorded(settings)))
        for piece in np.array_split(np.arange(len(members)), pieces):
            cells.append([members[i][0] for i in piece])
            chunks.append(Chunk(tuple(members[i][1] for i in piece), *shape, **settings))
    return Plan(cells, chunks, _job(axes, settings, chunks))


def _as_data(pattern, n_points, seed, fresh_points, drawn):
    """Apply a rule that other processes may not know here, once for each seed."""
    if isinstance(pattern, (str, Dataset)):
        return pattern, None
    key = (rule_name(pattern), n_points, seed)
    if key not in drawn:
        fresh = draw_points(pattern, fresh_points, seed=seed, stream=FRESH) if fresh_points else None
        drawn[key] = draw_points(pattern, n_points, seed=seed), fresh
    return drawn[key]


def _job(axes, settings, chunks):
    import hashlib  # slow to import

    digest = hashlib.sha256()
    for chunk in chunks:
        for data in (data for start in chunk.starts for data in (start.pattern, start.fresh)):
            if isinstance(data, Dataset):
                digest.update(data.X.tobytes() + data.y.tobytes())
    names = {"pattern": [rule_name(pattern) for pattern in axes["pattern"]]}
    return {**axes, **names, **settings, "data": digest.hexdigest()}


def kept_for(job):
    """Return the file of a job in the folder `trained` beside the notebook, or None where there is none.

    The browser edition has one: what is too much for a browser's one thread was trained elsewhere.
    """
    if job["keep_curves"] or not os.access(TRAINED, os.W_OK):
        return None
    import hashlib  # slow to import

    return f"{TRAINED}/{hashlib.sha256(repr(job).encode()).hexdigest()[:16]}.ck"


def quantities(settings):
    """Return the names of what is measured."""
    optional = {"fresh_accuracy": settings["fresh_points"]} | dict.fromkeys(CURVES, settings["keep_curves"])
    return [name for name in MISSING if optional.get(name, True)]


def recorded(settings):
    """Return how many iterations are recorded."""
    return -(-settings["iterations"] // settings["record_every"])
