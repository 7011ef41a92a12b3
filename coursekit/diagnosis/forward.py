"""Why is this forward pass wrong? Each step is compared with known mistakes in it."""

from types import SimpleNamespace

import numpy as np

from coursekit.activations import ACTIVATIONS
from coursekit.diagnosis.engine import Part, explain, right, take, unfit_fields
from coursekit.diagnosis.evidence import Diagnosis
from coursekit.diagnosis.forward_mistakes import FORWARD
from coursekit.network import ForwardPass, Params, forward


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
    bad = unfit_fields(received, "forward pass", ForwardPass._fields)
    if bad:
        return bad
    with np.errstate(all="ignore"):
        swapped = _in_another_order(received, wanted)
        if swapped:
            return swapped
        wrong, follow, fine = _judge_steps(received, wanted, Params(*params), X, activation)
        if not wrong:
            return right("forward pass")
        return explain("This forward pass", wrong, _others(follow, fine))


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
    c = SimpleNamespace(X=X, W1=W1, W2=W2, phi=phi, activation=activation, bias=len(W2) > h)
    inputs = {"A1": "Z1", "p": "z2"}
    floors = {"Z1": (np.abs(X) @ np.abs(W1)).max(), "z2": (np.abs(wanted.A1) @ np.abs(W2)).max()}
    given = {"X": X, "W1": W1, "W2": W2}
    wrong, follow, fine = [], [], []
    for name, got, want in zip(ForwardPass._fields, received, wanted, strict=True):
        quoted = {field: getattr(c, field) for field in [inputs.get(name)] if field}
        floor = max(1e-3, floors.get(name, 0))
        part = Part(name, got, want, name, FORWARD[name], c, floor, inputs=quoted, given=given)
        own = _from_own(c, name)
        if part.is_right():
            fine.append(name)
        elif own is not None and part.is_right(own):
            follow.append(name)
        else:
            part.want = want if own is None else own
            wrong.append(part)
        c = SimpleNamespace(**(vars(c) | {name: part.got}))
    return wrong, follow, fine


def _from_own(c, name):
    """Return a field as it follows from the learner's own fields before it, or None where it cannot."""
    passes = take(c, "H1") if name == "A1" else [c]
    ends = [getattr(end, name) for one in passes for end in take(one, name)]
    return ends[0] if ends else None


def _in_another_order(received, wanted):
    """Return a diagnosis where all fields are right, but stand in another order."""
    names = ForwardPass._fields
    rest, order = dict(zip(names, wanted, strict=True)), []
    for value in received:
        same_as = [name for name, want in rest.items() if Part(name, value, want, name, [], None).is_right()]
        if not same_as:
            return None
        order.append(same_as[0])
        rest.pop(same_as[0])
    if tuple(order) == names:
        return None
    text = f"The fields are right, in the order {', '.join(order)}. Which order is asked?"
    return Diagnosis(False, "fields-in-another-order", text)
