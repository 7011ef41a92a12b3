"""Changes of a function's syntax tree that put a statement to another place, or leave one out."""

import ast
from itertools import pairwise
from typing import Any, NamedTuple


class Change(NamedTuple):
    """One way to undo a slip: what is put where, as (owner, field, index or None, new value)."""

    kind: str
    line: int
    edits: list
    part: ast.AST | None = None
    key: Any = None  # changes of one key may be wanted at several places at once


def put(edits):
    """Make the edits of a tree; return those that take them back."""
    undo = []
    for owner, field, at, new in edits:
        held = getattr(owner, field)
        undo.append((owner, field, at, held if at is None else held[at]))
        if at is None:
            setattr(owner, field, new)
        else:
            held[at] = new
    return undo[::-1]


def exchanged(parts):
    """Yield a list with two neighbours exchanged, from the first two to the last two."""
    for at in range(len(parts) - 1):
        yield [*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]]


def moves(function):
    """Yield the changes that move a statement, or leave one out."""
    for owner, field, above in _blocks(function, "body", ()):
        block = getattr(owner, field)
        for one, after, other_order in zip(block, block[1:], exchanged(block), strict=False):
            if isinstance(after, ast.Return):  # behind it, a line is left out
                continue
            yield Change("line-order", one.lineno, [(owner, field, None, other_order)])
        for one, other in pairwise(block):
            if isinstance(one, ast.If) and not one.orelse and not isinstance(other, ast.Return):
                edits = [
                    (one, "orelse", None, [other]),
                    (owner, field, None, [st for st in block if st is not other]),
                ]
                yield Change("too-shallow", other.lineno, edits)
        for at, one in enumerate(block):
            if not isinstance(one, (ast.Return, ast.For, ast.If)):
                rest = block[:at] + block[at + 1 :] or [_nothing(one)]
                yield Change("extra-line", one.lineno, [(owner, field, None, rest)])
        loops = isinstance(owner, ast.For)
        for outer, name, at in above:
            loops = loops or isinstance(getattr(outer, name)[at], ast.For)
            yield from _out(owner, field, outer, name, at, loops)
            yield from _in(owner, field, outer, name, at)


def _blocks(owner, field, above):
    """Yield (owner, field, blocks around it, the next one first) of each list of statements."""
    yield owner, field, above
    for at, statement in enumerate(getattr(owner, field)):
        for inner in ("body", "orelse"):
            if getattr(statement, inner, None) and isinstance(statement, (ast.For, ast.If, ast.With)):
                yield from _blocks(statement, inner, ((owner, field, at), *above))


def _nothing(like):
    return ast.copy_location(ast.Pass(), like)


def _out(owner, field, outer, name, at, loops):
    """Yield the changes that move the last statements, or a start, out of a block."""
    block, around = getattr(owner, field), getattr(outer, name)
    for few in range(1, min(3, len(block)) + 1):
        rest, tail = block[:-few] or [_nothing(block[0])], block[-few:]
        kind = "return-inside" if isinstance(tail[-1], ast.Return) and loops else "too-deep"
        where = tail[-1] if kind == "return-inside" else tail[0]
        moved = [*around[: at + 1], *tail, *around[at + 1 :]]
        yield Change(kind, where.lineno, [(owner, field, None, rest), (outer, name, None, moved)])
    for i, one in enumerate(block):
        if isinstance(one, ast.Assign) and loops:
            rest = block[:i] + block[i + 1 :] or [_nothing(one)]
            moved = [*around[:at], one, *around[at:]]
            yield Change("start-inside", one.lineno, [(owner, field, None, rest), (outer, name, None, moved)])


def _in(owner, field, outer, name, at):
    """Yield the changes that move the statement after, or before, a block into it."""
    block, around = getattr(owner, field), getattr(outer, name)
    if at + 1 < len(around) and not isinstance(around[at + 1], ast.Return):
        edits = [(owner, field, None, [*block, around[at + 1]])]
        edits.append((outer, name, None, around[: at + 1] + around[at + 2 :]))
        yield Change("too-shallow", around[at + 1].lineno, edits)
    for i, one in enumerate(around[:at]):
        if isinstance(one, ast.Assign):
            edits = [(owner, field, None, [one, *block]), (outer, name, None, around[:i] + around[i + 1 :])]
            yield Change("start-outside", one.lineno, edits)
