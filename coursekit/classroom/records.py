"""What is kept of a grading run: a record of the run and of each learner, written whole or not at all."""

import hashlib
import json
import os
import re
import secrets
from importlib.metadata import version
from pathlib import Path

TOOLS = ("coursekit", "numpy", "nbval", "pytest", "ipykernel")


def open_run(results, source, *, seed, limits, level, carry):
    """Begin a run in a folder for results, or go on with the one that is there.

    Parameters
    ----------
    results : Path
    source : Path
    seed : int or None
        None: the seed that is there, else a new secret one.
    limits : dict
    level : str
        What keeps submissions apart.
    carry : bool

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        Where the folder holds another run.
    """
    (results / "grades").mkdir(parents=True, exist_ok=True)
    path = results / "run.json"
    there = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    if seed is None:
        seed = there["seed"] if there else secrets.randbits(64)
    run = {
        "source": hashlib.sha256(source.read_bytes()).hexdigest(),
        "seed": seed,
        "limits": limits,
        "sandbox": level,
        "carry": carry,
        "versions": {name: version(name) for name in TOOLS},
    }
    if there is None:
        write(path, run)
    elif there != run:
        other = [key for key in run if run[key] != there.get(key)]
        raise ValueError(
            f"results must be a new folder or one of the same run; {str(results)!r} holds another "
            f"({', '.join(other)} differ). Nothing was changed: give another folder."
        )
    return run


def write(path, value):
    """Write a value as JSON, so that a reader finds the whole of it or nothing."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with scratch.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(scratch, path)


def path_of(results, learner):
    """Return where the record of a learner is kept: readable, safe, and one for each name."""
    plain = re.sub(r"[^\w.-]+", "_", learner).strip("._")[:60]
    return Path(results) / "grades" / f"{plain}-{hashlib.sha256(learner.encode()).hexdigest()[:8]}.json"


def read(results, learner):
    """Return the record of a learner, or None where there is none."""
    try:
        return json.loads(path_of(results, learner).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
