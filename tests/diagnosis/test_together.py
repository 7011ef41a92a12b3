"""What several parts of one check tell together: one cause for all, no coincidence, no name from outside."""

import numpy as np
import pytest

import coursekit as ck
from coursekit.diagnosis.reads import outside
from coursekit.lesson import exercises as ex

sigmoid = ck.ACTIVATIONS["sigmoid"].value
TINY = ck.Params(np.array([[1.0, -2.0], [2.0, 1.0], [1.5, 0.5]]), np.array([2.0, -1.0]))
TWO = np.array([[0.5, -0.5, 1.0], [-1.0, 0.5, 1.0]])


def networks():
    """Return the tiny network of the lessons, where n = h = 2, and two others."""
    rng, cases = np.random.default_rng(4), [(TINY, TWO)]
    for n, units in ((7, 3), (4, 5)):
        points = ck.add_bias(rng.uniform(-1, 1, size=(n, 2)))
        cases.append((ck.init_params(units, rng=rng), points))
    return cases


def on_forward(function):
    """Return the parts on a forward pass in these networks."""
    return ex.check(
        "t",
        *(
            ex.compare_call(
                str(i),
                function,
                case,
                ck.forward(*case),
                diagnose=lambda got, case=case: ck.diagnose_forward(got, *case),
            )
            for i, case in enumerate(networks())
        ),
    ).parts


def on_loss(function):
    """Return the parts on a log loss of four points and of seven."""
    four = np.array([1, 0, 1, 0]), np.array([0.9, 0.2, 0.35, 0.4])
    seven = np.array([0, 0, 1, 0, 1, 0, 0]), np.array([0.05, 0.7, 0.6, 0.15, 0.98, 0.45, 0.3])
    return ex.check(
        "t",
        *(
            ex.compare_call(
                str(len(case[0])),
                function,
                case,
                ck.log_loss(*case),
                diagnose=lambda got, case=case: ck.diagnose_log_loss(got, *case),
            )
            for case in (four, seven)
        ),
    ).parts


def passes(Z1, params, z2=None, p=sigmoid):
    A1 = sigmoid(Z1)
    z2 = A1 @ params.W2 if z2 is None else z2(A1, params.W2)
    return Z1, A1, z2, p(z2)


def replaced_in_a_loop(params, X):
    W1 = params.W1
    Z1 = np.zeros((len(X), W1.shape[1]))
    for i in range(len(X)):
        for j in range(W1.shape[1]):
            for k in range(3):
                Z1[i, j] = X[i, k] * W1[k, j]
    return passes(Z1, params)


def first_product_alone(params, X):
    def entry(x, w):
        for a, b in zip(x, w, strict=True):
            return a * b

    return passes(np.array([[entry(x, w) for w in params.W1.T] for x in X]), params)


FORWARD = {
    "= for += in a loop": (replaced_in_a_loop, "Does your loop add up", "only one of the products is kept"),
    "return in the loop": (first_product_alone, "Does your loop add up", "only one of the products is kept"),
    "answers": (
        lambda params, X: passes(X @ params.W1, params, p=lambda z2: z2 >= 0),
        "What is there before the threshold?",
        "every value is an answer, 0 or 1",
    ),
    "answers of probabilities": (
        lambda params, X: passes(X @ params.W1, params, p=lambda z2: np.where(sigmoid(z2) > 0.5, 1, 0)),
        "What is there before the threshold?",
        "every value is an answer, 0 or 1",
    ),
    "a sum over points": (
        lambda params, X: passes(X @ params.W1, params, z2=lambda A1, W2: (A1 * W2).sum(axis=0)),
        "over which index is it summed?",
        "the products are summed over the points",
    ),
}


@pytest.mark.parametrize("name", FORWARD)
def test_one_cause_is_told_for_all_networks_also_where_a_tiny_one_fits_others(name):
    function, asked, cause = FORWARD[name]
    first, *others = on_forward(function)
    assert asked in first.message.split("\n")[0]
    assert first.answer.endswith(f"is what comes out when {cause}.")
    assert [part.message for part in others] == ["As in “0”."] * 2


def by_class(y, p):
    total = 0
    for i in y:
        total -= y[i] * np.log(p[i]) + (1 - y[i]) * np.log(1 - p[i])
    return total / len(y)


