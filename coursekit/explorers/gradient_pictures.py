"""The panels of `explore_gradient_check`: pure functions from arrays to SVG text."""

import numpy as np

from coursekit.explorers import svg
from coursekit.explorers.svg import short
from coursekit.gradcheck import AGREES_UP_TO, SUSPICIOUS_UP_TO
from coursekit.palette import BLUE, GREEN, PURPLE, VERMILION

FLOOR = 1e-13  # smaller errors are drawn here
LEFT, TOP, WIDTH, HEIGHT = 48.0, 6.0, 246.0, 212.0  # of the two panels with axes
LOWEST, HIGHEST = 1e-15, 1.0  # steps
NEAR = np.linspace(-1.5, 1.5, 61)  # offsets under the microscope, in steps; places 10 and 50 are -1 and 1
OFF = "#F2B84B"


def v_curve(steps, lines, step, first_kink=None):
    """Draw errors against steps (s,) on log axes, with the chosen step and the kink region.

    `lines` is name -> (errors (s,), colour, dashes), NaN where there is none. The kink region begins at
    `first_kink`; infinite or None: there is none.
    """
    at = int(np.abs(steps - step).argmin())
    body = _kink_region(first_kink) if first_kink is not None else ""
    body += _log_axes() + svg.cursor(_to_x(step), TOP, TOP + HEIGHT)
    for errors, color, dash in lines.values():
        known = ~np.isnan(errors)
        body += svg.curve(_to_x(steps[known]), _to_y(errors[known]), color, dash)
        body += _mark(_to_x(step), _to_y(errors[at]), color) if known[at] else ""
    body += svg.legend([(name, color, dash) for name, (_, color, dash) in lines.items()], 8, 266)
    for x, error, words in ((1e-7, 2e-3, "wrong"), (1.5e-15, 1e-5, "suspicious"), (1.5e-15, 1e-9, "agrees")):
        body += svg.text(float(_to_x(x)), float(_to_y(error)), words, size=12, kind="ck-note")
    said = ", ".join(f"{name} {short(errors[at])}" for name, (errors, *_) in lines.items())
    alt = f"Error against step, both on log scales. At step {short(step)}: {said}."
    for name, (errors, *_) in lines.items():
        if not np.isnan(errors).all():
            low = np.nanargmin(errors)
            alt += f" {name} is lowest, {short(errors[low])}, at step {short(steps[low])}."
    return svg.panel("Error against step", body, alt)


def named_lines(errors, of_right, without_kinks):
    """Return the lines of `v_curve`; the last two arguments may be None."""
    lines = {"W1": (errors[0], BLUE, ""), "W2": (errors[1], VERMILION, "7 4")}
    if of_right is not None:
        lines["W1, right gradient"] = (of_right, "currentColor", "1 4")
    if without_kinks is not None:
        lines["W1 without kinks"] = (without_kinks, GREEN, "9 3 2 3")
    return lines


def _kink_region(first_kink):
    start = float(_to_x(np.clip(first_kink, LOWEST, HIGHEST)))
    if start >= LEFT + WIDTH:
        return ""
    size = dict(x=start, y=TOP, width=LEFT + WIDTH - start, height=HEIGHT)
    edge = svg.tag("path", d=f"M{start:.1f} {TOP}v{HEIGHT}", stroke=PURPLE, stroke_dasharray="3 3")
    name = svg.text(LEFT + WIDTH - 4, TOP + HEIGHT - 6, "kinks", "end", 12)
    return svg.tag("rect", **size, fill=PURPLE, opacity="0.25") + edge + name


def microscope(name, step, change, given, numeric):
    """Draw the `change` of the loss where an entry moves by NEAR steps, and two slopes."""
    top = 1.1 * max(np.abs(change).max(), 1e-300)
    ends, to_y = np.array([10, 50]), svg.scale(-top, top, TOP + HEIGHT, TOP)

    def line(slope, through):  # as far as it stays inside
        reach = 1.5 if slope == 0 else min(1.5, (top - abs(through)) / abs(slope * step))
        t = np.array([-reach, reach])
        return _near_x(t), to_y(through + slope * step * t)

    body = _near_axes(top, step)
    body += svg.curve(_near_x(NEAR), to_y(change), "currentColor")
    body += svg.curve(*line(numeric, change[ends].mean()), VERMILION, "7 4")
    body += svg.curve(*line(given, 0.0), BLUE, "2 4")
    body += "".join(_mark(_near_x(NEAR[k]), to_y(change[k]), VERMILION) for k in ends)
    slopes = ("central", VERMILION, "7 4"), ("given", BLUE, "2 4")
    body += svg.legend([("loss", "currentColor", ""), *slopes], 8, 266)
    alt = f"The loss within one step and a half of {name}: the central difference has slope "
    return svg.panel(f"Loss near {name}", body, f"{alt}{short(numeric)}, the given gradient {short(given)}.")


