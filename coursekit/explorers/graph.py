"""Pictures of a network's units: each with its map and its line."""

import numpy as np

from coursekit.explorers import svg
from coursekit.palette import BLUE, INK, VERMILION

LIT = "#F2B84B"  # behind what is new
WIDE = 660.0  # the graph of a network
GRID, TILE = svg.square_grid(64), svg.square_grid(24)


def surface(at, dataset, marks, shares=None):
    """Return the decision surface of a forward pass `at`, or a map, wrong points ringed; and how many."""
    p = at(dataset.X).p
    wrong = dataset.points[(p >= 0.5) != (dataset.y == 1)]
    shares = at(GRID).p.reshape(64, 64) if shares is None else shares
    body = svg.surface(shares, svg.rings(wrong) + marks)
    return body, f"{len(wrong)} of {len(p)} points wrong (ringed)."


def maps(at, h, phi, grid=None):
    """Return (h, size, size) activations from 0 to 1: from the lowest to the highest possible; white is 0."""
    A1, (low, high) = np.asarray(at(TILE if grid is None else grid).A1)[:, :h], phi.range
    if np.isfinite(high - low):
        shares = (A1 - low) / (high - low)
    else:
        shares = 0.5 + A1 / max(2 * np.abs(A1).max(), 1e-9)
    size = round(len(A1) ** 0.5)
    return shares.T.reshape(h, size, size)


def lines_on_surface(params, chosen, only=False):
    """Return the line of each unit, its number on the positive side; the chosen one is solid and thick."""
    body, (W1, W2) = "", params
    for unit, weights in enumerate(W1.T):
        ends = _ends_of_line(weights)
        if ends is None or (only and unit != chosen):
            continue
        look = (3.6, "") if unit == chosen else (1.8, "6 4")
        normal = weights[:2] / np.hypot(*weights[:2])
        ticks = ends.mean(axis=0) + np.outer((0, 0.09, 0.16), normal)
        start, end, number = svg.in_square(ticks, *svg.FRAME)
        body += _line(svg.in_square(ends, *svg.FRAME), *look) + _line((start, end), *look)
        body += svg.tag("circle", cx=number[0], cy=number[1], r=9, fill="#fff", stroke=INK)
        words = f"{'' if W2[unit] >= 0 else '−'}{unit}"
        body += svg.text(number[0], number[1] + 4.5, words, "middle", color=INK)
    return body


def _line(ends, width, dash="", color=INK, **more):
    (x1, y1), (x2, y2) = ends
    path, look = f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", dict(stroke_width=width, stroke_dasharray=dash)
    return svg.tag("path", d=path, stroke=color, **look, **more)


def _ends_of_line(weights):
    """Return the ends (2, 2) of w1 x1 + w2 x2 + b = 0 in [-1, 1]^2, or None where it lies outside."""
    w1, w2, bias = weights.tolist()
    ends = [(edge, -(w1 * edge + bias) / w2) for edge in (-1.0, 1.0) if w2]
    ends += [(-(w2 * edge + bias) / w1, edge) for edge in (-1.0, 1.0) if w1]
    inside = [end for end in ends if max(map(abs, end)) <= 1]
    return np.array([min(inside), max(inside)]) if len(set(inside)) > 1 else None


def link(start, end, weight, most):
    """Return a wire, thickest where a weight is `most`, dashed and blue where it is negative."""
    width = 0.8 + 5.2 * min(abs(weight) / max(most, 1e-9), 1)
    color, dash = (VERMILION, "") if weight >= 0 else (BLUE, "7 4")
    return _line((start, end), width, dash, color, opacity="0.75")


def note(place, words, anchor="middle", lit=False, slope=False, wrong=False):
    """Return words on a wire or in a box: a slope, one that is new (lit), or the first that is wrong."""
    (x, y), width = place, 7.0 * len(words) + 10
    left = x - {"start": 4, "middle": width / 2}[anchor]
    look = {"stroke": VERMILION if wrong else "none", "stroke_width": 2.5}
    look |= {"fill": LIT} if lit else {"class": "ck-box"}  # no wire runs through its number
    body = svg.tag("rect", x=left, y=y - 14, width=width, height=18, rx=3, **look) if lit or wrong else ""
    kind = f"ck-note{' ck-lit' if lit else ' ck-slope' if slope else ''}"
    return body + svg.text(x, y, svg.minus(words), anchor, 15, kind=kind)


def box(x, y, width, height):
    """Return the frame of a node."""
    look = {"class": "ck-box", "stroke": "currentColor", "stroke_width": 1.2}
    return svg.tag("rect", x=x, y=y, width=width, height=height, rx=6, **look)


def living(params, maps, surface, links, letters="", chosen=-1):
    """Return the body of a network in training: inputs, a map of each hidden unit, the decision surface.

    `maps` (h, size, size) are shares, first row on top; the one `chosen` gets a frame. The wires and the
    numbers, called by some `letters`, stand for `links`: the weights, or their slopes.
    """
    h, (W1, W2) = len(maps), links
    most = max(np.abs(W1).max(), np.abs(W2).max())
    columns = 1 if h <= 6 else 2
    high = svg.SIDE / -(-h // columns)
    side = min(high - 10, 70.0)
    wires, body = "", f'<g transform="translate({WIDE - 316} 0)">{surface}</g>'
    for i, name in enumerate(("x1", "x2", "1")):
        body += box(1, 48 + 100 * i - 14, 34, 28) + svg.text(18, 53 + 100 * i, name, "middle", 15)
    for unit, shares in enumerate(maps):
        left, top = 190 - 45 * columns + 90 * (unit % columns), unit // columns * high + (high - side) / 2
        middle = top + side / 2
        for i in range(3):
            wires += link((35, 48 + 100 * i), (left, middle), W1[i, unit], most)
        wires += link((left + side, middle), (WIDE - 306, 140), W2[unit], most)
        ends = _ends_of_line(params.W1[:, unit])
        body += svg.image(shares, left, top, side)
        body += _line(svg.in_square(ends, left, top, side), 1.6) if ends is not None else ""
        body += svg.hand(f"unit-{unit}", left, top, side)
        if unit == chosen:
            frame = dict(x=left, y=top, width=side, height=side, stroke="currentColor", stroke_width=4)
            body += svg.tag("rect", **frame, fill="none")
        if side > 40:
            number = f"{W2[unit]:{'+.2g' if letters else '+.1f'}}"
            body += note((left + side + 5, top + 14), f"{letters or f'{unit}: '}{number}", "start")
    return wires + body
