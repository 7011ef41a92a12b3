"""All ways to fill the slots of a backward pass wrongly, compared with a block of a gradient at once."""

from types import SimpleNamespace

import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.diagnosis.engine import Mistake, Product, explain, filled
from coursekit.diagnosis.evidence import SAME, same
from coursekit.diagnosis.gradient_mistakes import (
    ADDED,
    CONSTANT,
    FINISH,
    NORMALISED,
    ROWS1,
    ROWS2,
    ZERO,
)

FACTOR = (
    "Which step multiplies by a constant that the loss does not have: a learning rate, a count, a length?"
)


def backward_pass(params, X, y, activation):
    """Return the arrays of a backward pass: those of `network.forward`, and what the slots are made of."""
    params, phi, given = (
        network.Params(*params),
        ACTIVATIONS[activation],
        network.forward(params, X, activation),
    )
    c = SimpleNamespace(**given._asdict(), X=X, y=np.asarray(y, np.float64), n=len(y), phi=phi)
    c.W1, c.W2 = params
    c.h = c.W1.shape[1]
    c.has_bias = len(c.W2) > c.h
    c.W, c.A, c.S = c.W2[: c.h], c.A1[:, : c.h], phi.derivative(c.Z1)
    c.e, c.q = c.p - c.y, c.p * (1 - c.p)
    c.dW1, c.dW2 = network.backward(params, given, X, y, activation)
    return c


RIGHT = {  # what belongs into each slot
    "error": lambda c: c.e,
    "points": lambda c: np.ones(c.n),
    "left2": lambda c: c.A1,
    "weights": lambda c: c.W,
    "slope": lambda c: c.S,
    "left1": lambda c: c.X,
}
PLACES = {  # where to look
    "error": "dz2", "points": "dz2", "left2": "dW2", "rows2": "dW2", "size": "", "sign": "dz2",
    "weights": "dA1", "slope": "dZ1", "left1": "dW1", "rows1": "dW1", "added": "",
}  # fmt: skip


def fronts_of(ways):
    """Return the ways to fill error and points that some ways have, the right one among them."""
    found = [tuple(m for m in way if m.slot in ("error", "points")) for way in ways]
    return list(dict.fromkeys([*found[:40], ()]))[:8]


def stacks(c, right, tables):
    """Return slot -> (what may stand in it, as tuples of mistakes; the arrays), and the labels of "front"."""
    slots = {name: filled(c, right[name](c), table) for name, table in tables.items()}
    slots["error"] = slots["error"][0], slots["error"][1] / c.n
    slots["front"] = [one + other for one in slots["error"][0] for other in slots["points"][0]]
    return slots


def _chosen(slots, fronts=None, most=2):
    """Return (labels, arrays) of error times points: those of `fronts`, or all with `most` mistakes."""
    labels = slots["front"]
    at = np.flatnonzero([len(label) <= most if fronts is None else label in fronts for label in labels])
    i, j = np.divmod(at, len(slots["points"][0]))
    return [labels[k] for k in at], slots["error"][1][i] * slots["points"][1][j]


def _right_but(name, label, c, slots):
    """Return a block with the mistakes of a label in error and points, and no other."""
    (front,) = _chosen(slots, [label])[1]
    return c.A1.T @ front if name == "dW2" else c.X.T @ (front[:, None] * c.W * c.S)


def unseen(wrong, fronts, c, slots):
    """Return the mistakes in error and points that leave the block that is not wrong as it is."""
    other = "dW1" if wrong == "dW2" else "dW2"
    fine = [one for one in fronts if one and same(_right_but(other, one, c, slots), getattr(c, other))]
    return frozenset(mistake for label in fine for mistake in label)


def ways_of(name, given, c, slots, factors, tolerance, fronts=None):
    """Return the ways to make one block; with `fronts` those of error and points are tried first."""
    if not given.any():
        zero = [one for one in fronts or () if one and not _right_but(name, one, c, slots).any()]
        return zero or [(ZERO,)]
    ways = _tried(name, given, c, slots, factors, tolerance, fronts)
    if given.size > 2 and not np.ptp(given):
        return [way for way in ways if len(way) < 3 and NORMALISED not in way] or [(CONSTANT,)]
    return ways


