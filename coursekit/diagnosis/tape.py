"""What a learner's function records on a tape: which of its calls leads astray.

The function runs once more, with operations that note how they are called.
"""

from contextlib import suppress
from copy import deepcopy
from types import FunctionType

import numpy as np

LAYER = "product", "add_row", "squash_all"
NO_BIAS = "squash_all meets a product without its bias. In which order do the steps of a layer stand?"
ONCE = "mean_loss", "go_back_arrays"
FROM_BEFORE = "The tape is one from outside the function, and each call writes on after the last. Where does an empty one begin?"


def astray(function, given, operations):
    """Return what to ask about the way forward that a function records, or "".

    Parameters
    ----------
    function : callable
    given : tuple
        X, y and the blocks, weights and biases in turns.
    operations : dict
        Name -> operation; each takes the tape and line numbers, and returns a line number.
    """
    code, known = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    helpers = [known.get(name) for name in getattr(code, "co_names", ()) if name not in operations]
    if not code or any(getattr(one, "__globals__", None) is known for one in helpers):
        return ""  # what helpers of the learner's call is not noted
    calls, received = _noted(function, given, operations)
    if goes_on(function, given, operations):
        return FROM_BEFORE
    X, _, blocks = given
    values = {f"{'Wb'[k % 2]}{k // 2 + 1}": block for k, block in enumerate(blocks)} | {"X": X}
    paired, at, made, used = "", {}, {}, set()  # line -> what was recorded there; line -> what made it; lines
    has_bias = any(name == "add_row" for name, *_ in calls)
    for name, (tape, *lines), got, length in calls:
        first, second = [*lines, None, None][:2]
        if name == "record":
            if said := _of_record(first, at, values):
                return said
            at[got] = _which(first, values)
            continue
        if not isinstance(tape, list) and name != "go_back_arrays":
            return ""  # its arguments are explained elsewhere
        numbers = [line for line in lines if _is_line(line)]
        one, other = (
            at.get(line) or made.get(line, "") if _is_line(line) else "" for line in (first, second)
        )
        begun = "X" in [at.get(line) for line in used]
        layers = [*made.values()].count("add_row")
        said = _of_call(name, first, one, other, begun)
        if name in ONCE and name in made.values():
            said = f"{name} is called a second time. Does it stand inside the loop?"
        elif name == "go_back_arrays" and not isinstance(tape, list):
            said = "go_back_arrays goes back over a tape. What do you give it?"
        elif name == "go_back_arrays" and length < (
            whole := len({*at, *made} - {*ONCE}) + ("mean_loss" in made)
        ):
            said = f"go_back_arrays gets {length} lines of {whole}. At which line does the way back begin?"
        elif name == "mean_loss" and isinstance(first, np.ndarray):
            said = "mean_loss wants the line of the logits, not an array. Where do you stand after the last layer?"
        elif (
            name == "add_row"
            and other == "W2"
            and made
            and list(made.values())[-1] == "product"
            and paired == "W1"
        ):
            said = (
                "A layer takes W1 and W2: two neighbours of lines[::2]. What makes pairs, one of each slice?"
            )
        elif name == "squash_all" and one == "product" and has_bias:
            said = _unused("add_row") if first in used else NO_BIAS
        elif name == "mean_loss" and _is_line(second):
            said = (
                "mean_loss wants the labels y themselves, not a line number. Which of the two stands there?"
            )
        elif name in ONCE and (one or name != "mean_loss") and 0 < 2 * layers < len(blocks):
            said = f"{name} comes after layer {layers} of {len(blocks) // 2}. Is it in the loop, is a number written in, or does a pair of lines stay out?"
        if said:
            return said
        paired = other if name == "product" else ""
        used.update(numbers)
        made[name if name in ONCE else got] = name
    return _of_the_rest(at, made, used, received, len(blocks))


