"""The lines of the derivation: what each makes of which numbers, and where a learner's numbers leave them."""

import ast
import inspect
import sys
import textwrap
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from coursekit.activations import ACTIVATIONS, sigmoid
from coursekit.diagnosis.evidence import factor_between, same
from coursekit.losses import log_loss_from_logits

SLOPES = ("dz2", "dW2", "dA1", "dZ1", "dW1")  # in the order of the backward pass
CLOSE, FLOOR = 1e-5, 1e-4  # share of the largest number up to which two agree; that number at least
UPDATE = "W = W − η dW"


class Line(NamedTuple):
    """A line: its part of the round, its text, its shapes, and the numbers it is made of.

    `letters` names the axes of all of these, as `np.einsum` does.
    """

    part: str
    text: str
    shapes: str
    letters: str
    takes: tuple


LINES = {
    "Z1": Line("forward", "Z1 = X @ W1", "(n, 3) @ (3, h)", "ik,kj->ij", ("X", "W1")),
    "A1": Line("forward", "A1 = φ(Z1)", "(n, h)", "ij->ij", ("Z1",)),
    "z2": Line("forward", "z2 = A1 @ W2", "(n, h) @ (h,)", "ij,j->i", ("A1", "W2")),
    "p": Line("forward", "p = σ(z2)", "(n,)", "i->i", ("z2",)),
    "loss": Line("error", "loss = mean log loss", "()", "i,i->", ("p", "y")),
    "dz2": Line("error", "dz2 = (p − y) / n", "(n,)", "i,i->i", ("p", "y")),
    "dW2": Line("backward", "dW2 = A1.T @ dz2", "(h, n) @ (n,)", "ij,i->j", ("A1", "dz2")),
    "dA1": Line("backward", "dA1 = outer(dz2, W2)", "(n, h)", "i,j->ij", ("dz2", "W2")),
    "dZ1": Line("backward", "dZ1 = dA1 * φ′(Z1)", "(n, h) * (n, h)", "ij,ij,ij->ij", ("dA1", "φ′(Z1)", "A1")),
    "dW1": Line("backward", "dW1 = X.T @ dZ1", "(3, n) @ (n, h)", "ik,ij->kj", ("X", "dZ1")),
}
MADE = {  # of lines that are no product of all that they take, from the numbers before them
    "A1": lambda v: v["φ"].value(v["Z1"]),
    "p": lambda v: sigmoid(v["z2"]),
    "loss": lambda v: log_loss_from_logits(v["y"], v["z2"]),
    "dz2": lambda v: (v["p"] - v["y"]) / len(v["y"]),
    "dZ1": lambda v: v["dA1"] * v["φ′(Z1)"],
}


class Judged(NamedTuple):
    """Numbers by name, and what is to be said of them.

    `values` are the learner's, `made` what each line makes of the learner's numbers before it, `wanted`
    the right ones, `takes` all that lines are made of. `marks` is "✓", "✗ here" for the first wrong one,
    "✗ too" for another mistake, from which of them others follow, "not seen", or a shape that cannot be
    compared: a loop over points may use the same names.
    """

    values: dict
    made: dict
    wanted: dict
    takes: dict
    marks: dict

    def fits(self, name):
        """Return whether there are numbers of that name, in the shape that they should have."""
        return name in self.values and self.values[name].shape == self.wanted[name].shape

    def off(self, name):
        """Return for each number of a name whether it is wrong, whatever came before it."""
        right = self.made[name]
        if not self.marks[name].startswith("✗"):
            return np.zeros(right.shape, dtype=bool)
        return ~(np.abs(self.values[name] - right) <= CLOSE * max(np.abs(right).max(), FLOOR))

    def parts(self, name, index):
        """Return the numbers of all that the number at an index is made of."""
        (inputs, output), takes = LINES[name].letters.split("->"), LINES[name].takes
        at = dict(zip(output, index, strict=True))
        where = (tuple(at.get(letter, slice(None)) for letter in axes) for axes in inputs.split(","))
        return [self.takes[part][place] for part, place in zip(takes, where, strict=True)]


