"""The cells of a notebook of any format, from bytes that anybody may have made, and the code in them."""

import ast
import json
import re
from functools import lru_cache

LARGEST = 40_000_000  # bytes of a file, outputs and all
LARGEST_TEXT = 10_000_000  # characters in its cells
MOST_PRINTED = 4_000  # characters of what a cell printed
LARGEST_CODE = 200_000  # characters of a cell that is looked into
MOST_VALUES = 3_000_000  # values in a file: each takes some 70 bytes of memory once it is read
_HEADS = {
    b"PK\x03\x04": "a zip archive",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF document",
    b"<": "a web page",
}


class Unreadable(ValueError):
    """A file that is no notebook; the message says why, to the learner."""


def clean(text):
    """Return text that can be written: halves of a character are joined or replaced, NUL too; no BOM."""
    joined = text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return joined.removeprefix("\ufeff").replace("\0", "\ufffd")


def kind_of(data):
    """Return what a file is by its first bytes, in words, or "" where they do not tell."""
    return next((what for head, what in _HEADS.items() if data.lstrip().startswith(head)), "")


def read_cells(data):
    """Return the cells of a notebook, and of their outputs the begin of what was printed.

    The bytes are of format 2, 3 or 4, in any encoding. Of each cell there is ``cell_type``, ``id`` and
    ``grade_id`` (or None), ``source`` and ``printed``, all text, and whether it is ``locked``, as given cells
    are. Raises Unreadable where it is no notebook, or too large.
    """
    cells = _list_of_cells(_parse(data))
    made = [_cell(cell) for cell in cells if isinstance(cell, dict)]
    if sum(len(cell["source"]) for cell in made) > LARGEST_TEXT:
        raise Unreadable(
            f"Its cells hold more than {LARGEST_TEXT // 10**6} MB of text. Take out what is no answer "
            "(pasted data or pictures), and hand in again."
        )
    return made


def _parse(data):
    if len(data) > LARGEST or sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise Unreadable(
            f"The file is too large: more than {LARGEST // 10**6} MB, or millions of numbers. "
            "Clear all outputs (Edit > Clear Outputs of All Cells), save, and hand in again."
        )
    if b"\0" not in (whole := data.rstrip(b"\0")):  # an interrupted copy ends so, or an odd editor's
        data = whole
    if not data or data.isspace():
        raise Unreadable("The file is empty. Save the notebook, look at its size, and hand in again.")
    try:
        try:
            return json.loads(data, parse_int=float)  # no number counts, of however many digits
        except UnicodeDecodeError:
            return json.loads(data.decode("cp1252", "replace"), parse_int=float)
    except (ValueError, RecursionError, MemoryError) as error:
        what = kind_of(data)
        raise Unreadable(
            f"The file is {what}, whatever its name says. Hand in the notebook itself."
            if what
            else "The file is no notebook that can be read, or only a part of one. "
            f"Open it in JupyterLab; if that fails, download it again. ({type(error).__name__})"
        ) from error


def _list_of_cells(notebook):
    notebook = _dict(notebook)
    cells, sheets = notebook.get("cells"), notebook.get("worksheets")
    if cells is None and isinstance(sheets, list):  # before format 4
        lists = [_dict(sheet).get("cells") for sheet in sheets]
        cells = [cell for some in lists if isinstance(some, list) for cell in some]
    if not isinstance(cells, list):
        raise Unreadable("The file is no notebook: it has no cells. Hand in the .ipynb file itself.")
    return cells


def _cell(cell):
    metadata = _dict(cell.get("metadata"))
    grade_id = _dict(metadata.get("nbgrader")).get("grade_id")
    made = {"cell_type": cell.get("cell_type"), "id": cell.get("id"), "grade_id": grade_id}
    made = {key: clean(value) if isinstance(value, str) else None for key, value in made.items()}
    source = clean(_joined(cell.get("source", cell.get("input"))))
    locked = metadata.get("editable") is False
    return made | {"source": source, "locked": locked, "printed": _printed(cell.get("outputs"))}


def _printed(outputs):
    """Return the begin of what a cell printed."""
    texts = []
    for output in map(_dict, outputs[:20] if isinstance(outputs, list) else ()):
        text = output.get("text") or _dict(output.get("data")).get("text/plain")
        texts.append(_joined(text).strip("\n"))
    return clean("\n".join(filter(None, texts))[:MOST_PRINTED])


def _dict(value):
    return value if isinstance(value, dict) else {}


def _joined(text):
    """Return a text, or a list of lines, as one text; of anything else nothing."""
    lines = text if isinstance(text, list) else [text]
    return "".join(line for line in lines if isinstance(line, str))


def shortened(data):
    """Return a notebook of which only names, texts and the begin of what was printed are left, as bytes."""
    made, left = [], LARGEST_TEXT // 10
    for cell in read_cells(data):
        printed = cell["printed"][:left]
        left -= len(printed)
        made.append({key: cell[key] for key in ("cell_type", "id", "source")})
        made[-1]["metadata"] = {"nbgrader": {"grade_id": cell["grade_id"]}}
        if printed:
            made[-1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": printed}]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5}).encode()


def parse(code):
    """Return the syntax tree of a cell, magics aside, or None."""
    plain = re.sub(r"^%%.*", "", code)
    plain = re.sub(r"^([ \t]*)[%!].*", r"\1pass", plain, flags=re.MULTILINE)
    try:
        return ast.parse(plain) if len(plain) < LARGEST_CODE else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def is_text(node):
    """Whether a statement is nothing but a text or a number."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@lru_cache(4096)
def defined(code):
    """Return the names that a code binds at its top level."""
    tree = parse(code)
    return frozenset().union(*map(_bound, tree.body)) if tree else frozenset()


def _bound(node):
    targets = getattr(node, "targets", [getattr(node, "target", node)])
    return {getattr(target, "id", getattr(target, "name", None)) for target in targets} - {None}


def additions(code, original):
    """Return the imports, functions and classes of a code that are new to the original, as code."""
    tree, known = parse(code), parse(original)
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    there = {ast.dump(node) for node in known.body} if known else set()
    new = [node for node in tree.body if isinstance(node, kinds)] if tree and known else []
    new = [node for node in new if ast.dump(node) not in there and not _bound(node) & defined(original)]
    return "\n".join(map(ast.unparse, new))
