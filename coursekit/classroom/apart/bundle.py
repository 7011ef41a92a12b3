"""Values on their way out of a kernel: plain data, made inside of it and read outside.

Inside the kernel a check reports values; outside, `unpack` makes arrays of them again. Nothing is unpickled,
and whatever else a kernel sends is no value.
"""

import base64
import math
from dataclasses import dataclass

import numpy as np

LARGEST = 20_000_000  # bytes of all values of a check
DEEPEST = 4


class Report:
    """What a check reports: values by name; one that cannot be had says why.

    Parameters
    ----------
    seed : int
        Of `rng`, the generator of the check's inputs.
    """

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.entries = []

    def __call__(self, name, value, *, weight=1.0, tolerance=1e-4, diagnose=None, given=()):
        """Report a value, or what a function without arguments returns.

        Parameters
        ----------
        name : str
            Shown to the learner.
        value : object or callable
            Numbers, texts, truth values, arrays, or tuples of these; a function is called, and its
            exception is reported in its place.
        weight : float
            This value's share of the part's points, beside the others' weights. With 0 it is a doubt: where
            it is True, its name is said to the instructor, and no point is taken.
        tolerance : float
            Largest allowed difference, relative to the larger of 1 and the expected size.
        diagnose : str, optional
            Name of a function, such as ``coursekit.diagnose_gradient``, that is asked about a wrong value.
        given : tuple
            What that function needs besides the value.
        """
        entry = {"name": name, "weight": weight, "tolerance": tolerance, "diagnose": diagnose}
        try:
            entry["value"] = pack(value() if callable(value) else value)
        except Exception as error:
            entry["error"] = said_by(error)
        if diagnose:
            entry["given"] = pack(given)
        self.entries.append(entry)


def said_by(error):
    """Return the kind and the words of an exception, which may refuse to say them."""
    try:
        return f"{type(error).__name__}: {error}"[:500]
    except Exception:
        return type(error).__name__[:500]


def pack(value, depth=0):
    """Return a value as data that JSON can hold; what is no value is named by its kind."""
    if value is None or value is ...:
        return {"blank": "None" if value is None else "..."}
    if isinstance(value, (bool, np.bool_)):
        return {"truth": bool(value)}
    if isinstance(value, str):
        return {"text": value[:10_000]}
    if isinstance(value, (tuple, list)) and depth < DEEPEST and not _is_numeric(value):
        return {"items": [pack(item, depth + 1) for item in value]}
    try:
        array = np.asarray(value)
        if array.dtype.kind in "cSUmM":  # numpy would drop an imaginary part, and read numbers in quotes
            return {"kind": f"array of {array.dtype.type.__name__}"}
        array = array.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        return {"kind": type(value).__name__[:100]}
    if array.nbytes > LARGEST:
        return {"kind": f"array of shape {array.shape}"}
    return {"shape": list(array.shape), "floats": base64.b64encode(array.astype("<f8").tobytes()).decode()}


def _is_numeric(value):
    """Whether a sequence is one array of numbers: a list of equal lists, but no tuple of arrays."""
    if not isinstance(value, list):
        return False
    lists = [item for item in value if isinstance(item, list)]
    if lists:
        equal = len(lists) == len(value) and len(set(map(len, lists))) == 1
        return equal and all(map(_is_numeric, lists))
    return all(isinstance(item, (int, float, np.number)) for item in value)


def unpack(data, depth=0):
    """Return the value that `pack` packed; raise ValueError for anything else."""
    if not isinstance(data, dict) or depth > DEEPEST:
        raise ValueError("no value")
    match data:
        case {"blank": str(name)}:
            return None if name == "None" else ...
        case {"truth": bool(value)} | {"text": str(value)}:
            return value
        case {"items": list(items)}:
            return tuple(unpack(item, depth + 1) for item in items)
        case {"kind": str(kind)}:
            return NoValue(kind[:100])
        case {"shape": list(shape), "floats": str(text)}:
            return _array(shape, text)
    raise ValueError("no value")


@dataclass(frozen=True, repr=False)
class NoValue:
    """Stands for a thing that is no value, and shows its kind."""

    kind: str

    def __repr__(self):
        return f"<{self.kind}>"


def _array(shape, text):
    if not all(type(size) is int and size >= 0 for size in shape) or len(shape) > 8:
        raise ValueError("no shape")
    raw = base64.b64decode(text, validate=True)
    if len(raw) != 8 * math.prod(shape) or len(raw) > LARGEST:
        raise ValueError("no array")
    array = np.frombuffer(raw, dtype="<f8").reshape(shape)
    return array if shape else float(array)
