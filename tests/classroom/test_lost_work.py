"""Whatever a learner's notebook looks like: all that they would run is run, in their order."""

import copy
import json

import pytest
from samples import RIGHT, extra_cell, handed_in

from coursekit.classroom.assemble import assemble
from coursekit.classroom.submission import read_submission

DOUBLE = RIGHT["tiny-double"]
STUB = '# Answer: tiny-double\ndef double(x):\n    """Return twice x."""\n    ...  # your code here'
ADD_STUB = "# Answer: tiny-add\nadd = ..."
WRITTEN = "<!-- WRITTEN why (2 points) -->\nWhy?\n\n"
OLD = "def double(x):\n    return 3 * x"


def cells_of(released, *changes):
    """Return a right notebook in which each cell of a name is replaced by the cells that a change gives."""
    made = handed_in(released, RIGHT | {"tiny-why": WRITTEN + "It commutes."})
    for name, replace in changes:
        at = [cell.get("id") for cell in made["cells"]].index(name)
        made["cells"][at : at + 1] = replace(made["cells"][at])
    return made


def pieces(*texts, kind="code"):
    """Make cells with the same metadata, as Split Cell does: the last keeps the id."""

    def replace(cell):
        made = [cell | {"source": text, "cell_type": kind, "id": f"{i:08x}"} for i, text in enumerate(texts)]
        return [*made[:-1], made[-1] | {"id": cell["id"]}]

    return replace


def and_below(*texts, own=None, kind="code"):
    """Keep a cell, with `own` in it, and add others below that know nothing of the assignment."""
    below = [extra_cell(text) | {"cell_type": kind} for text in texts]
    return lambda cell: [cell | ({} if own is None else {"source": own}), *below]


def gone(cell):
    return []


def and_above(*texts):
    return lambda cell: [*map(extra_cell, texts), cell]


