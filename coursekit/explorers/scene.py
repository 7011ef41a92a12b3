"""What an explorer is, apart from its page: its settings, from one table, and its scene.

From the table follow the signature and the end of the docstring of `explore_...`, its widgets, their
first values and checks, the line of Python that makes it again, and the link that opens it there.
"""

import inspect
from contextlib import suppress
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from coursekit import network
from coursekit._validation import check_params, describe
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
    look = {"min": low, "max": high, "step": step}
    if isinstance(start, float):
        return Control(widgets.FloatSlider, label, start, look | {"readout_format": f".{digits}f"})
    return Control(widgets.IntSlider, label, start, look)


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
        own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD or not table]
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
        put(made, name, value)
    return made


def put(controls, name, value):
    """Let the control of that name show a value; one that it cannot show is refused."""
    if name not in controls:
        raise TypeError(f"{name} is none of the settings here: {', '.join(controls)}")
    widget = controls[name]
    kind, before, rule = type(widget.value), widget.value, "within the range of its control"
    fits = (float, int, np.number) if kind is float else (int, np.integer) if kind is int else kind
    if not isinstance(value, fits) or isinstance(value, bool) != (kind is bool):
        raise TypeError(f"{name} must be a value like {widget.value!r}; got {describe(value)}")
    if hasattr(widget, "options"):
        rule = f"one of {', '.join(str(option) for _, option in pairs(widget))}"
    with suppress(Exception):  # traitlets has errors of its own
        widget.value = value
    if widget.value != value:
        widget.value = before
        raise ValueError(f"{name} must be {rule}; got {describe(value)}")


def pairs(widget):
    """Return (name, value) of the options of a choice."""
    return [option if isinstance(option, tuple) else (option, option) for option in widget.options]


def meant(controls, name, words):
    """Return the value of a control that words in a link stand for; the words where they mean none."""
    widget = controls.get(name)
    if hasattr(widget, "options"):
        known = {str(v): v for _, v in pairs(widget)} | {str(said): v for said, v in pairs(widget)}
        if words not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}; got {describe(words)}")
        return known[words]
    if isinstance(widget, widgets.Checkbox):
        return {"true": True, "false": False}.get(words.lower(), words)
    with suppress(ValueError, AttributeError):
        return type(widget.value)(words)
    return words


def own_functions(**functions):
    """Return `name=function` of the learner's, as in a call; what cannot be called is refused."""
    for name, function in functions.items():
        if not callable(function):
            raise TypeError(f"{name} must be a function; got {describe(function)}")
    changed = ((name, f) for name, f in functions.items() if f is not getattr(network, name))
    return [f"{name}={getattr(f, '__name__', name)}" for name, f in changed]


def python_of(value):
    """Return Python that makes a value: weights, or what its `repr` makes."""
    if not isinstance(value, network.Params):
        return repr(value)
    look = {"separator": ", ", "floatmode": "unique", "prefix": "    W1=np.array("}
    W1, W2 = (np.array2string(weights, **look) for weights in value)
    return f"ck.Params(\n    W1=np.array({W1}),\n    W2=np.array({W2}),\n)"


def words_of(value):
    """Return a value as in a link; the numbers of an array stand side by side."""
    if isinstance(value, (tuple, list)):
        return "_".join(f"{number:g}" for block in value for number in np.ravel(block))
    return f"{value:g}" if isinstance(value, float) else str(value)


def params_from(numbers, output_bias=False):
    """Return the weights that the numbers of a link stand for: W1 row by row, then W2."""
    h = len(numbers) // 4
    if h == 0 or len(numbers) != 4 * h + output_bias:
        more = " and one more" if output_bias else ""
        raise ValueError(f"params must hold four numbers for each unit{more}; got {len(numbers)}")
    params = network.Params(np.reshape(numbers[: 3 * h], (3, h)), np.array(numbers[3 * h :]))
    return network.Params(*check_params(params))


