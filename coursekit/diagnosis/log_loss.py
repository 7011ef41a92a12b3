"""Why is this log loss wrong? Known mistakes on the same inputs."""

from types import SimpleNamespace

import numpy as np

from coursekit._validation import check_y
from coursekit.activations import sigmoid
from coursekit.diagnosis.activation import ROUND
from coursekit.diagnosis.engine import multiples, rows, tell
from coursekit.diagnosis.values import Value, candidates, kinds, right
from coursekit.losses import log_loss

GUARDS = (  # eps, by which p is usually kept away from 0 and 1; the powers of 2 are those of np.finfo
    *(10.0**-k for k in (*range(6, 21), 30, 50, 100, 200, 300, 308)),
    *(2.0**-k for k in (52, 1022, 1074, 23, 126, 149)),
)


def guarded_losses(y, p):
    """Return the log losses that right code gives: p or its logarithm is often kept away from infinity."""
    own = np.where(y == 1, p, 1 - p)
    kept = np.array(GUARDS)[:, None]
    both = np.clip(p, kept, 1 - kept)
    forms = [np.where(y == 1, both, 1 - both), np.maximum(own, kept), own + kept]
    losses = [-np.log(form).mean(axis=1) for form in forms]
    return np.concatenate([*losses, [np.nan_to_num(-np.log(own)).mean()]])


TWO = "A point pays for one class. Which term speaks about class 1, and which about class 0?"
LOG = "How much should a point pay whose class was given probability 1? And probability 0?"
BASE = "The course counts in nats. What is log(e) with your logarithm?"
COUNT = "The loss is a mean over n points. What do you divide by, and how often?"
ONCE = "What does one point pay, and how do the payments of all points become one number?"
FAR = (0.2, 0.1, 0.05, 1e-2, 1e-3, 1e-4, 1e-5)

FLIP, *SIZES = rows("size", [
    ("loss-sign-missing", None, "the minus is missing", "Which sign has the logarithm of a number below 1?"),
    ("loss-summed", lambda c: c.n, "the points are summed and not averaged", COUNT),
    ("loss-divided-twice", lambda c: 1 / c.n, "1/n enters twice", COUNT),
    ("loss-doubled", lambda c: 2, "everything is twice as large", "Where does a factor 2 come in?"),
    ("loss-halved", lambda c: 0.5, "everything is half as large", "There are two terms, but how many of them does one point pay?"),
    ("loss-base-2", lambda c: 1 / np.log(2), "the logarithm has base 2", BASE),
    ("loss-base-10", lambda c: 1 / np.log(10), "the logarithm has base 10", BASE),
    ("loss-divided-by-n-minus-1", lambda c: c.n / (c.n - 1) if c.n > 1 else 1, "the sum is divided by n - 1", COUNT),
    ("loss-divided-by-a-class", lambda c: c.n / c.y.sum(), "the sum is divided by the number of points of class 1", COUNT),
    ("loss-divided-by-class-0", lambda c: c.n / (1 - c.y).sum(), "the sum is divided by the number of points of class 0", COUNT),
])  # fmt: skip

RIGHT = {"losses": lambda c: -np.log(c.own), "loss": lambda c: c.losses.mean()}
ALONE = {
    "loss-y-and-p-swapped",
    "loss-shifted",
    "loss-clipped-far",
    "loss-p-rounded",
    "loss-rounded",
}  # so many forms that pairs meet by chance

