"""Whose is it? The platform's number, or the outermost name; never one inside somebody's own things."""

import re
from contextlib import suppress

from coursekit.classroom.collect.names import download_of, exact, owner_of, owners_by_platform, plain, version
from coursekit.classroom.collect.tree import Damaged, opened

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


class Look:
    """What the names in a class's files tell, with a roster and the words that name no learner.

    Among these is the `assignment`'s name. The `stack` keeps open the archives in which a class was found.
    """

    def __init__(self, people, assignment, stack):
        self.people, self._stack = people, stack
        self._common = {*_COMMON.split(), *_words(assignment)}
        self._known = frozenset().union(*(person.names for person in people))

    def owned(self, entries):
        """Return (Owner, Entry) of everything that a class handed in, from what lies in a folder."""
        entries = [entry for entry in entries if not _is_nobodys(entry)]
        owners = owners_by_platform([entry.name for entry in entries])
        if any(owners):
            return [
                (owner or owner_of(entry.stem), entry) for owner, entry in zip(owners, entries, strict=True)
            ]
        around, found = self._around(entries), []
        for i, entry in enumerate(entries):
            inside = self.owned(around[i]) if i in around else ()
            found += inside or [(owner_of(entry.stem), entry)]
        names = {owner.key for owner, _ in found}
        return [(_of_download(owner, names), entry) for owner, entry in found]

    def _around(self, entries):
        """Return what stands around learners' things: place in the list -> children."""
        inside = self._containers(entries)
        learners = {i: _exported(children) for i, children in inside.items()}
        if len(inside) == len(entries) and all(learners.values()):
            return inside
        exports = {i: inside.pop(i) for i, count in learners.items() if count > 1}  # of a class
        found = self._holding_people(entries, inside)
        found = self._by_names(entries, inside) if found is None else found
        if len(found) < len(entries):  # an archive among other things is somebody's own, whatever lies in it
            found = {i: inside for i, inside in found.items() if entries[i].children is not None}
        return exports | found

    def _containers(self, entries):
        inside = {i: entry.children for i, entry in enumerate(entries) if entry.children}
        archives = [i for i, entry in enumerate(entries) if entry.is_archive]
        for i in archives if len(archives) <= FEW else ():
            with suppress(Damaged):
                inside[i] = self._stack.enter_context(opened(entries[i]))
        return {i: children for i, children in inside.items() if children}

    def _holding_people(self, entries, inside):
        """Return the containers in which the roster's learners are; None where it names nobody here."""
        named = any(map(self._is_person, entries))
        holding = {
            i: children
            for i, children in inside.items()
            if not self._is_person(entries[i])
            and (self._is_common(entries[i]) or not named)
            and self._holds_person(children)
        }
        return holding if named or holding else None

    def _is_person(self, entry):
        return not self._known.isdisjoint((plain(entry.stem), self._without_common(entry.stem)))

    def _holds_person(self, children):
        return any(self._is_person(child) or self._holds_person(child.children or ()) for child in children)

    def _by_names(self, entries, inside):
        """Return the containers that, by all the names there, hold learners' things."""
        common = {i for i in inside if self._is_common(entries[i])}
        found = {i: inside[i] for i in common if self._leads_to_names(inside[i])}
        names = [_names(children) for children in found.values()]
        if sum(map(len, names)) > len(set().union(*names)) <= len(found):
            found = {}  # the same few names again and again: those of files, and not of learners
        rest = {i: children for i, children in inside.items() if i not in common}
        return found | rest if self._are_classes([(entries[i], rest[i]) for i in rest]) else found

    def _is_common(self, entry):
        """Whether an entry is named by words and numbers that name no learner."""
        words = set(_words(entry.stem))
        letters = {word for word in words if len(word) == 1 and word.isascii()}  # as in "section B"
        return not words - self._common - letters and (not words or words != letters)

    def _leads_to_names(self, children):
        """Whether all that may be handed in may be named as learners, perhaps some folders deeper."""
        kept = list(filter(_may_count, children))
        return bool(kept) and all(
            not self._is_common(child) or self._leads_to_names(child.children or ()) for child in kept
        )

    def _are_classes(self, folders):
        """Whether folders hold learners' things, and not each those of one learner."""
        seen, most = set(), 0
        for entry, children in folders:
            while len(children) == 1 and children[0].children:
                children = children[0].children
            kept, own = list(filter(_may_count, children)), set(_words(entry.stem))
            names = _names(kept)
            if not names or seen & names or any(map(self._is_common, kept)):
                return False
            if any(own & set(_words(child.stem)) for child in kept):
                return False
            seen, most = seen | names, max(most, len(names))
        return most > 1

    def person_of(self, owner):
        """Return the learner of the roster, and what told it: the platform's number, or the plain name.

        Both are None for nobody. A name that could be that of two is refused.
        """
        number, name = plain(owner.number), plain(owner.name) or exact(owner.name)
        found = [person for person in self.people if _has_number(person, owner, number, name)]
        if len(found) == 1:
            return found[0], owner.key
        for key in (name, "" if number else self._without_common(owner.name)):
            found = [person for person in self.people if key and key in person.names]
            if len(found) > 1:
                found = [one for one in found if exact(owner.name) == exact(one.learner)] or found
            if len(found) > 1:
                both = " and ".join(repr(person.learner) for person in found[:2])
                raise ValueError(
                    f"roster must tell learners apart; {owner.name!r} could be {both}: "
                    "give each an id or a file"
                )
            if found:
                return found[0], owner.key if number else key
        return None, None

    def _without_common(self, name):
        """Return a plain name without its numbers and the words that name no learner."""
        return plain("".join(word for word in _words(name) if word not in self._common)) or "?"


def _is_nobodys(entry):
    """Whether something is the instructor's or a platform's, by its name, and holds no notebook."""
    if entry.children is None:
        return entry.open is not None and bool(_NOBODY.match(entry.name))
    return bool(_NOBODYS_FOLDER.fullmatch(entry.name)) and not _may_count(entry)


def _of_download(owner, names):
    """Take "ann (1)" for ann's where there is an ann as well."""
    first = owner_of(download_of(owner.name))
    return first if not owner.number and first.key in names else owner


def _exported(children):
    """Return of how many learners a folder is a platform's export, perhaps in one more folder; else 0."""
    kept = [child for child in children if not _is_nobodys(child)]
    owners = owners_by_platform([child.name for child in kept])
    if len(kept) == 1 and not owners[0] and kept[0].children:
        return _exported(kept[0].children)
    return len({owner.key for owner in owners}) if all(owners) else 0


def _has_number(person, owner, number, name):
    """Whether a platform's number is one of the roster's; Moodle's own is only with its name beside it."""
    if not number or owner.platform != "moodle":
        return bool(number) and number in person.ids
    anonymous = f"participant{number}"
    return anonymous in person.ids or (number in person.ids and (name == anonymous or name in person.names))


def _names(children):
    """Return the names of what may be handed in, without the marks of versions."""
    return {exact(version(child.stem)[0]) for child in children if _may_count(child)}


def _may_count(entry):
    if entry.children is not None:
        return any(map(_may_count, entry.children))
    return entry.is_archive or ".ipynb" in entry.name.casefold()


def _words(name):
    return re.findall(r"[^\W\d_]+", name.casefold())
