"""What a learner's function reads, calls and returns, as its instructions tell; what a piece of it stands for."""

import ast
import contextlib
import dis
import inspect
from itertools import pairwise
from types import FunctionType

import numpy as np

from coursekit.patterns import Dataset

PURE = "abs array column_stack cos dot exp len log matmul max maximum mean min minimum ones ones_like outer "
PURE += "ravel reshape sin sqrt square squeeze std sum tanh transpose where zeros zeros_like"
LOOKED_UP = (ast.Constant, ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp, ast.Subscript, ast.Slice)
LOOKED_UP += (ast.Tuple, ast.Call, ast.keyword, ast.operator, ast.unaryop, ast.expr_context)
UNKNOWN = object()  # the value of an expression that cannot be looked up without running more of it
DATA = np.ndarray, np.number, int, float, list, tuple, Dataset


def called_by(function):
    """Return {name: function} of a learner's functions that one of them calls, and that these call."""
    found, left = {}, [inspect.unwrap(function)]
    while left:
        one = left.pop()
        known = getattr(one, "__globals__", {})
        names = {step.argval for step in _steps(one) if step.opname == "LOAD_GLOBAL"} - found.keys()
        new = {name: known[name] for name in names if isinstance(known.get(name), FunctionType)}
        found |= new
        left += [other for other in new.values() if other.__globals__ is known]
    return found


def outside(function):
    """Return the names of numbers and arrays that a function reads from outside; constants may be so.

    An earlier cell has made them, as it has a name that is mistyped: no error tells.
    """
    names = [step.argval for step in _steps(function) if step.opname == "LOAD_GLOBAL"]
    known = getattr(function, "__globals__", {})
    constants = {name for name in names if name.isupper() and sum(map(str.isalpha, name)) > 1}  # not W1
    return [
        name for name in dict.fromkeys(names) if name not in constants and isinstance(known.get(name), DATA)
    ]


def stand_ins(function):
    """Return [(argument, function of the notebook)] where one is never read, and one of a longer name is."""
    known = getattr(function, "__globals__", {})
    others = [step.argval for step in _steps(function) if step.opname == "LOAD_GLOBAL"]
    return [
        (argument, other)
        for argument in unread(function)
        for other in dict.fromkeys(others)
        if other.startswith(f"{argument}_") and other in known
    ]


def unread(function):
    """Return the arguments of a function that no line of it reads."""
    code = getattr(function, "__code__", None)
    loads = [step.argval for step in _steps(function) if "STORE" not in step.opname]
    read = {name for one in loads for name in (one if isinstance(one, tuple) else (one,))}
    return [name for name in (code.co_varnames[: code.co_argcount] if code else ()) if name not in read]


def overwritten(function):
    """Return the arguments of a function that its first line about them gives another value, unread."""
    code, first = getattr(function, "__code__", None), {}
    given = code.co_varnames[: code.co_argcount] if code else ()
    for step in dis.get_instructions(code) if code else ():
        for name in step.argval if isinstance(step.argval, tuple) else (step.argval,):
            first.setdefault(name if isinstance(name, str) else None, step.opname)
    return [name for name in given if first.get(name) == "STORE_FAST"]


def called(function, names):
    """Return those of the names, such as "ck.train", that a function reads of this course."""
    pairs = {f"{one.argval}.{other.argval}" for one, other in pairwise(_steps(function))}
    return [name for name in names if any(pair.startswith(name) for pair in pairs)]


def returns_a_name(function):
    """Whether a function ends with `return name` alone: then a return is not what is missing."""
    pairs = list(pairwise(dis.get_instructions(function))) if hasattr(function, "__code__") else []
    ends = [one for one, other in pairs if other.opname.startswith("RETURN_")]
    return bool(ends) and all(one.opname.startswith("LOAD_FAST") for one in ends)


def not_called(function):
    """Return the methods of arrays that a function asks for True or False without calling them: `if a.any:`."""
    asking = "POP_JUMP", "UNARY_NOT", "TO_BOOL", "JUMP_IF"
    return [
        one.argval
        for one, other in pairwise(_steps(function))
        if one.opname == "LOAD_ATTR"
        and other.opname.startswith(asking)
        and callable(getattr(np.ndarray, one.argval, None))
    ]


def _steps(function):
    """Yield the instructions of a function, and of those that it makes."""
    codes = [getattr(function, "__code__", None)]
    while codes:
        code = codes.pop()
        codes += [inner for inner in getattr(code, "co_consts", ()) if hasattr(inner, "co_code")]
        yield from dis.get_instructions(code) if code else ()


def value_of(part, known):
    """Return what an expression stands for, or UNKNOWN; only what changes nothing is looked up."""
    for node in ast.walk(part):
        called = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", ""))
        if not isinstance(node, LOOKED_UP) or (called and called not in PURE.split()):
            return UNKNOWN
    with contextlib.suppress(Exception), np.errstate(all="ignore"):
        return eval(compile(ast.Expression(part), "<part>", "eval"), dict(known))
    return UNKNOWN
