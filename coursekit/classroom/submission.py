"""What a learner handed in: all that the learner would run, each piece at the cell that it belongs to."""

import ast
import re
from dataclasses import dataclass, field

from coursekit.classroom.cells import Unreadable, additions, defined, is_text, parse, read_cells
from coursekit.classroom.release import released_text

_HEADER = re.compile(r"^(?:# ?Answer:|### ?CHECK|<!-- ?WRITTEN)[ \t]*([a-z][a-z0-9_-]*)", re.MULTILINE)
_HARMLESS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)


@dataclass(frozen=True)
class Submission:
    """What was found in a file.

    `answers`: name of a cell -> code texts in the learner's order: for a solution its answer first, then the
    rest of it and the extra cells after it; for any other cell, and "" for the notebook's begin, the extra
    cells after it.
    """

    answers: dict
    written: dict  # name of a written answer -> its text
    flags: tuple = ()  # what was found twice, changed, missing or set aside
    printed: dict = field(default_factory=dict)  # name of a solution -> what its cell had printed


def read_submission(data, assignment):
    """Read a learner's file, bytes; raise Unreadable where it is no notebook of this assignment."""
    known = {key: cell for cell in assignment.cells for key in (cell.id, cell.name)}
    reading = _Reading(assignment)
    for cell in read_cells(data):
        for name, text in _sections(cell, known):
            reading.take(known.get(name), cell["cell_type"] == "code", text, cell["printed"])
    return reading.finish()


def holds(data, assignment):
    """Say how much of an assignment, or of any if it is None, a file holds: 0 nothing, 1 cells, 2 answers."""
    try:
        if assignment is None:
            return int(any(cell["grade_id"] or _HEADER.match(cell["source"]) for cell in read_cells(data)))
        found = read_submission(data, assignment)
    except Unreadable:
        return 0
    stubs = {cell.name: _plain(released_text(cell)) for cell in assignment.of_kind("solution")}
    touched = [_plain(found.answers.get(name, [""])[0]) not in ("", stub) for name, stub in stubs.items()]
    return 2 if any(touched) or any(found.written.values()) else 1


def _sections(cell, known):
    """Cut a cell where another one was merged into it, and name each piece."""
    text, names = cell["source"], (cell["grade_id"], cell["id"])
    name, begin = next((name for name in names if name in known), None), 0
    for found in _HEADER.finditer(text):
        other = known.get(found[1])
        if other is None or (name and known[name] is other):
            continue
        if parse(text[begin : found.start()]) is None and parse(text) is not None:
            continue  # it stands in a text of the code
        if name and text[begin : found.start()].strip():
            yield name, text[begin : found.start()]
            begin = found.start()
        elif name:
            continue  # what the file says of a cell counts more than a comment in its first line
        name = found[1]
    yield name, text[begin:]


