"""`explore_training`: a network in training, as an instrument."""

from html import escape

import ipywidgets as widgets
import numpy as np

from coursekit import network, svg
from coursekit._validation import describe
from coursekit.activations import ACTIVATIONS
from coursekit.chunks import FRESH, POINTS, WEIGHTS
from coursekit.explorers.shell import Shell, labelled, start_at
from coursekit.live import LiveTraining
from coursekit.losses import accuracy, log_loss_from_logits
from coursekit.palette import BLUE, GREEN, VERMILION
from coursekit.patterns import (
    PATTERNS,
    Dataset,
    check_dataset,
    majority_baseline,
    make_dataset,
    rule_name,
)

GRID, TILE = svg.square_grid(64), svg.square_grid(20)
LONGEST = 20_000  # iterations
FRESH_POINTS = 500
RATES = [float(f"{m}e{e}") for e in range(-3, 2) for m in (1, 1.5, 2, 3, 5, 7)] + [100.0]
PRESETS = {
    "the exercise's run": dict(learning_rate=0.5, iterations=5000),
    "too fast": dict(learning_rate=50.0),
    "dead ReLU": dict(pattern="centered_square", activation="relu", weight_seed=3),
    "two units are not enough": dict(hidden_size=2, iterations=5000),
}
RESTARTS = {
    "pattern": "New pattern",
    "n_points": "New number of points",
    "noise": "New noise",
    "data_seed": "New points",
    "weight_seed": "New weights",
    "hidden_size": "New hidden size",
    "activation": "New activation",
    "output_bias": "New output bias",
    "learning_rate": "New learning rate",
    "iterations": "Fewer iterations",
    "stop_at": "New stop condition",
}


