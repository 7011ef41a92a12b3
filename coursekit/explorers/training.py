"""`explore_training`: a network in training, as an instrument."""

from functools import partial

from coursekit import network
from coursekit._validation import describe
from coursekit.explorers import scene as base
from coursekit.explorers.shell import Shell
from coursekit.explorers.training_scene import TrainingScene
from coursekit.explorers.training_table import CONTROLS
from coursekit.patterns import Dataset, check_dataset

FRONT = ("pattern", "learning_rate", "hidden_size", "activation")


@base.explores({name: control for name, control in CONTROLS.items() if name != "preset"})
def explore_training(
    dataset=None, *, held_out=None, drawn=(), forward=network.forward, backward=network.backward, **settings
):
    """Controls beside a network in training: surface, curves, hidden units, numbers.

    Parameters
    ----------
    dataset : Dataset or callable, optional
        Points of your own, or a rule as in `make_dataset`, in place of the five patterns.
    held_out : Dataset, optional
        Points not trained on, with a curve of their own; drawn afresh where there is a rule.
    drawn : list of (x1, x2, class)
        Points beside the others, as a click on the decision surface draws them.
    forward, backward : callable
        Functions of your own, called like `coursekit.forward` and `coursekit.backward`.
    pattern, n_points, noise, data_seed, hidden_size, weight_seed, activation, output_bias, learning_rate
        Where the controls start. Points come from `default_rng([data_seed, 1])`, weights from
        `default_rng([weight_seed, 2])`, fresh points from `default_rng([data_seed, 3])`.
    iterations : int
        Where training ends; at once after a change, step by step while playing.
    stop_at : float
        Accuracy that ends it earlier; 1: none.
    speed : int
        Iterations a picture while playing.
    drawing : {"nothing", "a point of class 0", "a point of class 1"}
        What a click on the decision surface draws.
    against : str
        Another training from the same start to race with: "nobody", "the right gradient", "three times
        the rate", "a third of the rate", or a planted mistake of `explore_gradient_check`.
    shown : int
        Unit whose map the surface shows, as after a click on it; -1: none, but the output.
    wires : {"weights", "slopes"}
        What the thickness and the numbers of the wires stand for.
    """
    if isinstance(dataset, Dataset):
        check_dataset(dataset)
    elif dataset is not None and not callable(dataset):
        raise TypeError(f"dataset must be a Dataset or a rule; got {describe(dataset)}")
    if held_out is not None and not isinstance(held_out, Dataset):
        raise TypeError(f"held_out must be a Dataset; got {describe(held_out)}")
    for x1, x2, y in drawn:
        if not (-1 <= x1 <= 1 and -1 <= x2 <= 1 and y in (0, 1)):
            raise ValueError(f"drawn must hold (x1, x2, class) in the square; got {(x1, x2, y)}")
    scene = TrainingScene(dataset, held_out, forward, backward, drawn)
    seeds = {"New points": "data_seed", "New weights": "weight_seed"}
    buttons = {title: partial(scene.new, name) for title, name in seeds.items() if name in scene.table}
    return Shell(scene, settings, FRONT, buttons, {"Weights as Python": scene.export})
