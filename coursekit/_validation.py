"""Checks of arguments: every refusal names the argument, the rule and what was received."""

import numbers
import re

import numpy as np

LARGEST = {
    "n_points": 1_000_000,
    "fresh_points": 1_000_000,
    "hidden_size": 1_000,
    "iterations": 10_000_000,
    "record_every": 10_000_000,
    "networks": 1_000_000,
    "exercises": 1_000,
    "seed": 2**63 - 1,
}


def describe(value):
    """Say in a few words what a value is, for the end of an error message."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = re.sub(r"\bnp\.\w+\(([^()]*)\)", r"\1", repr(value))  # the number alone
    if len(text) > 60:
        text = text[:57] + "..."
    return f"{text} ({type(value).__name__})"


def check_choice(value, choices, name):
    """Return `choices[value]`; an unknown name is refused with the close ones."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of the names {', '.join(choices)}; got {describe(value)}")
    if value not in choices:
        import difflib  # imported where it is needed, as `import coursekit` should not take long

        close = difflib.get_close_matches(value.lower().replace(" ", "_"), choices, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}.{hint}")
    return choices[value]


def _check_number(value, name, kind, noun, fits, rule):
    """Return a number of this kind (True and False are none) that keeps the rule."""
    if not isinstance(value, kind) or isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be {noun}; got {describe(value)}")
    if not fits(value):
        raise ValueError(f"{name} must be {rule}; got {value}")
    return value


def _check_whole(value, name, least, most):
    rule = f"between {least} and {most}"
    kind = numbers.Integral, "a whole number (int)"
    return int(_check_number(value, name, *kind, lambda number: least <= number <= most, rule))


def check_count(value, name):
    """Return a whole number from 1 up to the largest allowed for `name`."""
    return _check_whole(value, name, 1, LARGEST[name])


def check_seed(value, name="seed"):
    """Return a whole number that a stream of random numbers can be made of."""
    return _check_whole(value, name, 0, LARGEST["seed"])


def check_positive(value, name):
    """Return a finite float above zero."""
    kind, rule = (numbers.Real, "a number above 0"), "finite and above 0"
    return float(_check_number(value, name, *kind, lambda number: 0 < number < np.inf, rule))


def check_share(value, name):
    """Return a float from 0 to 1."""
    kind, rule = (numbers.Real, "a number from 0 to 1"), "from 0 to 1"
    return float(_check_number(value, name, *kind, lambda number: 0 <= number <= 1, rule))


def is_list(value):
    """Whether a value stands for several: a list, tuple, range or array."""
    return isinstance(value, (list, tuple, range)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def check_axis(given, name, check_one):
    """Return a tuple of checked values, from one value or a list of different ones."""
    values = tuple(check_one(value, name) for value in (given if is_list(given) else [given]))
    if not values:
        raise ValueError(f"{name} must have at least one value; got {describe(given)}")
    seen = set()
    for value in values:
        label = getattr(value, "name", getattr(value, "__name__", value))
        if label in seen:
            raise ValueError(f"{name} must not hold a value twice; got {label!r} twice")
        seen.add(label)
    return values


def check_flag(value, name):
    """Return True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False; got {describe(value)}")
    return bool(value)


def check_rng(rng):
    """Return the generator; there is no default and no seed, so that randomness is seen."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a numpy.random.Generator; got {describe(rng)}. "
            "Make one with rng = np.random.default_rng(0)."
        )
    return rng


def check_float_array(array, name, shape):
    """Return a finite float64 array of the given shape; None in `shape` allows any length."""
    wanted = str(shape).replace("None", "h" if ".W" in name else "n")  # weights have no points
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} must be a numpy array of shape {wanted}; got {describe(array)}")
    if array.dtype != np.float64:
        raise TypeError(
            f"{name} must have dtype float64; got {array.dtype}. Convert it with .astype(np.float64)."
        )
    if len(shape) != array.ndim or any(
        want not in (None, got) for want, got in zip(shape, array.shape, strict=True)
    ):
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
    if not isinstance(y, np.ndarray):
        raise TypeError(f"y must be a numpy array of 0 and 1; got {describe(y)}")
    if y.ndim != 1:
        raise ValueError(f"y must have shape (n,); got shape {y.shape}. Flatten it with .ravel().")
    if y.dtype.kind not in "biuf":
        raise TypeError(f"y must hold the numbers 0 and 1; got dtype {y.dtype}")
    if y.size == 0:
        raise ValueError("y must not be empty; got shape (0,)")
    wrong = (y != 0) & (y != 1)
    if wrong.any():
        raise ValueError(f"y must hold only 0 and 1; got {y[wrong][0]} at index {int(np.argmax(wrong))}")
    if n_points is not None and len(y) != n_points:
        raise ValueError(f"y must have one class for each point; got {len(y)} classes for {n_points} points")
    return y.astype(np.int64, copy=False)


def check_params(params, name="params"):
    """Return (W1, W2) after checking kinds and that the shapes belong together."""
    try:
        W1, W2 = params
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be Params(W1, W2); got {describe(params)}") from None
    check_float_array(W1, f"{name}.W1", (3, None))
    check_float_array(W2, f"{name}.W2", (None,))
    hidden_size = W1.shape[1]
    if len(W2) not in (hidden_size, hidden_size + 1):
        raise ValueError(
            f"{name}.W2 must have one weight for each of the {hidden_size} hidden units of W1, "
            f"and one more with an output bias; got shape {W2.shape}"
        )
    return W1, W2


def check_forward_pass(forward_pass, params, n_points):
    """Return (Z1, A1, z2, p) after checking that the shapes fit the parameters and the points."""
    W1, W2 = params
    try:
        Z1, A1, z2, p = forward_pass
    except (TypeError, ValueError):
        raise TypeError(
            f"forward_pass must be ForwardPass(Z1, A1, z2, p); got {describe(forward_pass)}"
        ) from None
    shapes = {"Z1": (n_points, W1.shape[1]), "A1": (n_points, len(W2)), "z2": (n_points,), "p": (n_points,)}
    for array, (block, shape) in zip((Z1, A1, z2, p), shapes.items(), strict=True):
        check_float_array(array, f"forward_pass.{block}", shape)
    return Z1, A1, z2, p


def check_text(value, name):
    """Refuse what is no text, and an empty one."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text (str); got {describe(value)}")
    if not value.strip():
        raise ValueError(f"{name} must not be empty; got {value!r}")