HALVES = DOUBLE.split("\n")
NOTEBOOKS = {  # what was done to the right notebook, and what a flag must say of it
    "nothing": ([], ""),
    "split before the answer": (
        [("tiny-double", pieces("# Answer: tiny-double\n# my plan", DOUBLE))],
        "2 cells",
    ),
    "split after an import": ([("tiny-double", pieces("import math", DOUBLE))], "2 cells"),
    "split after a helper": (
        [("tiny-double", pieces("def twice(x):\n    return 2 * x", "def double(x):\n    return twice(x)"))],
        "2 cells",
    ),
    "split within the function": ([("tiny-double", pieces(*HALVES))], "2 cells"),
    "split within the function, after its docstring": (
        [("tiny-double", pieces('def double(x):\n    "Twice."', "    return 2 * x"))],
        "2 cells",
    ),
    "split into three": ([("tiny-double", pieces("# plan", "import math", DOUBLE))], "3 cells"),
    "split, with a trial below": ([("tiny-double", pieces(DOUBLE, "print(double(2))"))], "2 cells"),
    "split, with a cell in between": (
        [
            (
                "tiny-double",
                lambda cell: [*pieces("k = 2")(cell), extra_cell("k2 = k"), cell | {"source": DOUBLE}],
            )
        ],
        "2 cells",
    ),
    "an old try above": ([("tiny-double", pieces(OLD, DOUBLE))], "2 cells"),
    "an old try above that stops": ([("tiny-double", pieces("1 / 0", DOUBLE))], "2 cells"),
    "an old try above that is no Python": ([("tiny-double", pieces("def double(x:", DOUBLE))], "2 cells"),
    "two old tries above": ([("tiny-double", pieces(OLD, "double = abs", DOUBLE))], "3 cells"),
    "an old try in an added cell above": ([("tiny-double", and_above(OLD))], ""),
    "the final one in an added cell below": ([("tiny-double", and_below(DOUBLE, own=OLD))], ""),
    "an old try kept as raw text": (
        [
            (
                "tiny-double",
                lambda cell: [cell | {"cell_type": "raw", "source": OLD}, cell | {"source": DOUBLE}],
            )
        ],
        "was not run",
    ),
    "a copy below the untouched cell": ([("tiny-double", pieces(STUB, DOUBLE))], "set aside"),
    "a copy above the untouched cell": ([("tiny-double", pieces(DOUBLE, STUB))], "set aside"),
    "an emptied cell and a copy": ([("tiny-double", pieces("", DOUBLE))], "set aside"),
    "an answer in an added cell below the untouched one": (
        [("tiny-double", and_below(DOUBLE, own=STUB))],
        "another cell",
    ),
    "an answer in two added cells below the untouched one": (
        [
            (
                "tiny-double",
                and_below("def twice(x):\n    return 2 * x", "def double(x):\n    return twice(x)", own=STUB),
            )
        ],
        "another cell",
    ),
    "an answer in an added cell above the untouched one": (
        [("tiny-double", lambda cell: [extra_cell(DOUBLE), cell | {"source": STUB}])],
        "another cell",
    ),
    "an answer below the check": (
        [("tiny-double", pieces(STUB)), ("tiny-double-check", and_below(DOUBLE))],
        "another cell",
    ),
    "old and final in added cells below the check": (
        [("tiny-double", pieces(STUB)), ("tiny-double-check", and_below(OLD, DOUBLE))],
        "another cell",
    ),
    "an answer at the end, its own cell gone": (
        [("tiny-double", gone), ("tiny-why", and_below(DOUBLE))],
        "another cell",
    ),
    "a copy of the cell at the end": (
        [
            ("tiny-double", pieces(STUB)),
            ("tiny-why", lambda cell: [cell, extra_cell(f"# Answer: tiny-double\n{DOUBLE}")]),
        ],
        "set aside",
    ),
    "one cell for both answers": (
        [("tiny-double", pieces(DOUBLE + "\n\n" + RIGHT["tiny-add"])), ("tiny-add", gone)],
        "another cell",
    ),
    "cells merged, with their first lines": (
        [
            (
                "tiny-double",
                pieces(f"# Answer: tiny-double\n{DOUBLE}\n\n# Answer: tiny-add\n{RIGHT['tiny-add']}"),
            ),
            ("tiny-add", gone),
        ],
        "",
    ),
    "the check merged into the answer": (
        [
            ("tiny-double", pieces(f"{DOUBLE}\n\n### CHECK double (3 points)\nprint(double(2))\n1 / 0")),
            ("tiny-double-check", gone),
        ],
        "changed",
    ),
    "the setup merged with the answer": (
        [
            ("tiny-setup", pieces(f"import numpy as np\n\n# Answer: tiny-double\n{DOUBLE}")),
            ("tiny-double", gone),
        ],
        "",
    ),
    "an import in the setup": (
        [
            ("tiny-setup", pieces("import numpy as np\nfrom math import fsum")),
            ("tiny-double", pieces("def double(x):\n    return fsum([x, x])")),
        ],
        "what was added",
    ),
    "a helper in the setup, magics beside": (
        [
            ("tiny-setup", pieces("%matplotlib inline\ndef two():\n    return 2\nnp = None")),
            ("tiny-double", pieces("def double(x):\n    return np.multiply(two(), x)")),
        ],
        "what was added",
    ),
    "an answer in the check": (
        [
            ("tiny-double", pieces(STUB)),
            ("tiny-double-check", pieces(f"### CHECK double (3 points)\n{DOUBLE}\nprint(double(2))")),
        ],
        "another cell",
    ),
    "become markdown": ([("tiny-double", pieces(DOUBLE, kind="markdown"))], "no code cell"),
    "become raw": ([("tiny-add", pieces(RIGHT["tiny-add"], kind="raw"))], "no code cell"),
    "a magic in the first line": ([("tiny-double", pieces(f"%%time\n{DOUBLE}"))], ""),
    "a magic above the name": (
        [("tiny-double", lambda cell: [extra_cell(f"%%time\n# Answer: tiny-double\n{DOUBLE}")])],
        "",
    ),
    "line magics": ([("tiny-double", pieces(STUB, f"%matplotlib inline\n!ls\n{DOUBLE}"))], "set aside"),
    "half an emoji": ([("tiny-double", pieces(f"# \ud83d\n{DOUBLE}\nmood = '\ude00'"))], ""),
    "an emoji in two lines": (
        [("tiny-double", lambda cell: [cell | {"source": ["# \ud83d", "\ude00\n", DOUBLE]}])],
        "",
    ),
    "NUL": ([("tiny-double", pieces(f"# \0\n{DOUBLE}"))], ""),
    "lines of Windows": (
        [("tiny-double", pieces(f"# Answer: tiny-double\r\n{DOUBLE}".replace("\n", "\r\n")))],
        "",
    ),
    "a helper after the check": ([("tiny-double-check", and_below("helper = 1"))], ""),
    "a name taken after its check": ([("tiny-double-check", and_below("double_of_one = double(1)"))], ""),
}


