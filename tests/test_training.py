import numpy as np
import pytest
from bad_input import (
    BAD_ACTIVATION,
    BAD_COUNTS,
    BAD_PARAMS,
    BAD_POSITIVE,
    BAD_RNG,
    BAD_X,
    BAD_Y,
    PARAMS,
    cases,
)

import coursekit as ck


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def dataset(rng):
    return ck.make_dataset("diamond", 60, rng=rng)


# The table printed by a real lab report for the centred square, every 200th iteration.
REPORT = np.array(
    [
        [0.5518, 0.762], [0.5463, 0.762], [0.5409, 0.762], [0.5234, 0.762], [0.4774, 0.762],
        [0.4240, 0.762], [0.3941, 0.792], [0.3744, 0.802], [0.3402, 0.846], [0.2835, 0.896],
        [0.2339, 0.932], [0.2031, 0.936], [0.1845, 0.932], [0.1725, 0.934], [0.1642, 0.934],
        [0.1581, 0.934], [0.1534, 0.938], [0.1497, 0.938], [0.1467, 0.942], [0.1441, 0.942],
        [0.1419, 0.946], [0.1400, 0.946], [0.1383, 0.946], [0.1368, 0.946], [0.1354, 0.946],
    ]
)  # fmt: skip


def test_the_table_of_the_lab_report_digit_for_digit():
    legacy = np.random.RandomState(1241)
    legacy.uniform(-1, 1, 20)  # the weights of a 5-unit network, drawn by an earlier run
    points = legacy.uniform(-1, 1, (500, 2))
    y = ck.PATTERNS["centered_square"](points).astype(int)
    assert y.sum() == 119
    legacy = np.random.RandomState(1241)
    params = ck.Params(legacy.uniform(-1, 1, (3, 4)), legacy.uniform(-1, 1, 4))
    dataset = ck.Dataset("centered_square", ck.add_bias(points), y)
    training = ck.train(dataset, params=params, learning_rate=0.5)
    np.testing.assert_array_equal(training.loss[::200].round(4), REPORT[:, 0])
    np.testing.assert_array_equal(training.accuracy[::200], REPORT[:, 1])


@pytest.mark.parametrize("output_bias", [False, True])
@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
def test_training_is_the_seven_steps_written_out(activation, output_bias, dataset):
    params = ck.init_params(3, rng=np.random.default_rng(8), output_bias=output_bias)
    training = ck.train(
        dataset, params=params, activation=activation, learning_rate=0.2, iterations=30, rng=None
    )
    W1, W2 = params
    for i in range(30):
        result = ck.forward(ck.Params(W1, W2), dataset.X, activation)
        assert training.loss[i] == pytest.approx(ck.log_loss(dataset.y, result.p), rel=1e-12)
        assert training.accuracy[i] == ck.accuracy(dataset.y, result.p)
        dW1, dW2 = ck.backward(ck.Params(W1, W2), result, dataset.X, dataset.y, activation)
        W1, W2 = W1 - 0.2 * dW1, W2 - 0.2 * dW2
    np.testing.assert_allclose(training.params.W1, W1, rtol=1e-12)
    np.testing.assert_allclose(training.params.W2, W2, rtol=1e-12)
    assert not training.diverged


def test_training_goes_on_where_it_stood(dataset, rng):
    params = ck.init_params(rng=rng)
    whole = ck.train(dataset, params=params, iterations=40)
    first = ck.train(dataset, params=params, iterations=15)
    second = ck.train(dataset, params=first.params, iterations=25)
    np.testing.assert_array_equal(np.concatenate([first.loss, second.loss]), whole.loss)
    np.testing.assert_array_equal(second.params.W1, whole.params.W1)


@pytest.mark.parametrize(
    "name", ["circle", "diamond", "centered_square", "thick_right_angle", "thin_right_angle"]
)
def test_four_units_learn_each_pattern_of_the_exercise(name):
    dataset = ck.make_dataset(name, rng=np.random.default_rng(2))
    reached = [
        ck.train(dataset, rng=np.random.default_rng(seed), learning_rate=3.0, iterations=2500).accuracy[-1]
        for seed in range(3)
    ]
    assert max(reached) > 0.95


def test_learning_is_reproducible_and_draws_as_init_params_does(dataset):
    training = ck.train(dataset, rng=np.random.default_rng(3), iterations=5)
    again = ck.train(dataset, params=ck.init_params(rng=np.random.default_rng(3)), iterations=5)
    np.testing.assert_array_equal(training.loss, again.loss)


def test_the_weights_given_are_not_changed(dataset):
    before = PARAMS.W1.copy()
    ck.train(dataset, params=PARAMS, iterations=5)
    np.testing.assert_array_equal(PARAMS.W1, before)


def test_predict_answers_points_without_the_bias_column(dataset, rng):
    training = ck.train(dataset, rng=rng, iterations=5, activation="tanh")
    p = ck.forward(training.params, dataset.X, "tanh").p
    np.testing.assert_array_equal(training.predict(dataset.points), p)


