"""Whose is it? The platform's number, or the outermost name; never one inside somebody's own things."""

import re
from contextlib import suppress
from itertools import combinations

from coursekit.classroom.cells import LARGEST
from coursekit.classroom.collect.names import TABLE, earlier, exact, first_of, owner_of, plain, uploads, words
from coursekit.classroom.collect.tree import Damaged, opened, read
from coursekit.classroom.submission import holds

_NOBODY = re.compile(
    r"((index|readme|notes?|timestamp|license|requirements)\b.*\.(csv|log|xml|md|txt|html?)"
    r"|(.*[\W_])?(roster|grades?|gradebook|class|list|students|participants|worksheet|metadata|marks)(?![a-z]).*"
    r"\.(csv|tsv|txt|xlsx?|ods|ya?ml))$",
    re.IGNORECASE,
)
_NOBODYS_FOLDER = re.compile("data|images?|img|figures?|pictures?|assets|feedback", re.IGNORECASE)
_EXPORT = re.compile(  # as platforms name what they export of a class, perhaps of one learner
    r"(.+-.+-\d+|gradebook_.+|submissions|.+ Download .+\d{4}.*)( ?\(\d+\))?(\.zip)?$", re.IGNORECASE
)
_DAY = re.compile(r"(19|20)\d\d[-_. ]?[01]\d")
_NUMBER = re.compile(r"0\d\d|\d{4,}")  # shorter ones are those of weeks, tries and days
MOST_WORDS = 30  # of a name that are looked at
FEW = 60  # archives side by side that may be a platform's exports, and not things of learners


