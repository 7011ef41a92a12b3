"""`explore_backward`: numbers that go forward through a network and slopes that come back, line by line."""

from html import escape

import numpy as np

from coursekit import network
from coursekit._validation import check_params, check_X, check_y
from coursekit.descent.plain import call_backward, call_forward
from coursekit.diagnosis.evidence import question_first
from coursekit.diagnosis.forward import diagnose_forward
from coursekit.diagnosis.gradient import diagnose_gradient
from coursekit.explorers import backward_pictures as pictures
from coursekit.explorers import graph, svg
from coursekit.explorers import scene as base
from coursekit.explorers.lines import LINES, SLOPES, UPDATE, judged, statements, watched
from coursekit.explorers.nudges import loss_of, moved, slopes_by_nudges
from coursekit.explorers.shell import Shell
from coursekit.losses import log_loss_from_logits

ALL = -1  # points
X_TINY, Y_TINY = np.array([[0.5, -0.5, 1.0], [-1.0, 0.5, 1.0]]), np.array([1, 0])
TINY = network.Params(np.array([[1.0, -2.0], [2.0, 1.0], [1.5, 0.5]]), np.array([2.0, -1.0]))
FRONT = ("line", "point", "weight", "value")
NAMES = [*LINES, "update"]  # of what the lines make
CONTROLS = {
    "activation": base.ACTIVATION,
    "learning_rate": base.slider("Learning rate η", 0.5, 0.1, 10, 0.1, digits=1),
}


