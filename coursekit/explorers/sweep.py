"""`explore_sweep`: slices of a sweep, as an instrument."""

import numpy as np

from coursekit._validation import check_choice, describe
from coursekit.explorers import scene as base
from coursekit.explorers import sweep_slices as slices
from coursekit.explorers.shell import Shell
from coursekit.sweeps.result import CURVES, SweepResult, place_of

ALL = -1  # the place on an axis that stands for all of them
NONE = "(none)"
MOST_MARKS = 2000  # networks drawn one by one


class SweepScene(base.Scene):
    """A result, and the slice that is shown."""

    name, given, height = "sweep", ("result",), 560

    def __init__(self, result):
        self.result = result
        self.axes = [name for name in result.axes if name != "seed"]
        quantities = [(slices.title(name), name) for name in result.values if name not in CURVES]
        sides = [(NONE, NONE), *((slices.title(name), name) for name in self.axes)]
        self.table = {
            "quantity": base.choice("Quantity", "reached", quantities),
            "rows": base.choice("Rows", None, sides),
            "columns": base.choice("Columns", None, sides),
            "summary": base.choice("Summed up by", "median", slices.SUMMARIES),
        }
        for name in self.axes:
            values = [(slices.shown(value), place) for place, value in enumerate(result.axes[name])]
            self.table[name] = base.choice(f"Only {slices.title(name)}", ALL, [("all", ALL), *values])

    def change(self, name, settings):
        """Take over the settings; an axis chosen for both sides makes the two change places."""
        other = {"rows": "columns", "columns": "rows"}.get(name)
        if other and settings[name] == settings[other] != NONE:
            settings[other] = self.settings[name]
        self.settings = settings
        self.quantity, self.summary = settings["quantity"], settings["summary"]
        rows, columns = (None if settings[side] == NONE else settings[side] for side in ("rows", "columns"))
        self.rows, self.columns = rows, None if columns == rows else columns
        axes = self.result.axes
        self.chosen = {name: axes[name][settings[name]] for name in self.axes if settings[name] != ALL}
        shown = (self.rows, self.columns)
        self.fixed = {name: value for name, value in self.chosen.items() if name not in shown}
        self.slice = self.result.select(**self.fixed)
        self.cells = self.result.select(**self.chosen)
        self.sums = slices.table(self.slice, self.quantity, self.rows, self.columns, self.summary)
        return ""

    def draw(self):
        return f'<div style="display:grid;gap:10px">{self._heat_map()}{self._distribution()}</div>'

    def describe(self):
        return slices.sentence(self.cells, self.chosen, self.quantity)

    def _heat_map(self):
        """Draw the sums; a frame stands around the cells of what is chosen on the axes that are shown."""
        name, flag = slices.title(self.quantity).capitalize(), self.quantity in slices.FLAGS
        name += ": how many" if flag else f": {self.summary}"
        name += " of those that reached it" if self.quantity == slices.NEVER else ""
        if self.fixed:
            name += f" ({', '.join(f'{slices.title(k)} {slices.shown(v)}' for k, v in self.fixed.items())})"
        names, labels, framed = [], [], []
        for side in (self.rows, self.columns):
            values = self.result.axes[side] if side else ["all"]
            names.append(slices.title(side or ""))
            labels.append([slices.shown(value) for value in values])
            framed.append([not side or self.settings[side] in (ALL, place) for place in range(len(values))])
        limits = slices.limits(self.result, self.quantity)
        framed = np.logical_and.outer(*framed)
        return slices.heat_map(self.quantity, self.sums, labels, names, limits, framed, name)

    def _distribution(self):
        """Draw the networks of the framed cells; for yes and no, their first iterations."""
        quantity = slices.NEVER if self.quantity in slices.FLAGS else self.quantity
        values = slices.numbers(self.cells, quantity)[self.cells.done]
        every, name = slices.numbers(self.result, quantity), slices.title(quantity).capitalize()
        known = every[~np.isnan(every)]
        limits = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        without = "never" if quantity == slices.NEVER else "without a number"
        if len(values) > MOST_MARKS:
            name += f", the first {MOST_MARKS} of {len(values)} networks"
        return slices.distribution(values[:MOST_MARKS], without, limits, name, quantity == "dead_units")

    def state(self):
        return super().state() | self.chosen

    def as_python(self):
        """Return Python that makes the sums from `result`, and this explorer again."""
        over = [name for name in self.slice.axes if name not in (self.rows, self.columns)]
        sums = slices.as_python(self.fixed, self.quantity, self.summary, over)
        return f"{sums}\n{super().as_python()}"


@base.explores({})
def explore_sweep(result, *, quantity="reached", rows=None, columns=None, summary="median", **chosen):
    """Controls beside a heat map of a sweep: quantity, axes, summary, and a value on each axis.

    Parameters
    ----------
    result : SweepResult
        With at least one axis; networks that were not trained are marked.
    quantity : str
        What is shown at first: "reached", "final_accuracy", ...
    rows, columns : str, optional
        Axes of the heat map, not "seed", or "(none)"; by default the first two. Over the seeds, and over
        axes not shown where nothing is chosen on them, it sums up.
    summary : {"median", "mean", "smallest", "largest"}
        Of the networks that have a number; of yes and no it shows how many.
    **chosen
        Name of an axis = the value chosen at first.
    """
    if not isinstance(result, SweepResult):
        raise TypeError(f"result must be a SweepResult, as ck.sweep returns it; got {describe(result)}")
    if not result.axes:
        raise ValueError("result must have at least one axis: give sweep a list, as seed=range(20); got none")
    scene = SweepScene(result)
    if rows == columns not in (None, NONE):
        raise ValueError(f"rows and columns must be different axes; got {rows!r} twice")
    left = [name for name in scene.axes if name not in (rows, columns)] + [NONE, NONE]
    rows = rows or left.pop(0)
    settings = dict(quantity=quantity, rows=rows, columns=columns or left[0], summary=summary)
    for name, value in chosen.items():
        check_choice(name, dict.fromkeys(scene.axes), "axis")
        settings[name] = place_of(value, result.axes[name], name)
    return Shell(scene, settings)