class TrainingScene:
    """A network in training; `shell` says what a scene is.

    Parameters
    ----------
    dataset : Dataset or callable, optional
        Points as they are, or a rule; otherwise settings name a pattern.
    held_out : Dataset, optional
    forward, backward : callable
    """

    def __init__(self, dataset=None, held_out=None, forward=network.forward, backward=network.backward):
        self.given, self.held_out, self.forward, self.backward = dataset, held_out, forward, backward
        self.live, self.error, self._picture = None, None, ""
        self.marks_id = f"ck-points-{id(self)}"

    # What the shell calls

    def change(self, name, settings):
        """Take over the settings; go on where that makes sense, else restart."""
        self.settings = settings
        live = self.live
        in_play = live is not None and self.until < live.limit
        if name == "speed":
            return f"Speed: {settings['speed']} iterations a picture."
        if self.error is None and live is not None:
            if name == "learning_rate" and 0 < live.iteration < live.limit and not live.ended:
                live.change_rate(settings["learning_rate"])
                return f"New learning rate: going on from iteration {live.iteration}."
            if name == "iterations" and settings["iterations"] >= live.iteration and not live.reached:
                self.until = self.until if in_play else settings["iterations"]
                live.limit = settings["iterations"]
                return f"Going on to iteration {live.limit}."
        self.restart()
        self.until = 0 if in_play else self.live.limit
        return f"{RESTARTS.get(name, 'New settings')}: restarted."

    def restart(self):
        """Draw points and weights, and stand at iteration 0."""
        wanted, self.error, self._stuck = self.settings, None, False
        dataset, held_out = self._data(wanted)
        rng = np.random.default_rng([wanted["weight_seed"], WEIGHTS])
        params = network.init_params(wanted["hidden_size"], rng=rng, output_bias=wanted["output_bias"])
        self.live = LiveTraining(
            dataset,
            params,
            wanted["activation"],
            wanted["learning_rate"],
            wanted["iterations"],
            longest=LONGEST,
            stop_at=wanted["stop_at"] if wanted["stop_at"] < 1 else 2.0,
            held_out=held_out,
            forward=self.forward,
            backward=self.backward,
        )
        self.baseline = majority_baseline(dataset.y)

    def _data(self, wanted):
        if isinstance(self.given, Dataset):
            return self.given, self.held_out
        rule = self.given or wanted["pattern"]
        rng, fresh = (np.random.default_rng([wanted["data_seed"], stream]) for stream in (POINTS, FRESH))
        dataset = make_dataset(rule, wanted["n_points"], rng=rng, noise=wanted["noise"])
        return dataset, self.held_out or make_dataset(rule, FRESH_POINTS, rng=fresh, noise=wanted["noise"])

    def work(self, seconds):
        """Train towards the iteration asked for."""
        return self._guarded(self.live.advance_for, seconds, self.until) and not self._arrived()

    def play(self):
        """Play from here, or from the start where the end was reached."""
        if self._arrived() or self.error:
            self.restart()
        self.until = self.live.iteration

    def tick(self):
        """One picture further; False at the end."""
        going = self._guarded(self.live.advance, self.settings["speed"])
        self.until = self.live.iteration
        return going and not self.live.ended

    def reset(self):
        """Back to iteration 0."""
        self.restart()
        self.until = 0
        return "Back to the start."

    def _arrived(self):
        return self.live.ended or self.live.iteration >= self.until

    def _guarded(self, function, *arguments):
        """Call a function that may run the learner's code; keep what it raises as `error`."""
        try:
            function(*arguments)
        except (Exception, SystemExit) as error:  # whatever a learner's function raises
            self.error = _explain(error, self.forward, self.backward)
        return self.error is None

    # Pictures

    def frame(self):
        """Return the picture, or the last good one where the learner's functions raise."""
        if self.error is None:
            self._guarded(self._draw)
        return self._picture

    def _draw(self):
        live, grid = self.live, self.live.at(GRID).p
        z2, p = live.passes()[2:]
        y = live.dataset.y
        self.now = {"loss": log_loss_from_logits(y, z2), "accuracy": accuracy(y, p)}
        live.measure()
        wrong = live.dataset.points[(p >= 0.5) != (y == 1)]
        marks = svg.rings(wrong) + f'<use href="#{self.marks_id}"/>'
        alt = f"Decision surface at iteration {live.iteration}: "
        alt += f"{len(wrong)} of {len(y)} points wrong (ringed)."
        views = svg.surface(grid.reshape(64, 64), marks, alt) + self._curves() + self._units()
        numbers = f'<div class="ck-numbers">{escape(self._numbers())}</div>'
        self._picture = f'<div class="ck-views">{views}</div>{numbers}'

    def _curves(self):
        live, end = self.live, max(self.live.limit, 1)
        at = np.arange(live.iteration)
        highest = live.loss.max(initial=0.0)
        top = next((limit for limit in (1, 2, 5, 10, 50, 1000) if highest <= limit), 1e6)
        body, to_x, to_y = svg.axes(18, 100, end, top, "log loss (nats)")
        body += svg.curve(to_x(at), to_y(live.loss), BLUE) + svg.cursor(to_x(live.iteration), 18, 118)
        frame, to_x, to_y = svg.axes(162, 104, end, 1, "accuracy", "iteration")
        body += frame + svg.level(to_y(self.baseline), 40, 290, "currentColor")
        body += svg.curve(to_x(at), to_y(live.accuracy), VERMILION)
        if live.held_out is not None:
            body += svg.curve(to_x(live.fresh[0]), to_y(live.fresh[1]), GREEN, dash="2 4")
        body += svg.cursor(to_x(live.iteration), 162, 266)
        key = "dashes: majority" + (", dots: fresh points" if live.held_out else "")
        body += svg.text(46, 261, key, size=12)
        alt = f"Loss and accuracy up to iteration {live.iteration}: {self._numbers()}"
        return svg.panel("Loss and accuracy", body, alt)

    def _units(self):
        live = self.live
        h = live.params.W1.shape[1]
        A1 = np.asarray(live.at(TILE).A1)[:, :h].T.reshape(h, 20, 20)
        if live.activation == "tanh":
            A1 = (A1 + 1) / 2
        if live.activation == "relu":  # white at 0, as no unit is below it
            A1 = 0.5 + A1 / max(2 * A1.max(), 1e-9)
        weights = ", ".join(f"{weight:+.1f}" for weight in live.params.W2[:h])
        alt = f"Maps of {h} hidden units with their lines; output weights {weights}."
        return svg.unit_maps(A1, live.params.W1, live.params.W2, alt)

    def _numbers(self):
        live, now = self.live, self.now
        text = f"iteration {live.iteration}, loss {now['loss']:.4f}, accuracy {now['accuracy']:.3f}"
        if live.held_out is not None:
            text += f", on fresh points {live.fresh[1][-1]:.3f}"
        return text + f", majority baseline {self.baseline:.3f}"

    def marks(self):
        """Return the points once, for all pictures to refer to."""
        points, y = self.live.dataset.points, self.live.dataset.y
        group = f'<g id="{self.marks_id}">{svg.point_marks(points, y)}</g>'
        return f'<svg width="0" height="0" aria-hidden="true"><defs>{group}</defs></svg>'

    def status(self):
        """Say what the picture shows."""
        if self.error is not None:
            return self.error
        why = " Stopped at the accuracy asked for." if self.live.reached else ""
        why += " Diverged: the numbers are no longer finite." if self.live.diverged else ""
        return f"{self._numbers().capitalize()}.{why}"

    # Python

    def as_call(self):
        """Return one line of Python that makes this explorer again."""
        given = [] if self.given is None else [rule_name(self.given) if callable(self.given) else "dataset"]
        if self.forward is not network.forward:
            given.append(f"forward={getattr(self.forward, '__name__', 'forward')}")
        if self.backward is not network.backward:
            given.append(f"backward={getattr(self.backward, '__name__', 'backward')}")
        start = explore_training.__kwdefaults__
        given += [f"{name}={value!r}" for name, value in self.settings.items() if value != start[name]]
        return f"explore_training({', '.join(given)})"

    def as_weights(self):
        """Return Python that makes the weights as they are now."""
        W1, W2 = (np.array2string(w, separator=", ", floatmode="unique") for w in self.live.params)
        return f"params = ck.Params(\n    W1=np.array({W1}),\n    W2=np.array({W2}),\n)"


def _explain(error, *functions):
    """Say what a learner's function raised, and in which of its lines."""
    codes = {getattr(function, "__code__", None): function for function in functions}
    where, trace = "", error.__traceback__
    while trace is not None:
        function = codes.get(trace.tb_frame.f_code)
        if function is not None and function not in (network.forward, network.backward):
            line = trace.tb_lineno - function.__code__.co_firstlineno
            where = f" in line {line} of {function.__name__}, counted from its def"
        trace = trace.tb_next
    return f"Stopped: {type(error).__name__}{where}: {error} The picture is the last good one."


class TrainingExplorer(Shell):
    """The widgets of `explore_training`."""

    def __init__(self, scene, controls):
        self.points = widgets.HTML(layout={"height": "0", "margin": "0"})
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
        super().__init__(scene, controls, [row, self.points], [self.line, self.weights])
        self.add_class("ck-training")
        self.preset.observe(self._preset, "value")

    def show(self, said="", status=True):
        if self.scene.live is not None and self._dataset is not self.scene.live.dataset:
            self._dataset = self.scene.live.dataset
            self.points.value = self.scene.marks()
        super().show(said, status)
        if status:
            self.line.value = self.scene.as_call()

    _dataset = None

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
