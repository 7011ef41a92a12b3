"""Find what a class handed in: files as they come, in folders and in archives, and whose they are."""

import csv
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

SUFFIX = ".ipynb"
LARGEST_FILE = 25_000_000  # bytes that are read of one file
LARGEST_ARCHIVE = 20_000  # files in one archive
_MOODLE = re.compile(r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)")
_CANVAS = re.compile(r"^(?P<name>[^_]+?)(?:_LATE)?_(?P<number>\d+)_(?P<file>\d+)_")


@dataclass(frozen=True)
class Found:
    """A file that was handed in: whose it is, where it was found, and what is in it.

    `problem` says why a file could not be read; then `data` is empty.
    """

    learner: str
    place: str
    data: bytes = b""
    problem: str = ""
    flags: tuple = ()


def collect(folder, roster=None):
    """Find the submissions in a folder.

    Parameters
    ----------
    folder : str or os.PathLike
        A folder with notebooks, folders of them, or archives as learning platforms export them; or one
        such archive.
    roster : str or os.PathLike, optional
        A CSV file with a column ``learner`` and, where names of files differ, a column ``file``. Each
        learner of the roster gets a record, also without a submission.

    Returns
    -------
    list of Found
        One for each learner, in the order of their names.

    Raises
    ------
    FileNotFoundError, ValueError
        Where there is no such folder or roster, or the roster has no column ``learner``.
    """
    folder = Path(folder)
    if not folder.exists():
        raise FileNotFoundError(f"folder must exist; got {str(folder)!r}")
    people = _read_roster(roster) if roster is not None else []
    files = list(_archive(folder) if folder.is_file() else _folder(folder))
    by_learner = {}
    for place, read in files:
        by_learner.setdefault(_learner(place, people), []).append((place, read))
    for learner, _ in people:
        by_learner.setdefault(learner, [])
    return [_one_of(learner, by_learner[learner]) for learner in sorted(by_learner)]


def _folder(folder):
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.relative_to(folder).parts)
        if hidden or path.is_symlink() or not path.is_file():
            continue  # a link may lead anywhere
        place = path.relative_to(folder).as_posix()
        if path.suffix.lower() == ".zip":
            for inside, read in _archive(path):
                yield f"{place.removesuffix('.zip')}/{inside}", read
        elif path.suffix.lower() == SUFFIX:
            yield place, _reader(path)


def _reader(path):
    def read():
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)

    return read


def _archive(path):
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()[:LARGEST_ARCHIVE]
    except (OSError, zipfile.BadZipFile) as error:
        problem = f"the archive cannot be read: {error}"
        yield path.stem + SUFFIX, lambda: _refuse(problem)
        return
    for member in members:
        inside = PurePosixPath(member.filename.replace("\\", "/"))
        if (
            member.is_dir()
            or inside.suffix.lower() != SUFFIX
            or any(p.startswith((".", "__MACOSX")) for p in inside.parts)
        ):
            continue
        yield inside.as_posix(), _member(path, member)


def _member(path, member):
    def read():
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as file:
                return file.read(LARGEST_FILE + 1)
        except (RuntimeError, NotImplementedError, zipfile.BadZipFile, ValueError) as error:
            raise OSError(f"it cannot be unpacked: {error}") from error

    return read


def _refuse(problem):
    raise OSError(problem)


def _learner(place, people):
    """Say whose a file is: by the roster, by what a platform writes, by its folder, or by its name."""
    parts = place.split("/")
    names = [*parts[:-1], parts[-1][: -len(SUFFIX)]]
    for learner, file in people:
        if any(
            _same(file or learner, name) or _same(learner, _platform(name)) for name in [*names, parts[-1]]
        ):
            return learner
    told = next((_platform(name) for name in names if _platform(name)), None)
    if told:
        return told
    return names[-2] if len(names) > 1 else names[-1]


def _platform(name):
    found = _MOODLE.match(name) or _CANVAS.match(name + "_")
    return found["name"] if found else ""


def _same(one, other):
    return bool(other) and _plain(one) == _plain(other)


def _plain(name):
    return re.sub(r"[\W_]+", "", name).casefold()


def _one_of(learner, files):
    """Take one of a learner's files: the last by name, which platforms number."""
    if not files:
        return Found(learner, "", problem="Nothing was handed in.")
    place, read = max(files)
    flags = () if len(files) == 1 else (f"{len(files)} files; graded is {place}",)
    try:
        return Found(learner, place, read(), flags=flags)
    except OSError as error:
        return Found(learner, place, problem=f"The file cannot be read: {error}", flags=flags)


def _read_roster(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if not rows or "learner" not in rows[0]:
        raise ValueError(f"roster must be a CSV file with a column 'learner'; got {str(path)!r}")
    return [
        (row["learner"].strip(), (row.get("file") or "").strip())
        for row in rows
        if (row["learner"] or "").strip()
    ]
