"""Slices of a sweep as tables, numbers, words and SVG text: pure functions."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from coursekit import palette
from coursekit.explorers import svg

FLAGS = {"reached": "reached", "stayed": "stayed at", "diverged": "diverged"}
SUMMARIES = {"median": np.median, "mean": np.mean, "smallest": np.min, "largest": np.max}
NEVER = "first_iteration"  # its -1 is no number
WIDTH = 620.0
CIVIDIS = (  # every twelfth of it
    "#00224e #003170 #2a3f6d #434e6c #575d6d #6a6c71 #7d7c78 #918b78 #a59c74 #bbad6d #d1bf61 #e9d34e #fee838"
)
COLORS = svg.ramp(CIVIDIS.split()).round().astype(int)


class Table(NamedTuple):
    """A slice summed up in cells, as arrays (rows, columns); a value is NaN where nothing is `counted`.

    Of the networks `wanted` in each cell, `trained` were trained, and `counted` of these have a number.
    """

    values: np.ndarray
    counted: np.ndarray
    trained: np.ndarray
    wanted: int


def numbers(result, quantity):
    """Return a quantity as floats; NaN where a network was not trained or has no number."""
    values = np.array(result[quantity], dtype=np.float64)
    values[~result.done | ~np.isfinite(values)] = np.nan
    if quantity == NEVER:
        values[values < 0] = np.nan
    return values


def table(result, quantity, rows, columns, summary):
    """Sum up over all axes but `rows` and `columns` (None: one row or column), without what has no number.

    Of a flag it is always the share, else the `summary`, one of SUMMARIES.
    """
    own = {"n": numbers(result, quantity), "done": result.done.astype(float)}
    result = replace(result, values=own)
    kept = [name for name in result.axes if name in (rows, columns)]
    over = [name for name in result.axes if name not in kept]
    one = np.mean if quantity in FLAGS else SUMMARIES[summary]

    def cell(values):
        values = values[~np.isnan(values)]
        return one(values) if values.size else np.nan

    def placed(function, name):
        found = np.asarray(result.reduce(function, name, over), dtype=np.float64)
        found = found.T if kept == [columns, rows] else found
        sizes = [len(result.axes[name]) if name else 1 for name in (rows, columns)]
        return found.reshape(sizes)

    values = placed(cell, "n")
    counted = placed(lambda v: np.count_nonzero(~np.isnan(v)), "n").astype(int)
    trained = placed(np.sum, "done").astype(int)
    return Table(values, counted, trained, result.done.size // values.size)


def written(value):
    """Write a number for a cell, in five letters or so."""
    if value == 0 or abs(value) >= 10_000 or abs(value) < 0.001:
        return f"{value:.2g}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cell_words(quantity, table, i, j):
    """Return the words of a cell, a second line of small print, and whether it is empty."""
    value, counted, trained = table.values[i, j], table.counted[i, j], table.trained[i, j]
    if trained == 0:
        return "not trained", "", True
    part = f"{trained} of {table.wanted} trained" if trained < table.wanted else ""
    if counted == 0:
        return "never" if quantity == NEVER else "no number", part, True
    if quantity in FLAGS:
        return f"{value * counted:.0f} of {counted}", part, False
    if counted < trained:
        part = f"{counted} of {trained}"
    return written(value), part, False


def sentence(result, chosen, quantity):
    """Say what a slice holds, of which all networks are meant; `chosen` is what it was selected by."""
    trained, total = int(result.done.sum()), result.done.size
    where = ", ".join(f"{title(name)} {shown(value)}" for name, value in chosen.items()) or "everything"
    if trained == 0:
        return f"{where.capitalize()}: not trained."
    reached = int(np.nansum(numbers(result, "reached")))
    kind = "network" if set(result.axes) - {"seed"} or "seed" not in result.axes else "seed"
    text = (
        f"{where[0].upper()}{where[1:]}: reached accuracy {result.settings['threshold']:g} in {reached} of "
    )
    text += f"{trained} {kind}{'s' if trained > 1 else ''}"
    if reached:
        firsts = numbers(result, NEVER)
        text += f", median first iteration {np.nanmedian(firsts):.0f}"
    if reached < trained:
        text += f", {trained - reached} failed within {result.settings['iterations']} iterations"
    diverged = int(np.nansum(numbers(result, "diverged")))
    text += f", {diverged} diverged." if diverged else "."
    if quantity not in (*FLAGS, NEVER):
        values = numbers(result, quantity)
        if not np.isnan(values).all():
            parts = (np.nanmedian(values), np.nanmin(values), np.nanmax(values))
            middle, low, high = map(written, parts)
            text += f" {title(quantity).capitalize()}: median {middle}, from {low} to {high}."
    elif quantity == "stayed":
        text += f" {int(np.nansum(numbers(result, quantity)))} of {trained} stayed there."
    return text + (f" {total - trained} of {total} not trained." if trained < total else "")


def shown(value):
    """Write a value of an axis."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def title(name):
    """Return the name of an axis or a quantity in words."""
    return name.replace("_", " ")


