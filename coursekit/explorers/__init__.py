"""Live explorers for JupyterLab, Notebook 7 and Voila. Each is a scene in a common shell."""

from coursekit.explorers.training import explore_training
from coursekit.explorers.units import explore_units

__all__ = ["explore_training", "explore_units"]