def ends_early(y, p):
    total = 0
    for label, q in zip(y, p, strict=True):
        total -= np.log(q if label else 1 - q)
        return total / len(y)


LOSS = {
    "for i in y": (by_class, "`for i in y` gives classes"),
    "return in the loop": (ends_early, "or does a round replace the last one, or end it?"),
    "a bracket": (
        lambda y, p: -(y * np.log(p) + np.mean((1 - y) * np.log(1 - p))),
        "How far does the mean reach",
    ),
    "another bracket": (
        lambda y, p: -np.mean(y * np.log(p)) + (1 - y) * np.log(1 - p),
        "How far does the mean reach",
    ),
}


@pytest.mark.parametrize("name", LOSS)
def test_loops_and_brackets_in_the_log_loss(name):
    function, asked = LOSS[name]
    four, seven = on_loss(function)
    assert asked in four.message.split("\n")[0]
    assert seven.message == "As in “4”."


def test_a_gradient_whose_loop_goes_over_y_is_named():
    rng = np.random.default_rng(2)
    params, X, y = ck.init_params(3, rng=rng), ck.add_bias(rng.uniform(-1, 1, (8, 2))), np.array([0, 1] * 4)
    passed = ck.forward(params, X)
    dW1, dW2 = np.zeros((3, 3)), np.zeros(3)
    for i in y:
        e = (passed.p[i] - y[i]) / len(y)
        dW2 += e * passed.A1[i]
        dW1 += np.outer(X[i], e * params.W2 * passed.A1[i] * (1 - passed.A1[i]))
    found = ck.diagnose_gradient((dW1, dW2), params, X, y)
    assert found.mistake == "classes-as-numbers"


def on_gradient(function, *sizes):
    """Return the parts on a gradient of networks with n points and h units, and the tiny one first."""
    rng, cases = np.random.default_rng(3), [(TINY, TWO, np.array([1, 0]))]
    for n, units in sizes:
        points = ck.add_bias(rng.uniform(-1, 1, (n, 2)))
        cases.append((ck.init_params(units, rng=rng), points, np.arange(n) % 2))
    parts = []
    for params, X, y in cases:
        given = params, ck.forward(params, X), X, y
        look = {"diagnose": lambda got, at=(params, X, y): ck.diagnose_gradient(got, *at)}
        parts.append(ex.compare_call(str(len(y)), function, given, ck.backward(*given), **look))
    return ex.check("t", *parts).parts


def summed(params, passed, X, y):
    return tuple(len(y) * block for block in ck.backward(params, passed, X, y))


def test_of_equal_mistakes_those_that_a_part_refutes_are_not_told():
    same, twice, units = "On these inputs the same comes out when", "twice as large", "the number of units"
    (alone,) = on_gradient(summed)
    assert same in alone.answer
    assert twice in alone.answer
    assert units in alone.answer
    refuted = on_gradient(summed, (7, 4))[0].answer  # two units, or twice as large, would not do here
    assert refuted.endswith("the points are summed and not averaged.")
    half = on_gradient(summed, (5, 5))[0].answer  # as many units as points
    assert units in half
    assert twice not in half
    assert half.count("comes out when") == 2


def test_several_mistakes_that_explain_one_part_alone_are_not_told():
    four, seven = on_loss(lambda y, p: -np.log(0.01))
    alone = ck.diagnose_log_loss(-np.log(0.01), np.array([1, 0, 1, 0]), np.array([0.9, 0.2, 0.35, 0.4]))
    assert " + " in alone.mistake  # by chance
    for part in (four, seven):
        assert "Take a case small enough" in part.message
        assert (part.answer, part.mistake) == ("", None)
    assert "4.605; it should be 0.4723" in four.message


def on_hidden(function):
    """Return the parts on dW1, of a function of (X, slope, dz2, W2), in the three networks."""
    parts = []
    for at, (params, X) in enumerate(networks()):
        y = np.arange(len(X)) % 2
        passed = ck.forward(params, X)
        right, slope = ck.backward(params, passed, X, y), passed.A1 * (1 - passed.A1)
        given = X, slope, (passed.p - y) / len(y), params.W2
        look = {
            "diagnose": lambda got, right=right, at=(params, X, y): ck.diagnose_gradient((got, right.W2), *at)
        }
        parts.append(ex.compare_call(str(at), function, given, right.W1, **look))
    return ex.check("t", *parts).parts


