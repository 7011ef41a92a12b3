"""Which of the files of one learner is graded, and what is said of the others."""

import re
from dataclasses import dataclass, replace
from posixpath import commonpath, dirname

from coursekit.classroom.cells import LARGEST, Unreadable, kind_of, shortened
from coursekit.classroom.collect.names import OLD, TABLE, Owner, natural, version
from coursekit.classroom.collect.tree import Damaged, opened, read
from coursekit.classroom.submission import holds

MOST_BYTES = 4 * LARGEST  # that are read of one learner's files
MOST_FILES = 100  # notebooks of one learner that are looked at
MOST_ARCHIVES = 10  # of one learner
LARGEST_ARCHIVE = 100_000_000  # bytes that are unpacked of one of them
DEEPEST = 4  # archives in archives
EMPTY = "The folder is empty (hidden files and checkpoints do not count)."
_SUFFIX = re.compile(r"(?<!archive)\.(zip|ipynb(\.\w+)?)(?=/|$)", re.IGNORECASE)
_WORKING = re.compile(r"(^|/)(working files|arbeitsdateien)/", re.IGNORECASE)  # Teams keeps them beside
_DAY_FIRST = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})")
_KIND = {suffix: kind for kind, suffixes in TABLE["files"].items() for suffix in suffixes}


@dataclass(frozen=True)
class File:
    """A file that was looked at: the notebook in it, or why there is none."""

    place: str
    owner: Owner
    time: tuple = ()
    data: bytes = b""
    problem: str = ""


