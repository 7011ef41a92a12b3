"""The instructor's source of an assignment: which cell is given, to be solved, checked, or answered.

A source is a notebook. Its markers are those that nbgrader knows, and two of our own:

- ``### BEGIN SOLUTION`` ... ``### END SOLUTION`` in a code cell: what the learner is to write. What
  follows ``BEGIN SOLUTION`` on its line is the stub that stands there in the learner's notebook.
- ``### CHECK backward (4 points)`` as the first line of a code cell: a graded part. The cell holds the
  public check and, between ``### BEGIN HIDDEN TESTS`` and ``### END HIDDEN TESTS``, what is graded.
- ``<!-- WRITTEN plateau (2 points) -->`` as the first line of a markdown cell: a short written answer.
  Between ``<!-- BEGIN SOLUTION -->`` and ``<!-- END SOLUTION -->`` stands the rubric.
"""

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from coursekit.classroom.cells import clean

STUB = "...  # your code here"
WRITTEN_STUB = "*Your answer here, in two or three sentences.*"
_MARKER = re.compile(r"^\s*(?:###|<!--)\s*(BEGIN|END)\s+(SOLUTION|HIDDEN TESTS)\b\s*(.*?)\s*(?:-->)?\s*$")
_LOOKS_LIKE_MARKER = re.compile(r"^\s*(?:##+|<!--)\s*(BEGIN|END)\b", re.IGNORECASE)
_HEADER = re.compile(r"^(?:###|<!--)\s*(CHECK|WRITTEN)\b(.*?)(?:-->)?\s*$")
_NAME_AND_POINTS = re.compile(r"^\s*([a-z][a-z0-9_-]*)\s*\(\s*(\d+(?:\.\d+)?)\s*points?\s*\)\s*$")


class SourceError(ValueError):
    """A source that cannot be released or graded; the message names cell and line."""


@dataclass(frozen=True)
class SourceCell:
    """One cell of a source.

    `name` is that of its part where it has one, else its id. `kind` is one of given, text, solution,
    check, written. `pieces` are the runs of lines, each with
    its role: given, solution or hidden; `stub` stands for a solution in the learner's notebook.
    """

    name: str
    id: str
    kind: str
    pieces: tuple
    points: float = 0.0
    metadata: dict = field(default_factory=dict)

    @property
    def is_code(self):
        """Whether this is a code cell."""
        return self.kind not in ("text", "written")

    @property
    def source(self):
        """The text that the grader runs: with solutions and hidden tests, without their markers."""
        return self.text_of("given", "solution", "hidden")

    def text_of(self, *roles):
        """Return the lines of the given roles as one text."""
        return "\n".join(line for piece in self.pieces if piece.role in roles for line in piece.lines)


@dataclass(frozen=True)
class Piece:
    """A run of lines of one role, and the indented stub that stands for it in the release."""

    role: str
    lines: tuple
    stub: str = ""


@dataclass(frozen=True)
class Assignment:
    """An instructor's source: its name, its cells, and the metadata of its notebook."""

    name: str
    cells: tuple
    metadata: dict

    def of_kind(self, *kinds):
        """Return the cells of the given kinds, in their order."""
        return [cell for cell in self.cells if cell.kind in kinds]

    @property
    def points(self):
        """All points that can be had."""
        return sum(cell.points for cell in self.cells)


def read_source(path):
    """Read the instructor's source of an assignment.

    Parameters
    ----------
    path : str or os.PathLike
        A notebook in format 4 whose cells have ids.

    Returns
    -------
    Assignment

    Raises
    ------
    SourceError
        Where a marker is unmatched, nested or misspelt, a check has no points, a name is there twice,
        or there is nothing to grade. The message names the cell and the line.
    """
    path = Path(path)
    notebook = _read_notebook(path)
    nodes = notebook["cells"]
    cells = tuple(replace(_cell(node, i), metadata=node.get("metadata", {})) for i, node in enumerate(nodes))
    _refuse_duplicates(cells)
    if not any(cell.points for cell in cells):
        raise SourceError(
            f"{path.name} must have a cell that begins with '### CHECK name (3 points)'; it has none"
        )
    return Assignment(path.stem, cells, notebook.get("metadata", {}))


