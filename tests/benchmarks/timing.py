"""One thread, before numpy is loaded; rounds that take turns; medians with quartiles and ratios.

Import this module first.
"""

import ctypes
import os
import platform
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = (
    os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import numpy as np


def processor():
    """Return the name of the processor, and what numpy runs on it for the functions that matter here."""
    from numpy.lib.introspect import opt_func_info

    kind = Path("/proc/cpuinfo")
    names = kind.read_text().split("model name")[1:] if kind.exists() else []
    name = names[0].splitlines()[0].strip("\t :") if names else platform.processor()
    found = opt_func_info(func_name="^(exp|tanh|multiply)$", signature="float(32|64)")
    runs = {f: "/".join(way["current"] for way in ways.values()) for f, ways in sorted(found.items())}
    return f"{name}, numpy {np.__version__}: " + ", ".join(f"{f} {way}" for f, way in runs.items())


def c_loop():
    """Compile `loop.c` for this processor, or for AVX2 where numpy may not use more; return its `train`."""
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise ImportError("no C compiler")
    target = "x86-64-v3" if "X86_V3" in processor().split("tanh")[1] else "native"
    library = Path(tempfile.mkdtemp()) / "loop.so"
    flags = ["-O3", f"-march={target}", "-ffast-math", "-shared", "-fPIC"]
    source = Path(__file__).with_name("loop.c")
    subprocess.run([compiler, *flags, source, "-o", library, "-lm"], check=True)
    return ctypes.CDLL(str(library)).train


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
