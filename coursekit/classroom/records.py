"""What is kept of a grading run: a record of the run and of each learner, written whole or not at all."""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field, fields, is_dataclass
from importlib.metadata import version
from pathlib import Path

from coursekit.lesson.files import write_json

TOOLS = ("coursekit", "numpy", "nbval", "pytest", "ipython")


class AsInJson:
    """Lets a record be read by subscript as well, ``record["total"]``, as it stands in its JSON file."""

    def __getitem__(self, name):
        return self.as_dict()[name]

    def as_dict(self):
        """Return the record as JSON holds it: dicts, lists, texts and numbers."""
        return _plain(self)


@dataclass(frozen=True)
class Step(AsInJson):
    """One value that a check compared.

    Attributes
    ----------
    name : str
    passed : bool
    message : str
        What to look at next, or "not attempted".
    named : str
        The sentence that names what was found, where a diagnosis found something.
    mistake : str or None
        Its stable name.
    """

    name: str
    passed: bool = False
    message: str = ""
    named: str = ""
    mistake: str | None = None


@dataclass(frozen=True)
class PartGrade(AsInJson):
    """What a part earned.

    Attributes
    ----------
    name : str
    points, earned : float
    steps : tuple of Step
    stopped : tuple of str
        What kept the part from being judged.
    rests_on : tuple of str
        Earlier parts that are not right, and in whose place the reference stood when this one was judged.
    """

    name: str
    points: float
    earned: float = 0.0
    steps: tuple = ()
    stopped: tuple = ()
    rests_on: tuple = ()

    @classmethod
    def from_dict(cls, data):
        """Return what `as_dict` made a dict of."""
        return _made(cls, data | {"steps": tuple(_made(Step, step) for step in data["steps"])})


@dataclass(frozen=True)
class Record(AsInJson):
    """The grade of one learner.

    Attributes
    ----------
    learner, file : str
        Whose it is, and which file was graded.
    points : float
        All that can be had, written answers among them.
    data : str
        SHA-256 of the file.
    flags : tuple of str
        What instructor and learner may want to know of the file.
    problem : str
        Why it could not be graded in full; empty where it could.
    parts : tuple of PartGrade
    carried : tuple of PartGrade or None
        The parts, each judged on right earlier ones.
    written : dict
        Written part -> its text, to be marked.
    answers : dict
        Solution cell -> the codes that ran: the learner's cell, and added cells after it.
    outputs : dict
        Solution cell -> what these printed.
    made_with : dict
        Versions, seed, limits and sandbox of the run.
    upload : tuple of str
        The platform that the file came from, the learner's number there, and the name that it gave the file.
    """

    learner: str
    file: str
    points: float = 0.0
    data: str = ""
    flags: tuple = ()
    problem: str = ""
    parts: tuple = ()
    carried: tuple | None = None
    written: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)
    made_with: dict = field(default_factory=dict)
    upload: tuple = ()

    @property
    def total(self):
        """What the parts earned, each to a tenth; marks of written answers come to it in the reports."""
        return round(sum(round(part.earned, 1) for part in self.parts), 1)

    def as_dict(self):
        """Return the record as JSON holds it, with its total."""
        return _plain(self) | {"total": self.total}

    @classmethod
    def from_dict(cls, data):
        """Return what `as_dict` made a dict of."""
        parts = {
            name: tuple(map(PartGrade.from_dict, data[name]))
            for name in ("parts", "carried")
            if data[name] is not None
        }
        return _made(cls, {key: value for key, value in data.items() if key != "total"} | parts)


def _plain(value):
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return list(map(_plain, value)) if isinstance(value, (tuple, list)) else value


def _made(cls, data):
    """Make a record of JSON's data: its lists are tuples here."""
    return cls(**{key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})


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
    other = [key for key in run if there and key != "source" and run[key] != there.get(key)]
    if there != run and not other:  # of a changed source, each grade knows whether it still holds
        write_json(path, run)
    elif other:
        raise ValueError(
            f"results must be a new folder or one of the same run; {str(results)!r} holds another "
            f"({', '.join(other)} differ). Nothing was changed: give another folder."
        )
    return run


def path_of(results, learner):
    """Return where the record of a learner is kept: readable, safe, and one for each name."""
    plain = re.sub(r"[^\w.-]+", "_", learner).strip("._")[:60]
    digest = hashlib.sha256(learner.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return Path(results) / "grades" / f"{plain}-{digest}.json"


def write(results, record):
    """Keep the record of a learner."""
    write_json(path_of(results, record.learner), record.as_dict())


def read(results, learner):
    """Return the record of a learner, or None where there is none that can be read."""
    return _read(path_of(results, learner))


def _read(path):
    try:
        return Record.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def read_class(results):
    """Return the records of all learners in a folder of results, in the order of their names.

    Raises
    ------
    ValueError
        Where there is none.
    """
    found = [_read(path) for path in (Path(results) / "grades").glob("*.json")]
    if not any(found):
        raise ValueError(f"results must be a folder in which a class was graded; got {str(results)!r}")
    return sorted(filter(None, found), key=lambda record: record.learner)


def set_aside(results, graded):
    """Move the records of those who are not in the class any more into grades/set-aside."""
    current = {path_of(results, record.learner).name for record in graded}
    for path in (Path(results) / "grades").glob("*.json"):
        if path.name not in current:
            path.with_name("set-aside").mkdir(exist_ok=True)
            path.replace(path.with_name("set-aside") / path.name)


def is_set_aside(results, learner):
    """Whether somebody was in the class before, and is not any more."""
    path = path_of(results, learner)
    return not path.exists() and (path.with_name("set-aside") / path.name).exists()
