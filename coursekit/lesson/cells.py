"""What the cells that have run left undone: names whose last cell stopped, or cannot be read."""

import ast
import re
import sys
import traceback

LEFT = {}  # name -> why the last cell that writes it has not given it its value
WRITES = re.compile(r"^(?:def +)?(\w+)\b *[(=](?!=)", re.MULTILINE)  # in a cell that cannot be read
UNREAD = "Python cannot read your last cell (line {}), so {{name}} is still what it was.\n"
SIGN = "Is a bracket, colon, quote, comma or * missing? Is a ? left in it?"
SEMICOLON = "A ; ends a statement in Python. Which sign stands between two entries?"
STOPPED = "The last cell that writes {{name}} stopped in line {} with {}, before it had its new value.\n"
MADE = "{} should come from the check of an exercise above. Run that check, then this cell again."
CELL = "<module>", "<cell line"  # names of the code of a cell, in this and in older versions of IPython


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


if "IPython" in sys.modules and (shell := sys.modules["IPython"].get_ipython()):
    shell.events.register("post_run_cell", note)
