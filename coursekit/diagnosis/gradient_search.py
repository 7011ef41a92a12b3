"""All ways to fill the slots of a backward pass wrongly, compared with a block of a gradient at once."""

from functools import cache, partial
from itertools import permutations, product
from types import SimpleNamespace

import numpy as np

from coursekit import network
from coursekit.activations import ACTIVATIONS
from coursekit.diagnosis.engine import Mistake, Product, explain, filled, forms, product_of, stretched
from coursekit.diagnosis.evidence import SAME, same
from coursekit.diagnosis.tables import beside, table

FACTOR = (
    "Which step multiplies by a constant that the loss does not have: a learning rate, a count, a length?"
)


def backward_pass(params, X, y, activation):
    """Return the arrays of a backward pass: those of `network.forward`, and what the slots are made of."""
    params, phi = network.Params(*params), ACTIVATIONS[activation]
    given = network.forward(params, X, activation)
    arrays = {name: np.asfortranarray(array) for name, array in given._asdict().items()}  # stacked transposed
    c = SimpleNamespace(**arrays, X=np.asfortranarray(X), y=np.asarray(y, np.float64), n=len(y), phi=phi)
    c.W1, c.W2 = params
    c.h = c.W1.shape[1]
    c.bias = len(c.W2) > c.h
    c.beside = partial(beside, c.bias)
    c.W, c.A, c.S = c.W2[: c.h], c.A1[:, : c.h], phi.derivative(c.Z1)
    c.e, c.q, c.own = c.p - c.y, c.p * (1 - c.p), np.where(y == 1, c.p, 1 - c.p)
    c.dW1, c.dW2 = network.backward(params, given, X, y, activation)
    c.changed = {}
    return c


RIGHT = {  # what belongs into each slot
    "error": lambda c: c.e,
    "points": lambda c: np.ones(c.n),
    "left2": lambda c: c.A1,
    "weights": lambda c: c.W,
    "slope": lambda c: c.S,
    "left1": lambda c: c.X,
}
BACK = ("weights", "slope", "left1")  # what dW1 passes behind dz2
PLACES = {  # where to look
    "error": "dz2", "points": "dz2", "left2": "dW2", "rows2": "dW2", "size": "", "sign": "dz2",
    "weights": "dA1", "slope": "dZ1", "left1": "dW1", "rows1": "dW1", "added": "",
}  # fmt: skip


def slots_of(c):
    """Return the function (slot, usual) -> (labels, arrays) of what may stand in it; made when asked for."""

    @cache
    def slot(name, usual=False):
        every = [*table(name), *(table("formulas slope") if name == "slope" else ())]
        return filled(c, RIGHT[name](c), [mistake for mistake in every if mistake.usual or not usual])

    return slot


def fronts_of(ways):
    """Return the ways to fill error and points that some ways have, the right one among them."""
    found = [tuple(m for m in way if m.slot in ("error", "points")) for way in ways]
    return list(dict.fromkeys([*found[:40], ()]))[:6]


def _fronts(slot, labels):
    """Return (labels, arrays) of error times points that some labels stand for."""
    (errors, E), (points, P) = slot("error"), slot("points")
    parts = [[tuple(m for m in label if m.slot == name) for name in ("error", "points")] for label in labels]
    made = [E[errors.index(one)] * P[points.index(other)] for one, other in parts]
    return labels, np.stack(made) / E.shape[1]


def _singles(slot, usual=False):
    """Return (labels, arrays) of error times points with one mistake at most."""
    (errors, E), (points, P) = slot("error", usual), slot("points", usual)
    return errors + points[1:], np.concatenate([E, E[0] * P[1:]]) / E.shape[1]


def _right_but(name, label, c, slot):
    """Return a block with the mistakes of a label in error and points, and no other."""
    front = _fronts(slot, [label])[1][0]
    return c.A1.T @ front if name == "dW2" else c.X.T @ (front[:, None] * c.W * c.S)


def unseen(wrong, fronts, c, slot):
    """Return the mistakes in error and points that leave the block that is not wrong as it is."""
    other = "dW1" if wrong == "dW2" else "dW2"
    fine = [one for one in fronts if one and same(_right_but(other, one, c, slot), getattr(c, other))]
    return frozenset(mistake for label in fine for mistake in label)


