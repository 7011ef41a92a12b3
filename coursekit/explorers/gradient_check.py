"""`explore_gradient_check`: the error of a gradient against the step of its check, as an instrument."""

from html import escape

import ipywidgets as widgets
import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.diagnosis.gradient import wrong_gradient
from coursekit.explorers import nudges, svg
from coursekit.explorers import scene as base
from coursekit.explorers.shell import Shell
from coursekit.explorers.svg import short
from coursekit.gradcheck import AGREES_UP_TO, SUSPICIOUS_UP_TO, check_gradient
from coursekit.palette import BLUE, GREEN, PURPLE, VERMILION
from coursekit.starts import draw_points, draw_weights

STEPS = np.array([float(f"{m}e{e}") for e in range(-15, 0) for m in (1, 2, 5)] + [1.0])
SIZES = (0.01, 0.1, 0.3, 1.0, 3.0, 10.0)
MISTAKES = {  # as the control calls them -> in the library of the diagnosis
    "summed": "summed",
    "mean twice": "divided-by-n-twice",
    "sign flipped": "sign-flipped",
    "no slope": "slope-forgotten",
    "slope twice": "slope-twice",
    "slope of A1": "slope-of-activation",
    "tanh slope": "slope-of-tanh",
    "through dW2": "through-the-gradient",
    "no bias row": "bias-row-left-out",
}
FLOOR = 1e-13  # smaller errors are drawn here
BOX, KEY = dict(top=18, height=200, left=48), (8, 266)  # of panels with axes, and where their keys begin
LOOKS = {
    "W1": (BLUE, ""),
    "W2": (VERMILION, "7 4"),
    "W1, right gradient": ("currentColor", "1 4"),
    "W1 without kinks": (GREEN, "9 3 2 3"),
}
SLOPES = {"loss": ("currentColor", ""), "central": (VERMILION, "7 4"), "given": (BLUE, "2 4")}
WORDS = (1e-7, 2e-3, "wrong"), (1.5e-15, 1e-5, "suspicious"), (1.5e-15, 1e-9, "agrees")
NEAR = np.linspace(-1.5, 1.5, 121)  # offsets under the microscope, in steps
NAMES = ("W1: x1", "W1: x2", "W1: bias", "W2")
OFF = "#F2B84B"
CONTROLS = {
    "checked": base.choice("Gradient", "right", ["right", *MISTAKES]),
    "step": base.choice("Step h", 1e-5, [(short(h), float(h)) for h in STEPS], widgets.SelectionSlider),
    "activation": base.ACTIVATION,
    "n_points": base.slider("Points", 20, 1, 60),
    "data_seed": base.seed("points"),
    "hidden_size": base.slider("Hidden units", 3, 1, 4),
    "weight_seed": base.seed("weights"),
    "weight_size": base.choice("Weights ×", 1.0, [(f"{s:g}", s) for s in SIZES], widgets.SelectionSlider),
}
FRONT = ("checked", "step", "activation", "n_points", "weight_size")


