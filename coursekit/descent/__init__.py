"""Gradient descent that can be advanced: steps in the clear, the fast kernel, and the choice between."""