def ways_of(name, given, c, slot, factors, tolerance, fronts=None):
    """Return the ways to make one block; with `fronts` those of error and points are tried first."""
    zeros, constant, normalised = table("whole finish")
    if not given.any():
        zero = [one for one in fronts or () if one and not _right_but(name, one, c, slot).any()]
        return zero or [(zeros,)]
    ways = _tried(name, given, c, slot, factors, tolerance, fronts)
    if given.size > 2 and not np.ptp(given):
        return [way for way in ways if len(way) < 2 and normalised not in way] or [(constant,)]
    return ways


def _tried(name, given, c, slot, factors, tolerance, fronts):
    """Try all candidates for a block."""
    c.given, c.largest = given, np.abs(given).max()
    c.often = (np.abs(given) == c.largest).sum() > 1
    live = np.abs(c.S).max(0) > 0
    tells = min(np.count_nonzero(c.S), 3 * live.sum()) if name == "dW1" else min(c.n, live.sum() + c.bias)
    rough = tolerance > SAME
    most = 1 if rough else min(tells, 2) if fronts is None else 4
    if rough and given.size < 4:
        return []

    def free(by, made):
        if c.is_normal:
            return table("whole finish")[2]
        return None if made and abs(by - float(f"{by:.2g}")) > SAME * abs(by) else _factor(by)

    options = dict(tolerance=tolerance, most=most, free=free if tells > 2 else None)
    enough = 1 if fronts is None else 1 + max(map(len, fronts))
    tried = (_dW2_candidates if name == "dW2" else _dW1_candidates)(c, slot, fronts, rough)
    ways = explain(given, tried, factors, enough=enough, **options)
    if tells > 2 and fronts is not None and name == "dW1" and not rough and (not ways or len(ways[0]) > 3):
        ways = sorted(ways + explain(given, _other_fronts(c, slot), factors, **options), key=len)
    if not ways or len(ways[0]) > 1:
        made = [((mistake,), form) for mistake in table("finish") for form in _forms(mistake, c, name)]
        if made:
            whole = product_of([[label for label, _ in made]], np.array([form for _, form in made]))
            ways += explain(given, [whole], factors[:1], tolerance=tolerance)
        ways += _added(name, given, c, factors, tolerance)
    return sorted(ways, key=len)


def _forms(mistake, c, name):
    return [form for form in forms(mistake.make(c, getattr(c, name))) if np.ptp(form) > 0]


def _factor(by):
    step = ", as a step downhill with that rate is" if by < 0 else ""
    return Mistake("wrong-factor", "size", None, f"everything is multiplied by {by:.4g}{step}", FACTOR)


def _dW2_candidates(c, slot, fronts, rough):
    """Yield candidates of dW2: usual ones first, then all with one mistake, then pairs in dz2."""
    few = [_dW2s(_singles(slot, True), slot("left2", True))]
    if fronts is not None:
        few = [_dW2s(_fronts(slot, fronts), slot("left2"))]
    yield from few
    yield from _changed(c, "rows2", fronts, few, 1 if fronts is None else 9)
    if fronts is None and (not rough or c.single):
        yield _dW2s(_singles(slot), slot("left2"))
    if fronts is None and not rough:
        for usual, other in ((True, True), (True, False), (False, True)):
            errors, E = slot("error", usual)
            left = slot("left2", True) if usual and other else _right(slot, "left2")
            yield _dW2s((errors, E / c.n), left, slot("points", other))


def _dW1_candidates(c, slot, fronts, rough):
    """Yield candidates of dW1: usual ones first, then all with one mistake on the way back, then two."""
    chosen = _fronts(slot, fronts)
    few = [_sums(chosen, _back(slot, {name: True})) for name in BACK]
    yield from few
    yield from _changed(c, "rows1", fronts, few, 9)
    for name in BACK if not rough or c.single else ():  # weights cost little: usual ones in all pairs
        yield _sums(chosen, _back(slot, {"weights": True, name: False}))
    if not rough:
        for one, other in (("slope", "weights"), ("left1", "weights"), *permutations(BACK[1:])):
            yield _sums(chosen, _back(slot, {one: True, other: False}))


def _other_fronts(c, slot):
    """Yield candidates of dW1 whose error is wrong on the way back alone, with one other mistake at most."""
    single = _singles(slot)
    yield _sums(single, _back(slot, {"weights": False}))
    yield _sums(single, _back(slot, {"slope": True}))
    yield _sums(single, _back(slot, {"left1": True}))
    for usual in (True, False):
        errors, E = slot("error", usual)
        yield _sums((errors, E / c.n), _back(slot, {}), slot("points", not usual))


def _right(slot, name):
    return [part[:1] for part in slot(name, True)]


