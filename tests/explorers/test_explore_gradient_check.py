"""The explorer of the gradient check: its numbers against `check_gradient`, its controls, bad input."""

import numpy as np
import pytest
from bad_input import PARAMS, X, Y

import coursekit as ck
from coursekit.diagnosis.gradient import wrong_gradient
from coursekit.explorers import explore_gradient_check
from coursekit.explorers import nudges as curves
from coursekit.explorers.gradient_check import MISTAKES, STEPS
from coursekit.explorers.svg import short

CHANGES = {
    "checked": "summed",
    "step": 1e-3,
    "activation": "relu",
    "n_points": 7,
    "data_seed": 5,
    "hidden_size": 2,
    "weight_seed": 9,
    "weight_size": 0.1,
}


def loss_with(activation):
    return lambda params: ck.log_loss_from_logits(Y, ck.forward(params, X, activation).z2)


def gradient(activation, backward=ck.backward):
    return backward(PARAMS, ck.forward(PARAMS, X, activation), X, Y, activation)


def planted(mistake):
    """Return a backward pass with a mistake."""

    def backward(params, forward_pass, X, y, activation):
        return wrong_gradient(MISTAKES[mistake], params, X, y, activation)

    return backward


@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
def test_losses_of_many_networks_are_those_of_the_network(activation):
    rows = np.stack([curves.flat(PARAMS), 2 * curves.flat(PARAMS)])
    double = ck.Params(2 * PARAMS.W1, 2 * PARAMS.W2)
    expected = [loss_with(activation)(params) for params in (PARAMS, double)]
    np.testing.assert_allclose(curves.losses(rows, X, Y, activation), expected, rtol=1e-15)


@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
@pytest.mark.parametrize("step", [0.3, 1e-3, 1e-5, 1e-9])
def test_differences_and_errors_are_those_of_the_gradient_check(activation, step):
    given = gradient(activation, planted("no slope"))
    report = ck.check_gradient(loss_with(activation), PARAMS, given, step=step)
    numeric = curves.central_differences(PARAMS, X, Y, activation, np.array([step]))
    np.testing.assert_allclose(numeric[0], curves.flat(ck.Params(*report.numeric)), atol=1e-15 / step)
    errors = curves.block_errors(curves.flat(given), numeric, 4)[:, 0]
    np.testing.assert_allclose(errors, list(report.errors.values()), atol=1e-14 / step)


@pytest.mark.parametrize("step", [1.0, 0.1, 0.01, 1e-3, 1e-5])
def test_entries_meet_a_kink_where_the_gradient_check_leaves_them_out(step):
    given = gradient("relu")
    report = ck.check_gradient(
        loss_with("relu"), PARAMS, given, step=step, pre_activations=lambda q: ck.forward(q, X, "relu").Z1
    )
    met = curves.kink_steps(PARAMS, X) <= step
    left_out = np.isnan(curves.flat(ck.Params(*report.numeric)))
    np.testing.assert_array_equal(met, left_out)
    numeric = curves.central_differences(PARAMS, X, Y, "relu", np.array([step]))
    kept = np.where(met, np.nan, numeric)
    errors = curves.block_errors(curves.flat(given), kept, 4)[:, 0]
    np.testing.assert_allclose(errors, list(report.errors.values()), atol=1e-14 / step)


def test_points_and_units_at_zero_are_no_trouble():
    still = X.copy()
    still[0, :2] = 0.0
    zero = ck.Params(np.zeros((3, 4)), PARAMS.W2)
    steps = curves.kink_steps(zero, still)
    assert (steps[:12] == 0).all()
    assert np.isinf(steps[12:]).all()


@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
def test_a_mistake_is_planted_by_its_own_name_and_none_by_right(activation):
    right = gradient(activation)
    explorer = explore_gradient_check(activation=activation)
    scene = explorer.scene
    passes = ck.forward(scene.params, scene.X, activation)
    wanted = ck.backward(scene.params, passes, scene.X, scene.y, activation)
    np.testing.assert_array_equal(curves.flat(scene.sought), curves.flat(wanted))
    harmless = {"tanh": "tanh slope", "relu": "slope of A1"}.get(activation)
    for mistake in MISTAKES:
        wrong = gradient(activation, planted(mistake))
        same = np.allclose(curves.flat(wrong), curves.flat(right), rtol=1e-3)
        assert same == (mistake == harmless or (activation == "relu" and mistake == "slope twice")), mistake


def test_summed_and_flipped_are_what_they_say():
    right, n = curves.flat(gradient("tanh")), len(Y)
    for mistake, factor in (("summed", n), ("mean twice", 1 / n), ("sign flipped", -1)):
        wrong = gradient("tanh", planted(mistake))
        np.testing.assert_allclose(curves.flat(wrong), factor * right, rtol=1e-12)


def test_the_loss_near_an_entry_is_the_loss():
    offsets = np.array([-0.2, 0.0, 0.3])
    for entry, block, at in ((5, "W1", (1, 1)), (14, "W2", (2,))):
        found = curves.loss_near(PARAMS, X, Y, "tanh", entry, offsets)
        for offset, change in zip(offsets, found, strict=True):
            moved = ck.Params(PARAMS.W1.copy(), PARAMS.W2.copy())
            getattr(moved, block)[at] += offset
            expected = loss_with("tanh")(moved) - loss_with("tanh")(PARAMS)
            assert change == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (1e-5, "1e-5"), (0.25, "0.25"), (-3.14e-11, "-3.1e-11"), (12345.0, "1.2e4"), (np.nan, "none")],
)
def test_numbers_are_short(number, words):
    assert short(number) == words