@pytest.mark.parametrize("learning_rate", [1e300, 1e308])
def test_divergence_is_reported_and_keeps_what_was_finite(dataset, rng, learning_rate):
    training = ck.train(dataset, rng=rng, activation="relu", learning_rate=learning_rate, iterations=50)
    assert training.diverged
    assert 0 < len(training.loss) < 50
    assert len(training.loss) == len(training.accuracy)
    assert np.isfinite(training.loss).all()
    assert all(np.isfinite(weights).all() for weights in training.params)
    assert repr(training).endswith("diverged)")


@pytest.mark.parametrize("learning_rate", [1e200, 1e308])
def test_divergence_of_the_learners_own_functions_is_reported(dataset, rng, learning_rate):
    training = ck.train(
        dataset,
        rng=rng,
        activation="relu",
        learning_rate=learning_rate,
        iterations=50,
        forward=lambda *arguments: ck.forward(*arguments),
    )
    assert training.diverged
    assert 0 < len(training.loss) == len(training.accuracy) < 50
    assert np.isfinite(training.loss).all()
    assert all(np.isfinite(weights).all() for weights in training.params)


def test_pre_activations_that_overflow_end_the_training_too(dataset):
    far = ck.Params(np.full((3, 2), 1e308), np.zeros(2))
    training = ck.train(dataset, params=far, iterations=5, forward=lambda *arguments: ck.forward(*arguments))
    assert training.diverged
    assert len(training.loss) == 0
    assert repr(training).endswith("0 iterations, diverged)")


def test_a_forward_of_lists_serves_the_own_backward(dataset):
    training = ck.train(
        dataset, params=PARAMS, iterations=5, forward=lambda *a: [b.tolist() for b in ck.forward(*a)]
    )
    np.testing.assert_allclose(training.loss, ck.train(dataset, params=PARAMS, iterations=5).loss, rtol=1e-12)


def test_divergence_in_the_last_update_is_reported(dataset):
    def huge(params, *_):
        return ck.Params(np.full_like(params.W1, 1e308), np.zeros_like(params.W2))

    training = ck.train(dataset, params=PARAMS, learning_rate=1e10, iterations=1, backward=huge)
    assert training.diverged
    assert len(training.loss) == 1
    np.testing.assert_array_equal(training.params.W1, PARAMS.W1)


def test_the_repr_is_short(dataset, rng):
    text = repr(ck.train(dataset, rng=rng, iterations=5))
    assert text.startswith("Training(4 sigmoid units, learning rate 0.5, 5 iterations: last loss 0.")
    assert len(text) < 120


def test_the_learners_own_functions_are_used(dataset, rng):
    calls = []

    def my_forward(params, X, activation="sigmoid"):
        calls.append("forward")
        return tuple(ck.forward(params, X, activation))

    def my_backward(params, forward_pass, X, y, activation="sigmoid"):
        calls.append("backward")
        dW1, dW2 = ck.backward(params, forward_pass, X, y, activation)
        return dW1, 0 * dW2

    params = ck.init_params(rng=rng)
    training = ck.train(dataset, params=params, iterations=3, forward=my_forward, backward=my_backward)
    assert calls == ["forward", "backward"] * 3
    np.testing.assert_array_equal(training.params.W2, params.W2)
    assert np.ptp(training.params.W1 - params.W1) > 0
    training.predict(dataset.points)
    assert calls[-1] == "forward"


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"forward": lambda *_: None}, TypeError, r"forward must return \(Z1, A1, z2, p\); got None"),
        ({"forward": lambda *_: (1, 2, 3)}, TypeError, "forward must return"),
        (
            {"forward": lambda params, X, a: [v[:, None] for v in ck.forward(params, X, a)]},
            ValueError,
            r"forward must return z2 of shape \(60,\); got shape \(60, 1\)",
        ),
        ({"backward": lambda *_: None}, TypeError, r"backward must return \(dW1, dW2\); got None"),
        (
            {"backward": lambda *_: (np.ones((4, 3)), np.ones(4))},
            ValueError,
            r"backward must return dW1 of shape \(3, 4\); got shape \(4, 3\)",
        ),
    ],
)
def test_what_the_learners_functions_return_is_checked(dataset, rng, change, error, message):
    with pytest.raises(error, match=message):
        ck.train(dataset, rng=rng, iterations=3, **change)


def in_place_forward(params, X, activation):
    result = ck.forward(params, X, activation)
    for array in (*params, X):
        array *= 3
    return result


def in_place_backward(params, forward_pass, X, y, activation):
    gradient = ck.backward(params, forward_pass, X, y, activation)
    for array in (*params, *forward_pass, X, y):
        array *= 3
    return gradient


