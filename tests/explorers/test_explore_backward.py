"""The explorer of the backward pass: its numbers, its lines, weights moved by hand, learners' functions."""

import re

import numpy as np
import pytest
from bad_input import PARAMS, X, Y

import coursekit as ck
from coursekit.explorers import explore_backward
from coursekit.explorers.backward import LINES, NAMES, TINY, X_TINY, Y_TINY
from coursekit.explorers.lines import statements
from coursekit.explorers.nudges import slopes_by_nudges


def at_line(name, **given):
    """Return an explorer that has gone as far as this line."""
    explorer = explore_backward(**given)
    while explorer.scene.line <= NAMES.index(name):
        explorer.step()
    return explorer


def text(explorer):
    return re.sub("<[^>]*>", "", explorer.status.value).replace("&#x27;", "'")


def column(picture, name):
    """Return what stands in a column of the numbers of a line."""
    table = re.search('<table class="ck-table ck-lines ck-wide">(.*?)</table>', picture)[1]
    head, *rows = table.split("</tr>")
    at = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", head.replace("<td></td>", "<td>.</td>")).index(name)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)[at] for row in rows[:-1]]


def marks(explorer):
    """Return what is said of each line."""
    return {name: explorer.scene.judged.marks[name] for name in LINES}


def backward_with(**wrong):
    """Return a backward pass in which these steps are replaced."""

    def mine(params, forward_pass, X, y, activation="sigmoid"):
        Z1, A1, _, p = forward_pass
        W2, slope = params.W2, ck.ACTIVATIONS[activation].derivative(Z1)
        dz2 = (p - y) / len(y) if "dz2" not in wrong else wrong["dz2"](p, y)
        dW2 = A1.T @ dz2 if "dW2" not in wrong else wrong["dW2"](Z1, dz2)
        dA1 = np.outer(dz2, W2) if "dA1" not in wrong else wrong["dA1"](dz2, dW2)
        dZ1 = dA1 * slope if "dZ1" not in wrong else wrong["dZ1"](dA1)
        dW1 = X.T @ dZ1 if "dW1" not in wrong else wrong["dW1"](X, dZ1)
        return ck.Params(dW1, dW2)

    return mine


@pytest.mark.parametrize("activation", ck.ACTIVATIONS)
def test_slopes_by_nudges_are_those_of_the_taught_backward_pass(activation):
    params = ck.Params(PARAMS.W1 + 0.01, PARAMS.W2)
    found, given = slopes_by_nudges(params, X, Y, activation), ck.forward(params, X, activation)
    gradient = ck.backward(params, given, X, Y, activation)
    dz2 = (given.p - Y) / len(Y)
    dA1 = dz2[:, None] * params.W2
    right = dict(dz2=dz2, dA1=dA1, dZ1=dA1 * ck.ACTIVATIONS[activation].derivative(given.Z1))
    for name, values in (right | {"dW1": gradient.W1, "dW2": gradient.W2}).items():
        np.testing.assert_allclose(found[name], values, atol=1e-9)


def test_the_steps_go_through_all_lines_and_end_in_an_update():
    explorer, lit = explore_backward(learning_rate=2.0), []
    for _ in NAMES:
        explorer.step()
        lit.append(re.search(r'class="ck-lit" style=""><code>(.*?)</code>', explorer.picture.value)[1])
    assert lit == [*(line.text for line in LINES.values()), "W = W − 2 dW"]
    assert explorer.picture.value.count("✓") == len(LINES)
    given = ck.forward(TINY, X_TINY)
    gradient = ck.backward(TINY, given, X_TINY, Y_TINY)
    explorer.step()
    assert "Line 1 of 11" in text(explorer)
    for block, weights in TINY._asdict().items():
        wanted = weights - 2.0 * getattr(gradient, block)
        np.testing.assert_allclose(getattr(explorer.scene.params, block), wanted)
    explorer.show(status=False)  # as while playing
    assert explorer.controls["line"].value == 1
    explorer.reset()
    np.testing.assert_array_equal(explorer.scene.params.W1, TINY.W1)
    assert "Before the first line, loss 0.6782" in text(explorer)


def test_numbers_come_line_by_line_and_are_those_of_the_network():
    given = ck.forward(TINY, X_TINY)
    explorer = at_line("A1")
    assert f">a {given.A1[0, 0]:.2f} | {given.A1[1, 0]:.2f}<" in explorer.picture.value
    assert ">p 0" not in explorer.picture.value
    assert "∂a" not in explorer.picture.value
    dW2 = ck.backward(TINY, given, X_TINY, Y_TINY).W2
    picture = at_line("dW2").picture.value
    assert f">∂ {dW2[1]:.3f}<" in picture
    assert ">∂ −0.122<" not in picture  # dW1 comes later
    assert column(picture, "by nudging") == ["0.1865", "0.2851"]
    assert column(picture, "of A1")[0] == " ".join(f"{a:.2g}" for a in given.A1[:, 0])


