"""What an explorer is, apart from its page: its settings, from one table, and its scene.

From the table follow the signature and the end of the docstring of `explore_...`, its widgets, their
first values and checks, and the line of Python that makes it again.
"""

import inspect
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from coursekit import network
from coursekit._validation import describe
from coursekit.activations import ACTIVATIONS
from coursekit.diagnosis.errors import explain_stop
from coursekit.explorers import svg
from coursekit.lesson import limits
from coursekit.patterns import PATTERNS

TOO_LONG = 5.0  # seconds that a learner's function may compute for one picture
END = """
Returns
-------
Shell
    Widgets, or a sentence where no widget can be shown.

Raises
------
TypeError, ValueError
    Where an argument breaks its rule, or lies outside the range of its control."""


class Control(NamedTuple):
    """One setting: the kind of its widget, its label, its value at the start, options of the widget."""

    kind: type
    label: str
    start: object
    options: dict

    def widget(self):
        """Return the widget, with a label that is not cut; options are those that there are by now."""
        options = {name: list(v()) if callable(v) else v for name, v in self.options.items()}
        return self.kind(description=self.label, style={"description_width": "initial"}, **options)


def slider(label, start, low, high, step=1, digits=0):
    """Return a slider: for whole numbers, or for numbers with some digits where `start` is a float."""
    real = isinstance(start, float)
    look = {"readout_format": f".{digits}f"} if real else {}
    kind = widgets.FloatSlider if real else widgets.IntSlider
    return Control(kind, label, start, {"min": low, "max": high, "step": step, **look})


def choice(label, start, options, kind=widgets.Dropdown):
    """Return a choice from options or (name, value) pairs, or from what a function returns later."""
    return Control(kind, label, start, {"options": options if callable(options) else list(options)})


def tick(label, start):
    """Return a box to tick."""
    return Control(widgets.Checkbox, label, start, {"indent": False})


def seed(of):
    """Return a field for the seed of the points or the weights."""
    return Control(widgets.BoundedIntText, f"Seed of the {of}", 0, {"max": 9999})


PATTERN = choice("Pattern", "circle", lambda: [(pattern.title, name) for name, pattern in PATTERNS.items()])
ACTIVATION = choice("Activation", "sigmoid", lambda: ACTIVATIONS)


def explores(table):
    """Give a function a keyword for each setting of a table, with its start, and the end of its docstring."""

    def decorate(function):
        signature = inspect.signature(function)
        own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
        for name, control in table.items():
            own.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=control.start))
        function.__signature__ = signature.replace(parameters=own)
        function.__doc__ = f"{inspect.cleandoc(function.__doc__)}\n{END}"
        return function

    return decorate


def starts(table):
    """Return name -> value at the start."""
    return {name: control.start for name, control in table.items()}


def at_start(table, values):
    """Return name -> widget of a table, at these values; one that it cannot show is refused by name."""
    made = {name: control.widget() for name, control in table.items()}
    for name, value in (starts(table) | values).items():
        if name not in made:
            raise TypeError(f"{name} is none of the settings here: {', '.join(made)}")
        _start_at(made[name], value, name)
    return made


def _start_at(widget, value, name):
    kind = type(widget.value)
    fits = (float, int, np.number) if kind is float else (int, np.integer) if kind is int else kind
    if not isinstance(value, fits) or isinstance(value, bool) != (kind is bool):
        raise TypeError(f"{name} must be a value like {widget.value!r}; got {describe(value)}")
    rule = "within the range of its control"
    if hasattr(widget, "options"):
        rule = f"one of {', '.join(str(o[1] if isinstance(o, tuple) else o) for o in widget.options)}"
    try:
        widget.value = value
        fits = widget.value == value
    except Exception:  # traitlets has errors of its own
        fits = False
    if not fits:
        raise ValueError(f"{name} must be {rule}; got {describe(value)}")


def own_functions(**functions):
    """Return `name=function` of the learner's, as in a call; what cannot be called is refused."""
    for name, function in functions.items():
        if not callable(function):
            raise TypeError(f"{name} must be a function; got {describe(function)}")
    changed = ((name, f) for name, f in functions.items() if f is not getattr(network, name))
    return [f"{name}={getattr(f, '__name__', name)}" for name, f in changed]


def python_of(params):
    """Return Python that makes these weights."""
    look = {"separator": ", ", "floatmode": "unique", "prefix": "    W1=np.array("}
    W1, W2 = (np.array2string(weights, **look) for weights in params)
    return f"ck.Params(\n    W1=np.array({W1}),\n    W2=np.array({W2}),\n)"