@pytest.mark.parametrize(
    "own", [{"forward": in_place_forward}, {"backward": in_place_backward}], ids=["forward", "backward"]
)
def test_what_a_learners_function_does_in_place_changes_nothing_else(dataset, own):
    kept = [array.copy() for array in (*PARAMS, dataset.X, dataset.y)]
    training = ck.train(dataset, params=PARAMS, iterations=5, **own)
    for before, after in zip(kept, (*PARAMS, dataset.X, dataset.y), strict=True):
        np.testing.assert_array_equal(before, after)
    plain = ck.train(dataset, params=PARAMS, iterations=5)
    np.testing.assert_allclose(training.loss, plain.loss, rtol=1e-12)
    np.testing.assert_allclose(training.params.W1, plain.params.W1, rtol=1e-12)


def through(convert):
    def my_forward(*arguments):
        return [convert(block) for block in ck.forward(*arguments)]

    def my_backward(params, forward_pass, X, y, activation):
        passed = ck.ForwardPass(*map(np.float64, forward_pass))
        return [convert(block) for block in ck.backward(params, passed, X, y, activation)]

    return {"forward": my_forward, "backward": my_backward}


@pytest.mark.parametrize(
    "convert", [np.ndarray.tolist, tuple, np.float32, np.longdouble], ids=["lists", "tuples", "32", "long"]
)
def test_other_containers_and_precisions_of_numbers_train(dataset, convert):
    training = ck.train(dataset, params=PARAMS, iterations=5, **through(convert))
    plain = ck.train(dataset, params=PARAMS, iterations=5)
    np.testing.assert_allclose(training.loss, plain.loss, rtol=1e-6)
    assert {array.dtype for array in (*training.params, training.loss)} == {np.dtype(np.float64)}
    assert training.predict(dataset.points).dtype == np.float64


class Tracked:
    """Like a tensor of another library that records gradients."""

    def __init__(self, *_):
        pass

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("detach it first")


@pytest.mark.parametrize(
    "convert", [np.complex128, np.ndarray.tolist, np.str_, Tracked], ids=["complex", "ragged", "text", "own"]
)
def test_what_is_no_array_of_numbers_is_refused_by_name(dataset, convert):
    def ragged(block):
        given = convert(block)
        return [[1.0], given] if isinstance(given, list) else given

    for name, function in through(ragged).items():
        with pytest.raises(TypeError, match=f"{name} must return .* as an array of numbers; got"):
            ck.train(dataset, params=PARAMS, iterations=5, **{name: function})


@pytest.mark.parametrize("learning_rate", [1e300, 1e155, 5e-324, 1e-12, 12345.678])
@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
def test_the_repr_is_short_whatever_the_rate(dataset, rng, activation, learning_rate):
    training = ck.train(dataset, rng=rng, activation=activation, learning_rate=learning_rate, iterations=9)
    assert len(repr(training)) < 160


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_COUNTS))
@pytest.mark.parametrize("name", ["iterations", "hidden_size"])
def test_bad_counts(dataset, rng, name, value, error, message):
    with pytest.raises(error, match=f"{name} {message}"):
        ck.train(dataset, rng=rng, **{name: value})


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_POSITIVE))
def test_bad_learning_rate(dataset, rng, value, error, message):
    with pytest.raises(error, match=f"learning_rate {message}"):
        ck.train(dataset, rng=rng, learning_rate=value)


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_ACTIVATION))
def test_bad_activation(dataset, rng, value, error, message):
    with pytest.raises(error, match=message):
        ck.train(dataset, rng=rng, activation=value)


@pytest.mark.parametrize(
    ("value", "error", "message"), **cases({key: BAD_RNG[key] for key in ("seed", "legacy")})
)
def test_bad_rng(dataset, value, error, message):
    with pytest.raises(error, match=message):
        ck.train(dataset, rng=value)


@pytest.mark.parametrize("both", [{}, {"rng": np.random.default_rng(0), "params": PARAMS}])
def test_exactly_one_of_rng_and_params(dataset, both):
    with pytest.raises(TypeError, match="give either rng, to draw new weights, or params"):
        ck.train(dataset, **both)


@pytest.mark.parametrize(
    ("value", "error", "message"), **cases({key: BAD_PARAMS[key] for key in BAD_PARAMS if key != "None"})
)
def test_bad_params(dataset, value, error, message):
    with pytest.raises(error, match=message):
        ck.train(dataset, params=value)


@pytest.mark.parametrize("value", [None, "circle", (np.ones((3, 3)), np.ones(3))])
def test_bad_dataset(value, rng):
    with pytest.raises(TypeError, match=r"dataset must be a Dataset \(see make_dataset\); got"):
        ck.train(value, rng=rng)


@pytest.mark.parametrize(("X", "error", "message"), **cases(BAD_X))
def test_bad_X_in_a_dataset(X, error, message, rng):
    with pytest.raises(error, match=message):
        ck.train(ck.Dataset("own", X, np.zeros(6, dtype=int)), rng=rng)


@pytest.mark.parametrize(("y", "error", "message"), **cases(BAD_Y))
def test_bad_y_in_a_dataset(y, error, message, rng):
    X = ck.add_bias(rng.uniform(-1, 1, (6, 2)))
    with pytest.raises(error, match=message):
        ck.train(ck.Dataset("own", X, y), rng=rng)
