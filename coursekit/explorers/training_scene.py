"""What `explore_training` shows, without widgets: a network in training, its pictures, its words."""

from html import escape

import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.explorers import svg
from coursekit.losses import accuracy, log_loss_from_logits
from coursekit.palette import BLUE, GREEN, VERMILION
from coursekit.patterns import Dataset, majority_baseline, rule_name
from coursekit.starts import FRESH, draw_points, draw_weights
from coursekit.training import Run

GRID, TILE = svg.square_grid(64), svg.square_grid(20)
LONGEST = 20_000  # iterations
FRESH_POINTS = 500
RESTARTS = {
    "pattern": "New pattern",
    "n_points": "New number of points",
    "noise": "New noise",
    "data_seed": "New points",
    "weight_seed": "New weights",
    "hidden_size": "New hidden size",
    "activation": "New activation",
    "output_bias": "New output bias",
    "learning_rate": "New learning rate",
    "iterations": "Fewer iterations",
    "stop_at": "New stop condition",
}


class TrainingScene:
    """A network in training; `shell` says what a scene is.

    Parameters
    ----------
    dataset : Dataset or callable, optional
        Points as they are, or a rule; otherwise settings name a pattern.
    held_out : Dataset, optional
    forward, backward : callable
    """

    def __init__(self, dataset=None, held_out=None, forward=network.forward, backward=network.backward):
        self.given, self.held_out, self.forward, self.backward = dataset, held_out, forward, backward
        self.live, self.error, self._picture, self._changed_at = None, None, "", []
        self.marks_id = f"ck-points-{id(self)}"

    # What the shell calls

    def change(self, name, settings):
        """Take over the settings; go on where that makes sense, else restart."""
        self.settings = settings
        live = self.live
        in_play = live is not None and self.until < live.limit
        if name == "speed":
            return f"Speed: {settings['speed']} iterations a picture."
        if self.error is None and live is not None:
            if name == "learning_rate" and 0 < live.iteration < live.limit and not live.ended:
                live.change_rate(settings["learning_rate"])
                self._changed_at.append(live.iteration)
                return f"New learning rate: going on from iteration {live.iteration}."
            if name == "iterations" and settings["iterations"] >= live.iteration and not live.reached:
                self.until = self.until if in_play else settings["iterations"]
                live.limit = settings["iterations"]
                return f"Going on to iteration {live.limit}."
        self.restart()
        self.until = 0 if in_play else self.live.limit
        return f"{RESTARTS.get(name, 'New settings')}: restarted."

    def restart(self):
        """Draw points and weights, and stand at iteration 0."""
        wanted, self.error, self._changed_at = self.settings, None, []
        dataset, held_out = self._data(wanted)
        params = draw_weights(
            wanted["hidden_size"], seed=wanted["weight_seed"], output_bias=wanted["output_bias"]
        )
        self.live = Run(
            dataset,
            params,
            wanted["activation"],
            wanted["learning_rate"],
            wanted["iterations"],
            longest=LONGEST,
            stop_at=wanted["stop_at"] if wanted["stop_at"] < 1 else 2.0,
            held_out=held_out,
            forward=self.forward,
            backward=self.backward,
        )
        self.baseline = majority_baseline(dataset.y)

    def _data(self, wanted):
        if isinstance(self.given, Dataset):
            return self.given, self.held_out
        rule = self.given or wanted["pattern"]
        drawn = dict(seed=wanted["data_seed"], noise=wanted["noise"])
        dataset = draw_points(rule, wanted["n_points"], **drawn)
        return dataset, self.held_out or draw_points(rule, FRESH_POINTS, stream=FRESH, **drawn)

    def work(self, seconds):
        """Train towards the iteration asked for."""
        return self._guarded(self.live.advance_for, seconds, self.until) and not self._arrived()

    def play(self):
        """Play from here, or from the start where the end was reached."""
        if self._arrived() or self.error:
            self.restart()
        self.until = self.live.iteration

    def tick(self):
        """One picture further; False at the end."""
        going = self._guarded(self.live.advance, self.settings["speed"])
        self.until = self.live.iteration
        return going and not self.live.ended

    def reset(self):
        """Back to iteration 0."""
        self.restart()
        self.until = 0
        return "Back to the start."

    def _arrived(self):
        return self.live.ended or self.live.iteration >= self.until

    def _guarded(self, function, *arguments):
        """Call a function that may run the learner's code; keep what it raises as `error`."""
        try:
            function(*arguments)
        except (Exception, SystemExit) as error:  # whatever a learner's function raises
            self.error = explain(error, self._picture, self.forward, self.backward)
        return self.error is None

    # Pictures

    def frame(self):
        """Return the picture, or the last good one where the learner's functions raise."""
        if self.error is None:
            self._guarded(self._draw)
        return self._picture

    def _draw(self):
        live, grid = self.live, self.live.at(GRID).p
        z2, p = live.passes()[2:]
        y = live.dataset.y
        self.now = {"loss": log_loss_from_logits(y, z2), "accuracy": accuracy(y, p)}
        live.measure()
        wrong = live.dataset.points[(p >= 0.5) != (y == 1)]
        marks = svg.rings(wrong) + f'<use href="#{self.marks_id}"/>'
        alt = f"Decision surface at iteration {live.iteration}: "
        alt += f"{len(wrong)} of {len(y)} points wrong (ringed)."
        views = svg.surface(grid.reshape(64, 64), marks, alt) + self._curves() + self._units()
        numbers = f'<div class="ck-numbers">{escape(self._numbers())}</div>'
        self._picture = f'<div class="ck-views">{views}</div>{numbers}'

    def _curves(self):
        live, end = self.live, max(self.live.limit, 1)
        at = np.arange(live.iteration)
        highest = live.loss.max(initial=0.0)
        top = next((limit for limit in (1, 2, 5, 10, 50, 1000) if highest <= limit), 1e6)
        body, to_x, to_y = svg.axes(18, 100, end, top, "log loss (nats)")
        body += svg.curve(to_x(at), to_y(live.loss), BLUE) + svg.cursor(to_x(live.iteration), 18, 118)
        frame, to_x, to_y = svg.axes(162, 104, end, 1, "accuracy", "iteration")
        body += frame + svg.level(to_y(self.baseline), 40, 290, "currentColor")
        body += svg.curve(to_x(at), to_y(live.accuracy), VERMILION)
        if live.held_out is not None:
            body += svg.curve(to_x(live.fresh[0]), to_y(live.fresh[1]), GREEN, dash="2 4")
        body += svg.cursor(to_x(live.iteration), 162, 266)
        key = "dashes: majority" + (", dots: fresh points" if live.held_out else "")
        body += svg.text(46, 261, key, size=12)
        alt = f"Loss and accuracy up to iteration {live.iteration}: {self._numbers()}"
        return svg.panel("Loss and accuracy", body, alt)

    def _units(self):
        live = self.live
        h = live.params.W1.shape[1]
        A1 = np.asarray(live.at(TILE).A1)[:, :h].T.reshape(h, 20, 20)
        low, high = ACTIVATIONS[live.activation].range
        if np.isfinite(high - low):
            A1 = (A1 - low) / (high - low)
        else:  # white at 0
            A1 = 0.5 + A1 / max(2 * np.abs(A1).max(), 1e-9)
        weights = ", ".join(f"{weight:+.1f}" for weight in live.params.W2[:h])
        alt = f"Maps of {h} hidden units with their lines; output weights {weights}."
        return svg.unit_maps(A1, live.params.W1, live.params.W2, alt)

    def _numbers(self):
        live, now = self.live, self.now
        text = f"iteration {live.iteration}, loss {now['loss']:.4f}, accuracy {now['accuracy']:.3f}"
        if live.held_out is not None:
            text += f", on fresh points {live.fresh[1][-1]:.3f}"
        return text + f", majority baseline {self.baseline:.3f}"

    @property
    def dataset(self):
        """The points trained on."""
        return self.live.dataset

    def marks(self):
        """Return the points once, for all pictures to refer to."""
        return svg.marks_to_refer_to(self.marks_id, self.live.dataset.points, self.live.dataset.y)

    def status(self):
        """Say what the picture shows."""
        if self.error is not None:
            return self.error
        why = " Stopped at the accuracy asked for." if self.live.reached else ""
        why += " Diverged: the numbers are no longer finite." if self.live.diverged else ""
        return f"{self._numbers().capitalize()}.{why}"

    # Python

    def as_call(self, defaults):
        """Return one line of Python that makes this explorer again; what is at its default is left out."""
        given = [] if self.given is None else [rule_name(self.given) if callable(self.given) else "dataset"]
        if self.forward is not network.forward:
            given.append(f"forward={getattr(self.forward, '__name__', 'forward')}")
        if self.backward is not network.backward:
            given.append(f"backward={getattr(self.backward, '__name__', 'backward')}")
        given += [f"{name}={value!r}" for name, value in self.settings.items() if value != defaults[name]]
        line = f"explore_training({', '.join(given)})"
        if self._changed_at:  # the line alone would give another training
            line += f"  # learning rate changed at iteration {', '.join(map(str, self._changed_at))}"
        return line

    def as_weights(self):
        """Return Python that makes the weights as they are now."""
        return f"# {self._numbers()}\n{python_of(self.live.params)}"


def python_of(params):
    """Return Python that makes these weights."""
    look = {"separator": ", ", "floatmode": "unique", "prefix": "    W1=np.array("}
    W1, W2 = (np.array2string(weights, **look) for weights in params)
    return f"params = ck.Params(\n    W1=np.array({W1}),\n    W2=np.array({W2}),\n)"


def explain(error, picture, *functions):
    """Say what a learner's function raised, in which of its lines, and what the picture shows then."""
    codes = {getattr(function, "__code__", None): function for function in functions}
    where, trace = "", error.__traceback__
    while trace is not None:
        function = codes.get(trace.tb_frame.f_code)
        if function is not None and function not in (network.forward, network.backward):
            line = trace.tb_lineno - function.__code__.co_firstlineno
            where = f" in line {line} of {function.__name__}, counted from its def"
        trace = trace.tb_next
    said = f"Stopped: {type(error).__name__}{where}: {error}".rstrip(": ")
    said += "" if said.endswith((".", "?", "!")) else "."
    return f"{said} The picture is the last good one." if picture else said
