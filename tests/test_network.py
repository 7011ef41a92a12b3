from pathlib import Path

import numpy as np
import pytest
from bad_input import BAD_ACTIVATION, BAD_COUNTS, BAD_PARAMS, BAD_RNG, BAD_X, BAD_Y, PARAMS, X, Y, cases
from oracles import complex_step_gradient, loss, relative_error

import coursekit as ck
from coursekit import network

FORWARD = ck.forward(PARAMS, X)


def random_network(seed, activation, output_bias):
    """Weights and 20 points; for relu none of the pre-activations is within 1e-3 of its kink."""
    rng = np.random.default_rng(seed)
    params = ck.init_params(int(rng.integers(1, 7)), rng=rng, output_bias=output_bias)
    X = ck.add_bias(rng.uniform(-1, 1, (40, 2)))
    if activation == "relu":
        X = X[(np.abs(X @ params.W1) > 1e-3).all(axis=1)]
    y = rng.integers(0, 2, len(X))
    return params, X, y


@pytest.mark.parametrize("output_bias", [False, True])
@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
def test_backward_against_complex_step_and_central_differences(activation, output_bias):
    worst = {"complex step": 0.0, "central differences": 0.0}
    for seed in range(20):
        params, X, y = random_network(seed, activation, output_bias)
        gradient = ck.backward(params, ck.forward(params, X, activation), X, y, activation)
        exact = complex_step_gradient(params, X, y, activation)
        worst["complex step"] = max(worst["complex step"], relative_error(gradient, exact))
        check = ck.check_gradient(
            lambda moved, X=X, y=y: ck.log_loss_from_logits(y, ck.forward(moved, X, activation).z2),
            params,
            gradient,
            pre_activations=lambda moved, X=X: X @ moved.W1,
        )
        assert not check.kinks
        worst["central differences"] = max(worst["central differences"], *check.errors.values())
    print(f"{activation}, output bias {output_bias}: worst norm-relative error {worst}")
    assert worst["complex step"] < 1e-13
    assert worst["central differences"] < 1e-9


@pytest.mark.parametrize("output_bias", [False, True])
@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
def test_forward_against_the_other_derivation(activation, output_bias):
    params, X, y = random_network(3, activation, output_bias)
    result = ck.forward(params, X, activation)
    assert ck.log_loss(y, result.p) == pytest.approx(loss(*params, X, y, activation), rel=1e-13)
    assert ck.log_loss_from_logits(y, result.z2) == pytest.approx(ck.log_loss(y, result.p), rel=1e-12)


def test_shapes_are_those_of_the_notation_table():
    result = ck.forward(PARAMS, X)
    assert [a.shape for a in result] == [(6, 4), (6, 4), (6,), (6,)]
    gradient = ck.backward(PARAMS, result, X, Y)
    assert isinstance(gradient, ck.Params)
    assert [dw.shape for dw in gradient] == [(3, 4), (4,)]


def test_output_bias_adds_a_column_of_ones_to_the_hidden_layer():
    params = ck.init_params(2, rng=np.random.default_rng(0), output_bias=True)
    result = ck.forward(params, X)
    assert result.A1.shape == (6, 3)
    assert (result.A1[:, 2] == 1).all()
    np.testing.assert_allclose(result.z2, result.A1[:, :2] @ params.W2[:2] + params.W2[2])


def test_init_draws_uniformly_in_a_known_order():
    params = ck.init_params(3, rng=np.random.default_rng(4))
    rng = np.random.default_rng(4)
    np.testing.assert_array_equal(params.W1, rng.uniform(-1, 1, (3, 3)))
    np.testing.assert_array_equal(params.W2, rng.uniform(-1, 1, 3))
    many = ck.init_params(1000, rng=rng)
    assert many.W1.min() < -0.99
    assert many.W1.max() > 0.99


def test_the_passes_change_nothing_they_are_given():
    copies = [a.copy() for a in (*PARAMS, X, Y)]
    ck.backward(PARAMS, ck.forward(PARAMS, X), X, Y)
    for before, after in zip(copies, (*PARAMS, X, Y), strict=True):
        np.testing.assert_array_equal(before, after)


def test_network_is_short_enough_to_be_printed_in_a_lesson():
    assert len(Path(network.__file__).read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_X))
def test_bad_X(value, error, message):
    with pytest.raises(error, match=message):
        ck.forward(PARAMS, value)
    with pytest.raises(error, match=message):
        ck.backward(PARAMS, FORWARD, value, Y)


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_Y))
def test_bad_y(value, error, message):
    with pytest.raises(error, match=message):
        ck.backward(PARAMS, FORWARD, X, value)


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_PARAMS))
def test_bad_params(value, error, message):
    with pytest.raises(error, match=message):
        ck.forward(value, X)
    with pytest.raises(error, match=message):
        ck.backward(value, FORWARD, X, Y)


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_ACTIVATION))
def test_bad_activation(value, error, message):
    with pytest.raises(error, match=message):
        ck.forward(PARAMS, X, value)
    with pytest.raises(error, match=message):
        ck.backward(PARAMS, FORWARD, X, Y, value)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (None, TypeError, r"forward_pass must be ForwardPass\(Z1, A1, z2, p\).*None"),
        (FORWARD[:3], TypeError, "forward_pass must be ForwardPass"),
        (
            ck.forward(PARAMS, X[:4]),
            ValueError,
            r"forward_pass.Z1 must have shape \(6, 4\); got shape \(4, 4\)",
        ),
        (FORWARD._replace(p=FORWARD.p[:, None]), ValueError, r"forward_pass.p must have shape \(6,\).*ravel"),
        (FORWARD._replace(p=FORWARD.p * np.nan), ValueError, "forward_pass.p must be finite"),
    ],
)
def test_bad_forward_pass(value, error, message):
    with pytest.raises(error, match=message):
        ck.backward(PARAMS, value, X, Y)


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_COUNTS))
def test_bad_hidden_size(value, error, message):
    with pytest.raises(error, match=f"hidden_size {message}"):
        ck.init_params(value, rng=np.random.default_rng(0))


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_RNG))
def test_bad_rng(value, error, message):
    with pytest.raises(error, match=message):
        ck.init_params(rng=value)


def test_bad_output_bias():
    with pytest.raises(TypeError, match="output_bias must be True or False; got 1"):
        ck.init_params(rng=np.random.default_rng(0), output_bias=1)
