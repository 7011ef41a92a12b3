"""Live pictures as SVG text: pure functions from arrays to strings.

A changed picture is one string in a widget, about ten times quicker than a redrawn figure. Every
panel has `role="img"` and its text. Lines and letters take the colour of the page's text, so that
they can be read in dark and light themes.
"""

import base64
import html
import io
import json

import numpy as np
from PIL import Image

from coursekit.palette import CLASS_COLORS, INK, SURFACE, readable_on

SIDE = 300  # width and height of a panel's view box
POINTS_ON_A_CURVE = 200
HEADER = 'th scope="row"'


def _rgb_of(color):
    """Return red, green and blue of "#rrggbb", from 0 to 1."""
    return tuple(int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))


def ramp(colors):
    """Return 256 RGB triples from the first colour over the middle one to the last."""
    rgb = 255 * np.array([_rgb_of(color) for color in colors])
    at = np.linspace(0, len(colors) - 1, 256)
    return np.column_stack([np.interp(at, np.arange(len(colors)), rgb[:, c]) for c in range(3)])


PALETTE = ramp(SURFACE).round().astype(np.uint8).tobytes()


def tag(name, **look):
    """Return an element; numbers are rounded, and `stroke_width` stands for stroke-width."""
    words = (v if isinstance(v, str) else f"{round(float(v), 1):g}" for v in look.values())
    pairs = zip(look, words, strict=True)
    inside = " ".join(f'{key.replace("_", "-")}="{value}"' for key, value in pairs)
    return f"<{name} {inside}/>"


def short(number):
    """Write a number of any size in a few letters: 0.25, 3e-11."""
    if np.isnan(number):
        return "none"
    if number == 0 or 0.001 <= abs(number) < 1000:
        return f"{number:.3g}"
    digits, _, power = f"{number:.1e}".partition("e")
    return f"{digits.removesuffix('.0')}e{int(power)}"


def ratio(one, other):
    """Write how many times the other one number is."""
    return minus(short(round(one / other, 3) + 0.0)) if other else "÷ 0" if one else "0 / 0"


def in_full(values):
    """Write an array in one line, with four digits."""
    values = np.asarray(values, dtype=float)
    return minus(
        f"[{', '.join(map(in_full, values))}]" if values.ndim else f"{round(float(values), 4) + 0.0:.4f}"
    )


def minus(words):
    """Return words with a minus sign in place of each hyphen."""
    return words.replace("-", "−")


def figure(title, inside, kind=""):
    """Return what stands below a title."""
    caption = f"<figcaption>{html.escape(title)}</figcaption>"
    return f'<figure class="{f"ck-panel {kind}".strip()}">{caption}{inside}</figure>'


def panel(title, body, alt, width=SIDE, height=SIDE):
    """Return a figure with its title above an SVG; one wider than the page can be scrolled."""
    wide = width > SIDE
    look = f' style="min-width:{min(width, 2000) * 0.75:.0f}px"' if wide else ""
    box = f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{html.escape(alt)}"'
    return figure(title, f"<svg {box}{look}>{body}</svg>", "ck-wide" if wide else "")


def table(title, rows, head=(), kind="", below=""):
    """Return a table between words; a cell is HTML, or (HTML, class, style). The first names its row."""

    def cell(given, name="td"):
        inside, look, style = given if isinstance(given, tuple) else (given, "", "")
        return f'<{name} class="{look}" style="{style}">{inside}</{name.split()[0]}>'

    body = "".join(f'<th scope="col">{name}</th>' if name else "<td></td>" for name in head)
    for first, *cells in rows:
        body += f"</tr><tr>{cell(first, HEADER)}{''.join(map(cell, cells))}"
    below = f"<p>{below}</p>" if below else ""
    return figure(title, f'<table class="ck-table {kind}"><tr>{body}</tr></table>{below}', kind)


def words_on(fill, words, small="", kind=""):
    """Return a cell of a table: words and small print on a colour, readable on it."""
    style = f"background:{fill};color:{readable_on(*_rgb_of(fill))}" if fill else ""
    return f"<span>{words}{f'<small>{small}</small>' if small else ''}</span>", kind, style


