"""Small changes of a function's syntax tree, each of which undoes a slip of code that a beginner makes.

Nothing here runs anything. A change says which kind of slip it would undo, and in which line.
"""

import ast
from types import FunctionType

import numpy as np

from coursekit.diagnosis.moves import Change, exchanged, moves
from coursekit.diagnosis.reads import DATA

OTHERS = """
whole-division: FloorDiv Div
caret: BitXor Pow
product-sign: MatMult Mult, Mult MatMult
sign: Add Sub, Sub Add
operator: Mult Add, Mult Div, Div Mult, Pow Mult, Add Mult
comparison: Lt Gt, Lt LtE, LtE GtE, LtE Lt, Gt Lt, Gt GtE, GtE LtE, GtE Gt, Eq NotEq, NotEq Eq
and-or: And Or, Or And, BitAnd BitOr, BitOr BitAnd
"""  # kind: an operator and what may stand in its place
OTHERS = [
    (kind, *(getattr(ast, name) for name in pair.split()))
    for kind, _, pairs in (row.partition(":") for row in OTHERS.split("\n"))
    for pair in filter(None, pairs.split(","))
]
ALIKE = ["W1 W2 dW1 dW2", "Z1 A1 z2 p", "sum mean", "max min", "maximum minimum", "value derivative"]
ALIKE += ["argmax argmin", "log log2 log10", "outer dot", "zeros ones", "sin cos exp", "floor round"]
# of an argument: itself, its rows, its columns, the blocks of a pair
SIZES = ["{}", "len({})", "{}.shape[1]", "len({}[1])", "len({}[0])"]
ANEW = {word: [one for one in row.split() if one != word] for row in ALIKE for word in row.split()}


def changes(function, namespace, kinds):
    """Return the changes of some kinds to the tree of a function, the same one at several places together too.

    `namespace` is where the function lives.
    """
    known, found = _Names(function, namespace), [one for one in moves(function) if one.kind in kinds]
    for owner, field, at, node in _places(function):
        for kind, new, part in _anew(owner, field, node, known):
            if kind in kinds:
                line = getattr(node, "lineno", getattr(owner, "lineno", 0))
                if hasattr(node, "lineno"):
                    _located(new, node)
                found.append(Change(kind, line, [(owner, field, at, new)], part, (kind, *_texts(node, new))))
    together = {}
    for one in (one for one in found if not _renames(one, known)):
        together.setdefault(one.key, []).append(one)
    many = [same for key, same in together.items() if key and len(same) > 1]
    return found + [same[0]._replace(edits=[edit for one in same for edit in one.edits]) for same in many]


def _located(new, like):
    """Give the nodes of a change that are new the place of the node that they stand for."""
    if not hasattr(new, "lineno") and isinstance(new, (ast.expr, ast.stmt, ast.keyword)):
        ast.copy_location(new, like)
        for one in ast.iter_child_nodes(new):
            _located(one, like)


def _renames(change, known):
    """Whether a change at all places would only give a variable another name."""
    return change.kind == "name" and change.key[1] in known.made


def _texts(node, new):
    """Return what a change puts for what, to find the same one at another place."""
    if isinstance(node, ast.expr):
        return ast.unparse(node), ast.unparse(new)
    return type(node), type(new) if isinstance(node, ast.operator) else id(node)


class _Names:
    """Which names a function has: its own, those that count in a loop, others that it may mean."""

    def __init__(self, function, namespace):
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        given = [one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)]
        self.given = given
        self.own = list(dict.fromkeys(given + [n.id for n in names if isinstance(n.ctx, ast.Store)]))
        self.made = set(self.own) - set(given)
        loops = [n.target for n in ast.walk(function) if isinstance(n, (ast.For, ast.comprehension))]
        self.counters = {n.id for loop in loops for n in ast.walk(loop) if isinstance(n, ast.Name)}
        read = {node.id: namespace[node.id] for node in names if node.id in namespace}
        self.numbers = {name for name, value in read.items() if isinstance(value, DATA)} - set(self.own)
        self.functions = {name for name, value in list(namespace.items()) if isinstance(value, FunctionType)}

    def instead_of(self, name):
        """Yield (kind, name) of what may be meant by a name."""
        if name in self.own or name in self.numbers:
            for other in self.own:
                if other != name and not (name in self.counters and other not in self.counters):
                    yield ("counter" if {name, other} <= self.counters else "name"), other
        elif name in self.functions:
            for other in self.functions - {name}:
                if other.startswith(name) or name.startswith(other):
                    yield "function", other
        yield from (("function", other) for other in ANEW.get(name, ()) if name not in self.own)


