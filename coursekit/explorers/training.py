"""`explore_training`: a network in training, as an instrument."""

import bisect
import time
from functools import lru_cache, partial

import ipywidgets as widgets
import numpy as np

from coursekit import network
from coursekit._validation import describe
from coursekit.descent.run import Run
from coursekit.diagnosis.gradient import wrong_gradient
from coursekit.explorers import scene as base
from coursekit.explorers import training_pictures as pictures
from coursekit.explorers.gradient_check import MISTAKES
from coursekit.explorers.shell import Shell
from coursekit.losses import accuracy
from coursekit.patterns import Dataset, check_dataset, majority_baseline, rule_name
from coursekit.starts import FRESH, draw_points, draw_weights

LONGEST = 20_000  # iterations
FRESH_POINTS = 500
MEASURED = [*range(0, 1000, 50), *range(1000, LONGEST + 101, 100)]  # iterations, on fresh points
RATES = [float(f"{m}e{e}") for e in range(-3, 2) for m in (1, 1.5, 2, 3, 5, 7)] + [100.0]
NOBODY, RIGHT = "nobody", "the right gradient"
NOTHING, CLASSES = "nothing", {"a point of class 0": 0, "a point of class 1": 1}
FACTORS = {"three times the rate": 3.0, "a third of the rate": 1 / 3}
PRESETS = {
    "the exercise's run": dict(learning_rate=0.5, iterations=5000),
    "too fast": dict(learning_rate=50.0),
    "dead ReLU": dict(pattern="centered_square", activation="relu", weight_seed=3),
    "two units are not enough": dict(hidden_size=2, iterations=5000),
}
RATE_NAMES = [(f"{rate:g}", rate) for rate in RATES]
SHOWN = [("the output", pictures.OUTPUT), *((f"unit {unit}", unit) for unit in range(16))]
CONTROLS = {
    "pattern": base.PATTERN,
    "learning_rate": base.choice("Learning rate", 1.5, RATE_NAMES, widgets.SelectionSlider),
    "hidden_size": base.slider("Hidden units", 4, 1, 16),
    "activation": base.ACTIVATION,
    "n_points": base.slider("Points", 500, 10, 2000, 10),
    "noise": base.slider("Noise", 0.0, 0, 0.3, 0.01, digits=2),
    "data_seed": base.seed("points"),
    "weight_seed": base.seed("weights"),
    "output_bias": base.tick("Output bias", False),
    "iterations": base.slider("Iterations", 1000, 0, LONGEST, 100),
    "speed": base.choice("Iterations a picture", 20, [1, 5, 20, 50, 100, 200]),
    "drawing": base.choice("A click draws", NOTHING, [NOTHING, *CLASSES]),
    "against": base.choice("Race against", NOBODY, [NOBODY, RIGHT, *FACTORS, *MISTAKES]),
    "wires": base.choice("Wires show", "weights", ["weights", "slopes"]),
    "shown": base.choice("Surface shows", pictures.OUTPUT, SHOWN),
    "preset": base.choice("Preset", "(choose)", ["(choose)", *PRESETS]),
}
HIT = 0.05  # how far from a point a click may be that means it
known_points = lru_cache(16)(draw_points)
FRONT = ("pattern", "learning_rate", "hidden_size", "activation")


