"""`explore_gradient_check`: the error of a gradient against the step of its check, as an instrument."""

from html import escape

import ipywidgets as widgets
import numpy as np

from coursekit import network
from coursekit._validation import describe
from coursekit.activations import ACTIVATIONS
from coursekit.explorers import gradient_curves as curves
from coursekit.explorers import gradient_pictures as pictures
from coursekit.explorers.gradient_pictures import short
from coursekit.explorers.shell import Shell, labelled, start_at
from coursekit.explorers.training_scene import explain
from coursekit.gradcheck import check_gradient
from coursekit.losses import log_loss_from_logits
from coursekit.starts import draw_points, draw_weights

STEPS = np.array([float(f"{m}e{e}") for e in range(-15, 0) for m in (1, 2, 5)] + [1.0])
SIZES = (0.01, 0.1, 0.3, 1.0, 3.0, 10.0)


class GradientCheckScene:
    """A gradient, right or wrong, and central differences at all steps; `shell` says what a scene is.

    Parameters
    ----------
    backward : callable, optional
        The learner's own, checked where the setting `checked` is "yours".
    """

    def __init__(self, backward=None):
        self.backward, self.error, self._picture = backward, None, ""

    # What the shell calls

    def change(self, name, settings):
        """Take over the settings; only a new step leaves the curves as they are."""
        self.settings = settings
        try:
            if name != "step" or self.error is not None:
                self._compute()
            else:
                self._check()
            self._picture, self.error = self._draw(), None
        except Exception as error:  # whatever a learner's function raises
            self.error = explain(error, self._picture, self.backward)
        return ""

    def work(self, seconds):
        """Leave nothing for later."""
        return False

    def frame(self):
        """Return the picture, or the last good one where the learner's function raises."""
        return self._picture

    def status(self):
        """Say what the check finds at this step."""
        if self.error is not None:
            return self.error
        errors = ", ".join(f"{name} {short(error)}" for name, error in self.report.errors.items())
        step, checked = short(self.settings["step"]), self.settings["checked"]
        text = f"Step {step}, gradient: {checked}. The check says: {self.report.verdict} (error of {errors})."
        if not ACTIVATIONS[self.settings["activation"]].kinks:
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
        data = draw_points("circle", wanted["n_points"], seed=wanted["data_seed"])
        drawn = draw_weights(self.h, seed=wanted["weight_seed"])
        self.X, self.y = data.X, data.y
        self.params = network.Params(*(wanted["weight_size"] * block for block in drawn))
        passes = network.forward(self.params, self.X, activation)
        arguments = (self.params, passes, self.X, self.y, activation)
        self.given = curves.planted(wanted["checked"], *arguments)
        if wanted["checked"] == "yours":
            self.given = self.backward(*arguments)
        self._check()  # refuses what is no gradient
        numeric = curves.central_differences(self.params, self.X, self.y, activation, STEPS)
        given, right = curves.flat(network.Params(*self.given)), curves.flat(network.backward(*arguments))
        self.kinks = curves.kink_steps(self.params, self.X)
        if not ACTIVATIONS[activation].kinks:
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
        if ACTIVATIONS[activation].kinks:
            options = dict(step=step, pre_activations=pre_activations)
            self.careful = check_gradient(loss, self.params, self.given, **options)

    # Pictures

    def _draw(self):
        wanted = self.settings
        step, relu = wanted["step"], bool(ACTIVATIONS[wanted["activation"]].kinks)
        lines = pictures.named_lines(
            self.errors,
            self.of_right if wanted["checked"] != "right" else None,
            self.without_kinks if relu else None,
        )
        given, numeric = (
            curves.flat(network.Params(*blocks)).reshape(4, self.h)
            for blocks in (self.given, self.report.numeric)
        )
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

    def as_call(self):
        """Return one line of Python that makes this explorer again."""
        start = explore_gradient_check.__kwdefaults__ | {"checked": "yours" if self.backward else "right"}
        given = [getattr(self.backward, "__name__", "backward")] if self.backward else []
        given += [f"{name}={value!r}" for name, value in self.settings.items() if value != start[name]]
        return f"explore_gradient_check({', '.join(given)})"


class GradientCheckExplorer(Shell):
    """The widgets of `explore_gradient_check`."""

    def __init__(self, scene, controls):
        self.line = widgets.Text(description="As Python", layout={"width": "auto"})
        super().__init__(scene, controls, below=[self.line])

    def show(self, said="", status=True):
        super().show(said, status)
        self.line.value = self.scene.as_call()


def explore_gradient_check(
    backward=None,
    *,
    checked=None,
    step=1e-5,
    activation="sigmoid",
    n_points=20,
    data_seed=0,
    hidden_size=3,
    weight_seed=0,
    weight_size=1.0,
):
    """Controls beside a gradient check: error against step, the loss under the microscope, ratios.

    Parameters
    ----------
    backward : callable, optional
        A function of your own, called like `coursekit.backward`.
    checked : str, optional
        Which gradient is checked: "right", a mistake of `gradient_curves.MISTAKES`, or "yours".
    step, activation, n_points, data_seed, hidden_size, weight_seed, weight_size
        Where the controls start. Points of the circle come from `default_rng([data_seed, 1])`,
        weights from `default_rng([weight_seed, 2])`, multiplied by `weight_size`.

    Returns
    -------
    Shell
        Widgets, or a sentence where no widget can be shown.

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule, or is not a value of its control.
    """
    if backward is not None and not callable(backward):
        raise TypeError(f"backward must be a function; got {describe(backward)}")
    usual = "right" if backward is None else "yours"
    start = dict(
        checked=usual if checked is None else checked,
        step=step,
        activation=activation,
        n_points=n_points,
        data_seed=data_seed,
        hidden_size=hidden_size,
        weight_seed=weight_seed,
        weight_size=weight_size,
    )
    choices = (*(("yours",) if backward else ()), "right", *curves.MISTAKES)
    controls = _controls(choices)
    for name, control in controls.items():
        start_at(control, start[name], name)
    return GradientCheckExplorer(GradientCheckScene(backward), controls)


def _controls(choices):
    steps = [(short(step), float(step)) for step in STEPS]
    return {
        "checked": labelled(widgets.Dropdown, options=choices, description="Gradient"),
        "step": labelled(widgets.SelectionSlider, options=steps, description="Step h"),
        "activation": labelled(widgets.Dropdown, options=list(ACTIVATIONS), description="Activation"),
        "n_points": labelled(widgets.IntSlider, min=1, max=60, description="Points"),
        "data_seed": labelled(widgets.BoundedIntText, max=9999, description="Seed of the points"),
        "hidden_size": labelled(widgets.IntSlider, min=1, max=4, description="Hidden units"),
        "weight_seed": labelled(widgets.BoundedIntText, max=9999, description="Seed of the weights"),
        "weight_size": labelled(
            widgets.SelectionSlider, options=[(f"{size:g}", size) for size in SIZES], description="Weights ×"
        ),
    }
