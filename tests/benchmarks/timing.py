"""One thread, before numpy is loaded; rounds that take turns; medians with quartiles and ratios.

Import this module first.
"""

import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = (
    os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import numpy as np


def ready(makers):
    """Return {name: function} of what can be imported; each maker returns a function tried once."""
    functions = {}
    for name, make in makers.items():
        try:
            function = make()
            function()
        except ImportError as error:
            print(f"left out: {name} ({error})")
        else:
            functions[name] = function
    return functions


def take_turns(functions, rounds, clock=time.process_time):
    """Return {name: seconds of each round}, every function once a round."""
    seconds = {name: np.empty(rounds) for name in functions}
    for i in range(rounds):
        for name, function in functions.items():
            start = clock()
            function()
            seconds[name][i] = clock() - start
    return seconds


def report(seconds, base, per, unit):
    """Print medians with quartiles in microseconds per unit, and the ratio to the base of the same round."""
    print(f"{'':34} us {unit} (quartiles)   times as fast as {base}")
    for name, spent in seconds.items():
        low, middle, high = np.percentile(spent / per * 1e6, (25, 50, 75))
        ratio = np.median(seconds[base] / spent)
        print(f"{name:34} {middle:8.2f} ({low:.2f} to {high:.2f}) {ratio:14.2f}")
