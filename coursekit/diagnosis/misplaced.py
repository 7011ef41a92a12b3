"""What an exception tells of a thing that stands where another belongs, or that was never made.

Each function takes a case, as those of `meanings` do, and returns (meaning, question) or None.
"""

import ast
import inspect
import re
from contextlib import suppress

import numpy as np

from coursekit.diagnosis.evidence import in_words
from coursekit.diagnosis.names import code_of, never_made, of_outside, transpose
from coursekit.diagnosis.reads import UNKNOWN, value_of

IN_ORDER = "Which arguments, in which order, does it need?"
COUNTS = (
    "positional argument",
    "keyword",
    "multiple values",
)  # in what is said of too few or too many arguments


def dataset(case):
    """Look for a whole Dataset where one of its arrays belongs."""
    name = next((text for text, value in case.pairs if type(value).__name__ == "Dataset"), None)
    asked_for = getattr(case.error, "name", None) or "-"
    if (
        name is None
        or asked_for.lower() in ("x", "y", "name", "points")
        or any(c in case.text for c in COUNTS)
    ):
        return None
    if " must " in case.text and "Dataset" not in case.text:  # that refuses another argument
        return None
    meaning = (
        f"{name} is a whole Dataset there: its .X holds the points with a column of ones, its .y the classes."
    )
    return meaning, "Which of the two belongs there?"


def bare_function(case):
    """Look for a function that is calculated with, and not called."""
    part, parts = case.part, []
    if isinstance(part, (ast.BinOp, ast.UnaryOp)):
        parts = ast.iter_child_nodes(part)
    elif isinstance(part, ast.Attribute) and isinstance(case.error, AttributeError):
        parts = [part.value]
    elif isinstance(part, ast.Call) and "function" in case.text and not any(c in case.text for c in COUNTS):
        parts = part.args
    for each in parts:
        value = value_of(each, case.known)
        if value is not UNKNOWN and callable(value) and not isinstance(value, type):
            text = ast.unparse(each)
            said = f"A function stands there without its brackets: {text} is the function, {text}(...) what it gives."
            return said, "Of what should it be taken? Which brackets belong there, and in which line?"
    return None


def other_order(case):
    """Look for arguments that bear the names that a function reads, at other places."""
    for part, known in case.calls:
        if part is not case.part or " must " in case.text:
            with suppress(
                TypeError, ValueError, AttributeError
            ):  # no call, or nothing that tells what it reads
                function = value_of(part.func, known)
                wanted, given = list(inspect.signature(function).parameters), [*map(ast.unparse, part.args)]
                names = [each.rpartition(".")[2] for each in given]
                if any(name in wanted and wanted.index(name) != at for at, name in enumerate(names)):
                    said = f"{function.__name__} reads ({', '.join(wanted)}); you give ({', '.join(given)})."
                    return said, "Which one comes first?"
    return None


def unpacked(case):
    """Look for an argument that holds more values, or fewer, than there are names for them."""
    name = getattr(case.part, "id", None)
    code = code_of(case.error)
    if (
        "to unpack" not in case.text
        or name not in code.co_varnames[: code.co_argcount]
        or len(case.calls) < 2
    ):
        return None
    left = case.line.partition("=")[0].strip()
    return f"{left} wait for their values, and {name} does not hold these.", (
        f"What does your call hand over as {name}, and which values should that be?"
    )


def number_gone_through(case):
    """Look for a number that a loop should go through."""
    if not isinstance(case.part, ast.For) or "not iterable" not in case.text:
        return None
    for text, value in case.pairs:
        if isinstance(value, (int, np.integer)):
            said = f"{text} is {in_words(value)}, and nothing to go through; range(n) counts from 0 to n - 1."
            return said, "How often should the loop run, and what counts that?"
    return None


def one_axis(case):
    """Look for a second size of an array that has one axis."""
    asks = ast.unparse(case.part) if case.part is not None else ""
    of = re.fullmatch(r"(\w+)\.shape(\[\d\])?|len\((\w+)\[0\]\)", asks)
    array = case.known.get(of[1] or of[3]) if of else None
    if np.ndim(array) != 1 or not any(words in case.text for words in ("tuple index", "unpack", "no len")):
        return None
    said = f"{of[1] or of[3]} is {in_words(array)} there. Its shape has one number, for its one axis."
    return (
        said,
        "Which size do you mean? Or should your code, with its loops, fit an array with one axis, too?",
    )


def no_places(case):
    """Look for an index that counts through a shape or a size, or for what wants a shape and gets an array."""
    asks = ast.unparse(case.part or ast.Pass())
    counted = re.fullmatch(r"(?:np\.)?ndindex\((\w+)\)", asks)
    if counted and isinstance(case.known.get(counted[1]), np.ndarray):
        return (
            "np.ndindex takes a shape, and an array came.",
            "What of it tells how many places it has on each axis?",
        )
    if "integer" in case.text and re.fullmatch(r"range\(\w+\.shape\)", asks):
        return "range counts to one number, and a shape is a tuple of them.", (
            "Which of them do you mean? Or what goes through all places of a shape?"
        )
    name = getattr(getattr(case.part, "slice", None), "id", "")
    through = re.search(
        rf"for {name} in (\w+\.shape|range\((\w+)\.size\)|range\(np\.size\((\w+)\)\)) *:", case.cell
    )
    if not name or not through or "out of bounds" not in case.text:
        return None
    if of := through[2] or through[3]:
        said = (
            f"range counts all entries of {of}, and one number picks a whole row of an array with two axes."
        )
        return said, "How many numbers does a place in it need, and what goes through all places?"
    return (
        f"{name} comes from {through[1]}: these are sizes, and no places.",
        "What goes through the places of an array?",
    )


