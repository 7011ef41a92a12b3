"""The panels of `explore_backward`: the network, its lines, the numbers of one, the loss over a weight."""

from html import escape

import numpy as np

from coursekit.explorers import svg
from coursekit.explorers.graph import box, link, note
from coursekit.explorers.lines import LINES, SLOPES
from coursekit.palette import BLUE, ORANGE

MOST = 6  # numbers of a line that are shown one by one, wrong ones first


def network(params, X, y, note_at, weight_at):
    """Return (body, height) of the graph of a network; the numbers in it come from two functions.

    `note_at` takes a place, letters, the name of an array, an index and an anchor, `weight_at` a place, the
    name of a block and an index.
    """
    (W1, W2), h = params, len(params.W2)
    high, most = max(290.0, 92.0 * h), max(np.abs(W1).max(), np.abs(W2).max())
    units = [((277.0, high * (j + 0.5) / h), (415.0, high * (j + 0.5) / h)) for j in range(h)]
    output, wires, body = (519.0, high / 2), "", ""
    for i in range(3):
        start = (105.0, high * (i + 0.5) / 3)
        for j, (end, _) in enumerate(units):
            wires += link(start, end, W1[i, j], most)
            x, middle = _between(start, end, 0.22 + 0.38 * (j / (h - 1) if h > 1 else 0.5))
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
    wires += box(output[0], output[1] - 42, 140, 110)
    for row, (letters, name) in enumerate((("z2", "z2"), ("p", "p"), ("∂z2", "dz2"), ("loss", "loss"))):
        body += note_at((output[0] + 8, output[1] - 23 + 20 * row), letters, name, ...)
    body += note((output[0] + 8, output[1] + 57), f"y {' | '.join(map(str, y[:2]))}", "start")
    return wires + body, high


def _between(start, end, share):
    return tuple(a + share * (b - a) for a, b in zip(start, end, strict=True))


def loss_over_weight(name, before, now, slope, loss_at, alt):
    """Draw the loss over a weight, its slope, and where the weight has been moved to."""
    low, high = min(before, now) - 1, max(before, now) + 1
    at, reach = np.linspace(low, high, 41), np.array([-0.6, 0.6])
    losses, here = np.array([loss_at(value) for value in at]), loss_at(before)
    ends, top = (round(low, 2), round(high, 2)), float(f"{losses.max() * 1.1:.2g}")
    plot = svg.Plot(ends, (0, top), "loss", name)
    plot.curve(at, losses, "currentColor", name="loss")
    plot.curve(before + reach, here + slope * reach, BLUE, "7 4", name="slope")
    plot.mark(before, here, BLUE)
    plot.mark(now, loss_at(now), ORANGE)
    return svg.panel(f"The loss over {name}", plot.body, alt, svg.SIDE, 140)


def said_of_move(name, before, now, slope, loss_at):
    """Say what became of the loss when a weight was moved, beside its slope."""
    text = f"{name} = {before:.2f} has {'no slope yet' if np.isnan(slope) else f'slope {slope:.4f}'}"
    if abs(now - before) < 1e-9:
        return svg.minus(f"{text}; move it, and the loss says whether that is so.")
    change = loss_at(now) - loss_at(before)
    text += f"; moved by {now - before:+.2f} it changes the loss by {change:+.5f}"
    return svg.minus(f"{text}: change / change = {change / (now - before):.4f}.")


def lines(codes, yours, marks, lit):
    """Return the lines as a table: the course's, below it the learner's own where it is another, a mark."""
    rows = []
    for name, text in codes.items():
        code, own = f"<code>{escape(text)}</code>", yours.get(name, text)
        if own.replace(" ", "") not in (
            text.replace(" ", ""),
            f"return{text.partition('=')[2]}".replace(" ", ""),
        ):
            code += f'<code class="ck-yours" title="{escape(own)}">{escape(own)}</code>'
        cells = code, marks.get(name, "")
        rows.append([(inside, "ck-lit" if name == lit else "", "") for inside in cells])
    return svg.table("Lines of the derivation", rows, kind="ck-lines")


def numbers(found, name, title):
    """Return numbers of a line, `Judged`, one by one: beside those by nudging, and what they are made of."""
    if not found.fits(name):
        return svg.figure(title, f"<p>{name}: {found.marks[name]}</p>")
    mine, made, right, off = found.values[name], found.made[name], found.wanted[name], found.off(name)
    columns = {name: lambda at: (svg.in_full(mine[at]), "ck-off" if off[at] else "", "")}
    if not found.marks[name].startswith(("✓", "✗ here")):
        columns["yours give"] = lambda at: svg.in_full(made[at])
    if name in SLOPES:
        columns["by nudging"] = lambda at: svg.in_full(right[at])
    if off.any():
        columns["wrong / right"] = lambda at: svg.ratio(mine[at], made[at])
    shown = sorted(np.ndindex(mine.shape), key=lambda at: not off[at])[:MOST]
    rows = []
    for at in shown:
        cells = (cell(at) for cell in columns.values())
        rows.append([str(list(at)) if at else "", *cells, *map(_few, found.parts(name, at))])
    head = ["", *columns, *(f"of {part}" for part in LINES[name].takes)]
    more = f"{len(shown)} of {mine.size} numbers" if len(shown) < mine.size else ""
    return svg.table(title, rows, head, "ck-lines ck-wide", more)


def _few(numbers):
    """Write the numbers that one number is made of: at most two of many."""
    numbers = np.atleast_1d(numbers)
    few, digits = numbers[: 3 if len(numbers) == 3 else 2], 3 if len(numbers) == 1 else 2
    return svg.minus(" ".join(f"{v:.{digits}g}" for v in few)) + (" …" if len(few) < len(numbers) else "")