LOSS = rows("losses", [
    ("loss-zero-times-infinity", lambda c: _if_nan(-(c.y * np.log(c.p) + (1 - c.y) * np.log(1 - c.p))), "0 is multiplied by log(0), and that is no number",
     "Only one of the two terms counts for a point. How can you leave the other one out without multiplying it by 0?"),
    ("loss-class-0-unpaid", lambda c: np.where(c.y == 1, -np.log(c.p), 0), "only the points of class 1 pay", TWO),
    ("loss-class-1-unpaid", lambda c: np.where(c.y == 1, 0, -np.log(1 - c.p)), "only the points of class 0 pay", TWO),
    ("loss-classes-swapped", lambda c: -np.log(1 - c.own), "each point pays for the other class", TWO),
    ("loss-all-as-class-1", lambda c: -np.log(c.p), "all points pay -log(p), whatever their class", TWO),
    ("loss-all-as-class-0", lambda c: -np.log(1 - c.p), "all points pay -log(1 - p), whatever their class", TWO),
    ("loss-y-twice", lambda c: np.where(c.y == 1, -np.log(c.p) - np.log(1 - c.p), 0), "y stands before both terms, where one should have 1 - y", TWO),
    ("loss-one-minus-log", lambda c: [np.where(c.y == 1, -np.log(c.p), s * (1 - np.log(c.p))) for s in (1, -1)], "1 - log(p) stands in place of log(1 - p)",
     "From what is p subtracted: from the 1 inside the logarithm, or outside?"),
    ("loss-one-plus-p", lambda c: -np.where(c.y == 1, np.log(c.p), np.log(1 + c.p)), "log(1 + p) stands in place of log(1 - p)",
     "What probability has class 0, if class 1 has p?"),
    ("loss-labels-averaged", lambda c: -(c.y.mean() * np.log(c.p) + (1 - c.y.mean()) * np.log(1 - c.p)), "every class meets the p of all points, in a table (n, n), as (n, 1) and (n,) make it", "Print the shapes of y and p. What does numpy make of (n, 1) * (n,), and of a product with @?"),
    ("loss-hinge", lambda c: [np.maximum(0, 1 - (2 * c.y - 1) * (2 * c.p - 1)), np.maximum(0, 1 - (2 * c.y - 1) * c.p)], "the hinge loss of another method is taken", LOG),
    ("loss-entropy", lambda c: -(c.p * np.log(c.p) + (1 - c.p) * np.log(1 - c.p)), "p stands where y belongs, which gives the entropy of p: y is not used", TWO),
    ("loss-labels-plus-minus-one", lambda c: -((2 * c.y - 1) * np.log(c.p) + (2 - 2 * c.y) * np.log(1 - c.p)), "y is made -1 and 1, as 2y - 1", "Which two values has y in this formula?"),
    ("loss-bracket", lambda c: [-(c.y * np.log(c.p) + 1 - c.y * np.log(1 - c.p)), -(1 - c.y * np.log(c.p)), -(c.y * np.log(c.p) + 1 - c.y), -(c.y * np.log(c.p) + (1 - c.y * np.log(c.p)) * np.log(1 - c.p))],
     "a bracket closes in the wrong place", "Where do the brackets around 1 - y and around 1 - p close?"),
    ("loss-shifted", lambda c: [form for far in FAR for form in (-np.log(c.own + far), -np.where(c.y == 1, np.log(c.p - far), np.log(1 - c.p + far)), -np.where(c.y == 1, np.log(c.p + far), np.log(1 - c.p - far)), -np.log(c.own - far))],
     "a number that is not small is added to p, or subtracted from it, to keep the logarithm safe", "How small is your epsilon? By how much does it change a usual p?"),
    ("loss-log1p-of-p", lambda c: -np.where(c.y == 1, np.log1p(c.p), np.log1p(-c.p)), "log1p(p) stands in place of log(p)", "log1p adds a 1 itself. Does log(p) need one?"),
    ("loss-y-and-p-swapped", lambda c: [-(c.p * np.log(a) + (1 - c.p) * np.log(1 - a)) for a in (c.y, *(np.clip(c.y, e, 1 - e) for e in GUARDS[:12]))] + [-(c.p * np.log(c.y + e) + (1 - c.p) * np.log(1 - c.y + e)) for e in GUARDS[:12]], "the logarithm is taken of y, with p before it",
     "Of which of the two can you take the logarithm: of a class, 0 or 1, or of a probability?"),
    ("loss-minus-on-first-term", lambda c: np.where(c.y == 1, -np.log(c.p), np.log(1 - c.p)), "the minus reaches only the term of class 1", "To how many terms does the minus belong?"),
    ("loss-minus-on-second-term", lambda c: np.where(c.y == 1, np.log(c.p), -np.log(1 - c.p)), "the minus reaches only the term of class 0", "To how many terms does the minus belong?"),
    ("loss-squared-error", lambda c: (c.p - c.y) ** 2, "the squared error is taken", LOG),
    ("loss-absolute-error", lambda c: np.abs(c.p - c.y), "the absolute error is taken", LOG),
    ("loss-log-left-out", lambda c: c.own, "the logarithm is left out", LOG),
    ("loss-error-rate", lambda c: (c.p >= 0.5) != c.y, "the share of wrong answers is counted", LOG),
    ("loss-accuracy", lambda c: (c.p >= 0.5) == c.y, "the accuracy is counted", "Should a better network have a larger loss or a smaller one?"),
    ("loss-sigmoid-of-p", lambda c: -np.log(sigmoid(np.where(c.y == 1, c.p, -c.p))), "p meets a sigmoid once more", "Has p met its sigmoid already?"),
    ("loss-p-rounded", lambda c: [-np.log(np.where(c.y == 1, p, 1 - p)) for p in (np.round(c.p, k) for k in (0, 1, 2, 3))], "p is rounded before the logarithm", ROUND),
    ("loss-clipped-far", lambda c: [-np.log(np.clip(c.own, far, top)) for far in FAR for top in (1 - far, 1)], "p is kept far away from 0 and 1",
     "By how much do you clip p? How much may the surest wrong answer cost then?"),
    ("loss-infinite-left-out", lambda c: [np.where(np.isfinite(-np.log(c.own)), -np.log(c.own), 0), -np.log(c.own[c.own > 0])] if (c.own > 0).any() else None, "the points whose payment is infinite are left out",
     "Which points has p wholly wrong? Should they pay nothing?"),
]) + rows("loss", [
    ("loss-median", lambda c: np.median(c.losses), "the median is taken", ONCE),
    ("loss-maximum", lambda c: c.losses.max(), "the largest payment of all points is taken", ONCE),
    ("loss-of-one-point", lambda c: [c.losses[-1], c.losses[-1] / c.n, c.losses[0], c.losses[0] / c.n], "only one point is kept, the first or the last", "Does your loop add up, or does each round replace the last one?"),
    ("loss-point-left-out", lambda c: [part.sum() / c.n for part in (c.losses[1:], c.losses[:-1])], "the first point or the last is left out", "Over which points does the loss take its mean?"),
    ("loss-log-of-mean", lambda c: -np.log(np.exp(-c.losses).mean()), "the mean is taken before the logarithm", "Which comes first: what one point pays, or the mean over the points?"),
    ("loss-exponential", lambda c: [np.exp(c.losses.mean()), np.exp(-c.losses.mean())], "an exponential is taken of the mean", "What undoes your logarithm after the mean?"),
    ("loss-rounded", lambda c: [np.round(c.losses.mean(), digits) for digits in range(2, 9)], "the loss is rounded", ROUND),
    ("loss-not-averaged", lambda c: c.losses, "one loss for each point is returned", ONCE),
])  # fmt: skip


