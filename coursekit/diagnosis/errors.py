"""What a learner's function stopped with, in words that lead on: the line, what met there, one question.

What an exception means is a row of `stops.txt`, or said by a function here that looks closer.
"""

import ast
import contextlib
import inspect
import linecache
import sysconfig
import traceback
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from coursekit.diagnosis.evidence import in_words
from coursekit.diagnosis.meanings import meaning_of
from coursekit.diagnosis.reads import UNKNOWN, value_of

LEADS = "Your line that leads there: "
FOREIGN = sysconfig.get_path("stdlib"), Path(__file__).parents[1]


def explain_stop(function, error, arguments=()):
    """Return (what stopped a function: its line, the meaning, what met there, a question; Python's own words).

    `error` is what a call of it with `arguments` raised.
    """
    try:
        return _said_of(function, error, arguments)
    except Exception:  # an error whose own words stop with an error
        return f"your function stopped with {type(error).__name__}.\nWhich line of it may raise that?", ""


def _said_of(function, error, arguments):
    every = _steps_outside(error)
    steps = [step for step in every if not _is_check(step[0].filename)]
    who = "your values stopped the check" if every and not steps else "your function stopped"
    known = steps[-1][1] if steps else {}
    line, part = _source(steps[-1][0]) if steps else ("", None)
    if unpacks := "unpack" in str(error):  # what was unpacked, not the names that it should have gone to
        part = _right_of_equals(line) or (part if "cannot" in str(error) else None)
    pairs = [(text, value) for text, value in _operands(part, known) if value is not UNKNOWN]
    met = dict(pairs)
    case = SimpleNamespace(function=function, error=error, text=str(error), given=arguments, part=part)
    case.known, case.pairs, case.met = known, pairs, [value for _, value in pairs]
    own = [step for step in steps if step[0].name == getattr(function, "__name__", "")]
    led = bool(own) and own[-1] is not steps[-1]
    leads, call = _source(own[-1][0]) if led else ("", None)
    case.line, case.calls = line, [(call, step[1]) for step in own[-1:] if led] + [(part, known)]
    case.cell = "".join(linecache.getlines(steps[-1][0].filename)) if steps else ""
    meaning, question = meaning_of(case)
    name = steps[-1][0].name if line else ""
    where = f" (in {name})" if name.isidentifier() and name != getattr(function, "__name__", name) else ""
    if isinstance(part, ast.Raise) and leads:  # what it says is enough
        meaning = meaning.replace("That line", steps[steps.index(own[-1]) + 1][0].name, 1)
        line, where = leads, ""
    lines = [f"{who} with {type(error).__name__}{f' at  {line}{where}' if line else ''}"]
    if line and leads and leads != line:
        lines.append(f"{LEADS} {leads}")
    lines.append(meaning)
    if met and (unpacks or not isinstance(part, ast.Attribute)):
        names = getattr(getattr(function, "__code__", None), "co_varnames", ())  # functions of C tell none
        came = dict(zip(names, arguments, strict=False))
        lines.append(f"There, {', '.join(_seen(*pair, came) for pair in met.items())}.")
    way = [f"line {step.lineno} in {step.name}: {step.line}" for step, _ in steps[-8:] if step.line]
    return "\n".join([*lines, question]), "\n".join([*way, f"{type(error).__name__}: {error}"])


# Where it stopped, and what met there


def _seen(text, value, came):
    """Return what a name or a piece of a line is, and what came in under this name where the shape was another."""
    before = came.get(text)
    arrays = isinstance(before, np.ndarray) and isinstance(value, np.ndarray)
    was = f" (it came as {in_words(before)})" if arrays and before.shape != value.shape else ""
    return f"{text} is {in_words(value)}{was}"


def _steps_outside(error):
    """Return (summary, names known there) of the calls in no package, the last one last."""
    last = -50  # a recursion has a thousand
    summaries = traceback.extract_tb(error.__traceback__, limit=last)
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][last:]
    return [
        (step, _known(frame))
        for step, frame in zip(summaries, frames, strict=True)
        if not step.filename.startswith(("<frozen", "<__array"))
        and "-packages" not in step.filename
        and not step.filename.endswith(".pyx")
        and not any(Path(step.filename).is_relative_to(place) for place in FOREIGN)
    ]


def _known(frame):
    """Return {name: value} of what a line can read: a name of the function that has no value hides others."""
    code = frame.f_code
    own = {*code.co_varnames, *code.co_freevars, *code.co_cellvars} - frame.f_locals.keys()
    return {name: value for name, value in frame.f_globals.items() if name not in own} | frame.f_locals


def _is_check(file):
    """Whether a file is the cell of a check, or what it asks for: the learner did not write them."""
    is_cell = "".join(linecache.getlines(file)[:1]).startswith("# Run this cell to check")
    return is_cell or Path(file).parent.name == "checks"


def _source(step):
    """Return the line of a step, and the part of it that stopped as a syntax tree, or None."""
    lines = linecache.getlines(step.filename)[step.lineno - 1 : step.end_lineno or step.lineno]
    begins = lines[0].strip() if lines else ""  # of a loop, the line that begins it
    line = " ".join((begins if begins.endswith(":") else " ".join(lines)).split())[:120]
    with contextlib.suppress(TypeError, ValueError, IndexError):  # no source
        end = sum(len(before.encode()) for before in lines[:-1]) + step.end_colno
        text = "".join(lines).encode()[step.colno : end].decode()
        for whole in (f"({text})", text):  # an expression may go over several lines, a statement has no value
            with contextlib.suppress(SyntaxError):
                statement = ast.parse(whole).body[0]
                if isinstance(statement, ast.AugAssign):  # what meets is what is there and what comes to it
                    there = ast.parse(ast.unparse(statement.target), mode="eval").body
                    return line, ast.BinOp(there, statement.op, statement.value)
                return line, getattr(statement, "value", statement)
    return line, None


def _right_of_equals(line):
    with contextlib.suppress(SyntaxError):
        return getattr(ast.parse(line).body[0], "value", None)
    return None


def _operands(part, known):
    """Yield (text, value) of what meets in a part of a line, without its constants and functions."""
    parts = list(ast.iter_child_nodes(part)) if part else []
    if isinstance(part, ast.Call):
        owner = part.func.value if isinstance(part.func, ast.Attribute) else part.func
        parts = [owner, *part.args, *(word.value for word in part.keywords)]
    elif isinstance(part, ast.Name):
        parts = [part]
    for each in [one for some in parts for one in getattr(some, "elts", [some])]:
        value = value_of(each, known)
        kinds = (inspect.ismodule, inspect.isroutine, inspect.isclass)
        written = isinstance(getattr(each, "operand", each), ast.Constant)
        if not (written or any(kind(value) for kind in kinds)):
            yield ast.unparse(each), value
