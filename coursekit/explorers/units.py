"""`explore_units`: lines and output weights set by hand, until they enclose a pattern."""

from html import escape

import ipywidgets as widgets
import numpy as np

from coursekit import network
from coursekit._validation import describe
from coursekit.explorers import lines as hand
from coursekit.explorers import svg
from coursekit.explorers.shell import Shell, labelled, start_at, three_in_a_row
from coursekit.explorers.training_scene import python_of
from coursekit.losses import accuracy
from coursekit.palette import BLUE, GREEN, GREY, VERMILION
from coursekit.patterns import PATTERNS, majority_baseline, rule_name
from coursekit.starts import draw_points, draw_weights
from coursekit.training import Run

GRID, TILE = svg.square_grid(64), svg.square_grid(24)
STARTS, RATE, ITERATIONS = 4, 1.5, 3000  # of the training to compare with


class UnitsScene:
    """Lines set by hand on a pattern; `shell` says what a scene is.

    Parameters
    ----------
    lines : ndarray, shape (MOST, 4)
        As in `params_from_lines`, of all units that there may be.
    output_bias : float
    """

    def __init__(self, lines, output_bias):
        self.lines, self.output_bias, self.chosen = lines, output_bias, 0
        self._start, self._mine = (lines.copy(), output_bias), None
        self.settings, self.best, self.trained, self._running = None, {}, {}, []
        self.marks_id = f"ck-points-{id(self)}"

    # What the shell calls

    def change(self, name, settings):
        """Take over what has changed; the sliders of a unit belong to the chosen one."""
        before, self.settings = self.settings or settings, settings
        if before is settings or settings["pattern"] != before["pattern"]:
            self.dataset = draw_points(settings["pattern"], seed=0)
        if any(settings[key] != before[key] for key in ("pattern", "hidden_size")):
            self._running = []
        self.h = settings["hidden_size"]
        self.chosen = min(settings["unit"], self.h - 1)
        for column, part in enumerate(hand.PARTS):
            if settings[part] != before[part]:
                self.lines[self.chosen, column] = settings[part]
        if settings["output_bias"] != before["output_bias"]:
            self.output_bias = settings["output_bias"]
        self.lines, self.output_bias = hand.rounded(self.lines, self.output_bias)  # a page sends 9.999999999
        self._answer()
        return ""

    def _answer(self):
        self.params = hand.params_from_lines(self.lines[: self.h], self.output_bias)
        self.p, self.accuracy = self._rate(self.params)
        if self._mine is None:
            self.best[self._case()] = max(self.accuracy, self.best.get(self._case(), 0.0))

    def _rate(self, params):
        p = network.forward(params, self.dataset.X).p
        return p, accuracy(self.dataset.y, p)

    def _case(self):
        return rule_name(self.settings["pattern"]), self.h

    def work(self, seconds):
        """Train networks of this size from STARTS starts, once for each pattern, if that is asked for."""
        if not self.settings["compare"] or self._case() in self.trained:
            return False
        if not self._running:
            self._running = [self._network(seed) for seed in range(STARTS)]
        unfinished = next((live for live in self._running if not live.ended), None)
        if unfinished is not None:
            unfinished.advance_for(seconds, ITERATIONS)
            return True
        found = [hand.rounded(*hand.lines_from_params(live.params)) for live in self._running]
        rated = [(self._rate(hand.params_from_lines(*lines))[1], *lines) for lines in found]
        self.trained[self._case()] = max(rated, key=lambda one: one[0])
        return False

    def _network(self, seed):
        start = draw_weights(self.h, seed=seed, output_bias=True)
        return Run(self.dataset, start, "sigmoid", RATE, ITERATIONS)

    # What the buttons call

    def show_trained(self):
        """Put the trained weights in place of those set by hand, and keep the latter."""
        self.settings = self.settings | {"compare": True}
        while self.work(1.0):
            pass
        self._mine = self._mine or (self.lines.copy(), self.output_bias)
        self.lines[: self.h], self.output_bias = self.trained[self._case()][1:]
        self._answer()
        return "These are the weights that training found."

    def put_back(self):
        """Back to the weights set by hand."""
        if self._mine is not None:
            (self.lines, self.output_bias), self._mine = self._mine, None
        self._answer()
        return "These are your weights."

    def start_again(self):
        """Back to the first lines."""
        self.lines, self.output_bias, self._mine = self._start[0].copy(), self._start[1], None
        self._answer()
        return "Back to the first lines."

    # Pictures and text

    def frame(self):
        """Return the picture."""
        y, (W1, W2) = self.dataset.y, self.params
        wrong = self.dataset.points[(self.p >= 0.5) != (y == 1)]
        marks = (
            f'<use href="#{self.marks_id}"/>' + svg.rings(wrong) + svg.lines_on_surface(W1, W2, self.chosen)
        )
        alt = f"Decision surface with {self.h} lines: {len(wrong)} of {len(y)} points wrong (ringed)."
        views = svg.surface(network.forward(self.params, GRID).p.reshape(64, 64), marks, alt)
        A1 = network.forward(self.params, TILE).A1[:, : self.h].T.reshape(self.h, 24, 24)
        alt = f"Maps of {self.h} hidden units; unit {self.chosen} is framed. {self._sums()}"
        views += svg.unit_maps(A1, W1, W2, alt, chosen=self.chosen) + self._bars()
        return f'<div class="ck-views">{views}</div><div class="ck-numbers">{escape(self._sums())}</div>'

    def _bars(self):
        rows = [("these weights", self.accuracy, VERMILION), ("your best so far", self._best(), BLUE)]
        found = self.trained.get(self._case()) if self.settings["compare"] else None
        hidden = "being trained" if self.settings["compare"] else "hidden"
        name = f"training, best of {STARTS} starts"
        rows.append((name, found[0], GREEN) if found else (f"{name}: {hidden}", None, GREEN))
        rows.append(("majority baseline", majority_baseline(self.dataset.y), GREY))
        body = ""
        for row, (name, value, color) in enumerate(rows):
            top = 16 + 70 * row
            body += svg.text(4, top, name, size=15)
            body += f'<rect x="4" y="{top + 8}" width="230" height="24" fill="none" stroke="currentColor"/>'
            if value is not None:
                body += f'<rect x="4" y="{top + 8}" width="{230 * value:.1f}" height="24" fill="{color}"/>'
                body += svg.text(242, top + 26, f"{value:.3f}", size=17)
        return svg.panel("Accuracy", body, self._numbers())

    def _best(self):
        return self.best.get(self._case())

    def _sums(self):
        """Write out the weighted sums of the chosen unit and of the output."""
        w1, w2, bias = self.params.W1[:, self.chosen]
        logit = " ".join(f"{weight:+.1f} a{unit}" for unit, weight in enumerate(self.params.W2[: self.h]))
        text = f"Unit {self.chosen}: z = {w1:+.1f} x1 {w2:+.1f} x2 {bias:+.1f}, its line is where z = 0. "
        text += f"Output: logit = {logit} {self.output_bias:+.1f}."
        return text.replace("+", "+ ").replace("-", "− ").replace("= + ", "= ")

    def _numbers(self):
        whose = "By hand" if self._mine is None else "Trained weights"
        text = f"{whose}: accuracy {self.accuracy:.3f}"
        if self._best() is not None:
            text += f"; your best so far {self._best():.3f}"
        if self.settings["compare"] and self._case() in self.trained:
            text += f"; training reached {self.trained[self._case()][0]:.3f}"
        return text + f"; majority baseline {majority_baseline(self.dataset.y):.3f}."

    def marks(self):
        """Return the points once, for all pictures to refer to."""
        return svg.marks_to_refer_to(self.marks_id, self.dataset.points, self.dataset.y)

    def status(self):
        """Say what the picture shows."""
        answers = np.unique(self.p >= 0.5)
        all_one = "" if len(answers) > 1 else f" All points are answered with class {int(answers[0])}."
        return self._numbers() + all_one

    def as_python(self):
        """Return Python that makes the weights."""
        return python_of(self.params)


