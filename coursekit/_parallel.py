"""Independent tasks on all cores or on any executor, with progress, until done or stopped."""

import os
import signal
import sys
from contextlib import contextmanager, nullcontext

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


def run_tasks(function, tasks, finished, *, executor=None, parallel=True, threads=False):
    """Call function(task) for each task, and finished(i, result) here as each result comes.

    Tasks run on the executor, by default on a process for each core, or on threads where a task leaves
    Python's lock; without an executor and not in parallel, here, one after the other. The function is
    importable, as it may run in another process. Return what stopped the run, an error or
    KeyboardInterrupt, or None; results that were there by then have been handed over.
    """
    from concurrent.futures import as_completed  # slow to import, and seldom needed

    workers, waiting = min(cores(), len(tasks)), {}
    try:
        if executor is None and (workers < 2 or not parallel):
            for i, task in enumerate(tasks):
                finished(i, function(task))
            return None
        with nullcontext(executor) if executor is not None else _pool(workers, threads) as pool:
            with _one_thread():  # for the workers that are started now
                for i, task in enumerate(tasks):
                    waiting[pool.submit(function, task)] = i
            for future in as_completed(list(waiting)):
                result = future.result()
                finished(waiting.pop(future), result)
    except (Exception, KeyboardInterrupt) as error:
        for future in waiting:
            future.cancel()
        for future, i in waiting.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                finished(i, future.result())
        return error
    return None


@contextmanager
def _pool(workers, threads):
    """A thread or a process for each core; processes are deaf to Ctrl-C, which this process answers."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    if threads:
        pool = ThreadPoolExecutor(workers)
    else:
        context, deaf = multiprocessing.get_context("spawn"), (signal.SIGINT, signal.SIG_IGN)
        pool = ProcessPoolExecutor(workers, context, initializer=signal.signal, initargs=deaf)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _one_thread():
    before = {name: os.environ[name] for name in ONE_THREAD if name in os.environ}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name in ONE_THREAD:
            del os.environ[name]
        os.environ.update(before)


def cores():
    """How many cores this process may use: one in a browser, which has no threads and no processes."""
    if sys.platform == "emscripten":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def progress_bar(total, unit, initial=0):
    """Return a bar that shows after two seconds where somebody is watching; close it at the end."""
    from tqdm.auto import tqdm

    quiet, tqdm.monitor_interval = not is_watched(), 0  # the monitor would be a thread
    return tqdm(total=total, unit=unit, initial=initial, delay=2, leave=False, disable=quiet)


def is_watched():
    """Whether a person can see a bar move: not where nbval or nbconvert runs the notebook."""
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython and ipython.get_ipython(), "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))  # a front end that can be asked is watched
    return sys.platform == "emscripten" or (sys.stderr is not None and sys.stderr.isatty())
