"""A learner's function, found as text and as a tree, and run in a place of its own with an end to it."""

import ast
import contextlib
import copy
import io
import linecache
import re
import sys
import time
import warnings
from types import FunctionType
from typing import NamedTuple

import numpy as np

TRIES = 800  # of one function
LINES = 20_000  # that one try may run through
SECONDS = 2.0  # of computing, for all tries together: seldom reached, so that words depend on no machine
LARGEST = 20_000  # entries of a list or an array
SIZED = np.ndarray, list, tuple, str
LONGEST = 60  # lines of a function
LEFT_ALONE = ast.While, ast.Try, ast.ClassDef, ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom, ast.Await
NEVER = {
    "open",
    "input",
    "exec",
    "eval",
    "exit",
    "quit",
    "os",
    "sys",
    "subprocess",
    "plt",
    "display",
}
HELD = np.ndarray, np.random.Generator, list, tuple, dict, set  # what a function could change outside of it


DRAWS = re.compile(r"\b(np\.)?random\.")


class Source(NamedTuple):
    """A learner's function: itself, its tree in a module of its own, the lines of its cell."""

    function: FunctionType
    module: ast.Module
    lines: list

    @property
    def tree(self):
        """The tree of the function."""
        return self.module.body[0]


def source_of(function):
    """Return the Source of a function that may be changed and tried, or None."""
    code = getattr(function, "__code__", None)
    if not isinstance(function, FunctionType) or code.co_freevars or NEVER & set(code.co_names):
        return None
    lines = linecache.getlines(code.co_filename)
    for node in ast.walk(ast.parse("".join(lines))) if len(lines) < 2000 else ():
        if isinstance(node, ast.FunctionDef) and (node.lineno, node.name) == (
            code.co_firstlineno,
            code.co_name,
        ):
            module = ast.Module([node], [])
            fits = not node.decorator_list and node.end_lineno - node.lineno < LONGEST
            fits = fits and not DRAWS.search(ast.unparse(node))  # the state of a generator that all share
            fits = fits and not any(isinstance(one, LEFT_ALONE) for one in ast.walk(node))
            return Source(function, module, lines) if fits and _is_of(module, code) else None
    return None


def _is_of(module, code):
    """Whether a tree is what a function was made of: its file may have changed since."""
    made = [one for one in compile(module, code.co_filename, "exec").co_consts if hasattr(one, "co_code")]
    return any((one.co_code, one.co_names) == (code.co_code, code.co_names) for one in made)


class _Stopped(BaseException):
    """A try ran too long; no Exception, so that nothing of a learner's catches it."""


def tries(source, trials):
    """Return a function that tells how much of each trial the tree, as it stands, gets right.

    It returns a list of shares; None where one gets less right than it did before, or the first wrong
    one no more. After so many TRIES or SECONDS it raises TimeoutError.
    """
    function, end, left = source.function, time.process_time() + SECONDS, iter(range(TRIES))
    # Names of local arrays, too: a change may make them global.
    named = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    places = function.__globals__
    held = {name: places[name] for name in named & places.keys() if isinstance(places[name], HELD)}

    def run(before):
        if next(left, None) is None or time.process_time() > end:
            raise TimeoutError
        known = dict(function.__globals__) | {"print": lambda *_, **__: None}
        exec(compile(source.module, function.__code__.co_filename, "exec"), known)
        shares, changed = [], known[source.tree.name]
        first = next(at for at, share in enumerate(before, 1) if share < 1)  # that was wrong
        for (arguments, judge), least in zip(trials, before, strict=True):
            known |= copy.deepcopy(held)
            try:
                with _quiet((known, function.__globals__), end):
                    value = changed(*copy.deepcopy(arguments))
                shares.append(judge(value))
            except (Exception, _Stopped):
                shares.append(0.0)
            if shares[-1] < least or (least < 1 and len(shares) == first and shares[-1] <= least):
                return None
        return shares

    return run


@contextlib.contextmanager
def _quiet(places, end):
    """Let nothing be printed, warned of or drawn, and nothing of the learner's run on."""
    left = LINES

    def count(frame, event, _):
        nonlocal left
        if not any(frame.f_globals is known for known in places):
            return None
        left -= 1
        if left < 0 or (left % 64 == 0 and time.process_time() > end):
            raise _Stopped
        if left % 8 == 0 and any(map(_is_large, frame.f_locals.values())):
            raise _Stopped
        return count

    tracing, nowhere = sys.gettrace(), io.StringIO()
    with (
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        np.errstate(all="ignore"),
        warnings.catch_warnings(action="ignore"),
    ):
        sys.settrace(count)
        try:
            yield
        finally:
            sys.settrace(tracing)


def _is_large(value):
    """Whether a value has grown beyond all that an exercise needs: a list that is added to itself doubles."""
    if isinstance(value, int):
        return value.bit_length() > 1000
    return (
        (value.size if isinstance(value, np.ndarray) else len(value)) > LARGEST
        if isinstance(value, SIZED)
        else False
    )
