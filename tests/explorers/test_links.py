"""A link opens every explorer in the state it was copied in, and says what in it cannot be shown."""

import re
from functools import cache

import numpy as np
import pytest

import coursekit as ck
from coursekit import explorers

MOVES = {  # explorer -> controls that are moved, one after the other
    "training": dict(pattern="diamond", n_points=60, output_bias=True, learning_rate=5.0, against="no slope"),
    "backward": dict(line=7, point=1, weight="W2[1]", value=0.25, activation="tanh", learning_rate=2.0),
    "units": dict(compare=False, hidden_size=4, unit=3, angle=70.0, weight=-3.0, output_bias=1.5),
    "loss": dict(y=0, reach=6, z2=2.5),
    "gradient_check": dict(checked="summed", step=1e-3, weight_size=0.1),
    "sweep": dict(quantity="final_loss", columns="(none)", summary="mean", hidden_size=1),
}


@cache
def result():
    axes = dict(pattern=["circle", "diamond"], hidden_size=[2, 4], seed=range(2))
    return ck.sweep(**axes, n_points=20, iterations=9)


def text(explorer):
    return re.sub("<[^>]*>", "", explorer.status.value).replace("&#x27;", "'")


def drawing(explorer):
    """Return the panels with an SVG: tables may know more of what has been tried so far."""
    return re.findall(r"<svg.*?</svg>", explorer.scene.picture.replace(str(id(explorer.scene)), "points"))


def make(name):
    return getattr(explorers, f"explore_{name}")(*([result()] if name == "sweep" else []))


def opened(explorer, words):
    """Do what the page does where its address holds these words."""
    explorer._bridge.value = f"link {words}"
    return text(explorer)


@pytest.mark.parametrize("name", MOVES)
def test_a_link_opens_the_state_it_was_copied_in(name):
    explorer, other = make(name), make(name)
    for control, value in MOVES[name].items():
        explorer.controls[control].value = value
    asked, _, words = explorer.scene.link().partition("=")
    assert asked == f"explore_{name}"
    assert "Opened by a link. " in opened(other, words) + " "
    assert "Not so" not in text(other)
    assert other.line.value == explorer.line.value
    assert drawing(other) == drawing(explorer)
    assert other.scene.link() == explorer.scene.link()
    assert f'data-ck-link="{other.scene.link()}"' in other.status.value


def test_it_is_short_and_can_be_written_by_hand():
    explorer = explorers.explore_training(n_points=60, iterations=100)
    explorer.controls["learning_rate"].value = 1.0
    assert explorer.scene.link() == "explore_training=learning_rate:1,n_points:60,iterations:100"
    opened(explorer, "pattern:Diamond,hidden_size:6,output_bias:true,shown:unit 2")
    settings = "pattern='diamond', learning_rate=1.0, hidden_size=6, n_points=60, output_bias=True"
    assert explorer.line.value == f"explore_training({settings}, iterations=100, shown=2)"


def test_drawn_points_and_a_training_on_its_way_are_in_it():
    explorer, other = (explorers.explore_training(n_points=60, iterations=100) for _ in range(2))
    explorer.controls["drawing"].value = "a point of class 1"
    explorer._bridge.value = "hand surface 1 0.5 -0.5 0.5 -0.5 1"
    explorer.reset()
    explorer.step()
    words = explorer.scene.link().partition("=")[2]
    assert words == "n_points:60,iterations:20,drawing:a point of class 1,drawn:0.5_-0.5_1"
    opened(other, words)
    np.testing.assert_array_equal(other.scene.dataset.X, explorer.scene.dataset.X)
    np.testing.assert_array_equal(other.scene.live.params.W1, explorer.scene.live.params.W1)


WRONG = {
    "n_points:9": "n_points must be within the range of its control; got 9",
    "n_points:many": "n_points must be a value like 60; got 'many'",
    "learning_rate:nan": "learning_rate must be one of",
    "pattern:circel": "pattern must be one of",
    "speed": "speed must be",
    "rate:1.0": "rate is none of the settings here: pattern, learning_rate",
    "drawn:0.5_0.5": "drawn must hold three numbers a point; got 2",
    "drawn:0.5_1.5_1": "drawn must hold (x1, x2, class) in the square; got (0.5, 1.5, 1.0)",
    "drawn:0.5_x_1": "could not convert string to float",
    "": " is none of the settings here",
    "<script>:1": "<script> is none of the settings",
}


@pytest.mark.parametrize("words", WRONG)
def test_what_a_link_cannot_show_is_said_and_the_rest_is_opened(words):
    explorer = explorers.explore_training(n_points=60, iterations=100)
    said = opened(explorer, f"{words},hidden_size:6").replace("&lt;", "<").replace("&gt;", ">")
    assert f"Not so: {WRONG[words]}" in said
    assert explorer.line.value == "explore_training(hidden_size=6, n_points=60, iterations=100)"
    assert "<script>" not in explorer.status.value


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("backward", "params:1_2_3_4", "params must be weights of 2 units; got 1"),
        ("backward", "params:1_2_3", "params must hold four numbers for each unit; got 3"),
        ("backward", "params:1_2_3_4_5_6_7_nan", "params"),
        ("units", "params:1_2_3_4", "params must hold four numbers for each unit and one more; got 4"),
        (
            "units",
            "params:0_0_1_4_2",
            "params must give each unit a weight of x1 or x2 that is not 0; got unit 0",
        ),
        ("sweep", "hidden_size:5", "hidden_size must be one of"),
    ],
)
def test_weights_and_axes_that_do_not_fit_are_said(name, words, said):
    explorer = make(name)
    before = explorer.line.value
    assert f"Not so: {said}" in opened(explorer, words)
    assert explorer.line.value == before
