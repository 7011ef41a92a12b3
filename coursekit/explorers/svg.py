"""Live pictures as SVG text: pure functions from arrays to strings.

A changed picture is one string in a widget, about ten times quicker than a redrawn figure. Every
panel has `role="img"` and its text. Lines and letters take the colour of the page's text, so that
they can be read in dark and light themes.
"""

import base64
import html
import io

import numpy as np
from PIL import Image

from coursekit.palette import BLUE, CLASS_COLORS, INK, SURFACE, VERMILION, rgb_of

SIDE = 300  # width and height of a panel's view box
POINTS_ON_A_CURVE = 200


def _ramp(colors):
    """Return 256 RGB triples from the first colour over the middle one to the last."""
    rgb = 255 * np.array([rgb_of(color) for color in colors])
    at = np.linspace(0, len(colors) - 1, 256)
    return np.column_stack([np.interp(at, np.arange(len(colors)), rgb[:, c]) for c in range(3)])


PALETTE = _ramp(SURFACE).round().astype(np.uint8).tobytes()


def panel(title, body, alt):
    """Return a figure with its title above an SVG of SIDE x SIDE."""
    return (
        f'<figure class="ck-panel"><figcaption>{title}</figcaption>'
        f'<svg viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="{html.escape(alt)}">{body}</svg></figure>'
    )


def image(shares, x, y, side):
    """Return numbers from 0 to 1, shape (rows, columns), first row on top, as a picture."""
    shares = np.nan_to_num(shares, nan=0.5)
    data = np.rint(np.clip(shares, 0, 1) * 255).astype(np.uint8)
    picture, buffer = Image.frombytes("P", data.shape[::-1], data.tobytes()), io.BytesIO()
    picture.putpalette(PALETTE)
    picture.save(buffer, "png", compress_level=1)
    data = base64.b64encode(buffer.getvalue()).decode()
    size = f'x="{x:.1f}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}"'
    return f'<image {size} preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'


def square_grid(size):
    """Return the centres of size x size pixels of [-1, 1]^2 with a bias column, top row first."""
    middle = (np.arange(size) + 0.5) / size * 2 - 1
    x1, x2 = np.meshgrid(middle, middle[::-1])
    return np.column_stack([x1.ravel(), x2.ravel(), np.ones(size * size)])


def _in_square(points, left, top, side):
    """Place points of [-1, 1]^2 in a square of the picture."""
    return np.column_stack([left + (points[:, 0] + 1) / 2 * side, top + (1 - points[:, 1]) / 2 * side])


def _dots(places, shape="h0"):
    return "".join(f"M{x:.1f} {y:.1f}{shape}" for x, y in places.tolist())


FRAME = (24.0, 4.0, 272.0)  # left, top and side of the square of a surface


def point_marks(points, y):
    """Return points as circles (class 0) and triangles (class 1) with dark edges, for a surface."""
    places = _in_square(points, *FRAME)
    circles, triangles = _dots(places[y == 0]), _dots(places[y == 1] - (0, 3.6), "l3.6 6h-7.2z")
    return (
        f'<path d="{circles}" stroke="{INK}" stroke-width="6.4" stroke-linecap="round"/>'
        f'<path d="{circles}" stroke="{CLASS_COLORS[0]}" stroke-width="4.8" stroke-linecap="round"/>'
        f'<path d="{triangles}" stroke="{INK}" stroke-width="0.9" fill="{CLASS_COLORS[1]}"/>'
    )


def marks_to_refer_to(name, points, y):
    """Return the points once, unseen: a picture shows them by `<use href="#name"/>`."""
    group = f'<g id="{name}">{point_marks(points, y)}</g>'
    return f'<svg width="0" height="0" aria-hidden="true"><defs>{group}</defs></svg>'


def rings(points):
    """Return a ring around each point: those that are answered wrongly."""
    places = _in_square(points, *FRAME) - (5.2, 0)
    return f'<path d="{_dots(places, "a5.2 5.2 0 1 0 10.4 0a5.2 5.2 0 1 0 -10.4 0")}" class="ck-ring"/>'


def surface(shares, marks, alt, title="Decision surface"):
    """Return the probability of class 1 over [-1, 1]^2 as colours, with marks drawn above."""
    left, top, side = FRAME
    ticks = "".join(
        text(left + share * side, top + side + 15, value, "middle")
        + text(left - 4, top + (1 - share) * side + (10 if share == 1 else 4 if share else 0), value, "end")
        for share, value in ((0, "−1"), (0.5, "0"), (1, "1"))
    )
    return panel(title, image(shares, left, top, side) + marks + ticks, alt)


