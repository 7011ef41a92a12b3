"""Whose is it? The platform's number, or the outermost name; never one inside somebody's own things."""

import re
from contextlib import suppress

from coursekit.classroom.collect.platforms import owner_of, owners_by_platform
from coursekit.classroom.collect.roster import exact, plain
from coursekit.classroom.collect.tree import Damaged, opened
from coursekit.classroom.collect.versions import base_of, download_of

_COMMON = (  # words of names that are nobody's
    "abgabe abgaben answer answers archive assignment assignments attempt attempts backup class code "
    "copy course data day download downloads draft early ex exam exercise exercises export final handed "
    "handin hand hausaufgabe homework homeworks hw in ipynb kurs lab labs late lesson my nb new notebook "
    "notebooks of old on part problem problems project ps pset question resubmission scratch section "
    "sections set sheet solution solutions src students submission submissions submit submitted task test "
    "time take tries try tutorial uebung untitled upload uploads version week wk work woche "
)
_NOBODY = re.compile(
    r"(index|readme|notes?|timestamp|grades?|roster|license|requirements)\b.*\.(csv|log|xml|md|txt|html?|xlsx|yml)$",
    re.IGNORECASE,
)
_NOBODYS_FOLDER = re.compile(
    "data|images?|img|figures?|pictures?|assets|feedback|__pycache__|node_modules", re.IGNORECASE
)
FEW = 12  # archives side by side that may be a platform's exports, and not things of learners


def owned(entries, people, assignment, stack):
    """Say whose everything is that a class handed in.

    Parameters
    ----------
    entries : list of Entry
        What lies in a folder or in a platform's archive.
    people : list of Person
        The roster, or nobody.
    assignment : str
        The name of the assignment's notebook, which is no learner's.
    stack : contextlib.ExitStack
        Keeps open the archives in which a class was found.

    Returns
    -------
    list of (Owner, Entry)
    """
    entries = [entry for entry in entries if not _is_nobodys(entry)]
    by_platform = owners_by_platform([entry.name for entry in entries])
    if any(by_platform):
        return [
            (owner or owner_of(entry.stem), entry) for owner, entry in zip(by_platform, entries, strict=True)
        ]
    around = _around(entries, _Look(people, {*_COMMON.split(), *_words(assignment)}), stack)
    found = []
    for i, entry in enumerate(entries):
        inside = owned(around[i], people, assignment, stack) if i in around else ()
        found += inside or [(owner_of(entry.stem), entry)]
    names = {owner.key for owner, _ in found}
    return [(_of_download(owner, names), entry) for owner, entry in found]


def _is_nobodys(entry):
    """Whether something is the instructor's or a platform's, by its name, and holds no notebook."""
    if entry.children is None:
        return entry.open is not None and bool(_NOBODY.match(entry.name))
    return bool(_NOBODYS_FOLDER.fullmatch(entry.name)) and not _may_count(entry)


def _of_download(owner, names):
    """Take "ann (1)" for ann's where there is an ann as well."""
    first = owner_of(download_of(owner.name))
    return first if not owner.number and first.key in names else owner


def _around(entries, look, stack):
    """Return the folders and archives that stand around learners' things: place in the list -> children."""
    inside = _containers(entries, stack)
    exported = {i: _exported(children) for i, children in inside.items()}
    if len(inside) == len(entries) and all(exported.values()):
        return inside
    exports = {i: inside.pop(i) for i, count in exported.items() if count > 1}  # of a class, not of somebody
    found = look.holding_people(entries, inside) if look.people else None
    if found is None:
        found = look.by_names(entries, inside)
    return exports | _all_or_folders(found, entries)


def _all_or_folders(found, entries):
    """An archive among other things is somebody's own, whatever lies in it."""
    if len(found) == len(entries):
        return found
    return {i: children for i, children in found.items() if entries[i].children is not None}


def _containers(entries, stack):
    inside = {i: entry.children for i, entry in enumerate(entries) if entry.children}
    archives = [i for i, entry in enumerate(entries) if entry.is_archive]
    for i in archives if len(archives) <= FEW else ():
        with suppress(Damaged):
            inside[i] = stack.enter_context(opened(entries[i]))
    return {i: children for i, children in inside.items() if children}


def _exported(children):
    """Return of how many learners a folder is a platform's export, perhaps in one more folder; else 0."""
    kept = [child for child in children if not _is_nobodys(child)]
    owners = owners_by_platform([child.name for child in kept])
    if len(kept) == 1 and not owners[0] and kept[0].children:
        return _exported(kept[0].children)
    return len({owner.key for owner in owners}) if all(owners) else 0


