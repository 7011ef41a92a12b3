"""Reading a lesson: its cells, the attempts and solutions of its exercises, and how much it holds."""

import ast
import json
import linecache
import re
import tomllib
from pathlib import Path

from execute_notebooks import NOTEBOOKS, lessons

ATTEMPTS = Path(__file__).parent / "attempts"
SOLUTION = re.compile(r"<summary>Solution</summary>.*?```python\n(.*?)```", re.DOTALL)

__all__ = [
    "NOTEBOOKS",
    "attempts",
    "cells",
    "checks",
    "code_of",
    "counts",
    "exercises",
    "lessons",
    "run",
    "solutions",
]


def cells(path):
    """Return {cell id: cell} in the order of the notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return {cell["id"]: cell for cell in notebook["cells"]}


def code_of(path):
    """Return {cell id: source} of the code cells."""
    return {
        name: "".join(cell["source"]) for name, cell in cells(path).items() if cell["cell_type"] == "code"
    }


def checks(path):
    """Return {name: source} of the functions that know the answers of a lesson."""
    text = (path.parent / "checks" / f"{path.name[:2]}.py").read_text(encoding="utf-8")
    functions = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    return {node.name: ast.get_source_segment(text, node) for node in functions}


def exercises(path):
    """Return the slugs of the exercises: ids that end in -attempt, without that ending."""
    return [name.removesuffix("-attempt") for name in code_of(path) if name.endswith("-attempt")]


def solutions(path):
    """Return {slug: code of the folded solution}."""
    every = cells(path)
    found = {}
    for slug in exercises(path):
        (found[slug],) = SOLUTION.findall("".join(every[f"{slug}-help"]["source"]))
    return found


def attempts(path):
    """Return the learners' attempts kept in tests/attempts for this lesson."""
    file = ATTEMPTS / f"{path.name[:2]}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))["attempt"] if file.exists() else []


def run(source, namespace):
    """Run a cell in a namespace and return the value of its last expression, or None.

    Its lines can be looked up, as those of a notebook's cells can.
    """
    place = f"<cell {len(linecache.cache)}>"
    linecache.cache[place] = len(source), None, source.splitlines(keepends=True), place
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), place, "exec"), namespace)
    if last is not None:
        return eval(compile(ast.Expression(last.value), place, "eval"), namespace)
    return None


def counts(path):
    """Return {what: how many} of a lesson: what its reader reads, answers and does."""
    return {
        "words": words(path),
        "minutes": minutes(path),
        "exercises": len(exercises(path)),
        "predictions": predictions(path),
        "retrieval questions": retrieval_questions(path),
    }


def prose(path):
    """Return the markdown of a lesson without blocks of code, formulas set apart, tags and addresses."""
    text = "\n".join("".join(c["source"]) for c in cells(path).values() if c["cell_type"] == "markdown")
    return re.sub(r"```.*?```|\$\$.*?\$\$|</?[a-z][^<>\n]*>|\]\([^)]*\)", " ", text, flags=re.DOTALL)


def words(path):
    """Count the words of the prose, folded hints and answers among them; a formula in a line is one."""
    return len(re.findall(r"[^\W_][\w'’.-]*", re.sub(r"\$[^$]+\$|`[^`]+`", " word ", prose(path))))


def minutes(path):
    """Return the minutes that the title tells."""
    title = "".join(cells(path)[f"{path.name[:2]}-title"]["source"])
    return int(re.search(r"\b(\d+) minutes\b", title)[1])


def predictions(path):
    """Count what the reader is asked to predict: predict(...), or predicted_... = ... to fill in."""
    nodes = [node for source in code_of(path).values() for node in ast.walk(ast.parse(source))]
    blanks = [
        node.targets[0].id
        for node in nodes
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and getattr(node.value, "value", None) is ...
    ]
    return _calls(nodes, "predict") + sum(name.startswith("predicted") for name in blanks)


def retrieval_questions(path):
    """Count the questions to answer closed-book: at the beginning and at the end, live or folded."""
    live = _calls(ast.walk(ast.parse(checks(path)["recall"])), "ask")
    return live + "".join(cells(path)[f"{path.name[:2]}-exit"]["source"]).count("<summary>Answer")


def _calls(nodes, function):
    names = (node.func for node in nodes if isinstance(node, ast.Call))
    return sum(function in (getattr(name, "id", None), getattr(name, "attr", None)) for name in names)