class TrainingScene(base.Scene):
    """A network in training: on given points, by a given rule, or on a pattern that the settings name."""

    name, beside, plays = "training", "drawn", True
    live = rival = None
    drawn, _drag, until = (), 0, 0

    def __init__(self, dataset=None, held_out=None, forward=network.forward, backward=network.backward):
        self.source, self.held_out, self.own = dataset, held_out, (forward, backward)
        named = [] if dataset is None else [rule_name(dataset) if callable(dataset) else "dataset"]
        self.given = named + base.own_functions(forward=forward, backward=backward)
        said_by_source = ("preset", "pattern", "n_points", "noise", "data_seed")
        said_by_source = said_by_source[: 0 if dataset is None else 2 if callable(dataset) else 5]
        self.table = {name: control for name, control in CONTROLS.items() if name not in said_by_source}

    # Settings

    def change(self, name, settings):
        """Take over the settings; go on where that makes sense, else restart."""
        if name == "preset":
            settings |= base.starts(CONTROLS) | PRESETS.get(settings[name], {}) | {"speed": settings["speed"]}
        self.settings, live = settings, self.live
        if name in ("speed", "drawing", "wires", "shown"):
            value = dict(map(reversed, SHOWN))[settings[name]] if name == "shown" else settings[name]
            return f"{self.table[name].label}: {value}."
        if self.error is None and live is not None and self.rival is None:
            if name == "learning_rate" and 0 < live.iteration < live.limit and not live.ended:
                live.change_rate(settings["learning_rate"])
                self._changed_at.append(live.iteration)
                return f"New learning rate: going on from iteration {live.iteration}."
            if name == "iterations" and settings["iterations"] >= live.iteration:
                self.until = self.until if self.until < live.limit else settings["iterations"]
                live.limit = settings["iterations"]
                return f"Going on to iteration {live.limit}."
        if name in ("pattern", "data_seed"):
            self.drawn = ()
        self._retrain()
        return f"New {self.table[name].label.lower() if name else 'settings'}: restarted."

    def _retrain(self):
        """Start again; train to the end at once, unless it was being played."""
        in_play = self.live is not None and self.until < self.live.limit
        self.restart()
        self.until = 0 if in_play else self.live.limit

    def new(self, name):
        """Take the next seed of the points or of the weights."""
        return self.change(name, self.settings | {name: self.settings[name] + 1})

    def open_with(self, numbers):
        """Draw points beside the others: x1, x2 and class of each, one after the other."""
        if len(numbers) % 3:
            raise ValueError(f"drawn must hold three numbers a point; got {len(numbers)} numbers")
        points = list(zip(*[iter(numbers)] * 3, strict=True))
        for x1, x2, y in points:
            if not (-1 <= x1 <= 1 and -1 <= x2 <= 1 and y in (0, 1)):
                raise ValueError(f"drawn must hold (x1, x2, class) in the square; got {(x1, x2, y)}")
        self.drawn = tuple((x1, x2, int(y)) for x1, x2, y in points)

    def hand(self, spot, drag, start, now):
        """Draw a point of the class asked for, or take away one drawn here; or show the unit that was hit."""
        first, self._drag = drag != self._drag, drag
        if spot.startswith("unit-"):
            unit = int(spot[5:])
            if first:
                self.settings["shown"] = pictures.OUTPUT if unit == self.settings["shown"] else unit
            return f"Unit {unit}: a second click leads back to the output."
        drawing = self.settings["drawing"]
        if drawing not in CLASSES:
            return ""
        if first:
            left = tuple(point for point in self.drawn if np.hypot(*(start - point[:2])) > HIT)
            new = (*start.round(2).tolist(), CLASSES[drawing])
            self.drawn = left if len(left) < len(self.drawn) else (*left, new)
            self._retrain()
        return f"{len(self.drawn)} drawn, restarted; a click on one of them takes it away."

    def restart(self):
        """Draw points and weights, and stand at iteration 0."""
        wanted, self.error, self._changed_at, self.measured = self.settings, None, [], []
        self._draw_points()
        self.live, against = self._run(*self.own), wanted["against"]
        others = dict.fromkeys(FACTORS, self.own) | {RIGHT: (network.forward, network.backward)}
        others |= {mistake: (network.forward, planted(mistake)) for mistake in MISTAKES}
        self.rival = self._run(*others[against], FACTORS.get(against, 1.0)) if against != NOBODY else None
        self.baseline = majority_baseline(self.dataset.y)

    def _draw_points(self):
        """Draw the points; the page has them already where they are the same object as before."""
        wanted = self.settings
        source = wanted["pattern"] if self.source is None else self.source
        self.dataset, self.fresh = source, self.held_out
        if not isinstance(source, Dataset):
            drawn = dict(seed=wanted["data_seed"], noise=wanted["noise"])
            self.dataset = known_points(source, wanted["n_points"], **drawn)
            self.fresh = self.held_out or known_points(source, FRESH_POINTS, stream=FRESH, **drawn)
        if self.drawn:
            x1, x2, y = np.array(self.drawn).T
            X = np.vstack([self.dataset.X, np.column_stack([x1, x2, np.ones(len(y))])])
            self.dataset = Dataset("with points drawn", X, np.append(self.dataset.y, y.astype(int)))

    def _run(self, forward, backward, faster=1.0):
        """Return a run from the start that the settings name, at their rate or a multiple of it."""
        wanted = self.settings
        drawn = dict(seed=wanted["weight_seed"], output_bias=wanted["output_bias"])
        start, rate = draw_weights(wanted["hidden_size"], **drawn), faster * wanted["learning_rate"]
        more = dict(longest=LONGEST, forward=forward, backward=backward)
        return Run(self.dataset, start, wanted["activation"], rate, wanted["iterations"], **more)

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
        """One picture further, or what slow functions have done of that; False at the end."""
        until, seconds = self.live.iteration + self.settings["speed"], 0.1 if self.given else np.inf
        going = self.guarded(self._advance, until, seconds, time.process_time)
        self.until = self.live.iteration
        return going and not self.live.ended

    def reset(self):
        self.restart()
        self.until = 0
        return "Back to the start."

    def _advance(self, until, seconds, clock=time.perf_counter):
        """Take steps, and measure on fresh points at iterations that no picture decides."""
        live, end = self.live, clock() + seconds
        piece = 1 if self.given else LONGEST  # functions of the learner's may be slow
        self._measure()
        while live.iteration < until and not live.ended and clock() < end:
            following = MEASURED[bisect.bisect(MEASURED, live.iteration)]
            live.advance(min(following - live.iteration, until - live.iteration, piece))
            if self.rival:
                self.rival.advance(live.iteration - self.rival.iteration)
            self._measure()

    def _measure(self):
        at = self.live.iteration
        if self.fresh is not None and at in MEASURED and (not self.measured or self.measured[-1][0] < at):
            self.measured.append((at, accuracy(self.fresh.y, self.live.at(self.fresh.X).p)))

    def _arrived(self):
        return self.live.ended or self.live.iteration >= self.until

    # Pictures and text

    def why_ended(self):
        why = "All iterations asked for are done."
        if self.live.diverged:
            why = "Diverged: the numbers are no longer finite."
        return f"Ended at iteration {self.live.iteration}. {why}"

    def draw(self):
        html, self.now = pictures.views(self)
        return html

    def describe(self):
        return f"{self.now.capitalize()}. {self.why_ended() if self.live.diverged else ''}".rstrip()

    def state(self):
        live, state = self.live, super().state() | ({"drawn": list(self.drawn)} if self.drawn else {})
        paused = 0 < live.iteration < live.limit and self._arrived() and not live.ended
        return state | ({"iterations": live.iteration} if paused else {})

    def as_python(self):
        line = super().as_python()
        if self._changed_at:  # the line alone would give another training
            line += f"  # learning rate changed at iteration {', '.join(map(str, self._changed_at))}"
        return line


