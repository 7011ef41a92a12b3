"""`explore_training`: a network in training, as an instrument."""

import ipywidgets as widgets

from coursekit import network
from coursekit._validation import describe
from coursekit.explorers import scene as base
from coursekit.explorers.shell import Shell
from coursekit.explorers.training_scene import CONTROLS, TrainingScene
from coursekit.patterns import Dataset, check_dataset

FRONT = ("pattern", "learning_rate", "hidden_size", "activation")
PRESETS = {
    "the exercise's run": dict(learning_rate=0.5, iterations=5000),
    "too fast": dict(learning_rate=50.0),
    "dead ReLU": dict(pattern="centered_square", activation="relu", weight_seed=3),
    "two units are not enough": dict(hidden_size=2, iterations=5000),
}


class TrainingExplorer(Shell):
    """The widgets of `explore_training`: presets, and the weights as Python, stand behind "More"."""

    def __init__(self, scene, settings):
        self.preset = base.choice("Preset", None, ["(choose)", *PRESETS]).widget()
        self.weights = widgets.Textarea(description="Weights", layout={"display": "none"})
        self.weights.add_class("ck-wide")
        export = widgets.Button(description="Weights as Python")
        export.on_click(lambda _: self._export())
        buttons = {
            f"New {of}": lambda name=name: scene.new(name)
            for of, name in (("points", "data_seed"), ("weights", "weight_seed"))
            if name in scene.table
        }
        presets = [self.preset] if scene.source is None else []
        super().__init__(scene, settings, FRONT, buttons, [*presets, export, self.weights])
        self.preset.observe(self._preset, "value")

    def _export(self):
        self.pause()
        self.weights.value = f"# {self.scene.now}\n{base.python_of(self.scene.live.params)}"
        self.weights.layout.display = None

    def _preset(self, change):
        if change["new"] in PRESETS:
            speed = {"speed": self.controls["speed"].value}
            self.set(**base.starts(CONTROLS) | PRESETS[change["new"]] | speed)


@base.explores(CONTROLS)
def explore_training(
    dataset=None, *, held_out=None, forward=network.forward, backward=network.backward, **settings
):
    """Controls beside a network in training: surface, curves, hidden units, numbers.

    Parameters
    ----------
    dataset : Dataset or callable, optional
        Points of your own, or a rule as in `make_dataset`, in place of the five patterns.
    held_out : Dataset, optional
        Points not trained on, with a curve of their own; drawn afresh where there is a rule.
    forward, backward : callable
        Functions of your own, called like `coursekit.forward` and `coursekit.backward`.
    pattern, n_points, noise, data_seed, hidden_size, weight_seed, activation, output_bias, learning_rate
        Where the controls start. Points come from `default_rng([data_seed, 1])`, weights from
        `default_rng([weight_seed, 2])`, fresh points from `default_rng([data_seed, 3])`.
    iterations : int
        Where training ends; at once after a change, step by step while playing.
    stop_at : float
        Accuracy that ends it earlier; 1: none.
    speed : int
        Iterations a picture while playing.
    drawing : {"nothing", "a point of class 0", "a point of class 1"}
        What a click on the decision surface draws.
    against : str
        Another training from the same start to race with: "nobody", "the right gradient", "three times
        the rate", "a third of the rate", or a planted mistake of `explore_gradient_check`.
    wires : {"weights", "slopes"}
        What the thickness and the numbers of the wires stand for.
    """
    if isinstance(dataset, Dataset):
        check_dataset(dataset)
    elif dataset is not None and not callable(dataset):
        raise TypeError(f"dataset must be a Dataset or a rule; got {describe(dataset)}")
    if held_out is not None and not isinstance(held_out, Dataset):
        raise TypeError(f"held_out must be a Dataset; got {describe(held_out)}")
    return TrainingExplorer(TrainingScene(dataset, held_out, forward, backward), settings)
