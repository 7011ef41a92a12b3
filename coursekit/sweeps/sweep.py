"""Many networks: the full product of settings, in chunks, on all cores."""

import hashlib
from itertools import product
from typing import NamedTuple

import numpy as np

from coursekit._parallel import memory, progress_bar, run_tasks
from coursekit._validation import (
    LARGEST,
    check_axis,
    check_choice,
    check_count,
    check_flag,
    check_positive,
    check_seed,
    check_share,
    describe,
    is_list,
)
from coursekit.activations import ACTIVATIONS, BUILT_IN
from coursekit.patterns import PATTERNS, Dataset, check_dataset, rule_name
from coursekit.starts import FRESH, draw_points
from coursekit.sweeps.checkpoint import append, open_checkpoint
from coursekit.sweeps.chunk import DTYPES, Chunk, Start, networks_at_once, train_chunk
from coursekit.sweeps.result import CURVES, MISSING, SweepResult, SweepStopped, empty_values

WORTH_A_POOL = 2e8  # points x units x iterations: about a second on one core


def sweep(
    *,
    pattern,
    seed,
    learning_rate=0.5,
    hidden_size=4,
    activation="sigmoid",
    n_points=500,
    output_bias=False,
    iterations=5000,
    threshold=0.95,
    record_every=1,
    keep_curves=False,
    fresh_points=0,
    dtype="float64",
    executor=None,
    checkpoint=None,
):
    """Train a network for every combination of settings.

    Each of the first seven arguments is one value, or a list of values that becomes an axis of
    the result. A network draws its points and its first weights from its own seed (`draw_start`),
    so it starts the same in every grid. The results do not depend on the number of workers.

    Parameters
    ----------
    pattern : str, callable or Dataset, or a list of these
        Names from `PATTERNS`, rules of your own as in `make_dataset`, or datasets as they are.
    seed : int or list of int
    learning_rate : float or list of float
        For the gradient of the mean loss.
    hidden_size : int or list of int
    activation : {"sigmoid", "tanh", "relu"} or list
    n_points : int or list of int
        Of the patterns; datasets have their own points, and only one value stands beside them.
    output_bias : bool or list of bool
    iterations : int
        Updates of each network.
    threshold : float
        Accuracy from 0 to 1 that counts as reached.
    record_every : int
        Losses and accuracies are measured before every so manieth update, the first included.
    keep_curves : bool
        Whether to keep them all, as `result["loss"]` and `result["accuracy"]`.
    fresh_points : int
        Number of points, not trained on, for `result["fresh_accuracy"]` after the last update.
    dtype : {"float64", "float32"}
        float32 is about twice as fast.
    executor : concurrent.futures.Executor, optional
        Where to train; by default in a process for each core, or here if it takes a second. In a
        script, call `sweep` under ``if __name__ == "__main__":``, as for any process pool.
    checkpoint : str or path, optional
        A file that keeps finished chunks. The same call goes on from there after a kill.

    Returns
    -------
    SweepResult
        Partial if you interrupted it (Ctrl-C, or the stop button).

    Raises
    ------
    TypeError, ValueError, OSError
        Where an argument breaks its rule; before any work.
    SweepStopped
        Where an executor died; its `.partial` holds what was finished.
    """
    several = dict(
        pattern=pattern,
        learning_rate=learning_rate,
        hidden_size=hidden_size,
        activation=activation,
        n_points=n_points,
        output_bias=output_bias,
        seed=seed,
    )
    axes = {name: check_axis(given, name, CHECKS[name]) for name, given in several.items()}
    settings = dict(
        iterations=check_count(iterations, "iterations"),
        record_every=check_count(record_every, "record_every"),
        threshold=check_share(threshold, "threshold"),
        fresh_points=check_count(fresh_points, "fresh_points") if fresh_points != 0 else 0,
        keep_curves=check_flag(keep_curves, "keep_curves"),
        dtype=dtype,
    )
    check_choice(dtype, DTYPES, "dtype")
    if executor is not None and not hasattr(executor, "submit"):
        raise TypeError(f"executor must be a concurrent.futures.Executor; got {describe(executor)}")
    _check_together(axes, settings)
    plan = _plan(axes, settings)
    axes["pattern"] = tuple(rule_name(pattern) for pattern in axes["pattern"])
    values = empty_values(_quantities(settings), plan.size, _recorded(settings))
    done = np.zeros(plan.size, dtype=bool)
    error = _run(plan, values, done, executor, checkpoint)
    lists = {name: is_list(given) for name, given in several.items()}
    result = _named(axes, lists, settings, values, done)
    if error is not None and not isinstance(error, KeyboardInterrupt):
        raise SweepStopped(_what_is_missing(error, axes, done, checkpoint), result) from error
    return result


def _check_pattern(value, name):
    if isinstance(value, Dataset):
        return check_dataset(value)
    if isinstance(value, str):
        return check_choice(value, PATTERNS, name).name
    if not callable(value):
        raise TypeError(f"{name} must be a name, a rule or a Dataset; got {describe(value)}")
    return value


def _check_activation(value, name):
    return check_choice(value, ACTIVATIONS, name).name


CHECKS = dict(
    pattern=_check_pattern,
    learning_rate=check_positive,
    hidden_size=check_count,
    activation=_check_activation,
    n_points=check_count,
    output_bias=check_flag,
    seed=check_seed,
)


