"""The fast kernel is held to `network.py`, step by step."""

from functools import partial
from importlib.util import find_spec

import numpy as np
import pytest

import coursekit as ck
from coursekit.descent import tanh
from coursekit.descent.choice import one_by_one
from coursekit.descent.kernel import Kernel
from coursekit.descent.plain import Plain


def engines():
    """Each test runs once for numpy's own tanh, once for the table, once for the compiled loops."""
    yield pytest.param((Kernel, True), id="numpy's tanh")
    yield pytest.param((Kernel, False), id="table")
    if find_spec("numba") is not None:  # the extra `fast`; the gate has it
        from coursekit.descent.compiled import Compiled

        yield pytest.param((partial(one_by_one, Compiled), True), id="compiled")


@pytest.fixture(autouse=True, params=engines())
def start(monkeypatch, request):
    engine, vectorised = request.param
    monkeypatch.setattr(tanh, "is_vectorised", lambda: vectorised)
    monkeypatch.setattr(tanh, "WORTH", 1)
    return engine


FAST = [name for name, phi in ck.ACTIVATIONS.items() if phi.fast]
SETTINGS = [(a, bias, n) for a in FAST for bias in (False, True) for n in (1, 7, 16, 500)]


def problem(seed, n, hidden_size=4, output_bias=False):
    rng = np.random.default_rng(seed)
    dataset = ck.make_dataset("circle", n, rng=rng)
    return dataset, ck.init_params(hidden_size, rng=rng, output_bias=output_bias)


def written_out(dataset, params, activation, learning_rate, iterations):
    """The steps of `network.py`: losses, accuracies, and all parameters on the way."""
    losses, accuracies, path = [], [], [params]
    for _ in range(iterations):
        result = ck.forward(path[-1], dataset.X, activation)
        losses.append(ck.log_loss_from_logits(dataset.y, result.z2))
        accuracies.append(ck.accuracy(dataset.y, result.p))
        gradient = ck.backward(path[-1], result, dataset.X, dataset.y, activation)
        path.append(ck.Params(*(w - learning_rate * dw for w, dw in zip(path[-1], gradient, strict=True))))
    return np.array(losses), np.array(accuracies), path


def stack(problems):
    datasets, params = zip(*problems, strict=True)
    together = ck.Params(np.stack([p.W1 for p in params]), np.stack([p.W2 for p in params]))
    return np.stack([d.X for d in datasets]), np.stack([d.y for d in datasets]), together


@pytest.mark.parametrize(("activation", "output_bias", "n"), SETTINGS)
def test_each_step_is_that_of_the_readable_network(start, activation, output_bias, n):
    for seed in range(5):
        dataset, params = problem(seed, n, 1 + seed, output_bias)
        losses, accuracies, path = written_out(dataset, params, activation, 0.3, 8)
        for step, first in enumerate(path[:-1]):
            run = start(dataset.X, dataset.y, first, activation, 0.3)
            loss, accuracy = run.advance(1)
            assert loss[0] == pytest.approx(losses[step], rel=1e-12, abs=1e-12)
            assert accuracy[0] == accuracies[step]
            for now, wanted in zip(run.params, path[step + 1], strict=True):
                np.testing.assert_allclose(now, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("activation", "learning_rate"), [("sigmoid", 0.5), ("tanh", 0.05), ("relu", 1.5)])
def test_whole_trajectories_where_they_are_not_chaotic(start, activation, learning_rate):
    dataset, params = problem(0, 500)
    losses, accuracies, path = written_out(dataset, params, activation, learning_rate, 1500)
    run = start(dataset.X, dataset.y, params, activation, learning_rate)
    loss, accuracy = run.advance(1500)
    np.testing.assert_allclose(loss, losses, atol=1e-10)
    np.testing.assert_array_equal(accuracy, accuracies)
    np.testing.assert_allclose(run.params.W1, path[-1].W1, atol=1e-9)


def test_advancing_in_pieces_is_advancing_at_once(start):
    dataset, params = problem(1, 60)
    whole = start(dataset.X, dataset.y, params, "tanh", 0.2)
    pieces = start(dataset.X, dataset.y, params, "tanh", 0.2)
    at_once = whole.advance(203)
    one_by_one = [pieces.advance(k) for k in (1, 31, 32, 33, 106)]
    for whole_part, parts in zip(at_once, zip(*one_by_one, strict=True), strict=True):
        np.testing.assert_array_equal(whole_part, np.concatenate(parts))
    np.testing.assert_array_equal(whole.params.W1, pieces.params.W1)


