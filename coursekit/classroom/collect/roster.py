"""The list of a class, as spreadsheets and platforms write it."""

import csv
import io
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from coursekit.classroom.collect.names import TABLE, exact, plain, words
from coursekit.classroom.collect.tree import readable

_MEANING = {name: meaning for meaning, names in TABLE["columns"].items() for name in names}
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_OF_CANVAS = ("pointspossible", "studenttest")  # lines that it adds
_NAMING = {"learner", "first", "last", "id", "email"}
_REMEDY = (
    "it must be a CSV file whose first line names its columns: learner (or Name, Full name, Student, "
    "First name and Last name), and if you like id, email, file"
)


@dataclass(frozen=True)
class Person:
    """A learner of the roster, and the plain forms of all that may stand for them in a file's name.

    `names` are whole: full names, ids, addresses, files. `words` are parts of a name, which others may share.
    """

    learner: str
    ids: frozenset
    names: frozenset
    words: frozenset


def read_roster(path):
    """Return the list of a class as Person records, from a CSV file as any program writes it.

    Raises FileNotFoundError or ValueError, which names the argument, the file and the remedy.
    """
    path = Path(path)
    if not path.is_file():
        kind = ValueError if path.exists() else FileNotFoundError
        raise kind(f"roster must be a file; got {str(path)!r}")
    try:
        rows = [row for row in read_table(path) if any(map(str.strip, row))]
        titles = [i for i, row in enumerate(rows[:5]) if not _NAMING.isdisjoint(_meanings(row))]
        header, *rows = rows[(titles or [0])[0] :]  # the name of the course may stand above it
        if not titles:
            raise ValueError(f"its first line is {', '.join(header)[:100]!r}")
        for row in rows:
            if any(map(str.strip, row[len(header) :])):
                raise ValueError(f"this line has more cells than the first one: {', '.join(row)[:100]!r}")
        people = [one for row in rows if (one := _person(zip(_meanings(header), row, strict=False)))]
        if not people:
            raise ValueError("it names nobody")
    except ValueError as error:
        raise ValueError(f"roster {str(path)!r} cannot be used: {_REMEDY}; {error}") from error
    return _told_apart(list(dict.fromkeys(people)))


def _meanings(header):
    names = list(map(plain, header))
    of_github = {"identifier": "learner"} if "githubusername" in names else {}
    return [of_github.get(name) or _MEANING.get(name) for name in names]


def read_table(path):
    """Return the rows of a CSV file, whatever program wrote it, from the first that is not empty.

    One that is empty, or that is a spreadsheet's own format, is refused.
    """
    text = _decoded(Path(path).read_bytes()).replace("\0", "")
    lines = re.split(r"\r\n|\r|\n", re.sub(r"\A(?:[ \t,;|]*[\r\n])+", "", text))
    if hint := re.fullmatch("sep=(.)", lines[0]):  # to a spreadsheet
        del lines[0]
    if not any(map(str.strip, lines)):
        raise ValueError("it is empty")
    head = next((line for line in lines[:5] if re.search("[,;\t|]", line)), "")
    if not hint and (not head or (lines[0] != head and plain(lines[0]) in _MEANING)):
        return [[line.strip('" ')] for line in lines]  # one column, whose names may hold commas
    mark = hint[1] if hint else max(",;\t|", key=head.count)
    try:
        return list(csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=mark))
    except csv.Error as error:
        raise ValueError(f"it is no CSV file ({error})") from error


def _decoded(data):
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise ValueError("this is a spreadsheet: save it as CSV (UTF-8)")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:2]:
        return data.decode("utf-16-le" if data[:1] != b"\0" else "utf-16-be", "replace")
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8-sig")
    read = [data.decode(encoding, "replace") for encoding in ("cp1252", "mac_roman", "cp1250")]
    return next((text for text in read if not _misread(text)), read[0])


def _misread(text):
    """Whether beyond ASCII a sign touches a letter, or a capital stands inside a word: nobody writes so."""
    for word in re.findall(r"[^\s\"',;|()’‘´·–-]+", text):
        signs = [i for i, sign in enumerate(word) if sign > "\x7f" and not sign.isalpha()]
        inner = [letter for letter in word[1:] if letter > "\x7f" and letter.isupper()]
        beside = [word[i - 1 : i] + word[i + 1 : i + 2] for i in signs]
        if (inner and not word.isupper()) or any(map(str.isalpha, beside)):
            return True
    return False


def _person(cells):
    found = {}
    for meaning, value in cells:
        value = " ".join(unicodedata.normalize("NFC", readable(value)).split())
        if meaning and value:
            found.setdefault(meaning, []).append(value)
    first, last = found.get("first", [""])[0], found.get("last", [""])[0]
    ids, emails, files = (found.get(meaning, []) for meaning in ("id", "email", "file"))
    named = [*found.get("learner", []), f"{first} {last}".strip(), *ids, *emails]
    learner = next(filter(None, named), "")
    if not learner.strip(", ") or plain(learner) in _OF_CANVAS:
        return None
    own = " ".join(reversed(learner.split(","))).split()
    ends = [own[0], own[-1]]  # perhaps without what stands between first and last name
    names = {"".join(some[i:] + some[:i]) for some in (own, ends) for i in (0, 1, -1)}
    names = _spelled(names | {first + last, last + first})
    names |= {*ids, *files, *emails, *(value.partition("@")[0] for value in emails)}
    names.update(re.sub(r"\.\w{1,6}$", "", value) for value in files)
    names = frozenset(map(plain, names)) - {""} or frozenset({exact(learner)})
    parts = set() if learner in (*ids, *emails) else {*own, first, last, *learner.split(",")[:-1]}
    if own[1:]:
        parts |= {ends[0][0] + ends[1], ends[1] + ends[0][0], ends[0] + ends[1][0]}
    parts = {word for part in _spelled(parts) for word in (plain(part), *words(part)) if word.isalpha()}
    return Person(learner, frozenset(map(plain, ids)), names, frozenset(parts))


def _spelled(names):
    """Return names, and how they are written without their dots."""
    return {*names, *(name.casefold().translate(_SPELLED) for name in names)}


def _told_apart(people):
    """Give learners of one name their ids, and leave out who is there twice."""
    same, made = {}, {}
    for person in people:
        same.setdefault(exact(person.learner), []).append(person)
    for group in same.values():
        for person in group:
            others = frozenset().union(*(one.names for one in group if one is not person))
            own = sorted(person.ids - others) or sorted(person.names - others)
            learner = f"{person.learner} ({own[0]})" if len(group) > 1 and own else person.learner
            made.setdefault(exact(learner), replace(person, learner=learner))
    return list(made.values())
