"""What is said of a name that has no value: how it was meant, and which line should have made it.

Each function that looks takes a case, as those of `meanings` do, and returns (meaning, question) or None.
"""

import ast
import difflib
import re
import traceback
from contextlib import suppress
from types import SimpleNamespace

from coursekit.diagnosis.reads import unread

OTHERWISE = {"ln": "log", "avg": "mean", "length": "size", "pow": "power"}  # other languages' words
SLOPE = re.compile(r"^(?:d_?)?(\w+?)(?:_(?:prime|slope|deriv|der|dash|grad|gradient|dot))?$")  # of a function


def transpose(case):
    """Look for a transpose as it is written on paper, A^T."""
    if not isinstance(case.error, NameError) or not re.search(r"(\^|\*\*) *T\b|\bT\(", case.line):
        return None
    return (
        "There is no T by itself, and ^ and ** are no transpose.",
        "How does numpy write one: A, and then what?",
    )


def of_outside(case):
    """Look for a name like that of a number outside, where only what came in can tell it."""
    name, code = getattr(case.error, "name", None) or "", code_of(case.error)
    near = [each for each, value in case.known.items() if each.lower() == name.lower() and type(value) is int]
    if not isinstance(case.error, NameError) or not near or not case.given or near[0] in code.co_varnames:
        return None
    said = f"There is no {name}. ({near[0]} stands outside of your function, and does not change with what comes in.)"
    return said, "Which of the arrays that come in knows this number?"


def never_made(case):
    """Look for a name that a line fills, and none has made."""
    name = getattr(case.error, "name", None) or ""
    if not isinstance(case.error, NameError) or isinstance(case.error, UnboundLocalError) or not name:
        return None
    code = code_of(case.error)
    own = [each for each in code.co_varnames if each != name]
    if difflib.get_close_matches(name, own, n=1, cutoff=0.75) or name.lower() in map(str.lower, own):
        return None
    if re.search(rf"\b{name}(\.(append|extend)\(| *\[[^\]\n]*\] *[-+*/]?=[^=])", case.cell):
        changed = re.search(rf"\b{name} *\[[^\]\n]*\] *[-+*/]=", case.cell)
        begins = "and from what" if changed else "with nothing in it"
        return f"There is no {name} yet when that line puts something into it.", (
            f"Which line makes {name}, {begins}, and where does it stand: before a loop, or inside?"
        )
    return None


def never_read(case):
    """Return what is said of a name without a value where one argument that must be given is read by no line."""
    code = code_of(case.error)
    own = getattr(case.function, "__code__", None) is code
    optional = len(case.function.__defaults__ or ()) if own else 0
    needed = code.co_varnames[: code.co_argcount - optional]
    left = [name for name in unread(SimpleNamespace(__code__=code)) if name in needed]
    said = (
        f"There is no {case.error.name}. And {left[0]} came in, and no line reads it."
        if len(left) == 1
        else ""
    )
    return (said, "Is it the one that you mean?") if said else None


def may_be_text(case, name):
    """Whether a cell has a name where a text can stand, and not in arithmetic, say."""
    with suppress(SyntaxError):
        nodes = list(ast.walk(ast.parse(case.cell)))
        uses = [node for node in nodes if isinstance(node, (ast.BinOp, ast.Compare, ast.Attribute))]
        used = [child for node in uses for child in ast.iter_child_nodes(node)]
        used += [node.func for node in nodes if isinstance(node, ast.Call)]
        used += [node.value for node in nodes if isinstance(node, ast.Subscript)]
        return case.function is None and any(getattr(n, "id", "") == name and n not in used for n in nodes)
    return False


def code_of(error):
    """Return the code of the function in which an exception arose."""
    return [frame for frame, _ in traceback.walk_tb(error.__traceback__)][-1].f_code


def nearest(said, name, names, missing=""):
    """Return what is said of a name that is not there, and whether the nearest one that is may be meant."""
    close = [
        each
        for each in names
        if each.lower() in (name.lower(), OTHERWISE.get(name), SLOPE.sub(r"\1_derivative", name))
    ]
    close += [each for each in names if len(name) > 2 and sorted(each.lower()) == sorted(name.lower())]
    close += difflib.get_close_matches(name, names, n=1, cutoff=0.75)
    close.sort(key=lambda each: name.isupper() > each.isupper())
    there = f" There are {', '.join(names)}." if not missing and 0 < len(names) <= 6 else ""
    asked = f"Where is it made, or {missing or 'what is it called there?'}"
    return f"{said} {name}.{there}", f"Do you mean {close[0]}?" if close else asked
