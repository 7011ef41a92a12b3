"""How far a learner's value is from the expected one: its kind, its shape, the entry that is furthest off."""

import numpy as np

from coursekit._validation import short

RIGHT = "The numbers are right"  # and something else about the value is not
EXCHANGED = "Each of the two has the shape of the other."
NO_NUMBERS = {  # kind of an array that holds no real numbers -> what is said of it
    "c": ", complex numbers. Which root or power of a negative number made them?",
    **dict.fromkeys("US", ", which is text. Are the quotes meant?"),
}
USED_UP = ", which can be gone through only once. What makes a list of it?"
COLLECTED = {  # collections that are no list -> what is said of one
    dict: ", a dictionary.\nWhat takes its values alone?",
    set: ", a set, which keeps no order and nothing twice.\nWhat do you use in place of it?",
}
WHOLE = "\nWhole numbers cannot hold a fraction. Which line makes this array, and of which dtype?"
PAIRED = f"\n{RIGHT}, in one array. How do several values stand after a return?"
NAMED = ", a dictionary.\nHow do several values stand after a return, in their order and without names?"
RAGGED = ".\nIs each entry one number, and are all rows of one length?"
CALLED = ", a function.\nWhich brackets call it, and with what in them?"
LAMBDA = ", a function.\nA value is asked for, not how to get it. Which of your lines does without lambda?"
BOXED = "\nAre the brackets meant?"
IN_BRACKETS = "\nHow do you take the number out of its brackets?"
RIGHT_IN_BRACKETS = "\nRight number, in brackets. How do you take it out?"


def find_gap(received, expected, tolerance, difference):
    """Return None where the values agree, else how they differ, in few digits; see `exercises.compare`.

    The difference of two numbers is worded by `direction`, or by `both_numbers` for what a function
    returned. Later cells calculate with that, so there an array of float32, or of a kind of its own
    such as np.matrix, is not enough.
    """
    if isinstance(expected, bool):
        return _gap_of_truth(received, expected)
    if isinstance(expected, str):
        return _gap_of_words(received, expected)
    if isinstance(expected, tuple):
        return _gap_of_blocks(received, expected, tolerance, difference)
    want = np.asarray(expected, dtype=np.float64)
    try:
        raw = np.asarray(received)
        why = NO_NUMBERS.get(raw.dtype.kind, "")
        got = np.asarray(raw, dtype=np.float64) if raw.dtype.kind in "biufO" else None
    except Exception:  # the value may be anything, and raise anything
        got, why = None, _why_no_numbers(received)
    if got is None:
        return f"expected {_kind(want)}; received {_several(received, want) or short(received) + why}"
    if got.size == 1 and got.ndim and not want.ndim:
        right = find_gap(got.item(), want, tolerance, difference) is None
        asked = RIGHT_IN_BRACKETS if right else IN_BRACKETS
        return f"expected {_kind(want)}; received {_kind(got)}{asked}"
    if got.shape != want.shape:
        if several := _several(received, want):
            return f"expected {_kind(want)}; received {several}"
        return f"expected {_kind(want)}; received {_kind(got)}{_hint(got, want, tolerance) or _of_shapes(received, raw, want)}"
    with np.errstate(invalid="ignore"):
        differences = np.where(got == want, 0.0, np.abs(got - want))  # inf equals inf
    allowed = tolerance * np.where(np.isfinite(want), np.maximum(1.0, np.abs(want)), 1.0)
    if (differences <= allowed).all():
        return _unfit(received, raw) if want.ndim and difference is both_numbers else None
    excess = np.where(np.isnan(differences), np.inf, differences / allowed)
    at = np.unravel_index(excess.argmax(), want.shape)
    place = f" at index {list(map(int, at))}" if want.ndim else ""
    near = f", where {tolerance:g} off is near enough" if tolerance >= 0.01 else ""
    is_cut = isinstance(received, np.ndarray) and raw.dtype.kind in "iu" and (want != np.round(want)).any()
    return difference(want[at], got[at], place) + near + (WHOLE if is_cut else _hint(got, want, tolerance))


def is_finite(value):
    """Whether a value is numbers, none of them infinite or nan: others may come of any formula."""
    try:
        return all(np.isfinite(block).all() for block in (value if isinstance(value, tuple) else (value,)))
    except Exception:  # the value may be anything
        return False


