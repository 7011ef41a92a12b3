"""Which of two files is the newer, as far as names tell."""

import re

_DOWNLOAD = (
    r"(?P<name>.+?)(?: ?[(_\[](?P<number>\d{1,9})[)_\]]|[ _-]+(?:copy|kopie|copie) ?\(?(?P<copy>\d{0,9})\)?)"
)
_COPY_OF = r"(?:copy of|kopie von|copie de) (?P<name>.+)"
_NUMBER = r"(?P<name>.+?)[ _.-]+(?:v|version|try|attempt)?[ _.-]?(?P<number>\d{1,9})"
_FINAL = r"(?P<name>.+?)[ _.-]+(?:final|neu|new|fixed|corrected|last|latest)(?P<number>\d{0,9})"
_OLD = r"(?P<name>.+?)[ _.-]+(?:old|alt|backup|bak|orig|original|draft)\d*"
_OLD_OF = r"(?:old|backup)[ _.-]+(?P<name>.+)"
FINAL = 1_000_000  # a final version is newer than any numbered one


def download_of(name):
    """Return the name that a browser or a copy made into this one, as "ann" of "ann (1)", or the name."""
    found = _match(_DOWNLOAD, name) or _match(_COPY_OF, name)
    return found["name"].strip() if found else name


def _match(pattern, name):
    return re.fullmatch(pattern, name, re.IGNORECASE)


def version(name):
    """Take a name apart.

    Parameters
    ----------
    name : str
        Of a file, without its suffix, or of a folder.

    Returns
    -------
    base : str
    marks : tuple of int
        The greater, the newer.
    """
    marks = []
    while True:
        if found := _match(_DOWNLOAD, name):
            marks.append(int(found["number"] or found["copy"] or 1))
        elif found := _match(_COPY_OF, name):
            marks.append(1)
        elif found := _match(_FINAL, name):
            marks.append(FINAL + int(found["number"] or 0))
        elif found := _match(_OLD, name) or _match(_OLD_OF, name):
            marks.append(-1)
        elif found := _match(_NUMBER, name):
            marks.append(int(found["number"]))
        else:
            return name, tuple(reversed(marks))
        name = found["name"].strip() or "?"


def is_old(place):
    """Whether a path says that what is there was set aside."""
    return any(
        re.fullmatch(r"(.*[ _.-])?(old|backup|bak|drafts?|archive|trash|alt)", part.split(".")[0])
        for part in place.casefold().split("/")
    )


def base_of(name):
    """Return a name without what tells its versions apart."""
    return version(name)[0]


def natural(name):
    """Return a key that sorts 9 before 10."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name.casefold())
    ]