class Scene:
    """What is explored: settings, a picture as HTML, and the same as a sentence.

    A scene has `change(name, settings)`, which takes over settings of which one has changed (None: the
    first time) and returns a sentence, `draw()`, which returns the picture, and `describe()`, which says
    what it shows. One that `plays` has `tick()`, a step forward, False at the end, and `reset()`; one with
    a surface has `hand(spot, drag, start, now)`: what a hand does at a spot, from a start to a place in
    [-1, 1]^2, with the same number `drag` for all that belongs to one movement. Each returns a sentence.

    Attributes
    ----------
    name, table : str, dict
        It is made by `explore_name`; its controls.
    beside : str
        Name of an array that it can be opened with, by `open_with(numbers)`, beside the settings.
    given : list of str
        The first arguments of the call that makes it, as code.
    plays, seconds : bool, float
        Whether there are Play, Step and Reset, and the time between two pictures.
    height : int
        Of its picture, in pixels, where that stands still.
    moment : dict
        Attributes as they are when this picture is taken; empty for the beginning.
    own : tuple of callable
        Functions of the learner's that it calls.
    error : str or None
        What one of them raised; the picture is the last good one then.
    dataset : Dataset or None
        Points that pictures show by `self.points()`, sent again only where they are others.
    """

    name, beside, table, given, own = "", "", {}, (), ()
    plays, seconds, height, moment = False, 0.025, 410, {}
    error, dataset, settings, picture = None, None, None, ""

    def work(self, seconds):
        """Go on with what is not finished, not much longer than that; True if more remains."""
        return False

    def frame(self):
        """Return the picture, or the last good one where the learner's functions raise."""
        if self.error is None:
            self.guarded(lambda: setattr(self, "picture", self.draw()))
        return self.picture

    def status(self):
        """Say what the picture shows, or what went wrong."""
        return self.error or self.describe()

    def play(self):
        """Get ready to play."""

    def why_ended(self):
        """Say when and why there is no next step."""
        return "The end."

    def state(self):
        """Return name -> value of the settings that are not at their start, and of the array beside them."""
        return {name: v for name, v in self.settings.items() if v != self.table[name].start}

    def as_python(self):
        """Return Python that makes this explorer again."""
        arguments = [f"{name}={python_of(value)}" for name, value in self.state().items()]
        return f"explore_{self.name}({', '.join([*self.given, *arguments])})"

    def link(self):
        """Return `explore_name=setting:value,...`, with which an address opens this state."""
        words = (f"{name}:{words_of(value)}" for name, value in self.state().items())
        return f"explore_{self.name}={','.join(words)}"

    def follow(self, controls):
        """Let the controls say what the scene holds; sliders get longer where it lies beyond them."""
        for name, control in controls.items():
            value = self.settings[name]
            if control.value != value and hasattr(control, "max"):
                control.min, control.max = min(control.min, value), max(control.max, value)
            if control.value != value:
                control.value = value

    def marks(self):
        """Return the points once, unseen, for all pictures to refer to."""
        marks = svg.point_marks(self.dataset.points, self.dataset.y)
        group = f'<g id="ck-points-{id(self)}">{marks}</g>'
        return f'<svg width="0" height="0" aria-hidden="true"><defs>{group}</defs></svg>'

    def points(self):
        """Return the points for a picture."""
        return f'<use href="#ck-points-{id(self)}"/>'

    def guarded(self, function, *arguments):
        """Call what may run the learner's code; keep what it raises as `error`. True if all went well."""
        try:
            if all(f in (network.forward, network.backward) for f in self.own):
                function(*arguments)
            else:
                limits.call(function, *arguments, seconds=TOO_LONG)
        except (Exception, SystemExit) as error:  # whatever a learner's function raises
            if not self.own:
                raise
            self.error = explain(error, self.own)
            self.error += " The picture is the last good one." if self.picture else ""
        return self.error is None


def explain(error, functions):
    """Say what a learner's function raised, and in which of its lines."""
    mine = {getattr(f, "__code__", None): f for f in functions if f.__module__ != network.__name__}
    where, shapes, trace = "", "", error.__traceback__
    while trace is not None:
        function = mine.get(trace.tb_frame.f_code)
        if function is not None:
            line = trace.tb_lineno - function.__code__.co_firstlineno
            where = f" in line {line} of {function.__name__}, counted from its def"
            shapes = explain_stop(function, error)[0].partition("\n")[2]
        trace = trace.tb_next
    said = f"Stopped: {type(error).__name__}{where}: {error}".rstrip(": ")
    return said + ("" if said.endswith((".", "?", "!")) else ".") + (f"\n{shapes}" if shapes else "")