def _places(node):
    """Yield (owner, field, index or None, node) of all parts of a function but its arguments."""
    for field, value in ast.iter_fields(node):
        if field in ("args", "returns", "decorator_list") and isinstance(node, ast.FunctionDef):
            continue
        for at, one in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(one, ast.AST) and not isinstance(one, ast.expr_context):
                yield node, field, at, one
                yield from _places(one)


def _anew(owner, field, node, known):
    """Yield (kind, new node, the part that is meant) of what may stand in place of a node."""
    yield from ((kind, other(), owner) for kind, sign, other in OTHERS if isinstance(node, sign))
    rules = [RULES[type(node)]] if type(node) in RULES else []
    if isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.BinOp)):
        rules.append(_around)
    for make in rules:
        for kind, new in make(owner, field, node, known):
            yield kind, new, owner if kind == "range" and isinstance(node, ast.Constant) else node


def _around(owner, field, node, known):
    """Yield what may stand around a part."""
    if not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
        factor = isinstance(owner, ast.BinOp)
        if isinstance(owner, (ast.Return, ast.Assign, ast.AugAssign, ast.Tuple)) or (
            factor and field == "left"
        ):
            yield "sign", ast.UnaryOp(ast.USub(), node)
        if isinstance(owner, ast.Call) and field == "args":
            yield "sign", ast.UnaryOp(ast.USub(), node)
        if factor and isinstance(owner.op, ast.MatMult):
            yield "transpose", ast.Attribute(node, "T", ast.Load())
        if isinstance(owner, ast.Assign) and isinstance(node, ast.Name):
            yield "copy", ast.Call(ast.Attribute(node, "copy", ast.Load()), [], [])


# Expressions


def _operation(owner, field, node, known):
    a, b = node.left, node.right
    if isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult, ast.Pow)):
        yield "order", ast.BinOp(b, node.op, a)
    parts, signs = _chain(node)
    if 3 <= len(parts) <= 5 and not isinstance(owner, ast.BinOp):
        yield from (("brackets", tree) for tree in _trees(parts, signs))
    if isinstance(a, ast.BinOp):
        yield "brackets", ast.BinOp(a.left, a.op, ast.BinOp(a.right, node.op, b))
    if isinstance(b, ast.BinOp):
        yield "brackets", ast.BinOp(ast.BinOp(a, node.op, b.left), b.op, b.right)
    if isinstance(a, ast.UnaryOp):
        yield "brackets", ast.UnaryOp(a.op, ast.BinOp(a.operand, node.op, b))
    for one, other, first in ((a, b, True), (b, a, False)):  # f(a) - b, f(a - b)
        if isinstance(one, ast.Call) and len(one.args) == 1:
            pair = (one.args[0], other) if first else (other, one.args[0])
            yield "brackets", ast.Call(one.func, [ast.BinOp(pair[0], node.op, pair[1])], one.keywords)
    yield from (("extra", one) for one in (a, b))


def _chain(node):
    """Return (the operands of an arithmetic expression in their order, the operators between them)."""
    if not isinstance(node, ast.BinOp):
        return [node], []
    (left, before), (right, after) = _chain(node.left), _chain(node.right)
    return left + right, [*before, node.op, *after]


def _trees(parts, signs):
    """Return all ways to put brackets into a chain of operations."""
    if len(parts) == 1:
        return parts
    return [
        ast.BinOp(left, signs[at], right)
        for at in range(len(signs))
        for left in _trees(parts[: at + 1], signs[:at])
        for right in _trees(parts[at + 1 :], signs[at + 1 :])
    ]


def _unary(owner, field, node, known):
    yield ("not" if isinstance(node.op, (ast.Not, ast.Invert)) else "sign"), node.operand
    if isinstance(node.operand, ast.BinOp):
        left, sign, right = node.operand.left, node.operand.op, node.operand.right
        yield "brackets", ast.BinOp(ast.UnaryOp(node.op, left), sign, right)


def _name(owner, field, node, known):
    if isinstance(node.ctx, ast.Load) or isinstance(owner, ast.AugAssign):
        around = getattr(getattr(owner, "func", None), "value", None)  # a list that holds itself has no end
        for kind, other in known.instead_of(node.id):
            if getattr(around, "id", None) != other:
                yield kind, ast.Name(other, node.ctx)


