"""Which line of a learner's function holds a slip of code? A small change of it that makes all right proves it.

What is said is a question about the learner's line; the changed one is never shown.
"""

import ast
import contextlib
from collections import ChainMap
from functools import cache
from pathlib import Path

import numpy as np

from coursekit.diagnosis.moves import Change, put
from coursekit.diagnosis.slips import changes
from coursekit.diagnosis.tries import source_of, tries

WORDS = Path(__file__).with_name("slips.txt")
NEW = "append clip concatenate delete exp hstack insert multiply sort subtract sum vstack where"  # arrays
ENOUGH = 20  # what must be proven where a change is of a doubtful kind, or makes a part of it all right
PARTLY = "That is not all, but more is right then."


def slip_in(function, trials, is_named=False):
    """Return what to ask about a function that is wrong, or None where no small change of it proves a slip.

    Parameters
    ----------
    function : callable
    trials : list of (tuple, object, callable)
        Arguments, the expected value, and what says how a returned one differs from it, or nothing.
    is_named : bool
        Whether several mistakes at once would explain it: then a name by chance, or a part, is no proof.
    """
    with contextlib.suppress(Exception):  # a learner's code may do anything
        if source := source_of(function):
            judges = [(given, _judge(gap, expected)) for given, expected, gap in trials]
            search = _Search(source, tries(source, judges), [_weight(expected) for _, expected, _ in trials])
            return search.asked(is_named)
    return None


def added_to_empty(function):
    """Return what to ask about an array of a function that np.empty makes and a line adds to, or None.

    What it holds at first is chance, so no number tells.
    """
    with contextlib.suppress(Exception):
        if source := source_of(function):
            nodes = list(ast.walk(source.tree))
            made = {ast.unparse(one.targets[0]): one for one in nodes if _is_empty(one)}
            filled = {_name(target) for one in nodes if isinstance(one, ast.Assign) for target in one.targets}
            added = [_name(one.target).partition("[")[0] for one in nodes if isinstance(one, ast.AugAssign)]
            for name in [name for name in added if name in made and f"{name}[" not in filled]:
                return _asked(source, Change("empty", made[name].lineno, []))
    return None


def lost(function):
    """Return what to ask about a line of a function that works something out and keeps it nowhere, or None."""
    with contextlib.suppress(Exception):
        if source := source_of(function):
            alone = [node for node in ast.walk(source.tree) if isinstance(node, ast.Expr)]
            for node in [node for node in alone if _is_worked_out(node.value)]:
                return _asked(source, Change("lost", node.lineno, []))
    return None


