"""Slices of a sweep as tables, numbers, words and SVG text: pure functions."""

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
    names, sides = list(result.axes), [name for name in (rows, columns) if name]

    def laid_out(array):
        array = np.moveaxis(array, [names.index(name) for name in sides], range(len(sides)))
        return array.reshape(*(len(result.axes[name]) if name else 1 for name in (rows, columns)), -1)

    values, done = laid_out(numbers(result, quantity)), laid_out(result.done)
    known, one = ~np.isnan(values), np.mean if quantity in FLAGS else SUMMARIES[summary]
    sums = np.full(values.shape[:2], np.nan)
    for i, j in np.argwhere(known.any(axis=-1)):
        sums[i, j] = one(values[i, j][known[i, j]])
    return Table(sums, known.sum(axis=-1), done.sum(axis=-1), done.shape[-1])


def limits(result, quantity):
    """Return the range of the colours, the same in all slices."""
    if quantity == NEVER:
        return 0.0, float(result.settings["iterations"])
    values = numbers(result, quantity)
    if quantity in FLAGS or np.isnan(values).all():
        return 0.0, 1.0
    return tuple(map(float, np.nanquantile(values, (0.01, 0.99))))


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
    return svg.short(value), part, False


def sentence(result, chosen, quantity):
    """Say what a slice holds, of which all networks are meant; `chosen` is what it was selected by."""
    trained, total = int(result.done.sum()), result.done.size
    where = ", ".join(f"{title(name)} {shown(value)}" for name, value in chosen.items()) or "everything"
    where = where[0].upper() + where[1:]
    if trained == 0:
        return f"{where}: not trained."
    reached, stayed, diverged = (int(np.nansum(numbers(result, name))) for name in FLAGS)
    kind = "network" if set(result.axes) - {"seed"} or "seed" not in result.axes else "seed"
    text = f"{where}: reached accuracy {result.settings['threshold']:g} in {reached} of {trained} {kind}"
    text += "s" if trained > 1 else ""
    if reached:
        text += f", median first iteration {np.nanmedian(numbers(result, NEVER)):.0f}"
    if reached < trained:
        text += f", {trained - reached} failed within {result.settings['iterations']} iterations"
    text += f", {diverged} diverged." if diverged else "."
    values = numbers(result, quantity)
    if quantity == "stayed":
        text += f" {stayed} of {trained} stayed there."
    elif quantity not in (*FLAGS, NEVER) and not np.isnan(values).all():
        middle, low, high = (svg.short(find(values)) for find in (np.nanmedian, np.nanmin, np.nanmax))
        text += f" {title(quantity).capitalize()}: median {middle}, from {low} to {high}."
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


def heat_map(quantity, table, labels, names, limits, framed, name):
    """Return a table as coloured cells with the number in each; empty ones are hatched.

    `labels` and `names` are those of (rows, columns); `limits` are the darkest and the lightest number;
    `framed` cells get a frame, unless it is all of them.
    """
    low, high = limits

    def cell(i, j):
        number, small, empty = cell_words(quantity, table, i, j)
        kind = ("ck-none " if empty else "") + ("ck-framed" if framed[i, j] and not framed.all() else "")
        share = 0.5 if empty or high <= low else np.clip((table.values[i, j] - low) / (high - low), 0, 1)
        color = "#{:02x}{:02x}{:02x}".format(*COLORS[round(255 * float(share))])
        return svg.words_on("" if empty else color, number, small, kind)

    rows = [[label, *(cell(i, j) for j in range(len(labels[1])))] for i, label in enumerate(labels[0])]
    head = [" \\ ".join(filter(None, names)), *labels[1]]
    below = f"dark: {low:.4g}, light: {high:.4g}" + ("" if framed.all() else "; framed: the networks below")
    return svg.table(name, rows, head, "ck-cells ck-wide", below)


def distribution(values, without, limits, name, whole=False):
    """Draw one mark for each network: a circle at its number, a cross where it is NaN, has none.

    `without` says what those are called, `limits` are the ends of the axis; where numbers are few and
    whole, each has its own stack.
    """
    known = np.sort(values[~np.isnan(values)])
    missing, (low, high) = len(values) - len(known), limits
    high = high if high > low else low + 1
    to_x, base = svg.scale(low, high, 24.0, 494.0), 120.0
    bins = max(int(high - low), 1) if whole else 46
    at = np.rint((known - low) / (high - low) * bins)
    counts = np.unique(at, return_counts=True)[1]
    rise = min(10.0, 90.0 / max(counts.max(initial=1), -(-missing // 8), 1))
    row = np.arange(len(known)) - np.repeat(np.cumsum(counts) - counts, counts)
    body = svg.level(base + 6, 24, 494, "currentColor", "", 1)
    for number, anchor in ((low, "start"), ((low + high) / 2, "middle"), (high, "end")):
        body += svg.text(to_x(number), base + 22, f"{number:.4g}", anchor, 12)
    places = np.column_stack([to_x(low + at / bins * (high - low)) - 4.5, base - row * rise])
    path = svg.dots(places, "a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0")
    body += svg.tag("path", d=path, fill=palette.SKY, stroke=palette.INK, stroke_width=0.8)
    alt = f"{name} of {len(values)} networks: {len(known)} have a number"
    if len(known):
        middle = float(np.median(known))
        x = to_x(middle)
        body += svg.tag("path", d=f"M{x:.1f} {base + 6}v-106", stroke=palette.VERMILION, stroke_width=2.5)
        body += svg.text(min(x + 5, 404), 14, f"median {middle:.4g}", size=12)
        alt += f", median {middle:.4g}, from {known[0]:.4g} to {known[-1]:.4g}"
    if missing:
        k = np.arange(missing)
        crosses = svg.dots(np.column_stack([521 + 10 * (k % 8), base - k // 8 * rise - 3]), "l6 6m0 -6l-6 6")
        body += svg.tag("path", d=crosses, stroke="currentColor", stroke_width=1.4, fill="none")
        body += svg.text(514, base + 22, f"{missing} {without}", size=12)
    return svg.panel(
        f"{name}, a mark for each network", body, f"{alt}; {missing} {without}.", WIDTH, base + 30
    )