class Bag:
    """What one learner handed in: `notebooks`, by their names or by what is in them, and `others`."""

    def __init__(self):
        self.notebooks, self.others, self.flags = [], [], []
        self._left, self._archives = MOST_BYTES, 0

    def put(self, entry, owner, within="", depth=0):
        """Take a file, or all that is in a folder or an archive; `within` names that archive."""
        if entry.children is not None:
            for child in entry.children:
                self.put(child, owner, within, depth)
            return
        file = File(entry.place, owner, entry.time)
        kept, problem = self.others, entry.problem
        if len(self.notebooks) >= MOST_FILES or self._left <= 0:
            problem = problem or "was not looked at: there is too much here"
        try:
            problem = problem or self._look(entry, file, depth)
        except Damaged as error:
            kept, problem = self.notebooks, str(error)
        if problem:
            what = "The archive " if entry.is_archive and kept is self.notebooks else ""
            kept.append(replace(file, problem=f"{what}{entry.name}{within} {problem}."))

    def _look(self, entry, file, depth):
        """Take what is in a file, and return what it is where that is no notebook."""
        head, (_, dot, suffix) = read(entry, 4000), entry.name.casefold().rpartition(".")
        suffix = suffix if dot else ""
        is_notebook = ".ipynb" in entry.name.casefold()
        is_json = head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0").startswith(b"{")
        is_json = is_json and (suffix == "txt" or suffix not in _KIND)
        if (entry.is_archive and not is_json) or (is_notebook and head.startswith(b"PK\3\4")):
            return self._unpack(entry, file, depth)
        taken = (is_notebook or is_json) and self._read(entry, file, is_notebook)
        return "" if taken else f"is {_kind(suffix, head)}, and no notebook"

    def _unpack(self, entry, file, depth):
        self._archives += 1
        if depth >= DEEPEST or self._archives > MOST_ARCHIVES:
            raise Damaged("was not unpacked: there are too many archives in archives")
        with opened(entry, LARGEST_ARCHIVE) as children:
            for child in children:
                self.put(child, file.owner, f" in the archive {entry.name}", depth + 1)
        return "" if children else "is an empty archive"

    def _read(self, entry, file, is_notebook):
        """Take a notebook, and say whether it is one."""
        data = read(entry, min(LARGEST, self._left) + 1)
        self._left -= len(data)
        try:
            self.notebooks.append(replace(file, data=shortened(data)))
            if not entry.name.casefold().endswith(".ipynb"):
                self.flags.append(f"{entry.name} was read as the notebook that is in it")
        except Unreadable as error:
            if is_notebook:
                self.notebooks.append(replace(file, problem=str(error)))
            return is_notebook
        return True


def _kind(suffix, head):
    """Say in words what a file is."""
    if suffix == "py" and re.search(rb"^# (%%|---|In\[)", head, re.MULTILINE):
        return "a Python script made from a notebook (jupytext or an export)"
    if not head:
        return "an empty file"
    return _KIND.get(suffix) or kind_of(head) or f"a file of another kind ({suffix or 'without a suffix'})"


def choose(things, assignment):
    """Take one of a learner's files: what holds the assignment, then the newest; and say what else is there.

    `things` are (Owner, Entry) pairs. Return a File, and a list of sentences.
    """
    bag = Bag()
    for owner, entry in things:
        bag.put(entry, owner)
    ready = [file for file in bag.notebooks if not file.problem]
    if not ready:
        return _nothing(bag) or File(things[0][1].place, things[0][0], problem=EMPTY), []
    why, flags = "the only one that can be read", list(bag.flags)
    submitted = [file for file in ready if not _WORKING.search(file.place)]
    if not submitted:
        flags.append("a working file, which was not submitted")
    elif len(submitted) < len(ready):
        ready, why = submitted, "the submitted one"
    best = ready
    if len(ready) > 1:
        held = [holds(file.data, assignment) for file in ready]
        best = [file for file, much in zip(ready, held, strict=True) if much == max(held)]
        why = "the one that holds the assignment" if max(held) < 2 else "the one that holds answers"
    chosen, newest = _newest(best)
    others = [file for file in bag.notebooks if file is not chosen]
    if others:
        around = commonpath([dirname(file.place) for file in bag.notebooks])
        names = {file: file.place.removeprefix(f"{around}/") for file in bag.notebooks}
        rest = [f"{names[file]}{file.problem and ' (it cannot be read)'}" for file in others]
        more = f" and {len(rest) - 5} more" if len(rest) > 5 else ""
        flags.append(
            f"{len(bag.notebooks)} files; graded is {names[chosen]}, {newest or why}; "
            f"not {', '.join(rest[:5])}{more}"
        )
    return chosen, flags


def _newest(files):
    """Return the newest of some files, and what tells it: of each rule those that are left count."""
    rules = {
        "the platform's newest": lambda: [file.owner.order for file in files],
        "the newest by its name": lambda: _by_names([file.place for file in files]),
        "the newest by its time": lambda: [file.time for file in files],
        "the last by its name": lambda: [natural(file.place) for file in files],
    }
    said = ""
    for why, rule in rules.items():
        keys = rule()
        best = [file for file, key in zip(files, keys, strict=True) if key == max(keys)]
        said = said or (why if len(best) < len(files) else "")
        files = best
    return files[-1], said


def _by_names(places):
    """Return a key for each of some paths: the greater, the newer, as far as the names tell."""
    names = [_DAY_FIRST.sub(r"\3.\2.\1", _SUFFIX.sub("", place)) for place in places]
    parts = [[version(part) for part in name.split("/")] for name in names]
    old = [any(OLD in marks for _, marks in path) for path in parts]
    if len(set(old)) > 1:
        return [not is_old for is_old in old]
    if len({tuple(base for base, _ in path) for path in parts}) == 1:
        return [tuple((*marks, 0) for _, marks in path) for path in parts]
    if len({re.sub(r"\d+", "1", name) for name in names}) == 1:
        return list(map(natural, names))
    return [()] * len(places)


def _nothing(bag):
    """Return what tells best why there is nothing to grade."""
    if bag.notebooks:
        return _newest(bag.notebooks)[0]
    if bag.others:
        said = " ".join(file.problem for file in bag.others[:3])
        more = f" And {len(bag.others) - 3} more files." if len(bag.others) > 3 else ""
        problem = f"{said}{more} Hand in the notebook itself, the .ipynb file."
        return replace(bag.others[0], problem=problem)
    return None
