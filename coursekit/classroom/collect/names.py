"""What names tell: whose a thing is, by a platform or by itself, and which of two things is the newer."""

import configparser
import os
import re
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path

_FILE = configparser.ConfigParser(delimiters="=", interpolation=None)
_FILE.optionxform = str
_FILE.read(Path(__file__).with_name("words.txt"), encoding="utf-8")
TABLE = {title: {name: words.split() for name, words in _FILE[title].items()} for title in _FILE.sections()}
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assign(?:submission|feedback)_[a-z]+_?")
_CANVAS = re.compile(
    r"(?P<name>anon(?=(?:_LATE)?_[A-Za-z0-9]{5}_)|[^_]+?)(?P<late>_LATE)?"
    r"_(?P<number>(?:(?<=anon_)|(?<=anon_LATE_))[A-Za-z0-9]{5}|\d+)_(?P<order>\d+)_."
)
_BLACKBOARD = re.compile(r"(?P<before>.+)_attempt_(?P<order>\d{4}(?:-\d\d){2,5})(?:[_.].*)?$")
_BRIGHTSPACE = re.compile(
    r"(?P<number>\d+-\d+) *- *(?P<name>.+?) *- *"
    r"(?P<day>(?:\w+\.? \d{1,2}|\d{1,2}\.? \w+\.?),? \d{4}),? (?P<hour>\d{3,4})(?: ?(?P<half>[AP]M))?(?!\d)"
)
_GRADESCOPE = re.compile(r"submission_(?P<number>\d+)$")
_WITH_A_STROKE = str.maketrans("łøđħı", "lodhi")  # which Unicode does not take apart
FINAL = 1_000_000  # a final version is newer than any numbered one
OLD = -1
_NEW, _OLD = "|".join(TABLE["names"]["newer"]), "|".join(TABLE["names"]["older"])
_DOWNLOADS = (  # names that a browser or a copy made of another name, and the number of the first of them
    (r"(?P<name>.+?) ?[(_\[](?P<number>\d{1,9})[)_\]]", 1),
    (r"(?P<name>.+?)[ _-]+(?:copy|kopie|copie|copia) ?\(?(?P<number>\d{0,9})\)?", 1),
    (r"(?:copy of|kopie von|copie de|copia de) (?P<name>.+)(?P<number>)", 1),
)
_VERSIONS = (
    *_DOWNLOADS,
    (rf"(?P<name>.+?)[ _.-]+(?:{_NEW})(?P<number>\d{{0,9}})", FINAL),
    (rf"(?P<name>.+?)[ _.-]+(?:{_OLD})(?P<number>)\d*", OLD),
    (rf"(?P<name>)(?P<number>)(?:{_OLD})", OLD),
    (r"(?:old|backup)[ _.-]+(?P<name>.+)(?P<number>)", OLD),
    (r"(?P<name>.+?)[ _.-]+(?:v|version|versión|fassung|versuch|try|attempt)?[ _.-]?(?P<number>\d{1,9})", 0),
)


def plain(name):
    """Return a name's letters and digits alone, without case and accents, to compare it."""
    return "".join(words(name))


def words(name):
    """Return a name's words and numbers, without case and accents: "s12-Zoë" is s, 12, zoe."""
    letters = unicodedata.normalize("NFKD", name.casefold()).translate(_WITH_A_STROKE)
    letters = "".join(letter for letter in letters if not unicodedata.category(letter).startswith("M"))
    return re.findall(r"[^\W\d_]+|\d+", letters.casefold())


def by_name(one):
    """Return the key that sorts whatever has a learner as a list of names is sorted, accents or not."""
    return plain(one.learner), one.learner


