"""The learner's notebook, made from an assignment's source."""

import json
from pathlib import Path

from coursekit.classroom.source import SourceError, read_source

LOCKED = {"deletable": False, "editable": False}
TELLING = 12  # a shorter line, such as "return p", says nothing of a solution


def release_file(source, folder):
    """Write the learner's notebook of a source into a folder, under its name; return its path."""
    source, folder = Path(source), Path(folder)
    text = release(read_source(source))
    path = folder / source.name
    if path.exists() and path.samefile(source):
        raise SourceError(f"the release must not replace its source {str(source)!r}; give another folder")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def release(assignment):
    """Return the learner's notebook of an assignment, as text.

    Solutions are replaced by stubs, hidden tests are left out, outputs are cleared, check cells are
    locked, and every cell gets the metadata that nbgrader reads. The same source gives the same bytes.
    Raises SourceError where a line of a solution or of a hidden test stands in a given cell as well.
    """
    cells = [_cell(cell) for cell in assignment.cells]
    _refuse_leaks(assignment, cells)
    kept = ("kernelspec", "language_info")
    metadata = {key: value for key, value in assignment.metadata.items() if key in kept}
    metadata["coursekit"] = {"assignment": assignment.name}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _cell(cell):
    text = released_text(cell)
    metadata = {key: value for key, value in cell.metadata.items() if key in ("tags", "jupyter")}
    if cell.kind in ("given", "check"):
        metadata |= LOCKED
    if cell.kind in ("solution", "check", "written"):
        metadata["nbgrader"] = nbgrader_metadata(cell)
    made = {"cell_type": "code" if cell.is_code else "markdown", "id": cell.id, "metadata": metadata}
    made["source"] = text.splitlines(keepends=True)
    return made | ({"execution_count": None, "outputs": []} if cell.is_code else {})


def released_text(cell):
    """Return what the learner gets of a cell: the given lines, and a stub for each solution."""
    lines = [f"# Answer: {cell.name}"] if cell.kind == "solution" else []
    for piece in cell.pieces:
        if piece.role == "solution":
            lines.append(piece.stub)
        elif piece.role == "given":
            lines += piece.lines
    return "\n".join(lines).rstrip("\n")


def nbgrader_metadata(cell):
    """Return the metadata by which nbgrader knows a cell; see its documentation, schema version 3."""
    made = {"schema_version": 3, "grade_id": cell.name, "task": False}
    made |= {"grade": cell.kind != "solution", "solution": cell.kind != "check"}
    made |= {"locked": cell.kind == "check"}
    return made | ({"points": cell.points} if cell.points else {})


def _refuse_leaks(assignment, cells):
    """Prove that no telling line of a solution or of a hidden test is left."""
    secrets = {}
    for cell in assignment.cells:
        for piece in cell.pieces:
            for line in piece.lines if piece.role != "given" else ():
                if len(line.strip()) >= TELLING and any(map(str.isalnum, line)):
                    secrets.setdefault(line.strip(), cell.name)
    for cell in cells:
        for number, line in enumerate("".join(cell["source"]).splitlines(), 1):
            if owner := secrets.get(line.strip()):
                where = f"cell {cell['id']!r}, line {number}"
                raise SourceError(f"{where}: gives away a line of {owner!r}: {line.strip()!r}")