def image(shares, x, y, side):
    """Return numbers from 0 to 1, shape (rows, columns), first row on top, as a picture."""
    pixels = np.rint(np.clip(np.nan_to_num(shares, nan=0.5), 0, 1) * 255).astype(np.uint8)
    picture, buffer = Image.frombytes("P", pixels.shape[::-1], pixels.tobytes()), io.BytesIO()
    picture.putpalette(PALETTE)
    picture.save(buffer, "png", compress_level=1)
    data = base64.b64encode(buffer.getvalue()).decode()
    place = dict(x=x, y=y, width=side, height=side)
    return tag("image", **place, preserveAspectRatio="none", href=f"data:image/png;base64,{data}")


def square_grid(size):
    """Return the centres of size x size pixels of [-1, 1]^2 with a bias column, top row first."""
    middle = (np.arange(size) + 0.5) / size * 2 - 1
    x1, x2 = np.meshgrid(middle, middle[::-1])
    return np.column_stack([x1.ravel(), x2.ravel(), np.ones(size * size)])


def in_square(points, left, top, side):
    """Place points of [-1, 1]^2 in a square of the picture."""
    return np.column_stack([left + (points[:, 0] + 1) / 2 * side, top + (1 - points[:, 1]) / 2 * side])


def dots(places, shape="h0"):
    """Return the path of a shape at each place."""
    return "".join(f"M{x:.1f} {y:.1f}{shape}" for x, y in places.tolist())


FRAME = (24.0, 4.0, 272.0)  # left, top and side of the square of a surface


def point_marks(points, y):
    """Return points as circles (class 0) and triangles (class 1) with dark edges, for a surface."""
    places = in_square(points, *FRAME)
    circles, triangles = dots(places[y == 0]), dots(places[y == 1] - (0, 3.6), "l3.6 6h-7.2z")
    body = tag("path", d=circles, stroke=INK, stroke_width=6.4, stroke_linecap="round")
    body += tag("path", d=circles, stroke=CLASS_COLORS[0], stroke_width=4.8, stroke_linecap="round")
    return body + tag("path", d=triangles, stroke=INK, stroke_width=0.9, fill=CLASS_COLORS[1])


def rings(points):
    """Return a ring around each point: those that are answered wrongly."""
    places = in_square(points, *FRAME) - (5.2, 0)
    return f'<path d="{dots(places, "a5.2 5.2 0 1 0 10.4 0a5.2 5.2 0 1 0 -10.4 0")}" class="ck-ring"/>'


def surface(shares, marks):
    """Return the probability of class 1 over [-1, 1]^2 as colours, with marks drawn above, in FRAME."""
    left, top, side = FRAME
    ticks = "".join(
        text(left + share * side, top + side + 15, value, "middle")
        + text(left - 4, top + (1 - share) * side + (10 if share == 1 else 4 if share else 0), value, "end")
        for share, value in ((0, "−1"), (0.5, "0"), (1, "1"))
    )
    return image(shares, left, top, side) + marks + ticks + hand("surface", left, top, side)


def hand(spot, x, y, side):
    """Return an unseen square in which the page tells of what a hand does."""
    return tag("rect", x=x, y=y, width=side, height=side, fill="none", data_ck_hand=spot)