def _check_together(axes, settings):
    """Check what hangs on more than one argument: datasets, and the size of it all."""
    if any(isinstance(pattern, Dataset) for pattern in axes["pattern"]):
        if len(axes["n_points"]) > 1:
            raise ValueError(f"n_points must be one value beside a Dataset; got {axes['n_points']}")
        if settings["fresh_points"]:
            raise ValueError("fresh_points must be 0 beside a Dataset, whose rule is not known")
    networks = int(np.prod([float(len(values)) for values in axes.values()]))
    if networks > LARGEST["networks"]:
        sizes = " x ".join(f"{len(values)} {name}" for name, values in axes.items() if len(values) > 1)
        raise ValueError(f"a sweep must have at most {LARGEST['networks']} networks; got {networks}: {sizes}")
    size = networks * _recorded(settings) * 2 * 8
    if settings["keep_curves"] and size > memory() / 2:
        raise ValueError(
            f"keep_curves must fit into half the memory of this computer, {memory() / 2e9:.1f} GB; "
            f"got {networks} networks x {_recorded(settings)} recorded iterations, {size / 1e9:.1f} GB. "
            "Raise record_every, or leave keep_curves out."
        )


class _Plan(NamedTuple):
    cells: list  # of each chunk, the places of its networks in the flat grid
    chunks: list
    size: int
    job: dict  # what all this is, for the checkpoint


def _plan(axes, settings):
    """Group the networks of one shape, and cut the groups into chunks."""
    groups, size, drawn = {}, 0, {}
    for cell, (pattern, rate, h, activation, n, bias, seed) in enumerate(product(*axes.values())):
        pattern, fresh = _as_data(pattern, n, seed, settings["fresh_points"], drawn)
        n = len(pattern.y) if isinstance(pattern, Dataset) else n
        start = Start(pattern, fresh, rate, seed)
        groups.setdefault((h, activation, n, bias), []).append((cell, start))
        size += 1
    cells, chunks = [], []
    for shape, members in groups.items():
        pieces = -(-len(members) // networks_at_once(shape[2], _recorded(settings)))
        for piece in np.array_split(np.arange(len(members)), pieces):
            cells.append([members[i][0] for i in piece])
            chunks.append(Chunk(tuple(members[i][1] for i in piece), *shape, **settings))
    return _Plan(cells, chunks, size, _job(axes, settings, chunks))


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
    digest = hashlib.sha256()
    for chunk in chunks:
        for data in (data for start in chunk.starts for data in (start.pattern, start.fresh)):
            if isinstance(data, Dataset):
                digest.update(data.X.tobytes() + data.y.tobytes())
    names = {"pattern": [rule_name(pattern) for pattern in axes["pattern"]]}
    return {**axes, **names, **settings, "data": digest.hexdigest()}


def _quantities(settings):
    optional = {"fresh_accuracy": settings["fresh_points"]} | dict.fromkeys(CURVES, settings["keep_curves"])
    return [name for name in MISSING if optional.get(name, True)]


def _recorded(settings):
    return -(-settings["iterations"] // settings["record_every"])


def _run(plan, values, done, executor, checkpoint):
    """Fill in values and done; return what stopped it, or None."""

    def keep(chunk, found):
        for name, array in found.items():
            values[name][plan.cells[chunk]] = array
        done[plan.cells[chunk]] = True

    if checkpoint is None:
        return _train(plan, keep, done, executor, None)
    file, parts = open_checkpoint(checkpoint, plan.job)
    with file:
        for part in parts:
            keep(part["chunk"], part["values"])
        return _train(plan, keep, done, executor, file)


def _train(plan, keep, done, executor, file):
    missing = [i for i, cells in enumerate(plan.cells) if not done[cells].all()]
    work = sum(len(c.starts) * c.n_points * (c.hidden_size + 2) * c.iterations for c in plan.chunks)

    def finished(task, found):
        chunk = missing[task]
        if file is not None:
            append(file, {"chunk": chunk, "values": {name: array.tolist() for name, array in found.items()}})
        keep(chunk, found)
        bar.update(len(plan.cells[chunk]))

    with progress_bar(plan.size, "network", plan.size - sum(len(plan.cells[i]) for i in missing)) as bar:
        tasks = [plan.chunks[i] for i in missing]
        if any(ACTIVATIONS[c.activation] is not BUILT_IN.get(c.activation) for c in tasks):
            executor, work = None, 0  # an activation of your own is known here alone
        return run_tasks(train_chunk, tasks, finished, executor=executor, parallel=work > WORTH_A_POOL)


def _named(axes, lists, settings, values, done):
    """Give the flat arrays the axes that were lists."""
    named = {name: along for name, along in axes.items() if lists[name]}
    fixed = {name: along[0] for name, along in axes.items() if not lists[name]}
    shape = tuple(len(along) for along in named.values())
    values = {name: array.reshape((*shape, *array.shape[1:])) for name, array in values.items()}
    return SweepResult(named, fixed | settings, values, done.reshape(shape))


def _what_is_missing(error, axes, done, checkpoint):
    from concurrent.futures import BrokenExecutor

    place = np.unravel_index(np.argmin(done), [len(along) for along in axes.values()])
    first = ", ".join(f"{name}={along[i]!r}" for (name, along), i in zip(axes.items(), place, strict=True))
    text = f"the sweep stopped ({describe(error)}): {np.count_nonzero(~done)} of {done.size} networks are "
    text += f"missing, the first of them {first}. `.partial` of this error holds the others."
    if checkpoint is not None:
        text += " So does the checkpoint: the same call goes on from there."
    if isinstance(error, BrokenExecutor):
        text += ' (In a script, sweep must be called under `if __name__ == "__main__":`.)'
    return text
