"""What is kept of a grading run: a record of the run and of each learner, written whole or not at all."""

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

from coursekit import __version__
from coursekit.classroom.collect.names import by_name
from coursekit.lesson.files import write_json

TOOLS = ("numpy", "nbval", "pytest", "ipython")


class AsInJson:
    """Lets a record be read by subscript as well, ``record["total"]``, as it stands in its JSON file."""

    def __getitem__(self, name):
        return self.as_dict()[name]

    def as_dict(self):
        """Return the record as dicts, lists, texts and numbers."""
        return json.loads(json.dumps(asdict(self)))


@dataclass(frozen=True)
class Step(AsInJson):
    """One value that a check compared."""

    name: str
    passed: bool = False
    message: str = ""  # what to look at next, or "not attempted"
    named: str = ""  # the sentence that names what was found, where a diagnosis found something
    mistake: str | None = None  # its stable name


@dataclass(frozen=True)
class PartGrade(AsInJson):
    """What a part earned."""

    name: str
    points: float
    earned: float = 0.0
    steps: tuple = ()
    stopped: tuple = ()  # texts: what kept the part from being judged
    rests_on: tuple = ()  # earlier parts in whose place the reference stood, as they are not right

    @classmethod
    def from_dict(cls, data):
        """Return what `as_dict` made a dict of."""
        return _made(cls, data | {"steps": tuple(_made(Step, step) for step in data["steps"])})


@dataclass(frozen=True)
class Record(AsInJson):
    """The grade of one learner."""

    learner: str
    file: str  # which was graded
    points: float = 0.0  # all that can be had, written answers among them
    data: str = ""  # what the grade depends on, as a digest
    flags: tuple = ()  # what instructor and learner may want to know of the file
    problem: str = ""  # why it could not be graded in full
    parts: tuple = ()
    carried: tuple | None = None  # the parts, each judged on right earlier ones
    written: dict = field(default_factory=dict)  # written part -> its text, to be marked
    answers: dict = field(default_factory=dict)  # solution cell -> the codes that ran, its own first
    outputs: dict = field(default_factory=dict)  # solution cell -> what it printed in the learner's own file
    made_with: dict = field(default_factory=dict)  # versions, seed, limits and sandbox of the run
    upload: tuple = ()  # the platform, the learner's number there, and the name that it gave the file

    @property
    def total(self):
        """What the parts earned, each to a tenth; marks of written answers come to it in the reports."""
        return round(sum(round(part.earned, 1) for part in self.parts), 1)

    def as_dict(self):
        """Return the record as dicts, lists, texts and numbers, with its total."""
        return super().as_dict() | {"total": self.total}

    @classmethod
    def from_dict(cls, data):
        """Return what `as_dict` made a dict of."""
        parts = {
            name: tuple(map(PartGrade.from_dict, data[name]))
            for name in ("parts", "carried")
            if data[name] is not None
        }
        return _made(cls, {key: value for key, value in data.items() if key != "total"} | parts)


def _made(cls, data):
    """Make a record of JSON's data: its lists are tuples here."""
    return cls(**{key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})


def open_run(results, source, *, seed, limits, level, carry):
    """Begin a run in a folder for results, or go on with the one that is there; return what is kept of it.

    Without a seed it is that which is there, else a new secret one; `level` is what keeps submissions apart.
    Raises ValueError where the folder holds another run.
    """
    (results / "grades").mkdir(parents=True, exist_ok=True)
    for half_written in (results / "grades").glob(".*.json.*"):  # after ``kill -9``
        half_written.unlink()
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
        "versions": {"coursekit": __version__} | {name: version(name) for name in TOOLS},
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
    """Return the records of all learners in a folder of results, by name; raise ValueError without any."""
    found = [_read(path) for path in (Path(results) / "grades").glob("*.json")]
    if not any(found):
        raise ValueError(f"results must be a folder in which a class was graded; got {str(results)!r}")
    return sorted(filter(None, found), key=by_name)


def refuse_another_class(results, found):
    """Raise ValueError where nobody who handed in now is among those who did so in a folder of results."""
    records = filter(None, map(_read, (Path(results) / "grades").glob("*.json")))
    before = {one.learner: one.file for one in records if one.file}
    now = {name for one in found if one.place for name in (one.learner, one.place)}
    if before and now.isdisjoint({*before, *before.values()}):
        raise ValueError(
            f"results must be a new folder or one of the same class; {str(results)!r} holds the grades of "
            f"{_listed(before)}, of whom none is in this one. Nothing was changed: give another folder, "
            "or grade all sections at once, from folders side by side."
        )


def _listed(names):
    names = sorted(names)
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def set_aside(results, graded):
    """Move records of those who are not in the class any more into grades/set-aside; return what to say."""
    current, gone = {path_of(results, record.learner).name for record in graded}, []
    for path in (Path(results) / "grades").glob("*.json"):
        if path.name not in current:
            gone.append(getattr(_read(path), "learner", path.stem))
            aside = path.with_name("set-aside")
            aside.mkdir(exist_ok=True)
            path.replace(aside / path.name)
    said = "WARNING: not in this class any more, and in no table: {}. Their grades were moved to {}.\n"
    return f"coursekit: {said.format(_listed(gone), aside)}" if gone else ""


def is_set_aside(results, learner):
    """Whether somebody was in the class before, and is not any more."""
    path = path_of(results, learner)
    return not path.exists() and (path.with_name("set-aside") / path.name).exists()
