"""What a learner's values earn: compared with the reference's, outside of the learner's kernel."""

import ast
import builtins
import re
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

from coursekit.classroom.apart.bundle import NoValue, unpack
from coursekit.classroom.records import PartGrade, Step
from coursekit.lesson.exercises import compare

TIGHTEST = 1e-6  # float32 has no more digits, and a right answer may be one
WORDS = Path(__file__).with_name("common_words.txt")  # of errors: no learner learns a hidden check from them
STOCK = frozenset(WORDS.read_text(encoding="utf-8").split())
SIGNATURE = "(n?,k),(k,m?)->(n?,m?)"  # of @, in numpy's words
NO_RETURN = "Is a return missing, or a part of it not written?"
KINDS = {name for name in dir(builtins) if name[0].isupper()} | {"AxisError", "LinAlgError", "OutOfTime"}
KINDS |= {"ArrayMemoryError", "UFuncTypeError", "UFuncNoLoopError", "UFuncOutputCastingError"}


def score(cell, part, entries, stopped, own):
    """Return what one check earned, a PartGrade.

    The cell is from `coursekit.classroom.apart.engine.run_notebook`; a part has points, and the answers that
    it builds on; the entries are what the reference reported; in `stopped` stand errors of answers, by cell;
    words of the learner's own text may be said again.
    """
    reported = {}
    for entry in cell["values"]:
        if isinstance(entry.get("name"), str):
            reported.setdefault(entry["name"], entry)
    entries = [entry for entry in entries if entry["weight"]]
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


def doubts(cell, entries):
    """Return the names of what the reference reports without weight, and what is True of this cell's."""
    true = [entry.get("name") for entry in cell["values"] if entry.get("value") == {"truth": True}]
    return [entry["name"] for entry in entries if not entry["weight"] and entry["name"] in true]


def _step(expected, received, own):
    """Compare one value with the reference's."""
    step = Step(expected["name"])
    if received is None:
        return replace(step, message="not run: nothing was reported")
    if "error" in received:
        said = f"your code stopped with {sayable(str(received['error']), own)}"
        return replace(step, message=f"{said}. {NO_RETURN}" if "NoneType" in said else said)
    try:
        value, right = unpack(received.get("value")), unpack(expected["value"])
    except (ValueError, TypeError):
        return replace(step, message="what was reported is no value")
    value = _quiet(value, right, own)
    if value is None or (isinstance(value, tuple) and any(one is None for one in value)):
        return replace(step, message=f"there is no value, but None. {NO_RETURN}")
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
    """
    error = re.sub(r" \(/\S+\)$", "", error)
    error = re.sub(r" \((?:<[^>]*>|\S+\.py), (line \d+)\)$", r" (\1)", error)  # the file says nothing
    if _is_said(error, own):
        return error
    kind = error.partition(":")[0]
    kind = kind if _is_said(kind, own) else "an error"
    return f"{kind} (its words are not shown: try your function on points of your own)"


@cache
def _refusals():
    """Return the words with which coursekit refuses an argument: what its lines that raise say."""
    package, said = WORDS.parents[1], []
    for path in (path for place in ("*.py", "sweeps/*.py", "descent/*.py") for path in package.glob(place)):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            texts = ast.walk(node) if isinstance(node, ast.Raise) or path.stem == "_validation" else ()
            values = [one.value for one in texts if isinstance(one, ast.Constant)]
            said += [value for value in values if isinstance(value, str)]
    return STOCK.union(_words_of(" ".join(said).lower()))


def _words_of(text):
    return re.findall(r"[^\W\d_]+", text)


def _is_said(text, own):
    words = _words_of(text.replace(SIGNATURE, ""))
    known = _refusals() if " must " in text or "coursekit" in text else STOCK
    known = known.union(_words_of(own.lower()))
    plain = all(word.lower() in known or word in KINDS for word in words)
    few = len(words) <= 40 and sum(len(word) == 1 for word in words) <= 6
    signs = len(re.findall(r"\d", text)) <= 24 and len(re.findall(r"[^\w ]", text)) <= 30
    return plain and few and signs and len(text) <= 300
