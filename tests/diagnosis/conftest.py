"""What a diagnosis makes of its inputs alone is made once in each test, be it asked a hundred times."""

from types import SimpleNamespace

import numpy as np
import pytest

from coursekit.diagnosis import gradient, steps


@pytest.fixture(autouse=True)
def made_once(monkeypatch):
    """Keep what may stand in the slots of a backward pass, and the candidates of a loss, by their inputs.

    Both are given nothing of the learner's: what would depend on that stops with an error.
    """
    slots_of, candidates, kept = gradient.slots_of, steps.candidates, {}

    def same_inputs(*arrays):
        return tuple((np.shape(array), np.asarray(array).tobytes()) for array in arrays)

    def slots_once(c):
        key = (c.phi, *same_inputs(c.X, c.y, c.W1, c.W2))
        if key not in kept:
            kept[key] = slots_of(SimpleNamespace(**vars(c)))  # what is put into c later is not seen
        return kept[key]

    def candidates_once(c, of, right, table, alone=()):
        if hasattr(c, "given"):
            return candidates(c, of, right, table, alone)
        key = (*of, *table, *same_inputs(*vars(c).values()))
        if key not in kept:
            kept[key] = candidates(c, of, right, table, alone)
        return kept[key]

    monkeypatch.setattr(gradient, "slots_of", slots_once)
    monkeypatch.setattr(steps, "candidates", candidates_once)
