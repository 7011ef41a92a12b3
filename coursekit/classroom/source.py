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
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from coursekit.classroom.cells import clean

STUB = "...  # your code here"
WRITTEN_STUB = "*Your answer here, in two or three sentences.*"
_MARKER = re.compile(r"^\s*(?:###|<!--)\s*(BEGIN|END)\s+(SOLUTION|HIDDEN TESTS)\b\s*(.*?)\s*(?:-->)?\s*$")
_LOOKS_LIKE_MARKER = re.compile(r"^\s*(?:##+|<!--)\s*(BEGIN|END)\b", re.IGNORECASE)
_HEADER = re.compile(r"^(?:###|<!--)\s*(CHECK|WRITTEN)\b(.*?)(?:-->)?\s*$")
_FORM, _FORM_WRITTEN = "'### CHECK forward (3 points)'", "'<!-- WRITTEN plateau (2 points) -->'"
_NAME_AND_POINTS = re.compile(r"^\s*([a-z][a-z0-9_-]*)\s*\(\s*(\d+(?:\.\d+)?)\s*points?\s*\)\s*$")


class SourceError(ValueError):
    """A source that cannot be released or graded; the message names cell and line."""


@dataclass(frozen=True)
class SourceCell:
    """One cell of a source."""

    name: str  # of its part where it has one, else its id
    id: str
    kind: str  # given, text, solution, check or written
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

    role: str  # given, solution or hidden
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

    @property
    def builds_on(self):
        """Name of each check -> names of the solutions that it builds on, those since the check before."""
        found, names = {}, []
        for cell in self.of_kind("solution", "check"):
            if cell.kind == "check":
                found[cell.name], names = names, []
            else:
                names.append(cell.name)
        return found


def read_source(path):
    """Return the `Assignment` of an instructor's source, a notebook in format 4 whose cells have ids.

    Raises SourceError where a marker is unmatched, nested or misspelt, a check has no points, a name is there
    twice, or there is nothing to grade. The message names the cell and the line.
    """
    path = Path(path)
    notebook = _read_notebook(path)
    cells = tuple(_cell(node, i) for i, node in enumerate(notebook["cells"]))
    if twice := [name for name, count in Counter(cell.name for cell in cells).items() if count > 1]:
        raise SourceError(f"cell {twice[0]!r}: the name is there twice; each cell and part needs its own")
    if not any(cell.points for cell in cells):
        raise SourceError(f"{path.name} must have a cell that begins with {_FORM}; it has none")
    return Assignment(path.stem, cells, notebook.get("metadata", {}))


def _read_notebook(path):
    try:
        notebook = json.loads(path.read_bytes())
    except OSError as error:
        raise SourceError(f"the source must be a file that can be read; got {str(path)!r}: {error}") from None
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
    hidden, solved = (any(piece.role == role for piece in pieces) for role in ("hidden", "solution"))
    kind = header[1].lower() if header else "solution" if solved else "given" if code else "text"
    part = _NAME_AND_POINTS.match(header[2]) if header else None
    no_part = header and not (part and float(part[2]))
    for is_wrong, why in (
        (no_part, f"line 1: must name the part and its points, as in {_FORM}; got {lines[0]!r}"),
        (kind == "check" and not code, "line 1: CHECK belongs into a code cell"),
        (kind == "written" and code, "line 1: WRITTEN belongs into a markdown cell"),
        (kind == "check" and (solved or not hidden), "a check must have hidden tests, and no solution"),
        (kind == "written" and not solved, "must have a rubric between BEGIN and END SOLUTION"),
        (kind != "check" and hidden, f"hidden tests must be in a cell that begins with {_FORM}"),
        (kind == "solution" and not code, f"a written answer must begin with {_FORM_WRITTEN}"),
    ):
        if is_wrong:
            raise SourceError(f"cell {name!r}: {why}")
    part_name, points = (part[1], float(part[2])) if part else (name, 0.0)
    return SourceCell(part_name, name, kind, pieces, points, node.get("metadata", {}))


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