class UnitsExplorer(Shell):
    """The widgets of `explore_units`."""

    def __init__(self, scene, controls):
        self.python = widgets.Textarea(description="As Python", layout={"width": "auto", "height": "7.5em"})
        buttons = []
        for text, act in (
            ("Show what training found", scene.show_trained),
            ("Put my weights back", scene.put_back),
            ("Start again", scene.start_again),
        ):
            button = widgets.Button(description=text, tooltip=text)
            button.on_click(lambda _, act=act: self._act(act))
            buttons.append(button)
        row = widgets.HBox(buttons)
        row.add_class("ck-controls")
        super().__init__(scene, controls, below=[row, self.python])

    def _act(self, act):
        with self._lock:
            self.show(act())

    def show(self, said="", status=True):
        self._follow()
        super().show(said, status)
        if status:
            self.python.value = self.scene.as_python()

    def _follow(self):
        """Let the controls say what the scene holds: the sliders belong to the chosen unit."""
        scene, quiet = self.scene, getattr(self, "_quiet", False)
        self._quiet = True
        if len(self.controls["unit"].options) != scene.h:
            self.controls["unit"].options = _unit_names(scene.h)
        values = [*scene.lines[scene.chosen].tolist(), scene.output_bias]
        for name, value in zip((*hand.PARTS, "output_bias"), values, strict=True):
            control = self.controls[name]
            control.min, control.max = min(control.min, value), max(control.max, value)
            if abs(control.value - value) > 1e-6:
                control.value = value
        self.controls["unit"].value = scene.chosen
        self.controls["compare"].value = scene.settings["compare"]
        scene.settings = self.settings()
        self._quiet = quiet


