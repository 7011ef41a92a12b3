"""A run that is watched takes the same steps as one that is not."""

import numpy as np
import pytest

import coursekit as ck
from coursekit.descent.run import SLICE, Run

START = ck.draw_start("circle", seed=0, n_points=60)


def plain_forward(params, X, activation):
    return ck.forward(params, X, activation)


def plain_backward(params, forward_pass, X, y, activation):
    return ck.backward(params, forward_pass, X, y, activation)


OWN = dict(forward=plain_forward, backward=plain_backward)


def live(limit=200, rate=1.5, **options):
    return Run(*START, "sigmoid", rate, limit, **options)


@pytest.mark.parametrize("functions", [{}, OWN], ids=["kernel", "own functions"])
def test_in_pieces_it_is_train(functions):
    run = live(**functions)
    for piece in (1, 19, 80, 300):
        run.advance(piece)
    whole = ck.train(START[0], params=START[1], learning_rate=1.5, iterations=200)
    assert run.iteration == 200
    assert run.ended
    np.testing.assert_allclose(run.loss, whole.loss, atol=1e-12)
    np.testing.assert_array_equal(run.accuracy, whole.accuracy)
    np.testing.assert_allclose(run.params.W1, whole.params.W1, atol=1e-10)


def test_a_new_learning_rate_goes_on_from_where_it_stands():
    run = live()
    run.advance(50)
    run.change_rate(0.3)
    run.advance(50)
    first = ck.train(START[0], params=START[1], learning_rate=1.5, iterations=50)
    second = ck.train(START[0], params=first.params, learning_rate=0.3, iterations=50)
    np.testing.assert_allclose(run.loss, np.concatenate([first.loss, second.loss]), atol=1e-12)


def test_the_clock_stops_it_after_a_slice():
    run = live(limit=10_000)
    run.advance_for(0.0, 10_000)
    assert run.iteration == 0
    run.advance_for(1e-9, 10_000)
    assert run.iteration == SLICE or run.iteration == 0
    run.advance_for(60, 100)
    assert run.iteration == 100


def test_divergence_ends_it():
    dataset = ck.Dataset("far away", ck.add_bias(START[0].points * 1e150), START[0].y)
    run = Run(dataset, START[1], "relu", 1e160, 100)
    run.advance(100)
    assert run.diverged
    assert run.ended
    assert len(run.loss) == run.iteration < 100
    assert np.isfinite(run.params.W1).all()
