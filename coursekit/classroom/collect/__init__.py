"""Find what a class handed in: files as they come, in folders and in archives, and whose they are."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from coursekit.classroom.collect.choice import choose
from coursekit.classroom.collect.names import by_name, exact
from coursekit.classroom.collect.owners import Look, not_apart
from coursekit.classroom.collect.roster import read_roster
from coursekit.classroom.collect.tree import Damaged, Entry, folder_entries, opened, readable


@dataclass(frozen=True)
class Found:
    """A file that was handed in: whose it is, where it was found, and what is in it.

    `data` is the notebook: names and texts of its cells, and the begin of what they printed. `problem` says
    why there is none; then `data` is empty. `upload` is what a platform wrote into the file's name: the
    platform, the learner's number there, and the name itself; empty without a platform.
    """

    learner: str
    place: str
    data: bytes = b""
    problem: str = ""
    flags: tuple = ()
    upload: tuple = ()


def collect(folder, roster=None, assignment=None):
    """Find the submissions of a class.

    Parameters
    ----------
    folder : str or os.PathLike
        A folder with notebooks, folders of them, or archives as learning platforms export them; or one
        such archive, or one notebook.
    roster : str or os.PathLike, optional
        A CSV file with a column ``learner`` and, if you like, ``id``, ``email`` and ``file``; see
        `coursekit.classroom.collect.roster`. Each learner of the roster gets a record, also without a
        submission.
    assignment : Assignment, optional
        Tells which of several notebooks of one learner is meant.

    Returns
    -------
    list of Found
        One for each learner, in the order of their names.

    Raises
    ------
    FileNotFoundError, ValueError
        Where there is no such folder or roster, the folder is empty, the roster is none, or two things
        would be one learner's.
    """
    folder = Path(folder)
    if not folder.exists():
        raise FileNotFoundError(f"folder must exist; got {readable(str(folder))!r}")
    people = read_roster(roster) if roster is not None else []
    with ExitStack() as stack:
        look = Look(people, assignment, stack)
        entries = _entries(folder, stack)
        if roster is not None:  # which may lie beside what was handed in
            entries = [one for one in entries if (folder / one.place).resolve() != Path(roster).resolve()]
        things = look.owned(entries)
        if not things:
            raise ValueError(f"folder must hold what a class handed in; {readable(str(folder))!r} is empty")
        by_learner = _by_learner(things, look)
        listed = {person.learner for person in people}
        found = [_found(*one, look, listed) for one in by_learner.items()]
    missing = listed.difference(by_learner)
    found += [Found(learner, "", problem="Nothing was handed in.") for learner in missing]
    return sorted(found, key=by_name)


def _entries(folder, stack):
    """Return what lies in the folder or the archive, or the one notebook that was given."""
    if folder.is_dir():
        return folder_entries(folder)
    name = readable(folder.name)
    single = Entry(name, name, None, lambda: folder.open("rb"))
    if single.is_archive:
        try:
            return stack.enter_context(opened(single))
        except Damaged as error:
            raise ValueError(f"folder must be a folder or an archive; {name!r} {error}") from error
    if ".ipynb" in name.casefold():
        return [single]
    raise ValueError(f"folder must be a folder, a zip or tar archive, or a notebook; got {name!r}")


def _by_learner(things, look):
    """Return learner -> [(Owner, Entry)]; refuse where two would be one."""
    groups, told = {}, {}
    for owner, entry in things:
        person, by = look.person_of(owner)
        key = ("roster", person.learner) if person else owner.key
        name = person.learner if person else owner.name
        groups.setdefault(key, (name, []))[1].append((owner, entry))
        if by.isdisjoint(told.setdefault(key, by)) and by:
            _refuse(groups[key][1][0][1], entry, name)
    names = {}
    for name, group in groups.values():
        names.setdefault(exact(name), []).append((name, group))
    made = {}
    for same in names.values():
        for name, group in same:
            number = group[0][0].number
            learner = f"{name} ({number})" if len(same) > 1 else name
            if len(same) > 1 and (not number or learner in made):
                other = next(other for _, other in same if other is not group)
                _refuse(other[0][1], group[0][1], name)
            made[learner] = group
    return made


def _refuse(one, other, learner):
    rest = "Rename one of them, or give each learner an id or a file in the roster"
    raise not_apart(one, other, f"would be {learner!r}. {rest}")


def _found(learner, things, look, listed):
    """Look through all that a learner handed in, and take one file."""
    file, flags = choose(things, look.assignment)
    owner = file.owner
    flags += ["handed in late, says the name of the file"] * owner.late
    if learner not in listed:
        flags += ["its name does not say whose it is"] * look.is_nameless(*things[0])
        flags += ["not in the roster"] * bool(listed)
    upload = (owner.platform, owner.number, owner.upload) if owner.platform else ()
    return Found(learner, file.place, file.data, file.problem, tuple(flags), upload)