def _back(slot, wrong):
    """Return what stands in each slot of the way back: (slot: only usual) where it may be wrong, or the right."""
    return [slot(name, wrong[name]) if name in wrong else _right(slot, name) for name in BACK]


def _dW2s(front, lefts, points=None):
    """Return the sums that make dW2, which have neither weights nor slope."""
    weights, slopes = ([()], np.ones((1, 1))), ([()], np.ones((1, 1, 1)))
    return _sums(front, [weights, slopes, lefts], points)


def _sums(front, back, points=None):
    """Return all choices of error, points, weights, slope and left array; the front may hold the points."""
    (labels, F), ((weights, W), (slopes, S), (lefts, L)) = front, back
    other, P = points or ([()], np.ones((1, F.shape[1])))
    axes = [labels, other, weights, slopes, lefts]
    shape = [len(axis) for axis in axes]

    def entry(k):
        i, j = divmod(k, W.shape[1])
        if len(F) * len(P) <= len(L):  # in the cheaper order
            made = _dots(F[:, None, None] * P[:, None] * S[:, j], L[:, i])
        else:
            made = _dots(F, P[:, None, None] * (S[:, None, j] * L[:, i]))
        return made.reshape(*shape[:2], 1, *shape[3:]) * W[:, j, None, None]

    def blocks(at):
        f, p, w, s, x = np.unravel_index(at, shape)
        delta = (F[f] * P[p])[:, None] * (W[w][..., None] * S[s])
        return (L[x] @ delta.swapaxes(1, 2)).reshape(len(at), L.shape[1] * W.shape[1])

    return Product(axes, entry, blocks)


def _dots(one, other):
    """Return the products of all rows of two stacks; in pieces so small that no threads are started for it."""
    one, other = (stack.reshape(-1, stack.shape[-1]) for stack in (one, other))
    if len(one) < len(other):
        return _dots(other, one).T
    rows = 250_000 // other.size + 1
    return np.concatenate([one[at : at + rows] @ other.T for at in range(0, len(one), rows)])


def _changed(c, title, fronts, products, most):
    """Return candidates of some products with their rows or columns changed; made once for the same fronts."""
    key = title, *(fronts or ())
    if key in c.changed:
        return c.changed[key]
    flat = {}
    for axes, _, blocks in products:
        labels = [sum(label, ()) for label in product(*axes)]
        at = [k for k, label in enumerate(labels) if len(label) <= most and label not in flat]
        flat |= zip([labels[k] for k in at], blocks(np.array(at, int)), strict=True)
    base = np.stack(list(flat.values())).reshape(-1, *c.given.shape)
    made = [((mistake,), form) for mistake in table(title) for form in forms(mistake.make(c, base))]
    c.changed[key] = []
    if made:
        stack = np.nan_to_num(np.stack([stretched(form, base.shape) for _, form in made]))
        c.changed[key].append(product_of([[label for label, _ in made], list(flat)], stack))
    return c.changed[key]


def _added(name, given, c, factors, tolerance):
    """Return the ways in which a known array, times some number, is added to the right block."""
    ways, right = [], getattr(c, name)
    if given.size < 3:
        return ways
    for mistake in [*table(f"added {name}"), *(table("updated weights") if name == "dW1" else ())]:
        extra = mistake.make(c)
        basis = np.stack([right.ravel(), extra.ravel()], 1)
        (factor, by), _, rank, _ = np.linalg.lstsq(basis, given.ravel(), rcond=None)
        alone = same(factor * right, given, 1e-6)
        if rank == 2 and not alone and same(factor * right + by * extra, given, tolerance):
            near = [more for number, more in factors if abs(factor / number - 1) <= 10 * tolerance]
            ways += [(mistake, *more) for more in near]
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
    if rank < c.n or not same(matrix @ by, flat, 1e-7) or np.abs(by - 1).max() < 0.005:
        return ""
    fine = np.abs(by - 1) < 1e-6
    said = ", ".join(f"{number + 0.0:.3g}" for number in np.round(by, 6)[:8]) + (", …" if c.n > 8 else "")
    right = f" It is right at {fine.sum()} of {c.n} points." if fine.any() else ""
    text = f"All is right but dz2: point after point, it is {said} times what it should be.{right}"
    if c.n > 2 and not np.isclose(by[0], by[-1]) and np.ptp(by[1:] / by[:-1]) < 1e-5:
        times = f"{by[0] / by[1]:.3g}"
        text += f" Each round multiplies what earlier rounds have added by {times}."
    return text
