"""The tables of mistakes: rows of `mistakes.txt`, read when they are first asked for.

A row is a name, what stands in the slot then, as an expression of numpy, what was done, and a question. The
arrays that an expression names are those of the pass or step, which is an argument of `make`.
"""

from functools import cache, partial
from pathlib import Path
from textwrap import wrap

import numpy as np

from coursekit.activations import ACTIVATIONS, sigmoid, sigmoid_derivative
from coursekit.diagnosis.engine import Mistake, forms, stretched
from coursekit.losses import point_losses

FILE = Path(__file__).with_name("mistakes.txt")
NUMPY = """
abs any arange arctan array broadcast_to clip column_stack concatenate cos cosh cumprod cumsum diff exp expm1 flip floor full
full_like isfinite isnan linalg log log10 log1p log2 logaddexp max maximum mean median min minimum nan_to_num
ones ones_like outer pi prod reciprocal roll round sign sin sort sqrt square std sum tanh trunc var where zeros
zeros_like
"""
SUMMED = ("left2", "slope", "left1")  # in these slots a choice of points is that of the slot "points"
PLACES = {"A1": "A", "Z1": "Z1"}  # {x} in a row: in words, and in an expression


def rounded(values, digits=(1, 2, 3, 4, 5)):
    """Return values with few digits behind the point."""
    return [np.round(values, few) for few in digits]


def means(values):
    """Return the means over all entries, and along each axis."""
    return [values.mean(axis) for axis in (None, *range(values.ndim))]


def shares(z):
    """Return the softmax of z over all entries, and along each axis."""
    return [np.exp(z) / np.exp(z).sum(axis, keepdims=True) for axis in (None, *range(z.ndim))]


def if_nan(values):
    """Return values of which some are no number, or None."""
    return values if np.isnan(values).any() else None


def multiple(of, like):
    """Return the multiple of `like`, or of each of many with as many axes, that comes nearest to an array.

    What is hardly another number than 1 is none: then something is rounded.
    """
    axes = tuple(range(-np.ndim(of), 0))
    like = np.broadcast_to(like, np.broadcast_shapes(np.shape(like), np.shape(of)))
    size = (of * like).sum(axes, keepdims=True) / (like * like).sum(axes, keepdims=True)
    return like * np.where(abs(size - 1) < 0.01, 1, size)


def without(array, axis, at):
    """Return an array with zeros at one place of an axis."""
    kept = np.array(array)
    np.moveaxis(kept, axis, 0)[at] = 0
    return kept


def last_row(block, values):
    """Return dW1, or many of them, with another bias row."""
    row = np.broadcast_to(values, block[..., 2:, :].shape)
    return np.concatenate([block[..., :2, :], row], -2)


def last_entry(block, values):
    """Return dW2, or many of them, with another entry of the output bias."""
    return np.concatenate([block[..., :-1], np.broadcast_to(values, block[..., -1:].shape)], -1)


def beside(bias, columns, ones=1.0):
    """Put the column of the output bias beside the units, where there is one."""
    return np.column_stack([columns, np.full(len(columns), ones)]) if bias else columns


FAR = (0.2, 0.1, 0.05, 1e-2, 1e-3, 1e-4, 1e-5)  # epsilons that change usual numbers
NEAR = [10.0**-k for k in range(6, 18)]  # and such as keep only 0 and 1 away
FUNCTIONS = [sigmoid, sigmoid_derivative, point_losses]
FUNCTIONS += [rounded, means, shares, if_nan, multiple, without, last_row, last_entry]
NAMES = {function.__name__: function for function in FUNCTIONS}
NAMES |= {name: getattr(np, name) for name in NUMPY.split()}
NAMES |= {"FAR": FAR, "NEAR": NEAR, "ACTIVATIONS": ACTIVATIONS}