class GradientCheckScene(base.Scene):
    """A gradient, right or wrong or the learner's own, and central differences at all steps."""

    name, table, height = "gradient_check", CONTROLS, 480

    def __init__(self, backward=None):
        if backward is not None:
            self.given, self.own = base.own_functions(backward=backward), (backward,)
            yours = base.choice("Gradient", "yours", ["yours", "right", *MISTAKES])
            self.table = CONTROLS | {"checked": yours}

    def change(self, name, settings):
        again, self.error, self.settings = name != "step" or self.error is not None, None, settings
        if not again or self.guarded(self._compute):
            at = int(np.abs(STEPS - settings["step"]).argmin())
            self.report, self.careful = self.checks[at], self.careful_checks[at]
        return ""

    def describe(self):
        errors = ", ".join(f"{name} {short(error)}" for name, error in self.report.errors.items())
        step, checked = short(self.settings["step"]), self.settings["checked"]
        text = f"Step {step}, gradient: {checked}. The check says: {self.report.verdict} (error of {errors})."
        if not self.kinked:
            return text
        text += f" {len(self.careful.kinks)} of {self.params.W1.size} entries of W1 meet a kink at this step"
        text += f"; left out, it says: {self.careful.verdict}." if self.careful.kinks else "."
        return f"{text} The first kink is met from step {short(self.first_kink)} on."

    def _compute(self):
        """Draw points and weights, ask for the gradient, and check it at all steps."""
        wanted = self.settings
        activation = wanted["activation"]
        data = draw_points("circle", wanted["n_points"], seed=wanted["data_seed"])
        drawn = draw_weights(wanted["hidden_size"], seed=wanted["weight_seed"])
        self.params = network.Params(*(wanted["weight_size"] * block for block in drawn))
        self.inputs = data.X, data.y, activation
        arguments = (self.params, network.forward(self.params, data.X, activation), *self.inputs)
        self.right = self.sought = network.backward(*arguments)
        if wanted["checked"] == "yours":
            self.sought = self.own[0](*arguments)
        elif wanted["checked"] != "right":
            self.sought = wrong_gradient(MISTAKES[wanted["checked"]], self.params, *self.inputs)
        self.checks = self.careful_checks = self._checks()
        self.kinked = bool(ACTIVATIONS[activation].kinks)
        if self.kinked:
            self.careful_checks = self._checks(pre_activations=lambda params: data.X @ params.W1)
        met = (step for step, check in zip(STEPS, self.careful_checks, strict=True) if check.kinks)
        self.first_kink = next(met, np.inf)

    def _checks(self, **options):
        def loss(params):
            return nudges.loss_of(params, *self.inputs)

        return [check_gradient(loss, self.params, self.sought, step=step, **options) for step in STEPS]

    # Pictures

    def draw(self):
        step = self.settings["step"]
        errors = {name: [check.errors[name] for check in self.checks] for name in ("W1", "W2")}
        if self.settings["checked"] != "right":
            errors["W1, right gradient"] = [_error(self.right.W1, check.numeric.W1) for check in self.checks]
        if self.kinked:
            errors["W1 without kinks"] = [check.errors["W1"] for check in self.careful_checks]
        views = self._v_curve(errors) + self._microscope() + self._ratios()
        call = f"check_gradient(..., step={short(step)}{', pre_activations=...' if self.kinked else ''})"
        report = f'<div class="ck-numbers ck-code">{escape(call)}\n{escape(repr(self.careful))}</div>'
        return f'<div class="ck-views">{views}</div>{report}'

    def _v_curve(self, errors):
        """Draw name -> errors against steps on log axes, with the chosen step and the region of kinks."""
        step, ticks = self.settings["step"], {float(f"1e{power}"): f"1e{power}" for power in range(-15, 0, 3)}
        ticks[1.0] = "1"
        look = dict(x_ticks=ticks, y_ticks={v: words for v, words in ticks.items() if v > FLOOR}, log=True)
        plot = svg.Plot((1e-15, 1.0), (FLOOR, 1.0), "error", "step h", **BOX, **look)
        if self.first_kink < 1:
            start = float(plot.to_x(self.first_kink))
            area = dict(x=start, y=plot.top, width=plot.right - start, height=plot.bottom - plot.top)
            plot.body += svg.tag("rect", **area, fill=PURPLE, opacity="0.25")
            plot.words(0.8, 2e-13, "kinks", "end")
        for limit in (AGREES_UP_TO, SUSPICIOUS_UP_TO):
            plot.level(limit, dash="2 3", width=1)
        plot.cursor(step)
        now, lowest = [], ""
        for name, found in errors.items():
            error = found[int(np.abs(STEPS - step).argmin())]
            plot.curve(STEPS, np.array(found), *LOOKS[name], name=name)
            now.append(f"{name} {short(error)}")
            if not np.isnan(error):
                plot.mark(step, error, LOOKS[name][0])
            if not np.isnan(found).all():
                low = np.nanargmin(found)
                lowest += f" {name} is lowest, {short(found[low])}, at step {short(STEPS[low])}."
        for x, error, words in WORDS:
            plot.words(x, error, words)
        alt = f"Error against step, both on log scales. At step {short(step)}: {', '.join(now)}.{lowest}"
        key = svg.legend([(name, *LOOKS[name]) for name in errors], *KEY)
        return svg.panel("Error against step", plot.body + key, alt)

    def _microscope(self):
        """Draw the change of the loss where the worst entry moves by NEAR steps, and two slopes."""
        block, index, given, numeric = self.report.worst
        step, weight = self.settings["step"], getattr(self.params, block)[index]
        near = [nudges.moved(self.params, block, index, weight + step * t) for t in NEAR]
        change = np.array([nudges.loss_of(params, *self.inputs) for params in near])
        change -= nudges.loss_of(self.params, *self.inputs)
        top = 1.1 * max(np.abs(change).max(), 1e-300)
        look = dict(x_ticks={-1: f"−{short(step)}", 0: "w", 1: f"+{short(step)}"})
        look["y_ticks"] = {0.9 * top: f"+{short(top * 0.9)}", 0: "0", -0.9 * top: f"−{short(top * 0.9)}"}
        plot = svg.Plot((-1.5, 1.5), (-top, top), "change of the loss", "steps h from w", **BOX, **look)
        plot.level(0, dash="2 3", width=1)
        plot.cursor(0)
        plot.curve(NEAR, change, "currentColor", name="loss")
        ends = np.abs(np.abs(NEAR) - 1).argsort()[:2]
        for name, slope, through in ("central", numeric, change[ends].mean()), ("given", given, 0.0):
            line = through + slope * step * NEAR
            plot.curve(NEAR, np.where(np.abs(line) <= top, line, np.nan), *SLOPES[name], name=name)
        for k in ends:
            plot.mark(NEAR[k], change[k], VERMILION)
        key = svg.legend([(name, *look) for name, look in SLOPES.items()], *KEY)
        name = f"{block}{list(index)} (worst)"
        alt = f"The loss within one step and a half of {name}: the central difference has slope "
        alt += f"{short(numeric)}, the given gradient {short(given)}."
        return svg.panel(f"Loss near {name}", plot.body + key, alt)

    def _ratios(self):
        """Return given / numeric of each entry as a table: rows of W1, and W2; some meet a kink."""
        given, numeric = np.vstack(self.sought), np.vstack(self.report.numeric)
        kinks = np.isnan(np.vstack(self.careful.numeric))

        def cell(row, unit):
            a, b, small = given[row, unit], numeric[row, unit], "kink" if kinks[row, unit] else ""
            return svg.words_on(OFF if abs(a - b) > 1e-3 * abs(b) else "", svg.ratio(a, b), small)

        units = range(given.shape[1])
        rows = [[name, *(cell(row, unit) for unit in units)] for row, name in enumerate(NAMES)]
        head = ["", *(f"unit {unit}" for unit in units)]
        return svg.table("Given / numeric", rows, head, "ck-cells", "filled: off by more than 0.1 %")


def _error(a, b):
    """Return the norm-relative error, as `check_gradient` finds it."""
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / size if size else 0.0


@base.explores(CONTROLS)
def explore_gradient_check(backward=None, **settings):
    """Controls beside a gradient check: error against step, the loss under the microscope, ratios.

    Parameters
    ----------
    backward : callable, optional
        A function of your own, called like `coursekit.backward`.
    checked : str
        Which gradient is checked: "right", one of MISTAKES, or "yours", where there is one.
    step, activation, n_points, data_seed, hidden_size, weight_seed, weight_size
        Where the controls start. Points of the circle come from `default_rng([data_seed, 1])`,
        weights from `default_rng([weight_seed, 2])`, multiplied by `weight_size`.
    """
    return Shell(GradientCheckScene(backward), settings, FRONT)