def _tried(name, given, c, slots, factors, tolerance, fronts):
    """Try all candidates for a block."""
    c.largest = np.abs(given).max()
    c.often = (np.abs(given) == c.largest).sum() > 1
    live = np.abs(c.S).max(0) > 0
    tells = min(np.count_nonzero(c.S), 3 * live.sum()) if name == "dW1" else min(c.n, live.sum() + c.has_bias)
    rough = tolerance > SAME
    most = 1 if rough else min(tells, 2) if fronts is None else 4
    if rough and given.size < 4:
        return []

    def free(by, made):
        if abs(by - float(f"{by:.2g}")) > SAME * abs(by) and made:
            return NORMALISED if c.is_normal else None
        return NORMALISED if c.is_normal else _factor(by)

    options = dict(tolerance=tolerance, most=most, free=free if tells > 2 else None)
    enough = 3 if fronts is None else 2 + max(map(len, fronts))
    tried = (_few if rough else _all)(name, c, slots, fronts)
    ways = explain(given, tried, factors, enough=enough, **options)
    if tells > 2 and fronts is not None and name == "dW1" and not rough and (not ways or len(ways[0]) > 3):
        ways = sorted(ways + explain(given, _other_fronts(c, slots), factors, **options), key=len)
    if not ways or len(ways[0]) > 1:
        forms = [((mistake,), form) for mistake in FINISH for form in _forms(mistake, c, name)]
        whole = (
            [Product([[label for label, _ in forms]], np.array([form for _, form in forms]))] if forms else []
        )
        ways += explain(given, whole, factors[:1], tolerance=tolerance)
        ways += _added(name, given, c, factors, tolerance)
    return sorted(ways, key=len)


def _forms(mistake, c, name):
    made = mistake.make(c, getattr(c, name))
    return [form for form in (made if isinstance(made, list) else [made]) if np.ptp(form) > 0]


def _factor(by):
    step = ", as a step downhill with that rate is" if by < 0 else ""
    return Mistake("wrong-factor", "size", None, f"everything is multiplied by {by:.4g}{step}", FACTOR)


def _few(name, c, slots, fronts):
    """Yield the candidates of a block with few mistakes at once, then those with changed rows."""
    if name == "dW2":
        products = [_all_dW2(c, slots, *_chosen(slots, fronts, most=1))]
        yield from products
        yield from _rows(c, ROWS2, products, most=1 if fronts is None else 9)
    else:
        products = list(_singles(c, slots, *_chosen(slots, fronts)))
        yield from products
        yield from _rows(c, ROWS1, products, most=9)


def _all(name, c, slots, fronts):
    """Yield the candidates of a block: those with few mistakes, then the whole product of the slots."""
    yield from _few(name, c, slots, fronts)
    if name == "dW2":
        if fronts is None:
            yield _all_dW2(c, slots, *_chosen(slots))
        return
    (weights, W), (slopes, S), (lefts, L) = slots["weights"], slots["slope"], slots["left1"]
    flat, inputs = S.transpose(0, 2, 1).reshape(-1, c.n), L.transpose(1, 0, 2).reshape(c.n, -1)
    for label, one in zip(*_chosen(slots, fronts), strict=True):
        made = ((flat * one) @ inputs).reshape(len(S), c.h, len(L), 3).transpose(0, 2, 3, 1)
        yield Product([[label], weights, slopes, lefts], made * W[:, None, None, None])


def _all_dW2(c, slots, labels, front):
    lefts, L = slots["left2"]
    made = front @ L.transpose(1, 0, 2).reshape(c.n, -1)
    return Product([labels, lefts], made.reshape(len(front), len(L), -1))


def _singles(c, slots, labels, front):
    """Yield the candidates of dW1 with one mistake at most beside error and points."""
    (weights, W), (slopes, S), (lefts, L) = slots["weights"], slots["slope"], slots["left1"]
    delta = front[:, :, None] * S[0]
    yield Product([labels, weights], (c.X.T @ delta)[:, None] * W[:, None])
    flat, inputs = S[1:].transpose(0, 2, 1).reshape(-1, c.n), L[1:].transpose(1, 0, 2).reshape(c.n, -1)
    made = np.stack([(flat * one) @ c.X for one in front]).reshape(len(front), -1, c.h, 3).swapaxes(2, 3)
    yield Product([labels, slopes[1:]], made * c.W)
    made = (delta.swapaxes(1, 2) @ inputs).reshape(len(front), c.h, -1, 3).transpose(0, 2, 3, 1)
    yield Product([labels, lefts[1:]], made * c.W)


