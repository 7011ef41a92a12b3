"""Pictures of a network's units: each with its map and its line."""

import numpy as np

from coursekit.explorers import svg
from coursekit.palette import BLUE, INK, VERMILION


def shares(A1, phi):
    """Return activations from 0 to 1: from the lowest to the highest that there can be; white is 0.

    Parameters
    ----------
    A1 : ndarray
    phi : Activation
    """
    low, high = phi.range
    if np.isfinite(high - low):
        return (A1 - low) / (high - low)
    return 0.5 + A1 / max(2 * np.abs(A1).max(), 1e-9)  # no highest one


def unit_maps(activations, W1, W2, alt, title="Hidden units", chosen=None):
    """Return a small map of each hidden unit with its line, and its output weight as a bar.

    Parameters
    ----------
    activations : ndarray, shape (h, size, size)
        From 0 to 1: lowest to highest possible activation, first row on top.
    W1 : ndarray, shape (3, h)
    W2 : ndarray, shape (h,) or (h + 1,)
    chosen : int, optional
        Unit whose map gets a frame.
    """
    columns = int(np.ceil(np.sqrt(len(activations))))
    cell = svg.SIDE / columns
    side = cell - 22
    body = ""
    for unit, shares in enumerate(activations):
        left, top = unit % columns * cell + 14, unit // columns * cell
        body += svg.image(shares, left, top, side) + _unit_line(W1[:, unit], left, top, side)
        if unit == chosen:
            square = dict(x=left, y=top + 2, width=side, height=side - 2)
            body += svg.tag("rect", **square, fill="none", stroke="currentColor", stroke_width=4)
        weight = float(W2[unit])
        bar = min(abs(weight), 12.0) / 12 * 10
        color = VERMILION if weight > 0 else BLUE
        body += svg.tag("rect", x=left - 12, y=top, width=bar, height=side, fill=color)
        name = f"{unit}: {weight:+.1f}" if side > 70 else f"{weight:+.1f}"
        body += svg.text(left + side / 2, top + side + 14, svg.minus(name), "middle", 12)
    return svg.panel(title, body, alt)


def lines_on_surface(W1, W2, chosen=None):
    """Return the line of each unit, its number on the positive side; the chosen one is solid and thick."""
    body = ""
    for unit, weights in enumerate(W1.T):
        ends = _ends_of_line(weights)
        if len(ends) < 2:
            continue
        middle = np.mean(ends, axis=0)
        ticks = [middle + length * weights[:2] / np.hypot(*weights[:2]) for length in (0, 0.09, 0.16)]
        (x1, y1), (x2, y2), (a, b), (c, d), (e, f) = svg.in_square(
            np.array([*ends, *ticks]), *svg.FRAME
        ).tolist()
        style = (3.6, "") if unit == chosen else (1.8, "6 4")
        path = f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}"
        body += svg.tag("path", d=path, stroke=INK, stroke_width=style[0], stroke_dasharray=style[1])
        body += svg.tag("circle", cx=e, cy=f, r=9, fill="#fff", stroke=INK)
        body += svg.text(e, f + 4.5, f"{'' if W2[unit] >= 0 else '−'}{unit}", "middle", color=INK)
    return body


def _unit_line(weights, left, top, side):
    """Return the part of w1 x1 + w2 x2 + b = 0 that lies in the square."""
    ends = _ends_of_line(weights)
    if len(ends) < 2:
        return ""
    (x1, y1), (x2, y2) = svg.in_square(np.array(ends), left, top, side).tolist()
    return svg.tag("path", d=f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", stroke=INK, stroke_width=1.6)


def _ends_of_line(weights):
    """Return where w1 x1 + w2 x2 + b = 0 meets the edge of [-1, 1]^2: two points, or none."""
    w1, w2, bias = weights.tolist()
    ends = []
    for along, across, flip in ((w1, w2, False), (w2, w1, True)):
        if across:
            for edge in (-1.0, 1.0):
                other = -(along * edge + bias) / across
                if abs(other) <= 1:
                    ends.append((other, edge) if flip else (edge, other))
    return [min(ends), max(ends)] if len(ends) > 1 else []
