"""What an exception in a learner's function means, and the question that leads on.

It is a row of `stops.txt`, or said by a function here that looks closer. Each takes a case: the error and its
text, the function and what it was given, the part of the line that stopped, the names known there, what met.
"""

import ast
import builtins
import inspect
import itertools
import re
from functools import cache
from pathlib import Path

import numpy as np

from coursekit.diagnosis.evidence import in_words
from coursekit.diagnosis.misplaced import LOOKS, a_list, arguments, came_in
from coursekit.diagnosis.names import may_be_text, nearest, never_read
from coursekit.diagnosis.reads import value_of

TABLE = Path(__file__).with_name("stops.txt")  # exception and pieces of its message; meaning; question
GIVES_NONE = "append|extend|insert|sort|reverse|update|fill|shuffle"
LISTS_ONLY = {  # method -> what is asked where an array should have it
    "index": "Which comparison finds the entries that you want, and which function tells where the first one is?",
    "append": "Is it to grow? What collects the values first, and what makes an array of them at the end?",
}
MAKES_IT = "Which line makes it, and from what?"


def meaning_of(case):
    """Return (meaning, question) of what stopped a function."""
    if isinstance(case.part, ast.Raise):
        said, _, asked = case.text.rpartition(": ") if case.text.endswith("?") else (case.text, "", "")
        asked = asked[:1].upper() + asked[1:] or "What did it expect, and what came?"
        return f"That line raises it, and says: {said}", asked
    own = _exchanged, _shadowed, _unclear_truth, _index, _shapes, _nothing, _missing_name, arguments, a_list
    for look in (*LOOKS, *own):
        if said := look(case):
            return said
    for kind, pieces, meaning, question in _rows():
        if isinstance(case.error, kind) and any(piece in case.text for piece in pieces):
            return meaning, question
    if " must " in case.text:  # a refusal of this package
        return case.text, "Which of your values is that, and where is it made?"
    return f"Python says: {case.text}", "What did you expect of that line, and what stands there?"


@cache
def _rows():
    """Return the rows of the table: (exception, pieces of its message, meaning, question)."""
    rows = []
    for row in TABLE.read_text(encoding="utf-8").strip().split("\n\n"):
        head, *meaning, question = row.split("\n")
        kind, _, pieces = head.partition(":")
        rows.append((getattr(builtins, kind), pieces.strip().split("; "), " ".join(meaning), question))
    return rows


def _shadowed(case):
    """Return what is said of a name that is called, and was a function before a line made it a value."""
    name = getattr(getattr(case.part, "func", None), "id", "")
    outside = getattr(case.function, "__globals__", {}) | vars(builtins)
    if "not callable" not in case.text or not callable(outside.get(name)) or callable(case.known.get(name)):
        return None
    asked = "Which other name can that value have?"
    return f"A line of yours gives the name {name} to a value; no function has it then.", asked


def _unclear_truth(case):
    """Return what is said of an array where one True or False belongs."""
    if "truth value of a" not in case.text:
        return None
    joined = "Which sign joins two arrays of answers entry by entry, and where do its brackets stand?"
    if getattr(getattr(case.part, "func", None), "id", "") in ("max", "min", "sorted"):
        meaning = "Python's max and min compare arrays as wholes: many answers where they want one."
        return meaning, "Which function of numpy compares entry by entry?"
    if isinstance(case.part, ast.Compare) and len(case.part.ops) > 1:
        return "a < b < c is read as (a < b) and (b < c), and `and` wants one answer, not an array.", joined
    if isinstance(case.part, (ast.BoolOp, ast.UnaryOp)):
        asked = joined if isinstance(case.part, ast.BoolOp) else "Which sign turns each entry round?"
        return "and, or, not want one True or False; here is an array of them.", asked
    once = "An if decides once; here is an array of many answers."
    if isinstance(case.part, ast.Compare) and isinstance(case.part.ops[0], (ast.Eq, ast.NotEq)):
        sides = [value_of(side, case.known) for side in (case.part.left, *case.part.comparators)]
        if any(isinstance(side, (int, float)) for side in sides):
            return once, "Which one of the entries is meant, or all, or any? Or is it np.where, for each?"
        meaning = "Two arrays are compared, entry by entry, where an if wants one answer."
        return meaning, "Do you mean their entries, or where each of them stands: its number, its place?"
    if isinstance(getattr(case.part, "test", case.part), ast.Name):
        return once, "Does it ask how many entries there are, or something of each of them?"
    if case.part is not None:
        return once, "Which function of numpy chooses entry by entry? Or is it any of them, or all?"
    meaning = "One answer is wanted by if, and, a < b < c or Python's max; here is an array of many."
    return meaning, "Which sign or which function of numpy does it entry by entry?"


def _index(case):
    """Return what is said of an index of a list that is no whole number."""
    if "list indices must be integers" not in case.text or not isinstance(case.part, ast.Subscript):
        return None
    if isinstance(value_of(case.part.slice, case.known), tuple):
        return "An index is one whole number, and several values stand there.", "Which one is the index?"
    divided = "/" in case.cell.replace("//", "")
    meaning = f"An index is a whole number{'; a division by / gives none' * divided}."
    asked = "Which value is it, and what would // give?"
    return meaning, asked if divided else "Which of your values is one, and which stands in the brackets?"


