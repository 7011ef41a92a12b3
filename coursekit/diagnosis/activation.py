"""Why is this sigmoid, or this slope, wrong? Known mistakes on the same inputs."""

from types import SimpleNamespace

import numpy as np

from coursekit._validation import check_choice, describe
from coursekit.activations import ACTIVATIONS, sigmoid, sigmoid_derivative
from coursekit.diagnosis.engine import multiples, rows, tell
from coursekit.diagnosis.values import Value, candidates, kinds, right


def _rounded(values):
    return [np.round(values, digits) for digits in range(1, 6)]


def _means(values):
    return [values.mean(axis) for axis in (None, *range(values.ndim))]


def shares(z):
    """Return the softmax of z over all entries, and along each axis."""
    return [np.exp(z) / np.exp(z).sum(axis, keepdims=True) for axis in (None, *range(z.ndim))]


def _kinked(make):
    """Keep a slip for activations that can be flat; with the others it makes no sense."""
    return lambda c: make(c) if c.phi.kinks else None


ROUND = "Who needs fewer digits: the next step, or your eyes when you print?"
EACH = "Should one number come out, or one for each entry?"

FORMS = rows("sigmoid", [
    ("sigmoid-falling", lambda c: sigmoid(-c.z), "exp(z) and exp(-z) have changed places: the curve falls where it should rise",
     "A large z should give a number near 1. Which of exp(z) and exp(-z) is small then, and where must it stand?"),
    ("sigmoid-one-missing", lambda c: np.exp(c.z), "the 1 under the line is missing",
     "Write the fraction with its line: what stands beside exp(-z)?"),
    ("sigmoid-not-divided", lambda c: 1 + np.exp(-c.z), "1 + exp(-z) is returned and nothing is divided by it",
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
    ("sigmoid-numerator", lambda c: [c.z * sigmoid(c.z), c.z / (1 + np.exp(c.z))], "z stands above the line, where a 1 belongs", "What stands above the line of the fraction?"),
    ("sigmoid-fraction-missing", lambda c: [np.exp(-c.z), 1 + np.exp(c.z), 1 / np.exp(-c.z) + 1], "the fraction 1 / (1 + exp(-z)) is not there: an exponential alone, or with a 1 added", "Which part of the formula stands under the line? Are there brackets around it?"),
    ("sigmoid-other-base", lambda c: [sigmoid(np.log(2) * c.z), sigmoid(np.log(10) * c.z)], "another base than e is raised to the power -z: 2 or 10", "Which number does exp raise to a power?"),
    ("sigmoid-clipped", lambda c: [*(np.clip(sigmoid(c.z), far, 1 - far) for far in (0.001, 0.01, 0.05, 0.1, 0.2)), *(sigmoid(np.clip(c.z, -far, far)) for far in (1, 2, 3, 5, 6, 10))],
     "z or its value is clipped to a range that is too small", "Between which bounds do you clip? Which z are beyond them?"),
    ("sigmoid-straight", lambda c: [np.clip(c.z, 0, 1), np.clip(0.2 * c.z + 0.5, 0, 1), np.clip(c.z / 4 + 0.5, 0, 1), np.clip((c.z + 1) / 2, 0, 1), np.clip(c.z / 6 + 0.5, 0, 1)],
     "a straight line, clipped at 0 and 1, stands in its place", "Where does exp enter?"),
    ("sigmoid-other-curve", lambda c: [c.z / (1 + np.abs(c.z)), 0.5 + np.arctan(c.z) / np.pi, 0.5 + c.z / (2 * (1 + np.abs(c.z))), 1 / np.tanh(c.z)], "another curve of this kind stands in its place", "What is the formula of the sigmoid?"),
    ("sigmoid-power", lambda c: [sigmoid(c.z) ** 2, np.sqrt(sigmoid(c.z)), 1 / (1 + np.exp(-(c.z**2))), 1 / (1 + np.exp(-c.z) ** 2)], "a square or a root has come in", "Which powers does the formula have?"),
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
    ("sigmoid-shares", lambda c: [np.exp(-c.z) / np.exp(-c.z).sum(), sigmoid(c.z) / sigmoid(c.z).sum()], "the entries are divided by their sum", "Should the value of one entry depend on the others?"),
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
    ("derivative-plus", lambda c: [c.v * (1 + c.v), 1 + c.v**2], "a plus stands in place of the minus", FLAT),
    ("derivative-one-minus-value", lambda c: 1 - c.v, "1 - phi(z) stands in place of the slope",
     "At which end is the curve flat: on the left, on the right, or at both? How many factors, or which power, make it so?"),
    ("derivative-value-squared", lambda c: c.v**2, "phi(z) is multiplied by itself", "What should the second factor become where phi(z) is 1?"),
    ("derivative-formula-of-z", lambda c: c.z * (1 - c.z), "x (1 - x) is taken of z itself", AT),
    ("derivative-tanh-formula-of-z", lambda c: 1 - c.z**2, "1 - x^2 is taken of z itself", AT),
    ("derivative-sigmoid-pattern", lambda c: c.v * (1 - c.v), "the pattern v (1 - v) of the sigmoid is used for another activation",
     "Which rule did v (1 - v) come from? What is it for this activation?"),
    ("derivative-tanh-pattern", lambda c: 1 - c.v**2, "the pattern 1 - v^2 of tanh is used for another activation",
     "Which rule did 1 - v^2 come from? What is it for this activation?"),
    *((f"derivative-of-{name}", lambda c, other=phi: other.derivative(c.z), f"the slope is that of {name}", WHOSE)
      for name, phi in ACTIVATIONS.items()),
    ("derivative-squared", lambda c: c.phi.derivative(c.z) ** 2, "the slope is squared", "How often does the chain rule pass this activation?"),
    ("derivative-is-z", lambda c: c.z, "z comes back as it was", "Which variable do you return?"),
    ("derivative-one", lambda c: np.ones(c.z.shape), "the slope is 1 everywhere", "Is the curve one straight line? What is its slope where it is flat?"),
    ("derivative-other-side", _kinked(lambda c: [c.z < 0, c.z <= 0]), "1 stands where z is negative",
     "On which side of 0 does relu rise?"),
    ("derivative-sign", _kinked(lambda c: np.sign(c.z)), "-1 stands where z is negative", "Does relu fall on the left, or is it flat?"),
    ("derivative-leaky", _kinked(lambda c: [np.where(c.z > 0, 1, low) for low in (0.01, 0.1, 0.2, 0.3)]),
     "a small slope is left where z is negative", "What is max(z, 0) on the left of 0, and how fast does it change there?"),
    ("derivative-rough-difference", lambda c: [(c.phi.value(c.z + up) - c.phi.value(c.z - down)) / (up + down)
                                               for h in (1, 0.5, 0.1, 0.01, 1e-3, 1e-4, 1e-5) for up, down in ((h, 0), (0, h), (h, h), (h / 2, h / 2))],
     "a difference with a large step stands in place of the slope", "How large is the step of your difference? What does a smaller one give?"),
    ("derivative-overflows", lambda c: [*(np.exp(s * c.z) / (1 + np.exp(s * c.z)) ** 2 for s in (1, -1)), 1 - ((np.exp(c.z) - np.exp(-c.z)) / (np.exp(c.z) + np.exp(-c.z))) ** 2],
     "an exp grows to infinity, and infinity over infinity is no number", "For which sign of z does your exp grow? Can you write the slope with the value phi(z)?"),
    ("derivative-rounded", lambda c: _rounded(c.phi.derivative(c.z)), "the slopes are rounded", ROUND),
    ("derivative-one-for-all", lambda c: [np.full(c.z.shape, c.phi.derivative(c.z).mean()), np.full(c.z.shape, c.phi.derivative(c.z.mean()))], "one slope, a mean, is used for all entries", EACH),
    ("derivative-constant", lambda c: np.full(c.z.shape, c.phi.derivative(np.zeros(1))[0]), "the slope at 0, a constant, is used for all entries", "Where is the curve flat?"),
    ("derivative-power", lambda c: [np.sqrt(np.abs(c.phi.derivative(c.z))), (1 - c.v) ** 2, c.v * (1 - c.v) ** 2, c.v**2 * (1 - c.v)], "a square is missing, or stands in the wrong place", "Which part of the formula is squared: where do its brackets close?"),
    ("derivative-other-curve", lambda c: [1 / (1 + c.z**2), np.exp(-(c.z**2)), 1 / (1 + np.abs(c.z)) ** 2, 1 - c.phi.derivative(c.z)], "the derivative of another curve, such as arctan, stands in its place", WHOSE),
    ("derivative-keeps-z", _kinked(lambda c: [np.where(c.z > 0, 1, c.z), np.where(c.z > 0, c.z, 0)]), "z itself is left on one side", FLAT),
    ("derivative-threshold", _kinked(lambda c: [c.z > 1, c.z > 0.5, c.v > c.v.mean()]), "1 begins elsewhere than above 0: the threshold is wrong", FLAT),
    ("derivative-averaged", lambda c: _means(c.phi.derivative(c.z)), "the entries are averaged", EACH),
])  # fmt: skip

FLIP, *SIZES = rows("size", [
    ("sign-turned", None, "the sign is turned", "Does this curve ever fall? Does it lie below 0?"),
    ("doubled", lambda c: 2, "everything is twice as large", "Where does a factor 2 come in?"),
    ("halved", lambda c: 0.5, "everything is half as large", "Where does a factor 1/2 come in?"),
])  # fmt: skip
SIGNS = multiples(None, SIZES, FLIP)

KINK = " At a kink there is no slope: you chose another number from 0 to 1 there than this course, which takes 0."


def diagnose_sigmoid(received, z):
    """Say whether these are the values 1 / (1 + exp(-z)), and if not, which mistake they show.

    Parameters
    ----------
    received : object
        What the learner's function returned: an array of the shape of `z`, or a number for a number.
    z : float or array_like of float
        What it was given; finite.

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError, ValueError
        Where `z` breaks its rule.
    """
    z = _check_z(z)
    note, bad = kinds(["sigmoid"], [received], is_number=z.ndim == 0)
    if bad:
        return bad
    with np.errstate(all="ignore"):
        value = Value("sigmoid", received, sigmoid(z), inputs={"z": z})
        if value.is_right():
            return right("sigmoid", note)
        made = candidates(SimpleNamespace(z=z), ["sigmoid"], {"sigmoid": lambda c: sigmoid(c.z)}, SIGMOID)
        return tell([value.as_part(made, SIGNS)])


def diagnose_activation_derivative(received, z, activation):
    """Say whether these are the slopes phi'(z) of an activation, and if not, which mistake they show.

    At a kink there is no slope: every number from 0 to 1 is as right there as the 0 of this course.

    Parameters
    ----------
    received : object
        What the learner's function returned: an array of the shape of `z`, or a number for a number.
    z : float or array_like of float
        The pre-activations it was given; finite.
    activation : {"sigmoid", "tanh", "relu"}

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError, ValueError
        Where `z` or `activation` breaks its rule.
    """
    z = _check_z(z)
    phi = check_choice(activation, ACTIVATIONS, "activation")
    note, bad = kinds(["slope"], [received], is_number=z.ndim == 0)
    if bad:
        return bad
    with np.errstate(all="ignore"):
        c = SimpleNamespace(z=z, phi=phi, v=phi.value(z))
        value = Value("slope", received, phi.derivative(z), inputs={"z": z})
        chosen = np.zeros(z.shape, bool)
        if value.got.shape == z.shape:
            chosen = np.isin(z, phi.kinks) & (value.got > 0) & (value.got <= 1)
            value.want = np.where(chosen, value.got, value.want)
        if not value.is_right():
            made = candidates(c, ["slope"], {"slope": lambda c: c.phi.derivative(c.z)}, DERIVATIVE)
            return tell([value.as_part(made, SIGNS)])
    return right("slope", (KINK if chosen.any() else "") + note)


def _check_z(z):
    try:
        array = np.asarray(z)
    except ValueError:  # rows of several lengths
        array = np.asarray(None)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"z must be a number or an array of numbers; got {describe(z)}")
    if array.size == 0:
        raise ValueError(f"z must not be empty; got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"z must be finite; got {array[~np.isfinite(array)][0]}")
    return array.astype(np.float64)
