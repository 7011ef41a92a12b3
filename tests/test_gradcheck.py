import numpy as np
import pytest
from bad_input import BAD_POSITIVE, PARAMS, X, Y, cases

import coursekit as ck


def loss(params):
    return ck.log_loss_from_logits(Y, ck.forward(params, X).z2)


def relu_loss(params):
    return ck.log_loss_from_logits(Y, ck.forward(params, X, "relu").z2)


def relu_pre_activations(params):
    return ck.forward(params, X, "relu").Z1


RIGHT = ck.backward(PARAMS, ck.forward(PARAMS, X), X, Y)


def test_a_right_gradient_agrees_and_says_so():
    check = ck.check_gradient(loss, PARAMS, RIGHT)
    assert check.verdict == "agrees"
    assert check.ok
    assert max(check.errors.values()) < 1e-9
    assert "gradient check: agrees" in repr(check)
    assert "agrees up to 1e-07, wrong above 1e-03" in repr(check)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(1.0 + 1e-9, "agrees"), (1.0 + 1e-5, "suspicious"), (1.01, "wrong"), (-1, "wrong")],
)
def test_the_verdict_follows_the_thresholds(change, verdict):
    check = ck.check_gradient(loss, PARAMS, RIGHT._replace(W2=change * RIGHT.W2))
    assert check.verdict == verdict
    assert check.ok is (verdict == "agrees")
    assert check.errors["W1"] < 1e-9


def test_the_worst_entry_is_named_with_both_numbers():
    dW1 = RIGHT.W1.copy()
    dW1[2, 1] += 0.25
    check = ck.check_gradient(loss, PARAMS, RIGHT._replace(W1=dW1))
    block, index, given, numeric = check.worst
    assert (block, index) == ("W1", (2, 1))
    assert given == dW1[2, 1]
    assert numeric == pytest.approx(RIGHT.W1[2, 1], abs=1e-9)
    assert "W1[2, 1]" in repr(check)


def test_plain_tuples_and_other_shapes_work():
    def bowl(params):
        return float((params[0] ** 2).sum() + 3 * params[1].sum())

    params = (np.arange(1.0, 7.0).reshape(1, 2, 3), np.ones(1))
    check = ck.check_gradient(bowl, params, [2 * params[0], np.array([3.0])])
    assert check.ok
    assert list(check.errors) == ["block 0", "block 1"]
    np.testing.assert_allclose(check.numeric[1], [3.0])


def test_a_kink_within_the_step_is_reported_and_left_out():
    z = X @ PARAMS.W1[:, 0]
    W1 = PARAMS.W1.copy()
    W1[2, 0] -= z[0] - 1e-6  # the first point now lies 1e-6 from the kink of the first unit
    params = PARAMS._replace(W1=W1)
    gradient = ck.backward(params, ck.forward(params, X, "relu"), X, Y, "relu")
    plain = ck.check_gradient(relu_loss, params, gradient)
    aware = ck.check_gradient(relu_loss, params, gradient, pre_activations=relu_pre_activations)
    assert not plain.ok
    assert aware.ok
    assert {block for block, _ in aware.kinks} == {"W1"}
    assert {index[1] for _, index in aware.kinks} == {0}
    assert ("W1", (2, 0)) in aware.kinks
    assert np.isnan(aware.numeric.W1[2, 0])
    assert "left out, a kink within the step" in repr(aware)


def test_all_entries_at_kinks_still_gives_a_report():
    check = ck.check_gradient(
        loss, PARAMS, RIGHT, pre_activations=lambda params: params.W1.sum() + params.W2.sum() - BALANCE
    )
    assert len(check.kinks) == PARAMS.W1.size + PARAMS.W2.size
    assert check.verdict == "unclear"
    assert np.isnan(list(check.errors.values())).all()
    assert "nothing could be compared in W1 and W2" in repr(check)


BALANCE = PARAMS.W1.sum() + PARAMS.W2.sum()


def test_zero_against_zero_is_no_evidence():
    check = ck.check_gradient(lambda params: 1.0, PARAMS, ck.Params(0 * PARAMS.W1, 0 * PARAMS.W2))
    assert check.verdict == "unclear"
    assert "too small to tell from rounding: 16 (W1[0, 0], W1[0, 1], W1[0, 2], ...)" in repr(check)