def _shapes(case):
    """Return what is said of two shapes that do not fit."""
    product = "core dimension" in case.text or "not aligned" in case.text
    if not product and ("broadcast" not in case.text or re.search("einstein|Output size", case.text)):
        return None
    asked = "Which of the two has the shape that you expect? Is an axis missing, or one too many?"
    meaning = "Entry by entry, two shapes are laid over each other from the right: sizes are equal or 1."
    first = getattr(case.part, "left", None)
    if isinstance(getattr(first, "op", None), ast.MatMult) and len(case.met) == 2:
        inner, second = value_of(first.right, case.known), case.met[1]
        if not product and np.shape(inner) == np.shape(second):
            meaning = (
                "@ and * go from left to right: the product comes first, and meets the other array after it."
            )
            return meaning, "Which two meet entry by entry before that product, and where do brackets belong?"
    if product:
        meaning = "A @ B takes as many columns of A as B has rows."
    shapes = [value.shape for value in case.met if isinstance(value, np.ndarray)]
    if len(shapes) != 2:  # what one of them was made by is not run again
        shapes = [tuple(map(int, re.findall(r"\d+", one))) for one in re.findall(r"\([\d, ]+\)", case.text)]
    shapes = shapes[:2]  # a third one is that of what is written into
    if len(shapes) == 2 and all(shapes):
        (a, b), (c, d) = map(_as_factor, shapes)
        ndims = [len(shape) for shape in shapes]
        fits, is_turned = b == c, d == a and ndims[1] > 1
        if product:
            meaning += f" Here {b} columns meet {c} rows."
            if ndims == [1, 1]:
                asked = "Is one a row where a column is meant, or has it lost an axis too early? Or should there be one number for each pair of entries?"
            elif widened := _widened(case, c, b):
                asked = widened
            elif is_turned and a == c and ndims[0] > 1:
                asked = "Which one needs .T, or stands first? Over which axis is the sum, and which shape should come out?"
            elif is_turned:
                asked = "Which of the two stands first? Which shape should come out?"
            elif ndims == [2, 1] and b == c + 1 and came_in(case):
                left = ast.unparse(case.part.left) if isinstance(case.part, ast.BinOp) else "the left one"
                asked = f"Is {left} the one that belongs there, and does it need .T? Which array has a column for each entry of the other?"
            elif ndims == [2, 1] and b == c + 1:
                asked = f"One column is too many for the numbers that it meets. {MAKES_IT}"
            elif shapes[0] == shapes[1]:
                asked = "Both have one shape. Do you mean *, entry by entry? Or else: which one needs .T, and which shape should come out?"
            elif a == c or b == d:
                asked = (
                    "Over which axis is the sum, and which one needs .T for it? Which shape should come out?"
                )
        elif ndims == [2, 2] and shapes[0] == shapes[1][::-1]:
            asked = "Is one of the two turned? Of each, are the rows points or units?"
            if isinstance(getattr(case.part, "op", None), ast.Mult) and came_in(case):
                asked = "Should the products be added up, too, along each row? Which sign does that?"
            if isinstance(getattr(case.part, "op", None), ast.Add) and "outer(" in ast.unparse(case.part):
                asked = "One of the two is turned. Which argument of np.outer makes its rows?"
        elif written := re.match(r"([\w\[\], .]+?) *[-+]= ", case.line):
            asked = f"Which line makes {written[1]}, and of which shape? Or is it what comes to it that has another one?"
        elif ndims == [1, 1] and 1 not in (b, d):
            asked = "Is one of them too long, or too short? Or should there be one number for each pair of entries?"
        elif sorted(ndims) == [1, 2] and shapes[0][0] == shapes[1][0]:
            asked = (
                "One number for each row: should it be that array? Then is the shape for that (n,) or (n, 1)?"
            )
        elif ndims == [2, 2] and a == c and b != d and not came_in(case):
            asked = (
                f"Both have {a} rows. What does each of the {b} columns belong to, and what each of the {d}? "
            )
            asked += "Which of the two should be made of another array?"
        elif fits or d == a:
            asked = "Is it * that you mean, or the product @?"
    return meaning, asked


def _widened(case, wanted, columns):
    """Return what is asked about an argument that fitted, and was given more columns since, or nothing."""
    names = getattr(getattr(case.function, "__code__", None), "co_varnames", ())
    came = dict(zip(names, case.given, strict=False))
    left = ast.unparse(case.part.left) if isinstance(case.part, ast.BinOp) else ""
    if columns > wanted and np.shape(came.get(left))[-1:] == (wanted,):
        return f"{left} came with {wanted} columns, and has {columns} here. {MAKES_IT}"
    return ""


def _as_factor(shape):
    """Return (rows, columns) as @ counts them: a flat array is a column on the right, a row on the left."""
    return shape[-2 if len(shape) > 1 else 0], shape[-1]