@cache
def _read():
    """Return (the questions by their names, title -> the cells of its rows)."""
    questions, rows, title = {}, {}, None
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            title = line.strip("[]")
        elif line and title is None and not line.startswith("#"):
            name, _, question = line.partition(" = ")
            questions[name] = question
        elif line and not line.startswith("#"):
            rows.setdefault(title, []).append(line.split(" | "))
    return questions, rows


@cache
def table(title):
    """Return the mistakes of one table, usual ones first; the last word of its title is their slot."""
    questions, rows = _read()
    slot, made = title.split()[-1], []
    for slug, formula, what, question in rows[title]:
        question = questions.get(question, question)
        if slug == "kinds":
            made += _kinds(slot, formula, what, question)
            continue
        for words, names in _variants(slug + formula + what):
            make = partial(_value, _code(_put(formula, names))) if formula != "-" else None
            made.append(_mistake(slug, slot, make, what, question, words))
    return sorted(made, key=lambda mistake: not mistake.usual)


def at_a_glance(width=150):
    """Return the slots of a backward pass on one screen, each with the names of what may stand in it wrongly.

    Usual ones have a *, those that fit by chance a ~; `each, along: e` are the rows of these two, made of e.
    """
    every = _read()[1]
    lines = []
    for title in [*every][: [*every].index("formula sigmoid")]:
        names = [f"each, along: {row[1]}" if row[0] == "kinds" else row[0] for row in every[title]]
        text = f"{title.upper()}: {', '.join(names)}"
        lines += wrap(text, width, subsequent_indent="    ", break_on_hyphens=False)
    return "\n".join(lines)


def _mistake(slug, slot, make, what, question, marks):
    name = _put(slug.lstrip("*~"), marks)
    return Mistake(name, slot, make, _put(what, marks), question, slug.startswith("*"), "~" in slug)


def _variants(text):
    """Return what to put for the marks in a row: (in words, in the expression)."""
    if "{name}" in text:
        return [({"name": name}, {"name": name}) for name in ACTIVATIONS]
    return [({"x": x}, {"x": at}) for x, at in PLACES.items()] if "{x}" in text else [({}, {})]


def _put(text, marks):
    for mark, value in marks.items():
        text = text.replace(f"{{{mark}}}", value)
    return text


def _kinds(slot, formula, what, question):
    """Yield what may happen to any array, for one, `array > value` with what is made of it then.

    `what` holds its name, its words, and what its axes count.
    """
    (s, A, *axes), (of, *then), rows = what.split(", "), map(_code, formula.split(" > ")), _read()[1]
    is_block = formula == "block"  # a finished block: many at once, so axes are counted from the last
    for slug, each, said, asked in () if is_block else rows["each"]:
        marks = {"s": s, "A": A}
        asked = question if asked == "-" else _put(_read()[0].get(asked, asked), marks)
        yield _mistake(slug, slot, partial(_kind, of, _code(each), then, None), said, asked, marks)
    for k, one in enumerate(axes):
        marks, axis = {"s": s, "A": A, "one": one}, k - len(axes) if is_block else k
        for slug, along, said, asked in rows["along"]:
            if one == "point" and "without" in along and slot in SUMMED:
                continue  # that is a choice of points, a slot of its own
            asked = question if asked == "-" else _put(asked, marks)
            yield _mistake(slug, slot, partial(_kind, of, _code(along), then, axis), said, asked, marks)


@cache
def _code(formula):
    return compile(formula, f"<{FILE.name}: {formula}>", "eval"), " for " in formula


def _evaluated(code, names):
    code, has_loop = code  # what is inside of a comprehension sees globals alone
    return eval(code, NAMES | names) if has_loop else eval(code, NAMES, names)


def _value(code, c, block=None):
    return _evaluated(code, vars(c) if block is None else vars(c) | {"block": block})


def _kind(of, code, then, axis, c, block=None):
    array = _value(of, c, block)
    made = forms(_evaluated(code, {"a": array, "k": axis}))
    wide = [form for form in (stretched(form, array.shape) for form in made) if form is not None]
    return [_evaluated(then[0], vars(c) | {"a": form}) for form in wide] if then else wide
