"""Colours and markers, never hue alone, and the box of the course: the Okabe-Ito set.

Source: M. Okabe and K. Ito, Color Universal Design (2008), jfly.uni-koeln.de/color.
"""

BLUE = "#0072B2"
VERMILION = "#D55E00"
ORANGE = "#E69F00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
INK = "#222222"
GREY = "#767676"

CLASS_COLORS = (BLUE, VERMILION)
CLASS_MARKERS = ("o", "^")
LINE_COLORS = (BLUE, VERMILION, GREEN, PURPLE, INK, SKY, ORANGE, GREY)
LINE_STYLES = ("-", "--", "-.", ":")
SURFACE = ("#8CC4EA", "#FFFFFF", "#F2B84B")  # probability 0, 0.5, 1: pale, so that points stand out
SEQUENTIAL = "cividis"
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})


def readable_on(red, green, blue):
    """Return white or ink, whichever has more contrast on a colour of sRGB (WCAG 2, luminance)."""
    linear = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue))
    luminance = sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "white" if luminance < 0.21 else INK


def escaped(text):
    """Return a text as HTML; `html.escape`, which is slow to import, says the same."""
    return text.translate(ESCAPES)


def boxed(page, color=GREY):
    """Return HTML in the box of the course: a coloured line at its left."""
    return f"<div style='border-left: 4px solid {color}; padding-left: 0.8em'>{page}</div>"
