"""Execute notebooks from a fresh kernel and normalise them, in place.

    python tests/execute_notebooks.py [FILE ...]     (without files: all of notebooks/)

Running it again changes nothing: no timestamps, widget state, machine paths or versions are
kept, execution counts run from 1, and consecutive pieces of one stream are one output. The code
of helpers, and of what only draws, is folded: a click on its bar shows it. Each cell says what
slide it makes.
"""

import json
import os
import sys
from pathlib import Path

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
TIMEOUT = 300  # seconds for one cell
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
FOLDED = ("-tools", "-plot", "-figure")  # ends of the ids of cells whose code is folded in JupyterLab
HIDDEN = "hide-input"  # their tag: what makes pages of notebooks asks for it by this name
ALONE = (
    "-tools",
    "-imports",
    "-recall",
    "-attempt",
    "-check",
    "-help",
    "-predict",
    "-progress",
    "-exit",
    "-reading",
)
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def lessons():
    """Return the paths of all lessons, in order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def normalise(notebook):
    """Return a normalised copy of a notebook given as plain JSON data."""
    cells, count = [], 0
    for cell in notebook["cells"]:
        kept = {"cell_type": cell["cell_type"], "id": cell["id"], "metadata": _metadata(cell)}
        if cell["cell_type"] == "code":
            count += 1
            kept["execution_count"] = count
            kept["outputs"] = [_output(output, count) for output in _merged_streams(cell["outputs"])]
        kept["source"] = _lines(cell["source"])
        cells.append(kept)
    return {
        "cells": cells,
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def dumps(notebook):
    """Return the text of a notebook file."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def execute(path):
    """Return the notebook at `path`, executed from a fresh kernel and normalised."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False,
        record_timing=False,
    ).execute()
    return normalise(json.loads(nbformat.writes(notebook)))


def _metadata(cell):
    folded = cell["id"].endswith(FOLDED)
    kept = {"jupyter": {"source_hidden": True}} if folded else {}
    tags = [tag for tag in cell["metadata"].get("tags", ()) if tag != HIDDEN] + [HIDDEN] * folded
    kept |= {"tags": tags} if tags else {}
    return kept | {"slideshow": {"slide_type": _slide(cell)}}


def _slide(cell):
    """Return which slide a cell makes: a section begins one, and what learners do alone is left out."""
    if cell["id"].endswith(ALONE):
        return "skip"
    headed = cell["cell_type"] == "markdown" and "".join(cell["source"]).startswith("#")
    return "slide" if headed else "subslide"


def _merged_streams(outputs):
    merged = []
    for output in outputs:
        output = dict(output)
        if output["output_type"] == "stream":
            output["text"] = "".join(output["text"])
            if merged and merged[-1].get("name") == output["name"]:
                merged[-1]["text"] += output["text"]
                continue
        merged.append(output)
    return merged


def _output(output, count):
    output = {key: value for key, value in output.items() if key != "transient"}
    if "text" in output:
        output["text"] = _lines(output["text"])
    if "data" in output:
        output["data"] = {
            mime: value if mime.endswith("json") or mime == "image/png" else _lines(value)
            for mime, value in output["data"].items()
            if mime != WIDGET_VIEW
        }
        output["metadata"] = {}
    if output["output_type"] == "execute_result":
        output["execution_count"] = count
    return output


def _lines(text):
    return "".join(text).splitlines(keepends=True)


def main(arguments):
    """Execute the named notebooks, or all, and write those that changed."""
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # the kernel of this environment, not of the user
    for path in map(Path, arguments) if arguments else lessons():
        before, after = path.read_text(encoding="utf-8"), dumps(execute(path))
        if after != before:
            path.write_text(after, encoding="utf-8")
        print(f"{path.name}: {'unchanged' if after == before else 'written'}")


if __name__ == "__main__":
    main(sys.argv[1:])
