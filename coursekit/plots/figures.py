"""Figures from plain arrays and records; a model arrives as a callable.

Every `plot_*` function draws on `ax`, or on a new figure where `ax` is None, and returns the axes. It also
writes what it drew, in words, into their label, of which `pictures` makes the alternative text.
"""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import LinearSegmentedColormap

from coursekit import palette
from coursekit._validation import check_float_array, check_params
from coursekit.patterns import check_dataset

PROBABILITY_MAP = LinearSegmentedColormap.from_list("probability", palette.SURFACE)


def plot_pattern(dataset, *, ax=None, size=22):
    """Scatter the points of a dataset: class 0 as blue circles, class 1 as vermilion triangles.

    Parameters
    ----------
    dataset : Dataset
    ax : matplotlib.axes.Axes, optional
    size : float
        Marker area in square points.
    """
    check_dataset(dataset)
    ax = _axes(ax, (5.2, 5.4))
    _scatter(ax, dataset, size)
    _square(ax, f"{_title(dataset)}: {len(dataset.y)} points")
    _legend_below(ax)
    return _add_alt(
        ax,
        f"Scatter plot of {len(dataset.y)} points in the square from -1 to 1, pattern {_title(dataset)}. "
        f"{int(dataset.y.sum())} triangles are class 1, {int((1 - dataset.y).sum())} circles are class 0.",
    )


def plot_decision_surface(predict, dataset, *, ax=None, colorbar=True):
    """Colour the square by the predicted probability, with the boundary and the points.

    Parameters
    ----------
    predict : callable
        Takes points (m, 2) and returns the probability of class 1, float64 (m,).
    dataset : Dataset
    ax : matplotlib.axes.Axes, optional
    colorbar : bool
    """
    check_dataset(dataset)
    ax = _axes(ax, (6.0, 5.4))
    side = np.linspace(-1, 1, 121)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    p = check_float_array(predict(grid), "predict(points)", (len(grid),)).reshape(121, 121)
    look = dict(cmap=PROBABILITY_MAP, vmin=0, vmax=1, shading="gouraud", rasterized=True)
    image = ax.pcolormesh(side, side, p, **look)
    if p.min() < 0.5 <= p.max():
        ax.contour(side, side, p, levels=[0.5], colors=palette.INK, linewidths=2)
    _scatter(ax, dataset, size=16)
    _square(ax, f"{_title(dataset)}: what the network answers")
    if colorbar:
        ax.figure.colorbar(image, ax=ax, shrink=0.85).set_label("probability of class 1", fontsize=12)
    _legend_below(ax)
    right = float(((predict(dataset.points) >= 0.5) == dataset.y).mean())
    return _add_alt(
        ax,
        f"Map of the predicted probability of class 1 for the pattern {_title(dataset)}, with the "
        f"boundary at one half. {100 * np.mean(p >= 0.5):.0f} % of the square is answered with class 1; "
        f"{100 * right:.1f} % of the points are answered rightly.",
    )


def plot_loss(loss, *, ax=None, label=None):
    """Draw the mean log loss against the iteration.

    Parameters
    ----------
    loss : ndarray of float64, shape (iterations,)
    ax : matplotlib.axes.Axes, optional
    label : str, optional
    """
    ax = _curve(loss, "loss", ax, label)
    _label(ax, "Log loss while training", "iteration", "mean log loss (nats)")
    ax.set_ylim(bottom=0)
    return _add_alt(ax, _curve_in_words("Mean log loss", loss, label))


def plot_accuracy(accuracy, *, baseline=None, ax=None, label=None):
    """Draw the accuracy against the iteration, with the majority baseline where it is given.

    Parameters
    ----------
    accuracy : ndarray of float64, shape (iterations,)
    baseline : float, optional
        Accuracy of always answering the more frequent class.
    ax : matplotlib.axes.Axes, optional
    label : str, optional
    """
    ax = _curve(accuracy, "accuracy", ax, label)
    _label(ax, "Accuracy while training", "iteration", "accuracy (share of points)")
    ax.set_ylim(min(0.4, *ax.get_ylim()), 1.02)
    alt = _curve_in_words("Accuracy", accuracy, label)
    if baseline is not None:
        ax.axhline(baseline, color=palette.INK, linestyle=":", linewidth=2, label="majority baseline")
        _legend_below(ax)
        alt += f" The majority baseline is {baseline:.3f}."
    return _add_alt(ax, alt)


def plot_hidden_units(params, dataset, *, ax=None):
    """Draw each hidden unit as the line where its pre-activation is 0, over the points.

    A solid line belongs to a positive output weight, a dashed one to a negative; a thicker
    line has a larger one. The short tick points to the side where the pre-activation is positive.

    Parameters
    ----------
    params : Params
    dataset : Dataset
    ax : matplotlib.axes.Axes, optional
    """
    W1, W2 = check_params(params)
    check_dataset(dataset)
    ax = _axes(ax, (5.6, 5.9))
    _scatter(ax, dataset, size=14, alpha=0.45)
    lines = [_unit_line(ax, unit, W1[:, unit], W2[unit]) for unit in range(W1.shape[1])]
    _square(ax, f"{_title(dataset)}: {len(lines)} hidden units as lines")
    _legend_below(ax)
    return _add_alt(ax, f"Points of the pattern {_title(dataset)} with hidden units. " + " ".join(lines))


