"""Why is this forward pass wrong? Each step is compared with known mistakes in it.

A1 is made in two steps: H1, the activations of the units, and beside them the ones of an output bias.
"""

from types import SimpleNamespace

import numpy as np

from coursekit.activations import ACTIVATIONS, sigmoid
from coursekit.diagnosis.activation import EACH, FORMS, ROUND, shares
from coursekit.diagnosis.engine import rows, tell
from coursekit.diagnosis.evidence import Diagnosis, wrong_container
from coursekit.diagnosis.values import Value, candidates, kinds, right, take
from coursekit.network import ForwardPass, Params, forward

STEPS = {"Z1": ("Z1",), "A1": ("H1", "A1"), "z2": ("z2",), "p": ("p",)}
RIGHT = {
    "Z1": lambda c: c.X @ c.W1,
    "H1": lambda c: c.phi.value(c.Z1),
    "A1": lambda c: _beside(c, c.H1),
    "z2": lambda c: c.A1 @ c.W2[: c.A1.shape[1]],  # without a column of ones, the bias meets nothing
    "p": lambda c: sigmoid(c.z2),
}


def _beside(c, units, ones=1.0):
    """Put the column of the output bias beside the units, where there is one."""
    return np.column_stack([units, np.full(len(units), ones)]) if c.bias else units


def _bias(step):
    """Keep a step for networks with an output bias."""
    return lambda c: step(c) if c.bias else None


def _formulas(step, given):
    """Mistakes in the formula of the sigmoid, made where the forward pass applies it."""

    def at(mistake):
        return lambda c: mistake.make(SimpleNamespace(z=getattr(c, given)))

    return [mistake._replace(slot=step, make=at(mistake)) for mistake in FORMS]


WEIGHTS = "X is (n, 3). Is a unit a row or a column of W1, and which of its weights meets the ones?"
BETWEEN = "What stands between Z1 and A1, and how often?"
OUTPUT = "z2 = A1 w2: what is multiplied by what, and over which index is it summed?"
LAST = "What turns a logit, which may be any number, into a number between 0 and 1? How often?"
ONES = (
    "Which activation does the last weight of W2 multiply? Where does this column stand, and what is in it?"
)

Z1 = rows("Z1", [
    ("z1-without-bias", lambda c: c.X[:, :2] @ c.W1[:2], "the column of ones is left out", "What does the bias column multiply?"),
    ("z1-bias-subtracted", lambda c: c.X[:, :2] @ c.W1[:2] - c.W1[2], "the bias is subtracted", "Which sign has the bias in a weighted sum?"),
    ("z1-bias-twice", lambda c: c.X @ c.W1 + c.W1[2], "the bias enters twice", "X has a column of ones already. What does it add?"),
    ("z1-bias-first", lambda c: c.X[:, [2, 0, 1]] @ c.W1, "the first row of W1 is taken for the bias", WEIGHTS),
    ("z1-inputs-swapped", lambda c: c.X[:, [1, 0, 2]] @ c.W1, "x1 and x2 are swapped", WEIGHTS),
    ("z1-weights-transposed", lambda c: c.X @ c.W1.T, "W1 is transposed", WEIGHTS),
    ("z1-turned", lambda c: (c.X @ c.W1).T, "rows are units and columns are points", "What is a row of Z1: a point, or a unit?"),
    ("z1-units-reversed", lambda c: (c.X @ c.W1)[:, ::-1], "the units stand in reverse order", "Which column of Z1 belongs to which column of W1?"),
    ("z1-not-summed", lambda c: c.X[:, :, None] * c.W1, "the products are not added up", "Which sign multiplies and also adds up?"),
    ("z1-averaged", lambda c: c.X @ c.W1 / 3, "the products are averaged and not added up", "Is a pre-activation a weighted sum or a mean?"),
    ("z1-inputs-activated", lambda c: [sigmoid(c.X) @ c.W1, np.tanh(c.X) @ c.W1, c.phi.value(c.X[:, :2]) @ c.W1[:2] + c.W1[2]],
     "the points meet an activation before the weights", "Does a point meet the activation before the weights, or after?"),
    ("z1-activated-already", lambda c: c.phi.value(c.X @ c.W1), "the activation is applied already", "Which comes first, the weighted sum or the activation? Which name has each?"),
    ("z1-rounded", lambda c: [np.round(c.X @ c.W1, digits) for digits in range(1, 6)], "the numbers are rounded", ROUND),
])  # fmt: skip

