"""Slices of a sweep as tables, numbers and words: pure functions, without widgets or pictures."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

FLAGS = {"reached": "reached", "stayed": "stayed at", "diverged": "diverged"}
SUMMARIES = {"median": np.median, "mean": np.mean, "smallest": np.min, "largest": np.max}
NEVER = "first_iteration"  # its -1 is no number


class Table(NamedTuple):
    """A slice summed up in cells, as arrays of shape (rows, columns).

    Attributes
    ----------
    values : ndarray of float
        The summary of the networks that have a number; NaN where there is none.
    counted, trained, wanted : ndarray of int
        Networks that have a number, that were trained, and that belong to the cell.
    """

    values: np.ndarray
    counted: np.ndarray
    trained: np.ndarray
    wanted: int


def numbers(result, quantity):
    """Return a quantity as floats; NaN where a network was not trained or has no number.

    Parameters
    ----------
    result : SweepResult
    quantity : str

    Returns
    -------
    ndarray of float64, shape of `result.done`
    """
    values = np.array(result[quantity], dtype=np.float64)
    values[~result.done | ~np.isfinite(values)] = np.nan
    if quantity == NEVER:
        values[values < 0] = np.nan
    return values


def table(result, quantity, rows, columns, summary):
    """Sum up over all axes but two, without what has no number.

    Parameters
    ----------
    result : SweepResult
    quantity : str
    rows, columns : str or None
        Different axes of the result; None: one row, or one column.
    summary : str
        One of SUMMARIES; of a flag it is always the share.

    Returns
    -------
    Table
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
    """Say what a slice holds, from the result itself.

    Parameters
    ----------
    result : SweepResult
        Of which all networks are meant.
    chosen : dict
        Name of an axis -> the value that was selected.
    quantity : str
    """
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