class BackwardScene(base.Scene):
    """Two points or a few, a small network, and the line of the derivation that comes next."""

    name, beside, plays, seconds = "backward", "params", True, 1.2
    height, moment = 450, {"line": len(LINES)}

    def __init__(self, params, X, y, forward, backward):
        self.start, self.X, self.y, self.own = params, X, y, (forward, backward)
        self.given = base.own_functions(forward=forward, backward=backward)
        self.names = {
            f"{block}[{', '.join(map(str, index))}]": (block, index)
            for block, weights in params._asdict().items()
            for index in np.ndindex(weights.shape)
        }
        self.line, self.params, self.base = 0, params, params
        if self.given:
            self.height = 560  # their statements, and a question, need room
        if X is not X_TINY:
            self.given += ["X=X", "y=y"]
        reach = min(-5.0, params.W1.min()), max(5.0, params.W1.max())
        self.table = {
            "line": base.slider("Line", 0, 0, len(NAMES)),
            "point": base.choice("Points", ALL, [("all", ALL), *((f"point {i}", i) for i in range(len(y)))]),
            "weight": base.choice("Weight", "W1[0, 0]", self.names),
            "value": base.slider("Its value", float(params.W1[0, 0]), *reach, 0.01, digits=2),
            **CONTROLS,
        }

    # What the shell calls

    def change(self, name, settings):
        """Take over the settings: a weight that is moved, or what is computed from now on."""
        if name in (None, "line"):
            self.line = settings["line"]
        self.settings = settings | {"line": self.line}
        if name == "line":
            return ""
        if name == "value":
            self.params = self._moved(settings["value"])
        else:
            self.base = self.params
            self.settings["value"] = float(self._of(self.params))
        self.guarded(self._compute)
        return ""

    def tick(self):
        """Go on to the next line; after the update, to the first one again."""
        if self.line == len(NAMES):
            self._go_to(0, self.updated)
        self.line += 1
        self.settings["line"] = self.line
        return self.error is None

    def _go_to(self, line, params):
        self.params = params
        self.change(None, self.settings | {"line": line})

    def reset(self):
        """Back to the first weights, before the first line."""
        self._go_to(0, self.start)
        return "Back to the first weights."

    def open_with(self, numbers):
        """Take over weights: W1 row by row, then W2."""
        params = base.params_from(numbers)
        if params.W1.shape != self.start.W1.shape:
            raise ValueError(f"params must be weights of {len(self.start.W2)} units; got {len(params.W2)}")
        self.params = params

    def state(self):
        state = super().state() | ({} if self.params is TINY else {"params": self.params})
        return {name: value for name, value in state.items() if name != "value"}  # the weights say that

    # Numbers

    def _of(self, blocks):
        """Return the entry of the chosen weight, in weights or slopes."""
        block, index = self.names[self.settings["weight"]]
        return getattr(network.Params(*blocks), block)[index]

    def _moved(self, value):
        return moved(self.base, *self.names[self.settings["weight"]], value)

    def _loss_at(self, value):
        return self._loss(self._moved(value))

    def _loss(self, params):
        return loss_of(params, self.X_now, self.y_now, self.settings["activation"])

    def _compute(self):
        """Run both passes, the learner's own, and judge their numbers."""
        point = self.settings["point"]
        kept = slice(None) if point == ALL else slice(point, point + 1)
        self.X_now, self.y_now = self.X[kept], self.y[kept]
        self.error, self.values, self.yours, self.updated, self.slope = None, {}, {}, self.params, np.nan
        if self.guarded(self._forward):
            self.guarded(self._backward)

    def _forward(self):
        given = self.params, self.X_now, self.settings["activation"]
        self.passes, right = call_forward(self.own[0], *given), network.forward(*given)
        for_loss = ((passes, log_loss_from_logits(self.y_now, passes.z2)) for passes in (self.passes, right))
        values, self.wanted = (passes._asdict() | {"loss": np.array(loss)} for passes, loss in for_loss)
        self.wanted |= slopes_by_nudges(self.params, self.X_now, self.y_now, given[-1])
        if self.own[0] is not network.forward:
            self.yours = statements(self.own[0])[0]
        self._judge(values, diagnose_forward(self.passes, self.params, self.X_now, given[-1]))

    def _backward(self):
        X, y, activation = self.X_now, self.y_now, self.settings["activation"]
        gradient, seen, yours = watched(
            call_backward, self.own[1], self.params, self.passes, X, y, activation
        )
        self.yours |= yours
        found = (
            self.found if not self.found.ok else diagnose_gradient(gradient, self.params, X, y, activation)
        )
        self._judge(self.values | seen | {"dW1": gradient.W1, "dW2": gradient.W2}, found)
        rate = self.settings["learning_rate"]
        self.updated = network.Params(*(w - rate * dw for w, dw in zip(self.params, gradient, strict=True)))
        before = call_forward(self.own[0], self.base, X, activation)
        self.slope = float(self._of(call_backward(self.own[1], self.base, before, X, y, activation)))

    def _judge(self, values, found):
        """Judge all numbers that there are by now; keep the question about the first wrong one."""
        given = self.params, self.X_now, self.y_now, self.settings["activation"]
        self.judged = judged(values, self.wanted, *given, found.ok)
        self.values, self.found = values, found
        self.first = next((name for name, mark in self.judged.marks.items() if mark == "✗ here"), None)
        self.question = question_first(found.message)[0].partition("\nFor instance")[0]

    def frame(self):
        """Return the picture, also of a forward pass whose backward pass raises."""
        if self.values:
            self.picture = self.draw()
        return self.picture

    # Pictures and text

    def draw(self):
        """Return the graph and the numbers of this line; beside them all lines, and the loss."""
        body, high = pictures.network(self.params, self.X_now, self.y_now, self._note, self._weight)
        left = svg.panel("Values forward, slopes (∂) back", body, self.describe(), graph.WIDE, high)
        left += self._this_line()
        codes, done = {name: self._code(name) for name in NAMES}, filter(self._done, self.judged.marks)
        marks = {name: self.judged.marks[name] for name in done}
        right = pictures.lines(codes, self.yours, marks, self.lit) + self._over_weight()
        return f'<div class="ck-two ck-full"><div>{left}</div><div>{right}</div></div>'

    def _done(self, name):
        return name in NAMES[: self.line]

    @property
    def lit(self):
        """The name of what this line makes; empty before the first."""
        return NAMES[self.line - 1] if self.line else ""

    def _note(self, place, letters, name, index, anchor="start"):
        """Return the numbers of a name at a place of the graph, once its line is done."""
        hidden = not self._done(name) or (name == "dW1" and self._is_crowded(index))
        if hidden or not self.judged.fits(name):
            return ""
        numbers, slope = np.atleast_1d(self.judged.values[name][index]), name in SLOPES
        digits, shown = 3 if slope else 2, numbers[: 2 if len(numbers) < 3 else 1]
        words = " | ".join(f"{round(float(number), digits) + 0.0:.{digits}f}" for number in shown)
        words, wrong = f"{letters} {words}{' …' if len(numbers) > 2 else ''}".strip(), self.judged.off(name)
        return graph.note(place, words, anchor, name == self.lit, slope, np.any(wrong[index]))

    def _weight(self, place, block, index):
        """Return a weight at a place of the graph, and what the update makes of it."""
        if block == "W1" and self._is_crowded(index):
            return ""
        lit = self.lit == "update"
        now = getattr(self.updated if lit else self.params, block)[index]
        return graph.note(place, f"→ {now:.2f}" if lit else f"{now:.2f}", "middle", lit)

    def _is_crowded(self, index):
        """Whether there are many wires, and this one leads to another unit than that of the chosen weight."""
        return len(self.params.W2) > 2 and index[1] != self.names[self.settings["weight"]][1][-1]

    def _over_weight(self):
        """Draw the loss over the chosen weight, and say what became of it, beside the slope."""
        name, before, now = self.settings["weight"], float(self._of(self.base)), self.settings["value"]
        said = pictures.said_of_move(name, before, now, self.slope, self._loss_at)
        panel = pictures.loss_over_weight(name, before, now, self.slope, self._loss_at, said)
        return f'{panel}<div class="ck-numbers">{escape(said)}</div>'

    def _this_line(self):
        """Write out this line with its numbers, and ask where they begin to differ."""
        name, n, h = self.lit, str(len(self.y_now)), str(len(self.params.W2))
        if name in LINES:
            part, shapes = LINES[name].part, LINES[name].shapes.replace("n", n).replace("h", h)
            inside = pictures.numbers(self.judged, name, f"{part}: {self._code(name)}   {shapes}")
        else:
            inside = (
                f"{self._code(name)}: {self._change_of_loss()}" if name else "Step goes to the first line."
            )
        text = f'<div class="ck-numbers ck-this">{inside}</div>'
        if self.first and self._done(self.first):
            text += f'<div class="ck-numbers ck-error">{escape(self.question)}</div>'
        return text

    def _change_of_loss(self):
        if not all(np.isfinite(block).all() for block in self.updated):
            return "these weights are not finite"
        return f"loss {self._loss(self.params):.4f} → {self._loss(self.updated):.4f}"

    def _code(self, name):
        text = LINES[name].text if name in LINES else UPDATE
        return text.replace("η", f"{self.settings['learning_rate']:g}")

    def describe(self):
        """Say which line is lit, and what its numbers are."""
        if not self.line:
            return f"Before the first line, loss {self._loss(self.params):.4f}. Step goes through the lines."
        name, text = self.lit, f"Line {self.line} of {len(NAMES)}: {self._code(self.lit)}."
        if name in self.judged.values:
            text += f" {name} is {svg.in_full(self.judged.values[name])}."
        if self.first and self._done(self.first):
            text += f" {self.first} is the first that differs."
        return text


