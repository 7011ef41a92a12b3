"""Which of the files of one learner is graded, and what is said of the others."""

import re
from dataclasses import dataclass

from coursekit.classroom.cells import LARGEST, Unreadable, kind_of, shortened
from coursekit.classroom.collect.tree import Damaged, opened, read
from coursekit.classroom.collect.versions import is_old, natural, version
from coursekit.classroom.submission import holds

MOST_BYTES = 4 * LARGEST  # that are read of one learner's files
MOST_FILES = 100  # notebooks of one learner that are looked at
MOST_ARCHIVES = 10  # of one learner
LARGEST_ARCHIVE = 100_000_000  # bytes that are unpacked of one of them
DEEPEST = 4  # archives in archives
_KINDS = {
    "pdf": "a PDF document",
    "html htm mhtml": "a web page",
    "py": "a Python script",
    "rar 7z gz bz2 xz zst": "an archive that cannot be opened here (pack it as zip)",
    "doc docx odt pages rtf tex": "a text document",
    "png jpg jpeg heic gif webp": "a picture",
    "txt md": "a text file",
    "url webloc lnk desktop gdoc": "a link, and not what it leads to",
}
_KIND = {suffix: kind for suffixes, kind in _KINDS.items() for suffix in suffixes.split()}


@dataclass
class Candidate:
    """A file that is a notebook by its name or by what is in it; `problem` says why it cannot be read."""

    place: str
    order: tuple
    time: tuple
    data: bytes = b""
    problem: str = ""


class Bag:
    """What one learner handed in: `candidates`, and `others`, sentences on files that are none."""

    def __init__(self):
        self.candidates, self.others, self.flags = [], [], []
        self._left, self._archives = MOST_BYTES, 0

    def put(self, entry, order, within="", depth=0):
        """Take a file, or all that is in a folder or an archive; `within` names that archive."""
        if entry.children is not None:
            for child in entry.children:
                self.put(child, order, within, depth)
        elif entry.problem:
            self.others.append((entry.place, f"{entry.name}{within} {entry.problem}."))
        elif len(self.candidates) >= MOST_FILES or self._left <= 0:
            self.others.append(
                (entry.place, f"{entry.name}{within} was not looked at: there is too much here.")
            )
        else:
            self._put_file(entry, order, within, depth)

    def _put_file(self, entry, order, within, depth):
        try:
            is_notebook = ".ipynb" in entry.name.casefold()
            is_json = _is_json(entry)
            if (entry.is_archive and not is_json) or (is_notebook and read(entry, 4) == b"PK\3\4"):
                self._put_archive(entry, order, depth)
            elif is_notebook or is_json:
                self._read(entry, order, is_notebook)
            else:
                self.others.append((entry.place, f"{entry.name}{within} is {_kind(entry)}, and no notebook."))
        except Damaged as error:
            what = "The archive " if entry.is_archive else ""
            problem = f"{what}{entry.name}{within} {error}."
            self.candidates.append(Candidate(entry.place, order, entry.time, problem=problem))

    def _put_archive(self, entry, order, depth):
        self._archives += 1
        if depth >= DEEPEST or self._archives > MOST_ARCHIVES:
            raise Damaged("was not unpacked: there are too many archives in archives")
        with opened(entry, LARGEST_ARCHIVE) as children:
            for child in children:
                self.put(child, order, f" in the archive {entry.name}", depth + 1)
            if not children:
                self.others.append((entry.place, f"The archive {entry.name} is empty."))

    def _read(self, entry, order, is_notebook):
        data = read(entry, min(LARGEST, self._left) + 1)
        self._left -= len(data)
        found = Candidate(entry.place, order, entry.time)
        try:
            found.data = shortened(data)
        except Unreadable as error:
            if not is_notebook:
                self.others.append((entry.place, f"{entry.name} is {_kind(entry)}, and no notebook."))
                return
            found.problem = str(error)
        if not entry.name.casefold().endswith(".ipynb") and found.data:
            self.flags.append(f"{entry.name} was read as the notebook that is in it")
        self.candidates.append(found)


