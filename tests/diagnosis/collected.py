"""Wrong answers collected from public questions and from marking: read, compiled, and held to be wrong.

Each TOML file is a list of `[[mistake]]` with `id`, `source` (title and address, or "own: ..."), `kind` (the
cause a teacher would name), `names` (words of which a right diagnosis holds at least one), `same` (words of
one that says it otherwise, or of what cannot be told from it on the inputs, found by reading), `code`, and
for a single step `step` (sigmoid, slope, log_loss, forward, update) and the `activation` its slope belongs
to. They were written before, and without, the tables of the library; they measure it and are never copied
into it.
"""

import tomllib
import warnings
from pathlib import Path

import numpy as np

import coursekit as ck

HERE = Path(__file__).parent
GRADIENTS, STEPS = HERE / "collected_gradients.toml", HERE / "collected_steps.toml"
SECOND = HERE / "second_gradients.toml", HERE / "second_steps.toml"
THIRD = HERE / "third_gradients.toml", HERE / "third_steps.toml"
FOURTH = (
    HERE / "fourth_gradients.toml",
    HERE / "fourth_steps.toml",
)  # by somebody who had seen nothing of ours


def read(path):
    """The mistakes of one file, as dictionaries."""
    return tomllib.loads(path.read_text(encoding="utf-8"))["mistake"]


def compiled(mistake, activation="sigmoid"):
    """The learner's function; it sees `np`, `phi` and `phi_derivative` as its cell would."""
    phi = ck.ACTIVATIONS[activation]
    names = {"np": np, "phi": phi.value, "phi_derivative": phi.derivative}
    before = set(names)
    exec(compile(mistake["code"], f"<{mistake['id']}>", "exec"), names)
    return names[(set(names) - before - {"__builtins__"}).pop()]


def network(n=7, h=4, output_bias=False, seed=1):
    """Weights, points and classes of both kinds, as a learner meets them."""
    rng = np.random.default_rng(seed)
    params = ck.init_params(h, rng=rng, output_bias=output_bias)
    X = np.column_stack([rng.uniform(-1, 1, (n, 2)), np.ones(n)])
    return params, X, rng.permutation(np.arange(n) % 2)


def answer(function, *args):
    """What the learner's function gives for copies of `args`: (value, exception), one of them None."""
    args = [type(a)(*(v.copy() for v in a)) if isinstance(a, tuple) else np.copy(a) for a in args]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return function(*args), None
        except Exception as error:
            return None, error


def same(given, right):
    """Whether `given` has the kind, the shape and (to 1e-9) the values of `right`."""
    if isinstance(right, tuple):
        return isinstance(given, tuple) and len(given) == len(right) and all(map(same, given, right))
    return np.shape(given) == np.shape(right) and np.allclose(given, right, rtol=1e-9, atol=1e-12)


def gradient_cases():
    """Networks that a gradient is tried on: (activation, params, forward pass, X, y)."""
    for activation in ck.ACTIVATIONS:
        for n, h, output_bias in ((2, 2, False), (7, 4, False), (7, 4, True), (60, 1, False), (60, 3, True)):
            params, X, y = network(n, h, output_bias)
            yield activation, params, ck.forward(params, X, activation), X, y


def step_cases(mistake):
    """What a step is tried on: (activation, arguments, the right answer)."""
    step, z = mistake["step"], np.array([-800.0, -2.0, -0.5, 0.3, 1.5, 3.0, 800.0])
    params, X, y = network()
    p = ck.forward(params, X).p
    if step in ("sigmoid", "slope"):
        name = mistake.get("activation", "sigmoid")
        field = "value" if step == "sigmoid" else "derivative"
        return [(name, (part,), getattr(ck.ACTIVATIONS[name], field)(part)) for part in (z[1:-1], z)]
    if step == "log_loss":
        sure = np.array([1.0, 0.98, 1e-9, 0.4, 0.6, 0.5, 0.7])
        pairs = (y, p), (np.arange(7) % 2, sure), (np.arange(6) % 2, sure[1:])  # the second one is infinite
        return [("sigmoid", pair, ck.log_loss(*pair)) for pair in pairs]
    if step == "forward":
        return [(name, (params, X), tuple(ck.forward(params, X, name))) for name in ck.ACTIVATIONS]
    gradient = ck.backward(params, ck.forward(params, X), X, y)
    moved = tuple(w - 0.5 * d for w, d in zip(params, gradient, strict=True))
    return [("sigmoid", (params, gradient, 0.5), moved)]


def outcomes(mistake):
    """For each case: "right", "wrong", or the name of the exception."""
    if "step" in mistake:
        cases = step_cases(mistake)
    else:
        cases = ((c[0], (*c[1:], c[0]), tuple(ck.backward(*c[1:], c[0]))) for c in gradient_cases())
    for activation, args, right in cases:
        given, error = answer(compiled(mistake, activation), *args)
        yield type(error).__name__ if error else "right" if same(given, right) else "wrong"
