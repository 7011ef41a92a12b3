import math
from fractions import Fraction

import numpy as np
import pytest
from bad_input import BAD_Y, Y, cases

import coursekit as ck

P = np.array([0.2, 0.9, 0.5, 0.6, 0.7, 0.1])
Z2 = np.log(P / (1 - P))


def test_log_loss_is_the_mean_surprise():
    by_hand = -sum(math.log(p if y else 1 - p) for y, p in zip(Y, P, strict=True)) / 6
    assert ck.log_loss(Y, P) == pytest.approx(by_hand, rel=1e-14)
    assert ck.log_loss_from_logits(Y, Z2) == pytest.approx(by_hand, rel=1e-14)


@pytest.mark.parametrize("z", [-700.0, -50.0, -1.0, 0.0, 1e-9, 3.0, 36.0, 700.0])
@pytest.mark.parametrize("label", [0, 1])
def test_logit_form_is_exact(z, label):
    m = (1 - 2 * label) * z
    exact = m + math.log1p(math.exp(-m)) if m > 0 else math.log1p(math.exp(m))
    assert ck.log_loss_from_logits(np.array([label]), np.array([z])) == pytest.approx(exact, rel=1e-15)


def test_logit_form_against_exact_arithmetic():
    # log(1 + e^m) for m = 1 from the series of e, in exact fractions
    e = sum(Fraction(1, math.factorial(k)) for k in range(30))
    assert ck.log_loss_from_logits(np.array([0]), np.array([1.0])) == pytest.approx(
        math.log(float(1 + e)), rel=1e-15
    )


@pytest.mark.parametrize("z", [1e4, 1e300, np.finfo(float).max])
def test_logit_form_is_finite_beyond(z):
    assert ck.log_loss_from_logits(np.array([0, 0, 1]), np.array([z, z, z])) == pytest.approx(z / 3 * 2)


def test_a_certain_and_wrong_answer_costs_infinitely_much():
    assert ck.log_loss(np.array([1]), np.array([0.0])) == math.inf
    assert ck.log_loss(np.array([1, 0]), np.array([1.0, 0.0])) == 0.0
    assert math.copysign(1, ck.log_loss(np.array([1]), np.array([1.0]))) == 1


def test_accuracy_answers_class_1_from_one_half_on():
    assert ck.accuracy(Y, P) == pytest.approx(5 / 6)  # 0.5 counts as class 1, and y is 0 there
    assert ck.accuracy(np.array([1]), np.array([0.5])) == 1.0


@pytest.mark.parametrize("function", [ck.log_loss, ck.log_loss_from_logits, ck.accuracy])
@pytest.mark.parametrize(("y", "error", "message"), **cases(BAD_Y))
def test_bad_classes(function, y, error, message):
    with pytest.raises(error, match=message):
        function(y, P)


@pytest.mark.parametrize(
    ("function", "name"), [(ck.log_loss, "p"), (ck.accuracy, "p"), (ck.log_loss_from_logits, "z2")]
)
@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (P[:, None], ValueError, r"must have shape \(n,\); got shape \(6, 1\).*ravel"),
        (P.tolist(), TypeError, "must be a numpy array"),
        (P.astype(np.float32), TypeError, "must have dtype float64; got float32"),
        (np.full(6, np.nan), ValueError, "must be finite; got nan at index 0"),
        (P[:0], ValueError, "must not be empty"),
    ],
)
def test_bad_predictions(function, name, value, error, message):
    with pytest.raises(error, match=f"{name} {message}"):
        function(Y, value)


@pytest.mark.parametrize("function", [ck.log_loss, ck.accuracy])
def test_probabilities_outside_their_range(function):
    with pytest.raises(ValueError, match=r"p must hold probabilities from 0 to 1; got 1\.5 at index 2"):
        function(Y[:3], np.array([0.1, 0.2, 1.5]))
