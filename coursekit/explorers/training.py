"""`explore_training`: a network in training, as an instrument."""

import bisect
import time
from html import escape

import ipywidgets as widgets
import numpy as np

from coursekit import network
from coursekit._validation import describe
from coursekit.activations import ACTIVATIONS
from coursekit.descent.plain import call_backward
from coursekit.explorers import graph, svg
from coursekit.explorers import scene as base
from coursekit.explorers.shell import Shell
from coursekit.losses import accuracy, log_loss_from_logits
from coursekit.palette import BLUE, GREEN, VERMILION
from coursekit.patterns import Dataset, check_dataset, majority_baseline, rule_name
from coursekit.starts import FRESH, draw_points, draw_weights
from coursekit.training import Run

GRID, TILE = svg.square_grid(64), svg.square_grid(20)
LONGEST = 20_000  # iterations
FRESH_POINTS = 500
MEASURED = [
    *range(0, 1000, 20),
    *range(1000, 5000, 100),
    *range(5000, LONGEST + 201, 200),
]  # on fresh points
RATES = [float(f"{m}e{e}") for e in range(-3, 2) for m in (1, 1.5, 2, 3, 5, 7)] + [100.0]
CONTROLS = {
    "pattern": base.PATTERN,
    "learning_rate": base.choice(
        "Learning rate", 1.5, [(f"{r:g}", r) for r in RATES], widgets.SelectionSlider
    ),
    "hidden_size": base.slider("Hidden units", 4, 1, 16),
    "activation": base.ACTIVATION,
    "n_points": base.slider("Points", 500, 10, 2000, 10),
    "noise": base.slider("Noise", 0.0, 0, 0.3, 0.01, digits=2),
    "data_seed": base.seed("points"),
    "weight_seed": base.seed("weights"),
    "output_bias": base.tick("Output bias", False),
    "iterations": base.slider("Iterations", 1000, 0, LONGEST, 100),
    "stop_at": base.slider("Stop at accuracy", 1.0, 0.5, 1, 0.01, digits=2),
    "speed": base.choice("Iterations a picture", 20, [1, 5, 20, 50, 100, 200]),
    "wires": base.choice("Wires show", "weights", ["weights", "slopes"]),
}
FRONT = ("pattern", "learning_rate", "hidden_size", "activation")
WORDS = {"n_points": "points", "stop_at": "end", "iterations": "end"}  # for what is new
PRESETS = {
    "the exercise's run": dict(learning_rate=0.5, iterations=5000),
    "too fast": dict(learning_rate=50.0),
    "dead ReLU": dict(pattern="centered_square", activation="relu", weight_seed=3),
    "two units are not enough": dict(hidden_size=2, iterations=5000),
}


