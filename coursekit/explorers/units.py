"""`explore_units`: lines and output weights set by hand, until they enclose a pattern."""

from html import escape

import numpy as np

from coursekit import network
from coursekit._validation import check_params, describe
from coursekit.activations import ACTIVATIONS
from coursekit.descent.run import Run
from coursekit.explorers import graph, svg
from coursekit.explorers import scene as base
from coursekit.explorers.shell import Shell
from coursekit.losses import accuracy
from coursekit.network import Params
from coursekit.palette import BLUE, GREEN, GREY, VERMILION
from coursekit.patterns import majority_baseline, rule_name
from coursekit.starts import draw_points, draw_weights

MOST = 6  # hidden units that can be set by hand
PARTS = ("angle", "shift", "steepness", "weight")  # of a unit: the columns of `lines`
STARTS, RATE, ITERATIONS = 4, 1.5, 3000  # of the training to compare with


def _unit_names(h):
    return [(f"unit {unit}", unit) for unit in range(h)]


CONTROLS = {
    "pattern": base.PATTERN,
    "hidden_size": base.slider("Hidden units", 3, 1, MOST),
    "compare": base.tick("Compare with training", True),
    "unit": base.choice("Chosen unit", 0, _unit_names(MOST)),
    "angle": base.slider("Angle (°)", 0.0, -180, 180, 1),
    "shift": base.slider("Shift", 0.0, -1.5, 1.5, 0.01, digits=2),
    "steepness": base.slider("Steepness", 0.0, 0, 30, 0.1, digits=1),
    "weight": base.slider("Output weight", 0.0, -30, 30, 0.1, digits=1),
    "output_bias": base.slider("Output bias", 0.0, -60, 60, 0.1, digits=1),
}


def params_from_lines(lines, output_bias):
    """Return the weights of units that are given as lines (h, 4).

    Of each unit: where its positive side looks, in degrees counted from the x1 axis towards the x2 axis;
    how far the centre lies on the positive side; steepness; output weight.
    """
    angle, shift, steepness, weight = lines.T
    direction = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    W1 = steepness * np.array([*direction, shift])
    return Params(W1.round(4) + 0.0, np.append(weight, output_bias).round(4))


def lines_from_params(params):
    """Return (lines, output bias), the opposite of `params_from_lines`; without output bias it is 0."""
    W1, W2 = params
    steepness = np.hypot(W1[0], W1[1])
    angle, h = np.rad2deg(np.arctan2(W1[1], W1[0])), W1.shape[1]
    return np.column_stack([angle, W1[2] / steepness, steepness, W2[:h]]), float(W2[h:].sum())


def starting_lines(hidden_size):
    """Return MOST parallel lines, of which those beyond `hidden_size` do not vote, and an output bias."""
    weights = np.where(np.arange(MOST) < hidden_size, 10.0, 0.0)
    shifts = np.linspace(0.6, -0.9, MOST).round(2)
    return np.column_stack([0 * shifts, shifts, 20 + 0 * shifts, weights]), -10.0 * (hidden_size - 0.5)


