"""What knows the answers of a lesson: kept beside the lessons, so that no page of them gives these away."""

import ast
import difflib
import re
import sys
import traceback
from dataclasses import replace
from functools import cache
from inspect import signature

from coursekit.diagnosis.reads import called
from coursekit.lesson.exercises import Part, Verdict, _is_stub
from coursekit.lesson.files import lessons
from coursekit.lesson.progress import keep

HOW = (
    'Without buttons, put your letters into the call, as in run_check("{}", "a", "c", "b"), and run the cell.'
)

LEFT = {}  # name -> why the last cell that writes it has not given it its value
WRITES = re.compile(r"^(?:def +)?(\w+)\b *[(=](?!=)", re.MULTILINE)  # in a cell that cannot be read
UNREAD = "Python cannot read your last cell (line {}), so {{name}} is still what it was.\n"
SIGN = "Is a bracket, colon, quote, comma or * missing? Is a ? left in it?"
SEMICOLON = "A ; ends a statement in Python. Which sign stands between two entries?"
STOPPED = "The last cell that writes {{name}} stopped in line {} with {}, before it had its new value.\n"
MADE = "{} should come from the check of an exercise above. Run that check, then this cell again."
CELL = "<module>", "<cell line"  # names of the code of a cell, in this and in older versions of IPython


def run_check(name, *letters):
    """Return the verdict on an exercise, recorded if it passed; or display the questions of a lesson.

    Parameters
    ----------
    name : str
        "03-by-hand" calls `by_hand` of `checks/03.py`, with what its arguments stand for in the notebook.
    *letters : str
        Answers to the questions, where there are no buttons.
    """
    known = sys._getframe(1).f_globals
    names = signature(_find(name, name[3:])).parameters
    if left := [each for each in names if each in LEFT and each not in known]:
        said = LEFT[left[0]].replace("{name} is still what it was", "{name} is not there yet")
        return Verdict(name, (Part("your last cell", "not yet", said.replace("{name}", left[0])),))
    found = _call(name, name[3:], known)
    if isinstance(found, Verdict):
        return keep(name[:2], _of_other_names(_of_last_cells(found, name), names, known))
    found[-1].how = HOW.format(name)
    letters = re.findall(r"\w", letters[0]) if len(letters) == 1 and isinstance(letters[0], str) else letters
    for question, letter in zip(found, letters, strict=False):
        print(question.answer(letter))
    if not letters:
        from IPython.display import display  # seldom needed, and slow to load

        display(*found)


def _of_last_cells(verdict, name):
    """Return a verdict; where the last cell that writes an answer has not made it, only that.

    The answer is still what an earlier cell made it then.
    """
    names = [each for each in signature(_find(name, name[3:])).parameters if each in LEFT]
    said = [LEFT[each].replace("{name}", each) for each in names]
    return replace(verdict, parts=(Part("your last cell", "not yet", said[0]),)) if said else verdict


def _of_other_names(verdict, names, known):
    """Return a verdict; where nothing is attempted, and a function has nearly a stub's name, with that."""
    if any(part.status != "not attempted" for part in verdict.parts):
        return verdict
    others = [each for each, value in known.items() if callable(value) and each not in names]
    for each in [each for each in names if _is_stub(known[each])]:
        for near in difflib.get_close_matches(each, others, n=1, cutoff=0.9):
            said = f"{near} is there, and {each} is untouched. Which of the two names does the task give?"
            return replace(verdict, parts=(*verdict.parts, Part("another name", "not yet", said)))
    return verdict


def note(result):
    """Keep in LEFT which names a cell of the notebook that has run did not give their value, and why."""
    cell = re.sub(r"^%+\w* ?", "", result.info.raw_cell, flags=re.MULTILINE)  # magic words
    error = result.error_before_exec or result.error_in_exec
    try:
        written, said, missed = _written(cell), "", []
        if error:
            steps = traceback.extract_tb(error.__traceback__)
            line = next((step.lineno for step in steps if step.name.startswith(CELL)), 0)
            said = STOPPED.format(line, type(error).__name__) + _explained(error)
            missed = [each for each, last in written.items() if last >= line]
    except SyntaxError as unread:
        written = WRITES.findall(cell)
        said = UNREAD.format(unread.lineno) + (SEMICOLON if ";" in (unread.text or "") else SIGN)
        missed = written if isinstance(error, SyntaxError) else []
    for each in written:
        LEFT.pop(each, None)
    LEFT.update(dict.fromkeys(missed, said))
    if isinstance(error, NameError) and (error.name or "").endswith("_verdict"):
        print(MADE.format(error.name))


def _explained(error):
    """Return what an error of a cell means, and a question."""
    from coursekit.diagnosis.errors import explain_stop  # seldom needed, and slow to load

    return explain_stop(None, error)[0].partition("\n")[2]


def _written(cell):
    """Return {name: last line of the statement} of what a cell defines or assigns."""
    found = {}
    for statement in ast.parse(cell).body:
        defines = isinstance(statement, (ast.FunctionDef, ast.ClassDef))
        names = [node for node in ast.walk(statement) if isinstance(getattr(node, "ctx", None), ast.Store)]
        names = [statement.name] if defines else [node.id for node in names if isinstance(node, ast.Name)]
        found |= dict.fromkeys(names, statement.end_lineno)
    return found


def ready(name):
    """Return the course's own solution of an exercise, to go on with: "07-first" is `ready_first`."""
    return _call(name, f"ready-{name[3:]}", sys._getframe(1).f_globals)


def own_lines(function, *names):
    """Return a part, not passed, for each function of the course that a learner's function calls."""
    said = "Your function calls {}. Which lines give the same without it?"
    found = [name.rstrip(".") for name in called(function, names)]
    return [Part("your own lines", "not yet", said.format(name)) for name in found]


@cache
def _functions(path, written):
    """Return what a file of checks defines, which is read once for each time at which it was written."""
    functions = {"__name__": path.stem}
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), functions)
    return functions


def _find(name, function):
    path = lessons() / "checks" / f"{name[:2]}.py"
    functions = _functions(path, path.stat().st_mtime_ns) if path.exists() else {}
    if (found := functions.get(function.replace("-", "_"))) is None:
        raise ValueError(f"no check is called {name!r}. Are lesson and coursekit of the same version?")
    return found


def _call(name, function, known):
    found = _find(name, function)
    names = signature(found).parameters
    if missing := [each for each in names if each not in known]:
        asked = "Which cell above have you not run? Or is a name misspelt in it?"
        raise NameError(f"{' and '.join(missing)} not there yet. {asked}")
    return found(*(known[each] for each in names))


if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()):
    shell.events.register("post_run_cell", note)
