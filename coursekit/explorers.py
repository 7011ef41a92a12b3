"""ipywidgets wiring: sliders that train a network and show it. Callbacks call tested functions."""

import threading

import ipywidgets as widgets
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from coursekit import plots
from coursekit.activations import ACTIVATIONS
from coursekit.patterns import PATTERNS, majority_baseline, make_dataset
from coursekit.training import train


def train_from_settings(pattern, n_points, seed, learning_rate, iterations, hidden_size, activation):
    """Make the dataset and the weights of one seed, train, and return (dataset, training)."""
    rng = np.random.default_rng(seed)
    dataset = make_dataset(pattern, n_points, rng=rng)
    training = train(
        dataset,
        hidden_size=hidden_size,
        activation=activation,
        learning_rate=learning_rate,
        iterations=iterations,
        rng=rng,
    )
    return dataset, training


def draw_training(figure, dataset, training):
    """Draw decision surface, loss and accuracy into a figure of one row, cleared first."""
    figure.clear()
    surface, loss, accuracy = figure.subplots(1, 3, width_ratios=(1.15, 1, 1))
    plots.plot_decision_surface(training.predict, dataset, ax=surface, colorbar=False)
    surface.set_title("Decision surface", fontsize=13)
    plots.plot_loss(training.loss, ax=loss)
    loss.set_title("Log loss", fontsize=13)
    plots.plot_accuracy(training.accuracy, baseline=majority_baseline(dataset.y), ax=accuracy)
    accuracy.set_title("Accuracy", fontsize=13)


class Explorer(widgets.VBox):
    """Widgets that stand in for themselves as a sentence where no live widget can be shown."""

    def __repr__(self):
        return "Live explorer: run this cell in JupyterLab to use it. The next cell shows what to see."


def explore_training():
    """Sliders for pattern, points, seed, learning rate, iterations, hidden size and activation.

    Returns
    -------
    Explorer
        The controls above one figure that is redrawn in place after each change.
    """
    controls = _training_controls()
    figure = Figure(figsize=(12.6, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    picture, numbers = widgets.HTML(), widgets.HTML()
    lock = threading.Lock()  # a front end may run callbacks on two threads

    def update(_=None):
        with lock:
            settings = {name: control.value for name, control in controls.items()}
            dataset, training = train_from_settings(**settings)
            draw_training(figure, dataset, training)
            picture.value = plots.to_html(figure)
            numbers.value = f"<div role='status'>{training!r}</div>"

    for control in controls.values():
        control.observe(update, "value")
    update()
    rows = [widgets.HBox(list(controls.values())[at : at + 4]) for at in (0, 4)]
    return Explorer([*rows, picture, numbers])


def _training_controls():
    look = {"style": {"description_width": "initial"}, "layout": {"width": "270px"}}
    return {
        "pattern": widgets.Dropdown(
            options=[(pattern.title, name) for name, pattern in PATTERNS.items()],
            description="Pattern",
            **look,
        ),
        "n_points": widgets.IntSlider(500, 50, 2000, 50, description="Points", **look),
        "seed": widgets.BoundedIntText(0, 0, 9999, description="Seed", **look),
        "activation": widgets.Dropdown(options=list(ACTIVATIONS), description="Activation", **look),
        "learning_rate": widgets.FloatLogSlider(
            10**0.2, min=-2, max=2, step=0.1, description="Learning rate", readout_format=".3g", **look
        ),
        "iterations": widgets.IntSlider(1000, 1, 5000, 1, description="Iterations", **look),
        "hidden_size": widgets.IntSlider(4, 1, 16, description="Hidden units", **look),
    }
