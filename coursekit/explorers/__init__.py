"""Live explorers for JupyterLab, Notebook 7 and Voila. Each is a scene in a common shell."""

from coursekit.explorers.backward import explore_backward
from coursekit.explorers.gradient_check import explore_gradient_check
from coursekit.explorers.loss import explore_loss
from coursekit.explorers.sweep import explore_sweep
from coursekit.explorers.training import explore_training
from coursekit.explorers.units import explore_units

__all__ = [
    "explore_backward",
    "explore_gradient_check",
    "explore_loss",
    "explore_sweep",
    "explore_training",
    "explore_units",
]
