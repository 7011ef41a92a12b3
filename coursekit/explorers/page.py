"""What stands around the picture of an explorer: rows of controls, buttons, the page's own script."""

import html
from importlib.resources import files

import ipywidgets as widgets

from coursekit.explorers.still import STYLE
from coursekit.lesson.questions import DOT

SCRIPT = html.escape(files("coursekit.explorers").joinpath("shell.js").read_text(encoding="utf-8"))
TIPS = {
    "more": "More controls",
    "present": "Fill the screen; Escape leads back",
    "save": "As SVG, with its text",
    "copy": "Copy the line of Python that makes this again",
    "link": "Copy a link that opens the page like this",
}
_of_cells = {}  # cell -> (execution, explorers made by it): a new execution closes those of the last


def button(title, act, tip="", icon=""):
    """Return a button that calls a function."""
    button = widgets.Button(description=title, tooltip=tip or title, icon=icon)
    button.on_click(lambda _: act())
    return button


def _acts(**titles):
    """Return buttons that the page's own script answers to."""
    kind = "jupyter-button lm-Widget"
    button = '<button type="button" class="{}" data-ck-act="{}" title="{}">{}</button>'
    return widgets.HTML("".join(button.format(kind, act, TIPS[act], words) for act, words in titles.items()))


def rows(first, controls, front):
    """Return the rows of controls: Play first, then what stands in front, then what "More" shows."""
    in_front = [widget for name, widget in controls.items() if name in front]
    behind = [widget for name, widget in controls.items() if name not in front]
    return [
        _row([*first, _acts(more="More", present="Present")], "ck-controls", "ck-buttons"),
        _row(in_front, "ck-controls"),
        _row([*behind, _acts(save="Save picture")], "ck-controls", "ck-behind"),
    ]


def line(text):
    """Return the row of the line of Python, and of what is copied."""
    return _row([text, _acts(copy="Copy line", link="Copy link")], "ck-line")


def script():
    """Return the style and the script of an explorer; the script runs when the image is there."""
    return widgets.HTML(f'<style>{STYLE}</style><img alt="" hidden src="{DOT}" onload="{SCRIPT}">')


def _row(children, *kinds):
    row = widgets.Box(children)
    row._dom_classes = kinds
    return row


def all_below(widget):
    """Yield all widgets inside one, and itself at last."""
    for child in getattr(widget, "children", ()):
        yield from all_below(child)
    yield widget


def close(every):
    """Close widgets."""
    for widget in every:
        widget.close()


def replace_earlier_ones(explorer):
    """Close the explorers that an earlier execution of the same cell has left."""
    import IPython

    kernel = getattr(IPython.get_ipython(), "kernel", None)
    if kernel is None:
        return
    request = kernel.get_parent()
    cell, execution = request.get("metadata", {}).get("cellId"), request.get("header", {}).get("msg_id")
    if cell is None:
        return
    earlier, explorers = _of_cells.get(cell, (execution, []))
    if earlier != execution:
        close(explorers)
        explorers = []
    _of_cells[cell] = execution, [*explorers, explorer]