class UnitsScene(base.Scene):
    """Lines set by hand on a pattern, as in `params_from_lines`, of all units that there may be."""

    name, table, beside = "units", CONTROLS, "params"

    def __init__(self, hidden_size, params=None):
        self.lines, self.output_bias = starting_lines(hidden_size)
        if params is not None:
            self._take(params)
        self.start = self.lines, self.output_bias
        self.best, self.trained, self._runs, self._mine = {}, {}, {}, None
        self.chosen = self._drag = 0

    def _take(self, params):
        """Take over the lines of a network; others stay behind them."""
        W1, _ = check_params(params)
        if W1.shape[1] > MOST:
            raise ValueError(f"params must have at most {MOST} hidden units; got {W1.shape[1]}")
        flat = np.flatnonzero(np.hypot(W1[0], W1[1]) == 0)
        if flat.size:
            raise ValueError(
                f"params must give each unit a weight of x1 or x2 that is not 0; got unit {flat[0]}"
            )
        lines, self.output_bias = lines_from_params(params)
        self.lines = np.vstack([lines, self.lines[len(lines) :]])

    # What the shell calls

    def change(self, name, settings):
        """Take over what has changed; the sliders of a unit belong to the chosen one."""
        before, self.settings = self.settings or settings, settings
        if name is None or name == "pattern":
            self.dataset = draw_points(settings["pattern"], seed=0)
        self.h = settings["hidden_size"]
        self.chosen = min(settings["unit"], self.h - 1)
        for column, part in enumerate(PARTS):
            if settings[part] != before[part]:
                self._set(self.chosen, column, settings[part])
        if settings["output_bias"] != before["output_bias"]:
            self.output_bias = settings["output_bias"]
        return self._show()

    def open_with(self, numbers):
        """Take over weights: W1 row by row, then W2 with the output bias."""
        self._take(base.params_from(numbers, output_bias=True))

    def _set(self, unit, column, value):
        self.lines = self.lines.copy()
        self.lines[unit, column] = value

    def _show(self, said=""):
        """Show the lines; those set by hand may be the best so far."""
        self.params = params_from_lines(self.lines[: self.h], self.output_bias)
        self.case = rule_name(self.settings["pattern"]), self.h
        self.p, self.accuracy = self._rate(self.params)
        if self._mine is None:
            self.best[self.case] = max(self.accuracy, self.best.get(self.case, 0.0))
        return said

    def _rate(self, params):
        p = network.forward(params, self.dataset.X).p
        return p, accuracy(self.dataset.y, p)

    def work(self, seconds):
        """Train networks of this size from STARTS starts, once for each pattern, if that is asked for."""
        if not self.settings["compare"] or self.case in self.trained:
            return False
        if self.case not in self._runs:
            starts = [draw_weights(self.h, seed=seed, output_bias=True) for seed in range(STARTS)]
            runs = [Run(self.dataset, start, "sigmoid", RATE, ITERATIONS) for start in starts]
            self._runs[self.case] = runs
        for run in self._runs[self.case]:
            if not run.ended:
                run.advance_for(seconds, ITERATIONS)
                return True
        rated = [(self._rate(run.params)[1], run.params) for run in self._runs[self.case]]
        self.trained[self.case] = max(rated, key=lambda one: one[0])
        return False

    def hand(self, spot, drag, start, now):
        """Choose a unit by its map, or move the line that was next to where the hand began."""
        if spot.startswith("unit-"):
            self.chosen = int(spot[5:])
            return f"Unit {self.chosen} is chosen."
        angles = np.deg2rad(self.lines[: self.h, 0])
        directions = np.column_stack([np.cos(angles), np.sin(angles)])
        if drag != self._drag:
            away = directions @ start + self.lines[: self.h, 1]
            self._drag, self.chosen = drag, int(np.abs(away).argmin())
            self._grip = float(away[self.chosen])
        shift = self._grip - directions[self.chosen] @ now
        self._set(self.chosen, 1, np.clip(shift, -1.5, 1.5).round(2))
        return self._show(f"The line of unit {self.chosen} is moved.")

    # What the buttons call

    def show_trained(self):
        """Put the trained weights in place of those set by hand, and keep the latter."""
        self.settings = self.settings | {"compare": True}
        while self.work(1.0):
            pass
        self._mine = self._mine or (self.lines, self.output_bias)
        self._take(self.trained[self.case][1])
        return self._show("These are the weights that training found.")

    def put_back(self):
        """Back to the weights set by hand."""
        self.lines, self.output_bias = self._mine or (self.lines, self.output_bias)
        self._mine = None
        return self._show("These are your weights.")

    def start_again(self):
        """Back to the first lines."""
        self._mine, (self.lines, self.output_bias) = None, self.start
        return self._show("Back to the first lines.")

    def follow(self, controls):
        """Let the sliders belong to the chosen unit."""
        if len(controls["unit"].options) != self.h:
            controls["unit"].options = _unit_names(self.h)
        of_unit = dict(zip(PARTS, self.lines[self.chosen].tolist(), strict=True))
        self.settings |= of_unit | {"output_bias": self.output_bias, "unit": self.chosen}
        super().follow(controls)

    # Pictures and text

    def draw(self):
        lines = self.points() + graph.lines_on_surface(self.params, self.chosen)
        surface, wrong = graph.surface(self._forward, self.dataset, lines)
        alt = f"Decision surface with {self.h} lines: {wrong} "
        alt += f"Maps of {self.h} hidden units; unit {self.chosen} is framed. {self._sums()}"
        maps = graph.maps(self._forward, self.h, ACTIVATIONS["sigmoid"])
        body = graph.living(self.params, maps, surface, self.params, chosen=self.chosen)
        views = svg.panel("The network", body, alt, graph.WIDE) + self._bars()
        return f'<div class="ck-two">{views}</div><div class="ck-numbers">{escape(self._sums())}</div>'

    def _forward(self, X):
        return network.forward(self.params, X)

    def _bars(self):
        """Return the accuracies as bars; the trained one only where it is asked for and known."""
        found = self.trained.get(self.case) if self.settings["compare"] else None
        hidden = "" if found else ": being trained" if self.settings["compare"] else ": hidden"
        bars = [
            ("these weights", self.accuracy, VERMILION),
            ("your best so far", self.best.get(self.case), BLUE),
            (f"training, best of {STARTS} starts{hidden}", found and found[0], GREEN),
            ("majority baseline", majority_baseline(self.dataset.y), GREY),
        ]
        look = "background:linear-gradient(90deg,{1} {0:.1%},transparent 0)"
        rows = [
            (name, ("", "ck-bar", look.format(share or 0, color)), "" if share is None else f"{share:.3f}")
            for name, share, color in bars
        ]
        return svg.table("Accuracy", rows, kind="ck-bars")

    def _sums(self):
        """Write out the weighted sums of the chosen unit and of the output."""
        w1, w2, bias = self.params.W1[:, self.chosen]
        logit = " ".join(f"{weight:+.1f} a{unit}" for unit, weight in enumerate(self.params.W2[: self.h]))
        text = f"Unit {self.chosen}: z = {w1:+.1f} x1 {w2:+.1f} x2 {bias:+.1f}, its line is where z = 0. "
        text += f"Output: logit = {logit} {self.output_bias:+.1f}."
        return text.replace("+", "+ ").replace("-", "− ").replace("= + ", "= ")

    def describe(self):
        """Say how good these weights are, beside the best so far, training and the majority."""
        text = f"{'By hand' if self._mine is None else 'Trained weights'}: accuracy {self.accuracy:.3f}"
        if self.case in self.best:
            text += f"; your best so far {self.best[self.case]:.3f}"
        if self.settings["compare"] and self.case in self.trained:
            text += f"; training reached {self.trained[self.case][0]:.3f}"
        text += f"; majority baseline {majority_baseline(self.dataset.y):.3f}."
        answers = np.unique(self.p >= 0.5)
        return text + (f" All points are answered with class {int(answers[0])}." if len(answers) == 1 else "")

    def state(self):
        said_otherwise = (*PARTS, "output_bias")  # by the weights; a rule, as the first argument
        found = super().state().items()
        state = {k: v for k, v in found if k not in said_otherwise and not callable(v)}
        return state | {"params": self.params}

    @property
    def given(self):
        pattern = self.settings["pattern"]
        return [rule_name(pattern)] if callable(pattern) else []


