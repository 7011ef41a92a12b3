"""`explore_loss`: three ways to one loss, where they part, and what is said about it."""

import re

import numpy as np
import pytest

import coursekit as ck
from coursekit.explorers import explore_loss
from coursekit.explorers.loss import CAP, clipped_losses, three_ways, what_is_wrong
from coursekit.losses import point_losses

LOGITS = np.array([-900.0, -120.0, -36.0, -3.0, -0.2, 0.0, 0.7, 4.0, 36.0, 120.0, 900.0])


def text(explorer):
    return re.sub("<[^>]*>", "", explorer.status.value).strip()


@pytest.mark.parametrize("y", [0, 1])
def test_the_exact_losses_are_those_of_the_course(y):
    expected = [ck.log_loss_from_logits(np.array([y]), np.array([z])) for z in LOGITS]
    np.testing.assert_array_equal(point_losses(y, LOGITS), expected)


@pytest.mark.parametrize("y", [0, 1])
def test_clipping_changes_nothing_for_moderate_logits(y):
    z2 = np.linspace(-15, 15, 61)
    p = ck.ACTIVATIONS["sigmoid"].value(z2)
    expected = [ck.log_loss(np.array([y]), np.array([one])) for one in p]
    np.testing.assert_allclose(clipped_losses(y, z2), expected, rtol=1e-8)
    np.testing.assert_allclose(clipped_losses(y, z2, np.float32), expected, rtol=0.15, atol=1e-6)


def test_clipped_losses_are_capped():
    assert pytest.approx(36.841, abs=1e-3) == CAP
    np.testing.assert_allclose(clipped_losses(1, np.array([-40.0, -800.0])), CAP)
    np.testing.assert_allclose(clipped_losses(0, np.array([40.0, 800.0])), 36.7368, atol=1e-4)


def test_float32_turns_a_sure_and_right_point_into_nan():
    assert np.isfinite(clipped_losses(1, np.array([17.0]), np.float32)).all()
    assert np.isnan(clipped_losses(1, np.array([17.5, 40.0, 120.0]), np.float32)).all()
    assert np.isinf(clipped_losses(0, np.array([17.5, 120.0]), np.float32)).all()


@pytest.mark.parametrize(
    ("loss", "exact", "words"),
    [
        (np.nan, 1e-9, "is nan"),
        (np.inf, 40.0, "is infinite"),
        (36.84, 50.0, "is capped at 36.84 nats"),
        (1.1e-16, 1.9e-22, "p had too few digits"),
        (0.0, 1e-20, "p had too few digits"),
        (0.3131, 0.3133, ""),
        (0.0, 0.0, ""),
    ],
)
def test_what_is_wrong_is_said_in_words(loss, exact, words):
    said = what_is_wrong(loss, exact)
    assert words in said
    assert bool(words) == bool(said)


@pytest.mark.parametrize(("name", "value"), [("y", 0), ("z2", 3.5), ("reach", 6), ("reach", 120)])
def test_each_control_changes_the_picture_and_says_so(name, value):
    explorer = explore_loss(z2=-2.0)
    before = explorer.picture.value, explorer.status.value
    explorer.controls[name].value = value
    assert explorer.picture.value != before[0]
    assert name == "reach" or explorer.status.value != before[1]


def test_the_numbers_beside_the_curves_are_those_of_the_three_ways():
    explorer = explore_loss(y=0, z2=38.0)
    values = [f"{losses[0]:.4g}" for losses in three_ways(0, np.array([38.0])).values()]
    assert values == ["38", "36.74", "inf"]
    assert re.findall(r"<td[^>]*>([^<]+)</td>", explorer.picture.value) == values
    assert "sure and wrong, loss 38 nats" in text(explorer)
    assert "capped at 36.74" in text(explorer)


@pytest.mark.parametrize(
    ("y", "z2", "words"),
    [
        (1, 0.0, "Class 1, logit 0.0: right, loss 0.693 nats. All three ways agree."),
        (0, 0.0, "Class 0, logit 0.0: wrong, loss 0.693 nats. All three ways agree."),
        (1, -6.0, "Class 1, logit −6.0: sure and wrong, loss 6 nats. All three ways agree."),
        (1, 40.0, "float32 it is nan"),
        (1, -50.0, "float64 it is capped at 36.84 nats"),
    ],
)
def test_the_status_says_what_is_seen(y, z2, words):
    assert words in text(explore_loss(y=y, z2=z2))


def test_the_slider_follows_what_is_shown():
    explorer = explore_loss(z2=40.0)
    explorer.controls["reach"].value = 6
    slider = explorer.controls["z2"]
    assert (slider.min, slider.max, slider.value, explorer.scene.z2) == (-6, 6, 6, 6)
    explorer.set(reach=120, z2=-100.0)
    assert (slider.min, slider.max, slider.value, explorer.scene.z2) == (-120, 120, -100, -100)


def test_a_mark_above_the_picture_becomes_an_arrow():
    assert "l-7 12h14z" in explore_loss(z2=-20.0).picture.value
    assert "l-7 12h14z" not in explore_loss(z2=-2.0).picture.value


@pytest.mark.parametrize(
    ("given", "error", "rule"),
    [
        (dict(y=2), ValueError, "y must"),
        (dict(y="1"), (TypeError, ValueError), "y must"),
        (dict(reach=7), ValueError, "reach must"),
        (dict(reach=None), (TypeError, ValueError), "reach must"),
        (dict(z2=60.0), ValueError, "z2 must be within the range"),
        (dict(z2=float("nan")), ValueError, "z2 must"),
        (dict(z2="0"), TypeError, "z2 must"),
        (dict(z2=-7.0, reach=6), ValueError, "z2 must be within the range"),
    ],
)
def test_bad_arguments_are_refused_by_name(given, error, rule):
    with pytest.raises(error, match=rule):
        explore_loss(**given)


def test_every_control_has_a_label_and_every_picture_a_text():
    explorer = explore_loss()
    assert all(control.description for control in explorer.controls.values())
    assert explorer.picture.value.count('role="img"') == explorer.picture.value.count("aria-label=") == 2
    assert repr(explorer).startswith("Live explorer: run this cell in JupyterLab")