def _attribute(owner, field, node, known):
    called = isinstance(owner, ast.Call) and field == "func"
    if node.attr == "T":
        yield ("turned" if isinstance(owner, ast.Return) else "transpose"), node.value
    for other in ANEW.get(node.attr, ()):
        kind = "function" if called or node.attr in ("value", "derivative") else "name"
        yield kind, ast.Attribute(node.value, other, node.ctx)
    if not called and callable(getattr(np.ndarray, node.attr, None)):
        yield "call", ast.Call(node, [], [])


def _subscript(owner, field, node, known):
    if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        yield "index-order", ast.Subscript(node.value, ast.Tuple(node.slice.elts[::-1], ast.Load()), node.ctx)
    if isinstance(node.value, ast.Subscript):
        inner = ast.Subscript(node.value.value, node.slice, ast.Load())
        yield "index-order", ast.Subscript(inner, node.value.slice, node.ctx)
    if isinstance(node.slice, ast.Slice):
        yield "range", node.value


def _constant(owner, field, node, known):
    value = node.value
    if type(value) not in (int, float, bool) or (value not in (0, 1) and type(value) is not int):
        return
    if type(value) is int and value > 1 and isinstance(owner, (ast.Tuple, ast.Assign, ast.Call)):
        for size in (form.format(name) for name in known.given for form in SIZES):
            yield "size", ast.parse(size, mode="eval").body
    kind = "axis" if isinstance(owner, ast.keyword) and owner.arg == "axis" else "number"
    kind = "index" if isinstance(owner, ast.Subscript) or field == "elts" else kind
    kind = "range" if isinstance(owner, ast.Slice) or _calls(owner, "range") else kind
    for other in {bool: (not value,), float: (1 - value,)}.get(type(value), (value - 1, value + 1)):
        if other >= 0:
            yield kind, ast.Constant(other)


def _calls(node, *names):
    return isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) in names


def _call(owner, field, node, known):
    first, words = node.args[:1], [word for word in node.keywords if word.arg != "axis"]
    if _calls(node, "range") and len(node.args) < 3:
        one = ast.Constant(1)
        yield "range", ast.Call(node.func, node.args[1:] or [one, *first], [])
        for sign in (ast.Add(), ast.Sub()):
            yield "range", ast.Call(node.func, [*node.args[:-1], ast.BinOp(node.args[-1], sign, one)], [])
        yield "range", ast.Call(ast.Name("reversed", ast.Load()), [node], [])
    elif len(node.args) == 1 and not node.keywords and not isinstance(first[0], ast.Starred):
        yield ("range" if _calls(node, "reversed") else "extra"), first[0]
        if isinstance(first[0], ast.BinOp):
            inner = first[0]
            yield "brackets", ast.BinOp(ast.Call(node.func, [inner.left], []), inner.op, inner.right)
    if _calls(node, "sum", "mean", "max", "min"):
        if len(words) < len(node.keywords):
            yield "axis", ast.Call(node.func, node.args, words)
        else:
            axes = [ast.keyword("axis", ast.Constant(at)) for at in (0, 1)]
            yield from (("axis", ast.Call(node.func, node.args, [*words, axis])) for axis in axes)
    if len(node.args) == 2 and not _calls(node, "range"):
        yield from (("order", ast.Call(node.func, args, node.keywords)) for args in exchanged(node.args))


def _tuple(owner, field, node, known):
    kind = "returned-order" if isinstance(owner, ast.Return) else "order"
    if not isinstance(owner, ast.Subscript):
        yield from ((kind, ast.Tuple(parts, node.ctx)) for parts in exchanged(node.elts))


def _assign(owner, field, node, known):
    target, value = node.targets[0], node.value
    if len(node.targets) > 1 or isinstance(target, (ast.Tuple, ast.List)):
        return
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, (ast.UAdd, ast.USub)):
        sign = ast.Add() if isinstance(value.op, ast.UAdd) else ast.Sub()
        yield "equals-and-sign", ast.AugAssign(target, sign, value.operand)
    elif not isinstance(owner, ast.FunctionDef) and not (
        isinstance(value, ast.BinOp) and ast.unparse(target) in ast.unparse(value)
    ):
        yield "add-not-assign", ast.AugAssign(target, ast.Add(), value)


def _augmented(owner, field, node, known):
    yield "assign-not-add", ast.Assign([node.target], node.value)


RULES = {
    ast.BinOp: _operation,
    ast.UnaryOp: _unary,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Constant: _constant,
    ast.Call: _call,
    ast.Tuple: _tuple,
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
}