A1 = rows("H1", [
    ("a1-activation-forgotten", lambda c: c.Z1, "the activation of the hidden units is left out", BETWEEN),
    *((f"a1-{name}", lambda c, other=phi: other.value(c.Z1), f"the activation is {name}", "Which activation is asked for?")
      for name, phi in ACTIVATIONS.items()),
    ("a1-activated-twice", lambda c: c.phi.value(c.phi.value(c.Z1)), "the activation is applied twice", BETWEEN),
    ("a1-slope-for-value", lambda c: c.phi.derivative(c.Z1), "the slope of the activation stands in place of its value", "Which of the two does the forward pass need, the value or the slope?"),
    ("a1-softmax", lambda c: shares(c.Z1), "the activations are divided by their sum, as in softmax", "Should one unit's activation depend on the other units, or on other points?"),
]) + _formulas("H1", "Z1") + rows("A1", [
    ("a1-ones-missing", _bias(lambda c: c.H1), "the column of ones for the output bias is missing", ONES),
    ("a1-ones-first", _bias(lambda c: np.column_stack([np.ones(len(c.H1)), c.H1])), "the column of ones stands first", ONES),
    ("a1-ones-activated", _bias(lambda c: _beside(c, c.H1, c.phi.value(1.0))), "the column of ones has met the activation too", ONES),
    ("a1-zeros-for-ones", _bias(lambda c: _beside(c, c.H1, 0.0)), "zeros stand where ones belong", ONES),
    ("a1-ones-unasked", lambda c: None if c.bias else [np.column_stack([c.H1, np.ones(len(c.H1))]), np.column_stack([np.ones(len(c.H1)), c.H1])],
     "a column of ones stands beside the units", "How many weights has W2? Is there one for an output bias?"),
])  # fmt: skip

Z2 = rows("z2", [
    ("z2-of-pre-activations", lambda c: _beside(c, c.Z1) @ c.W2, "Z1 stands in place of A1", "Z1 or A1: which of them does the output weigh?"),
    ("z2-not-summed", lambda c: c.A1 * c.W2, "the products are not added up", "Which sign multiplies and also adds up?"),
    ("z2-column", lambda c: (c.A1 @ c.W2)[:, None], "a column comes out, (n, 1)", "Which shape has W2, and what does A1 @ W2 make of it?"),
    ("z2-without-weights", lambda c: c.A1.sum(1), "the activations are added up without W2", OUTPUT),
    ("z2-averaged", lambda c: c.A1 @ c.W2 / len(c.W2), "the products are averaged and not added up", OUTPUT),
    ("z2-squeezed-already", lambda c: sigmoid(c.A1 @ c.W2), "the sigmoid is applied already", "What is the weighted sum before the last sigmoid?"),
    ("z2-without-bias", _bias(lambda c: c.A1[:, :-1] @ c.W2[:-1]), "the output bias is left out", ONES),
    ("z2-bias-subtracted", _bias(lambda c: c.A1[:, :-1] @ c.W2[:-1] - c.W2[-1]), "the output bias is subtracted", "Which sign has the bias in a weighted sum?"),
    ("z2-bias-twice", _bias(lambda c: c.A1 @ c.W2 + c.W2[-1]), "the output bias enters twice", "A1 has a column of ones already. What does it add?"),
    ("z2-bias-first", _bias(lambda c: np.roll(c.A1, 1, axis=1) @ c.W2), "the first weight of W2 is taken for the bias", ONES),
    ("z2-weights-reversed", lambda c: c.A1 @ c.W2[::-1], "W2 stands in reverse order", "Which output weight belongs to which hidden unit?"),
    ("z2-sign-turned", lambda c: -(c.A1 @ c.W2), "the sign is turned", "What should an active unit with a positive output weight do to the logit?"),
    ("z2-of-one-unit", lambda c: [c.A1[:, unit] * c.W2[unit] for unit in range(min(len(c.W2), c.A1.shape[1]))], "only one unit is kept", "Does your loop add up, or does each round replace the last one?"),
    ("z2-averaged-over-points", lambda c: [(c.A1 @ c.W2).mean(), (c.A1 @ c.W2).sum()], "one number stands for all points", EACH),
    ("z2-rounded", lambda c: [np.round(c.A1 @ c.W2, digits) for digits in range(1, 6)], "the numbers are rounded", ROUND),
])  # fmt: skip

P = rows("p", [
    ("p-sigmoid-forgotten", lambda c: c.z2, "the sigmoid of the output is left out", LAST),
    ("p-sigmoid-twice", lambda c: sigmoid(sigmoid(c.z2)), "the sigmoid is applied twice", LAST),
    ("p-tanh", lambda c: np.tanh(c.z2), "tanh stands in place of the sigmoid", "Which function makes a probability?"),
    ("p-relu", lambda c: np.maximum(c.z2, 0), "relu stands in place of the sigmoid", "Which function makes a probability?"),
    ("p-softmax", lambda c: [*shares(c.z2), np.ones(c.z2.shape)], "the softmax is taken in place of the sigmoid", "Should the probability of one point depend on the other points? How many logits has a point?"),
    ("p-normalised", lambda c: sigmoid(c.z2) / sigmoid(c.z2).sum(), "the probabilities are divided by their sum", "What must add up to 1: the points, or the two classes of one point?"),
    ("p-column", lambda c: sigmoid(c.z2)[:, None], "a column comes out, (n, 1)", "Which shape has z2, and where does another axis come in?"),
    ("p-slope", lambda c: sigmoid(c.z2) * (1 - sigmoid(c.z2)), "the slope of the sigmoid stands in place of its value", LAST),
    ("p-averaged", lambda c: sigmoid(c.z2).mean(), "the points are averaged", EACH),
]) + _formulas("p", "z2")  # fmt: skip