def test_one_point_alone():
    explorer = at_line("dz2")
    explorer.controls["point"].value = 1
    p = ck.forward(TINY, X_TINY[1:]).p[0]
    assert f"dz2 is [{p:.4f}]" in text(explorer)


def test_a_weight_moved_a_little_changes_the_loss_by_its_slope():
    explorer = explore_backward()
    explorer.controls["weight"].value = "W2[1]"
    assert explorer.controls["value"].value == -1.0
    explorer.controls["value"].value = -0.99
    gradient = ck.backward(TINY, ck.forward(TINY, X_TINY), X_TINY, Y_TINY)
    found = re.search(
        r"has slope ([\d.]+); moved by \+0.01 .* change / change = (\d\.\d+)", explorer.picture.value
    )
    assert float(found[1]) == pytest.approx(gradient.W2[1], abs=1e-4)
    assert float(found[2]) == pytest.approx(gradient.W2[1], abs=2e-3)
    explorer.controls["weight"].value = "W1[0, 0]"  # the other stays where it is
    assert explorer.scene.params.W2[1] == -0.99


WRONG = {
    "dz2": lambda p, y: p - y,
    "dW2": lambda Z1, dz2: Z1.T @ dz2,
    "dA1": lambda dz2, dW2: np.outer(dz2, dW2),
    "dZ1": lambda dA1: dA1,
    "dW1": lambda X, dZ1: X.T @ dZ1 * [[1], [1], [0]],
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_the_first_line_that_is_wrong_is_marked_and_asked_about(name, activation):
    wrong = {"backward": backward_with(**{name: WRONG[name]}), "activation": activation}
    before = NAMES[NAMES.index(name) - 1]
    assert "ck-error" not in at_line(before, **wrong).picture.value
    explorer = at_line("dW1", **wrong)
    assert explorer.scene.first == name
    assert explorer.picture.value.count("✗ here") == 1
    question = re.search('ck-error">(.*?)</div>', explorer.picture.value, re.DOTALL)[1]
    assert "?" in question
    assert f"{name} is the first that differs" in text(explorer)


def test_numbers_that_follow_from_wrong_ones_are_told_from_a_second_mistake():
    explorer = at_line("dW1", backward=backward_with(dZ1=WRONG["dZ1"]))
    assert marks(explorer)["dW1"] == "follows from dZ1"
    assert "follows from dZ1" in explorer.picture.value
    assert "ck-off" not in explorer.picture.value
    made = X_TINY.T @ explorer.scene.values["dZ1"]
    assert column(explorer.picture.value, "yours give")[0] == f"{made[0, 0]:.4f}".replace("-", "−")
    explorer = at_line("dW1", backward=backward_with(dZ1=WRONG["dZ1"], dW1=WRONG["dW1"]))
    assert marks(explorer)["dZ1"] == "✗ here"
    assert marks(explorer)["dW1"] == "✗ too"
    assert explorer.scene.judged.off("dW1").tolist() == [[False] * 2, [False] * 2, [True] * 2]


def test_only_numbers_that_differ_are_outlined_and_their_ratio_to_right_ones_stands_below():
    explorer = at_line("dW1", backward=backward_with(dW1=WRONG["dW1"]))
    picture = explorer.picture.value
    assert picture.count('stroke="#D55E00" stroke-width="2.5"') == picture.count("ck-off") == 2
    assert column(picture, "wrong / right") == ["0", "0", "1", "1", "1", "1"]  # wrong ones first
    explorer = at_line("dZ1", backward=backward_with(dZ1=lambda dA1: dA1 * ck.forward(TINY, X_TINY).A1))
    A1, picture = ck.forward(TINY, X_TINY).A1, explorer.picture.value
    assert column(picture, "wrong / right") == [f"{number:.3g}" for number in 1 / (1 - A1.ravel())]
    slopes = [f"{number:.3g}" for number in (A1 * (1 - A1)).ravel()]
    assert column(picture, "of φ′(Z1)") == slopes


def test_the_lines_show_the_statements_of_the_learner_where_these_are_others():
    def hidden(X, Z1, dz2, W2):
        dA1 = np.outer(dz2, W2)
        dZ1 = dA1 * Z1
        dZ1[0] = 0
        return X.T @ dZ1

    def mine(params, made, X, y, activation):
        dz2 = (made.p - y) / len(y)
        return ck.Params(hidden(X, made.Z1, dz2, params.W2), made.A1.T @ dz2)

    picture = explore_backward(backward=mine).picture.value
    yours = re.findall('class="ck-yours" title="[^"]*">(.*?)<', picture)
    assert yours == [
        "dz2 = (made.p - y) / len(y)",
        "return made.A1.T @ dz2",
        "dA1 = np.outer(dz2, W2)",
        "dZ1 = dA1 * Z1; dZ1[0] = 0",
    ]
    assert "ck-yours" not in explore_backward().picture.value
    assert statements(eval("lambda *given: 3")) == ({}, ())


def test_what_a_helper_returns_is_shown_where_it_was_made():
    def output_gradient(A1, p, y):
        dz2 = (p - y) / len(y)
        return dz2, A1.T @ dz2

    def hidden_gradient(X, Z1, dz2, W2):
        slope = ck.ACTIVATIONS["sigmoid"].derivative(Z1)
        return X.T @ (np.outer(dz2, W2) * slope)

    def mine(params, made, X, y, activation="sigmoid"):
        dz2, dW2 = map(np.asarray, output_gradient(made.A1, made.p, y))
        dW1 = hidden_gradient(X, made.Z1, dz2, params.W2)
        return ck.Params(*map(np.asarray, (dW1, dW2)))

    def in_one(params, made, X, y, activation="sigmoid"):
        change = made.p - y
        return hidden_gradient(X, made.Z1, change / len(y), params.W2), made.A1.T @ change / len(y)

    yours = explore_backward(backward=in_one).scene.yours
    assert yours["dW1"] == "return X.T @ (np.outer(dz2, W2) * slope)"
    assert yours["dW2"] == "return made.A1.T @ change / len(y)"
    assert explore_backward(backward=mine).scene.yours == {
        "dz2": "dz2 = (p - y) / len(y)",
        "dW2": "return A1.T @ dz2",
        "dW1": "return X.T @ (np.outer(dz2, W2) * slope)",
    }


def later(params, forward_pass, X, y, activation):
    Z1, A1, _, p = forward_pass
    dz2 = p - y
    dA1 = np.outer(dz2, params.W2)
    dZ1 = dA1 * ck.ACTIVATIONS[activation].derivative(Z1)
    return ck.Params(X.T @ dZ1 / len(y), A1.T @ dz2 / len(y))


def names_of_its_own(params, forward_pass, X, y, activation):
    g = ck.backward(params, forward_pass, X, y, activation)
    return [g.W1, g.W2]


def transposed(params, forward_pass, X, y, activation):
    dz2 = ((forward_pass.p - y) / len(y)).reshape(-1, 1)
    dA1 = np.outer(params.W2, dz2)
    dZ1 = dA1 * ck.ACTIVATIONS[activation].derivative(forward_pass.Z1).T
    return ck.Params((dZ1 @ X).T, forward_pass.A1.T @ dz2.ravel())


def misleading(params, forward_pass, X, y, activation):
    dA1 = dz2 = forward_pass.p  # names for something else
    dZ1 = [[1.0], [1.0, 2.0]]
    return ck.backward(params, forward_pass, X, y, activation) if len(dA1) == len(dZ1) == len(dz2) else None


@pytest.mark.parametrize("backward", [later, names_of_its_own, transposed, misleading, ck.backward])
def test_a_right_gradient_in_another_style_is_not_accused(backward):
    explorer = at_line("dW1", backward=backward)
    assert explorer.scene.first is None
    assert "✗" not in explorer.picture.value


def test_variables_of_helpers_are_seen_and_a_sum_made_up_for_does_not_hide_a_mistake():
    def hidden(X, Z1, dz2, W2):
        dA1 = np.outer(dz2, W2)
        dZ1 = dA1
        return X.T @ dZ1

    def mine(params, forward_pass, X, y, activation):
        dz2 = forward_pass.p - y
        dW2 = forward_pass.A1.T @ dz2 / len(y)
        return hidden(X, forward_pass.Z1, dz2, params.W2) / len(y), dW2

    assert at_line("dW1", backward=mine).scene.first == "dZ1"


def test_a_mistake_behind_arrays_that_lie_the_other_way_is_found_where_it_is():
    def mine(params, forward_pass, X, y, activation):
        dz2 = ((forward_pass.p - y) / len(y)).reshape(-1, 1)
        dA1 = np.outer(params.W2, dz2)
        dZ1 = dA1 * forward_pass.A1.T
        return ck.Params((dZ1 @ X).T, forward_pass.A1.T @ dz2.ravel())

    found = marks(at_line("dW1", backward=mine))
    assert [found[name] for name in ("dz2", "dA1", "dZ1")] == ["✓", "✓", "✗ here"]


def test_numbers_that_cannot_be_compared_are_told_by_their_shape_and_accuse_nobody():
    def in_a_loop(params, forward_pass, X, y, activation):
        dW1, dW2 = 0, 0
        for x, a, p, truth in zip(X, forward_pass.A1, forward_pass.p, y, strict=True):
            dz2 = (p - truth) / len(y)
            dA1 = dz2 * params.W2
            dZ1 = dA1 * a * (1 - a)
            dW1 = dW1 + np.outer(x, dZ1)
            dW2 = dW2 + dz2 * a
        return dW1 * [[1], [1], [0]], dW2

    explorer = at_line("dA1", backward=in_a_loop)
    assert "dA1: shape (2,)" in explorer.picture.value
    assert [marks(explorer)[name] for name in ("dz2", "dW2", "dW1")] == ["shape ()", "✓", "✗ here"]


def test_an_array_that_a_later_line_has_changed_in_place_is_not_accused():
    def mine(params, forward_pass, X, y, activation):
        dz2 = (forward_pass.p - y) / len(y)
        dA1 = np.outer(dz2, params.W2)
        dZ1 = dA1
        dZ1 *= forward_pass.A1 * (1 - forward_pass.A1)
        return X.T @ dZ1 * [[1], [0], [1]], forward_pass.A1.T @ dz2

    found = marks(at_line("dW1", backward=mine))
    assert [found[name] for name in ("dA1", "dZ1", "dW1")] == ["not seen", "✓", "✗ here"]


def test_numbers_that_are_not_finite_are_outlined_alone():
    mine = backward_with(dZ1=lambda dA1: dA1 * [[0.19661193, np.nan], [0.14914645, 0.04517666]])
    explorer = at_line("dZ1", backward=mine)
    assert explorer.scene.judged.off("dZ1").tolist() == [[False, True], [False, False]]
    assert "these weights are not finite" in at_line("update", backward=mine).picture.value
    explorer = at_line("update", backward=mine)
    explorer.step()  # to the first line, with these weights
    assert "params.W1 must be finite" in text(explorer)
    explorer.reset()
    assert "ck-error" not in explorer.status.value


def test_a_wrong_forward_pass_is_marked_where_it_begins():
    def mine(params, X, activation):
        Z1 = X @ params.W1
        A1 = np.tanh(Z1)
        z2 = A1 @ params.W2
        return ck.ForwardPass(Z1, A1, z2, 1 / (1 + np.exp(-z2)))

    explorer = at_line("p", forward=mine)
    assert explorer.scene.first == "A1"
    assert "ck-error" in explorer.picture.value


def test_a_backward_pass_that_raises_leaves_the_forward_pass():
    def mine(params, forward_pass, X, y, activation):
        raise IndexError("no such row")

    explorer = at_line("p", backward=mine)
    assert "IndexError in line 1 of mine" in text(explorer)
    assert ">p 0.77 | 0.66<" in explorer.picture.value
    assert "has no slope yet" in explorer.picture.value
    unwritten = at_line("p", backward=lambda *arguments: None)
    assert "backward must return (dW1, dW2); got None" in text(unwritten)


def test_the_line_of_python_makes_what_is_shown():
    explorer = explore_backward(backward=ck.backward, learning_rate=2.0)
    assert explorer.line.value == "explore_backward(learning_rate=2.0)"
    for _ in range(15):
        explorer.step()
    explorer.controls["weight"].value = "W2[1]"
    explorer.controls["value"].value = 0.25
    again = eval(explorer.line.value, {"explore_backward": explore_backward, "ck": ck, "np": np})
    assert again.scene.line == explorer.scene.line == 4
    assert again.scene.values.keys() == explorer.scene.values.keys()
    for name, values in explorer.scene.values.items():
        np.testing.assert_allclose(again.scene.values[name], values)
    assert text(again) == text(explorer)


CHANGES = {"line": 3, "point": 0, "weight": "W2[0]", "value": 0.3, "activation": "tanh", "learning_rate": 1.0}


@pytest.mark.parametrize("name", CHANGES)
def test_each_control_changes_the_picture(name):
    explorer = at_line("update")
    before = explorer.picture.value
    explorer.controls[name].value = CHANGES[name]
    assert explorer.picture.value != before
    assert "nan" not in explorer.picture.value
    assert all(control.description for control in explorer.controls.values())


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (dict(backward=3), TypeError, "backward must be a function; got 3"),
        (dict(forward=None), TypeError, "forward must be a function; got None"),
        (dict(learning_rate=0.0), ValueError, "learning_rate must be within the range of its control"),
        (dict(activation="sine"), ValueError, "activation must be one of"),
        (dict(params=TINY._replace(W2=np.ones(3))), ValueError, "no output bias"),
        (dict(params=ck.Params(np.ones((3, 5)), np.ones(5))), ValueError, "at most 4 units"),
        (dict(X=np.ones((9, 3)), y=np.zeros(9, dtype=int)), ValueError, "at most 8 points"),
        (dict(X=np.ones((2, 2))), ValueError, "X must"),
        (dict(y=np.array([0, 1, 1])), ValueError, "y must"),
        (dict(speed=2), TypeError, "speed"),
    ],
)
def test_bad_input_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        explore_backward(**given)
