"""What a learner's function reads that it neither gets nor makes: numbers, and functions of the course."""

import dis
from itertools import pairwise

import numpy as np

DATA = np.ndarray, np.number, int, float, list, tuple


def outside(function):
    """Return the names of numbers and arrays that a function reads from outside; constants may be so.

    An earlier cell has made them, as it has a name that is mistyped: no error tells.
    """
    names = [step.argval for step in _steps(function) if step.opname == "LOAD_GLOBAL"]
    known = getattr(function, "__globals__", {})
    constants = {name for name in names if name.isupper() and len(name) > 1}
    return [
        name for name in dict.fromkeys(names) if name not in constants and isinstance(known.get(name), DATA)
    ]


def called(function, names):
    """Return those of the names, such as "ck.train", that a function reads of this course."""
    pairs = {f"{one.argval}.{other.argval}" for one, other in pairwise(_steps(function))}
    return [name for name in names if any(pair.startswith(name) for pair in pairs)]


def _steps(function):
    """Yield the instructions of a function, and of those that it makes."""
    codes = [getattr(function, "__code__", None)]
    while codes:
        code = codes.pop()
        codes += [inner for inner in getattr(code, "co_consts", ()) if hasattr(inner, "co_code")]
        yield from dis.get_instructions(code) if code else ()
