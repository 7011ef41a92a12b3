"""CPU time of many networks at once, interleaved in one run, as ratios to the clear loop.

    python tests/benchmarks/bench_sweep.py [ROUNDS] [SEEDS]    (extra: pip install -e ".[bench]")

The grid: 5 patterns x 6 learning rates x sizes 2, 3, 4, 8, 16 x 3 activations x SEEDS, 500 points,
full history. One thread, then two processes. JAX and PyTorch train the same groups of one size and
activation, all patterns, rates and seeds of a group at once. Then: what a network-iteration costs
as points, hidden units and networks grow.
"""

import sys
import time

from timing import processor, ready, report, take_turns  # first: it limits the threads

# isort: split
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from bench_train import clear_loop, trained_by

import coursekit as ck
from coursekit import _parallel as running
from coursekit.descent import choice
from coursekit.sweeps import sweep as sweeps

ITERATIONS = 1000
RATES, SIZES = [0.05, 0.15, 0.5, 1.5, 5.0, 15.0], [2, 3, 4, 8, 16]
GRID = dict(
    pattern=list(ck.PATTERNS), learning_rate=RATES, hidden_size=SIZES, activation=list(ck.ACTIVATIONS)
)


def groups(seeds):
    """Yield for each size and activation the arrays of all its networks: X, y, W1, W2, rates."""
    for size in SIZES:
        starts = [
            (*ck.draw_start(name, seed=seed, hidden_size=size), rate)
            for name in ck.PATTERNS
            for rate in RATES
            for seed in range(seeds)
        ]
        X, y = np.stack([d.X for d, _, _ in starts]), np.stack([d.y for d, _, _ in starts])
        W1, W2 = (np.stack([p[i] for _, p, _ in starts]) for i in (0, 1))
        for activation in ck.ACTIVATIONS:
            yield activation, X, y.astype(float), W1, W2, np.array([rate for *_, rate in starts])


def loop(bare):
    """The clear loop on one network of each size and activation: its cost does not hang on the rest."""

    def run():
        for size in SIZES:
            dataset, params = ck.draw_start("circle", seed=0, hidden_size=size)
            for activation in ck.ACTIVATIONS:
                if bare:
                    bare_numpy(dataset, params, activation)
                else:
                    clear_loop(dataset, params, activation, iterations=ITERATIONS)

    return run


def bare_numpy(dataset, params, activation):
    """The steps of `network.py` without its checks of arguments."""
    value, derivative = ck.ACTIVATIONS[activation][1:3]
    sigmoid = ck.ACTIVATIONS["sigmoid"].value
    X, y, (W1, W2) = dataset.X, dataset.y, params
    for _ in range(ITERATIONS):
        Z1 = X @ W1
        A1 = value(Z1)
        z2 = A1 @ W2
        p = sigmoid(z2)
        m = (1 - 2 * y) * z2
        np.mean(np.maximum(m, 0) + np.log1p(np.exp(-np.abs(m))))
        np.mean((p >= 0.5) == y)
        dz2 = (p - y) / len(y)
        dZ1 = np.outer(dz2, W2) * derivative(Z1)
        W1, W2 = W1 - 0.2 * (X.T @ dZ1), W2 - 0.2 * (A1.T @ dz2)


def sweep(seeds, dtype, engine):
    def run():
        with trained_by(engine):
            ck.sweep(**GRID, seed=range(seeds), iterations=ITERATIONS, dtype=dtype)

    if engine == "numba" and choice.compiled() is None:
        raise ImportError("numba is not installed")
    return run


def pytorch(seeds, dtype):
    import torch

    torch.set_num_threads(1)
    kind = getattr(torch, dtype)
    values = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
    slopes = {
        "sigmoid": lambda A: A * (1 - A),
        "tanh": lambda A: 1 - A * A,
        "relu": lambda A: (A > 0).to(kind),
    }
    prepared = [(a, *(torch.tensor(part, dtype=kind) for part in arrays)) for a, *arrays in groups(seeds)]

    def run():
        for activation, X, y, W1, W2, rates in prepared:
            W2, rate, sign = W2[..., None], rates[:, None, None], 1 - 2 * y
            for _ in range(ITERATIONS):
                A1 = values[activation](torch.bmm(X, W1))
                z2 = torch.bmm(A1, W2)[..., 0]
                torch.nn.functional.softplus(sign * z2).mean(-1)
                ((z2 >= 0) == (y > 0)).to(kind).mean(-1)
                dz2 = ((torch.sigmoid(z2) - y) / y.shape[1])[..., None]
                dZ1 = dz2 * W2.mT * slopes[activation](A1)
                W1, W2 = W1 - rate * torch.bmm(X.mT, dZ1), W2 - rate * torch.bmm(A1.mT, dz2)

    return run


