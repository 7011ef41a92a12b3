"""Many networks: the full product of settings, in chunks, on all cores."""

import sys
from functools import partial

import numpy as np

from coursekit._parallel import progress_bar, run_tasks
from coursekit._validation import describe
from coursekit.activations import ACTIVATIONS, BUILT_IN
from coursekit.descent.choice import compiled
from coursekit.patterns import rule_name
from coursekit.sweeps.chunk import train_chunk
from coursekit.sweeps.grid import AXES, check_grid, kept_for, plan_of, quantities, recorded
from coursekit.sweeps.result import CURVES, MISSING, SweepResult, SweepStopped, is_list

WORTH_A_POOL = 2e8  # points x units x iterations: about a second on one core
BROWSER = 3e7  # of these a second in a browser, on a laptop


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
    given = dict(locals())
    axes, settings = check_grid(given)
    if executor is not None and not hasattr(executor, "submit"):
        raise TypeError(f"executor must be a concurrent.futures.Executor; got {describe(executor)}")
    plan = plan_of(axes, settings)
    axes["pattern"] = tuple(rule_name(pattern) for pattern in axes["pattern"])
    done = np.zeros(sum(map(len, plan.cells)), dtype=bool)
    curve = (done.size, recorded(settings))
    values = {
        name: np.full(curve if name in CURVES else done.size, MISSING[name]) for name in quantities(settings)
    }
    error = _run(plan, values, done, executor, checkpoint)
    result = _named(axes, [name for name in AXES if is_list(given[name])], settings, values, done)
    if error is not None and not isinstance(error, KeyboardInterrupt):
        raise SweepStopped(_what_is_missing(error, axes, done, checkpoint), result) from error
    return result


def _run(plan, values, done, executor, checkpoint):
    """Fill in values and done; return what stopped it, or None."""

    def keep(chunk, found):
        for name, array in found.items():
            values[name][plan.cells[chunk]] = array
        done[plan.cells[chunk]] = True

    checkpoint = kept_for(plan.job) if checkpoint is None else checkpoint
    if checkpoint is None:
        return _train(plan, keep, done, executor, None)
    from coursekit.sweeps.checkpoint import append, open_checkpoint  # slow to import

    file, parts = open_checkpoint(checkpoint, plan.job)
    with file:
        for part in parts:
            keep(part["chunk"], part["values"])
        return _train(plan, keep, done, executor, partial(append, file))


def _train(plan, keep, done, executor, save):
    missing = [i for i, cells in enumerate(plan.cells) if not done[cells].all()]
    tasks = [plan.chunks[i] for i in missing]
    work = sum(len(c.starts) * c.n_points * (c.hidden_size + 2) * c.iterations for c in tasks)
    if sys.platform == "emscripten":
        _say_how_long(done, work)

    def finished(task, found):
        chunk = missing[task]
        if save is not None:
            save({"chunk": chunk, "values": {name: array.tolist() for name, array in found.items()}})
        keep(chunk, found)
        bar.update(len(plan.cells[chunk]))

    with progress_bar(done.size, "network", np.count_nonzero(done)) as bar:
        if any(ACTIVATIONS[c.activation] is not BUILT_IN.get(c.activation) for c in tasks):
            executor, work = None, 0  # an activation of your own is known here alone
        parallel, threads = work > WORTH_A_POOL, compiled() is not None
        return run_tasks(train_chunk, tasks, finished, executor=executor, parallel=parallel, threads=threads)


def _say_how_long(done, work):
    """Tell whoever sits at a browser what was trained elsewhere, and how long the rest takes."""
    if kept := np.count_nonzero(done):
        print(f"{kept} of {done.size} networks were trained before; the folder “trained” holds them.")
    if work > WORTH_A_POOL:
        seconds = 10 * max(1, round(work / BROWSER / 10))
        print(
            f"A browser has one thread: {done.size - kept} networks take about {seconds} s, fewer seeds less."
        )


def _named(axes, lists, settings, values, done):
    """Give the flat arrays the axes that were lists."""
    named = {name: along for name, along in axes.items() if name in lists}
    fixed = {name: along[0] for name, along in axes.items() if name not in lists}
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
