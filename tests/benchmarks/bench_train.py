"""CPU time of one training, interleaved in one run, as ratios to the clear loop over `network.py`.

    python tests/benchmarks/bench_train.py [ROUNDS]      (extra: pip install -e ".[bench]")

500 points, 4 units, full history, one thread. scikit-learn trains another model (its own output
bias and regularisation, a loss curve but no accuracy); it is there for orientation. What is not
installed is left out, and said.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import sys
import time
import warnings

import numpy as np

import coursekit as ck

ITERATIONS = 2000


def clear_loop(dataset, params, activation="sigmoid"):
    """The steps of `network.py`, written out, with full history."""
    for _ in range(ITERATIONS):
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


def fast(activation):
    return lambda dataset, params: ck.train(
        dataset, params=params, activation=activation, learning_rate=0.2, iterations=ITERATIONS
    )


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


def contestants(dataset, params):
    """Return {name: function}, each tried once; what cannot be imported is left out."""
    makers = {
        "clear loop over network.py": lambda: clear_loop,
        "bare numpy loop": lambda: bare_loop,
        **{f"ck.train, {name}": lambda name=name: fast(name) for name in ck.ACTIVATIONS},
        "JAX, jit scan": jax_scan,
        "PyTorch, eager": lambda: pytorch,
        "scikit-learn": lambda: scikit_learn,
    }
    ready = {}
    for name, make in makers.items():
        try:
            ready[name] = make()
            ready[name](dataset, params)
        except ImportError as error:
            ready.pop(name, None)
            print(f"left out: {name} ({error})")
    return ready


def main(rounds=9):
    rng = np.random.default_rng(0)
    dataset, params = ck.make_dataset("circle", rng=rng), ck.init_params(rng=rng)
    ready = contestants(dataset, params)
    seconds = {name: [] for name in ready}
    for _ in range(rounds):
        for name, train in ready.items():
            start = time.process_time()
            train(dataset, params)
            seconds[name].append(time.process_time() - start)
    base = np.array(seconds["clear loop over network.py"])
    print(f"{'':28} us an iteration (quartiles)     times as fast as the clear loop")
    for name, spent in seconds.items():
        low, middle, high = np.percentile(np.array(spent) / ITERATIONS * 1e6, (25, 50, 75))
        ratio = np.median(base / spent)
        print(f"{name:28} {middle:8.1f} ({low:.1f} to {high:.1f}) {ratio:22.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
