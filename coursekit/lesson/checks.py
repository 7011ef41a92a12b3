"""What knows the answers of a lesson: kept beside the lessons, so that no page of them gives these away."""

import difflib
import re
import sys
from dataclasses import replace
from functools import cache
from inspect import signature

from coursekit.diagnosis.reads import called
from coursekit.lesson.cells import LEFT
from coursekit.lesson.exercises import Part, Verdict, is_stub
from coursekit.lesson.files import lessons
from coursekit.lesson.progress import keep

HOW = (
    'Without buttons, put your letters into the call, as in run_check("{}", "a", "c", "b"), and run the cell.'
)


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
    others = [each for each, value in known.items() if callable(value) and f"my_{each}" not in names]
    others = [each for each in others if each not in names]
    for each in [each for each in names if is_stub(known[each])]:
        for near in difflib.get_close_matches(each, others, n=1, cutoff=0.9):
            said = f"{near} is there, and {each} is untouched. Which of the two names does the task give?"
            return replace(verdict, parts=(*verdict.parts, Part("another name", "not yet", said)))
    return verdict


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
