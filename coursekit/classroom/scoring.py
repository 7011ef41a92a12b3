"""What a learner's values earn: compared with the reference's, outside of the learner's kernel."""

import builtins
import re
from dataclasses import replace
from importlib import import_module

from coursekit.classroom.apart.bundle import NoValue, unpack
from coursekit.classroom.records import PartGrade, Step
from coursekit.lesson.exercises import compare

TIGHTEST = 1e-6  # float32 has no more digits, and a right answer may be one
WORDS = """
a above accepts accessing add added after again against all allocate allowed along already ambiguous an and
another any are aren argument arguments array arrays as asked assigned associated at attribute axes axis be
because been before below between bool boolean both bound bounds bracket broadcast broadcasted broadcasting
but by bytes call callable called can cannot cast casting cause cell cells character circular class classes
closed cls code comma compatible complex concatenate concatenated concatenation condition contiguous
conversion convert converted core correct could count cyclic data decimal defined deleted denied deprecated
depth dict dictionary did different digit dimension dimensional dimensions dims directory divide division do
does doesn domain don dot dtype dtypes each either element elements elementwise empty end ended enough eof
eol eq equal error exactly exceeded expect expected expression failed false fields file first float floating
floats for forgot format forward found from frozen function gave generator gib given got gufunc has hashable
have hex hint host i identifier if ignored illegal implemented import in incompatible incorrect indent
indentation index indexable indices inf infinity inhomogeneous init initialized input inputs instance int
integer integers invalid is isn it item items iterable iterator iterators its j k kernel key keys keyword
lambda large leading least left len length letter likely line list literal local long loop loops loss lower
m main malformed many match matching math matmul matrix maximum maybe mb mean meant memory message method
mib minus mismatch missing mode modify module moment more most multiple multiply must mutable n name named
names nan ndarray need needs negative new next no non none not nothing null number numeric numpy object of
on once ones only open operand operands operation operator operators or order out output over overflow owner
parameter parentheses parenthesis parse part partially perhaps permitted pickle points positional positive
power practice previous print product python quit raise ran range rank read real received recursion
reduction referenced refers requested required result return returned right root rule s safe same scalar
scalars second seconds self sequence sequences set setting shape shapes shorter should sides signature
signed single singular size sizes slice slopes something square stack starting statement step stop stopped
str string strings subclass subscriptable subtract such sum support supported syntax system t take takes
target term terminated the them this time to together too took trial tried true truth tuple tuples two type
types ufunc ufuncs unable unbound unexpected unexpectedly unhashable unindent unknown unmatched unpack
unsigned unsupported unterminated upper use used using valid value values variable vector was were when
where which while with without wrapper wrong x y you zero
"""
STOCK = frozenset(WORDS.split())  # words of common errors: no learner learns a hidden check from them
KINDS = {name for name in dir(builtins) if name[0].isupper()} | {"AxisError", "LinAlgError", "OutOfTime"}
KINDS |= {"ArrayMemoryError", "UFuncTypeError", "UFuncNoLoopError", "UFuncOutputCastingError"}


def score(cell, part, entries, stopped, own):
    """Return what one check earned.

    Parameters
    ----------
    cell : dict
        name, values and error, from `coursekit.classroom.apart.engine.run_notebook`.
    part : dict
        points; answers, the cells that it builds on.
    entries : list of dict
        What the reference reported.
    stopped : dict
        Cell of an answer -> the error that stopped it.
    own : str
        What the learner wrote: words of their own may be said again.

    Returns
    -------
    PartGrade
    """
    reported = {}
    for entry in cell["values"]:
        if isinstance(entry.get("name"), str):
            reported.setdefault(entry["name"], entry)
    steps = tuple(_step(entry, reported.get(entry["name"]), own) for entry in entries)
    weights = [entry["weight"] for entry in entries]
    right = sum(weight for weight, step in zip(weights, steps, strict=True) if step.passed)
    earned = round(part["points"] * right / sum(weights), 4)
    why = []
    if right < sum(weights):
        found = [(name, stopped[name]) for name in part["answers"] if name in stopped]
        if len(reported) < len(entries) and cell["error"]:
            found.append(("the check", cell["error"]))
        why = [f"{name} stopped with {sayable(error, own)}" for name, error in found]
    return PartGrade(cell["name"], part["points"], earned, steps, tuple(why))


def _step(expected, received, own):
    """Compare one value with the reference's."""
    step = Step(expected["name"])
    if received is None:
        return replace(step, message="not run: nothing was reported")
    if "error" in received:
        return replace(step, message=f"your code stopped with {sayable(str(received['error']), own)}")
    try:
        value, right = unpack(received.get("value")), unpack(expected["value"])
    except (ValueError, TypeError):
        return replace(step, message="what was reported is no value")
    value = _quiet(value, right, own)
    if isinstance(value, NoValue):
        return replace(step, message=f"received {value}, which is no number, array or text")
    part = compare(
        expected["name"],
        value,
        right,
        tolerance=max(TIGHTEST, expected["tolerance"]),
        diagnose=_diagnosis(expected) if expected["diagnose"] else None,
    )
    return Step(part.name, part.status == "passed", part.message or part.status, part.answer, part.mistake)


def _diagnosis(entry):
    """Return a function that asks the diagnosis that the check named."""
    module, _, name = entry["diagnose"].rpartition(".")
    diagnose = getattr(import_module(module), name)
    given = unpack(entry["given"]) or ()
    return lambda value: diagnose(value, *given)


def _quiet(value, right, own):
    """Return a value without words that nobody asked for, since these could be a hidden check's."""
    if isinstance(value, tuple):
        rights = right if isinstance(right, tuple) and len(right) == len(value) else [None] * len(value)
        return tuple(_quiet(*pair, own) for pair in zip(value, rights, strict=True))
    if isinstance(value, NoValue):
        return value if _is_said(repr(value), own) else NoValue("something else")
    if isinstance(value, str):
        asked = isinstance(right, str)
        same = asked and value.strip().lower() == right.strip().lower()
        return value if same or (asked and _is_said(value, own)) else NoValue("str")
    return value


def sayable(error, own):
    """Return what may be said of an error: its words where they are common or the learner's own.

    A learner's code could put the text of a hidden check into the words of an exception.

    Parameters
    ----------
    error, own : str

    Returns
    -------
    str
    """
    error = re.sub(
        r" \((?:<[^>]*>|\S+\.py), (line \d+)\)$", r" (\1)", error
    )  # of a cell: its file says nothing
    if _is_said(error, own):
        return error
    kind = error.partition(":")[0]
    kind = kind if _is_said(kind, own) else "an error"
    return f"{kind} (its words are not shown: try your function on points of your own)"


def _is_said(text, own):
    words = re.findall(r"[^\W\d_]+", text)
    known = STOCK.union(re.findall(r"[^\W\d_]+", own.lower()))
    plain = all(word.lower() in known or word in KINDS for word in words)
    few = len(words) <= 40 and sum(len(word) == 1 for word in words) <= 6
    signs = len(re.findall(r"\d", text)) <= 24 and len(re.findall(r"[^\w ]", text)) <= 30
    return plain and few and signs and len(text) <= 300
