import re

import numpy as np
import pytest
from ipywidgets import widgets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import coursekit as ck
from coursekit import explorers

SETTINGS = {
    "pattern": "diamond",
    "n_points": 80,
    "seed": 3,
    "learning_rate": 0.7,
    "iterations": 12,
    "hidden_size": 2,
    "activation": "tanh",
}
ALT = re.compile('alt="([^"]*)"')


def walk(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


@pytest.fixture(scope="module")
def explorer():
    return explorers.explore_training()


@pytest.fixture
def controls(explorer):
    return {w.description: w for w in walk(explorer) if getattr(w, "description", "")}


def views(explorer):
    picture, numbers = (w for w in walk(explorer) if isinstance(w, widgets.HTML))
    return picture, numbers


def test_settings_decide_everything():
    dataset, training = explorers.train_from_settings(**SETTINGS)
    rng = np.random.default_rng(3)
    same = ck.make_dataset("diamond", 80, rng=rng)
    np.testing.assert_array_equal(dataset.X, same.X)
    again = ck.train(same, hidden_size=2, activation="tanh", learning_rate=0.7, iterations=12, rng=rng)
    np.testing.assert_array_equal(training.loss, again.loss)


def test_drawing_again_leaves_one_row_of_three_views():
    figure = Figure()
    FigureCanvasAgg(figure)
    for _ in range(2):
        explorers.draw_training(figure, *explorers.train_from_settings(**SETTINGS))
    assert [ax.get_title() for ax in figure.axes] == ["Decision surface", "Log loss", "Accuracy"]


def test_every_setting_has_a_labelled_control(controls):
    assert set(controls) == {
        "Pattern",
        "Points",
        "Seed",
        "Activation",
        "Learning rate",
        "Iterations",
        "Hidden units",
    }
    assert isinstance(controls["Learning rate"], widgets.FloatLogSlider)
    assert isinstance(controls["Iterations"], widgets.IntSlider)
    assert isinstance(controls["Hidden units"], widgets.IntSlider)
    assert set(controls["Activation"].options) == set(ck.ACTIVATIONS)
    assert {value for _, value in controls["Pattern"].options} == set(ck.PATTERNS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Pattern", "diamond"),
        ("Points", 100),
        ("Seed", 7),
        ("Activation", "relu"),
        ("Learning rate", 10.0),
        ("Iterations", 20),
        ("Hidden units", 2),
    ],
)
def test_each_control_changes_picture_and_text_in_place(explorer, controls, name, value):
    picture, numbers = views(explorer)
    before = picture.value
    controls[name].value = value
    assert picture.value != before
    assert views(explorer) == (picture, numbers)
    assert ALT.search(picture.value).group(1).startswith("Map of the predicted probability")
    assert "Training(" in numbers.value


def test_it_stands_in_for_itself_as_a_sentence(explorer):
    assert repr(explorer).startswith("Live explorer: run this cell in JupyterLab")
    assert len(repr(explorer)) <= 110
