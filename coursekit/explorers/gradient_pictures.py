"""The panels of `explore_gradient_check`: pure functions from arrays to SVG text."""

import numpy as np

from coursekit.explorers import svg
from coursekit.explorers.svg import short
from coursekit.gradcheck import AGREES_UP_TO, SUSPICIOUS_UP_TO
from coursekit.palette import BLUE, GREEN, PURPLE, VERMILION

FLOOR = 1e-13  # smaller errors are drawn here
BOX = dict(top=18, height=200, left=48)  # of the two panels with axes
KEY = (8, 266)  # where their keys begin
LOOKS = {
    "W1": (BLUE, ""),
    "W2": (VERMILION, "7 4"),
    "W1, right gradient": ("currentColor", "1 4"),
    "W1 without kinks": (GREEN, "9 3 2 3"),
}
NEAR = np.linspace(-1.5, 1.5, 121)  # offsets under the microscope, in steps
NAMES = ("W1: x1", "W1: x2", "W1: bias", "W2")
OFF = "#F2B84B"


def v_curve(steps, errors, step, first_kink=np.inf):
    """Draw name -> errors (s,) against steps (s,) on log axes, with the chosen step.

    NaN where there is none. The region of the kinks begins at `first_kink`.
    """
    ticks = {10.0**power: f"1e{power}" if power else "1" for power in (-15, -12, -9, -6, -3, 0)}
    y_ticks = {error: words for error, words in ticks.items() if error > FLOOR}
    look = dict(x_ticks=ticks, y_ticks=y_ticks, log=True)
    plot = svg.Plot((1e-15, 1.0), (FLOOR, 1.0), "error", "step h", **BOX, **look)
    if first_kink < 1:
        start = float(plot.to_x(first_kink))
        area = dict(x=start, y=plot.top, width=plot.right - start, height=plot.bottom - plot.top)
        plot.body += svg.tag("rect", **area, fill=PURPLE, opacity="0.25")
        plot.words(0.8, 2e-13, "kinks", "end")
    for limit in (AGREES_UP_TO, SUSPICIOUS_UP_TO):
        plot.level(limit, dash="2 3", width=1)
    plot.cursor(step)
    at = int(np.abs(steps - step).argmin())
    for name, found in errors.items():
        plot.curve(steps, np.array(found), *LOOKS[name], name=name)
        if not np.isnan(found[at]):
            plot.mark(step, found[at], LOOKS[name][0])
    for x, error, words in ((1e-7, 2e-3, "wrong"), (1.5e-15, 1e-5, "suspicious"), (1.5e-15, 1e-9, "agrees")):
        plot.words(x, error, words)
    said = ", ".join(f"{name} {short(found[at])}" for name, found in errors.items())
    alt = f"Error against step, both on log scales. At step {short(step)}: {said}."
    for name, found in errors.items():
        if not np.isnan(found).all():
            low = np.nanargmin(found)
            alt += f" {name} is lowest, {short(found[low])}, at step {short(steps[low])}."
    key = svg.legend([(name, *LOOKS[name]) for name in errors], *KEY)
    return svg.panel("Error against step", plot.body + key, alt)


def microscope(name, step, change, given, numeric):
    """Draw the `change` of the loss where an entry moves by NEAR steps, and two slopes."""
    top = 1.1 * max(np.abs(change).max(), 1e-300)
    x_ticks = {-1: f"−{short(step)}", 0: "w", 1: f"+{short(step)}"}
    y_ticks = {0.9 * top: f"+{short(top * 0.9)}", 0: "0", -0.9 * top: f"−{short(top * 0.9)}"}
    plot = svg.Plot(
        (-1.5, 1.5),
        (-top, top),
        "change of the loss",
        "steps h from w",
        **BOX,
        x_ticks=x_ticks,
        y_ticks=y_ticks,
    )
    plot.level(0, dash="2 3", width=1)
    plot.cursor(0)
    ends = np.abs(np.abs(NEAR) - 1).argsort()[:2]
    slopes = ("central", numeric, change[ends].mean(), VERMILION, "7 4"), ("given", given, 0.0, BLUE, "2 4")
    plot.curve(NEAR, change, "currentColor", name="loss")
    for name_of, slope, through, color, dash in slopes:
        line = through + slope * step * NEAR
        plot.curve(NEAR, np.where(np.abs(line) <= top, line, np.nan), color, dash, name=name_of)
    for k in ends:
        plot.mark(NEAR[k], change[k], VERMILION)
    key = svg.legend([("loss", "currentColor", ""), *((name, *look) for name, _, _, *look in slopes)], *KEY)
    alt = f"The loss within one step and a half of {name}: the central difference has slope "
    alt += f"{short(numeric)}, the given gradient {short(given)}."
    return svg.panel(f"Loss near {name}", plot.body + key, alt)


def ratios(given, numeric, kinks):
    """Return given / numeric of each entry as a table (4, h): rows of W1, and W2; some meet a kink."""

    def cell(row, unit):
        a, b, small = given[row, unit], numeric[row, unit], "kink" if kinks[row, unit] else ""
        words = svg.minus(short(round(a / b, 3))) if b else "÷ 0" if a else "0 / 0"
        off = abs(a - b) > 1e-3 * abs(b)
        return svg.words_on(OFF if off else "", words, small)

    units = range(given.shape[1])
    rows = [[name, *(cell(row, unit) for unit in units)] for row, name in enumerate(NAMES)]
    head = ["", *(f"unit {unit}" for unit in units)]
    return svg.table("Given / numeric", rows, head, "ck-cells", "filled: off by more than 0.1 %")
