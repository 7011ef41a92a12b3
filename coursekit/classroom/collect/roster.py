"""The list of a class, as spreadsheets and platforms write it."""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

_COLUMNS = {  # what a column may be called, in plain letters
    "learner": "learner name fullname student studentname displayname participant user learnername",
    "first": "firstname givenname forename",
    "last": "lastname surname familyname",
    "id": "id idnumber identifier number participantnumber userid studentid sisuserid sisloginid login "
    "loginid username orgdefinedid matriculationnumber matrikelnummer",
    "email": "email emailaddress mail emails",
    "file": "file filename folder foldername",
}
_MEANING = {name: meaning for meaning, names in _COLUMNS.items() for name in names.split()}
_REMEDY = (
    "it must be a CSV file whose first line names its columns: learner (or Name, Full name, Student, "
    "First name and Last name), and if you like id, email, file"
)


@dataclass(frozen=True)
class Person:
    """A learner of the roster, and the plain forms of all that may stand for them in a file's name."""

    learner: str
    ids: frozenset
    names: frozenset


def plain(name):
    """Return a name's letters and digits alone, without case and accents, to compare it."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[\W_]+", "", letters).casefold()


def exact(name):
    """Return a name with one form for each letter, to compare it: accents count, case and blanks do not."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def read_roster(path):
    """Read the list of a class.

    Parameters
    ----------
    path : str or os.PathLike
        A CSV file in any common encoding, with commas, semicolons or tabs.

    Returns
    -------
    list of Person

    Raises
    ------
    FileNotFoundError, ValueError
        Where it is not there, or no such file; the message names the argument, the file and the remedy.
    """
    path = Path(path)
    if not path.is_file():
        kind = ValueError if path.exists() else FileNotFoundError
        raise kind(f"roster must be a file; got {str(path)!r}")
    try:
        header, *rows = _rows(decoded(path.read_bytes()))
        meanings = [_MEANING.get(plain(name)) for name in header]
        if not {"learner", "first", "last", "id", "email"} & set(meanings):
            raise ValueError(f"its first line is {', '.join(header)[:100]!r}")
        for row in rows:
            if any(map(str.strip, row[len(header) :])):
                raise ValueError(f"this line has more cells than the first one: {', '.join(row)[:100]!r}")
        people = [_person(list(zip(meanings, row, strict=False))) for row in rows]
        if not any(people):
            raise ValueError("it names nobody")
    except (ValueError, csv.Error) as error:
        raise ValueError(f"roster {str(path)!r} cannot be used: {_REMEDY}; {error}") from error
    return _told_apart([person for person in people if person])


def decoded(data):
    """Return the text of a CSV file, whatever program wrote it; refuse a spreadsheet's own format."""
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise ValueError("this is a spreadsheet: save it as CSV (UTF-8)")
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            break
    if data[1:2] == b"\0":
        return data.decode("utf-16-le", "replace")
    return data.decode("cp1252", "replace")


def _rows(text):
    lines = [line for line in text.replace("\0", "").splitlines() if line.strip(" \t,;|\ufeff")]
    if lines and re.match(r"sep=.$", lines[0]):
        del lines[0]  # a hint to a spreadsheet
    if not lines:
        raise ValueError("it is empty")
    delimiter = max(",;\t|", key=lines[0].count)
    if delimiter not in lines[0]:
        return [[line.strip('" ')] for line in lines]  # one column, whose names may hold commas
    return list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))


def _person(cells):
    found = {}
    for meaning, value in cells:
        value = " ".join(unicodedata.normalize("NFC", value).split())
        if meaning and value:
            found.setdefault(meaning, []).append(value)
    first, last = found.get("first", [""])[0], found.get("last", [""])[0]
    named = (
        *found.get("learner", []),
        f"{first} {last}".strip(),
        *found.get("id", []),
        *found.get("email", []),
    )
    learner = next(filter(None, named), "")
    if not learner or plain(learner) in ("pointspossible", "studenttest"):  # a line that Canvas adds
        return None
    words = [word for word in re.split(r"[\s,]+", learner) if word]
    names = {"".join(words[i:] + words[:i]) for i in (0, 1, -1)} | {first + last, last + first, learner}
    names |= {part for value in found.get("email", []) for part in (value, value.partition("@")[0])}
    names |= {re.sub(r"\.\w{1,6}$", "", value) for value in found.get("file", [])}
    names |= set(found.get("id", [])) | set(found.get("file", []))
    ids = frozenset(plain(value) for value in found.get("id", []))
    return Person(learner, ids, frozenset(map(plain, names)) - {""} or frozenset({exact(learner)}))


def _told_apart(people):
    """Leave out who is there twice, and give learners of one name their ids."""
    people = list(dict.fromkeys(people))
    made = []
    for person in people:
        same = [
            other for other in people if exact(other.learner) == exact(person.learner) and other != person
        ]
        others = frozenset().union(*(other.names for other in same))
        own = sorted(person.ids - others) or sorted(person.names - others)
        if not same or own:
            learner = f"{person.learner} ({own[0]})" if same else person.learner
            made.append(Person(learner, person.ids, person.names))
        elif not any(exact(other.learner) == exact(person.learner) for other in made):
            made.append(person)
    return made