def jax_vmap(seeds, dtype):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    values = {"sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh, "relu": jax.nn.relu}
    slopes = {"sigmoid": lambda A: A * (1 - A), "tanh": lambda A: 1 - A * A, "relu": lambda A: (A > 0) * 1.0}

    def compiled(activation):
        def train(X, y, W1, W2, rate):
            sign, Xt = 1 - 2 * y, X.T  # points along the last axis: this is the quicker way here

            def step(weights, _):
                W1, W2 = weights
                A1t = values[activation](W1.T @ Xt)
                z2 = W2 @ A1t
                m = sign * z2
                loss = jnp.mean(jnp.maximum(m, 0) + jnp.log1p(jnp.exp(-jnp.abs(m))))
                accuracy = jnp.mean((z2 >= 0) == (y > 0), dtype=X.dtype)
                dz2 = (jax.nn.sigmoid(z2) - y) / y.size
                dZ1t = jnp.outer(W2, dz2) * slopes[activation](A1t).astype(X.dtype)
                return (W1 - rate * (Xt @ dZ1t.T), W2 - rate * (A1t @ dz2)), (loss, accuracy)

            return jax.lax.scan(step, (W1, W2), None, length=ITERATIONS)

        return jax.jit(jax.vmap(train))

    functions = {activation: compiled(activation) for activation in values}
    prepared = [(a, [jnp.asarray(part, dtype) for part in arrays]) for a, *arrays in groups(seeds)]

    def run():
        for activation, arrays in prepared:
            jax.block_until_ready(functions[activation](*arrays))

    return run


def one_core(rounds, seeds):
    networks = len(ck.PATTERNS) * len(RATES) * len(SIZES) * 3 * seeds
    makers = {
        "clear loop over network.py": lambda: loop(bare=False),
        "bare numpy loop": lambda: loop(bare=True),
    }
    for dtype in ("float64", "float32"):
        makers |= {
            f"ck.sweep, numpy, {dtype}": lambda dtype=dtype: sweep(seeds, dtype, "numpy"),
            f"ck.sweep, numba, {dtype}": lambda dtype=dtype: sweep(seeds, dtype, "numba"),
            f"JAX vmap and jit, {dtype}": lambda dtype=dtype: jax_vmap(seeds, dtype),
            f"PyTorch bmm, {dtype}": lambda dtype=dtype: pytorch(seeds, dtype),
        }
    sweeps.WORTH_A_POOL = np.inf  # here, in this process
    seconds = take_turns(ready(makers), rounds)
    per = {name: len(SIZES) * 3 if "loop" in name else networks for name in seconds}
    each = {name: spent / per[name] for name, spent in seconds.items()}
    print(f"\n{networks} networks, CPU time of one core")
    for base in ("bare numpy loop", "JAX vmap and jit, float64", "JAX vmap and jit, float32"):
        if base in each:
            report(each, base, ITERATIONS, "a network-iteration")


def two_cores(rounds, seeds):
    print(f"\nWall time on two processes ({running.cores()} cores) beside one")
    one, two = ProcessPoolExecutor(1), ProcessPoolExecutor(2)

    def on(executor, dtype):
        return lambda: ck.sweep(
            **GRID, seed=range(seeds), iterations=ITERATIONS, dtype=dtype, executor=executor
        )

    networks = len(ck.PATTERNS) * len(RATES) * len(SIZES) * 3 * seeds
    for dtype in ("float64", "float32"):
        functions = {f"1 process, {dtype}": on(one, dtype), f"2 processes, {dtype}": on(two, dtype)}
        for function in functions.values():
            function()
        seconds = take_turns(functions, rounds, time.perf_counter)
        report(seconds, f"1 process, {dtype}", networks * ITERATIONS, "a network-iteration")


def growth():
    print("\nCPU us a network-iteration of ck.sweep, sigmoid: as one number grows (full history)")
    sweeps.WORTH_A_POOL = np.inf
    usual = dict(pattern="circle", n_points=500, hidden_size=4)
    rows = {
        "n_points": ((50, 200, 500, 2000, 10000), 32),
        "hidden_size": ((1, 2, 4, 8, 16, 64), 32),
        "networks": ((1, 2, 4, 8, 16, 32, 128, 512), None),
    }
    for name, (values, networks) in rows.items():
        print(f"{name:12}" + "".join(f"{value:>9}" for value in values))
        for dtype in ("float64", "float32"):
            text = f"  {dtype:10}"
            for value in values:
                size = networks or value
                grid = usual | ({} if name == "networks" else {name: value})
                start = time.process_time()
                ck.sweep(**grid, seed=range(size), iterations=ITERATIONS, dtype=dtype)
                text += f"{(time.process_time() - start) / size / ITERATIONS * 1e6:9.2f}"
            print(text)


if __name__ == "__main__":
    print(processor())
    rounds, seeds = [*map(int, sys.argv[1:]), *(5, 1)[len(sys.argv) - 1 :]]
    one_core(rounds, seeds)
    two_cores(rounds, seeds)
    growth()