def as_python(chosen, quantity, summary, over):
    """Return Python that makes the table of a slice from `result`."""
    select = ", ".join(f"{name}={value!r}" for name, value in chosen.items())
    function = "np.mean" if quantity in FLAGS else f"np.{SUMMARIES[summary].__name__}"
    if quantity == NEVER:
        function = f"lambda n: {function}(n[n >= 0]) if max(n) >= 0 else np.nan"
    return f'result{f".select({select})" if select else ""}.reduce({function}, "{quantity}", over={over})'


# Pictures


def heat_map(table, words, labels, names, limits, chosen, name):
    """Return a table as coloured cells with the number in each; empty ones are hatched.

    `words` takes a row and a column and returns the number in words, small print, and whether the cell is
    empty; `labels` and `names` are those of (rows, columns); `limits` are the darkest and the lightest
    number; `chosen` cells get a frame, unless it is all of them.
    """

    def cell(i, j):
        number, small, empty = words(i, j)
        kind = ("ck-none " if empty else "") + ("ck-framed" if chosen[i, j] and not chosen.all() else "")
        return svg.words_on("" if empty else _color(table[i, j], limits), number, small, kind)

    rows = [[label, *(cell(i, j) for j in range(len(labels[1])))] for i, label in enumerate(labels[0])]
    head = [" \\ ".join(filter(None, names)), *labels[1]]
    below = "" if chosen.all() else "; framed: the networks below"
    below = f"dark: {limits[0]:.4g}, light: {limits[1]:.4g}{below}"
    return svg.table(name, rows, head, "ck-cells ck-wide", below)


def _color(value, limits):
    low, high = limits
    share = 0.5 if high <= low else (value - low) / (high - low)
    return "#{:02x}{:02x}{:02x}".format(*COLORS[round(255 * float(np.clip(share, 0, 1)))])


def distribution(values, without, limits, name, whole=False):
    """Draw one mark for each network: a circle at its number, a cross where it is NaN, has none.

    `without` says what those are called, `limits` are the ends of the axis; where numbers are few and
    whole, each has its own stack.
    """
    known = np.sort(values[~np.isnan(values)])
    missing, (low, high) = len(values) - len(known), limits
    high = high if high > low else low + 1
    left, width, base = 24.0, 470.0, 120.0
    bins = max(int(high - low), 1) if whole else 46
    at = np.rint((known - low) / (high - low) * bins)
    counts = np.unique(at, return_counts=True)[1]
    rise = min(10.0, 90.0 / max(counts.max(initial=1), -(-missing // 8), 1))
    row = np.arange(len(known)) - np.repeat(np.cumsum(counts) - counts, counts)
    body = _base_line(left, base, width, low, high)
    places = np.column_stack([left + at / bins * width - 4.5, base - row * rise])
    path = svg.dots(places, "a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0")
    body += svg.tag("path", d=path, fill=palette.SKY, stroke=palette.INK, stroke_width=0.8)
    alt = f"{name} of {len(values)} networks: {len(known)} have a number"
    if len(known):
        middle = float(np.median(known))
        x = left + (middle - low) / (high - low) * width
        body += svg.tag("path", d=f"M{x:.1f} {base + 6}v-106", stroke=palette.VERMILION, stroke_width=2.5)
        body += svg.text(min(x + 5, left + width - 90), 14, f"median {middle:.4g}", size=12)
        alt += f", median {middle:.4g}, from {known[0]:.4g} to {known[-1]:.4g}"
    body += _crosses(missing, left + width + 30, base, rise)
    if missing:
        body += svg.text(left + width + 20, base + 22, f"{missing} {without}", size=12)
    title = f"{name}, a mark for each network"
    return svg.panel(title, body, f"{alt}; {missing} {without}.", WIDTH, base + 30)


def _base_line(left, base, width, low, high):
    body = svg.level(base + 6, left, left + width, "currentColor", "", 1)
    for share, anchor in ((0, "start"), (0.5, "middle"), (1, "end")):
        body += svg.text(left + share * width, base + 22, f"{low + share * (high - low):.4g}", anchor, 12)
    return body


def _crosses(count, x, base, rise):
    k = np.arange(count)
    path = svg.dots(np.column_stack([x + 10 * (k % 8) - 3, base - k // 8 * rise - 3]), "l6 6m0 -6l-6 6")
    return svg.tag("path", d=path, stroke="currentColor", stroke_width=1.4, fill="none")
