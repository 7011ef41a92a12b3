import math

import numpy as np
import pytest

import coursekit as ck

EXTREMES = np.array(
    [-np.inf, -1e308, -1e3, -745.0, -1.0, -1e-300, 0.0, 1e-300, 1.0, 745.0, 1e3, 1e308, np.inf]
)


@pytest.mark.parametrize("name", ck.ACTIVATIONS)
def test_any_float_gives_a_finite_value_without_a_warning(name):
    activation = ck.ACTIVATIONS[name]
    assert activation.name == name
    z = EXTREMES[1:-1]
    assert np.isfinite(activation.value(z)).all()
    assert np.isfinite(activation.derivative(z)).all()
    assert np.isfinite(activation.derivative(EXTREMES)).all()


@pytest.mark.parametrize("name", ck.ACTIVATIONS)
def test_derivative_takes_the_pre_activation(name):
    activation = ck.ACTIVATIONS[name]
    z = np.linspace(-4, 4, 80)  # 0 is not among them
    numeric = (activation.value(z + 1e-6) - activation.value(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(activation.derivative(z), numeric, rtol=1e-7, atol=1e-9)


def test_sigmoid_keeps_its_digits_in_both_tails():
    sigmoid = ck.ACTIVATIONS["sigmoid"]
    for z in (-700.0, -40.0, -1.5, 0.3, 12.0):
        np.testing.assert_allclose(sigmoid.value(z), 1 / (1 + math.exp(-z)), rtol=1e-14)
    np.testing.assert_allclose(sigmoid.derivative(np.array([-40.0, 40.0])), math.exp(-40), rtol=1e-14)
    assert sigmoid.value(EXTREMES)[[0, -1]].tolist() == [0.0, 1.0]


def test_relu_at_zero_takes_the_usual_choice():
    assert ck.ACTIVATIONS["relu"].derivative(np.array([-1.0, 0.0, 1.0])).tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("name", ck.ACTIVATIONS)
def test_shapes_are_kept_nan_stays_and_input_is_unchanged(name):
    activation = ck.ACTIVATIONS[name]
    z = np.array([[np.nan, 1.0, -2.0]])
    before = z.copy()
    for function in (activation.value, activation.derivative):
        assert function(z).shape == (1, 3)
        assert function([]).shape == (0,)
        assert function(0.5).shape == ()
    assert np.isnan(activation.value(z)[0, 0])
    np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize("name", ck.ACTIVATIONS)
def test_text_is_refused(name):
    with pytest.raises(ValueError, match="could not convert"):
        ck.ACTIVATIONS[name].value("one")