def ratios(given, numeric, kinks):
    """Draw given / numeric of each entry as a table (4, h): three rows of W1, and W2; some meet a kink."""
    h = given.shape[1]
    side, body, said = 210.0 / h, "", []
    for unit in range(h):
        body += svg.text(72 + (unit + 0.5) * side - 2, TOP + 14, f"unit {unit}", "middle", 12)
    for row, name in enumerate(("W1: x1", "W1: x2", "W1: bias", "W2")):
        y = TOP + 22 + row * 50 + (14 if row == 3 else 0)
        body += svg.text(66, y + 28, name, "end", 12)
        for unit in range(h):
            words, off = _ratio(given[row, unit], numeric[row, unit])
            kink = bool(kinks[row, unit])
            said.append(f"{name} unit {unit}: {words}{' (kink)' if kink else ''}")
            place = (72 + unit * side, y, side - 5, 44)
            body += svg.cell(place, words, "kink" if kink else "", OFF if off else "none")
    body += svg.text(72, 280, "filled: off by more than 0.1 %", size=12)
    return svg.panel("Given / numeric", body, f"Given / numeric. {'; '.join(said)}.")


def _ratio(given, numeric):
    """Return given / numeric in words, and whether it is off."""
    if numeric == 0:
        return ("0 / 0", False) if given == 0 else ("÷ 0", True)
    ratio = given / numeric
    return svg.minus(short(round(ratio, 3))), abs(ratio - 1) > 1e-3


_to_x = svg.scale(LOWEST, HIGHEST, LEFT, LEFT + WIDTH, log=True)
_to_y = svg.scale(FLOOR, 1.0, TOP + HEIGHT, TOP, log=True)
_near_x = svg.scale(-1.5, 1.5, LEFT, LEFT + WIDTH)


def _log_axes():
    body = svg.frame(LEFT, TOP, WIDTH, HEIGHT)
    for power in (-15, -12, -9, -6, -3, 0):
        label = f"1e{power}" if power else "1"
        body += svg.text(float(_to_x(10.0**power)), TOP + HEIGHT + 15, label, "middle", 12)
        if power > -15:
            body += svg.text(LEFT - 4, float(_to_y(10.0**power)) + 4, label, "end", 12)
    for limit in (AGREES_UP_TO, SUSPICIOUS_UP_TO):
        body += svg.level(_to_y(limit), LEFT, LEFT + WIDTH, "currentColor", "2 3", 1)
    return body + svg.text(LEFT + WIDTH / 2, TOP + HEIGHT + 30, "step h", "middle", 12)


def _near_axes(top, step):
    body = svg.frame(LEFT, TOP, WIDTH, HEIGHT)
    body += svg.level(TOP + HEIGHT / 2, LEFT, LEFT + WIDTH, "currentColor", "2 3", 1)
    body += svg.cursor(LEFT + WIDTH / 2, TOP, TOP + HEIGHT)
    for offset, words in ((-1, f"−{short(step)}"), (0, "w"), (1, f"+{short(step)}")):
        body += svg.text(float(_near_x(offset)), TOP + HEIGHT + 15, words, "middle", 12)
    for share, words in ((0.9, f"+{short(top * 0.9)}"), (0, "0"), (-0.9, f"−{short(top * 0.9)}")):
        body += svg.text(LEFT - 3, TOP + (1 - share) / 2 * HEIGHT + 4, words, "end", 11)
    return body + svg.text(LEFT + WIDTH / 2, TOP + HEIGHT + 30, "change of the loss", "middle", 12)


def _mark(x, y, color):
    return svg.tag("circle", cx=x, cy=y, r=4.5, fill=color, stroke="currentColor")