@pytest.mark.parametrize("name", CHANGES)
def test_each_control_changes_picture_and_text(name):
    explorer = explore_gradient_check()
    picture, status = explorer.picture.value, explorer.status.value
    explorer.controls[name].value = CHANGES[name]
    assert explorer.picture.value != picture
    assert explorer.status.value != status
    assert f"{name}={CHANGES[name]!r}" in explorer.line.value
    assert "nan" not in explorer.picture.value


def test_every_control_is_labelled_and_every_panel_has_its_text():
    explorer = explore_gradient_check(activation="relu", step=0.1, checked="no slope")
    assert all(control.description for control in explorer.controls.values())
    assert explorer.picture.value.count('role="img" aria-label="') == 2
    assert explorer.picture.value.count("<svg") == 2
    assert explorer.picture.value.count('<th scope="row"') == 4
    assert repr(explorer).startswith("Live explorer: run this cell in JupyterLab")


def test_a_right_gradient_makes_a_v_and_a_wrong_one_a_flat_line():
    scene = explore_gradient_check().scene
    errors = scene.errors(scene.sought, scene.numeric)
    best = errors[0].argmin()
    assert errors[0, best] < 1e-8
    assert 1e-7 < STEPS[best] < 1e-2
    assert errors[0, 0] > 1e-3 < errors[0, -1]
    assert "agrees" in scene.status()
    wrong = explore_gradient_check(checked="no bias row").scene
    middle = (STEPS >= 1e-10) & (STEPS <= 1e-3)
    found = wrong.errors(wrong.sought, wrong.numeric)
    assert np.ptp(found[0, middle]) < 1e-3 * found[0, middle].min()
    assert found[1, best] < 1e-7  # W2 is right
    np.testing.assert_array_equal(wrong.errors(wrong.right, wrong.numeric), errors)
    assert "wrong" in wrong.status()


def test_kinks_raise_a_false_alarm_that_is_said_and_shaded():
    explorer = explore_gradient_check(activation="relu", step=0.05)
    scene, text = explorer.scene, explorer.status.value
    met = int((scene.kinks <= 0.05).sum())
    assert met == len(scene.careful.kinks) > 0
    assert f"{met} of 9 entries of W1 meet a kink" in text
    assert ">kinks<" in explorer.picture.value
    assert explorer.picture.value.count("<small>kink</small>") == met
    explorer.controls["activation"].value = "tanh"
    assert "kink" not in explorer.picture.value
    assert np.isinf(scene.kinks).all()


def test_where_every_entry_is_left_out_there_is_no_line():
    explorer = explore_gradient_check(activation="relu", weight_size=0.01, step=1.0)
    assert "W1 without kinks none" in explorer.picture.value
    explorer.controls["step"].value = 1e-15
    assert "W1 without kinks none" not in explorer.picture.value


def test_a_backward_pass_of_your_own_is_checked():
    def mine(params, forward_pass, X, y, activation):
        return planted("summed")(params, forward_pass, X, y, activation)

    explorer = explore_gradient_check(mine)
    assert explorer.controls["checked"].value == "yours"
    assert "gradient: yours. The check says: wrong" in explorer.status.value
    assert explorer.line.value == "explore_gradient_check(backward=mine)"
    explorer.controls["checked"].value = "right"
    assert "agrees" in explorer.status.value


def test_what_your_own_function_raises_is_shown_and_forgotten():
    def mine(params, forward_pass, X, y, activation):
        if len(y) > 20:
            return params.W1, params.W2[:1]
        if activation == "tanh":
            raise IndexError("no such row")
        return ck.backward(params, forward_pass, X, y, activation)

    explorer = explore_gradient_check(mine)
    picture = explorer.scene.frame()
    explorer.controls["activation"].value = "tanh"
    assert "IndexError in line 4 of mine" in explorer.status.value.replace("&#x27;", "'")
    assert explorer.scene.frame() == picture
    explorer.controls["activation"].value = "sigmoid"
    assert "agrees" in explorer.status.value
    explorer.controls["n_points"].value = 30
    assert "gradient.W2 must have shape (3,)" in explorer.status.value


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"backward": 3}, TypeError, r"backward must be a function; got 3 \(int\)"),
        ({"checked": "yours"}, ValueError, "checked must be among the values .* got 'yours'"),
        ({"checked": 0}, TypeError, "checked must be a value like .* got 0"),
        ({"step": 3e-5}, ValueError, "step must be among the values of its control; got 3e-05"),
        ({"step": "small"}, TypeError, "step must be a value like .* got 'small'"),
        ({"activation": "sine"}, ValueError, "activation must be among the values .* got 'sine'"),
        ({"activation": None}, TypeError, "activation must be a value like .* got None"),
        ({"n_points": 0}, ValueError, "n_points must be within the range of its control; got 0"),
        ({"n_points": 2.5}, TypeError, "n_points must be a value like .* got 2.5"),
        ({"data_seed": -1}, ValueError, "data_seed must be within the range of its control; got -1"),
        ({"hidden_size": 5}, ValueError, "hidden_size must be within the range of its control; got 5"),
        ({"hidden_size": True}, TypeError, "hidden_size must be a value like .* got True"),
        ({"weight_seed": 10_000}, ValueError, "weight_seed must be within the range of its control"),
        ({"weight_size": 2.0}, ValueError, "weight_size must be among the values .* got 2.0"),
    ],
)
def test_bad_input_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        explore_gradient_check(**arguments)
