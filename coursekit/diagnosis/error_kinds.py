"""What an exception means in a learner's function, and one question: a table, and kinds that look closer."""

import ast
import builtins
import difflib
import inspect
from pathlib import Path

import numpy as np

TABLE = Path(__file__).with_name("stops.txt")  # exception and pieces of its message; meaning; question
PRODUCT = "A @ B takes as many columns of A as B has rows."
ENTRYWISE = "Entry by entry, two shapes are laid over each other from the right: sizes are equal or 1."
WHICH_SHAPE = "Which of the two has the shape that you expect? Is an axis missing, or one too many?"


def meaning_of(case):
    """Return what an exception means, and the question that leads on.

    Parameters
    ----------
    case : object
        With `error` and its `text`, the `function` that was called and what was `given`; the `part` of the
        line that stopped as a syntax tree, the names `known` there, the values that `met`; and two
        functions: `look_up(part, known)` and `describe(value)`.

    Returns
    -------
    tuple of two str
    """
    if isinstance(case.part, ast.Raise):
        return f"That line raises it, and says: {case.text}", "What did it expect, and what came?"
    for look in (_unclear_truth, _shapes, _nothing, _missing_name, _arguments):
        if said := look(case):
            return said
    for row in TABLE.read_text(encoding="utf-8").strip().split("\n\n"):
        head, *meaning, question = row.split("\n")
        kind, _, pieces = head.partition(":")
        if isinstance(case.error, getattr(builtins, kind)) and any(
            piece in case.text for piece in pieces.strip().split("; ")
        ):
            return " ".join(meaning), question
    if " must " in case.text:  # a refusal of this package
        return case.text, "Which of your values is that, and where is it made?"
    return f"Python says: {case.text}", "What did you expect of that line, and what stands there?"


def _unclear_truth(case):
    """Return what is said of an array where one True or False belongs."""
    if "truth value of a" not in case.text:
        return None
    if getattr(getattr(case.part, "func", None), "id", "") in ("max", "min", "sorted"):
        meaning = "Python's max and min compare arrays as wholes: many answers where they want one."
        return meaning, "Which function of numpy compares entry by entry?"
    joined = "Which sign joins two arrays of answers entry by entry, and where do its brackets stand?"
    if isinstance(case.part, ast.Compare) and len(case.part.ops) > 1:
        return "a < b < c is read as (a < b) and (b < c), and `and` wants one answer, not an array.", joined
    if isinstance(case.part, (ast.BoolOp, ast.UnaryOp)):
        return "and, or, not want one True or False; here is an array of them.", joined
    if case.part is not None:
        meaning = "An if decides once; here is an array of many answers."
        return meaning, "Which function of numpy chooses entry by entry?"
    meaning = "One answer is wanted by if, and, a < b < c or Python's max; here is an array of many."
    return meaning, "Which sign or which function of numpy does it entry by entry?"


def _shapes(case):
    """Return what is said of two shapes that do not fit."""
    product = "core dimension" in case.text or "not aligned" in case.text
    if not product and ("broadcast" not in case.text or "einstein" in case.text):
        return None
    arrays = [value for value in case.met if isinstance(value, np.ndarray)]
    if len(arrays) != 2 or not all(array.ndim for array in arrays):
        return (PRODUCT if product else ENTRYWISE), WHICH_SHAPE
    one, other = arrays
    if not product:
        flat, table = sorted(arrays, key=np.ndim)
        if flat.ndim == 1 and table.ndim == 2 and len(flat) == len(table):
            return ENTRYWISE, "Is it one number for each row? Is the shape for that (n,) or (n, 1)?"
        fits = _inner(one)[1] == _inner(other)[0] or _inner(other)[1] == _inner(one)[0]
        return ENTRYWISE, "Is it * that you mean, or the product @?" if fits else WHICH_SHAPE
    meaning = f"{PRODUCT} Here {_inner(one)[1]} columns meet {_inner(other)[0]} rows."
    swapped = other.ndim > 1 and _inner(other)[1] == _inner(one)[0]
    if not swapped and (one.shape[0] == _inner(other)[0] or _inner(one)[1] == other.shape[-1]):
        return (
            meaning,
            "Over which axis is the sum, and which one needs .T for it? Which shape should come out?",
        )
    if swapped:
        return meaning, "Which of the two stands first? Which shape should come out?"
    return meaning, WHICH_SHAPE


def _inner(array):
    """Return (rows, columns) as @ counts them: a flat array is a column on the right, a row on the left."""
    return array.shape[-2 if array.ndim > 1 else 0], array.shape[-1]


def _missing_name(case):
    """Return what is said of a name, an entry or an attribute that does not exist: the nearest that does."""
    error, key = case.error, str(case.error.args[0]) if case.error.args else ""
    if isinstance(error, NameError) and not isinstance(error, UnboundLocalError):
        return _nearest(
            "There is no", error.name or "", [name for name in case.known if name[:1] != "_"], False
        )
    if isinstance(error, KeyError) and (owner := [each for each in case.met if isinstance(each, dict)]):
        return _nearest("There is no entry", key, list(map(str, owner[0])))
    if (
        not isinstance(error, AttributeError)
        or error.obj is None
        or error.name is None
        or "set" in case.text[:9]
    ):
        return None
    names = getattr(error.obj, "_fields", [name for name in dir(error.obj) if name[:1] != "_"])
    who = error.obj.__name__ if inspect.ismodule(error.obj) else case.describe(error.obj)
    return _nearest(f"{who[:1].upper()}{who[1:]} has no", error.name, list(names))


def _nearest(said, name, names, every=True):
    close = [each for each in names if each.lower() == name.lower()]
    close += difflib.get_close_matches(name, names, n=1, cutoff=0.75)
    there = f" There are {', '.join(names)}." if every and 0 < len(names) <= 6 else ""
    missing = "what is it called there?" if every else "has that cell been run?"
    asked = f"Do you mean {close[0]}?" if close else f"Where is it made, or {missing}"
    return f"{said} {name}.{there}", asked


def _arguments(case):
    """Return what is said of a call with too few, too many, unknown or exchanged arguments."""
    called = isinstance(case.part, ast.Call)
    function = case.look_up(case.part.func, case.known) if called else case.function
    try:
        wanted = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None
    name, given = getattr(function, "__name__", "it"), [*map(ast.unparse, case.part.args)] if called else []
    if "positional argument" in case.text or "keyword" in case.text or "multiple values" in case.text:
        gets = f"it is given ({', '.join(given)})" if called else f"the check gives it {len(case.given)}"
        return (
            f"{name} takes ({', '.join(wanted)}); {gets}.",
            "Which arguments, in which order, does it need?",
        )
    if " must " in case.text and any(
        each in wanted and wanted.index(each) != i for i, each in enumerate(given)
    ):
        return f"{name} reads ({', '.join(wanted)}); you give ({', '.join(given)}).", "Which one comes first?"
    return None


def _nothing(case):
    """Return what is said of None, and of three dots, where a value belongs."""
    if "'ellipsis'" in case.text:
        return "Three dots (...) still stand where a value belongs.", "Which part is not written yet?"
    if "NoneType" in case.text:
        asked = "Which function or line was to give it? Does that function end with a return?"
        calls = [
            ast.unparse(node) for node in ast.walk(case.part or ast.Pass()) if isinstance(node, ast.Call)
        ]
        gave = f"{calls[0]} gave None" if calls and None not in case.met else "Something there is None"
        return f"{gave}, which is nothing.", asked
    return None