def _missing_name(case):
    """Return what is said of a name, an entry or an attribute that does not exist: the nearest that does."""
    error, key = case.error, str(case.error.args[0]) if case.error.args else ""
    if "free variable" in case.text:
        asked = "Which line gives it one, and does that line run before this one?"
        return f"{error.name} has no value yet when this line wants one.", asked
    if isinstance(error, NameError) and not isinstance(error, UnboundLocalError):
        name, names = error.name or "", [name for name in case.known if name[:1] != "_"]
        known = {each: case.known[each] for each in names}
        owners = [each for each, value in known.items() if inspect.ismodule(value) and hasattr(value, name)]
        owners += [each for each, value in known.items() if name in getattr(value, "_fields", ())]
        if re.match(rf"{name} *==", case.line):
            return f"== compares, and gives {name} no value.", "Which sign gives a name its value?"
        if owners:  # its own argument first, or numpy
            own = ("np", *getattr(getattr(case.function, "__code__", None), "co_varnames", ()))
            owner = min(owners, key=lambda each: each not in own)
            return f"There is no {name} by itself.", f"Do you mean {owner}.{name}?"
        is_text = may_be_text(case, name)
        names += [each for each in dir(builtins) if each.islower() and not is_text]
        missing = "is it a text, and belongs in quotes?" if is_text else "has that cell been run?"
        said = nearest("There is no", name, names, missing)
        return said if said[1].startswith("Do you mean") else never_read(case) or said
    if isinstance(error, KeyError) and (owner := [each for each in case.met if isinstance(each, dict)]):
        return nearest("There is no entry", key, list(map(str, owner[0])))
    named = isinstance(error, AttributeError) and error.obj is not None and error.name is not None
    if named and not case.text.startswith("can't set"):
        if isinstance(error.obj, dict):
            return f"A dictionary has no .{error.name}: its entries are taken out by their keys.", (
                f"Which brackets take one out, and is {error.name} its key, or a name for the key?"
            )
        if type(error.obj) is tuple:
            return f"{in_words(error.obj).capitalize()} knows them by number, and has no .{error.name}.", (
                "Which function made it? Where could its values get names?"
            )
        names = getattr(error.obj, "_fields", [name for name in dir(error.obj) if name[:1] != "_"])
        if isinstance(error.obj, np.ndarray) and error.name in LISTS_ONLY:
            return f"An array has no .{error.name}; lists have.", LISTS_ONLY[error.name]
        who = error.obj.__name__ if inspect.ismodule(error.obj) else in_words(error.obj)
        for part in ("random", "linalg"):
            if inspect.ismodule(error.obj) and hasattr(getattr(error.obj, part, None), error.name):
                return (
                    f"{who.capitalize()} has no {error.name} by itself.",
                    f"Do you mean np.{part}.{error.name}?",
                )
        return nearest(f"{who[:1].upper()}{who[1:]} has no", error.name, list(names))
    return None


def _exchanged(case):
    """Return what is said of two fields of an argument that stand under each other's names."""
    for given in (given for given in case.given if hasattr(given, "_fields")):
        fields = given._asdict()
        for name, of in itertools.permutations(fields, 2):
            got = case.known.get(name)
            if np.array_equal(got, fields[of]) and not np.array_equal(got, fields[name]):
                order = f"({', '.join(fields)})"
                return f"{name} is what stands in {of}: this tuple holds {order}.", (
                    "In which order do the names stand left of your =?"
                )
    return None


def _nothing(case):
    """Return what is said of None, and of three dots, where a value belongs."""
    if "'ellipsis'" in case.text:
        return "Three dots (...) still stand where a value belongs.", "Which part is not written yet?"
    is_met = any(value is None for value in case.met)
    if "NoneType" not in case.text and not is_met:
        return None
    for name in (name for name, value in case.known.items() if value is None and name.isidentifier()):
        if made := re.search(rf"\b{name} *= *\S+\.({GIVES_NONE})\(", case.cell):
            return f"{made[1]} changes what it is called on, and gives None: now {name} is None.", (
                f"What does the line need, if {made[1]} gives nothing back?"
            )
    listed = re.search(r"(\w+) *= *\[None\]", case.cell)
    if is_met and listed and re.search(rf"\b{listed[1]}\[", case.line):
        asked = (
            "Which number does a sum begin with?"
            if "+=" in case.line
            else "Which line fills it before this one?"
        )
        return f"{listed[1]} begins with None in each place, and this one is None still.", asked
    if "not supported between" in case.text:
        return "None is compared with a number: it has no place in the order.", (
            "Which of the values is None, and what does None stand for there?"
        )
    calls = [ast.unparse(node) for node in ast.walk(case.part or ast.Pass()) if isinstance(node, ast.Call)]
    gave = f"{calls[0]} gave None" if calls and not is_met else "Something there is None"
    asked = "Which function or line was to give it? Does that function end with a return?"
    return f"{gave}, which is nothing.", asked