def judged(values, wanted, params, X, y, activation, ok):
    """Return the `Judged` numbers of a learner; those of a gradient that is `ok` are all right.

    A sum over the points that is divided by their number at last is not wrong: `wanted` follows it then.
    """
    values = {
        name: _laid_out(values[name], right) for name, right in wanted.items() if _is_kept(name, values)
    }
    scale = _made_up_for(values, wanted)
    wanted = wanted | {name: scale * wanted[name] for name in ("dz2", "dA1", "dZ1") if name in wanted}
    phi = ACTIVATIONS[activation]
    takes, made, marks, wrong = {"X": X, "y": y, "φ": phi, **params._asdict()}, {}, {}, ""
    for name, line in LINES.items():
        factors = (takes[part] for part in line.takes)
        found = MADE[name](takes) if name in MADE else np.einsum(line.letters, *factors)
        made[name] = np.asarray(found) * {"dz2": scale, "dW2": 1 / scale, "dW1": 1 / scale}.get(name, 1.0)
        mine = values.get(name)
        if mine is None or mine.shape != wanted[name].shape:
            marks[name] = "not seen" if mine is None else f"shape {mine.shape}"
            mine = made[name]
        elif ok or _agree(mine, wanted[name]):
            marks[name] = "✓"
        elif wrong and _agree(mine, made[name]):
            marks[name] = f"follows from {wrong}"
        else:
            marks[name], wrong = "✗ too" if wrong else "✗ here", name
        takes[name] = mine
        if name == "Z1":
            takes["φ′(Z1)"] = phi.derivative(takes["Z1"])
    return Judged(values, made, wanted, takes, marks)


def _agree(mine, right):
    return same(mine, right, CLOSE, floor=FLOOR)


def _is_kept(name, values):
    """Whether there are numbers of a name, which no later line has changed in place."""
    later = SLOPES[SLOPES.index(name) + 1 :] if name in SLOPES else ()
    if name not in values or any(values.get(other) is values[name] for other in later):
        return False
    with suppress(ValueError):  # a list of lists of several lengths
        return np.asarray(values[name]).dtype.kind in "biuf"


def _laid_out(mine, right):
    """Return numbers as floats; a transposed array, a row or a column as this course lays it out."""
    mine = np.asarray(mine, dtype=float)
    flat = mine.size == right.size and (right.ndim < 2 or mine.ndim < 2)
    return mine.reshape(right.shape) if flat else mine.T if _agree(mine.T, right) else mine


def _made_up_for(values, wanted):
    """Return the factor in dz2 that is not there any more in a right dW2, or 1."""
    dz2 = values.get("dz2")
    if dz2 is None or dz2.shape != wanted["dz2"].shape or not _agree(values["dW2"], wanted["dW2"]):
        return 1.0
    return factor_between([dz2], [wanted["dz2"]]) or 1.0


# What a learner's function does on its way


def watched(function, *arguments):
    """Call a function; return its result, the SLOPES among the variables in it and its helpers, their code.

    The code is name -> statements as in `statements`, and where a helper returns such a variable, that.
    """
    seen, frames, before = {}, [], sys.getprofile()

    def watch(frame, event, result):
        if event == "return":
            seen.update((name, value) for name, value in frame.f_locals.items() if name in SLOPES)
            if frame.f_globals.get("__name__", "").partition(".")[0] not in ("coursekit", "numpy"):
                frames.append((frame.f_code, result if isinstance(result, tuple) else (result,)))

    sys.setprofile(watch)
    try:
        result = function(*arguments)
    finally:
        sys.setprofile(before)
    gradient = frames[-1][1] if frames else ()  # of the function itself
    said, known = {}, dict(zip(("dW1", "dW2"), gradient, strict=False)) | seen
    for code, results in frames:  # a helper's before those of its caller
        found, returned = statements(code)
        for text, value in zip(returned, results, strict=False):
            said = {name: text for name in known if known[name] is value} | said
        said = {name: text for name, text in found.items() if name in SLOPES} | said
    return result, seen, said


@lru_cache(32)
def statements(function):
    """Return name -> statements of a function that assign it, and what it returns, part by part.

    Nothing of a function whose source cannot be read.
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except Exception:  # none can be read, or it is no statement of its own
        return {}, ()
    found, returned = {}, ()
    in_order = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.stmt)), key=lambda node: node.lineno
    )
    for node in in_order:
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for part in (part for target in targets for part in ast.walk(target)):
                if isinstance(part, ast.Name):
                    said = found.get(part.id, "")
                    found[part.id] = f"{said}; {ast.unparse(node)}" if said else ast.unparse(node)
        elif isinstance(node, ast.Return):
            parts = getattr(node.value, "elts", None) or getattr(node.value, "args", None) or [node.value]
            returned = tuple(
                found.get(ast.unparse(part), f"return {ast.unparse(part)}") for part in parts if part
            )
    return found, returned
