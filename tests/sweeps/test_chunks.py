"""What a chunk measures, on histories written by hand."""

import numpy as np
import pytest

import coursekit as ck
from coursekit.sweeps.chunk import count_dead_units, networks_at_once, summarise

NAN = np.nan
HISTORIES = {  # accuracies -> first iteration at .7, stayed
    (0.5, 0.6, 0.6, 0.5): (-1, False),
    (0.5, 0.7, 0.8, 0.9): (1, True),
    (0.7, 0.7, 0.7, 0.7): (0, True),
    (0.9, 0.6, 0.8, 0.8): (0, False),
    (0.5, 0.8, 0.8, 0.6): (1, False),
    (0.5, 0.6, 0.6, 0.7): (3, True),
    (0.5, 0.8, NAN, NAN): (1, False),
    (NAN, NAN, NAN, NAN): (-1, False),
}


@pytest.mark.parametrize(("accuracies", "wanted"), HISTORIES.items())
def test_first_iteration_and_whether_it_stayed(accuracies, wanted):
    history = np.array([accuracies, (0.1, 0.2, 0.3, 0.4)]).T
    found = summarise(np.where(np.isnan(history), NAN, 1 - history), history, 0.7)
    assert (found["first_iteration"][0], found["stayed"][0]) == wanted
    assert found["reached"][0] == (wanted[0] >= 0)
    assert found["first_iteration"][1] == -1
    defined = [value for value in accuracies if value == value] or [NAN]
    np.testing.assert_equal(found["final_accuracy"][0], defined[-1])
    np.testing.assert_equal(found["best_accuracy"][0], max(defined))
    np.testing.assert_allclose(found["final_loss"][0], 1 - defined[-1])
    np.testing.assert_allclose(found["best_loss"][0], 1 - max(defined))


def test_thinned_histories_give_the_true_iteration():
    history = np.array([[0.5, 0.6, 0.9]]).T
    assert summarise(1 - history, history, 0.7, record_every=20)["first_iteration"] == 40


def test_dead_units_are_zero_at_all_points():
    X = ck.add_bias(np.random.default_rng(0).uniform(-1, 1, (2, 9, 2)).reshape(18, 2)).reshape(2, 9, 3)
    W1 = np.zeros((2, 3, 3))
    W1[0, 2], W1[1, 2] = (-1, 1, -2), (1, 1, -1)
    params = ck.Params(W1, np.ones((2, 3)))
    np.testing.assert_array_equal(count_dead_units(params, X, "relu"), [2, 1])
    np.testing.assert_array_equal(count_dead_units(params, X, "tanh"), [0, 0])


def test_chunks_stay_small_whatever_the_grid():
    assert networks_at_once(500, 5000) == 32
    assert networks_at_once(10, 100) == 64
    assert networks_at_once(1_000_000, 10) == 1
    assert networks_at_once(500, 10_000_000) == 1
