"""`explore_gradient_check`: the error of a gradient against the step of its check, as an instrument."""

from html import escape

import ipywidgets as widgets
import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.diagnosis.gradient import wrong_gradient
from coursekit.explorers import gradient_pictures as pictures
from coursekit.explorers import nudges as curves
from coursekit.explorers import scene as base
from coursekit.explorers.shell import Shell
from coursekit.explorers.svg import short
from coursekit.gradcheck import check_gradient
from coursekit.losses import log_loss_from_logits
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

    def __init__(self, table, backward=None):
        self.table, self.backward = table, backward
        self.own = (backward,) if backward else ()

    def change(self, name, settings):
        """Take over the settings; only a new step leaves the curves as they are."""
        again, self.error, self.settings = name != "step" or self.error is not None, None, settings
        self.guarded(self._compute if again else self._check)
        return ""

    def describe(self):
        """Say what the check finds at this step."""
        errors = ", ".join(f"{name} {short(error)}" for name, error in self.report.errors.items())
        step, checked = short(self.settings["step"]), self.settings["checked"]
        text = f"Step {step}, gradient: {checked}. The check says: {self.report.verdict} (error of {errors})."
        if not self.kinked:
            return text
        met = int((self.kinks <= self.settings["step"]).sum())
        text += f" {met} of {3 * self.h} entries of W1 meet a kink at this step"
        text += f"; left out, it says: {self.careful.verdict}." if met else "."
        return f"{text} The first kink is met from step {short(self.kinks.min())} on."

    # Numbers

    def _compute(self):
        """Draw points and weights, ask for the gradient, and measure the errors at all steps."""
        wanted = self.settings
        activation, self.h = wanted["activation"], wanted["hidden_size"]
        self.kinked = bool(ACTIVATIONS[activation].kinks)
        data = draw_points("circle", wanted["n_points"], seed=wanted["data_seed"])
        drawn = draw_weights(self.h, seed=wanted["weight_seed"])
        self.X, self.y = data.X, data.y
        self.params = network.Params(*(wanted["weight_size"] * block for block in drawn))
        passes = network.forward(self.params, self.X, activation)
        arguments = (self.params, passes, self.X, self.y, activation)
        self.given = right = network.backward(*arguments)
        if wanted["checked"] in MISTAKES:
            slug = MISTAKES[wanted["checked"]]
            self.given = wrong_gradient(slug, self.params, self.X, self.y, activation)
        if wanted["checked"] == "yours":
            self.given = self.backward(*arguments)
        self._check()  # refuses what is no gradient
        numeric = curves.central_differences(self.params, self.X, self.y, activation, STEPS)
        given, right = curves.flat(network.Params(*self.given)), curves.flat(right)
        self.kinks = curves.kink_steps(self.params, self.X)
        if not self.kinked:
            self.kinks = np.full_like(self.kinks, np.inf)
        kept = np.where(self.kinks <= STEPS[:, None], np.nan, numeric)
        self.errors = curves.block_errors(given, numeric, self.h)
        self.without_kinks = curves.block_errors(given, kept, self.h)[0]
        self.of_right = curves.block_errors(right, numeric, self.h)[0]

    def _check(self):
        """Check at the chosen step: all entries, and those without a kink."""
        activation, step = self.settings["activation"], self.settings["step"]

        def loss(params):
            return log_loss_from_logits(self.y, network.forward(params, self.X, activation).z2)

        def pre_activations(params):
            return self.X @ params.W1

        self.report = self.careful = check_gradient(loss, self.params, self.given, step=step)
        if self.kinked:
            options = dict(step=step, pre_activations=pre_activations)
            self.careful = check_gradient(loss, self.params, self.given, **options)

    # Pictures

    def draw(self):
        """Return the picture."""
        wanted = self.settings
        step, relu = wanted["step"], self.kinked
        of_right = self.of_right if wanted["checked"] != "right" else None
        lines = pictures.named_lines(self.errors, of_right, self.without_kinks if relu else None)
        both = (network.Params(*blocks) for blocks in (self.given, self.report.numeric))
        given, numeric = (curves.flat(blocks).reshape(4, self.h) for blocks in both)
        kinks = self.kinks.reshape(4, self.h) <= step
        views = pictures.v_curve(STEPS, lines, step, self.kinks.min() if relu else None)
        views += self._microscope() + pictures.ratios(given, numeric, kinks)
        call = f"check_gradient(..., step={short(step)}{', pre_activations=...' if relu else ''})"
        report = f'<div class="ck-numbers ck-code">{escape(call)}\n{escape(repr(self.careful))}</div>'
        return f'<div class="ck-views">{views}</div>{report}'

    def _microscope(self):
        block, index, given, numeric = self.report.worst
        entry = int(np.ravel_multi_index(index, getattr(self.params, block).shape))
        entry += 3 * self.h if block == "W2" else 0
        step, activation = self.settings["step"], self.settings["activation"]
        change = curves.loss_near(self.params, self.X, self.y, activation, entry, pictures.NEAR * step)
        return pictures.microscope(f"{block}{list(index)} (worst)", step, change, given, numeric)

    def as_python(self):
        """Return a line that makes this explorer again."""
        given = [getattr(self.backward, "__name__", "backward")] if self.backward else []
        return base.as_call("gradient_check", given, self.table, self.settings)


@base.explores({name: control for name, control in CONTROLS.items() if name != "checked"})
def explore_gradient_check(backward=None, *, checked=None, **settings):
    """Controls beside a gradient check: error against step, the loss under the microscope, ratios.

    Parameters
    ----------
    backward : callable, optional
        A function of your own, called like `coursekit.backward`.
    checked : str, optional
        Which gradient is checked: "right", one of MISTAKES, or "yours".
    step, activation, n_points, data_seed, hidden_size, weight_seed, weight_size
        Where the controls start. Points of the circle come from `default_rng([data_seed, 1])`,
        weights from `default_rng([weight_seed, 2])`, multiplied by `weight_size`.
    """
    table = dict(CONTROLS)
    if backward is not None:
        base.check_function(backward, "backward")
        table["checked"] = base.choice("Gradient", "yours", ["yours", "right", *MISTAKES])
    checked = table["checked"].start if checked is None else checked
    controls = base.at_start(table, {"checked": checked, **settings})
    return Shell(GradientCheckScene(table, backward), controls)