class TrainingScene(base.Scene):
    """A network in training: on given points, by a given rule, or on a pattern that the settings name."""

    plays, twice = True, True

    def __init__(self, given=None, held_out=None, forward=network.forward, backward=network.backward):
        self.given, self.held_out, self.own = given, held_out, (forward, backward)
        self.live, self._changed_at = None, []

    # Settings

    def change(self, name, settings):
        """Take over the settings; go on where that makes sense, else restart."""
        self.settings = settings
        live = self.live
        in_play = live is not None and self.until < live.limit
        if name == "speed":
            return f"Speed: {settings['speed']} iterations a picture."
        if name == "wires":
            return f"The wires show {settings['wires']}."
        if self.error is None and live is not None:
            if name == "learning_rate" and 0 < live.iteration < live.limit and not live.ended:
                live.change_rate(settings["learning_rate"])
                self._changed_at.append(live.iteration)
                return f"New learning rate: going on from iteration {live.iteration}."
            if name == "iterations" and settings["iterations"] >= live.iteration and not live.reached:
                self.until = self.until if in_play else settings["iterations"]
                live.limit = settings["iterations"]
                return f"Going on to iteration {live.limit}."
        self.restart()
        self.until = 0 if in_play else self.live.limit
        return f"New {WORDS.get(name, name or 'settings').replace('_', ' ')}: restarted."

    def new(self, name):
        """Take the next seed of the points or the weights."""
        return self.change(name, self.settings | {name: self.settings[name] + 1})

    def restart(self):
        """Draw points and weights, and stand at iteration 0."""
        wanted, self.error, self._changed_at, self.measured = self.settings, None, [], []
        source = self.given or wanted["pattern"]
        self.dataset, self.fresh = source, self.held_out
        if not isinstance(source, Dataset):
            drawn = dict(seed=wanted["data_seed"], noise=wanted["noise"])
            self.dataset = draw_points(source, wanted["n_points"], **drawn)
            self.fresh = self.held_out or draw_points(source, FRESH_POINTS, stream=FRESH, **drawn)
        size, bias = wanted["hidden_size"], wanted["output_bias"]
        self.live = Run(
            self.dataset,
            draw_weights(size, seed=wanted["weight_seed"], output_bias=bias),
            wanted["activation"],
            wanted["learning_rate"],
            wanted["iterations"],
            longest=LONGEST,
            stop_at=wanted["stop_at"] if wanted["stop_at"] < 1 else 2.0,
            forward=self.own[0],
            backward=self.own[1],
        )
        self.baseline = majority_baseline(self.dataset.y)

    # Training

    def work(self, seconds):
        """Train towards the iteration asked for."""
        return self.guarded(self._advance, self.until, seconds) and not self._arrived()

    def play(self):
        """Play from here, or from the start where the end was reached."""
        if self._arrived() or self.error:
            self.restart()
        self.until = self.live.iteration

    def tick(self):
        """One picture further; False at the end."""
        going = self.guarded(self._advance, self.live.iteration + self.settings["speed"])
        self.until = self.live.iteration
        return going and not self.live.ended

    def reset(self):
        """Back to iteration 0."""
        self.restart()
        self.until = 0
        return "Back to the start."

    def _advance(self, until, seconds=np.inf):
        """Take steps, and measure on fresh points at iterations that no picture decides."""
        live, end = self.live, time.perf_counter() + seconds
        self._measure()
        while live.iteration < until and not live.ended and time.perf_counter() < end:
            following = MEASURED[bisect.bisect(MEASURED, live.iteration)]
            live.advance(min(following, until) - live.iteration)
            self._measure()

    def _measure(self):
        at = self.live.iteration
        if self.fresh is not None and at in MEASURED and (not self.measured or self.measured[-1][0] < at):
            self.measured.append((at, accuracy(self.fresh.y, self.live.at(self.fresh.X).p)))

    def _arrived(self):
        return self.live.ended or self.live.iteration >= self.until

    def why_ended(self):
        """Say when and why there is no next step."""
        live = self.live
        reasons = {
            "Diverged: the numbers are no longer finite.": live.diverged,
            f"Stopped at the accuracy asked for, {self.settings['stop_at']:g}.": live.reached,
        }
        why = next((why for why, holds in reasons.items() if holds), "All iterations asked for are done.")
        return f"Ended at iteration {live.iteration}. {why}"

    # Pictures and text

    def draw(self):
        """Return the picture."""
        live, grid = self.live, self.live.at(GRID).p
        z2, p = live.passes()[2:]
        y = self.dataset.y
        now = {"loss": log_loss_from_logits(y, z2), "accuracy": accuracy(y, p)}
        self.now = f"iteration {live.iteration}, loss {now['loss']:.4f}, accuracy {now['accuracy']:.3f}"
        if self.fresh is not None:
            self.now += f", on fresh points {accuracy(self.fresh.y, live.at(self.fresh.X).p):.3f}"
        self.now += f", majority baseline {self.baseline:.3f}"
        wrong = self.dataset.points[(p >= 0.5) != (y == 1)]
        marks = svg.rings(wrong) + self.points()
        alt = f"Decision surface at iteration {live.iteration}: "
        alt += f"{len(wrong)} of {len(y)} points wrong (ringed). "
        views = self._network(svg.surface(grid.reshape(64, 64), marks), alt) + self._curves()
        return f'<div class="ck-two">{views}</div><div class="ck-numbers">{escape(self.now)}</div>'

    def _network(self, surface, alt):
        """Draw the network around its surface; the wires stand for its weights, or for their slopes."""
        live, h = self.live, self.live.params.W1.shape[1]
        A1 = graph.shares(np.asarray(live.at(TILE).A1)[:, :h], ACTIVATIONS[live.activation])
        links, letters, weights = live.params, "", ", ".join(f"{w:+.1f}" for w in live.params.W2[:h])
        alt += f"Maps of {h} hidden units with their lines; output weights {weights}."
        if self.settings["wires"] == "slopes":
            data = self.dataset.X, self.dataset.y, live.activation
            links, letters = call_backward(self.own[1], live.params, live.passes(), *data), "∂ "
            alt += f" Slopes of the output weights: {', '.join(f'{dw:+.3f}' for dw in links.W2[:h])}."
        body = graph.living(live.params, A1.T.reshape(h, 20, 20), surface, links, letters)
        return svg.panel("The network", body, alt, graph.WIDE)

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
        if self.fresh is not None:
            measured = np.array(self.measured).reshape(-1, 2).T
            body += svg.curve(to_x(measured[0]), to_y(measured[1]), GREEN, dash="2 4")
        body += svg.cursor(to_x(live.iteration), 162, 266)
        key = "dashes: majority" + (", dots: fresh points" if self.fresh else "")
        body += svg.text(46, 261, key, size=12)
        alt = f"Loss and accuracy up to iteration {live.iteration}: {self.now}"
        return svg.panel("Loss and accuracy", body, alt)

    def describe(self):
        """Say what the picture shows."""
        early = self.live.reached or self.live.diverged
        return f"{self.now.capitalize()}. {self.why_ended() if early else ''}".rstrip()

    # Python

    def as_python(self):
        """Return one line that makes this explorer again; what is at its start is left out."""
        given = [] if self.given is None else [rule_name(self.given) if callable(self.given) else "dataset"]
        for name, function in zip(("forward", "backward"), self.own, strict=True):
            if function is not getattr(network, name):
                given.append(f"{name}={getattr(function, '__name__', name)}")
        line = base.as_call("training", given, CONTROLS, self.settings)
        if self._changed_at:  # the line alone would give another training
            line += f"  # learning rate changed at iteration {', '.join(map(str, self._changed_at))}"
        return line


