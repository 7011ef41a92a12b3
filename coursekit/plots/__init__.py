"""Static figures: of one network, of many, and how a figure is shown with its alternative text."""

from coursekit.plots.figures import (
    PROBABILITY_MAP,
    plot_accuracy,
    plot_decision_surface,
    plot_gradient_errors,
    plot_hidden_units,
    plot_loss,
    plot_pattern,
)
from coursekit.plots.pictures import show
from coursekit.plots.sweeps import plot_first_iterations, plot_heat_map

__all__ = [
    "PROBABILITY_MAP",
    "plot_accuracy",
    "plot_decision_surface",
    "plot_first_iterations",
    "plot_gradient_errors",
    "plot_heat_map",
    "plot_hidden_units",
    "plot_loss",
    "plot_pattern",
    "show",
]