def plot_gradient_errors(steps, errors, *, ax=None, label=None):
    """Draw the error of central differences against their step: the V-curve.

    Parameters
    ----------
    steps : ndarray of float64, shape (k,)
        Distances h.
    errors : ndarray of float64, shape (k,)
        Norm-relative errors; zeros are drawn at 1e-17.
    ax : matplotlib.axes.Axes, optional
    label : str, optional
    """
    steps = check_float_array(steps, "steps", (None,))
    errors = np.maximum(check_float_array(errors, "errors", (len(steps),)), 1e-17)
    ax = _axes(ax, (6.4, 4.4))
    order = len(ax.lines)
    ax.loglog(steps, errors, marker="os^D"[order % 4], **_line_look(order), label=label)
    _label(ax, "Error of the gradient check", "step h (weight units)", "norm-relative error")
    if label:
        _legend_below(ax)
    best = errors.argmin()
    return _add_alt(
        ax,
        f"Error against step{f' for {label}' if label else ''}, both on logarithmic axes: "
        f"smallest, {errors[best]:.0e}, near step {steps[best]:.0e}; "
        f"{errors[steps.argmax()]:.0e} at step {steps.max():.0e} "
        f"and {errors[steps.argmin()]:.0e} at step {steps.min():.0e}.",
    )


def _add_alt(ax, text):
    ax.set_label(f"{ax.get_label()} {text}".strip())
    return ax


def _axes(ax, figsize):
    if ax is None:
        _, ax = plt.subplots(figsize=figsize, layout="constrained")
    return ax


def _title(dataset):
    return dataset.name.replace("_", " ")


def _label(ax, title, xlabel, ylabel):
    ax.set_title(title, fontsize=13)
    ax.set_xlabel(xlabel, fontsize=12)
    ax.set_ylabel(ylabel, fontsize=12)
    ax.tick_params(labelsize=11)


def _square(ax, title):
    _label(ax, title, "$x_1$", "$x_2$")
    ax.set(xlim=(-1.03, 1.03), ylim=(-1.03, 1.03), aspect="equal")
    for set_ticks in (ax.set_xticks, ax.set_yticks):
        set_ticks([-1, -0.5, 0, 0.5, 1])


def _legend_below(ax):
    below = dict(loc="upper center", bbox_to_anchor=(0.5, -0.14))
    ax.legend(**below, ncols=2, fontsize=11, frameon=False, handlelength=3)


def _scatter(ax, dataset, size, alpha=1.0):
    for value in (0, 1):
        points = dataset.points[dataset.y == value]
        look = dict(color=palette.CLASS_COLORS[value], marker=palette.CLASS_MARKERS[value])
        look |= dict(edgecolors=palette.INK, linewidths=0.5, label=f"class {value} ({len(points)} points)")
        ax.scatter(*points.T, s=size, alpha=alpha, **look)


def _line_look(order):
    colors, styles = palette.LINE_COLORS, palette.LINE_STYLES
    return dict(color=colors[order % len(colors)], linestyle=styles[order % len(styles)], linewidth=2)


def _curve(values, name, ax, label):
    values = check_float_array(values, name, (None,))
    ax = _axes(ax, (6.4, 4.2))
    ax.plot(values, **_line_look(len(ax.lines)), label=label)
    if label:
        _legend_below(ax)
    return ax


def _curve_in_words(what, values, label):
    name = f"{what} of {label}" if label else what
    return f"{name} over {len(values)} iterations: {values[0]:.3f} at first, {values[-1]:.3f} at last."


def _unit_line(ax, unit, weights, output_weight):
    """Draw one unit; return what was drawn, in words."""
    normal, bias = weights[:2], weights[2]
    length = np.linalg.norm(normal)
    words = f"Unit {unit}: output weight {output_weight:.2f}"
    if length == 0 or abs(bias) / length >= np.sqrt(2):
        ax.plot([], [], " ", label=f"unit {unit}: line outside the square")
        return f"{words}, line outside the square."
    normal, foot = normal / length, -bias * normal / length**2
    along = np.array([-normal[1], normal[0]])
    color = palette.LINE_COLORS[unit % len(palette.LINE_COLORS)]
    look = dict(color=color, linestyle="-" if output_weight >= 0 else "--")
    look |= dict(label=f"unit {unit}: output weight {output_weight:+.1f}")
    ends = np.stack([foot - 3 * along, foot + 3 * along])
    ax.plot(*ends.T, linewidth=1.5 + min(abs(output_weight), 12) / 4, **look)
    middle = _free_place(foot, along, 0.18 * normal, [text.xy for text in ax.texts])
    ax.plot(*np.stack([middle, middle + 0.12 * normal]).T, color=color, linewidth=3)
    box = {"boxstyle": "circle,pad=0.2", "facecolor": "white", "edgecolor": color}
    look = dict(ha="center", va="center", fontsize=12, fontweight="bold", annotation_clip=True)
    ax.annotate(str(unit), middle + 0.18 * normal, bbox=box, **look)
    words += f" ({'positive' if output_weight >= 0 else 'negative'})"
    return f"{words}, line {abs(bias) / length:.2f} from the centre."


def _free_place(foot, along, to_label, taken):
    """Point of the visible line foot + t * along, near its middle; its tick and label hide none `taken`."""
    points = foot + np.linspace(-3, 3, 601)[:, None] * along
    points = points[(np.abs(points) <= 0.9).all(axis=1)]
    if not len(points):
        return foot
    middle = points.mean(axis=0)
    away = np.linalg.norm(points - middle, axis=1).round(6)
    places = np.vstack([middle, points[np.argsort(away, kind="stable")]])
    marks = np.stack([places, places + to_label], 1)[:, :, None] - np.reshape(taken, (-1, 2))
    free = (np.linalg.norm(marks, axis=-1) > 0.3).all(axis=(1, 2))
    return places[np.argmax(free)]  # the middle, if no place is free
