"""What a learner's function stopped with, in words that lead on: the line, what met there, one question."""

import ast
import contextlib
import inspect
import linecache
import sysconfig
import traceback
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from coursekit.diagnosis.error_kinds import meaning_of

FOREIGN = sysconfig.get_path("stdlib"), Path(__file__).parents[1]
PURE = "abs array column_stack cos dot exp len log matmul max maximum mean min minimum ones ones_like outer "
PURE += "ravel reshape sin sqrt square squeeze std sum tanh transpose where zeros zeros_like"
LOOKED_UP = (
    ast.Constant,
    ast.Name,
    ast.Attribute,
    ast.BinOp,
    ast.UnaryOp,
    ast.Subscript,
    ast.Slice,
    ast.Tuple,
)
LOOKED_UP += (ast.Call, ast.keyword, ast.operator, ast.unaryop, ast.expr_context)
UNKNOWN = object()  # the value of an expression that cannot be looked up without running more of it


def explain_stop(function, error, arguments=()):
    """Say what stopped a function: where, what it means here, and a question that leads on.

    Parameters
    ----------
    function : callable
    error : BaseException
        Raised by a call of it.
    arguments : tuple
        What it was called with.

    Returns
    -------
    message : str
        The learner's line where it is known, the meaning, what met there, and one question.
    own_words : str
        The lines that led there, and Python's own message.
    """
    every = _steps_outside(error)
    steps = [step for step in every if not _is_check(step[0].filename)]
    who = "your values stopped the check" if every and not steps else "your function stopped"
    known = steps[-1][1] if steps else {}
    line, part = _source(steps[-1][0]) if steps else ("", None)
    pairs = [(text, value) for text, value in _operands(part, known) if value is not UNKNOWN]
    case = SimpleNamespace(function=function, error=error, text=str(error), given=arguments, part=part)
    vars(case).update(known=known, met=[value for _, value in pairs], look_up=_value, describe=describe)
    meaning, question = meaning_of(case)
    lines = [f"{who} with {type(error).__name__}{f' at  {line}' if line else ''}", meaning]
    met = dict(pairs)
    if met and not isinstance(part, ast.Attribute):
        lines.append(
            "There, " + ", ".join(f"{text} is {describe(value)}" for text, value in met.items()) + "."
        )
    way = [f"line {step.lineno} in {step.name}: {step.line}" for step, _ in steps[-8:] if step.line]
    return "\n".join([*lines, question]), "\n".join([*way, f"{type(error).__name__}: {error}"])


def _steps_outside(error):
    """Return (summary, names known there) of the calls in no package, the last one last."""
    last = -50  # a recursion has a thousand
    summaries = traceback.extract_tb(error.__traceback__, limit=last)
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][last:]
    return [
        (step, frame.f_globals | frame.f_locals)
        for step, frame in zip(summaries, frames, strict=True)
        if not step.filename.startswith(("<frozen", "<__array"))
        and "-packages" not in step.filename
        and not any(Path(step.filename).is_relative_to(place) for place in FOREIGN)
    ]


def _is_check(file):
    """Whether a file is the cell of a check, which the learner did not write."""
    return "".join(linecache.getlines(file)[:1]).startswith("# Run this cell to check")


def _source(step):
    """Return the line of a step, and the part of it that stopped as a syntax tree, or None."""
    lines = linecache.getlines(step.filename)[step.lineno - 1 : step.end_lineno or step.lineno]
    line = " ".join(" ".join(lines).split())[:120]
    with contextlib.suppress(TypeError, ValueError, IndexError):  # no source
        end = sum(len(before.encode()) for before in lines[:-1]) + step.end_colno
        text = "".join(lines).encode()[step.colno : end].decode()
        for whole in (f"({text})", text):  # an expression may go over several lines, a statement has no value
            with contextlib.suppress(SyntaxError):
                statement = ast.parse(whole).body[0]
                return line, getattr(statement, "value", statement)
    return line, None


def _operands(part, known):
    """Yield (text, value) of what meets in a part of a line, without its constants and functions."""
    parts = list(ast.iter_child_nodes(part)) if part else []
    if isinstance(part, ast.Call):
        owner = part.func.value if isinstance(part.func, ast.Attribute) else part.func
        parts = [owner, *part.args, *(word.value for word in part.keywords)]
    elif isinstance(part, ast.Name):
        parts = [part]
    for each in [one for some in parts for one in getattr(some, "elts", [some])]:
        value = _value(each, known)
        kinds = (inspect.ismodule, inspect.isroutine, inspect.isclass)
        if not (isinstance(each, ast.Constant) or any(kind(value) for kind in kinds)):
            yield ast.unparse(each), value


def _value(part, known):
    """Return what an expression stands for, or UNKNOWN; only what changes nothing is looked up."""
    for node in ast.walk(part):
        called = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", ""))
        if not isinstance(node, LOOKED_UP) or (called and called not in PURE.split()):
            return UNKNOWN
    with contextlib.suppress(Exception), np.errstate(all="ignore"):
        return eval(compile(ast.Expression(part), "<part>", "eval"), dict(known))
    return UNKNOWN


def describe(value):
    """Say in a few words what a value is."""
    if value is None or value is ...:
        return "None" if value is None else "still the three dots"
    if isinstance(value, np.ndarray) and value.ndim:
        kinds = {"b": " of True and False", "i": " of whole numbers", "O": " of objects"}
        return f"an array {value.shape}{kinds.get(value.dtype.kind, '')}"
    if isinstance(value, (bool, np.bool_, str)):
        return f"{value!r:.40}"
    if isinstance(value, (int, float, np.number, np.ndarray)):
        text = str(value) if isinstance(value, int) else f"{value:.4g}"
        return f"one number, {text}{'.0' * (not isinstance(value, int) and text.lstrip('-').isdigit())}"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return f"{type(value).__name__}({', '.join(value._fields[:4])})"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)} value{'s' * (len(value) != 1)}"
    return "a function" if inspect.isroutine(value) else f"a value of type {type(value).__name__}"