def both_numbers(want, got, place):
    """Word a difference so that the expected number is seen."""
    return f"expected {want:.6g}; received {got:.6g}{place}"


def direction(want, got, place):
    """Word a difference so that the expected number is not given away."""
    if np.isnan(got):
        return f"received nan{place}, which is no number"
    return f"received {got:.6g}{place}, which is too {'large' if got > want else 'small'}"


def _why_no_numbers(received):
    """Return what is asked about a value that numpy makes no array of numbers of."""
    if hasattr(received, "__next__"):
        return USED_UP
    if callable(received):
        return LAMBDA if getattr(received, "__name__", "") == "<lambda>" else CALLED
    if isinstance(received, (list, tuple)) and any(isinstance(entry, (list, tuple)) for entry in received):
        return RAGGED
    return next((said for kind, said in COLLECTED.items() if isinstance(received, kind)), "")


def _several(received, want):
    """Return what is said of several values after a return, where one array is asked for, or nothing."""
    held = (
        [np.shape(one) for one in received if isinstance(one, np.ndarray)]
        if isinstance(received, tuple)
        else ()
    )
    if not want.ndim or len(held) < 2 or want.ndim not in map(len, held):
        return ""
    return f"{len(received)} values, with commas between them.\nOne is asked for. Which of yours is it?"


def _is_boxed(received, kind):
    """Whether a value is one of this kind, in brackets or braces."""
    held = isinstance(received, (list, tuple, set)) or (isinstance(received, np.ndarray) and received.ndim)
    return bool(held) and len(received) == 1 and isinstance(next(iter(received)), kind)


def _unfit(received, raw):
    """Return what keeps right numbers from being used later, or None."""
    if raw.dtype.kind == "f" and raw.dtype != np.float64:
        why = "This course calculates in float64, double precision: small differences need it."
        return f"{RIGHT}, as far as {raw.dtype} tells them apart. {why}\nWhere do yours become so?"
    if raw.dtype.kind == "O":
        return f"{RIGHT}, in an array of objects, not of float64.\nWhat made objects of them?"
    if isinstance(received, np.ndarray) and type(received) is not np.ndarray:  # np.matrix: its * is another
        kind = type(received).__name__
        return f"{RIGHT}, in a {kind}. Later cells calculate with plain arrays.\nWhat makes one of it?"
    return None


def _of_shapes(received, raw, want):
    """Return what the shapes alone tell, as a question on a line of its own, or nothing."""
    typed = isinstance(received, (list, tuple) if want.ndim else tuple) and raw.dtype.kind == "i"
    if typed and want.ndim < 2 and raw.ndim == 1 and want.size < len(raw) <= 2 * want.size:
        return "\nPython writes 0.5. Is a comma meant for a decimal point?"
    if not want.ndim:
        return "\nWhat makes one number of them? Or which of them is asked for?"
    if want.ndim and raw.shape == want.shape[1:]:
        own = (
            "Does each entry get a number of its own"
            if not raw.ndim
            else "One axis is missing. Is it summed over"
        )
        return f"\n{own}, or does each round of a loop replace the last, or a return end it?"
    if raw.ndim == want.ndim == 2 and raw.shape == (1, want.shape[1]) and want.shape[1] > 1:
        return "\nOne row stands where several belong. Does each round of a loop replace the last, or a return end it?"
    if raw.ndim == want.ndim == 2 and all(a in (1, b) for a, b in zip(raw.shape, want.shape, strict=True)):
        return "\nOne number stands where several belong. Which line should tell them apart?"
    return "\nWhich line gives it that shape? What should each axis of it number?"


