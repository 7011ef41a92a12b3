"""Libraries of mistakes in the other functions that a learner writes, each a step of it done wrong.

A step is made of those before it, on the learner's own inputs; a mistake replaces one step. Where one
name stands for several numbers (rounded, but to how many digits?), it gives a list of them.
The steps of the forward pass stand in `forward_mistakes.py`; `engine.py` compares.
"""

import numpy as np

from coursekit.activations import ACTIVATIONS, sigmoid, sigmoid_derivative
from coursekit.diagnosis.gradient_mistakes import Mistake

STEPS = {  # what a learner's function returns, and the steps to it in which a mistake can be made
    "sigmoid": ("sigmoid",),
    "slope": ("slope",),
    "loss": ("losses", "loss"),
    "moved": ("moved",),
}
RIGHT = {
    "sigmoid": lambda c: sigmoid(c.z),
    "slope": lambda c: c.phi.derivative(c.z),
    "losses": lambda c: -np.log(c.own),
    "loss": lambda c: c.losses.mean(),
    "moved": lambda c: c.w - c.rate * c.g,
}
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


def rows(step, lines):
    """Return the mistakes of one step, of lines of (slug, wrong, what, question)."""
    return [Mistake(slug, step, wrong, what, question) for slug, wrong, what, question in lines]


def _rounded(values):
    return [np.round(values, digits) for digits in range(1, 6)]


def _means(values):
    return [values.mean(axis) for axis in (None, *range(values.ndim))]


def shares(z):
    """Return the softmax of z over all entries, and along each axis."""
    return [np.exp(z) / np.exp(z).sum(axis, keepdims=True) for axis in (None, *range(z.ndim))]


def _only(wanted, step):
    """Keep a step for one activation; with the others it makes no sense."""
    return lambda c: step(c) if c.activation == wanted else None


def _but(wanted, step):
    return lambda c: None if c.activation == wanted else step(c)


ROUND = "Who needs fewer digits: the next step, or your eyes when you print?"
EACH = "Should one number come out, or one for each entry?"

FORMS = rows("sigmoid", [
    ("sigmoid-falling", lambda c: sigmoid(-c.z), "exp(z) and exp(-z) have changed places: the curve falls where it should rise",
     "A large z should give a number near 1. Which of exp(z) and exp(-z) is small then, and where must it stand?"),
    ("sigmoid-one-missing", lambda c: np.exp(c.z), "the 1 under the line is missing",
     "Write the fraction with its line: what stands beside exp(-z)?"),
    ("sigmoid-not-divided", lambda c: 1 + np.exp(-c.z), "1 + exp(-z) comes out and nothing is divided by it",
     "What does Python do first in 1 / 1 + x?"),
    ("sigmoid-minus-below", lambda c: 1 / (1 - np.exp(-c.z)), "a minus stands under the line",
     "At z = 0 the sigmoid is one half. What does your line divide by there?"),
    ("sigmoid-of-double", lambda c: sigmoid(2 * c.z), "z enters twice as large",
     "How much of z belongs in the exponent? With tanh, is it tanh(z) or tanh(z / 2)?"),
    ("sigmoid-from-minus-one", lambda c: np.tanh(c.z / 2), "the curve runs from -1 to 1",
     "Between which two numbers does a probability lie?"),
    ("sigmoid-one-sign", lambda c: [sigmoid(np.abs(c.z)), sigmoid(-np.abs(c.z)), np.where(c.z >= 0, sigmoid(c.z), 0),
                                    np.where(c.z < 0, sigmoid(c.z), 0)],
     "only one sign of z is treated as it should be", "You have a form for one sign of z. What happens to an entry of the other sign?"),
    ("sigmoid-thresholded", lambda c: [c.z > 0, c.z >= 0], "every value is rounded to 0 or 1",
     "What does the sigmoid say beyond the side on which z lies?"),
    ("sigmoid-rounded", lambda c: _rounded(sigmoid(c.z)), "the values are rounded", ROUND),
    ("sigmoid-overflows", lambda c: np.exp(c.z) / (1 + np.exp(c.z)), "exp(z) grows to infinity, and infinity over infinity is no number",
     "For large z, which of exp(z) and exp(-z) stays small?"),
    ("sigmoid-logarithm", lambda c: [np.logaddexp(0, c.z), np.logaddexp(0, -c.z), -np.logaddexp(0, -c.z)], "a logarithm is taken too",
     "Where does the logarithm come in: in the activation, or in the loss?"),
])  # fmt: skip