FORWARD = {"Z1": Z1, "A1": A1, "z2": Z2, "p": P}


def diagnose_forward(received, params, X, activation="sigmoid"):
    """Say whether this is the forward pass, and if not, which mistake it shows first.

    Z1 = X W1,  A1 = phi(Z1),  z2 = A1 w2,  p = sigma(z2). Each step is judged on what the learner's pass
    has before it, so that a mistake is not named again in the fields that go on from it.

    Parameters
    ----------
    received : object
        What the learner's function returned: ForwardPass, or a tuple or list (Z1, A1, z2, p).
    params : Params
    X : ndarray of float64, shape (n, 3)
    activation : {"sigmoid", "tanh", "relu"}

    Returns
    -------
    Diagnosis

    Raises
    ------
    TypeError, ValueError
        Where another argument than `received` breaks its rule.
    """
    wanted = forward(params, X, activation)
    bad = wrong_container(
        "forward pass", "This should be 4 arrays, Z1, A1, z2, p", ForwardPass._fields, received
    )
    note, bad = ("", bad) if bad else kinds(ForwardPass._fields, received)
    if bad:
        return bad
    with np.errstate(all="ignore"):
        swapped = _in_another_order(received, wanted)
        if swapped:
            return swapped
        wrong, follow, fine = _judge_steps(received, wanted, Params(*params), X, activation)
        if not wrong:
            return right("forward pass", note)
        return tell(wrong, _others(follow, fine))


def _others(follow, fine):
    """Say of the fields that have no mistake of their own what is with them."""
    said = [f"({_are(fine)} right.)"] if fine else []
    if follow:
        said.append(f"{_are(follow)} wrong only because of what comes before.")
    return " ".join(said)


def _are(names):
    text = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{text} {'is' if len(names) == 1 else 'are'}"


def _judge_steps(received, wanted, params, X, activation):
    """Return (wrong parts, names that are wrong only because of those before, names that are right)."""
    W1, W2 = params
    phi, h = ACTIVATIONS[activation], W1.shape[1]
    c = SimpleNamespace(X=X, W1=W1, W2=W2, phi=phi, bias=len(W2) > h)
    inputs = {"A1": "Z1", "p": "z2"}
    floors = {"Z1": (np.abs(X) @ np.abs(W1)).max(), "z2": (np.abs(wanted.A1) @ np.abs(W2)).max()}
    given, labels = {"X": X, "W1": W1, "W2": W2}, (lambda i: f"point {i}", lambda j: f"unit {j}")
    wrong, follow, fine = [], [], []
    for name, got, want in zip(ForwardPass._fields, received, wanted, strict=True):
        quoted = {field: getattr(c, field) for field in [inputs.get(name)] if field}
        floor = max(1e-3, floors.get(name, 0))
        value = Value(name, got, want, floor, inputs=quoted, given=given, labels=labels)
        own = _from_own(c, name)
        if value.is_right():
            fine.append(name)
        elif own is not None and value.is_right(own):
            follow.append(name)
        else:
            value.want = want if own is None else own
            wrong.append(value.as_part(candidates(c, STEPS[name], RIGHT, FORWARD[name])))
        c = SimpleNamespace(**(vars(c) | {name: value.got}))
    return wrong, follow, fine


def _from_own(c, name):
    """Return a field as it follows from the learner's own fields before it, or None where it cannot."""
    ends = [c]
    for step in STEPS[name]:
        ends = [end for one in ends for end in take(one, step, RIGHT[step])]
    return getattr(ends[0], name) if ends else None


def _in_another_order(received, wanted):
    """Return a diagnosis where all fields are right, but stand in another order."""
    names = ForwardPass._fields
    rest, order = dict(zip(names, wanted, strict=True)), []
    for value in received:
        same_as = [name for name, want in rest.items() if Value(name, value, want).is_right()]
        if not same_as:
            return None
        order.append(same_as[0])
        rest.pop(same_as[0])
    if tuple(order) == names:
        return None
    text = f"The fields are right, in the order {', '.join(order)}. Which order is asked?"
    return Diagnosis(False, "fields-in-another-order", text)