def planted(mistake):
    """Return a backward pass with a known mistake."""
    return lambda params, passes, *inputs: wrong_gradient(MISTAKES[mistake], params, *inputs)


@base.explores({name: control for name, control in CONTROLS.items() if name != "preset"})
def explore_training(
    dataset=None, *, held_out=None, drawn=(), forward=network.forward, backward=network.backward, **settings
):
    """Controls beside a network in training: surface, curves, hidden units, numbers.

    Parameters
    ----------
    dataset : Dataset or callable, optional
        Points of your own, or a rule as in `make_dataset`, in place of the five patterns.
    held_out : Dataset, optional
        Points not trained on, with a curve of their own; drawn afresh where there is a rule.
    drawn : list of (x1, x2, class)
        Points beside the others, as a click on the decision surface draws them.
    forward, backward : callable
        Functions of your own, called like `coursekit.forward` and `coursekit.backward`.
    pattern, n_points, noise, data_seed, hidden_size, weight_seed, activation, output_bias, learning_rate
        Where the controls start. Points come from `default_rng([data_seed, 1])`, weights from
        `default_rng([weight_seed, 2])`, fresh points from `default_rng([data_seed, 3])`.
    iterations, speed : int
        Where training ends, at once after a change; how many there are between pictures while playing.
    drawing : {"nothing", "a point of class 0", "a point of class 1"}
        What a click on the decision surface draws.
    against : str
        Another training from the same start to race with: "nobody", "the right gradient", "three times
        the rate", "a third of the rate", or a planted mistake of `explore_gradient_check`.
    shown : int
        Unit whose map the surface shows, as after a click on it; -1: none, but the output.
    wires : {"weights", "slopes"}
        What the thickness and the numbers of the wires stand for.
    """
    if isinstance(dataset, Dataset):
        check_dataset(dataset)
    elif dataset is not None and not callable(dataset):
        raise TypeError(f"dataset must be a Dataset or a rule; got {describe(dataset)}")
    if held_out is not None and not isinstance(held_out, Dataset):
        raise TypeError(f"held_out must be a Dataset; got {describe(held_out)}")
    scene = TrainingScene(dataset, held_out, forward, backward)
    scene.open_with([number for point in drawn for number in point])
    seeds = {"New points": "data_seed", "New weights": "weight_seed"}
    buttons = {title: partial(scene.new, name) for title, name in seeds.items() if name in scene.table}
    return Shell(scene, settings, FRONT, buttons)