SIGMOID = FORMS + rows("sigmoid", [
    ("sigmoid-slope", lambda c: sigmoid_derivative(c.z), "the slope s (1 - s) stands in place of the value",
     "Which of the two does the forward pass need, the value or the slope?"),
    ("sigmoid-tanh", lambda c: np.tanh(c.z), "tanh stands in its place", "Which curve lies between 0 and 1?"),
    ("sigmoid-relu", lambda c: np.maximum(c.z, 0), "relu stands in its place", "Which curve lies between 0 and 1?"),
    ("sigmoid-unchanged", lambda c: c.z, "z comes back as it was", "Which variable do you return?"),
    ("sigmoid-twice", lambda c: sigmoid(sigmoid(c.z)), "the sigmoid is applied twice",
     "What goes into the sigmoid: z, or what has met it already?"),
    ("sigmoid-softmax", lambda c: shares(c.z), "the entries are divided by their sum, as in softmax",
     "Should the value of one entry depend on the others?"),
    ("sigmoid-inverse", lambda c: np.log(c.z / (1 - c.z)), "the inverse function, log(z / (1 - z)), stands in its place",
     "Which way do you go: from a logit to a probability, or back?"),
    ("sigmoid-averaged", lambda c: _means(sigmoid(c.z)), "the entries are averaged", EACH),
])  # fmt: skip

FLAT = "Where is the curve flat on the right? Is your slope near 0 there?"
AT = "Which number goes into the slope: the one before the activation, or the one after it?"
WHOSE = "Whose slope is it? Which activation is asked for?"

DERIVATIVE = rows("slope", [
    ("derivative-is-value", lambda c: c.phi.value(c.z), "the value of the activation stands in place of its slope", FLAT),
    ("derivative-at-activation", lambda c: c.phi.derivative(c.phi.value(c.z)), "z meets the activation first, and the slope is taken after it", AT),
    ("derivative-plus", lambda c: {"sigmoid": c.v * (1 + c.v), "tanh": 1 + c.v**2}.get(c.activation), "a plus stands in place of the minus", FLAT),
    ("derivative-one-minus-value", lambda c: 1 - c.v, "1 - phi(z) stands in place of the slope",
     "At which end is the curve flat: on the left, on the right, or at both? How many factors, or which power, make it so?"),
    ("derivative-value-squared", lambda c: c.v**2, "phi(z) is multiplied by itself", "What should the second factor become where phi(z) is 1?"),
    ("derivative-formula-of-z", lambda c: c.z * (1 - c.z), "x (1 - x) is taken of z itself", AT),
    ("derivative-tanh-formula-of-z", lambda c: 1 - c.z**2, "1 - x^2 is taken of z itself", AT),
    ("derivative-sigmoid-pattern", _but("sigmoid", lambda c: c.v * (1 - c.v)), "the pattern v (1 - v) of the sigmoid is used for another activation",
     "Which rule did v (1 - v) come from? What is it for this activation?"),
    ("derivative-tanh-pattern", _but("tanh", lambda c: 1 - c.v**2), "the pattern 1 - v^2 of tanh is used for another activation",
     "Which rule did 1 - v^2 come from? What is it for this activation?"),
    *((f"derivative-of-{name}", _but(name, lambda c, other=phi: other.derivative(c.z)), f"the slope is that of {name}", WHOSE)
      for name, phi in ACTIVATIONS.items()),
    ("derivative-negative", lambda c: -c.phi.derivative(c.z), "the sign is turned", "Does this curve ever fall?"),
    ("derivative-squared", lambda c: c.phi.derivative(c.z) ** 2, "the slope is squared", "How often does the chain rule pass this activation?"),
    ("derivative-is-z", lambda c: c.z, "z comes back as it was", "Which variable do you return?"),
    ("derivative-one", lambda c: np.ones(c.z.shape), "the slope is 1 everywhere", "Is the curve one straight line? What is its slope where it is flat?"),
    ("derivative-other-side", _only("relu", lambda c: [c.z < 0, c.z <= 0]), "1 stands where z is negative",
     "On which side of 0 does relu rise?"),
    ("derivative-sign", _only("relu", lambda c: np.sign(c.z)), "-1 stands where z is negative", "Does relu fall on the left, or is it flat?"),
    ("derivative-leaky", _only("relu", lambda c: [np.where(c.z > 0, 1, low) for low in (0.01, 0.1, 0.2, 0.3)]),
     "a small slope is left where z is negative", "What is max(z, 0) on the left of 0, and how fast does it change there?"),
    ("derivative-rough-difference", lambda c: [(c.phi.value(c.z + up) - c.phi.value(c.z - down)) / (up + down)
                                               for h in (1, 0.5, 0.1, 0.01, 1e-3, 1e-4, 1e-5) for up, down in ((h, 0), (0, h), (h, h), (h / 2, h / 2))],
     "a difference with a large step stands in place of the slope", "How large is the step of your difference? What does a smaller one give?"),
    ("derivative-overflows", lambda c: {"sigmoid": [np.exp(s * c.z) / (1 + np.exp(s * c.z)) ** 2 for s in (1, -1)],
                                        "tanh": 1 - ((np.exp(c.z) - np.exp(-c.z)) / (np.exp(c.z) + np.exp(-c.z))) ** 2}.get(c.activation),
     "an exp grows to infinity, and infinity over infinity is no number", "For which sign of z does your exp grow? Can you write the slope with the value phi(z)?"),
    ("derivative-rounded", lambda c: _rounded(c.phi.derivative(c.z)), "the slopes are rounded", ROUND),
    ("derivative-averaged", lambda c: _means(c.phi.derivative(c.z)), "the entries are averaged", EACH),
])  # fmt: skip

