"""Reading a lesson: its cells, and the attempts and solutions of its exercises."""

import ast
import json
import re
import tomllib
from pathlib import Path

from execute_notebooks import NOTEBOOKS, lessons

ATTEMPTS = Path(__file__).parent / "attempts"
SOLUTION = re.compile(r"<summary>Solution</summary>.*?```python\n(.*?)```", re.DOTALL)

__all__ = ["NOTEBOOKS", "attempts", "cells", "code_of", "exercises", "lessons", "run", "solutions"]


def cells(path):
    """Return {cell id: cell} in the order of the notebook."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return {cell["id"]: cell for cell in notebook["cells"]}


def code_of(path):
    """Return {cell id: source} of the code cells."""
    return {
        name: "".join(cell["source"]) for name, cell in cells(path).items() if cell["cell_type"] == "code"
    }


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
    """Run a cell in a namespace and return the value of its last expression, or None."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "<cell>", "exec"), namespace)
    if last is not None:
        return eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)
    return None
