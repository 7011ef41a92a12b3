"""What `explore_training` shows, without widgets: a network in training, its rival, pictures, words."""

import bisect
import time
from html import escape

import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.descent.plain import call_backward
from coursekit.descent.run import Run
from coursekit.diagnosis.gradient import wrong_gradient
from coursekit.explorers import graph, svg
from coursekit.explorers import scene as base
from coursekit.explorers.gradient_check import MISTAKES
from coursekit.explorers.training_table import (
    CLASSES,
    CONTROLS,
    FACTORS,
    LONGEST,
    NOBODY,
    OUTPUT,
    PRESETS,
    RIGHT,
)
from coursekit.losses import accuracy, log_loss_from_logits
from coursekit.palette import BLUE, GREEN, PURPLE, VERMILION
from coursekit.patterns import Dataset, majority_baseline, rule_name
from coursekit.starts import FRESH, draw_points, draw_weights

FRESH_POINTS = 500
MEASURED = [*range(0, 1000, 20), *range(1000, LONGEST + 101, 100)]  # iterations, on fresh points


class TrainingScene(base.Scene):
    """A network in training: on given points, by a given rule, or on a pattern that the settings name."""

    name, plays, twice = "training", True, True

    def __init__(
        self, dataset=None, held_out=None, forward=network.forward, backward=network.backward, drawn=()
    ):
        self.source, self.held_out, self.own = dataset, held_out, (forward, backward)
        named = [] if dataset is None else [rule_name(dataset) if callable(dataset) else "dataset"]
        self.given = named + base.own_functions(forward=forward, backward=backward)
        beside = ("preset", "pattern", "n_points", "noise", "data_seed")  # of what the source says itself
        left_out = beside[: 0 if dataset is None else 2 if callable(dataset) else 5]
        self.table = {name: control for name, control in CONTROLS.items() if name not in left_out}
        self.live, self.rival, self._changed_at, self.drawn, self._drag = None, None, [], list(drawn), 0
        self._exported = self._points_of = None

    # Settings

    def change(self, name, settings):
        """Take over the settings; go on where that makes sense, else restart."""
        self._exported = None
        if name == "preset":
            settings |= base.starts(CONTROLS) | PRESETS.get(settings[name], {}) | {"speed": settings["speed"]}
        self.settings, live = settings, self.live
        said = {
            "speed": f"Speed: {settings['speed']} iterations a picture.",
            "drawing": f"A click on the surface draws {settings['drawing']}.",
            "wires": f"The wires show {settings['wires']}.",
            "shown": "The surface shows " + ("the output." if settings["shown"] == OUTPUT else "a unit."),
        }
        if name in said:
            return said[name]
        if self.error is None and live is not None and self.rival is None:
            if name == "learning_rate" and 0 < live.iteration < live.limit and not live.ended:
                live.change_rate(settings["learning_rate"])
                self._changed_at.append(live.iteration)
                return f"New learning rate: going on from iteration {live.iteration}."
            if name == "iterations" and settings["iterations"] >= live.iteration and not live.reached:
                self.until = self.until if self.until < live.limit else settings["iterations"]
                live.limit = settings["iterations"]
                return f"Going on to iteration {live.limit}."
        if name in ("pattern", "data_seed"):
            self.drawn = []
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

    def export(self):
        """Show the weights as Python, until something changes."""
        self._exported = self.live.params
        return "The weights stand below, as Python."

    def hand(self, spot, drag, start, now):
        """Draw a point of the class that was asked for, and train again; or show the unit that was hit."""
        first, self._drag = drag != self._drag, drag
        if spot.startswith("unit-"):
            unit = int(spot[5:])
            if first:
                self.settings["shown"] = OUTPUT if unit == self.settings["shown"] else unit
            return f"Unit {unit}: a second click leads back to the output."
        drawing = self.settings["drawing"]
        if drawing not in CLASSES:
            return ""
        if first:
            self.drawn = [*self.drawn, (*start.round(2).tolist(), CLASSES[drawing])]
            self._retrain()
        return f"Drew {drawing}: {len(self.drawn)} drawn, restarted."

    def restart(self):
        """Draw points and weights, and stand at iteration 0."""
        wanted, self.error, self._changed_at, self.measured = self.settings, None, [], []
        self._draw_points(wanted["pattern"] if self.source is None else self.source)
        self.live = self._run(*self.own, stop_at=wanted["stop_at"] if wanted["stop_at"] < 1 else 2.0)
        against = wanted["against"]
        others = dict.fromkeys(FACTORS, self.own) | {RIGHT: (network.forward, network.backward)}
        others |= {mistake: (network.forward, planted(mistake)) for mistake in MISTAKES}
        self.rival = self._run(*others[against], FACTORS.get(against, 1.0)) if against != NOBODY else None
        self.baseline = majority_baseline(self.dataset.y)

    def _draw_points(self, source):
        """Draw the points, unless they are the same as before: then the page has them already."""
        wanted = {name: self.settings.get(name) for name in ("n_points", "data_seed", "noise")}
        if (source, wanted, self.drawn) == self._points_of:
            return
        self._points_of = source, wanted, self.drawn
        self.dataset, self.fresh = source, self.held_out
        if not isinstance(source, Dataset):
            drawn = dict(seed=wanted["data_seed"], noise=wanted["noise"])
            self.dataset = draw_points(source, wanted["n_points"], **drawn)
            self.fresh = self.held_out or draw_points(source, FRESH_POINTS, stream=FRESH, **drawn)
        if self.drawn:
            x1, x2, y = np.array(self.drawn).T
            X = np.vstack([self.dataset.X, np.column_stack([x1, x2, np.ones(len(y))])])
            self.dataset = Dataset("with points drawn", X, np.append(self.dataset.y, y.astype(int)))

    def _run(self, forward, backward, faster=1.0, **more):
        """Return a run from the start that the settings name, at their rate or a multiple of it."""
        wanted = self.settings
        drawn = dict(seed=wanted["weight_seed"], output_bias=wanted["output_bias"])
        start = draw_weights(wanted["hidden_size"], **drawn)
        more |= dict(longest=LONGEST, forward=forward, backward=backward)
        rate = faster * wanted["learning_rate"]
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
        until, seconds = self.live.iteration + self.settings["speed"], 0.3 if self.given else np.inf
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

    def why_ended(self):
        why = "All iterations asked for are done."
        if self.live.diverged:
            why = "Diverged: the numbers are no longer finite."
        elif self.live.reached:
            why = f"Stopped at the accuracy asked for, {self.settings['stop_at']:g}."
        return f"Ended at iteration {self.live.iteration}. {why}"

    # Pictures and text

    def draw(self):
        live = self.live
        self.now = f"iteration {live.iteration}, {self._measures(live)}"
        if self.fresh is not None:
            self.now += f", on fresh points {accuracy(self.fresh.y, live.at(self.fresh.X).p):.3f}"
        self.now += f", majority baseline {self.baseline:.3f}"
        views = self._network()
        kind = "ck-three" if self.rival else "ck-two"
        views += (self._against() if self.rival else "") + self._curves()
        return f'<div class="{kind}">{views}</div><div class="ck-numbers">{escape(self.now)}</div>'

    def _measures(self, run):
        z2, p = run.passes()[2:]
        y = self.dataset.y
        return f"loss {log_loss_from_logits(y, z2):.4f}, accuracy {accuracy(y, p):.3f}"

    def _against(self):
        """Draw the other's surface, and say from where on the two losses differ."""
        rival, against = self.rival, self.settings["against"]
        n = min(self.live.iteration, rival.iteration)
        apart = ~np.isclose(self.live.loss[:n], rival.loss[:n], rtol=1e-6, atol=0)
        self.apart = int(apart.argmax()) if apart.any() else None
        said = "no difference yet" if self.apart is None else f"apart from iteration {self.apart} on"
        said = f"against {against}: {self._measures(rival)}, {said}"
        self.now += f"; {said}"
        surface, wrong = graph.surface(rival.at, self.dataset, self.points())
        return svg.panel(f"Against {against}", surface, f"Decision surface {said}; {wrong}")

    def _network(self):
        """Draw the network around its surface; the wires stand for its weights, or for their slopes."""
        live, h, phi = self.live, self.live.params.W1.shape[1], ACTIVATIONS[self.live.activation]
        unit = self.settings["shown"] if self.settings["shown"] < h else OUTPUT
        shares = graph.maps(live.at, h, phi, graph.GRID)[unit] if unit != OUTPUT else None
        line = graph.lines_on_surface(live.params, unit, only=True)
        surface, wrong = graph.surface(live.at, self.dataset, self.points() + line, shares)
        alt = "Decision surface" if unit == OUTPUT else f"Map of unit {unit}"
        alt += f" at iteration {live.iteration}: "
        weights = ", ".join(f"{w:+.1f}" for w in live.params.W2[:h])
        alt += f"{wrong} Maps of {h} hidden units with their lines; output weights {weights}."
        links, letters = live.params, ""
        if self.settings["wires"] == "slopes":
            data = self.dataset.X, self.dataset.y, live.activation
            links, letters = call_backward(self.own[1], live.params, live.passes(), *data), "∂ "
            alt += f" Slopes of the output weights: {', '.join(f'{dw:+.3f}' for dw in links.W2[:h])}."
        body = graph.living(live.params, graph.maps(live.at, h, phi), surface, links, letters, unit)
        return svg.panel("The network", body, alt, graph.WIDE)

    def _curves(self):
        live, end = self.live, max(self.live.limit, 1)
        runs = {"": (live, BLUE, VERMILION, "")}
        if self.rival:
            runs["the other: "] = (self.rival, PURPLE, PURPLE, "9 3 2 3")
        highest = max(run.loss.max(initial=0.0) for run, *_ in runs.values())
        top = next((limit for limit in (1, 2, 5, 10, 50, 1000) if highest <= limit), 1e6)
        loss = svg.Plot((0, end), (0, top), "log loss (nats)", "iteration")
        share = svg.Plot((0, end), (0, 1), "accuracy", "iteration", top=162, height=104)
        share.level(self.baseline)
        for whose, (run, color, other_color, dash) in runs.items():
            at = np.arange(run.iteration)
            loss.curve(at, run.loss, color, dash, name=f"{whose}loss")
            share.curve(at, run.accuracy, other_color, dash, name=f"{whose}accuracy")
        if self.fresh is not None:
            measured = np.array(self.measured).reshape(-1, 2).T
            share.curve(*measured, GREEN, "2 4", name="on fresh points")
        for plot in (loss, share):
            plot.cursor(live.iteration)
        if self.rival:
            loss.body += svg.text(286, 30, "purple: the other", "end", 12)
            if self.apart:
                loss.cursor(self.apart)
        key = "dashes: majority" + (", dots: fresh points" if self.fresh else "")
        body = loss.body + share.body + svg.text(46, 261, key, size=12)
        alt = f"Loss and accuracy up to iteration {live.iteration}: {self.now}"
        return svg.panel("Loss and accuracy", body, alt)

    def describe(self):
        early = self.live.reached or self.live.diverged
        return f"{self.now.capitalize()}. {self.why_ended() if early else ''}".rstrip()

    def as_python(self):
        more, live = {"drawn": self.drawn or None}, self.live
        if 0 < live.iteration < live.limit and not live.ended:
            more["iterations"] = live.iteration
        line = super().as_python(**more)
        if self._changed_at:  # the line alone would give another training
            line += f"  # learning rate changed at iteration {', '.join(map(str, self._changed_at))}"
        if self._exported:
            line += f"\n# {self.now}\nparams = {base.python_of(self._exported)}"
        return line


def planted(mistake):
    """Return a backward pass with a known mistake."""
    return lambda params, passes, *inputs: wrong_gradient(MISTAKES[mistake], params, *inputs)