@pytest.mark.parametrize("wrong", [1.0, 2.0, -1.0, 0.0])
def test_a_gradient_below_rounding_is_neither_right_nor_wrong(wrong):
    tiny = ck.Params(np.full((3, 4), wrong * 1e-15), np.full(4, wrong * 1e-15))
    check = ck.check_gradient(lambda params: 0.5 + 1e-15 * float(params.W1.sum()), PARAMS, tiny)
    assert check.verdict == "unclear"
    assert ("W1", (0, 0)) in check.hidden_by_rounding


def test_one_block_with_nothing_compared_is_enough_for_no_praise():
    def watched(params):
        return params.W2 - PARAMS.W2

    check = ck.check_gradient(loss, PARAMS, RIGHT._replace(W2=999 * RIGHT.W2), pre_activations=watched)
    assert check.verdict == "unclear"
    assert "nothing could be compared in W2;" in repr(check)
    assert check.worst[0] == "W1"
    spoiled = ck.Params(-RIGHT.W1, RIGHT.W2)
    assert ck.check_gradient(loss, PARAMS, spoiled, pre_activations=watched).verdict == "wrong"


@pytest.mark.parametrize("factor", [1.0, -1.0, 5.0])
def test_saturated_units_prove_nothing(factor):
    far = PARAMS._replace(W1=PARAMS.W1 + np.array([[0.0], [0.0], [60.0]]))
    gradient = ck.backward(far, ck.forward(far, X), X, Y)
    check = ck.check_gradient(loss, far, gradient._replace(W1=factor * gradient.W1))
    assert check.verdict == "unclear"
    assert {block for block, _ in check.hidden_by_rounding} == {"W1"}


def test_one_saturated_unit_is_named_beside_what_agrees():
    far = PARAMS._replace(W1=PARAMS.W1 + np.outer([0, 0, 60.0], [0, 1, 0, 0]))
    check = ck.check_gradient(loss, far, ck.backward(far, ck.forward(far, X), X, Y))
    assert check.ok
    assert "too small to tell from rounding: 3 (W1[0, 1], W1[1, 1], W1[2, 1])" in repr(check)


def test_nothing_it_is_given_changes():
    copies = [a.copy() for a in (*PARAMS, *RIGHT)]
    ck.check_gradient(loss, PARAMS, RIGHT)
    for before, after in zip(copies, (*PARAMS, *RIGHT), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_POSITIVE))
def test_bad_step(value, error, message):
    with pytest.raises(error, match=f"step {message}"):
        ck.check_gradient(loss, PARAMS, RIGHT, step=value)


@pytest.mark.parametrize(
    ("gradient", "error", "message"),
    [
        (RIGHT.W1, TypeError, "gradient must hold 2 arrays"),
        (None, TypeError, "gradient must hold 2 arrays.*None"),
        (RIGHT[:1], TypeError, "gradient must hold 2 arrays"),
        (
            ck.Params(RIGHT.W1.T, RIGHT.W2),
            ValueError,
            r"gradient.W1 must have shape \(3, 4\); got shape \(4, 3\)",
        ),
        (ck.Params(RIGHT.W1, RIGHT.W2[:, None]), ValueError, r"gradient.W2 must have shape \(4,\).*ravel"),
        (ck.Params(RIGHT.W1 * np.nan, RIGHT.W2), ValueError, "gradient.W1 must be finite; got nan"),
        (ck.Params(RIGHT.W1.tolist(), RIGHT.W2), TypeError, "gradient.W1 must be a numpy array"),
        (ck.Params(RIGHT.W1.astype(np.float32), RIGHT.W2), TypeError, "gradient.W1 must have dtype float64"),
    ],
)
def test_bad_gradient(gradient, error, message):
    with pytest.raises(error, match=message):
        ck.check_gradient(loss, PARAMS, gradient)


@pytest.mark.parametrize("value", [np.nan, np.inf, None, np.ones(3), "0.5"])
def test_bad_loss(value):
    with pytest.raises(ValueError, match="loss must return one finite number; got"):
        ck.check_gradient(lambda params: value, PARAMS, RIGHT)


@pytest.mark.parametrize("params", [None, 3.0, PARAMS.W1, ()])
def test_bad_params(params):
    with pytest.raises(TypeError, match="params must be a tuple of numpy arrays"):
        ck.check_gradient(loss, params, RIGHT)
