"""Why is this forward pass wrong? Each step is compared with known mistakes in it.

A1 is made in two steps: H1, the activations of the units, and beside them the ones of an output bias.
"""

from functools import partial
from types import SimpleNamespace

import numpy as np

from coursekit.activations import ACTIVATIONS, sigmoid
from coursekit.diagnosis.engine import tell
from coursekit.diagnosis.evidence import Told, diagnosing
from coursekit.diagnosis.tables import beside, table
from coursekit.diagnosis.values import Value, candidates, check_container, kinds, right, take
from coursekit.network import ForwardPass, Params, forward

STEPS = {"Z1": ("Z1",), "A1": ("H1", "A1"), "z2": ("z2",), "p": ("p",)}
RIGHT = {
    "Z1": lambda c: c.X @ c.W1,
    "H1": lambda c: c.phi.value(c.Z1),
    "A1": lambda c: c.beside(c.H1),
    "z2": lambda c: c.A1 @ c.W2[: c.A1.shape[-1]],  # without a column of ones, the bias meets nothing
    "p": lambda c: sigmoid(c.z2),
}


def mistakes_in(step):
    """Return the mistakes in one step; where it applies a sigmoid, also those in its formula."""
    given = {"H1": "Z1", "p": "z2"}.get(step)
    return [*table(step), *(_at(mistake, step, given) for mistake in table("formula sigmoid") if given)]


def _at(mistake, step, given):
    return mistake._replace(slot=step, make=lambda c: mistake.make(SimpleNamespace(z=getattr(c, given))))


@diagnosing
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
    """
    wanted = forward(params, X, activation)
    names = ForwardPass._fields
    check_container("forward pass", "This should be 4 arrays, Z1, A1, z2, p", names, received)
    note = kinds(names, received)
    _refuse_another_order(received, wanted)
    _refuse_the_first_alone(received, wanted)
    wrong, follow, fine = _judge_steps(received, wanted, Params(*params), X, activation)
    return tell(wrong, _others(follow, fine)) if wrong else right("forward pass", note)


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
    c.beside = partial(beside, c.bias)
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
            steps, c.given = STEPS[name], value.got
            made = candidates(c, steps, RIGHT, [m for step in steps for m in mistakes_in(step)])
            further = partial(candidates, c, steps, RIGHT, table(f"further {steps[0]}"))
            wrong.append(value.as_part(made, further))
        c = SimpleNamespace(**(vars(c) | {name: value.got}))
    return wrong, follow, fine


def _from_own(c, name):
    """Return a field as it follows from the learner's own fields before it, or None where it cannot."""
    ends = [c]
    for step in STEPS[name]:
        ends = [end for one in ends for end in take(one, step, RIGHT[step])]
    return getattr(ends[0], name) if ends else None


def _refuse_the_first_alone(received, wanted):
    """Refuse fields that are right for the first points, or units, and 0 or not there for all others."""
    got = [np.atleast_1d(np.asarray(field, np.float64)) for field in received]
    by_point, by_unit = list(zip(got, wanted, strict=True)), [(got[0].T, wanted.Z1.T)]
    for what, fields in (("point", by_point), ("unit", by_unit)):
        k = _how_many_filled(*fields[0])
        if k and all(Value("first", one[:k], want[:k]).is_right() for one, want in fields):
            first = f"the first {k} {what}s have their"
            whom, end = (f"{what} 0 has its", "the first") if k == 1 else (first, k)
            text = f"Only {whom} numbers. Does your loop go over all {what}s, or end after {end}?"
            raise Told(False, f"only-first-{what}", text)


def _how_many_filled(got, want):
    """Return how many rows stand before those that are all 0 or missing; 0 where none is, or all are."""
    k = len(got) if got.shape[1:] == want.shape[1:] else 0
    while k and not got[k - 1].any():
        k -= 1
    return k if k < len(want) else 0


def _refuse_another_order(received, wanted):
    """Refuse fields that are all right, but stand in another order."""
    names = ForwardPass._fields
    rest, order = dict(zip(names, wanted, strict=True)), []
    for value in received:
        order += [name for name, want in rest.items() if Value(name, value, want).is_right()][:1]
        rest.pop(order[-1] if order else None, None)
    if not rest and tuple(order) != names:
        text = f"The fields are right, in the order {', '.join(order)}. Which order is asked?"
        raise Told(False, "fields-in-another-order", text)
