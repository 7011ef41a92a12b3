"""`explore_training`: a network in training, as an instrument."""

import ipywidgets as widgets

from coursekit import network
from coursekit._validation import describe
from coursekit.activations import ACTIVATIONS
from coursekit.explorers.shell import Shell, labelled, start_at
from coursekit.explorers.training_scene import LONGEST, TrainingScene
from coursekit.patterns import PATTERNS, Dataset, check_dataset

RATES = [float(f"{m}e{e}") for e in range(-3, 2) for m in (1, 1.5, 2, 3, 5, 7)] + [100.0]
PRESETS = {
    "the exercise's run": dict(learning_rate=0.5, iterations=5000),
    "too fast": dict(learning_rate=50.0),
    "dead ReLU": dict(pattern="centered_square", activation="relu", weight_seed=3),
    "two units are not enough": dict(hidden_size=2, iterations=5000),
}


class TrainingExplorer(Shell):
    """The widgets of `explore_training`."""

    def __init__(self, scene, controls):
        self.preset = labelled(widgets.Dropdown, options=["(choose)", *PRESETS], description="Preset")
        self.line = widgets.Text(description="As Python", layout={"width": "auto"})
        self.weights = widgets.Textarea(description="Weights", layout={"width": "auto", "height": "7em"})
        self.weights.layout.display = "none"
        new = {
            "New points": self._new("data_seed"),
            "New weights": self._new("weight_seed"),
            "Weights as Python": self._export,
        }
        if "data_seed" not in controls:
            del new["New points"]
        offered = [self.preset] if scene.given is None else []
        for name, act in new.items():
            offered.append(widgets.Button(description=name))
            offered[-1].on_click(act)
        row = widgets.HBox(offered)
        row.add_class("ck-controls")
        super().__init__(scene, controls, [row], [self.line, self.weights])
        self.add_class("ck-training")
        self.preset.observe(self._preset, "value")

    def show(self, said="", status=True):
        super().show(said, status)
        if status:
            self.line.value = self.scene.as_call(explore_training.__kwdefaults__)

    def _new(self, name):
        def act(_):
            self.controls[name].value += 1

        return act

    def _export(self, _):
        self.pause()
        self.weights.value = self.scene.as_weights()
        self.weights.layout.display = None

    def _preset(self, change):
        if change["new"] in PRESETS:
            start = {name: explore_training.__kwdefaults__[name] for name in self.controls}
            self.set(**start | PRESETS[change["new"]] | {"speed": self.controls["speed"].value})


def explore_training(
    dataset=None,
    *,
    held_out=None,
    forward=network.forward,
    backward=network.backward,
    pattern="circle",
    n_points=500,
    noise=0.0,
    data_seed=0,
    hidden_size=4,
    weight_seed=0,
    activation="sigmoid",
    output_bias=False,
    learning_rate=1.5,
    iterations=1000,
    stop_at=1.0,
    speed=20,
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

    Returns
    -------
    Shell
        Widgets, or a sentence where no widget can be shown.

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule, or lies outside the range of its control.
    """
    if isinstance(dataset, Dataset):
        check_dataset(dataset)
    elif dataset is not None and not callable(dataset):
        raise TypeError(f"dataset must be a Dataset or a rule; got {describe(dataset)}")
    if held_out is not None and not isinstance(held_out, Dataset):
        raise TypeError(f"held_out must be a Dataset; got {describe(held_out)}")
    for name, function in (("forward", forward), ("backward", backward)):
        if not callable(function):
            raise TypeError(f"{name} must be a function; got {describe(function)}")
    start = dict(
        pattern=pattern,
        n_points=n_points,
        noise=noise,
        data_seed=data_seed,
        hidden_size=hidden_size,
        weight_seed=weight_seed,
        activation=activation,
        output_bias=output_bias,
        learning_rate=learning_rate,
        iterations=iterations,
        stop_at=stop_at,
        speed=speed,
    )
    controls = _controls()
    if dataset is not None:
        del controls["pattern"]
    if isinstance(dataset, Dataset):
        for name in ("n_points", "noise", "data_seed"):
            del controls[name]
    for name, control in controls.items():
        start_at(control, start[name], name)
    return TrainingExplorer(TrainingScene(dataset, held_out, forward, backward), controls)


def _controls():
    titles = [(pattern.title, name) for name, pattern in PATTERNS.items()]
    return {
        "pattern": labelled(widgets.Dropdown, options=titles, description="Pattern"),
        "n_points": labelled(widgets.IntSlider, min=10, max=2000, step=10, description="Points"),
        "noise": labelled(widgets.FloatSlider, max=0.3, step=0.01, description="Noise"),
        "data_seed": labelled(widgets.BoundedIntText, max=9999, description="Seed of the points"),
        "hidden_size": labelled(widgets.IntSlider, min=1, max=16, description="Hidden units"),
        "weight_seed": labelled(widgets.BoundedIntText, max=9999, description="Seed of the weights"),
        "activation": labelled(widgets.Dropdown, options=list(ACTIVATIONS), description="Activation"),
        "output_bias": labelled(widgets.Checkbox, description="Output bias", indent=False),
        "learning_rate": labelled(
            widgets.SelectionSlider,
            options=[(f"{rate:g}", rate) for rate in RATES],
            description="Learning rate",
        ),
        "iterations": labelled(widgets.IntSlider, max=LONGEST, step=100, description="Iterations"),
        "stop_at": labelled(widgets.FloatSlider, min=0.5, max=1, step=0.01, description="Stop at accuracy"),
        "speed": labelled(
            widgets.Dropdown, options=[1, 5, 20, 50, 100, 200], description="Iterations a picture"
        ),
    }
