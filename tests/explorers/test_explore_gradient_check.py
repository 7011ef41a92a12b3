"""The explorer of the gradient check: its numbers against `check_gradient`, its controls, bad input."""

import numpy as np
import pytest
from bad_input import PARAMS, X, Y

import coursekit as ck
from coursekit.diagnosis.gradient import wrong_gradient
from coursekit.explorers import explore_gradient_check
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


def gradient(activation, mistake=None):
    """Return the right gradient at PARAMS, or the one with a mistake."""
    if mistake:
        return wrong_gradient(MISTAKES[mistake], PARAMS, X, Y, activation)
    return ck.backward(PARAMS, ck.forward(PARAMS, X, activation), X, Y, activation)


def flat(blocks):
    return np.concatenate([np.ravel(block) for block in blocks])


def summed(params, forward_pass, X, y, activation):
    return wrong_gradient("summed", params, X, y, activation)


@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
@pytest.mark.parametrize("checked", ["right", "no slope"])
def test_what_it_shows_is_what_the_gradient_check_says(activation, checked):
    scene = explore_gradient_check(activation=activation, checked=checked).scene
    dataset, drawn = ck.draw_start("circle", seed=0, n_points=20, hidden_size=3)
    passes = ck.forward(drawn, dataset.X, activation)
    given = ck.backward(drawn, passes, dataset.X, dataset.y, activation)
    if checked != "right":
        given = wrong_gradient("slope-forgotten", drawn, dataset.X, dataset.y, activation)

    def loss(params):
        return ck.log_loss_from_logits(dataset.y, ck.forward(params, dataset.X, activation).z2)

    def pre_activations(params):
        return ck.forward(params, dataset.X, activation).Z1

    options = {"pre_activations": pre_activations} if activation == "relu" else {}
    for at in (0, 20, 36, 45):
        known = ck.check_gradient(loss, drawn, given, step=STEPS[at])
        careful = ck.check_gradient(loss, drawn, given, step=STEPS[at], **options)
        assert scene.checks[at].errors == pytest.approx(known.errors, rel=1e-12)
        assert scene.careful_checks[at].kinks == careful.kinks


@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
def test_a_mistake_is_planted_by_its_own_name_and_none_by_right(activation):
    right = flat(gradient(activation))
    scene = explore_gradient_check(activation=activation).scene
    X, y, _ = scene.inputs
    wanted = ck.backward(scene.params, ck.forward(scene.params, X, activation), X, y, activation)
    np.testing.assert_array_equal(flat(scene.sought), flat(wanted))
    harmless = {"tanh": "tanh slope", "relu": "slope of A1"}.get(activation)
    for mistake in MISTAKES:
        same = np.allclose(flat(gradient(activation, mistake)), right, rtol=1e-3)
        assert same == (mistake == harmless or (activation == "relu" and mistake == "slope twice")), mistake


def test_summed_and_flipped_are_what_they_say():
    for mistake, factor in (("summed", len(Y)), ("mean twice", 1 / len(Y)), ("sign flipped", -1)):
        np.testing.assert_allclose(
            flat(gradient("tanh", mistake)), factor * flat(gradient("tanh")), rtol=1e-12
        )


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
    def errors(scene, block="W1"):
        return np.array([check.errors[block] for check in scene.checks])

    scene = explore_gradient_check().scene
    right = errors(scene)
    best = right.argmin()
    assert right[best] < 1e-8
    assert 1e-7 < STEPS[best] < 1e-2
    assert right[0] > 1e-3 < right[-1]
    assert "agrees" in scene.status()
    explorer = explore_gradient_check(checked="no bias row")
    wrong = errors(explorer.scene)
    middle = (STEPS >= 1e-10) & (STEPS <= 1e-3)
    assert np.ptp(wrong[middle]) < 1e-3 * wrong[middle].min()
    assert errors(explorer.scene, "W2")[best] < 1e-7  # W2 is right
    assert (
        f"right gradient is lowest, {short(right[best])}, at step {short(STEPS[best])}"
        in explorer.picture.value
    )
    assert "wrong" in explorer.scene.status()


def test_kinks_raise_a_false_alarm_that_is_said_and_shaded():
    explorer = explore_gradient_check(activation="relu", step=0.05)
    scene, text = explorer.scene, explorer.status.value
    met = len(scene.careful.kinks)
    assert met > 0
    assert 0 < scene.first_kink <= 0.05
    assert f"{met} of 9 entries of W1 meet a kink" in text
    assert ">kinks<" in explorer.picture.value
    assert explorer.picture.value.count("<small>kink</small>") == met
    explorer.controls["activation"].value = "tanh"
    assert "kink" not in explorer.picture.value
    assert np.isinf(scene.first_kink)


def test_where_every_entry_is_left_out_there_is_no_line():
    explorer = explore_gradient_check(activation="relu", weight_size=0.01, step=1.0)
    assert "W1 without kinks none" in explorer.picture.value
    explorer.controls["step"].value = 1e-15
    assert "W1 without kinks none" not in explorer.picture.value


def test_a_backward_pass_of_your_own_is_checked():
    def mine(params, forward_pass, X, y, activation):
        return summed(params, forward_pass, X, y, activation)

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
        ({"checked": "yours"}, ValueError, "checked must be one of .*; got 'yours'"),
        ({"checked": 0}, TypeError, "checked must be a value like .* got 0"),
        ({"step": 3e-5}, ValueError, "step must be one of .*; got 3e-05"),
        ({"step": "small"}, TypeError, "step must be a value like .* got 'small'"),
        ({"activation": "sine"}, ValueError, "activation must be one of .*; got 'sine'"),
        ({"activation": None}, TypeError, "activation must be a value like .* got None"),
        ({"n_points": 0}, ValueError, "n_points must be within the range of its control; got 0"),
        ({"n_points": 2.5}, TypeError, "n_points must be a value like .* got 2.5"),
        ({"data_seed": -1}, ValueError, "data_seed must be within the range of its control; got -1"),
        ({"hidden_size": 5}, ValueError, "hidden_size must be within the range of its control; got 5"),
        ({"hidden_size": True}, TypeError, "hidden_size must be a value like .* got True"),
        ({"weight_seed": 10_000}, ValueError, "weight_seed must be within the range of its control"),
        ({"weight_size": 2.0}, ValueError, "weight_size must be one of .*; got 2.0"),
    ],
)
def test_bad_input_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        explore_gradient_check(**arguments)