class _Reading:
    """The cells of one notebook, taken one after the other."""

    def __init__(self, assignment):
        self._assignment = assignment
        self._stubs = {cell.name: _plain(released_text(cell)) for cell in assignment.cells}
        unnamed = assignment.of_kind("given", "check", "text")
        self._same = {self._stubs[cell.name]: cell for cell in unnamed if self._stubs[cell.name]}
        prose = "\n".join(map(released_text, assignment.of_kind("text", "written")))
        self._given_lines = set(map(str.strip, prose.splitlines())) - {""}
        self._defines = {cell.name: defined(cell.source) for cell in assignment.of_kind("solution")}
        self._place = self._piece = ""  # the last named cell; the answer that the cell before belongs to
        self._answers, self._written, self._printed, self._flags = {}, {}, {}, []
        self._counts, self._as_text, self._notes = {}, {}, []

    def take(self, cell, is_code, text, printed):
        """Take the next cell: `cell` is that of the assignment, or None for one that the learner added."""
        cell = cell or self._same.get(_plain(text))
        kind = cell.kind if cell else None
        before, self._piece = self._piece, ""
        self._place = cell.name if cell else self._place
        if kind == "solution":
            self._take_solution(cell.name, is_code, text, before)
            self._printed |= {cell.name: printed} if printed else {}
        elif kind == "written":
            self._written.setdefault(cell.name, []).append(self._own(text))
        elif kind in ("given", "check"):
            self._take_changed(cell, text)
        elif kind == "text" or not is_code or self._is_prose(text):
            self._take_text(kind, text)
        elif _plain(text):
            self._answers.setdefault(self._place, []).append(text)

    def _take_changed(self, cell, text):
        if _plain(text) == self._stubs[cell.name]:
            return
        self._flag(f"{cell.name}: this cell of the assignment was changed; the original counts")
        if added := additions(text, cell.source):
            self._flag(f"{cell.name}: what was added to it (imports, functions) was run after it")
            self._answers.setdefault(cell.name, []).append(added)

    def _take_solution(self, name, is_code, text, before):
        if not is_code:
            self._as_text[name] = text
            return
        there = self._answers.setdefault(name, [])
        untouched = _plain(text) in ("", self._stubs[name])
        answered = self._counts.get(name, 0)
        if untouched and (answered or there):
            return self._set_aside(name)
        self._piece = name
        if untouched:
            there.append(text)
        elif not answered:
            self._begin(name, text)
        elif before == name and self._is_split(there[-1], text, self._defines[name]):
            there[-1] = f"{there[-1]}\n{text}"
        else:
            there.append(text)
        self._counts[name] = answered + (not untouched)

    @staticmethod
    def _is_split(first, second, names):
        """Whether two neighbours are one answer: only a beginning, or cut in the middle of a function."""
        tree, rest = parse(first), parse(second)
        if rest is None:
            return tree is None or parse(f"{first}\n{second}") is not None
        if tree is None or names & defined(first):
            return False
        return all(isinstance(node, _HARMLESS) or is_text(node) for node in tree.body)

    def _is_prose(self, text):
        """Whether an added code cell holds a written answer: below one, and nothing in it can be run."""
        if self._place not in self._written:
            return False
        tree = parse(text)
        return tree is None or all(map(is_text, tree.body))

    def _take_text(self, kind, text):
        own = self._own(text)
        if own and kind is None and self._place in self._written:
            self._written[self._place].append(own)
        elif own:
            self._notes.append(own)

    def _own(self, text):
        """Return what of a text is the learner's."""
        lines = [line for line in text.splitlines() if line.strip() not in self._given_lines]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def _set_aside(self, name):
        self._flag(f"{name}: an empty or untouched copy of its cell was set aside")

    def _flag(self, text):
        if text not in self._flags:
            self._flags.append(text)

    def finish(self):
        """Return the submission; raise Unreadable where nothing belongs to the assignment."""
        for name, count in self._counts.items():
            if count > 1:
                self._flag(f"{name} is there in {count} cells; all of them were run, in their order")
        for cell in self._assignment.of_kind("solution"):
            if not self._counts.get(cell.name):
                self._look_elsewhere(cell.name)
            elif cell.name in self._as_text:
                self._flag(f"{cell.name}: a copy of its cell that is no code cell was not run")
        wanted = [cell.name for cell in self._assignment.of_kind("solution", "written")]
        missing = [name for name in wanted if name not in self._answers and name not in self._written]
        if len(missing) == len(wanted):
            raise Unreadable(
                "This file holds none of the assignment's cells. Is it another notebook? "
                "Open the assignment that you were given, put your answers into its cells, and hand that in."
            )
        for name in missing:
            if self._notes and name not in self._defines:
                self._written[name], self._notes = self._notes, []
                self._flag(f"{name}: its cell is missing; what the learner wrote elsewhere stands for it")
            else:
                self._flag(f"{name} is missing")
        written = {name: "\n\n".join(filter(None, texts)) for name, texts in self._written.items()}
        for name, text in written.items():
            if self._notes and not text:
                self._flag(f"{name} is empty; elsewhere the learner wrote: {self._notes[0][:300]!r}")
        return Submission(self._answers, written, tuple(self._flags), self._printed)

    def _look_elsewhere(self, name):
        """Find an answer that is not in its cell: in a text cell by accident, or in other code cells."""
        text = self._as_text.get(name)
        if text and _plain(text) != self._stubs[name] and parse(text):
            self._flag(f"{name}: its cell was no code cell any more; it was run as one")
            return self._begin(name, text)
        found = [
            (place, text)
            for place, texts in self._answers.items()
            for text in texts
            if self._defines[name] & defined(text) and _plain(text) != self._stubs[name]
        ]
        for place, text in found:
            if place == name or (place in self._counts and text is self._answers[place][0]):
                continue  # it stays where it is as well
            self._answers[place].remove(text)
            if not self._answers[place]:
                del self._answers[place]
        if found:
            self._flag(f"{name}: its own cell is untouched or missing; its code was found in another cell")
            self._begin(name, *(text for _, text in found))

    def _begin(self, name, *texts):
        """Let an answer begin with these texts; what ran before them runs before its cell."""
        all_there = self._answers.pop(name, [])
        there = [text for text in all_there if _plain(text) not in ("", self._stubs[name])]
        if len(there) < len(all_there):
            self._set_aside(name)
        own = [i for i, text in enumerate(there) if any(text is other for other in texts)]
        begin = own[0] if own else 0 if texts[0] in self._as_text.values() else len(there)
        if there[:begin]:
            self._answers.setdefault(self._above(name), []).extend(there[:begin])
        self._answers[name] = [*texts, *(text for i, text in enumerate(there) if i >= begin and i not in own)]

    def _above(self, name):
        """Return the name of the last cell above a solution that is none itself."""
        above = ""
        for cell in self._assignment.cells:
            if cell.name == name:
                return above
            above = cell.name if cell.kind != "solution" else above


def _plain(text):
    """Return a text without its header, blank lines, and blanks at the ends of lines."""
    lines = (line.rstrip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("# Answer:", "#Answer:")))
