"""`explore_loss`: confidence and loss of one point, and what clipping does to it."""

import ipywidgets as widgets
import numpy as np

from coursekit.activations import sigmoid
from coursekit.explorers import scene as base
from coursekit.explorers import svg
from coursekit.explorers.shell import Shell
from coursekit.losses import point_losses
from coursekit.palette import BLUE, ORANGE, VERMILION

STEPS = {6: 0.1, 50: 0.5, 120: 1.0}  # how far the logits go -> step of the base.slider
CLIP = 1e-16
CAP = -np.log(CLIP)
TOP = 8  # nats in the picture over p
BOX = dict(top=20, height=228)
LOOKS = {
    "from the logit": ("currentColor", "", 5.0),
    "p clipped, float64": (VERMILION, "7 4", 2.6),
    "p clipped, float32": (BLUE, "2 4", 2.6),
}
REACHES = [(f"±{reach}", reach) for reach in STEPS]
CONTROLS = {
    "y": base.choice("True class", 1, [("class 1", 1), ("class 0", 0)], widgets.ToggleButtons),
    "z2": base.slider("Logit z2", 0.0, -120, 120, 0.1, digits=1),
    "reach": base.choice("Logits shown", 50, REACHES, widgets.ToggleButtons),
}


def clipped_losses(y, z2, dtype=np.float64):
    """Return the log losses (n,) from probabilities pushed into [1e-16, 1 - 1e-16], as reports do.

    `dtype` holds the probabilities. NaN or infinite where the upper end of the clip has rounded to 1.
    """
    p = np.clip(sigmoid(z2).astype(dtype), dtype(CLIP), dtype(1 - CLIP))
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).astype(np.float64) + 0.0


def three_ways(y, z2):
    """Return {way: losses (n,)}: exact, clipped in float64, clipped in float32."""
    clipped = (clipped_losses(y, z2, dtype) for dtype in (np.float64, np.float32))
    return dict(zip(LOOKS, (point_losses(y, z2), *clipped), strict=True))


def what_is_wrong(loss, exact):
    """Say in a few words how a loss differs from the exact one; nothing where it does not."""
    if np.isnan(loss):
        return "is nan: it multiplies 0 by an infinite logarithm"
    if np.isinf(loss):
        return "is infinite: it takes the logarithm of 0"
    if abs(loss - exact) <= 0.01 * exact:
        return ""
    if exact > 1:
        return f"is capped at {loss:.2f} nats: level ground, without a slope to follow"
    return f"is {loss:.2g} nats in place of {exact:.2g}: p had too few digits"


class LossScene(base.Scene):
    """One point's logit and class."""

    name, table, height = "loss", CONTROLS, 320

    def change(self, name, settings):
        """Take over the settings, with the logit inside what is shown."""
        self.reach, self.y = settings["reach"], settings["y"]
        self.z2 = round(float(np.clip(settings["z2"], -self.reach, self.reach)), 1) + 0.0
        self.settings = settings | {"z2": self.z2}
        self.p, self.p_own = sigmoid(self.z2), sigmoid(self.z2 if self.y else -self.z2)
        self.now = {way: float(found[0]) for way, found in three_ways(self.y, np.array([self.z2])).items()}
        self.exact = self.now["from the logit"]
        return ""

    def follow(self, controls):
        """Let the slider reach as far as the picture."""
        slider = controls["z2"]
        slider.step, slider.min, slider.max = STEPS[self.reach], -self.reach, self.reach
        super().follow(controls)

    def draw(self):
        return f'<div class="ck-views">{self._over_p()}{self._over_logit()}{self._table()}</div>'

    def _over_p(self):
        plot = svg.Plot((0, 1), (0, TOP), "loss (nats)", "probability p of class 1", **BOX)
        p = np.linspace(0.0003, 0.9997, 400)
        for y, color, name in ((0, BLUE, "class 0: −log(1 − p)"), (1, VERMILION, "class 1: −log p")):
            look = ("", 4) if y == self.y else ("4 5", 2)
            plot.curve(p, -np.log(p if y else 1 - p), color, *look, name.partition(":")[0])
            plot.body += svg.text(166, 60, name, "middle", 15) if y == self.y else ""
        plot.mark(self.p, self.exact, ORANGE)
        alt = f"Loss over the probability p, for class {self.y}: {self.exact:.3g} nats at p = {self.p:.4g}."
        return svg.panel("Confidence and loss", plot.body, alt)

    def _over_logit(self):
        z2, reach = np.linspace(-self.reach, self.reach, 481), self.reach
        plot = svg.Plot((-reach, reach), (0, reach), "loss (nats)", "logit", **BOX)
        for way, losses in three_ways(self.y, z2).items():
            plot.curve(z2, losses, *LOOKS[way], name=way)
            broken = z2[~np.isfinite(losses)]
            if broken.size:
                word = "nan" if np.isnan(losses).any() else "inf"
                plot.body += svg.level(206, *plot.to_x(broken[[0, -1]]), *LOOKS[way])
                plot.body += svg.text(plot.to_x(broken.mean()), 200, f"float32: {word}", "middle")
        if reach > CAP:
            plot.level(CAP, dash="", width=0.7)
            place = (286, plot.to_y(CAP) - 5) if self.y else (44, plot.to_y(CAP) - 5)
            plot.body += svg.text(*place, f"cap {CAP:.1f}", "end" if self.y else "start")
        plot.mark(self.z2, self.exact, ORANGE)
        alt = f"Loss over the logit, for class {self.y}, in three ways. {self.describe()}"
        return svg.panel("The same over the logit", plot.body, alt)

    def _table(self):
        rows = []
        for way, loss in self.now.items():
            line = svg.level(6, 0, 36, *LOOKS[way])
            sample = f'<svg width="36" height="12" class="ck-sample" aria-hidden="true">{line}</svg>'
            rows.append([f"{sample} {way}", f"{loss:.4g}"])
        numbers = f"p = {self.p:.6g}, p of the true class = {self.p_own:.4g}"
        return svg.table("The loss of this point", rows, ["way", "nats"], below=numbers)

    def describe(self):
        side = "right" if (self.z2 >= 0) == (self.y == 1) else "wrong"
        side = f"sure and {side}" if abs(self.z2) > 4 else side
        text = f"Class {self.y}, logit {svg.minus(f'{self.z2:.1f}')}: {side}, loss {self.exact:.3g} nats."
        found = {way: what_is_wrong(loss, self.exact) for way, loss in self.now.items()}
        said = "".join(f" With {way} it {words}." for way, words in found.items() if words)
        return text + (said or " All three ways agree.")


@base.explores(CONTROLS)
def explore_loss(**settings):
    """One point's class and logit, its loss, and what becomes of the loss when p is clipped.

    Parameters
    ----------
    y : int
        True class of the point, 0 or 1.
    z2 : float
        Logit, from -reach to reach.
    reach : {6, 50, 120}
        How far the logits in the picture go.
    """
    scene = LossScene()
    reach = next((reach for reach in STEPS if reach == settings.get("reach", 50)), 120)
    scene.table = CONTROLS | {"z2": base.slider("Logit z2", 0.0, -reach, reach, STEPS[reach], digits=1)}
    return Shell(scene, settings)
