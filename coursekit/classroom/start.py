"""The lessons beside a learner's work: copied, and renewed without losing an answer."""

import hashlib
import json
from pathlib import Path

from coursekit import __version__
from coursekit.lesson.files import lessons, write_json, write_text

RECORD = ".coursekit_lessons.json"  # what was handed out: file -> cell -> digest of its source


def start(folder):
    """Copy the lessons into a folder, or renew those that are there.

    A lesson that nobody changed is replaced. In one that was changed, every cell that the learner changed or
    added stays as it is, in its place; the file as it was lies beside it. Return a sentence for each lesson
    that is new or has changed; raise ValueError where a lesson there is no notebook.
    """
    folder = Path(folder)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for picture in (lessons() / "images").iterdir():
        (folder / "images" / picture.name).write_bytes(picture.read_bytes())
    known = json.loads(_text(folder / RECORD) or "{}")
    said = []
    for path in sorted(lessons().glob("[0-9]*.ipynb")):
        new = _text(path)
        said += _renew(folder / path.name, new, known.get(path.name, {}))
        known[path.name] = {cell["id"]: _digest(cell) for cell in json.loads(new)["cells"]}
    write_json(folder / RECORD, known)
    return said


def _renew(path, new, handed_out):
    """Write a lesson where it is missing or has changed; return what to say about it."""
    text, name = _text(path), path.name
    if not text:
        write_text(path, new)
        return [f"{name}: new"]
    lesson, mine = json.loads(new), _cells(text, name)
    digests = {cell["id"]: _digest(cell) for cell in lesson["cells"]}
    before = handed_out or {cell.get("id"): _digest(cell) for cell in mine}
    differ = [str(i) for i in {**before, **digests} if digests.get(i) != before.get(i)]
    if not differ:
        return []
    what = f"{name}: {len(differ)} cells changed ({', '.join(differ[:3])}{', …' if len(differ) > 3 else ''})"
    own = [
        one for one in mine if _digest(one) not in [made.get(one.get("id")) for made in (handed_out, digests)]
    ]
    if not own:
        write_text(path, new)
        return [what]
    kept = path.with_name(f"{path.stem} (before {__version__}).ipynb")
    while kept.exists():
        kept = kept.with_name(f"{kept.stem}+.ipynb")
    write_text(kept, text)
    write_json(path, lesson | {"cells": _with_own(lesson["cells"], mine, own)})
    return [f"{what}; what you wrote in {len(own)} cells is kept, and all as it was is in “{kept.name}”"]


def _with_own(cells, mine, own):
    """Return the new cells with the learner's own in their places, or after what they stood after."""
    found, used = list(cells), set()
    for cell in own:
        places = [i for i, other in enumerate(found) if other.get("id") == cell.get("id")]
        if places and cell.get("id") not in used:
            found[places[0]] = cell
        else:
            earlier = [other.get("id") for other in mine[: next(i for i, c in enumerate(mine) if c is cell)]]
            after = [i + 1 for i, other in enumerate(found) if other.get("id") in earlier]
            found.insert(max(after, default=0), cell)
        used.add(cell.get("id"))
    return found


def _cells(text, name):
    try:
        cells = json.loads(text)["cells"]
        for cell in cells:
            _digest(cell)
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{name} must be a notebook; move it elsewhere, and start again") from None
    return cells


def _text(path):
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _digest(cell):
    return hashlib.sha256("".join(cell["source"]).encode("utf-8", "replace")).hexdigest()[:16]
