"""Is this gradient right? Compare it with central differences of the loss."""

from dataclasses import dataclass

import numpy as np

from coursekit._validation import check_blocks, check_float_array, check_positive, describe

AGREES_UP_TO = 1e-7  # right gradients stay below 1e-9 at weights of order one
SUSPICIOUS_UP_TO = 1e-3  # the usual mistakes lie above 5e-3
VERDICTS = ("agrees", "unclear", "suspicious", "wrong")


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """What `check_gradient` found.

    Attributes
    ----------
    verdict : {"agrees", "unclear", "suspicious", "wrong"}
        Of the worst block. Unclear: nothing in a block could be compared, or told from rounding.
    errors : dict of str to float
        Norm-relative error |a - b| / (|a| + |b|) for each block of parameters.
    numeric : same type as the parameters
        The central differences; NaN at kinks.
    worst : tuple (block, index, given, numeric)
        The entry with the largest absolute difference, with both numbers.
    kinks : tuple of (block, index)
        Entries left out because a pre-activation changed its sign within the step.
    hidden_by_rounding : tuple of (block, index)
        Entries that a wrong gradient could have, too: they are below the rounding error of the
        central differences, or their whole block differs by less than that.
    """

    verdict: str
    errors: dict
    numeric: tuple
    worst: tuple
    kinks: tuple = ()
    hidden_by_rounding: tuple = ()

    @property
    def ok(self):
        """True where the verdict is "agrees"."""
        return self.verdict == "agrees"

    def __repr__(self):
        block, index, given, numeric = self.worst
        errors = ", ".join(f"{name} {error:.1e}" for name, error in self.errors.items())
        lines = [
            f"gradient check: {self.verdict}",
            f"  norm-relative error: {errors}",
            f"  (agrees up to {AGREES_UP_TO:.0e}, wrong above {SUSPICIOUS_UP_TO:.0e})",
            f"  worst entry: {block}{list(index)}  given {given:.6g}, numeric {numeric:.6g}",
        ]
        if blank := [name for name, error in self.errors.items() if np.isnan(error)]:
            lines.append(f"  nothing could be compared in {' and '.join(blank)}; try other weights")
        if self.kinks:
            lines.append(f"  left out, a kink within the step: {_some(self.kinks)}")
        if hidden := self.hidden_by_rounding:
            lines.append(f"  too small to tell from rounding: {_some(hidden)}; try other weights")
        return "\n".join(lines)


def _some(entries):
    places = ", ".join(f"{name}{list(at)}" for name, at in entries[:3])
    return f"{len(entries)} ({places}{', ...' if len(entries) > 3 else ''})"


def check_gradient(loss, params, gradient, *, step=1e-5, pre_activations=None):
    """Compare a gradient with central differences (L(w + h) - L(w - h)) / 2h of every weight w.

    Parameters
    ----------
    loss : callable
        Takes parameters like `params` and returns a finite number (nats).
    params : tuple of ndarrays of float64
        Where to check, for example `Params`.
    gradient : sequence of ndarrays of float64
        The gradient to check, in the shapes of `params`.
    step : float
        The distance h, above 0.
    pre_activations : callable, optional
        Takes parameters and returns the pre-activations. An entry of the gradient whose step
        changes the sign of any of them crosses a kink of ReLU: it is reported and left out.

    Returns
    -------
    GradientCheck
        A block agrees with norm-relative error up to 1e-7, is suspicious up to 1e-3, and wrong
        above; NaN where nothing could be compared. A block of which only rounding is seen is
        called unclear: neither right nor wrong.

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule, or the loss is not a finite number.

    References
    ----------
    Nocedal and Wright, Numerical Optimization, 2nd edition, section 8.1 (2006).
    """
    step = check_positive(step, "step")
    if not isinstance(params, (tuple, list)) or len(params) == 0:
        raise TypeError(f"params must be a tuple of numpy arrays, such as Params; got {describe(params)}")
    names = getattr(params, "_fields", None) or tuple(f"block {i}" for i in range(len(params)))
    _check_blocks(params, gradient, names)
    numeric, kinks = _central_differences(loss, params, names, step, pre_activations)
    rounding = 10 * np.finfo(np.float64).eps * max(abs(_loss_value(loss, params)), 1.0) / step
    errors, verdicts, hidden, entries = {}, [], [], []
    for name, given, central in zip(names, gradient, numeric, strict=True):
        verdict, errors[name], small = _compare(given, central, rounding)
        verdicts.append(verdict)
        hidden += [(name, tuple(map(int, at))) for at in np.argwhere(small)]
        difference = np.nan_to_num(np.abs(given - central), nan=-1.0)
        at = np.unravel_index(difference.argmax(), given.shape)
        entries.append((difference[at], name, tuple(map(int, at)), given[at], central[at]))
    worst = max(entries, key=lambda entry: entry[0])
    verdict = max(verdicts, key=VERDICTS.index)
    return GradientCheck(verdict, errors, numeric, worst[1:], tuple(kinks), tuple(hidden))


def _compare(given, central, rounding):
    """Return the verdict on a block, its error, and which entries rounding hides."""
    compared = ~np.isnan(central)
    if not compared.any():
        return "unclear", np.nan, ~compared & False
    a, b, noise = given[compared], central[compared], rounding * np.sqrt(given.size)
    gap, size = np.linalg.norm(a - b), np.linalg.norm(a) + np.linalg.norm(b)
    error = float(gap / size) if size > 0 else 0.0
    if size <= noise or AGREES_UP_TO * size < gap <= noise:
        return "unclear", error, compared
    small = compared & (np.maximum(np.abs(given), np.abs(central)) <= rounding)
    if error <= AGREES_UP_TO:
        return "agrees", error, small
    return ("suspicious" if error <= SUSPICIOUS_UP_TO else "wrong"), error, small


def _check_blocks(params, gradient, names):
    rule = f"gradient must hold {len(params)} arrays ({', '.join(names)}), in the shapes of params"
    if isinstance(gradient, np.ndarray):
        raise TypeError(f"{rule}; got {describe(gradient)}")
    for name, weights, given in zip(names, params, check_blocks(gradient, len(params), rule), strict=True):
        check_float_array(weights, f"params.{name}", np.shape(weights))
        check_float_array(given, f"gradient.{name}", weights.shape)


def _central_differences(loss, params, names, step, pre_activations):
    numeric = [np.empty_like(weights) for weights in params]
    kinks = []
    for block, weights in enumerate(params):
        for index in np.ndindex(weights.shape):
            up, down = (_moved(params, block, index, sign * step) for sign in (1, -1))
            if pre_activations is not None and _crosses_zero(pre_activations, up, down):
                kinks.append((names[block], index))
                numeric[block][index] = np.nan
            else:
                numeric[block][index] = (_loss_value(loss, up) - _loss_value(loss, down)) / (2 * step)
    return _like(params, numeric), kinks


def _moved(params, block, index, distance):
    copies = [weights.copy() for weights in params]
    copies[block][index] += distance
    return _like(params, copies)


def _like(params, blocks):
    return type(params)(*blocks) if hasattr(params, "_fields") else tuple(blocks)


def _crosses_zero(pre_activations, up, down):
    return bool((np.sign(pre_activations(up)) != np.sign(pre_activations(down))).any())


def _loss_value(loss, params):
    value = loss(params)
    if not isinstance(value, (float, int, np.number, np.ndarray)) or np.ndim(value) or not np.isfinite(value):
        raise ValueError(f"loss must return one finite number; got {describe(value)}")
    return float(value)