def test_a_cause_that_the_other_networks_refute_gives_way_to_theirs():
    sums = on_hidden(lambda X, slope, dz2, W2: X.T @ (dz2[:, None] * W2.sum() * slope) / len(X))
    assert len({part.mistake for part in sums}) == 1
    assert sums[0].answer.endswith(
        "the sum of W2 over all units stands for each of them, and 1/n enters once more in dW1."
    )
    first = on_hidden(lambda X, slope, dz2, W2: X.T @ (dz2[:, None] * W2[0] * slope) * len(X) / 2)
    assert first[0].mistake == "output-weights-of-first-unit"  # where n is 2, that is all
    assert first[1].mistake == first[2].mistake != first[0].mistake


def test_where_a_size_stops_a_function_its_question_is_asked_where_the_sizes_fit():
    tiny, other, _ = on_hidden(lambda X, slope, dz2, W2: X.T @ (np.outer(W2, dz2) * slope**2))
    asked = other.message.split("\n")[-1]
    assert asked.endswith("?")
    assert tiny.message.startswith(f"The sizes fit here by chance, and not in “1”. {asked}")


# Names from outside


p, z, rows, RATE = 0.3, np.ones(3), [1, 2], 0.5


def stale(y, p_of_class_1):
    return -np.mean(np.log(p))


def in_a_comprehension(n):
    return [z[i] for i in range(n)]


def in_a_lambda(n):
    return (lambda m: m + rows[0])(n)


def stops(n):
    return z[n]


def makes_all(z):
    p = sigmoid(z) * RATE + np.pi
    return np.array([p.sum() for rows in range(2)])


def test_a_name_that_an_earlier_cell_made_is_told():
    for function, names in ((stale, ["p"]), (in_a_comprehension, ["z"]), (in_a_lambda, ["rows"])):
        assert outside(function) == names
    for fine in (makes_all, len, np.sin, np.vectorize(float), 3, None, lambda z=z: z):
        assert outside(fine) == []
    for part in on_loss(stale)[:1]:
        assert part.message.startswith(
            "Your function reads p from outside: no line of it makes that. Is it the one that you mean?"
        )
    stopped = ex.compare_call("a", stops, (7,), 1.0).message.split("\n")
    assert stopped[0].startswith("your function stopped")  # that comes first
    assert "reads z from outside" in stopped[1]
    assert "outside" not in ex.compare_call("a", stale, (1, 1), -np.log(0.3)).message  # right all the same


# Numbers typed by hand


def test_a_slip_is_known_as_it_is_typed():
    for typed in (2.2222222222222223, 2.222, 2.22):
        assert "Which answers" in ex.compare("a", typed, 20.0, mistakes={"Which answers?": 2.0 / 0.9}).message
    for other in (2.2, 2.23, 2.0, np.nan, np.inf):
        assert "Which" not in ex.compare("a", other, 20.0, mistakes={"Which answers?": 2.0 / 0.9}).message
    assert "Which" in ex.compare("a", np.nan, 20.0, mistakes={"Which answers?": np.nan}).message


def test_what_fits_an_earlier_right_part_is_rounded():
    def verdict(unit):
        follows = ex.follows("unit", np.log, unit)
        unit_part = ex.compare("unit", unit, 2.0, tolerance=0.01)
        return ex.check("t", unit_part, ex.compare("next", np.log(unit), np.log(2.0), mistakes=follows)).parts

    assert verdict(2.01)[1].message.endswith("which is right, but rounded. How many digits do you carry on?")
    assert verdict(3.0)[1].message.endswith("This fits your unit. Is that one right?")


# A stop in a function that another one calls


def calls_stops(n):
    return stops(n)


def test_a_stop_is_told_once_also_where_a_part_calls_the_function_for_the_learner():
    parts = [ex.compare_call(name, what, (7,), 1.0) for name, what in (("a", stops), ("b", calls_stops))]
    assert "(in stops)" in parts[1].message
    assert ex.check("t", *parts).parts[1].message == "As in “a”."
