"""A figure as a picture with its alternative text, from the labels of its axes, in a notebook."""

import base64
import io
import textwrap

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from coursekit._validation import describe
from coursekit.palette import escaped

# On a dark page the light of a picture is turned round, and not its hue.
DARK = "<style>[data-jp-theme-light=false] .ck-figure { filter: invert(.93) hue-rotate(180deg) }</style>"
LOOK = 'class="ck-figure" style="max-width: 100%; background: white; margin: 8px 0"'


def show(figure, *, alt=None):
    """Show a figure in the notebook with its alternative text, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure or matplotlib.axes.Axes
        Axes stand for their whole figure.
    alt : str, optional
        Alternative text; needed where no `plot_*` function drew on the figure.
    """
    from IPython.display import display

    figure, alt = _described(figure, alt)
    data = base64.b64encode(_picture(figure)).decode()
    page = f'{DARK}<img src="data:image/png;base64,{data}" alt="{escaped(alt)}" {LOOK}>'
    text = textwrap.fill(f"Figure: {alt}", 100)
    display({"text/html": page, "image/png": data, "text/plain": text}, raw=True)
    plt.close(figure)


def _described(figure, alt):
    """Return a figure and its alternative text: what is given, or what its axes say."""
    figure = figure.figure if isinstance(figure, Axes) else figure
    if not isinstance(figure, Figure):
        raise TypeError(f"figure must be a matplotlib Figure or Axes; got {describe(figure)}")
    if alt is None:
        labels = [ax.get_label() for ax in figure.axes]
        alt = " ".join(label for label in labels if label and not label.startswith("<"))
    if not alt:
        raise ValueError("alt must say what the figure shows, since no plot_* function drew it; got nothing")
    return figure, alt


def _picture(figure):
    """Return a figure as a PNG with a palette, about a third of the size: a lesson keeps many."""
    buffer, smaller = io.BytesIO(), io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    image = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(smaller, "png", optimize=True)
    return smaller.getvalue()