def text(x, y, words, anchor="start", size=13, color="", kind=""):
    """Return words at a place; in the colour of the page, in another, or as the style says of a kind."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
    look = f' style="fill:{color}"' if color else f' class="{kind}"' if kind else ""
    return f"<text {place}{look}>{html.escape(str(words))}</text>"


def scale(low, high, start, end, log=False):
    """Return a function that places numbers between `start` and `end`, also those beyond `low` and `high`."""
    change = np.log10 if log else np.asarray
    low, high = change(low), change(high)

    def place(number):
        with np.errstate(divide="ignore"):
            share = (change(number) - low) / (high - low)
        return start + np.clip(share, 0, 1) * (end - start)

    return place


class Plot:
    """Two axes, and a `body` to which curves and marks are added in their units.

    `x` and `y` are (low, high); ticks are number -> words, without them the ends and the middle of y. The
    page reads the values of curves that have a name.
    """

    def __init__(self, x, y, label="", x_label="", *, top=18, height=100, left=40, log=False, **ticks):
        x_ticks, y_ticks = ticks.get("x_ticks"), ticks.get("y_ticks")
        self.left, self.right, self.top, self.bottom, self.high = left, 290, top, top + height, y[1]
        self.to_x = scale(*x, self.left, self.right, log)
        self.to_y = scale(*y, self.bottom, self.top, log)
        places = {"x": [*x, left, 290], "y": [*y, self.bottom, top], "log": log, "label": x_label or "x"}
        self.body = f'<g data-ck-axes="{html.escape(json.dumps(places))}"/>'
        self.body += tag("path", d=f"M{left} {top}V{self.bottom}H290", fill="none", stroke="currentColor")
        for value, words in (y_ticks or {v: minus(f"{v:g}") for v in (y[0], sum(y) / 2, y[1])}).items():
            self.body += text(left - 4, self.to_y(value) + 4, words, "end", 12)
        for value, words in (x_ticks or {v: minus(f"{v:g}") for v in x}).items():
            anchor = "middle" if x_ticks else "end" if value == x[1] else "start"
            self.body += text(self.to_x(value), self.bottom + 14, words, anchor, 12)
        below = self.bottom + (30 if x_ticks else 14)
        self.body += text((left + 290) / 2, below, x_label, "middle", 12) + text(left - 4, top - 7, label)

    def curve(self, x, y, color, dash="", width=2.2, name=""):
        """Draw y over x through at most POINTS_ON_A_CURVE places, without what is not finite."""
        known = np.flatnonzero(np.isfinite(y))
        if len(known) > POINTS_ON_A_CURVE:
            known = known[np.linspace(0, len(known) - 1, POINTS_ON_A_CURVE).round().astype(int)]
        places = zip(self.to_x(x[known]).tolist(), self.to_y(y[known]).tolist(), strict=True)
        look = dict(stroke=color, stroke_width=width, stroke_dasharray=dash)
        look |= {"data_ck_name": html.escape(name)} if name else {}
        path = " ".join(f"{left:.2f},{top:.2f}" for left, top in places)
        self.body += tag("polyline", points=path, fill="none", **look)

    def level(self, y, color="currentColor", dash="5 4", width=1.6):
        """Draw a level line."""
        self.body += level(self.to_y(y), self.left, self.right, color, dash, width)

    def cursor(self, x):
        """Draw an upright line: here we are."""
        path = f"M{self.to_x(x):.1f} {self.top}V{self.bottom}"
        self.body += tag("path", d=path, stroke="currentColor", opacity=0.6)

    def mark(self, x, y, color):
        """Draw a place; beyond the upper end it becomes an arrow."""
        left, top = self.to_x(x), self.to_y(y)
        shape = f"M{left:.1f} {top + 2:.1f}l-7 12h14z"
        if y <= self.high:
            shape = f"M{left - 6:.1f} {top:.1f}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0"
        self.body += tag("path", d=shape, fill=color, stroke="currentColor", stroke_width=1.6)

    def words(self, x, y, words, anchor="start"):
        """Write words at a place."""
        self.body += text(self.to_x(x), self.to_y(y), words, anchor, 12, kind="ck-note")


def level(y, left, right, color, dash="5 4", width=1.6):
    """Return a level line."""
    path = f"M{left:.1f} {y:.1f}H{right:.1f}"
    return tag("path", d=path, stroke=color, stroke_width=width, stroke_dasharray=dash)


def legend(lines, x, y):
    """Return a key of (name, colour, dashes), in as many rows as it takes."""
    body, left = "", x
    for name, color, dash in lines:
        if x + 32 + 6.4 * len(name) > SIDE:
            x, y = left, y + 18
        body += level(y - 4, x, x + 26, color, dash, 2.2) + text(x + 30, y, name, size=12)
        x += 44 + 6.4 * len(name)
    return body
