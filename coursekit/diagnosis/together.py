"""What the parts of one check tell together."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from coursekit.diagnosis.evidence import CLOSE, OR_ELSE, PLAIN, or_else
from coursekit.diagnosis.gaps import EXCHANGED, RIGHT
from coursekit.diagnosis.reads import not_called, outside, overwritten, stand_ins, unread

FITS = "This fits your {}. Is that one right?"
FITS_RIGHT = "This fits your {}, which is right, but rounded. How many digits do you carry on?"

WEAK = "all-zeros", "never-filled", "not-finite", "wrong-factor", "wrong-shape"  # what is seen, and no cause

MISFIT = "core dimension", "broadcast", "not aligned", "cannot reshape"  # so says numpy that sizes do not fit


class Trial(NamedTuple):
    """A call of a learner's function: what it was given, what was expected, and whether a cause can be told.

    `gap(value, expected)` says how the two differ, or nothing.
    """

    arguments: tuple
    expected: object
    gap: Callable
    nameable: bool


def borne_out(parts):
    """Yield the parts; a question about a function stays only where it fits in each part that knows it.

    One of two questions that are asked there together, of two mistakes, fits too.
    """
    refuted = [
        (part.of, asked)
        for part in parts
        for asked, fits in part.asked.items()
        if part.of and fits is False and not _asked_with_another(part, asked)
    ]
    for part in parts:
        fitting = [asked for asked, fits in part.asked.items() if fits] if part.of else []
        if fitting and part.status == "not yet" and (part.of, fitting[0]) in refuted:
            left = [f"\n{asked}" for asked in fitting if (part.of, asked) not in refuted]
            part = replace(part, message=part.message.replace(f"\n{fitting[0]}", "".join(left[:1])))
        yield part


def _asked_with_another(part, asked):
    last = re.split(r"(?<=[.?]) ", asked)[-1]
    return any(fits and last in other and asked != other for other, fits in part.asked.items())


def decided(parts):
    """Return the parts, each with that of its explanations which most others share, and with its equals.

    These are the other explanations that fit each part with this one. Several mistakes at once that do not
    explain every part are a coincidence, and not told. Where shapes show that two results have changed
    places, the parts of that function whose sizes are equal say so too.
    """
    exchanged = {part.of: part.message for part in parts if part.message.startswith(EXCHANGED)}
    names = [{one.mistake for one in (part, *part.others)} for part in parts]
    shared = Counter(name for known in names for name in known)
    found, unknown = [], any(PLAIN in part.message for part in parts)
    stopped = {part.of for part in parts if _is_misfit(part)}
    for part in parts:
        if part.of in exchanged and part.status == "not yet":
            found.append(replace(part, message=exchanged[part.of], answer="", mistake=None))
            continue
        other_sizes_stop = part.of in stopped
        best = max(
            (part, *part.others),
            key=lambda one: (other_sizes_stop and any(m.by_chance for m in one.made), shared[one.mistake]),
        )
        if best is part and OR_ELSE in part.answer:
            fitting = set.intersection(*(known for known in names if part.mistake in known))
            equal = or_else(part.made, [one.made for one in part.others[:2] if one.mistake in fitting])
            best = replace(part, answer=f"{part.answer.partition(OR_ELSE)[0]}{equal}".rstrip())
        if unknown and " + " in (best.mistake or ""):
            evidence = best.message.split("\n")[1:]
            best = replace(best, message="\n".join([PLAIN, *evidence]), answer="", mistake=None)
        found.append(best)
    return [_as_the_others(part, found) for part in found]


def _as_the_others(part, parts):
    """Return a part; where only it has its cause, and all others of its function share one, it has theirs."""
    others = [one for one in parts if one.of is part.of and one.status == "not yet" and one is not part]
    shared = others[0].mistake if len({one.mistake for one in others}) == 1 else None
    if not (shared and part.mistake and part.trial) or len(others) < 2:
        return part
    if set(part.mistake.split(" + ")) <= set(shared.split(" + ")):  # no other cause, but a part of it
        return part
    message = "\n".join([others[0].message.split("\n")[0], *part.message.split("\n")[1:]])
    return replace(part, message=message, answer=others[0].answer.partition(f" {OR_ELSE}")[0], mistake=shared)


def repaired(parts):
    """Return the parts; those of one function that no one cause explains ask about the line that does it.

    One that a small change of the function proves.
    """
    parts = list(parts)
    for function in {id(part.of): part.of for part in parts if part.trial}.values():
        same = [part for part in parts if part.trial and part.of is function]
        if all(part.status == "passed" for part in same):
            continue
        from coursekit.diagnosis.repair import added_to_empty, lost, slip_in  # seldom needed

        stops = any(part.error for part in same)
        asked = added_to_empty(function) or (not stops and lost(function))
        unclear = not asked and not _explained(same)
        if unclear:
            names = {part.mistake for part in same if part.status == "not yet"}
            is_named = len(names) == 1 and " + " in (names.pop() or "")
            asked = slip_in(function, [part.trial[:3] for part in same], is_named)
        if asked:
            parts = [_asking(asked, part) if part in same else part for part in parts]
        elif unclear and (asked := _asked_by_a_stop(same)):
            parts = [
                _asking(asked, part) if part in same and _is_unsure(part, same) else part for part in parts
            ]
    return parts


def _asked_by_a_stop(parts):
    """Return what a stop of a function in one part asks of sizes, for the parts where these fit."""
    for part in parts:
        if _is_misfit(part):
            asked = part.message.split("\n")[-1]
            return f"The sizes fit here by chance, and not in “{part.name}”. {asked}"
    return ""


def _is_misfit(part):
    """Whether sizes that do not fit have stopped a function."""
    return isinstance(part.error, IndexError) or any(words in str(part.error) for words in MISFIT)


def _is_unsure(part, parts):
    """Whether a part has no question that fits, nor a cause: several at once that no other part shares are none."""
    if part.error or (not part.mistake and part.message.endswith("?")):
        return False
    names = {one.mistake for one in parts if one.status == "not yet" and not one.error}
    return not part.mistake or (" + " in part.mistake and len(names) > 1)


def _explained(parts):
    """Whether one cause is known for all parts of a function that are wrong."""
    wrong = [part for part in parts if part.status != "passed"]
    if outside(parts[0].of) or any(RIGHT in part.message for part in wrong):
        return True
    stops = {part.message.split("\n")[0] for part in wrong if part.error}
    if len(stops) > 1 or any(isinstance(part.error, IndexError) for part in wrong):  # tells no letter
        return False
    if len(wrong) < len(parts) and any(map(_is_misfit, wrong)):  # other sizes fit: is one fixed?
        return False
    others = [part for part in wrong if not part.error]
    if any(fits and asked in part.message for part in others for asked, fits in part.asked.items()):
        return True
    named = {part.mistake for part in others if part.trial.nameable}
    if not named:
        return bool(stops) and not others
    return len(named) == 1 and all(map(_is_cause, named))


def _is_cause(name):
    return name and " + " not in name and not name.startswith(WEAK)


def _asking(asked, part):
    """Return a part that asks about a line, and below it says what was seen, without a question of its own."""
    if part.status != "not yet":
        return part
    starts = "expected", "received", "For instance", "Your "
    seen = [line for line in part.message.split("\n") if line.startswith(starts) and line[-1] != "?"]
    return replace(part, message="\n".join([asked, *seen[:1]]), answer="", mistake="slip")


def said_once(parts):
    """Yield the parts; where one fails for the reason of an earlier one, it only says so."""
    first, fine = {}, []
    for part in parts:
        fine += [part.name] if part.status == "passed" or part.message.startswith(CLOSE) else []
        for name in fine:
            part = replace(part, message=part.message.replace(FITS.format(name), FITS_RIGHT.format(name)))
        lines = part.message.split("\n")
        asked = lines[0] if part.mistake else lines[-1]  # a diagnosis asks first
        reason = asked, part.answer.partition(OR_ELSE)[0].strip()
        if part.error:  # whatever shapes it met
            reason = lines[0].partition(" (in ")[0]
        told = part.error or lines[-1].endswith("?") or len(lines) > 1
        earlier = first.setdefault(reason, part.name) if told else part.name
        yield part if earlier == part.name else replace(part, message=f"As in “{earlier}”.", answer="")


def told_of_outside(part, function):
    """Return a part that also says which names its function reads from outside, what it does not read or call."""
    for name in not_called(function):
        part = _told_too(
            part, f".{name} without its brackets is a function, and counts as True. What calls it?"
        )
    for argument, other in stand_ins(function):
        part = _told_too(
            part, f"{argument} came in and is never read; {other} is. Which of the two do you mean?"
        )
    for argument in overwritten(function):
        part = _told_too(
            part,
            f"{argument} came in, and gets another value before any line reads it. Which line does that?",
        )
    if not (names := outside(function)):
        return part
    that, asked = ("that", "Is it the one") if len(names) == 1 else ("them", "Are they those")
    said = f"Your function reads {' and '.join(names)} from outside: no line of it makes {that}."
    found = any(part.asked.values()) or part.error
    if unread(function) and not found:  # so that is the cause: what else would follow is noise
        part = replace(part, message="", answer="", mistake=None, others=())
    return _told_too(part, f"{said} {asked} that you mean?")


def told_of_rewritten(part, function, before, after):
    """Return a part that also says which arguments its function changes: right numbers do not pass then.

    An array counts as changed where it differs by more than a weight that is moved and put back.
    """
    known = getattr(getattr(function, "__code__", None), "co_varnames", ())
    names = [name for name, *both in zip(known, before, after, strict=False) if _differ(*both)]
    if not names:
        return part
    which = " and ".join(names)
    said = f"function changes {which} itself, and whoever calls it still needs {which} as it was."
    if part.status == "passed":
        asked = "Which line writes into it, and where could that line write instead?"
        return replace(part, status="not yet", message=f"The numbers are right. But your {said}\n{asked}")
    first, *lines = part.message.split("\n")
    others = tuple(told_of_rewritten(other, function, before, after) for other in part.others)
    return replace(part, message="\n".join([first, f"Your {said}", *lines]), others=others)


def _told_too(part, said):
    others = tuple(_told_too(other, said) for other in part.others)
    lines = part.message.split("\n") if part.message else []
    lines.insert(bool(part.error), said)  # before what it may explain, after a stop
    return replace(part, message="\n".join(lines), others=others)


def _differ(one, other):
    """Whether two arrays, or any in a tuple or list, differ by more than rounding."""
    if isinstance(one, np.ndarray) and one.dtype.kind in "biuf":
        return one.shape != other.shape or not np.allclose(one, other, 1e-9, 1e-12, equal_nan=True)
    return isinstance(one, (tuple, list)) and (len(one) != len(other) or any(map(_differ, one, other)))