def _if_nan(values):
    return values if np.isnan(values).any() else None


def diagnose_log_loss(received, y, p):
    """Say whether this is the mean log loss in nats, and if not, which mistake it shows.

    Where a point's own class has probability 0, the loss is infinite; so that it stays finite, code often
    clips p, or adds a little to it, by some eps. Such a loss is right for every usual eps up to 1e-6.

    Parameters
    ----------
    received : object
        What the learner's function returned: a number, or an array without axes.
    y : ndarray of 0 and 1, shape (n,)
    p : ndarray of float64, shape (n,)
        Probabilities of class 1, from 0 to 1.

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError, ValueError
        Where `y` or `p` breaks its rule.
    """
    want = log_loss(y, p)
    note, bad = kinds(["loss"], [received], is_number=True)
    if bad:
        return bad
    with np.errstate(all="ignore"):
        y = check_y(y, len(p)).astype(np.float64)
        c = SimpleNamespace(y=y, p=p, own=np.where(y == 1, p, 1 - p), n=len(y))
        value = Value("loss", received, want)
        if value.is_right():
            return right("log loss", note)
        if any(map(value.is_right, guarded_losses(y, p))):
            return right("log loss", f" p is kept a little away from 0 and 1.{note}")
        if value.got.ndim == 0 and not np.isfinite(value.got):
            value.note = _first_log_of_zero(value.got, y, p)
        made = candidates(c, ["losses", "loss"], RIGHT, LOSS, ALONE)
        return tell([value.as_part(made, multiples(c, SIZES, FLIP, pairs=6))])


def _first_log_of_zero(loss, y, p):
    """Say at which point a loss that is not finite can first become so."""
    sure = np.flatnonzero(p == y if np.isnan(loss) else (p == 0) | (p == 1))
    if not len(sure):
        return "No p is 0 or 1 here, so no logarithm of p or of 1 - p can be infinite."
    at = int(sure[0])
    term = "y log(p)" if p[at] == 0 else "(1 - y) log(1 - p)"
    text = f"The first point with a logarithm of 0 is point {at}: y is {y[at]:.0f} and p is {p[at]:.0f}"
    return f"{text}, so {term} is 0 times infinity." if np.isnan(loss) else f"{text}."