@base.explores({name: CONTROLS[name] for name in ("hidden_size", "compare")})
def explore_units(pattern="circle", *, params=None, **settings):
    """Lines of hidden units and their output weights, set by hand until they enclose a pattern.

    Parameters
    ----------
    pattern : str or callable
        A name from `PATTERNS`, or a rule as in `make_dataset`.
    hidden_size : int
        Number of hidden units to start with, from 1 to 6.
    params : Params, optional
        Weights to start from, in place of parallel lines; they say the number of units.
    compare : bool
        Whether the accuracy that training reaches is shown; there is a control to change it.
    """
    if not (isinstance(pattern, str) or callable(pattern)):
        raise TypeError(f"pattern must be a name or a rule; got {describe(pattern)}")
    h = settings.get("hidden_size", 3)
    scene = UnitsScene(h if h in range(MOST) else MOST, params)
    if params is not None:
        h = len(params[0].T)
    if callable(pattern):
        options = [(rule_name(pattern), pattern), *base.PATTERN.options["options"]()]
        scene.table = CONTROLS | {"pattern": base.choice("Pattern", pattern, options)}
    buttons = {
        "Show what training found": scene.show_trained,
        "Put my weights back": scene.put_back,
        "Start again": scene.start_again,
    }
    front = [name for name in CONTROLS if name != "compare"]
    return Shell(scene, settings | {"pattern": pattern, "hidden_size": h}, front, buttons)
