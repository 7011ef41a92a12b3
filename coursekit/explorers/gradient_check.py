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

    name, table = "gradient_check", CONTROLS

    def __init__(self, backward=None):
        if backward is not None:
            self.given, self.own = base.own_functions(backward=backward), (backward,)
            yours = base.choice("Gradient", "yours", ["yours", "right", *MISTAKES])
            self.table = CONTROLS | {"checked": yours}

    def change(self, name, settings):
        again, self.error, self.settings = name != "step" or self.error is not None, None, settings
        self.guarded(self._compute if again else self._check)
        return ""

    def describe(self):
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
        self.params = network.Params(*(wanted["weight_size"] * block for block in drawn))
        self.inputs = self.X, self.y, _ = data.X, data.y, activation
        arguments = (self.params, network.forward(self.params, self.X, activation), *self.inputs)
        self.right = self.sought = network.backward(*arguments)
        if wanted["checked"] == "yours":
            self.sought = self.own[0](*arguments)
        elif wanted["checked"] != "right":
            self.sought = wrong_gradient(MISTAKES[wanted["checked"]], self.params, *self.inputs)
        self._check()  # refuses what is no gradient
        self.numeric = nudges.central_differences(self.params, *self.inputs, STEPS)
        self.kinks = nudges.kink_steps(self.params, self.X)
        if not self.kinked:
            self.kinks = np.full_like(self.kinks, np.inf)

    def _check(self):
        """Check at the chosen step: all entries, and those without a kink."""
        X, y, activation = self.inputs

        def loss(params):
            return log_loss_from_logits(y, network.forward(params, X, activation).z2)

        options = {"pre_activations": lambda params: X @ params.W1} if self.kinked else {}
        given = (loss, self.params, self.sought)
        self.report = check_gradient(*given, step=self.settings["step"])
        self.careful = check_gradient(*given, step=self.settings["step"], **options)

    def errors(self, gradient, numeric):
        return nudges.block_errors(nudges.flat(network.Params(*gradient)), numeric, self.h)

    # Pictures

    def draw(self):
        step, of_right, without, beside = self.settings["step"], None, None, {}
        if self.settings["checked"] != "right":
            of_right = self.errors(self.right, self.numeric)[0]
        if self.kinked:
            kept = np.where(self.kinks <= STEPS[:, None], np.nan, self.numeric)
            without, beside = self.errors(self.sought, kept)[0], {"first_kink": self.kinks.min()}
        errors = self.errors(self.sought, self.numeric)
        views = pictures.v_curve(STEPS, errors, step, of_right, without, **beside)
        both = (network.Params(*blocks) for blocks in (self.sought, self.report.numeric))
        tables = (*map(nudges.flat, both), self.kinks <= step)
        views += self._microscope() + pictures.ratios(*(table.reshape(4, self.h) for table in tables))
        call = f"check_gradient(..., step={short(step)}{', pre_activations=...' if self.kinked else ''})"
        report = f'<div class="ck-numbers ck-code">{escape(call)}\n{escape(repr(self.careful))}</div>'
        return f'<div class="ck-views">{views}</div>{report}'

    def _microscope(self):
        block, index, given, numeric = self.report.worst
        entry = int(np.ravel_multi_index(index, getattr(self.params, block).shape))
        entry += 3 * self.h if block == "W2" else 0
        step = self.settings["step"]
        change = nudges.loss_near(self.params, *self.inputs, entry, pictures.NEAR * step)
        return pictures.microscope(f"{block}{list(index)} (worst)", step, change, given, numeric)


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