class TrainingExplorer(Shell):
    """The widgets of `explore_training`: presets, and the weights as Python, stand behind "More"."""

    def __init__(self, scene, controls):
        self.preset = base.choice("Preset", None, ["(choose)", *PRESETS]).widget()
        self.weights = widgets.Textarea(description="Weights", layout={"display": "none"})
        self.weights.add_class("ck-wide")
        export = widgets.Button(description="Weights as Python")
        export.on_click(lambda _: self._export())
        buttons = {
            f"New {of}": lambda name=name: scene.new(name)
            for of, name in (("points", "data_seed"), ("weights", "weight_seed"))
            if name in controls
        }
        presets = [self.preset] if scene.given is None else []
        super().__init__(scene, controls, FRONT, buttons, [*presets, export, self.weights])
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
    wires : {"weights", "slopes"}
        What the thickness and the numbers of the wires stand for.
    """
    if isinstance(dataset, Dataset):
        check_dataset(dataset)
    elif dataset is not None and not callable(dataset):
        raise TypeError(f"dataset must be a Dataset or a rule; got {describe(dataset)}")
    if held_out is not None and not isinstance(held_out, Dataset):
        raise TypeError(f"held_out must be a Dataset; got {describe(held_out)}")
    for name, function in (("forward", forward), ("backward", backward)):
        base.check_function(function, name)
    own = ("pattern", "n_points", "noise", "data_seed") if isinstance(dataset, Dataset) else ("pattern",)
    table = {name: c for name, c in CONTROLS.items() if dataset is None or name not in own}
    controls = base.at_start(table, settings)
    return TrainingExplorer(TrainingScene(dataset, held_out, forward, backward), controls)