def text(x, y, words, anchor="start", size=13, color=""):
    """Return words at a place; in the colour of the page's text, or in one that fits what lies below."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
    look = f' style="fill:{color}"' if color else ""
    return f"<text {place}{look}>{html.escape(str(words))}</text>"


def curve(x, y, color, dash="", width=2.2):
    """Return a polyline through at most POINTS_ON_A_CURVE of the places (x, y)."""
    if len(x) > POINTS_ON_A_CURVE:
        chosen = np.linspace(0, len(x) - 1, POINTS_ON_A_CURVE).round().astype(int)
        x, y = x[chosen], y[chosen]
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
    look = f'fill="none" stroke="{color}" stroke-width="{width}" stroke-dasharray="{dash}"'
    return f'<polyline points="{path}" {look}/>'


def axes(top, height, x_max, y_max, label, x_label="", x_min=0):
    """Return a frame with ticks, and functions that place x and y in it."""
    left, width = 40.0, 250.0

    def to_x(x):
        return left + (np.asarray(x) - x_min) / (x_max - x_min) * width

    def to_y(y):
        return top + height - np.clip(np.asarray(y) / y_max, 0, 1) * height

    lines = f'<path d="M{left} {top}v{height}h{width}" fill="none" stroke="currentColor"/>'
    for value in (0, y_max / 2, y_max):
        lines += text(left - 4, float(to_y(value)) + 4, f"{value:g}", "end", 12)
    for value, anchor in ((x_min, "start"), (x_max, "end")):
        lines += text(float(to_x(value)), top + height + 14, f"{value:g}", anchor, 12)
    lines += text(left + width / 2, top + height + 14, x_label, "middle", 12)
    return lines + text(left - 4, top - 5, label), to_x, to_y


def level(y, left, right, color, dash="5 4", width=1.6):
    """Return a level line."""
    style = f'stroke="{color}" stroke-width="{width}" stroke-dasharray="{dash}"'
    return f'<path d="M{left:.1f} {float(y):.1f}H{right:.1f}" {style}/>'


def cursor(x, top, bottom):
    """Return an upright line: here we are."""
    return f'<path d="M{float(x):.1f} {top}V{bottom}" stroke="currentColor" stroke-width="1" opacity="0.6"/>'


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
    cell = SIDE / columns
    side = cell - 22
    body = ""
    for unit, shares in enumerate(activations):
        left, top = unit % columns * cell + 14, unit // columns * cell
        body += image(shares, left, top, side) + _line(W1[:, unit], left, top, side)
        if unit == chosen:
            square = f'x="{left:.1f}" y="{top + 2:.1f}" width="{side:.1f}" height="{side - 2:.1f}"'
            body += f'<rect {square} fill="none" stroke="currentColor" stroke-width="4"/>'
        weight = float(W2[unit])
        bar = min(abs(weight), 12.0) / 12 * 10
        color = VERMILION if weight > 0 else BLUE
        size = f'width="{bar:.1f}" height="{side:.1f}"'
        body += f'<rect x="{left - 12:.1f}" y="{top:.1f}" {size} fill="{color}"/>'
        name = f"{unit}: {weight:+.1f}" if side > 70 else f"{weight:+.1f}"
        body += text(left + side / 2, top + side + 14, name.replace("-", "−"), "middle", 12)
    return panel(title, body, alt)


def lines_on_surface(W1, W2, chosen=None):
    """Return the line of each unit, its number on the positive side; the chosen one is solid and thick."""
    body = ""
    for unit, weights in enumerate(W1.T):
        ends = _line_ends(weights)
        if len(ends) < 2:
            continue
        middle = np.mean(ends, axis=0)
        ticks = [middle + length * weights[:2] / np.hypot(*weights[:2]) for length in (0, 0.09, 0.16)]
        (x1, y1), (x2, y2), (a, b), (c, d), (e, f) = _in_square(np.array([*ends, *ticks]), *FRAME).tolist()
        style = 'stroke-width="3.6"' if unit == chosen else 'stroke-width="1.8" stroke-dasharray="6 4"'
        path = f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}"
        body += f'<path d="{path}" stroke="{INK}" {style}/>'
        body += f'<circle cx="{e:.1f}" cy="{f:.1f}" r="9" fill="#fff" stroke="{INK}"/>'
        name = f"{unit}" if W2[unit] >= 0 else f"−{unit}"
        place = f'x="{e:.1f}" y="{f + 4.5:.1f}" text-anchor="middle" font-size="13"'
        body += f'<text {place} style="fill: {INK}">{name}</text>'
    return body


def _line(weights, left, top, side):
    """Return the part of w1 x1 + w2 x2 + b = 0 that lies in the square."""
    ends = _line_ends(weights)
    if len(ends) < 2:
        return ""
    (x1, y1), (x2, y2) = _in_square(np.array(ends), left, top, side).tolist()
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{INK}" stroke-width="1.6"/>'


def _line_ends(weights):
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
