"""The panels of `explore_training`, from its scene: network, surface of a rival, curves, numbers."""

from html import escape

import numpy as np

from coursekit.activations import ACTIVATIONS
from coursekit.descent.plain import call_backward
from coursekit.explorers import graph, svg
from coursekit.losses import accuracy, log_loss_from_logits
from coursekit.palette import BLUE, GREEN, PURPLE, VERMILION

OUTPUT = -1  # the place of the output among the units


def views(scene):
    """Return the picture as HTML, and its numbers in words."""
    live, rival = scene.live, scene.rival
    now = f"iteration {live.iteration}, {_measures(live, live.passes())}"
    if scene.fresh is not None:
        now += f", on fresh points {accuracy(scene.fresh.y, live.at(scene.fresh.X).p):.3f}"
    now += f", majority baseline {scene.baseline:.3f}"
    panels, apart = _network(scene), None
    if rival:
        said, apart = _compared(live, rival, scene.settings["against"])
        now += f"; {said}"
        surface, wrong = graph.surface(rival.at, scene.dataset, scene.points())
        alt = f"Decision surface {said}; {wrong}"
        panels += svg.panel(f"Against {scene.settings['against']}", surface, alt)
    panels += _curves(scene, apart, now)
    kind = "ck-three" if rival else "ck-two"
    return f'<div class="{kind}">{panels}</div><div class="ck-numbers">{escape(now)}</div>', now


def _measures(run, passes):
    y = run.dataset.y
    return f"loss {log_loss_from_logits(y, passes.z2):.4f}, accuracy {accuracy(y, passes.p):.3f}"


def _compared(live, rival, against):
    """Say how the other does, and from which iteration on the two losses differ; return that too."""
    n = min(live.iteration, rival.iteration)
    apart = np.flatnonzero(~np.isclose(live.loss[:n], rival.loss[:n], rtol=1e-6, atol=0))
    said = f"apart from iteration {apart[0]} on" if apart.size else "no difference yet"
    return f"against {against}: {_measures(rival, rival.passes())}, {said}", apart[0] if apart.size else None


def _network(scene):
    """Draw the network around its surface; the wires stand for its weights, or for their slopes."""
    live, data, (W1, W2) = scene.live, scene.dataset, scene.live.params
    h, phi = W1.shape[1], ACTIVATIONS[live.activation]
    unit = scene.settings["shown"] if scene.settings["shown"] < h else OUTPUT
    shares = graph.maps(live.at, h, phi, graph.GRID)[unit] if unit != OUTPUT else None
    line = graph.lines_on_surface(live.params, unit, only=True)
    surface, wrong = graph.surface(live.at, data, scene.points() + line, shares)
    alt = "Decision surface" if unit == OUTPUT else f"Map of unit {unit}"
    alt += f" at iteration {live.iteration}: {wrong} Maps of {h} hidden units with their lines; "
    alt += f"output weights {', '.join(f'{w:+.1f}' for w in W2[:h])}."
    links, letters = live.params, ""
    if scene.settings["wires"] == "slopes":
        given = live.passes(), data.X, data.y, live.activation
        links, letters = call_backward(scene.own[1], live.params, *given), "∂ "
        alt += f" Slopes of the output weights: {', '.join(f'{dw:+.3f}' for dw in links.W2[:h])}."
    body = graph.living(live.params, graph.maps(live.at, h, phi), surface, links, letters, unit)
    return svg.panel("The network", body, alt, graph.WIDE)


def _curves(scene, apart, now):
    """Draw loss and accuracy, of the rival too, and where the two part."""
    live, end = scene.live, max(scene.live.limit, 1)
    runs = {"": (live, BLUE, VERMILION, "")}
    if scene.rival:
        runs["the other: "] = (scene.rival, PURPLE, PURPLE, "9 3 2 3")
    highest = max(run.loss.max(initial=0.0) for run, *_ in runs.values())
    top = next((limit for limit in (1, 2, 5, 10, 50, 1000) if highest <= limit), 1e6)
    loss = svg.Plot((0, end), (0, top), "log loss (nats)", "iteration")
    share = svg.Plot((0, end), (0, 1), "accuracy", "iteration", top=162, height=104)
    share.level(scene.baseline)
    for whose, (run, color, other_color, dash) in runs.items():
        at = np.arange(run.iteration)
        loss.curve(at, run.loss, color, dash, name=f"{whose}loss")
        share.curve(at, run.accuracy, other_color, dash, name=f"{whose}accuracy")
    if scene.fresh is not None:
        share.curve(*np.reshape(scene.measured, (-1, 2)).T, GREEN, "2 4", name="on fresh points")
    for plot in (loss, share):
        plot.cursor(live.iteration)
    if scene.rival:
        loss.body += svg.text(286, 30, "purple: the other", "end", 12)
    if apart:
        loss.cursor(apart)
    key = "dashes: majority" + (", dots: fresh points" if scene.fresh else "")
    body = loss.body + share.body + svg.text(46, 261, key, size=12)
    alt = f"Loss and accuracy up to iteration {live.iteration}: {now}"
    return svg.panel("Loss and accuracy", body, alt)