def picked(case):
    """Look for a row or a slice that meets another size, where the column, or the whole, may be meant."""
    part, misfit = case.part, any(w in case.text for w in ("core dimension", "broadcast", "not aligned"))
    if not misfit or not isinstance(part, ast.BinOp):
        return None
    sides = [(side, value_of(side, case.known)) for side in (part.left, part.right)]
    rows = []
    for (side, value), (_, other) in (sides, sides[::-1]):
        whole = value_of(side.value, case.known) if isinstance(side, ast.Subscript) else None
        if not isinstance(whole, np.ndarray) or not isinstance(other, np.ndarray):
            continue
        name, text = ast.unparse(side.value), ast.unparse(side)
        if value.ndim == whole.ndim and value.shape != whole.shape and _meets(part, side, whole, other):
            return f"{text} leaves out a part of {name}; the whole {name} would fit.", (
                "What is left out there, and is that meant?"
            )
        if (whole.ndim, value.ndim, other.ndim) == (2, 1, 1) and value.shape == whole.shape[1:]:
            rows.append((name, text, whole, len(whole) == len(other)))
    if any(fits for *_, fits in rows):
        are = ", and ".join(
            f"{text} is a row of {name}, of {whole.shape[1]} numbers" for name, text, whole, _ in rows
        )
        return f"{are}.", "Which column is meant, and how is one picked?"
    for name, text, whole, _ in rows:
        if not _is_given(whole, case):
            said = f"{text} is a row of {name}, which has {whole.shape[1]} columns."
            return said, f"Which line makes {name}, and from where does the number of its columns come?"
    return None


def _meets(part, side, whole, other):
    """Whether a whole array fits where a part of it stands."""
    if not isinstance(part.op, ast.MatMult):
        return whole.shape == other.shape
    with suppress(ValueError):
        return np.matmul(*(whole, other) if side is part.left else (other, whole)) is not None
    return False


def a_list(case):
    """Return what is said of a list in arithmetic."""
    wants = ("multiply sequence", "concatenate list", "unsupported operand", "bad operand")
    if any(type(value) is list for value in case.met) and any(want in case.text for want in wants):
        meaning = "A list cannot be calculated with, entry by entry; an array can."
        return meaning, "Where does it come from, and which function of numpy makes an array of it?"
    return None


def came_in(case):
    """Whether all that met is as it came in: points and weights, and nothing made of them."""
    return all(_is_given(value, case) for value in case.met)


def _is_given(value, case):
    """Whether an array is one that a function was given."""
    given = [block for each in case.given for block in (each if isinstance(each, tuple) else (each,))]
    return any(np.array_equal(value, block) for block in given)


def arguments(case):
    """Return what is said of a call with too few, too many, unknown or exchanged arguments."""
    called = isinstance(case.part, ast.Call)
    function = value_of(case.part.func, case.known) if called else case.function
    try:
        wanted = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None
    name, given = getattr(function, "__name__", "it"), [*map(ast.unparse, case.part.args)] if called else []
    takes = f"({', '.join(wanted)})"
    own = re.search(rf"(?<!\w){re.escape(name)}\(\)", case.text)  # no function that this one calls
    ours = called or own
    if ours and any(words in case.text for words in COUNTS):
        if "size" in wanted and len(given) > len(wanted):
            asked = "A shape of two sizes is one argument. Which brackets hold it together?"
            return f"{name} takes {takes}; it is given ({', '.join(given)}).", asked
        given += [ast.unparse(word) for word in case.part.keywords] if called else []
        gets = f"it is given ({', '.join(given)})" if called else f"the check gives it {len(case.given)}"
        unknown = re.search(r"unexpected keyword argument '(\w+)'", case.text)
        asked = (
            f"It has no {unknown[1]}. Which of its arguments do you mean, if any?" if unknown else IN_ORDER
        )
        return f"{name} takes {takes}; {gets}.", asked
    if " must " in case.text and called and _fits_turned(function, case):
        return f"{name} reads {takes}; you give ({', '.join(given)}).", "Which one comes first?"
    return None


def _fits_turned(function, case):
    """Whether a function of coursekit takes the two arguments of a call in the other order."""
    values = [value_of(each, case.known) for each in case.part.args]
    ours = getattr(function, "__module__", "").startswith("coursekit.")
    if not ours or len(values) != 2 or any(value is UNKNOWN for value in values):
        return False
    with suppress(Exception), np.errstate(all="ignore"):
        return function(*values[::-1]) is not None
    return False


LOOKS = (
    transpose,
    of_outside,
    dataset,
    bare_function,
    other_order,
    unpacked,
    number_gone_through,
    never_made,
    one_axis,
    no_places,
    picked,
)
