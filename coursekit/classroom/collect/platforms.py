"""What learning platforms write into the names of an export: whose a file is, and which came later."""

import os
import re
import time
import unicodedata
from dataclasses import dataclass

from coursekit.classroom.collect.roster import exact, plain

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assign(?:submission|feedback)_")
_CANVAS = re.compile(
    r"(?P<name>anon(?=(?:_LATE)?_[A-Za-z0-9]{5}_)|[^_]+?)(?P<late>_LATE)?"
    r"_(?P<number>(?:(?<=anon_)|(?<=anon_LATE_))[A-Za-z0-9]{5}|\d+)_(?P<order>\d+)_."
)
_BLACKBOARD = re.compile(r"(?P<before>.+)_attempt_(?P<order>\d{4}(?:-\d\d){2,5})(?:[_.].*)?$")
_BRIGHTSPACE = re.compile(
    r"(?P<number>\d+-\d+) *- *(?P<name>.+?) *- *"
    r"(?P<day>\w+\.? \d{1,2},? \d{4}),? (?P<hour>\d{3,4}) ?(?P<half>[AP]M)"
)


@dataclass(frozen=True)
class Owner:
    """Whose a thing is: a name, the number that a platform gave them, and what else the name tells.

    `order` tells the later of several things: the number or the time that the platform gave it.
    """

    name: str
    number: str = ""
    platform: str = ""
    order: tuple = ()
    late: bool = False

    @property
    def key(self):
        """What the things of one learner share, and those of two do not."""
        return (self.platform, self.number) if self.number else exact(self.name)


def owner_of(name):
    """Return the owner whom a plain name tells."""
    return Owner(" ".join(unicodedata.normalize("NFC", name).split()) or "?")


def owners_by_platform(names):
    """Return what platforms wrote into the names of a folder.

    Parameters
    ----------
    names : list of str

    Returns
    -------
    list of (Owner or None)
    """
    canvas = [_CANVAS.match(name) for name in names]
    uploads = [found["order"] for found in canvas if found]
    if len(set(uploads)) < len(uploads):
        canvas = [None] * len(names)  # each upload has a number of its own: these are none
    before = {found["before"] for name in names if (found := _BLACKBOARD.match(name))}
    shared = os.path.commonprefix(list(before)).rpartition("_")[0] if len(before) > 1 else ""  # noqa: RUF071
    return [_owner(name, found, shared) for name, found in zip(names, canvas, strict=True)]


def _owner(name, canvas, shared):
    if found := _MOODLE.match(name):
        anonymous = plain(found["name"]) == "participant"
        return _made(found, "moodle", f"Participant {found['number']}" if anonymous else found["name"])
    if found := _BLACKBOARD.match(name):
        user = found["before"][len(shared) :].strip("_") if shared else found["before"].rpartition("_")[2]
        order = tuple(map(int, found["order"].split("-")))
        return Owner(owner_of(user).name, exact(user), "blackboard", order)
    if found := _BRIGHTSPACE.match(name):
        return _made(found, "brightspace", found["name"], _moment(found["day"], found["hour"], found["half"]))
    if canvas:
        shown = f"anon {canvas['number']}" if canvas["name"] == "anon" else canvas["name"]
        return _made(canvas, "canvas", shown, (int(canvas["order"]),), bool(canvas["late"]))
    return None


def _made(found, platform, shown, *rest):
    return Owner(owner_of(shown).name, found["number"], platform, *rest)


def _moment(day, hour, half):
    for form in ("%b %d %Y", "%B %d %Y"):
        try:
            when = time.strptime(re.sub("[.,]", "", day), form)
        except ValueError:
            continue
        return (*when[:3], int(hour) % 1200 + 1200 * (half == "PM"))
    return ()
