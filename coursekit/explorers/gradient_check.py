"""`explore_gradient_check`: the error of a gradient against the step of its check, as an instrument."""

from html import escape

import ipywidgets as widgets
import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.diagnosis.gradient import wrong_gradient
from coursekit.explorers import gradient_pictures as pictures
from coursekit.explorers import nudges
from coursekit.explorers import scene as base
from coursekit.explorers.shell import Shell
from coursekit.explorers.svg import short
from coursekit.gradcheck import check_gradient
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
        views = pictures.v_curve(STEPS, errors, step, self.first_kink) + self._microscope()
        kinks = np.isnan(np.vstack(self.careful.numeric))
        views += pictures.ratios(np.vstack(self.sought), np.vstack(self.report.numeric), kinks)
        call = f"check_gradient(..., step={short(step)}{', pre_activations=...' if self.kinked else ''})"
        report = f'<div class="ck-numbers ck-code">{escape(call)}\n{escape(repr(self.careful))}</div>'
        return f'<div class="ck-views">{views}</div>{report}'

    def _microscope(self):
        block, index, given, numeric = self.report.worst
        step, weight = self.settings["step"], getattr(self.params, block)[index]
        near = [nudges.moved(self.params, block, index, weight + step * t) for t in pictures.NEAR]
        change = np.array([nudges.loss_of(params, *self.inputs) for params in near])
        change -= nudges.loss_of(self.params, *self.inputs)
        return pictures.microscope(f"{block}{list(index)} (worst)", step, change, given, numeric)


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
    return Shell(GradientCheckScene(backward), settings)