TWO = "A point pays for one class. Which term speaks about class 1, and which about class 0?"
LOG = "How much should a point pay whose class was given probability 1? And probability 0?"
BASE = "The course counts in nats. What is log(e) with your logarithm?"
COUNT = "The loss is a mean over n points. What do you divide by, and how often?"
ONCE = "What does one point pay, and how do the payments of all points become one number?"
FAR = (0.2, 0.1, 0.05, 1e-2, 1e-3, 1e-4, 1e-5)

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
    ("loss-log1p-of-p", lambda c: -np.where(c.y == 1, np.log1p(c.p), np.log1p(-c.p)), "log1p(p) stands in place of log(p)", "log1p adds a 1 itself. Does log(p) need one?"),
    ("loss-y-and-p-swapped", lambda c: -(c.p * np.log(c.y) + (1 - c.p) * np.log(1 - c.y)), "the logarithm is taken of y, with p before it",
     "Of which of the two can you take the logarithm: of a class, 0 or 1, or of a probability?"),
    ("loss-minus-on-first-term", lambda c: np.where(c.y == 1, -np.log(c.p), np.log(1 - c.p)), "the minus reaches only the term of class 1", "To how many terms does the minus belong?"),
    ("loss-minus-on-second-term", lambda c: np.where(c.y == 1, np.log(c.p), -np.log(1 - c.p)), "the minus reaches only the term of class 0", "To how many terms does the minus belong?"),
    ("loss-base-2", lambda c: -np.log2(c.own), "the logarithm has base 2", BASE),
    ("loss-base-10", lambda c: -np.log10(c.own), "the logarithm has base 10", BASE),
    ("loss-squared-error", lambda c: [(c.p - c.y) ** 2, (c.p - c.y) ** 2 / 2], "the squared error is taken", LOG),
    ("loss-absolute-error", lambda c: np.abs(c.p - c.y), "the absolute error is taken", LOG),
    ("loss-log-left-out", lambda c: [c.own, -c.own], "the logarithm is left out", LOG),
    ("loss-error-rate", lambda c: (c.p >= 0.5) != c.y, "the share of wrong answers is counted", LOG),
    ("loss-accuracy", lambda c: (c.p >= 0.5) == c.y, "the accuracy is counted", "Should a better network have a larger loss or a smaller one?"),
    ("loss-sigmoid-of-p", lambda c: -np.log(sigmoid(np.where(c.y == 1, c.p, -c.p))), "p meets a sigmoid once more", "Has p met its sigmoid already?"),
    ("loss-p-rounded", lambda c: [-np.log(np.where(c.y == 1, p, 1 - p)) for p in (np.round(c.p, k) for k in (0, 1, 2, 3))], "p is rounded before the logarithm", ROUND),
    ("loss-clipped-far", lambda c: [-np.log(np.clip(c.own, far, top)) for far in FAR for top in (1 - far, 1)], "p is kept far away from 0 and 1",
     "By how much do you clip p? How much may the surest wrong answer cost then?"),
    ("loss-infinite-left-out", lambda c: [np.where(np.isfinite(-np.log(c.own)), -np.log(c.own), 0), -np.log(c.own[c.own > 0])] if (c.own > 0).any() else None, "the points whose payment is infinite are left out",
     "Which points has p wholly wrong? Should they pay nothing?"),
]) + rows("loss", [
    ("loss-summed", lambda c: c.losses.sum(), "the points are summed and not averaged", COUNT),
    ("loss-sign-missing", lambda c: -c.losses.mean(), "the minus is missing", "Which sign has the logarithm of a number below 1?"),
    ("loss-summed-with-sign-missing", lambda c: -c.losses.sum(), "the points are summed, without the minus", COUNT),
    ("loss-divided-twice", lambda c: c.losses.mean() / c.n, "1/n enters twice", COUNT),
    ("loss-divided-by-n-minus-1", lambda c: c.losses.sum() / (c.n - 1) if c.n > 1 else None, "the sum is divided by n - 1", COUNT),
    ("loss-divided-by-a-class", lambda c: [c.losses.sum() / count for count in (c.y.sum(), c.n - c.y.sum()) if count], "the sum is divided by the number of points of one class", COUNT),
    ("loss-doubled", lambda c: 2 * c.losses.mean(), "everything is twice as large", "Where does a factor 2 come in?"),
    ("loss-halved", lambda c: c.losses.mean() / 2, "everything is half as large", "There are two terms, but how many of them does one point pay?"),
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


def _swallowed(c):
    """The other block's gradient, where numpy stretches it to these weights."""
    return c.w - c.rate * c.other


ALONE = {
    "loss-clipped-far",
    "loss-p-rounded",
    "loss-rounded",
}  # so many forms that pairs with them meet by chance

DOWN = "If a slope is positive, which way is downhill?"
RATE = "w - learning_rate * slope: which part does the learning rate scale, and how often?"
START = "What is returned: where the weights stand now, or how far they moved?"

UPDATE = rows("moved", [
    ("update-in-place", lambda c: c.w if c.aliased else None, "the array that came in is returned, be it written into or not",
     "Which operation of yours makes a new array? `w -= step` writes into the old one: who still needs it?"),
    ("update-nothing", lambda c: c.w, "the weights are returned as they were", "Which variable holds the new weights, and do you return it?"),
    ("update-uphill", lambda c: c.w + c.rate * c.g, "a plus stands in place of the minus", DOWN),
    ("update-without-rate", lambda c: c.w - c.g, "the learning rate is left out", RATE),
    ("update-uphill-without-rate", lambda c: c.w + c.g, "a plus stands in place of the minus and the learning rate is left out", DOWN),
    ("update-divided-by-rate", lambda c: c.w - c.g / c.rate, "the slope is divided by the learning rate", RATE),
    ("update-rate-squared", lambda c: c.w - c.rate**2 * c.g, "the learning rate enters twice", RATE),
    ("update-doubled", lambda c: c.w - 2 * c.rate * c.g, "the step is taken twice", "How often does your loop, or your cell, subtract the step?"),
    ("update-scales-weights", lambda c: [c.w * (1 - c.rate * c.g), c.w * (1 + c.rate * c.g), c.w * (1 - c.g)], "the weights are multiplied by 1 minus the step",
     "Is the step subtracted from a weight, or is it a share of the weight?"),
    ("update-times-gradient", lambda c: [c.w * -c.rate * c.g, c.w * c.rate * c.g, c.w * c.g], "weights and slopes are multiplied", "Which sign stands between the weights and the step?"),
    ("update-rate-on-weights", lambda c: [c.rate * c.w - c.g, c.rate * (c.w - c.g), (1 - c.rate) * c.w - c.rate * c.g, c.g - c.rate * c.w], "the learning rate scales the weights", RATE),
    ("update-gradient-returned", lambda c: [c.g, -c.g], "the slopes alone are returned", START),
    ("update-step-returned", lambda c: [-c.rate * c.g, c.rate * c.g], "the steps alone are returned", START),
    ("update-backwards", lambda c: c.rate * c.g - c.w, "the weights are subtracted from the step", "Which of the two do you subtract from which?"),
    ("update-by-sign", lambda c: c.w - c.rate * np.sign(c.g), "only the sign of each slope is used", "Should a steep slope and a flat one give the same step?"),
    ("update-without-gradient", lambda c: [c.w - c.rate, c.w + c.rate], "the learning rate alone is subtracted", "Where does the slope come in?"),
    ("update-gradient-averaged", lambda c: [c.w - c.rate * c.g.mean(), c.w - c.rate * c.g.sum()], "all weights move by the same step", "How many slopes has a block, and which belongs to which weight?"),
    ("update-normalised", lambda c: c.w - c.rate * c.g / np.linalg.norm(c.g), "the slopes are divided by their length", RATE),
    ("update-other-gradient", _swallowed, "the slopes of the other block are used", "Which gradient belongs to which weights?"),
    ("update-gradient-transposed", lambda c: c.w - c.rate * c.g.T if c.g.ndim == 2 else None, "the slopes are transposed",
     "Which slope belongs to which weight: the one in the same row and column, or the turned one?"),
    ("update-rounded", lambda c: [np.round(c.w - c.rate * c.g, digits) for digits in range(1, 6)], "the new weights are rounded", ROUND),
])  # fmt: skip
