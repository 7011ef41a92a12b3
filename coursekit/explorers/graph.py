"""Pictures of a network's units: each with its map and its line."""

import numpy as np

from coursekit.explorers import svg
from coursekit.palette import BLUE, INK, VERMILION

LIT = "#F2B84B"  # behind what is new
WIDE = 660.0  # the graph of a network


def shares(A1, phi):
    """Return activations from 0 to 1: from the lowest to the highest that there can be; white is 0."""
    low, high = phi.range
    if np.isfinite(high - low):
        return (A1 - low) / (high - low)
    return 0.5 + A1 / max(2 * np.abs(A1).max(), 1e-9)  # no highest one


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


def link(start, end, weight, most):
    """Return a wire, thickest where a weight is `most`, dashed and blue where it is negative."""
    width = 0.8 + 5.2 * min(abs(weight) / max(most, 1e-9), 1)
    color, dash = (VERMILION, "") if weight >= 0 else (BLUE, "7 4")
    (x1, y1), (x2, y2) = start, end
    path = f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"
    return svg.tag("path", d=path, stroke=color, stroke_width=width, stroke_dasharray=dash, opacity="0.75")


def note(place, words, anchor="middle", lit=False, slope=False, wrong=False):
    """Return words on a wire or in a box: a slope, one that is new (lit), or the first that is wrong."""
    (x, y), width = place, 7.6 * len(words) + 8
    left = x - {"start": 4, "middle": width / 2}[anchor]
    look = {"fill": LIT if lit else "none", "stroke": VERMILION if wrong else "none", "stroke_width": 2.5}
    body = svg.tag("rect", x=left, y=y - 14, width=width, height=18, rx=3, **look) if lit or wrong else ""
    kind = f"ck-note{' ck-lit' if lit else ' ck-slope' if slope else ''}"
    return body + svg.text(x, y, svg.minus(words), anchor, 15, kind=kind)


def box(x, y, width, height):
    """Return the frame of a node."""
    place = dict(x=x, y=y, width=width, height=height, rx=6)
    return svg.tag("rect", **place, stroke="currentColor", stroke_width=1.2).replace(
        "<rect", '<rect class="ck-box"'
    )


def living(params, maps, surface, links, letters="", chosen=None):
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
        body += svg.image(shares, left, top, side) + _unit_line(params.W1[:, unit], left, top, side)
        if chosen is not None:
            body += svg.hand(f"unit-{unit}", left, top, side)
        if unit == chosen:
            frame = dict(x=left, y=top, width=side, height=side, stroke="currentColor", stroke_width=4)
            body += svg.tag("rect", **frame, fill="none")
        if side > 40:
            number = f"{W2[unit]:+.{3 if letters else 1}f}"
            body += note((left + side + 28, top + 14), f"{letters or f'{unit}: '}{number}")
    return wires + body


def network(params, X, y, note_at, weight_at):
    """Return (body, height) of the graph of a network; the numbers in it come from two functions.

    `note_at` takes a place, letters, the name of an array, an index and an anchor, `weight_at` a place, the
    name of a block and an index.
    """
    (W1, W2), h = params, len(params.W2)
    high, most = max(290.0, 92.0 * h), max(np.abs(W1).max(), np.abs(W2).max())
    units = [((264.0, high * (j + 0.5) / h), (418.0, high * (j + 0.5) / h)) for j in range(h)]
    output, wires, body = (518.0, high / 2), "", ""
    for i in range(3):
        start = (112.0, high * (i + 0.5) / 3)
        for j, (end, _) in enumerate(units):
            wires += link(start, end, W1[i, j], most)
            x, middle = _between(start, end, 0.2 + 0.4 * (j / (h - 1) if h > 1 else 0.5))
            body += weight_at((x, middle - 3), "W1", (i, j)) + note_at(
                (x, middle + 15), "∂", "dW1", (i, j), "middle"
            )
        numbers = " | ".join(f"{round(number, 2):g}" for number in X[:2, i])
        wires += box(1, start[1] - 16, start[0] - 1, 32)
        body += note((8, start[1] + 5), f"{('x1', 'x2', 'bias')[i]} {numbers}", "start")
    for j, ((left, middle), start) in enumerate(units):
        wires += link(start, output, W2[j], most) + box(left, middle - 42, start[0] - left, 84)
        x, at = _between(start, output, 0.5)
        body += weight_at((x, at - 3), "W2", j) + note_at((x, at + 15), "∂", "dW2", j, "middle")
        for row, (letters, name) in enumerate((("z", "Z1"), ("a", "A1"), ("∂a", "dA1"), ("∂z", "dZ1"))):
            body += note_at((left + 8, middle - 23 + 20 * row), letters, name, np.s_[:, j])
    wires += box(output[0], output[1] - 42, 139, 104)
    for row, (letters, name) in enumerate((("z2", "z2"), ("p", "p"), ("∂z2", "dz2"), ("loss", "loss"))):
        body += note_at((output[0] + 8, output[1] - 23 + 20 * row), letters, name, ...)
    body += note((output[0] + 8, output[1] + 57), f"y {' | '.join(map(str, y[:2]))}", "start")
    return wires + body, high


def _between(start, end, share):
    return tuple(a + share * (b - a) for a, b in zip(start, end, strict=True))