def _hint(got, want, tolerance):
    """Return what all entries have in common, as a question on a line of its own, or nothing."""
    if want.size < 2 or not np.isfinite(want).all() or np.allclose(want, want.flat[0]):
        return ""
    near = np.clip(tolerance, 1e-4, 5e-3)
    if any(np.array_equal(got, np.round(want, digits)) for digits in range(1, 6)):
        return "\nRounded. Who needs fewer digits: the next step, or your eyes when you print?"
    asked = {
        "Every sign is turned. Which difference, or which minus, is the other way round?": -want,
        "Rows and columns are exchanged. What does a row of it belong to, and what a column?": want.T
        if want.ndim > 1
        else None,
        "The order is turned round. Which one comes first?": want[::-1],
        "Right numbers, in another shape. Which axis is one too many, or missing?": (
            want.reshape(got.shape) if got.size == want.size and got.shape != want.shape else None
        ),
    }
    for question, wrong in asked.items():
        if wrong is not None and wrong.shape == got.shape and np.allclose(got, wrong, rtol=near, atol=1e-6):
            return f"\n{question}"
    return ""


def _gap_of_truth(received, expected):
    if not isinstance(received, (bool, np.bool_)):
        quotes = ", without quotes" * isinstance(received, str)
        boxed = BOXED * _is_boxed(received, (bool, np.bool_))
        return f"expected True or False{quotes}; received {short(received)}{boxed}"
    return None if received == expected else f"received {received}; that is not the answer"


def _gap_of_words(received, expected):
    if not isinstance(received, str):
        words = "one answer" if (boxed := _is_boxed(received, str)) else "words in quotes"
        return f"expected {words}; received {short(received)}{BOXED * boxed}"
    same = received.strip().lower() == expected.strip().lower()
    return None if same else f"received {short(received)}; that is not the answer"


def _gap_of_blocks(received, expected, tolerance, difference):
    names = getattr(expected, "_fields", [f"value {i}" for i in range(1, len(expected) + 1)])
    if not isinstance(received, (tuple, list)) or len(received) != len(expected):
        why = PAIRED if _is_one_array(received, expected, tolerance) else _why_no_numbers(received)
        parts = received if type(received) is tuple and 1 < len(received) < len(expected) else [received]
        pairs = [
            [name for name, one in zip(names, expected, strict=True) if _is_alone(part, one, tolerance)][:1]
            for part in parts
        ]
        why = (
            f", {len(parts)} values.\nWhich of the {len(expected)} is each of them?"
            if len(parts) > 1
            else why
        )
        alone = " and ".join(name for pair in pairs for name in pair) if all(pairs) else ""
        why = f".\nThat is {alone} alone. What else belongs after return?" if alone else why
        why = NAMED if isinstance(received, dict) else why
        return f"expected {len(expected)} values ({', '.join(names)}); received {short(received)}{why}"
    gaps = [find_gap(*pair, tolerance, difference) for pair in zip(received, expected, strict=True)]
    found = {name: gap for name, gap in zip(names, gaps, strict=True) if gap is not None}
    if found and len(expected) == 2 and (said := _in_another_order(received, expected, names, tolerance)):
        return said
    if len(set(found.values())) == 1 and "\n" in (gap := next(iter(found.values()))):
        return f"{', '.join(found)}: {gap}"  # one reason, told once
    return "\n".join(f"{name}: {gap}" for name, gap in found.items()) or None


def _is_alone(received, one, tolerance):
    is_one = isinstance(received, (np.ndarray, np.floating, float, tuple, list))
    return is_one and find_gap(received, one, tolerance, direction) is None


def _is_one_array(received, expected, tolerance):
    is_array = isinstance(received, np.ndarray) and np.shape(received)[:1] == (len(expected),)
    return is_array and find_gap(tuple(received), expected, tolerance, direction) is None


def _in_another_order(received, expected, names, tolerance):
    """Return what is said of two values that change places: right ones, or of the other's shape."""
    asked, turned = f"Which comes first: {names[0]}, or {names[1]}?", received[::-1]
    pairs = list(zip(turned, expected, strict=True))
    if all(find_gap(*pair, tolerance, direction) is None for pair in pairs):
        what = "blocks" if any(map(np.ndim, expected)) else "numbers"
        return f"{RIGHT}. The two {what} are in the wrong order.\n{asked}"
    fit = all(isinstance(one, np.ndarray) and one.shape == np.shape(other) for one, other in pairs)
    if fit and np.shape(expected[0]) != np.shape(expected[1]):
        return f"{EXCHANGED}\n{asked}"
    return ""


def _kind(value):
    return f"an array of shape {value.shape}" if value.ndim else "one number"
