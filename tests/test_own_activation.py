"""An activation of one's own, without a fast form, goes wherever the three built in go."""

import numpy as np
import pytest

import coursekit as ck
from coursekit.explorers import explore_training

DATA, START = ck.draw_start("circle", seed=0, n_points=60, hidden_size=3)


@pytest.fixture(autouse=True)
def softplus(monkeypatch):
    phi = ck.Activation("softplus", lambda z: np.logaddexp(0, z), ck.ACTIVATIONS["sigmoid"].value)
    monkeypatch.setitem(ck.ACTIVATIONS, "softplus", phi)


def written_out(params, rate, iterations):
    losses = []
    for _ in range(iterations):
        passed = ck.forward(params, DATA.X, "softplus")
        losses.append(ck.log_loss_from_logits(DATA.y, passed.z2))
        gradient = ck.backward(params, passed, DATA.X, DATA.y, "softplus")
        params = ck.Params(*(w - rate * dw for w, dw in zip(params, gradient, strict=True)))
    return np.array(losses), params


def test_it_trains():
    losses, params = written_out(START, 0.3, 40)
    training = ck.train(DATA, params=START, activation="softplus", learning_rate=0.3, iterations=40)
    np.testing.assert_array_equal(training.loss, losses)
    np.testing.assert_array_equal(training.params.W1, params.W1)
    assert not training.diverged


class NoExecutor:
    def submit(self, *_):
        raise AssertionError("another process does not know this activation")


def test_a_sweep_trains_it_here_beside_the_others():
    grid = dict(seed=[0, 1], learning_rate=[0.3, 1e308], n_points=60, hidden_size=3, fresh_points=20)
    options = dict(iterations=40, record_every=7, keep_curves=True)
    both = ck.sweep(
        pattern="circle", activation=["softplus", "tanh"], **grid, **options, executor=NoExecutor()
    )
    found = both.select(activation="softplus")
    np.testing.assert_array_equal(found["loss"][0, 0], written_out(START, 0.3, 40)[0][::7])
    assert found["diverged"].tolist() == [[False, False], [True, True]]
    assert np.isnan(found["loss"][1, 0][1:]).all()
    assert np.isfinite(found["fresh_accuracy"][0]).all()
    assert not found["dead_units"].any()
    alone = ck.sweep(pattern="circle", activation="tanh", **grid, **options)
    np.testing.assert_array_equal(both.select(activation="tanh")["loss"], alone["loss"])


def test_a_gradient_through_it_is_judged():
    gradient = ck.backward(START, ck.forward(START, DATA.X, "softplus"), DATA.X, DATA.y, "softplus")
    judged = (DATA.X, DATA.y, "softplus")
    assert ck.diagnose_gradient(gradient, START, *judged).ok
    assert not ck.diagnose_gradient(gradient._replace(W1=-gradient.W1), START, *judged).ok


def test_the_explorer_shows_it():
    explorer = explore_training(activation="softplus", n_points=60, iterations=100)
    assert explorer.scene.error is None
    assert explorer.scene.live.iteration == 100
    assert "Maps of 4 hidden units" in explorer.scene.frame()


def test_a_unit_dies_only_where_its_activation_is_flat(monkeypatch):
    hard = lambda z: np.clip(z, -1, 1), lambda z: (np.abs(z) < 1) * 1.0, (-1.0, 1.0), (-1.0, 1.0)
    leaky = lambda z: np.maximum(z, z / 9), lambda z: np.where(z > 0, 1, 1 / 9), (-np.inf, np.inf), (0.0,)
    far = ck.Dataset("far away", ck.add_bias(-np.abs(DATA.points) - 1e6), DATA.y)
    for fields, dead in ((hard, 3), (leaky, 0)):
        monkeypatch.setitem(ck.ACTIVATIONS, "own", ck.Activation("own", *fields))
        found = ck.sweep(
            pattern=far, seed=0, activation="own", hidden_size=3, learning_rate=1e-9, iterations=1
        )
        assert found["dead_units"] == dead
