"""The controls of `explore_training`: their starts and bounds, and presets."""

import ipywidgets as widgets

from coursekit.explorers import scene as base
from coursekit.explorers.gradient_check import MISTAKES

LONGEST = 20_000  # iterations
RATES = [float(f"{m}e{e}") for e in range(-3, 2) for m in (1, 1.5, 2, 3, 5, 7)] + [100.0]
NOBODY, RIGHT = "nobody", "the right gradient"
OUTPUT = -1  # the place of the output among the units
NOTHING, CLASSES = "nothing", {"a point of class 0": 0, "a point of class 1": 1}
FACTORS = {"three times the rate": 3.0, "a third of the rate": 1 / 3}
PRESETS = {
    "the exercise's run": dict(learning_rate=0.5, iterations=5000),
    "too fast": dict(learning_rate=50.0),
    "dead ReLU": dict(pattern="centered_square", activation="relu", weight_seed=3),
    "two units are not enough": dict(hidden_size=2, iterations=5000),
}
CONTROLS = {
    "pattern": base.PATTERN,
    "learning_rate": base.choice(
        "Learning rate", 1.5, [(f"{r:g}", r) for r in RATES], widgets.SelectionSlider
    ),
    "hidden_size": base.slider("Hidden units", 4, 1, 16),
    "activation": base.ACTIVATION,
    "n_points": base.slider("Points", 500, 10, 2000, 10),
    "noise": base.slider("Noise", 0.0, 0, 0.3, 0.01, digits=2),
    "data_seed": base.seed("points"),
    "weight_seed": base.seed("weights"),
    "output_bias": base.tick("Output bias", False),
    "iterations": base.slider("Iterations", 1000, 0, LONGEST, 100),
    "stop_at": base.slider("Stop at accuracy", 1.0, 0.5, 1, 0.01, digits=2),
    "speed": base.choice("Iterations a picture", 20, [1, 5, 20, 50, 100, 200]),
    "drawing": base.choice("A click draws", NOTHING, [NOTHING, *CLASSES]),
    "against": base.choice("Race against", NOBODY, [NOBODY, RIGHT, *FACTORS, *MISTAKES]),
    "wires": base.choice("Wires show", "weights", ["weights", "slopes"]),
    "shown": base.choice(
        "Surface shows", OUTPUT, [("the output", OUTPUT), *((f"unit {u}", u) for u in range(16))]
    ),
    "preset": base.choice("Preset", "(choose)", ["(choose)", *PRESETS]),
}