class _Look:
    """What names tell: those of the roster, and words that name no learner."""

    def __init__(self, people, words):
        self.people, self._words = people, words
        self._known = frozenset().union(*(person.names for person in people))

    def is_person(self, entry):
        """Whether an entry is named as somebody of the roster."""
        return plain(entry.stem) in self._known or _without(entry.stem, self._words) in self._known

    def _holds_person(self, children):
        return any(self.is_person(child) or self._holds_person(child.children or ()) for child in children)

    def holding_people(self, entries, inside):
        """Return the containers in which the roster's learners are; None where it names nobody here."""
        named = any(map(self.is_person, entries))
        holding = {
            i: children
            for i, children in inside.items()
            if not self.is_person(entries[i])
            and (self.is_common(entries[i]) or not named)
            and self._holds_person(children)
        }
        return holding if named or holding else None

    def by_names(self, entries, inside):
        """Return the containers that, by all the names there, hold learners' things."""
        common = {i for i in inside if self.is_common(entries[i])}
        found = {i: inside[i] for i in common if self._leads_to_names(inside[i])}
        names = [self._names(children) for children in found.values()]
        if sum(map(len, names)) > len(set().union(*names)) <= len(found):
            found = {}  # the same few names again and again: those of files, and not of learners
        rest = {i: children for i, children in inside.items() if i not in common}
        return found | rest if self._are_classes([(entries[i], rest[i]) for i in rest]) else found

    def is_common(self, entry):
        """Whether an entry is named by words and numbers that name no learner."""
        words = set(_words(entry.stem))
        letters = {word for word in words if len(word) == 1 and word.isascii()}  # as in "section B"
        return not words - self._words - letters and (not words or words != letters)

    def _names(self, children):
        """Return the names of what may be handed in, without the marks of versions."""
        return {exact(base_of(child.stem)) for child in children if _may_count(child)}

    def _leads_to_names(self, children):
        """Whether all that may be handed in may be named as learners, perhaps some folders deeper."""
        kept = [child for child in children if _may_count(child)]
        return bool(kept) and all(
            not self.is_common(child) or self._leads_to_names(child.children or ()) for child in kept
        )

    def _are_classes(self, folders):
        """Whether folders hold learners' things, and not each those of one learner."""
        seen, most = set(), 0
        for entry, children in folders:
            while len(children) == 1 and children[0].children:
                children = children[0].children
            kept, own = [child for child in children if _may_count(child)], set(_words(entry.stem))
            names = self._names(kept)
            if not names or seen & names or any(map(self.is_common, kept)):
                return False
            if any(own & set(_words(child.stem)) for child in kept):
                return False
            seen, most = seen | names, max(most, len(names))
        return most > 1


def _may_count(entry):
    if entry.children is not None:
        return any(map(_may_count, entry.children))
    return entry.is_archive or ".ipynb" in entry.name.casefold()


def _words(name):
    return re.findall(r"[^\W\d_]+", name.casefold())


def _without(name, words):
    """Return a plain name without its numbers and the words that name no learner."""
    return plain("".join(word for word in _words(name) if word not in words)) or "?"


def person_of(owner, people, assignment=""):
    """Find a learner of the roster.

    Parameters
    ----------
    owner : Owner
    people : list of Person
    assignment : str

    Returns
    -------
    person : Person or None
    told_by : object
        What told it: the platform's number, or the plain name; None for nobody.

    Raises
    ------
    ValueError
        Where the name could be that of two.
    """
    number, name = plain(owner.number), plain(owner.name) or exact(owner.name)
    if number and owner.platform == "moodle":
        anonymous = name == f"participant{number}"
        by_number = [
            person
            for person in people
            if f"participant{number}" in person.ids
            or (number in person.ids and (anonymous or name in person.names))
        ]
    else:
        by_number = [person for person in people if number and number in person.ids]
    if len(by_number) == 1:
        return by_number[0], owner.key
    common = {*_COMMON.split(), *_words(assignment)}
    for key in (name, "" if owner.number else _without(owner.name, common)):
        found = [person for person in people if key and key in person.names]
        if len(found) > 1:
            found = [person for person in found if exact(owner.name) == exact(person.learner)] or found
        if len(found) > 1:
            both = " and ".join(repr(person.learner) for person in found[:2])
            raise ValueError(
                f"roster must tell learners apart; {owner.name!r} could be {both}: give each an id or a file"
            )
        if found:
            return found[0], owner.key if number else key
    return None, None
