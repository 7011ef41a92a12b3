"""Which numbers a learner's function reads that it neither gets nor makes."""

import dis

import numpy as np

DATA = np.ndarray, np.number, int, float, list, tuple


def outside(function):
    """Return the names of numbers and arrays that a function reads from outside; constants may be so.

    An earlier cell has made them, as it has a name that is mistyped: no error tells.
    """
    codes, names = [getattr(function, "__code__", None)], []
    while codes:
        code = codes.pop()
        codes += [inner for inner in getattr(code, "co_consts", ()) if hasattr(inner, "co_code")]
        steps = dis.get_instructions(code) if code else ()
        names += [step.argval for step in steps if step.opname == "LOAD_GLOBAL"]
    known = getattr(function, "__globals__", {})
    constants = {name for name in names if name.isupper() and len(name) > 1}
    return [
        name for name in dict.fromkeys(names) if name not in constants and isinstance(known.get(name), DATA)
    ]
