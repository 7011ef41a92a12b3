"""CPU time of one training, interleaved in one run, as ratios to the exercise's loop, JAX and C.

    python tests/benchmarks/bench_train.py [ROUNDS]      (extra: pip install -e ".[bench]")

500 points, 4 units, full history, one thread. scikit-learn trains another model (its own output
bias and regularisation, a loss curve but no accuracy); it is there for orientation. What is not
installed is left out, and said. To see a laptop's figures on a processor with AVX-512, take it away:

    export NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR" XLA_FLAGS=--xla_cpu_max_isa=AVX2 \\
        NUMBA_CPU_NAME=haswell
"""

import sys
import warnings

from timing import c_loop, processor, ready, report, take_turns  # first: it limits the threads

# isort: split
from contextlib import contextmanager

import numpy as np

import coursekit as ck
from coursekit.descent import choice

ITERATIONS = 2000


def clear_loop(dataset, params, activation="sigmoid", iterations=ITERATIONS):
    """The steps of `network.py`, written out, with full history."""
    for _ in range(iterations):
        result = ck.forward(params, dataset.X, activation)
        ck.log_loss_from_logits(dataset.y, result.z2)
        ck.accuracy(dataset.y, result.p)
        gradient = ck.backward(params, result, dataset.X, dataset.y, activation)
        params = ck.Params(params.W1 - 0.2 * gradient.W1, params.W2 - 0.2 * gradient.W2)


def bare_loop(dataset, params):
    """The same for sigmoid units with no checks of arguments and the plain sigmoid."""
    X, y, (W1, W2) = dataset.X, dataset.y, params
    for _ in range(ITERATIONS):
        A1 = 1 / (1 + np.exp(-(X @ W1)))
        z2 = A1 @ W2
        p = 1 / (1 + np.exp(-z2))
        m = (1 - 2 * y) * z2
        np.mean(np.maximum(m, 0) + np.log1p(np.exp(-np.abs(m))))
        np.mean((p >= 0.5) == y)
        dz2 = (p - y) / len(y)
        dZ1 = np.outer(dz2, W2) * A1 * (1 - A1)
        W1, W2 = W1 - 0.2 * (X.T @ dZ1), W2 - 0.2 * (A1.T @ dz2)


def exercise_loop(dataset, params):
    """The exercise's own way: sigmoids computed again, clipped probabilities, arrays made anew."""

    def sigmoid(z):
        return 1.0 / (1.0 + np.exp(-z))

    X, y, (W1, W2) = dataset.X, dataset.y, params
    losses, accuracies = [], []
    for _ in range(ITERATIONS):
        z = np.dot(X, W1)
        a = sigmoid(z)
        p = sigmoid(np.dot(a, W2)).reshape((len(X),))
        error = -y + p
        gradient_2 = np.dot(error, a)
        slope = sigmoid(z) * (1 - sigmoid(z))
        gradient_1 = (np.dot(error.reshape(-1, 1), W2.reshape(-1, 1).T) * slope).T.dot(X).T
        W1, W2 = W1 - 0.0004 * gradient_1, W2 - 0.0004 * gradient_2
        p = np.minimum(np.maximum(p, 1e-16), 1 - 1e-16)
        losses.append(-(np.sum(y * np.log(p)) + np.sum((1 - y) * np.log(1 - p))) / len(y))
        accuracies.append(np.sum((p >= 0.5) == y) / len(y))


def fast(activation, engine):
    def run(dataset, params):
        with trained_by(engine):
            options = dict(activation=activation, learning_rate=0.2, iterations=ITERATIONS)
            ck.train(dataset, params=params, **options)

    if engine == "numba" and choice.compiled() is None:
        raise ImportError("numba is not installed")
    return run


@contextmanager
def trained_by(engine):
    """Let the package train as it does with numba, or as it does without."""
    usual = choice.compiled
    if engine == "numpy":
        choice.compiled = lambda: None
    try:
        yield
    finally:
        choice.compiled = usual