def _is_json(entry):
    """Whether a file without a telling name begins as a notebook does."""
    told = re.search(r"\.(\w+)$", entry.name)
    if told and told[1].casefold() in _KIND and told[1].casefold() != "txt":
        return False
    return read(entry, 64).lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\0").startswith(b"{")


def _kind(entry):
    """Say in words what a file is."""
    suffix = entry.name.casefold().rpartition(".")[2] if "." in entry.name else ""
    head = read(entry, 4000)
    if suffix == "py" and re.search(rb"^# (%%|---|In\[)", head, re.MULTILINE):
        return "a Python script made from a notebook (jupytext or an export)"
    if not head:
        return "an empty file"
    return _KIND.get(suffix) or kind_of(head) or f"a file of another kind ({suffix or 'without a suffix'})"


def choose(bag, assignment=None):
    """Take one of a learner's files: what holds the assignment, then the newest.

    Parameters
    ----------
    bag : Bag
    assignment : Assignment, optional

    Returns
    -------
    place : str
    data : bytes
    problem : str
    flags : tuple of str
    """
    ready = [found for found in bag.candidates if not found.problem]
    if not ready:
        return *_nothing(bag), ()
    why, best = "the only one that can be read", ready
    if len(ready) > 1:
        held = [holds(found.data, assignment) for found in ready]
        best = [found for found, much in zip(ready, held, strict=True) if much == max(held)]
        why = "the one that holds the assignment" if max(held) < 2 else "the one that holds answers"
    if len(best) > 1:
        best, why = _newest(best)
    chosen = best[0]
    flags = list(bag.flags)
    if len(bag.candidates) > 1:
        rest = [f"{found.place}{found.problem and ' (it cannot be read)'}" for found in bag.candidates]
        rest.remove(chosen.place)
        more = f" and {len(rest) - 5} more" if len(rest) > 5 else ""
        flags.append(
            f"{len(bag.candidates)} files; graded is {chosen.place}, {why}; not {', '.join(rest[:5])}{more}"
        )
    return chosen.place, chosen.data, "", tuple(flags)


def _newest(files):
    """Return files, the newest first, and what tells it."""
    places = [_place(found.place) for found in files]
    if len({found.order for found in files}) > 1:
        key, why = (lambda i: files[i].order), "the platform's newest"
    elif len({is_old(found.place) for found in files}) > 1:
        key, why = (lambda i: not is_old(files[i].place)), "the newest by its name"
    elif len({tuple(base for base, _ in place) for place in places}) == 1:
        key, why = (lambda i: [(*marks, 0) for _, marks in places[i]]), "the newest by its name"
    elif len({re.sub(r"\d+", "1", found.place) for found in files}) == 1:
        key, why = (lambda i: natural(files[i].place)), "the newest by its name"
    elif len({found.time for found in files}) > 1:
        key, why = (lambda i: files[i].time), "the newest by its time"
    else:
        key, why = (lambda i: ()), "the last by its name"
    order = sorted(range(len(files)), key=lambda i: (key(i), natural(files[i].place), i), reverse=True)
    return [files[i] for i in order], why


def _place(place):
    *folders, name = place.split("/")
    return [version(part) for part in (*folders, re.sub(r"\.ipynb(\.\w+)?$", "", name, flags=re.IGNORECASE))]


def _nothing(bag):
    """Return place, no data, and why there is nothing to grade."""
    if bag.candidates:
        best = _newest(bag.candidates)[0][0] if len(bag.candidates) > 1 else bag.candidates[0]
        return best.place, b"", best.problem
    if bag.others:
        said = " ".join(said for _, said in bag.others[:3])
        more = f" And {len(bag.others) - 3} more files." if len(bag.others) > 3 else ""
        return bag.others[0][0], b"", f"{said}{more} Hand in the notebook itself, the .ipynb file."
    return "", b"", "The folder is empty (hidden files and checkpoints do not count)."