def exact(name):
    """Return a name with one form for each letter, to compare it: accents count, case and blanks do not."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


@dataclass(frozen=True)
class Owner:
    """Whose a thing is: a name, the number that a platform gave them, and what else the thing's name tells.

    `upload` is that name as far as the platform's own. `order` tells the later of several things: the number
    or the time that the platform gave it.
    """

    name: str
    number: str = ""
    platform: str = ""
    upload: str = ""
    order: tuple = ()
    late: bool = False

    @property
    def key(self):
        """What the things of one learner share, and those of two do not."""
        return (self.platform, self.number) if self.number else exact(self.name)


def owner_of(name, *rest):
    """Return the owner whom a name tells."""
    return Owner(" ".join(unicodedata.normalize("NFC", name).split()) or "?", *rest)


def uploads(names):
    """Return what platforms wrote into each of the names in a folder: an Owner, or None."""
    canvas = [_CANVAS.match(name) for name in names]
    orders = [found["order"] for found in canvas if found]
    if len(set(orders)) < len(orders):
        canvas = [None] * len(names)  # each upload has a number of its own: these are none
    before = {found["before"] for name in names if (found := _BLACKBOARD.match(name))}
    shared = os.path.commonprefix(list(before)).rpartition("_")[0] if len(before) > 1 else ""  # noqa: RUF071
    shared = re.sub(r"(_|^)(?!(?:ex|hw|lab|ps|wk)$)[a-z]{1,3}$", "", shared)  # names may begin so: "st_ann"
    return [_owner(name, found, shared) for name, found in zip(names, canvas, strict=True)]


def _owner(name, canvas, shared):
    if found := _MOODLE.match(name):
        anonymous = re.fullmatch(r"(.*-)?participant", found["name"], re.IGNORECASE)  # perhaps of a group
        shown = f"Participant {found['number']}" if anonymous else found["name"]
        return owner_of(shown, found["number"], "moodle", found[0])
    if found := _BLACKBOARD.match(name):
        user = found["before"][len(shared) :].strip("_") if shared else found["before"].rpartition("_")[2]
        return owner_of(user, exact(user), "blackboard", name, tuple(map(int, found["order"].split("-"))))
    if found := _BRIGHTSPACE.match(name):
        return owner_of(found["name"], found["number"], "brightspace", name, _moment(found))
    if found := _GRADESCOPE.match(name):
        return owner_of(name, found["number"], "gradescope", name)
    if canvas:
        shown = f"anon {canvas['number']}" if canvas["name"] == "anon" else canvas["name"]
        upload = (int(canvas["order"]),)
        return owner_of(shown, canvas["number"], "canvas", name, upload, bool(canvas["late"]))
    return None


def _moment(found):
    for form in ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y"):
        try:
            when = time.strptime(re.sub("[.,]", "", found["day"]), form)
        except ValueError:
            continue
        hour = int(found["hour"])
        return (*when[:3], hour % 1200 + 1200 * (found["half"] == "PM") if found["half"] else hour)
    return ()


def _made_of(patterns, name):
    """Return the name that a pattern made into this one, and how new that makes it; None for no pattern."""
    for pattern, first in patterns:
        if found := re.fullmatch(pattern, name, re.IGNORECASE):
            number = int(found["number"] or first)
            return found["name"].strip() or "?", number + (FINAL if first == FINAL != number else 0)
    return None


def first_of(owner, names):
    """Take "ann (1)", which a browser or a copy made of "ann", for ann's where there is an ann as well."""
    first = owner_of((_made_of(_DOWNLOADS, owner.name) or "?")[0])
    return first if not owner.number and first.key in names else owner


def earlier(name):
    """Return the names of which one without its suffix may be a version: "hw_2" and "hw" of "hw_2 (1)"."""
    first = _made_of(_VERSIONS, name)
    return [first[0], *earlier(first[0])] if first else []


def version(name):
    """Take a name, without its suffix, apart: (base, marks); the greater these, the newer."""
    marks = ()
    while found := _made_of(_VERSIONS, name):
        name, marks = found[0], (found[1], *marks)
    return name, marks


def natural(name):
    """Return a key that sorts 9 before 10."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts)