def goes_on(function, given, operations):
    """Whether a function goes on with the tape of its last call."""
    began = [next((length for *_, length in _noted(function, given, operations)[0]), 0) for _ in range(2)]
    return began[0] < began[1]


def _noted(function, given, operations):
    """Return ([name, arguments, result, lines before] of each operation called, what the function returned)."""
    calls = []

    def noting(name):
        def call(*arguments):
            tape = arguments[0] if arguments else None
            length = len(tape) if isinstance(tape, list) else 0
            calls.append(step := [name, arguments or (None,), None, length])
            step[2] = operations[name](*arguments)
            return step[2]

        return call

    known = function.__globals__ | {name: noting(name) for name in operations}
    parts = function.__name__, function.__defaults__, function.__closure__
    with suppress(BaseException), np.errstate(all="ignore"):  # it is known to stop
        return calls, FunctionType(function.__code__, known, *parts)(*deepcopy(given))
    return calls, None


def _is_line(value):
    return isinstance(value, (int, np.integer))


def _which(value, values):
    return next((name for name, kept in values.items() if np.array_equal(kept, value)), "")


def _of_record(value, at, values):
    if _is_line(value):
        return f"record gets the line number {value} for a value. Which array should stand there?"
    if isinstance(value, (list, tuple)):
        return "All blocks go on one line. How does each block get a line of its own?"
    rows, columns = values["X"].shape
    if np.shape(value) == (rows, columns + 1):
        return "X gets a column of ones. Where do the biases come from here?"
    name = _which(value, values)
    return f"{name} is recorded twice. Where is its first line number kept?" if name in at.values() else ""


def _of_call(name, line, one, other, begun):
    """Return what to ask of one call, by what stands on its two lines."""
    if name == "product" and other[:1] == "b":
        return f"{other} is a bias, and product takes it for weights. Which of `lines` are weights?"
    if name == "product" and one[:1] in ("W", "b"):
        if other[:1] == "W":
            return f"A product begins at line {line}, where {one} stands. On which line is X?"
        return f"product gets the line of {one} first. Which one comes first in a layer, Z = A @ W?"
    if name == "product" and other == "X":
        return "product takes the line of X for weights. On which lines do the blocks stand?"
    if name == "add_row" and other == "X":
        return "add_row takes the line of X for a bias. On which lines do the blocks stand?"
    if name == "product" and one == "X" and begun:
        return "A second layer begins at X again. Which line does it go on from?"
    if name == "add_row" and one[:1] == "b":
        return f"add_row gets the line of {one} first. Which does it want first, the rows or the bias?"
    if name == "add_row" and other[:1] == "W":
        return (
            f"{other} is a matrix of weights, and add_row takes it for a bias. Which of `lines` are biases?"
        )
    return ""


def _unused(name):
    return f"The number that {name} returned is used by no later step. Where is it kept?"


def _of_the_rest(at, made, used, received, blocks):
    """Return what to ask of a whole way forward, and of what is returned."""
    steps = [(line, name) for line, name in made.items() if name in LAYER]
    is_whole = "go_back_arrays" in made
    for line, name in steps if "mean_loss" in made.values() else steps[:-1]:
        if line not in used:
            return _unused(name)
    if at and not made:
        return "Line numbers alone cannot be calculated with. Which operation takes them, for a product?"
    left = [name for line, name in at.items() if name[:1] in ("W", "b") and line not in used]
    if is_whole and steps and left:
        asked = (
            "Which operation takes a bias?"
            if "add_row" not in made.values()
            else "Through which layers does your code go?"
        )
        return f"{', '.join(left)}: recorded, and used by no step. {asked}"
    if is_whole and "mean_loss" not in made.values():
        return "No step records the loss. Which one does, and after which layer?"
    if is_whole and received is None:
        return "The way back has passed. Which slopes do you pick, and by which numbers?"
    if is_whole and isinstance(received, (tuple, list)) and len(received) > blocks:
        return "That is more than the slopes of blocks. On which lines do the blocks stand?"
    return ""