@base.explores(CONTROLS)
def explore_backward(
    params=None, X=None, y=None, *, forward=network.forward, backward=network.backward, **settings
):
    """A network as a graph: numbers go forward, slopes come back, and each step is one line.

    Every weight can be moved: the change of the loss over the change of the weight stands beside its
    slope. Of functions of your own, variables that are named as in the lines are shown, and the first
    number that differs from a slope by nudging is marked.

    Parameters
    ----------
    params : Params, optional
        Weights of at most 4 units, without output bias; by default those of the tiny network.
    X, y : ndarray, optional
        At most 8 points with their bias column, and their classes.
    forward, backward : callable
        Functions of your own, called like `coursekit.forward` and `coursekit.backward`.
    activation, learning_rate
        Where the controls start.
    """
    params = TINY if params is None else network.Params(*check_params(params))
    X = X_TINY if X is None else check_X(X)
    y = Y_TINY if y is None else check_y(y, len(X))
    h = params.W1.shape[1]
    if h > 4 or len(params.W2) != h or len(X) > 8:
        rule = "params must have at most 4 units and no output bias, and X at most 8 points"
        raise ValueError(f"{rule}; got W1 {params.W1.shape}, W2 {params.W2.shape} and X {X.shape}")
    return Shell(BackwardScene(params, X, y, forward, backward), settings, FRONT)