def _read_notebook(path):
    try:
        notebook = json.loads(path.read_bytes())
    except OSError as error:
        raise SourceError(
            f"the source must be a file that can be read; got {str(path)!r}: {error}"
        ) from error
    except ValueError as error:
        raise SourceError(f"{path.name} must be a notebook; it is not JSON: {error}") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise SourceError(f"{path.name} must be a notebook in format 4, with cells; save it from JupyterLab")
    return notebook


def _cell(node, number):
    name = node.get("id")
    if not name:
        raise SourceError(f"cell {number}: must have an id; save the notebook in format 4.5")
    lines = clean("".join(node.get("source", ""))).split("\n")
    header = _HEADER.match(lines[0])
    code = node.get("cell_type") == "code"
    pieces = _pieces(lines, name, WRITTEN_STUB if header else STUB)
    roles = {piece.role for piece in pieces}
    if header:
        return _graded_cell(header, name, pieces, roles, code)
    if "hidden" in roles:
        raise SourceError(
            f"cell {name!r}: hidden tests must be in a cell that begins with '### CHECK name (3 points)'"
        )
    if "solution" in roles and not code:
        raise SourceError(
            f"cell {name!r}: a written answer must begin with '<!-- WRITTEN name (2 points) -->'"
        )
    kind = "solution" if "solution" in roles else "given" if code else "text"
    return SourceCell(name, name, kind, pieces)


def _graded_cell(header, name, pieces, roles, code):
    kind, rest = header.groups()
    found = _NAME_AND_POINTS.match(rest)
    if not found or float(found[2]) <= 0:
        raise SourceError(
            f"cell {name!r}, line 1: must name the part and its points, as in '{kind} forward (3 points)'; "
            f"got {rest.strip()!r}"
        )
    if (kind == "CHECK") != code:
        raise SourceError(
            f"cell {name!r}, line 1: CHECK belongs into a code cell, WRITTEN into a markdown cell"
        )
    if kind == "CHECK" and ("hidden" not in roles or "solution" in roles):
        raise SourceError(f"cell {name!r}: a check must have hidden tests, and no solution")
    if kind == "WRITTEN" and "solution" not in roles:
        raise SourceError(
            f"cell {name!r}: a written answer must have a rubric between BEGIN and END SOLUTION"
        )
    return SourceCell(found[1], name, kind.lower(), pieces, float(found[2]))


def _pieces(lines, name, stub):
    """Cut the lines of a cell into runs of one role."""
    pieces, run, role, opened = [], [], "given", None
    for number, line in enumerate(lines, 1):
        found = _MARKER.match(line)
        where = f"cell {name!r}, line {number}"
        if not found:
            if _LOOKS_LIKE_MARKER.match(line):
                raise SourceError(f"{where}: looks like a marker and is none: {line.strip()!r}")
            run.append(line)
            continue
        begins, what, rest = found[1] == "BEGIN", found[2], found[3]
        if begins and opened:
            raise SourceError(f"{where}: BEGIN {what} inside of {opened[0]}, which began in line {opened[1]}")
        if not begins and (opened is None or opened[0] != what):
            raise SourceError(f"{where}: END {what} without its BEGIN")
        replaced = opened[3] + (opened[2] or stub) if role == "solution" else ""
        pieces.append(Piece(role, tuple(run), replaced))
        indent = line[: len(line) - len(line.lstrip())]
        run, role = [], {"SOLUTION": "solution", "HIDDEN TESTS": "hidden"}[what] if begins else "given"
        opened = (what, number, rest, indent) if begins else None
    if opened:
        raise SourceError(f"cell {name!r}, line {opened[1]}: BEGIN {opened[0]} without its END")
    pieces.append(Piece("given", tuple(run)))
    return tuple(piece for piece in pieces if piece.lines or piece.role != "given")


def _refuse_duplicates(cells):
    seen = set()
    for cell in cells:
        if cell.name in seen:
            raise SourceError(
                f"cell {cell.name!r}: the name is there twice; each cell and part needs its own"
            )
        seen.add(cell.name)