def _is_worked_out(node):
    """Whether an expression changes nothing: arithmetic, or a function of numpy that gives a new array."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return ast.unparse(node.func.value) == "np" and node.func.attr in NEW.split()
    return isinstance(node, (ast.BinOp, ast.UnaryOp))


def _is_empty(node):
    value = node.value if isinstance(node, ast.Assign) else None
    return isinstance(value, ast.Call) and ast.unparse(value.func).endswith((".empty", ".empty_like"))


def _name(target):
    """Return the name that a statement writes to, with a bracket where it writes into it."""
    inside = isinstance(target, ast.Subscript)
    return f"{ast.unparse(target.value if inside else target)}{'[' * inside}"


class _Search:
    """The tries of one function: how much of each trial was right before, how much each trial proves."""

    def __init__(self, source, run, weights):
        self.source, self.run, self.weights = source, run, weights
        self.before = run([-1] * len(weights))

    def asked(self, is_named):
        """Return the question, or None."""
        loops, plain, clear, doubtful = _kinds()
        weight = sum(self.weights)
        if min(self.before) == 1:  # it does something else now than it did
            return None
        clear = [kind for kind in clear if kind != "name" or not is_named]
        works, better = self.tried(loops + plain + clear + doubtful * (weight >= ENOUGH and not is_named))
        if works or is_named:
            return _asked(self.source, works[0]) if works else None
        first = self.first_of_two(better, loops, loops + clear) if weight >= 2 * ENOUGH else None
        first = first or next((one for one in better if one.kind in loops + plain), None)
        return first and f"{_asked(self.source, first)}\n{PARTLY}"

    def first_of_two(self, better, loops, kinds):
        """Return the earlier one of two changes that make all right together, or None."""
        pairs = [(first, kinds) for first in better if first.kind in kinds][:6]
        with contextlib.suppress(TimeoutError):
            for first, others in pairs + [(first, loops) for first in self.changes(loops)]:
                undo = put(first.edits)
                try:
                    second, _ = self.tried(others)
                finally:
                    put(undo)
                if second:
                    return min(first, second[0], key=lambda one: (one.line, kinds.index(one.kind)))
        return None

    def changes(self, kinds):
        """Return the changes of some kinds, in their order."""
        found = changes(self.source.tree, self.source.function.__globals__, kinds)
        return sorted(found, key=lambda one: (kinds.index(one.kind), one.line))

    def tried(self, kinds):
        """Return (changes that make all right, changes that make more right), the clearest first."""
        works, better = [], []
        for change in self.changes(kinds):
            if works and change.kind != works[0].kind:
                break
            undo = put(change.edits)
            try:
                shares = self.run(self.before)
            except (SyntaxError, ValueError, TypeError):  # a tree that is no program
                continue
            except TimeoutError:
                if works or better:
                    break
                raise
            finally:
                put(undo)
            works += [change] if shares and min(shares) == 1 else []
            better += [change] if shares and min(shares) < 1 and self.is_more(shares) else []
        return works, better

    def is_more(self, shares):
        """Whether more is right than before, and not by chance."""
        rows = list(zip(shares, self.before, self.weights, strict=True))
        return all(now >= was for now, was, _ in rows) and any(
            now > was for now, was, weight in rows if weight >= ENOUGH
        )


# What a try proves


def _judge(gap, expected):
    """Return what says which share of a value is right: 1 if all, less for some of its arrays."""
    blocks = expected if isinstance(expected, tuple) else (expected,)
    heavy = [at for at, block in enumerate(blocks) if _weight(block) >= ENOUGH]

    def share(value):
        values = tuple(value) if isinstance(expected, tuple) else (value,)
        if len(values) != len(blocks):
            return 0.0
        near = [_is_near(*pair) for pair in zip(values, blocks, strict=True)]
        if all(near) and gap(value, expected) is None:
            return 1.0
        fine = [at for at in heavy if near[at] and gap(values[at], blocks[at]) is None]
        return len(fine) / (len(blocks) + 1)

    return share


def _is_near(value, expected):
    """Whether a value is about an expected one: in little time, for most are not."""
    if isinstance(expected, tuple):
        return len(value) == len(expected) and all(map(_is_near, value, expected))
    if isinstance(expected, (bool, str)):
        return value == expected
    got, want = np.asarray(value, np.float64), np.asarray(expected, np.float64)
    return got.shape == want.shape and bool(
        ((got == want) | (abs(got - want) <= 1e-2 * (1 + abs(want)))).all()
    )


def _weight(expected):
    """Return about how many bits a value has to be right by chance: a share such as 3/5 has few."""
    if isinstance(expected, tuple):
        return sum(map(_weight, expected))
    if isinstance(expected, (bool, str)):
        return 1
    numbers = np.unique(np.asarray(expected, np.float64))
    if np.asarray(expected).dtype == bool:
        return np.size(expected) if len(numbers) > 1 else 1
    return sum(
        4 if any(abs(n * one - round(n * one)) < 1e-9 for n in range(1, 20)) else 20 for one in numbers
    )


# Words


def _asked(source, change):
    """Return the question of a change."""
    text = " ".join(source.lines[change.line - 1].split())
    line = f"line {change.line}, `{text if len(text) <= 70 else f'{text[:67]}...'}`"
    part = ast.unparse(change.part) if change.part else ""
    said = ChainMap(*_parts())[change.kind].format(line=line, part=part)
    return said[0].upper() + said[1:]


@cache
def _parts():
    """Return the three parts of the table, each {kind: words}."""
    text = "\n".join(row for row in WORDS.read_text(encoding="utf-8").splitlines() if not row.startswith("#"))
    return [dict(row.split(" | ") for row in part.split("\n")) for part in text.strip().split("\n\n")]


def _kinds():
    return [list(part) for part in _parts()]