class Look:
    """What the names in a class's files tell, with a roster and the words that name no learner.

    Among these is the `assignment`'s name. The `stack` keeps open the archives in which a class was found.
    """

    def __init__(self, people, assignment, stack):
        self.assignment, self._stack = assignment, stack
        self._own = words(assignment.name if assignment else "")
        self._common = set(words(" ".join(sum(TABLE["names"].values(), self._own))))
        self._known, self._words = {}, {}
        for person in people:
            known = person.names | {name.lstrip("0") for name in person.ids}
            for names, index in ((known, self._known), (known | person.words, self._words)):
                for name in names:
                    index.setdefault(name, []).append(person)

    def owned(self, entries):
        """Return (Owner, Entry) of everything that a class handed in, from what lies in a folder."""
        entries = [entry for entry in entries if not _is_nobodys(entry)]
        if {"source", "submitted"} <= {entry.name for entry in entries}:  # the folder of an nbgrader course
            entries = [entry for entry in entries if entry.name == "submitted"]
        owners = uploads([entry.name for entry in entries])
        if any(owners):
            return [
                (owner or owner_of(entry.stem), entry) for owner, entry in zip(owners, entries, strict=True)
            ]
        around, found = self._around(entries), []
        for i, entry in enumerate(entries):
            inside = self.owned(around[i]) if i in around else ()
            found += inside or [(owner_of(entry.stem), entry)]
            if not inside and self._is_common(entry):
                self._refuse_nameless(entry.children or ())
        self._refuse_nameless([entry for _, entry in found])
        names = {owner.key for owner, _ in found}
        return [(first_of(owner, names), entry) for owner, entry in found]

    def _refuse_nameless(self, entries):
        """Refuse versions side by side of a name that no learner has, as "hw" and "hw (1)" from a browser."""
        named = {exact(entry.stem): entry for entry in entries}
        for entry in entries:
            first = next((named[name] for name in map(exact, earlier(entry.stem)) if name in named), None)
            if first and self._is_common(first) and not self._is_person(first):
                why = "name nobody. Write the learner's name into each, or put it in a folder so named"
                raise not_apart(first, entry, why)

    def _around(self, entries):
        """Return what stands around learners' things: place in the list -> children."""
        inside = self._containers(entries)
        learners = {i: 0 if self._is_person(entries[i]) else _exported(inside[i]) for i in inside}
        every = len(inside) == len(entries) and all(learners.values())
        named = {i for i in inside if every or _EXPORT.match(entries[i].name)}  # also a class of one
        exports = {i: inside.pop(i) for i, count in learners.items() if count > (i not in named)}
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
        people = {i for i, entry in enumerate(entries) if self._is_person(entry)}
        may = {i for i in inside if i not in people and (not people or self._is_common(entries[i]))}
        holding = {i: inside[i] for i in may if self._holds_person(inside[i])}
        return holding if people or holding else None

    def _is_person(self, entry):
        return bool(self._told(entry.stem, self._known))

    def _holds_person(self, children):
        return any(self._is_person(child) or self._holds_person(child.children or ()) for child in children)

    def _by_names(self, entries, inside):
        """Return the containers that, by all the names there, hold learners' things."""
        common = {i for i in inside if self._is_common(entries[i])}
        found = {i: inside[i] for i in common if self._leads_to_names(inside[i])}
        names = [_names(children) for children in found.values()]
        if len(set().union(*names)) < sum(map(len, names)) == len(found):
            found = {}  # one in each, and the same again: names of files, and not of learners
        rest = {i: children for i, children in inside.items() if i not in common}
        return found | rest if self._are_classes([(entries[i], rest[i]) for i in rest]) else found

    def _is_common(self, entry):
        """Whether an entry is named by words and numbers that name no learner."""
        own = set(_letters(entry.stem))
        if not own and re.search(r"\d{4}", entry.stem) and not _DAY.search(entry.stem):
            return False  # a learner's number
        single = {word for word in own if len(word) == 1 and word.isascii()}  # as in "section B"
        return not own - self._common - single and (not own or own != single)

    def is_nameless(self, owner, entry):
        """Whether neither a platform nor a word or number in its name tells whose a thing is."""
        return not owner.number and not re.search(r"\d", entry.stem) and self._is_common(entry)

    def _leads_to_names(self, children):
        """Whether all that may be handed in may be named as learners, perhaps some folders deeper."""
        kept = list(filter(_may_count, children))
        common = filter(self._is_common, kept)
        return bool(kept) and all(self._leads_to_names(child.children or ()) for child in common)

    def _are_classes(self, folders):
        """Whether folders hold learners' things, and not each those of one learner."""
        seen, most, held = set(), 0, []
        for entry, children in folders:
            while len(children) == 1 and children[0].children:
                children = children[0].children
            kept, own = list(filter(_may_count, children)), set(_letters(entry.stem))
            names = _names(kept)
            if not names or seen & names or any(map(self._is_common, kept)):
                return False
            if any(own & set(_letters(child.stem)) for child in kept):
                return False
            seen, most = seen | names, max(most, len(names))
            held.append(sum(map(self._holds, kept)))
        return most > 1 and (max(held) > 1 or not any(held))

    def _holds(self, entry):
        """Whether a notebook is one of the assignment."""
        try:
            return entry.children is None and holds(read(entry, LARGEST), self.assignment) > 0
        except Damaged:
            return False

    def person_of(self, owner):
        """Return the learner of the roster, and what told it: the platform's number, or plain names.

        Without a learner nothing did. A name that could be that of two is refused.
        """
        number, name = plain(owner.number), owner.name
        if owner.platform == "blackboard":  # where the name begins is not certain
            number, name = "", owner.upload.partition("_attempt_")[0]
        numbered = [one for one in self._known.get(number, ()) if number in one.ids]
        names = [owner.upload if number else "", name, name.split()[0] + name.split()[-1], owner.name]
        if owner.platform == "moodle":  # its own number is one of the roster's only with its name beside it
            own, shown = f"participant{number}", plain(name)
            numbered = self._known.get(own) or [one for one in numbered if shown in {own, *one.names}]
            names.append(name.partition("-")[2])  # what stands before it is a group
        if len(numbered) == 1:
            return numbered[0], {owner.key}
        tries = [(one, self._known) for one in filter(None, names)] + [(name, self._words)] * (not number)
        told = next(filter(None, (self._told(*one, whole=bool(number)) for one in tries)), {})
        if len(told) > 1:
            both = " and ".join(repr(person.learner) for person in [*told][:2])
            raise ValueError(
                f"roster must tell learners apart; {owner.upload or owner.name!r} could be {both}: "
                "give each an id, or a file: the name of what they handed in"
            )
        person, by = next(iter(told.items()), (None, set()))
        return person, {owner.key} if number else by

    def _told(self, name, known, whole=False):
        """Return whom a name, or the words and numbers in it, tell; each with what of it does.

        A number, a login or a full name tells beside any other words; a single word of somebody's name
        where all else is nobody's. Of two learners it is the one who is told by more, or by each accent.
        """
        parts, told, sure = words(name)[:MOST_WORDS] or [exact(name)], {}, set()
        strange = {i for i, part in enumerate(parts) if len(part) > 1 and not self._is_nobodys(part)}
        for i, j in combinations(range(len(parts) + 1), 2):
            key, at = "".join(parts[i:j]), set(range(i, j))
            tells = strange & at if key.isalpha() else _NUMBER.fullmatch(key) or not key.isdecimal()
            if len(at) == len(parts) or (tells and not whole):
                for person in known.get(key) or known.get(key.lstrip("0"), ()):
                    told.setdefault(person, {})[key] = at
                    sure |= {person} if key not in person.words else set()
        at = {person: set().union(*keys.values()) for person, keys in told.items()}
        fits = [person for person in told if person in sure or not strange - at[person]]
        same = [person for person in fits if exact(person.learner) == exact(name)]
        return {one: set(told[one]) for one in same or fits if not any(at[one] < at[other] for other in fits)}

    def _is_nobodys(self, word):
        """Whether a word or number of a name names no learner: it may be a part of the assignment's name."""
        part_of_it = len(word) > 4 and any(own.startswith(word) for own in self._own)
        return word.isdecimal() or word in self._common or part_of_it


def not_apart(one, other, why):
    """Return the error that two things may be those of one learner, or of two."""
    both = f"both {one.place!r} and {other.place!r}"
    return ValueError(f"folder must tell learners apart; {both} {why}. Nothing was graded.")


def _is_nobodys(entry):
    """Whether something is the instructor's or a platform's, by its name, and holds no notebook."""
    if entry.children is None:
        return entry.open is not None and bool(_NOBODY.match(entry.name))
    return bool(_NOBODYS_FOLDER.fullmatch(entry.name)) and not _may_count(entry)


def _exported(children):
    """Return of how many learners a folder is a platform's export, perhaps in one more folder; else 0."""
    kept = [child for child in children if not _is_nobodys(child)]
    owners = uploads([child.name for child in kept])
    if len(kept) == 1 and not owners[0] and kept[0].children:
        return _exported(kept[0].children)
    return len({owner.key for owner in owners}) if all(owners) else 0


def _names(children):
    """Return the names of what may be handed in, without the marks of versions."""
    return {exact([child.stem, *earlier(child.stem)][-1]) for child in children if _may_count(child)}


def _may_count(entry):
    if entry.children is not None:
        return any(map(_may_count, entry.children))
    return entry.is_archive or ".ipynb" in entry.name.casefold()


def _letters(name):
    return [word for word in words(name) if word.isalpha()]