def explore_units(pattern="circle", *, hidden_size=3, params=None, compare=True):
    """Lines of hidden units and their output weights, set by hand until they enclose a pattern.

    Parameters
    ----------
    pattern : str or callable
        A name from `PATTERNS`, or a rule of your own as in `make_dataset`.
    hidden_size : int
        Number of hidden units to start with, from 1 to 6.
    params : Params, optional
        Weights to start from, in place of parallel lines; they say the number of units. They are
        rounded to the steps of the sliders, as are those that training finds.
    compare : bool
        Whether the accuracy that training reaches is shown; there is a control to change it.

    Returns
    -------
    Shell
        Widgets, or a sentence where no widget can be shown.

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule, or lies outside the range of its control.
    """
    controls = _controls(pattern)
    if params is not None:
        hidden_size = hand.check_lines(params)
    start = {"pattern": pattern, "hidden_size": hidden_size, "compare": compare}
    for name, value in start.items():
        start_at(controls[name], value, name)
    lines, output_bias = hand.starting_lines(hidden_size), -10.0 * (hidden_size - 0.5)
    if params is not None:
        lines[:hidden_size], output_bias = hand.lines_from_params(params)
    return UnitsExplorer(UnitsScene(lines, output_bias), controls)


def _unit_names(h):
    return [(f"unit {unit}", unit) for unit in range(h)]


def _controls(pattern):
    patterns = [(known.title, name) for name, known in PATTERNS.items()]
    if callable(pattern):
        patterns.insert(0, (rule_name(pattern), pattern))  # what the control shows at first
    elif not isinstance(pattern, str):
        raise TypeError(f"pattern must be a name or a rule; got {describe(pattern)}")
    titles = ("Angle (°)", "Shift", "Steepness", "Output weight", "Output bias")
    most, steps = (180, 1.5, 30, 30, 60), (1, 0.01, 0.1, 0.1, 0.1)
    controls = {
        "pattern": labelled(widgets.Dropdown, options=patterns, description="Pattern"),
        "hidden_size": labelled(widgets.IntSlider, min=1, max=hand.MOST, description="Hidden units"),
        "compare": labelled(widgets.Checkbox, description="Compare with training", indent=False),
        "unit": labelled(widgets.ToggleButtons, options=_unit_names(hand.MOST), description="Chosen unit"),
    }
    for name, title, end, step in zip((*hand.PARTS, "output_bias"), titles, most, steps, strict=True):
        look = {"description": title, "readout_format": f".{len(str(step)) - 2 if step < 1 else 0}f"}
        low = 0 if name == "steepness" else -end
        controls[name] = labelled(widgets.FloatSlider, min=low, max=end, step=step, **look)
    return three_in_a_row(controls)
