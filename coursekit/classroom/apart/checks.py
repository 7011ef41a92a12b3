"""Inside of a kernel: checks run in a namespace of their own, beside the learner's.

A check finds its own names first (also those of earlier checks), then what the assignment gave, as it was
when it was given, then Python's own, then the learner's. It never writes to the learner's namespace, and a
name that a learner uses for something of their own is not the check's.
"""

import ast
import base64
import builtins
import contextlib
import copy
import functools
import json
import math
import types
import warnings

import numpy as np

from coursekit.classroom.apart.bundle import Report

LIBRARIES = (builtins, ast, base64, copy, json, math, np, np.linalg, np.random)


class Names(dict):
    """A namespace that looks elsewhere, in this order, for what it does not hold."""

    def __init__(self, *elsewhere):
        super().__init__(__name__="__main__", __builtins__=elsewhere[1])
        self._elsewhere = elsewhere

    def __missing__(self, name):
        *before, theirs = self._elsewhere
        for names in before:
            if name in names:
                return names[name]
        return _on_copies(theirs[name]) if isinstance(theirs[name], types.FunctionType) else theirs[name]


class Checks:
    """What the checks of an assignment share; the learner's namespace is that of IPython's shell."""

    report = None

    def __init__(self, shell):
        self._shell, self._theirs = shell, shell.user_ns
        self._given, self._libraries = {}, [(vars(module), dict(vars(module))) for module in LIBRARIES]
        self._builtins = self._libraries[0][1]
        self._own = Names(self._given, self._builtins, self._theirs)
        self._right = Names(self._given, self._builtins, self._theirs)

    def restore(self):
        """Give what checks are made of their own names back: ``np.array = list`` lasts for its cell."""
        for names, before in self._libraries:
            names.update(before)

    @contextlib.contextmanager
    def keeping(self):
        """Keep what a given cell defines, as it is now: names that stay the check's, whatever follows."""
        before = dict(self._theirs)
        yield
        for name, value in self._theirs.items():
            if not name.startswith("_") and before.get(name, self) is not value:
                plain = isinstance(value, (np.ndarray, list, tuple, dict, set))
                self._given[name] = copy.deepcopy(value) if plain else value

    def run(self, code, seed):
        """Run a check, and show what its last line is worth; a public one has no seed of its inputs."""
        if seed is not None:
            self.report = self._own["report"] = Report(seed)
            self._own["rng"] = self.report.rng
        with self._as_given():
            tree = ast.parse(self._shell.transform_cell(code))
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "<check>", "exec"), self._own)
            shown = last and eval(compile(ast.Expression(last.value), "<check>", "eval"), self._own)
            if shown is not None:
                print(repr(shown))

    def put_right(self, code, names):
        """Run a reference's solution apart, and put what it answers for into the learner's namespace."""
        with self._as_given():
            exec(compile(self._shell.transform_cell(code), "<reference>", "exec"), self._right)
        self._theirs.update({name: self._right[name] for name in names})

    @contextlib.contextmanager
    def _as_given(self):
        """Have names of functions and modules stand for some: ``list = [1, 2]`` and ``np = 3`` wait."""
        given = self._builtins | self._given
        covered = {
            name: value
            for name, value in self._theirs.items()
            if name in given and _does_something(given[name]) and not _does_something(value)
        }
        for name in covered:
            self._theirs[name] = given[name]
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                yield
        finally:
            self._theirs.update(covered)


def _on_copies(function):
    """Return a learner's function that may change what it is given, as it may in the public check."""

    @functools.wraps(function)
    def called(*given, **named):
        return function(*copy.deepcopy(given), **copy.deepcopy(named))

    return called


def _does_something(value):
    return callable(value) or isinstance(value, types.ModuleType)