@pytest.mark.parametrize("record_every", [2, 7, 50, 1000])
def test_a_thinned_history_is_every_kth_entry(start, record_every):
    dataset, params = problem(2, 60)
    full = start(dataset.X, dataset.y, params, "sigmoid", 0.5)
    thin = start(dataset.X, dataset.y, params, "sigmoid", 0.5)
    loss, accuracy = full.advance(310)
    thinned = [thin.advance(k, record_every) for k in (103, 207)]
    np.testing.assert_array_equal(np.concatenate([part[0] for part in thinned]), loss[::record_every])
    np.testing.assert_array_equal(np.concatenate([part[1] for part in thinned]), accuracy[::record_every])
    np.testing.assert_array_equal(full.params.W2, thin.params.W2)


@pytest.mark.parametrize("output_bias", [False, True])
@pytest.mark.parametrize("activation", FAST)
def test_many_networks_at_once_agree_with_each_alone(start, activation, output_bias):
    problems = [problem(seed, 90, 3, output_bias) for seed in range(6)]
    rates = np.linspace(0.1, 0.6, 6)
    together = start(*stack(problems), activation, rates)
    losses, accuracies = together.advance(70)
    for i, (dataset, params) in enumerate(problems):
        alone = start(dataset.X, dataset.y, params, activation, rates[i])
        loss, accuracy = alone.advance(70)
        np.testing.assert_allclose(losses[:, i], loss, atol=1e-12)
        np.testing.assert_array_equal(accuracies[:, i], accuracy)
        np.testing.assert_allclose(together.params.W1[i], alone.params.W1, atol=1e-12)


@pytest.mark.parametrize("activation", FAST)
def test_float32_follows_to_its_own_digits(start, activation):
    dataset, params = problem(3, 500)
    exact = start(dataset.X, dataset.y, params, activation, 0.2).advance(50)
    run = start(dataset.X, dataset.y, params, activation, 0.2, np.float32)
    np.testing.assert_allclose(run.advance(50)[0], exact[0], atol=2e-6)
    assert all((weights.astype(np.float32) == weights).all() for weights in run.params)


def test_huge_logits_keep_their_loss(start):
    dataset, params = problem(4, 500)
    params = ck.Params(params.W1, 1000 * params.W2)
    loss, _ = start(dataset.X, dataset.y, params, "sigmoid", 1e-9).advance(1)
    exact = ck.log_loss_from_logits(dataset.y, ck.forward(params, dataset.X).z2)
    assert loss[0] == pytest.approx(exact, rel=1e-12)


def test_a_diverged_network_rests_and_the_others_go_on(start):
    problems = [problem(seed, 50) for seed in range(4)]
    rates = np.array([0.1, 1e200, 0.1, 1e250])
    together = start(*stack(problems), "relu", rates)
    losses, accuracies = together.advance(100)
    assert (together.end >= 0).tolist() == [False, True, False, True]
    for i, (dataset, params) in enumerate(problems):
        defined = together.end[i] if together.end[i] >= 0 else 100
        assert np.isfinite(losses[:defined, i]).all()
        assert np.isnan(losses[defined:, i]).all()
        assert np.isnan(accuracies[defined:, i]).all()
        assert np.isfinite(together.params.W1[i]).all()
        if rates[i] == 0.1:
            alone = start(dataset.X, dataset.y, params, "relu", 0.1).advance(100)
            np.testing.assert_allclose(losses[:, i], alone[0], atol=1e-12)


@pytest.mark.parametrize("rate", [1e10, 1e140, 1e160, 1e308])
@pytest.mark.parametrize("activation", FAST)
def test_it_diverges_where_the_steps_in_the_clear_do(start, activation, rate):
    for seed in range(3):
        dataset, params = problem(seed, 50, 3, output_bias=bool(seed % 2))
        run, clear = (E(dataset.X, dataset.y, params, activation, rate) for E in (start, Plain))
        (loss, _), (known, _) = run.advance(40), clear.advance(40)
        assert run.end == clear.end
        np.testing.assert_array_equal(np.isnan(loss), np.isnan(known))