def plain_c():
    import ctypes

    train = c_loop()

    def run(dataset, params):
        numbers = dataset.X[:, 0], dataset.X[:, 1], dataset.y, *params, *np.empty((2, ITERATIONS))
        x0, x1, y, *rest = (np.array(part, np.float64, order="C") for part in numbers)
        address = [ctypes.c_void_p(part.ctypes.data) for part in (x0, x1, y, *rest)]
        sizes, rate = (len(y), params.W1.shape[1], ITERATIONS), ctypes.c_double(0.2 / len(y))
        train(*sizes, *address[:5], rate, *address[5:])

    return run


def scikit_learn(dataset, params):
    from sklearn.neural_network import MLPClassifier

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        MLPClassifier(
            (4,), "logistic", solver="sgd", batch_size=500, max_iter=ITERATIONS, tol=0, momentum=0,
            n_iter_no_change=ITERATIONS, shuffle=False,
        ).fit(dataset.points, dataset.y)  # fmt: skip


def pytorch(dataset, params):
    import torch

    torch.set_num_threads(1)
    X, y = torch.tensor(dataset.X), torch.tensor(dataset.y, dtype=torch.float64)
    W1, W2 = (torch.tensor(w, requires_grad=True) for w in params)
    for _ in range(ITERATIONS):
        z2 = torch.sigmoid(X @ W1) @ W2
        loss = torch.nn.functional.binary_cross_entropy_with_logits(z2, y)
        ((z2 >= 0) == (y > 0)).double().mean()
        for w, dw in zip((W1, W2), torch.autograd.grad(loss, (W1, W2)), strict=True):
            w.data -= 0.2 * dw


def jax_scan():
    """Return a function that runs the whole training in one compiled scan, compiled beforehand."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    @jax.jit
    def run(X, y, W1, W2):
        def step(weights, _):
            W1, W2 = weights
            A1 = jax.nn.sigmoid(X @ W1)
            z2 = A1 @ W2
            p = jax.nn.sigmoid(z2)
            m = (1 - 2 * y) * z2
            loss = jnp.mean(jnp.maximum(m, 0) + jnp.log1p(jnp.exp(-jnp.abs(m))))
            accuracy = jnp.mean((p >= 0.5) == (y > 0))
            dz2 = (p - y) / len(y)
            dZ1 = jnp.outer(dz2, W2) * A1 * (1 - A1)
            return (W1 - 0.2 * (X.T @ dZ1), W2 - 0.2 * (A1.T @ dz2)), (loss, accuracy)

        return jax.lax.scan(step, (W1, W2), None, length=ITERATIONS)

    def train(dataset, params):
        jax.block_until_ready(run(dataset.X, dataset.y.astype(float), *params))

    return train


def main(rounds=9):
    print(processor())
    rng = np.random.default_rng(0)
    dataset, params = ck.make_dataset("circle", rng=rng), ck.init_params(rng=rng)
    makers = {
        "clear loop over network.py": lambda: clear_loop,
        "the exercise's own loop": lambda: exercise_loop,
        "bare numpy loop": lambda: bare_loop,
        **{
            f"ck.train, {engine}, {name}": lambda name=name, engine=engine: fast(name, engine)
            for engine in ("numpy", "numba")
            for name in ck.ACTIVATIONS
        },
        "ck.train, numpy, with output bias": lambda: fast("sigmoid", "numpy"),
        "C, gcc -O3 -ffast-math": plain_c,
        "JAX, jit scan": jax_scan,
        "PyTorch, eager": lambda: pytorch,
        "scikit-learn": lambda: scikit_learn,
    }
    with_bias = ck.init_params(rng=rng, output_bias=True)

    def on_data(name, make):
        train = make()
        return lambda: train(dataset, with_bias if "output bias" in name else params)

    functions = ready(
        {name: lambda name=name, make=make: on_data(name, make) for name, make in makers.items()}
    )
    seconds = take_turns(functions, rounds)
    for base in ("the exercise's own loop", "JAX, jit scan", "C, gcc -O3 -ffast-math"):
        if base in seconds:
            report(seconds, base, ITERATIONS, "an iteration")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
