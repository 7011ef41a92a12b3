"""A small assignment, and learners' files for it."""

import json

CELLS = {
    "tiny-title": "# A tiny assignment",
    "tiny-setup": "import numpy as np",
    "tiny-double": (
        'def double(x):\n    """Return twice x."""\n    ### BEGIN SOLUTION\n    twice_as_much = 2 * x\n'
        "    return twice_as_much\n    ### END SOLUTION"
    ),
    "tiny-double-check": (
        "### CHECK double (3 points)\nprint(double(2))\n### BEGIN HIDDEN TESTS\n"
        "x = rng.uniform(-1, 1, (3, rng.integers(2, 6)))\n"
        'report("an array", lambda: double(x), weight=2)\n'
        'report("a number", lambda: double(float(rng.uniform(1, 2))))\n### END HIDDEN TESTS'
    ),
    "tiny-add": (
        "### BEGIN SOLUTION add = ...\ndef add(one, other):\n    return one + other\n### END SOLUTION"
    ),
    "tiny-add-check": (
        "### CHECK add (1 point)\n### BEGIN HIDDEN TESTS\n"
        'report("two arrays", lambda: add(double(rng.random(4)), rng.random(4)))\n### END HIDDEN TESTS'
    ),
    "tiny-why": (
        "<!-- WRITTEN why (2 points) -->\nWhy?\n\n<!-- BEGIN SOLUTION -->\n"
        "Addition is commutative: 2 points.\n<!-- END SOLUTION -->"
    ),
}
RIGHT = {"tiny-double": "def double(x):\n    return x + x", "tiny-add": "def add(a, b):\n    return b + a"}


def notebook(cells, **metadata):
    """Return a notebook in format 4.5 as a dict; texts of markdown begin with # or <."""
    made = []
    for name, text in cells.items():
        code = not text.startswith(("# A", "<"))
        cell = {"cell_type": "code" if code else "markdown", "id": name, "metadata": {}, "source": text}
        made.append(cell | ({"outputs": [], "execution_count": None} if code else {}))
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write(path, content):
    """Write a notebook, or any text, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def handed_in(released, answers, after=()):
    """Return a learner's file: the released notebook with answers in it, and extra cells after some."""
    made = json.loads(json.dumps(released))
    cells = []
    for cell in made["cells"]:
        if cell["id"] in answers:
            cell["source"] = answers[cell["id"]]
        cells.append(cell)
        cells += [extra_cell(text) for name, text in after if name == cell["id"]]
    return made | {"cells": cells}


def extra_cell(text):
    """Return a cell that a learner added."""
    return {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": 1}