def _rows(c, table, products, most):
    """Yield candidates of some products with their rows or columns changed."""
    flat = [
        (one + other, product.values[i, j])
        for product in products
        for i, one in enumerate(product.axes[0])
        for j, other in enumerate(product.axes[1])
        if len(one + other) <= most
    ]
    labels, base = [label for label, _ in flat], np.stack([values for _, values in flat])
    for mistake in table:
        made = mistake.make(c, base)
        if made is not None:
            yield Product([labels, [(mistake,)]], made[:, None])


def _other_fronts(c, slots):
    """Yield candidates of dW1 whose error is wrong on the way back alone, with one other mistake at most."""
    (weights, W), (slopes, S) = slots["weights"], slots["slope"]
    labels, front = _chosen(slots)
    right = (S[0].T[:, None] * c.X.T).reshape(-1, c.n)
    made = (front @ right.T).reshape(len(front), c.h, 3).transpose(0, 2, 1)
    yield Product([labels, weights], made[:, None] * W[:, None])
    few = [i for i, label in enumerate(labels) if len(label) < 2]
    front, labels = front[few], [labels[i] for i in few]
    others = (S[1:].transpose(0, 2, 1)[:, :, None] * c.X.T).reshape(-1, c.n)
    made = (front @ others.T).reshape(len(few), len(S) - 1, c.h, 3).swapaxes(-1, -2)
    yield Product([labels, slopes[1:]], made * c.W)


def _added(name, given, c, factors, tolerance):
    """Return the ways in which a known array, times some number, is added to the right block."""
    ways, right = [], getattr(c, name)
    for mistake in ADDED:
        extra = mistake.make(c)[name == "dW2"]
        if extra is None or given.size < 3:
            continue
        basis = np.stack([right.ravel(), extra.ravel()], 1)
        (factor, by), _, rank, _ = np.linalg.lstsq(basis, given.ravel(), rcond=None)
        if (
            rank < 2
            or not same(factor * right + by * extra, given, tolerance)
            or same(factor * right, given, 1e-6)
        ):
            continue
        for number, mistakes in factors:
            if abs(factor / number - 1) <= 10 * tolerance:
                ways.append((mistake, *mistakes))
    return ways


def point_by_point(given, wrong, c):
    """Say with which numbers the points count, where the gradient is right but for these; or say nothing.

    A gradient is a sum over points. With more entries than points, what each point was multiplied by
    follows from it.
    """
    pieces = {
        "dW1": lambda: np.einsum("ni,n,nj->ijn", c.X, c.e, c.W * c.S).reshape(-1, c.n) / c.n,
        "dW2": lambda: c.A1.T * c.e / c.n,
    }
    if sum(given[name].size for name in wrong) < c.n + 2:
        return ""
    matrix = np.concatenate([pieces[name]() for name in wrong])
    flat = np.concatenate([given[name].ravel() for name in wrong])
    by, _, rank, _ = np.linalg.lstsq(matrix, flat, rcond=1e-9)
    if rank < c.n or not same(matrix @ by, flat, 1e-7):
        return ""
    fine = np.abs(by - 1) < 1e-6
    said = ", ".join(f"{number + 0.0:.3g}" for number in np.round(by, 6)[:8]) + (", …" if c.n > 8 else "")
    right = f" It is right at {fine.sum()} of {c.n} points." if fine.any() else ""
    text = f"All is right but dz2: point after point, it is {said} times what it should be.{right}"
    if c.n > 2 and not np.isclose(by[0], by[-1]) and np.ptp(by[1:] / by[:-1]) < 1e-5:
        text += (
            f" Each round multiplies what earlier rounds have added by {by[0] / by[1]:.3g}, as momentum does."
        )
    return text
