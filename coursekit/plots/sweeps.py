"""Figures of many networks from plain arrays and labels; they draw as those of `figures` do."""

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from coursekit import palette
from coursekit._validation import check_count, describe
from coursekit.plots.figures import _add_alt, _axes, _label, _legend_below


def plot_heat_map(values, rows, columns, *, axes, title, form="{:g}", missing="none", limits=None, ax=None):
    """Draw a table as coloured cells, with the number written in each.

    Parameters
    ----------
    values : ndarray of numbers, shape (rows, columns)
        NaN, where there is no number, makes a white, hatched cell.
    rows, columns : list
        Labels of the rows, from the top, and of the columns.
    axes : (str, str)
        What the rows and the columns stand for, with units.
    title : str
    form : str
        How a number is written: "{:g} of 20", say.
    missing : str
        What is written where there is no number.
    limits : (float, float), optional
        Numbers of the darkest and of the lightest colour; by default the smallest and the largest.
    ax : matplotlib.axes.Axes, optional
    """
    rows, columns = _labels(rows, "rows"), _labels(columns, "columns")
    values = _numbers(values, "values", (len(rows), len(columns)))
    empty = np.isnan(values)
    low, high = limits or ((values[~empty].min(), values[~empty].max()) if not empty.all() else (0, 1))
    ax = _axes(ax, (1.2 * len(columns) + 2.8, 0.6 * len(rows) + 1.6))
    image = ax.imshow(values, cmap=palette.SEQUENTIAL, norm=Normalize(low, high), aspect="auto")
    words = [[missing if np.isnan(value) else form.format(value) for value in row] for row in values]
    for (i, j), value in np.ndenumerate(values):
        if empty[i, j]:
            look = dict(facecolor="white", edgecolor=palette.GREY, hatch="//", linewidth=0)
            ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, **look))
        background = (1, 1, 1) if empty[i, j] else image.to_rgba(value)
        box = {"facecolor": "white", "edgecolor": "none"} if empty[i, j] else None
        color = palette.readable_on(*background[:3])
        ax.text(j, i, words[i][j], ha="center", va="center", fontsize=12, color=color, bbox=box)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    _label(ax, title, axes[1], axes[0])
    lines = [", ".join(map(": ".join, zip(columns, line, strict=True))) for line in words]
    table = " ".join(map("{} | {}.".format, rows, lines))
    return _add_alt(ax, f"Heat map: {title}. Rows: {axes[0]}. Columns: {axes[1]}. {table}")


def plot_first_iterations(firsts, labels, *, iterations, title, xlabel, threshold=0.95, ax=None):
    """Draw the first iteration of every seed as a circle, failures as crosses in a band above.

    A bar across a column is the median of the seeds that reached the threshold.

    Parameters
    ----------
    firsts : ndarray of int, shape (groups, seeds)
        First iteration at the threshold; -1: never.
    labels : list
        Of the groups.
    iterations : int
        The budget that every network had.
    title, xlabel : str
    threshold : float
    ax : matplotlib.axes.Axes, optional
    """
    labels, budget = _labels(labels, "labels"), check_count(iterations, "iterations")
    firsts = _numbers(firsts, "firsts", (len(labels), None))
    whole = (firsts >= -1) & (firsts < budget) & (firsts == np.round(firsts))
    if not whole.all():
        raise ValueError(f"firsts must be whole, from -1 to {budget - 1}; got {firsts[~whole][0]:g}")
    ax = _axes(ax, (1.5 * len(labels) + 2, 5))
    shift, said = np.linspace(-0.32, 0.32, firsts.shape[1]), []
    for place, (label, group) in enumerate(zip(labels, firsts, strict=True)):
        ok, named = group >= 0, not said  # the first group stands in the legend for all
        failed = int((~ok).sum())
        look = dict(color=palette.SKY, markeredgecolor=palette.INK, label="one seed" if named else None)
        ax.plot(place + shift[ok], group[ok], "o", **look)
        ax.plot(place + shift[~ok], np.full(failed, 1.05 * budget), "x", color=palette.INK)
        ax.text(place, 1.13 * budget, f"{failed} failed", ha="center", va="center", fontsize=12)
        said.append(f"{label}: {len(group) - failed} of {len(group)} seeds")
        if ok.any():
            median = float(np.median(group[ok]))
            look = dict(color=palette.VERMILION, linewidth=4, label="median without the failures")
            ax.hlines(median, place - 0.42, place + 0.42, **(look if named else look | {"label": None}))
            said[-1] += f", median about {float(f'{median:.2g}'):.0f}"
    ax.axhspan(1.01 * budget, 1.18 * budget, color="0.9", zorder=0)
    ax.set(xlim=(-0.5, len(labels) - 0.5), ylim=(0, 1.18 * budget))
    ax.set_xticks(range(len(labels)), labels)
    ax.set_yticks(np.linspace(0, budget, 6).round())
    _label(ax, title, xlabel, f"first iteration with accuracy {threshold:g}")
    _legend_below(ax)
    what = f"First iteration, of {budget}, with accuracy {threshold:g}"
    return _add_alt(ax, f"{what}: {title}. {'; '.join(said)} reached it.")


def _labels(given, name):
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise TypeError(f"{name} must be a list of labels; got {describe(given)}")
    return [str(label) for label in given]


def _numbers(array, name, shape):
    """Return an array of floats; None in `shape` allows any length, and NaN stays."""
    if not (isinstance(array, np.ndarray) and array.dtype.kind in "buif"):
        raise TypeError(f"{name} must be a numpy array of numbers; got {describe(array)}")
    fits = array.ndim == len(shape) and all(w in (None, s) for w, s in zip(shape, array.shape, strict=True))
    if not (fits and array.size):
        wanted = " x ".join("any" if side is None else str(side) for side in shape)
        raise ValueError(f"{name} must have shape {wanted}, as the labels say; got {describe(array)}")
    if np.isinf(array).any():
        raise ValueError(f"{name} must not be infinite; got {describe(array)}")
    return array.astype(np.float64)