class Scene:
    """What is explored: settings, a picture as HTML, and the same as a sentence.

    Attributes
    ----------
    name : str
        It is made by `explore_name`.
    table : dict
        Its controls.
    given : list of str
        The first arguments of the call that makes it, as code.
    plays : bool
        Whether there are Play, Step and Reset.
    twice : bool
        Whether the picture itself holds the words of `describe`: they are not shown again then.
    height : int
        Of its picture, in pixels, where that stands still.
    moment : dict
        Attributes as they are when this picture is taken; empty for the beginning.
    seconds : float
        Between two pictures while playing.
    own : tuple of callable
        Functions of the learner's that it calls.
    error : str or None
        What one of them raised; the picture is the last good one then.
    dataset : Dataset or None
        Points that pictures show by `self.points()`, sent again only where they are others.
    """

    name, table, given, own = "", {}, (), ()
    plays, twice, seconds, height, moment = False, False, 0.025, 410, {}
    error, dataset, settings, picture = None, None, None, ""

    def change(self, name, settings):
        """Take over settings of which one has changed (None: the first time); return a sentence."""
        self.settings = settings
        return ""

    def work(self, seconds):
        """Go on with what is not finished, not much longer than that; True if more remains."""
        return False

    def draw(self):
        """Return the picture as HTML."""
        raise NotImplementedError

    def frame(self):
        """Return the picture, or the last good one where the learner's functions raise."""
        if self.error is None:
            self.guarded(lambda: setattr(self, "picture", self.draw()))
        return self.picture

    def status(self):
        """Say what the picture shows, or what went wrong."""
        return self.error or self.describe()

    def describe(self):
        """Say what the picture shows."""
        return ""

    def play(self):
        """Get ready to play."""

    def tick(self):
        """One step forward; False at the end."""
        return False

    def reset(self):
        """Back to the start; return a sentence."""
        return ""

    def why_ended(self):
        """Say when and why there is no next step."""
        return "The end."

    def as_python(self, **more):
        """Return Python that makes this explorer again; what is at its start is left out.

        `more` is name -> value, or code that stands for it, of settings that are others and of arguments.
        """
        settings = {name: repr(v) for name, v in self.settings.items() if v != self.table[name].start}
        arguments = [f"{name}={value}" for name, value in (settings | more).items() if value is not None]
        return f"explore_{self.name}({', '.join([*self.given, *arguments])})"

    def hand(self, spot, drag, start, now):
        """Take over what a hand does at a spot of the picture, from a start to a place in [-1, 1]^2.

        All that belongs to one movement has the same number `drag`; returns a sentence.
        """
        return ""

    def follow(self, controls):
        """Let the controls say what the scene holds; sliders get longer where it lies beyond them."""
        for name, control in controls.items():
            value = self.settings[name]
            if control.value != value and hasattr(control, "max"):
                control.min, control.max = min(control.min, value), max(control.max, value)
            if control.value != value:
                control.value = value

    def marks(self):
        """Return the points once, for all pictures to refer to."""
        return svg.marks_to_refer_to(f"ck-points-{id(self)}", self.dataset.points, self.dataset.y)

    def points(self):
        """Return the points for a picture."""
        return f'<use href="#ck-points-{id(self)}"/>'

    def guarded(self, function, *arguments):
        """Call what may run the learner's code; keep what it raises as `error`. True if all went well."""
        mine = [f for f in self.own if f not in (network.forward, network.backward)]
        try:
            if mine:
                limits.call(function, *arguments, seconds=TOO_LONG)
            else:
                function(*arguments)
        except (Exception, SystemExit) as error:  # whatever a learner's function raises
            if not self.own:
                raise
            self.error = explain(error, self.own)
            self.error += " The picture is the last good one." if self.picture else ""
        return self.error is None


def explain(error, functions):
    """Say what a learner's function raised, and in which of its lines."""
    codes = {getattr(function, "__code__", None): function for function in functions}
    where, shapes, trace = "", "", error.__traceback__
    while trace is not None:
        function = codes.get(trace.tb_frame.f_code)
        if function is not None and function not in (network.forward, network.backward):
            line = trace.tb_lineno - function.__code__.co_firstlineno
            where = f" in line {line} of {function.__name__}, counted from its def"
            shapes = explain_stop(function, error)[0].partition("\n")[2]
        trace = trace.tb_next
    said = f"Stopped: {type(error).__name__}{where}: {error}".rstrip(": ")
    return said + ("" if said.endswith((".", "?", "!")) else ".") + (f"\n{shapes}" if shapes else "")
