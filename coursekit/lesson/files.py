"""Where the lessons are, and small files that are written whole or not at all."""

import contextlib
import json
import os
import secrets
from pathlib import Path


def lessons():
    """Return the folder of the lessons: in an installed package, or beside it in a checkout."""
    every = (folder / "notebooks" for folder in Path(__file__).resolve().parents[1:3])
    return next(path for path in every if path.is_dir())


def write_json(path, value):
    """Write a value as JSON, as `write_text` does; half an emoji is kept, as the escape JSON has for it."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def write_text(path, text):
    """Write a text as UTF-8, so that a reader finds the whole of it or what was there before.

    What UTF-8 cannot hold is written as an escape. Where an OSError is raised, nothing is left beside it.
    """
    path = Path(path)
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with scratch.open("xb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except OSError:
        with contextlib.suppress(OSError):
            scratch.unlink()
        raise