def run(found, assignment):
    """Run what the grader would run, without a kernel; return what each check found."""
    seen, names = {}, {}
    for role, name, code in assemble(assignment, found.answers):
        if role == "check":
            seen[name] = names["double"](3) == 6 if name == "double" else names["add"](1, 2) == 3
            continue
        plain = "\n".join(line for line in code.splitlines() if not line.startswith(("%", "!")))
        try:
            exec(plain, names)
        except Exception as error:  # as in a notebook, what follows is run
            seen[f"stopped in {name}"] = type(error)
    return seen


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_all_that_the_learner_would_run_counts(name, released, assignment):
    changes, said = NOTEBOOKS[name]
    found = read_submission(json.dumps(cells_of(released, *changes)).encode(), assignment)
    seen = run(found, assignment)
    assert (seen["double"], seen["add"]) == (True, True), found
    assert said in "\n".join(found.flags) if said else found.flags == (), found.flags
    assert found.written == {"why": "It commutes."}
    assert all(found.answers.values())
    "".join(map(str, found.answers.values())).encode()


def test_the_order_is_the_learners(released, assignment):
    made = cells_of(
        released,
        ("tiny-double", and_below("double = abs")),
        ("tiny-double-check", and_below("double = None")),
        ("tiny-add-check", and_below("add = None")),
    )
    found = read_submission(json.dumps(made).encode(), assignment)
    assert [(role, name) for role, name, _ in assemble(assignment, found.answers)] == [
        ("given", "tiny-setup"),
        ("answer", "tiny-double"),
        ("extra", "tiny-double"),
        ("check", "double"),
        ("extra", "double"),
        ("answer", "tiny-add"),
        ("check", "add"),
        ("extra", "add"),
    ]


def test_cells_in_another_order_go_to_their_places(released, assignment):
    made = cells_of(released)
    made["cells"].reverse()
    found = read_submission(json.dumps(made).encode(), assignment)
    assert run(found, assignment) == {"double": True, "add": True}


def test_functions_in_a_notebook_of_ones_own_count(assignment):
    cells = ["import math", f"factor = 2\n{DOUBLE}", "rest = 3", RIGHT["tiny-add"]]
    data = json.dumps({"cells": [extra_cell(text) for text in cells]}).encode()
    found = read_submission(data, assignment)
    assert run(found, assignment) == {"double": True, "add": True}
    assert "why is missing" in found.flags


def test_an_untouched_notebook_stays_untouched(released, assignment):
    found = read_submission(json.dumps(released).encode(), assignment)
    assert found.answers == {"tiny-double": [STUB], "tiny-add": [ADD_STUB]}
    assert found.written == {"why": ""}
    assert found.flags == ()


TEXTS = {  # where the written answer is
    "in its cell": [WRITTEN + "First.\n\nSecond."],
    "in its cell, without the question": ["First.\n\nSecond."],
    "split": [WRITTEN + "First.", "Second."],
    "in its cell and in an added one": [WRITTEN + "First.", ("markdown", "Second.")],
    "in two added cells": [WRITTEN, ("markdown", "First."), ("markdown", "Second.")],
    "in raw cells": [WRITTEN, ("raw", "First."), ("raw", "Second.")],
    "in a code cell, as prose": [WRITTEN, ("code", "First.\n\nSecond.")],
    "in a code cell, as text": [WRITTEN + "First.", ("code", '"""Second."""')],
    "in a code cell, as comments": [WRITTEN + "First.", ("code", "# Second.")],
    "its own cell become code": [("code", WRITTEN + "First.\n\nSecond.")],
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_written_answer_reaches_the_instructor(name, released, assignment):
    def replace(cell):
        made = [text if isinstance(text, tuple) else ("markdown", text) for text in TEXTS[name]]
        own = [cell | {"cell_type": made[0][0], "source": made[0][1]}]
        for kind, text in made[1:]:
            split = name == "split"
            own.append((copy.deepcopy(cell) | {"id": "0f"} if split else extra_cell("")) | {"source": text})
            own[-1]["cell_type"] = kind
        return own

    data = json.dumps(cells_of(released, ("tiny-why", replace))).encode()
    found = read_submission(data, assignment)
    text = found.written["why"].replace('"""', "").replace("# ", "")
    assert text == "First.\n\nSecond."
    assert run(found, assignment) == {"double": True, "add": True}


def test_a_written_answer_somewhere_else_is_said(released, assignment):
    made = cells_of(released, ("tiny-why", lambda cell: [cell | {"source": WRITTEN}]))
    made["cells"].insert(0, extra_cell("It commutes, I think.") | {"cell_type": "markdown"})
    (flag,) = read_submission(json.dumps(made).encode(), assignment).flags
    assert flag == "why is empty; elsewhere the learner wrote: 'It commutes, I think.'"
