"""Checks of arguments: every refusal names the argument, the rule and what was received."""

import numbers
import re

import numpy as np

LARGEST = {
    **dict.fromkeys(("hidden_size", "exercises"), 1_000),
    **dict.fromkeys(("n_points", "fresh_points", "networks"), 1_000_000),
    **dict.fromkeys(("iterations", "record_every"), 10_000_000),
    "seed": 2**63 - 1,
}


def short(value):
    """Return a value as text of at most 60 characters, without addresses; of a number of numpy that alone."""
    try:
        text = re.sub(r" at 0x[0-9a-fA-F]+|\bnp\.\w+\(([^()]*)\)", r"\1", repr(value))
    except Exception:
        text = f"a value of type {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def describe(value):
    """Say in a few words what a value is, for the end of an error message."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    return f"{short(value)} ({type(value).__name__})"


def check_kind(value, name, kind, noun, remedy=""):
    """Return a value of this kind; True and False are no numbers."""
    if not isinstance(value, kind) or (kind in (numbers.Integral, numbers.Real) and isinstance(value, bool)):
        raise TypeError(f"{name} must be {noun}; got {describe(value)}{remedy}")
    return value


def check_text(value, name):
    """Refuse what is no text, and an empty one."""
    if not check_kind(value, name, str, "a text (str)").strip():
        raise ValueError(f"{name} must not be empty; got {value!r}")


def check_choice(value, choices, name):
    """Return `choices[value]`; an unknown name is refused with the close ones."""
    check_kind(value, name, str, f"one of the names {', '.join(choices)}")
    if value not in choices:
        import difflib  # imported where it is needed, as `import coursekit` should not take long

        close = difflib.get_close_matches(value.lower().replace(" ", "_"), choices, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}.{hint}")
    return choices[value]


def check_count(value, name, least=1):
    """Return a whole number from `least` up to the largest allowed for `name`."""
    check_kind(value, name, numbers.Integral, "a whole number (int)")
    if not least <= value <= LARGEST[name]:
        raise ValueError(f"{name} must be between {least} and {LARGEST[name]}; got {value}")
    return int(value)


def check_positive(value, name):
    """Return a finite float above zero."""
    if not 0 < check_kind(value, name, numbers.Real, "a number above 0") < np.inf:
        raise ValueError(f"{name} must be finite and above 0; got {value}")
    return float(value)


def check_share(value, name):
    """Return a float from 0 to 1."""
    if not 0 <= check_kind(value, name, numbers.Real, "a number from 0 to 1") <= 1:
        raise ValueError(f"{name} must be from 0 to 1; got {value}")
    return float(value)


def check_flag(value, name):
    """Return True or False."""
    return bool(check_kind(value, name, (bool, np.bool_), "True or False"))


def check_rng(rng):
    """Return the generator; there is no default and no seed, so that randomness is seen."""
    remedy = ". Make one with rng = np.random.default_rng(0)."
    return check_kind(rng, "rng", np.random.Generator, "a numpy.random.Generator", remedy)


def check_different(values, name, rule="be different"):
    """Refuse a value that is there twice."""
    seen = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{name} must {rule}; got {value!r} twice")
        seen.add(value)


def check_float_array(array, name, shape):
    """Return a finite float64 array of the given shape; None in `shape` allows any length."""
    wanted = str(shape).replace("None", "h" if ".W" in name else "n")  # weights have no points
    check_kind(array, name, np.ndarray, f"a numpy array of shape {wanted}")
    if array.dtype != np.float64:
        raise TypeError(
            f"{name} must have dtype float64; got {array.dtype}. Convert it with .astype(np.float64)."
        )
    fits = (want in (None, got) for want, got in zip(shape, array.shape, strict=True))
    if len(shape) != array.ndim or not all(fits):
        hint = " A column (n, 1) becomes (n,) with .ravel()." if array.shape[1:] == (1,) else ""
        raise ValueError(f"{name} must have shape {wanted}; got shape {array.shape}.{hint}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty; got shape {array.shape}")
    if not np.isfinite(array).all():
        where = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
        at = where[0] if len(where) == 1 else where
        raise ValueError(f"{name} must be finite; got {array[where]} at index {at}")
    return array


def check_X(X):
    """Return the points: (n, 3) float64, finite, with a last column of ones."""
    if isinstance(X, np.ndarray) and X.ndim == 2 and X.shape[1] == 2:
        raise ValueError(
            f"X must have 3 columns, the last one of ones; got shape {X.shape}. "
            "Add the bias column with ck.add_bias(points)."
        )
    check_float_array(X, "X", (None, 3))
    if (X[:, 2] != 1).any():
        row = int(np.argmax(X[:, 2] != 1))
        raise ValueError(f"X must have a last column of ones (the bias); got {X[row, 2]} in row {row}")
    return X


def check_y(y, n_points=None):
    """Return the classes as an int array (n,) of 0 and 1, one for each of `n_points`."""
    if check_kind(y, "y", np.ndarray, "a numpy array of 0 and 1").ndim != 1:
        raise ValueError(f"y must have shape (n,); got shape {y.shape}. Flatten it with .ravel().")
    if y.dtype.kind not in "biuf":
        raise TypeError(f"y must hold the numbers 0 and 1; got dtype {y.dtype}")
    if y.size == 0:
        raise ValueError("y must not be empty; got shape (0,)")
    if (wrong := (y != 0) & (y != 1)).any():
        raise ValueError(f"y must hold only 0 and 1; got {y[wrong][0]} at index {int(np.argmax(wrong))}")
    if n_points is not None and len(y) != n_points:
        raise ValueError(f"y must have one class for each point; got {len(y)} classes for {n_points} points")
    return y.astype(np.int64, copy=False)


def check_blocks(given, n_blocks, rule):
    """Return the so many blocks of a tuple; a refusal begins with the rule."""
    try:
        blocks = tuple(given)
    except (TypeError, ValueError):
        blocks = ()
    if len(blocks) != n_blocks:
        raise TypeError(f"{rule}; got {describe(given)}")
    return blocks


def check_params(params, name="params"):
    """Return (W1, W2) after checking kinds and that the shapes belong together."""
    W1, W2 = check_blocks(params, 2, f"{name} must be Params(W1, W2)")
    hidden_size = check_float_array(W1, f"{name}.W1", (3, None)).shape[1]
    if len(check_float_array(W2, f"{name}.W2", (None,))) not in (hidden_size, hidden_size + 1):
        raise ValueError(
            f"{name}.W2 must have one weight for each of the {hidden_size} hidden units of W1, "
            f"and one more with an output bias; got shape {W2.shape}"
        )
    return W1, W2


def check_forward_pass(forward_pass, params, n_points):
    """Return (Z1, A1, z2, p) after checking that the shapes fit the parameters and the points."""
    n, (W1, W2) = n_points, params
    blocks = check_blocks(forward_pass, 4, "forward_pass must be ForwardPass(Z1, A1, z2, p)")
    shapes = {"Z1": (n, W1.shape[1]), "A1": (n, len(W2)), "z2": (n,), "p": (n,)}
    for array, (block, shape) in zip(blocks, shapes.items(), strict=True):
        check_float_array(array, f"forward_pass.{block}", shape)
    return blocks
