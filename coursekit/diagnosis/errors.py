"""What a learner's function stopped with, in words that lead on: the line, and the shapes in it."""

import ast
import linecache

import numpy as np

SHAPES = ("mismatch in its core dimension", "not aligned", "could not be broadcast", "non-broadcastable")
QUESTION = (
    "A @ B takes as many columns of A as B has rows, and * wants the same shape, or a 1 where they differ. "
    "Is what stands first the right one, and is an axis missing, or one too many?"
)


def explain_stop(function, error):
    """Say what stopped a function.

    Parameters
    ----------
    function : callable
    error : Exception
        Raised by a call of it.

    Returns
    -------
    str
        Type and message of the error; of numpy's complaints about shapes, the line and its shapes instead.
    """
    if isinstance(error, ValueError) and any(words in str(error) for words in SHAPES):
        text, arrays = _line_and_arrays(function, error)
        if arrays:
            shapes = ", ".join(f"{name} {shape}" for name, shape in arrays.items())
            return f"your function stopped at  {text}\nThe shapes there do not fit: {shapes}.\n{QUESTION}"
    return f"your function stopped with {type(error).__name__}: {error}"


def _line_and_arrays(function, error):
    """Return the learner's last line before the error, and name -> shape of the arrays in it."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    frame, number = None, 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            frame, number = trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next
    text = linecache.getline(file, number).strip() if frame else ""
    try:
        parts = list(ast.walk(ast.parse(text)))
    except SyntaxError:  # a piece of a longer line
        return text, {}
    names = {ast.unparse(part): part for part in parts if isinstance(getattr(part, "ctx", None), ast.Load)}
    found = {name: _value(part, frame.f_globals | frame.f_locals) for name, part in names.items()}
    return text, {name: value.shape for name, value in found.items() if isinstance(value, np.ndarray)}


def _value(part, known):
    """Return what a name or an attribute of a named tuple stands for, or None."""
    if isinstance(part, ast.Name):
        return known.get(part.id)
    if isinstance(part, ast.Attribute):
        owner = _value(part.value, known)
        return getattr(owner, part.attr, None) if part.attr in getattr(owner, "_fields", ()) else None
    return None
