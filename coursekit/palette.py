"""Colours and markers: the Okabe-Ito set, always paired with a shape, never hue alone.

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
