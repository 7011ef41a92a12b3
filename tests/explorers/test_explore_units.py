"""`explore_units`: lines as weights, the chosen unit, training to compare with, bad input."""

import asyncio
import re

import ipywidgets as widgets
import numpy as np
import pytest
from bad_input import BAD_PARAMS, cases

import coursekit as ck
from coursekit.explorers import explore_units, page
from coursekit.explorers import units as lines

STRIPE = ck.Params(20 * np.array([[1.0, -1.0], [0.0, 0.0], [0.5, 0.5]]), 10 * np.array([1.0, 1.0, -1.5]))


def stripe(points):
    return np.abs(points[:, 0]) < 0.5


@pytest.fixture
def explorer():
    return explore_units("circle", compare=False)


def press(explorer, title):
    below = [w for w in page.all_below(explorer) if isinstance(w, widgets.Button)]
    next(w for w in below if w.description == title).click()


def text(explorer):
    return re.sub("<[^>]*>", "", explorer.status.value)


def points(pattern):
    return ck.make_dataset(pattern, rng=np.random.default_rng([0, 1]))


# Lines and weights


def test_a_line_is_where_its_shift_says_and_looks_where_its_angle_says():
    given = np.array([[0.0, 0.5, 20.0, 10.0], [180.0, 0.5, 20.0, 10.0], [90.0, -0.2, 3.0, -1.0]])
    W1, W2 = lines.params_from_lines(given, -15.0)
    np.testing.assert_allclose(W1, [[20, -20, 0], [0, 0, 3], [10, 10, -0.6]], atol=1e-4)
    np.testing.assert_array_equal(W2, [10, 10, -1, -15])
    feet = ck.add_bias(np.array([[-0.5, 0.3], [0.5, 0.1], [0.7, 0.2]]))
    np.testing.assert_allclose(np.diag(feet @ W1), 0, atol=1e-12)


@pytest.mark.parametrize("output_bias", [False, True])
def test_lines_and_weights_are_there_and_back(output_bias):
    params = ck.init_params(5, rng=np.random.default_rng(3), output_bias=output_bias)
    again = lines.params_from_lines(*lines.lines_from_params(params))
    np.testing.assert_allclose(again.W1, params.W1, atol=1e-4)
    np.testing.assert_allclose(again.W2[:5], params.W2[:5], atol=1e-4)
    assert again.W2[5] == pytest.approx(params.W2[5] if output_bias else 0, abs=1e-4)


# Numbers against the taught maths


def test_what_it_shows_is_what_forward_finds():
    explorer = explore_units(stripe, params=STRIPE, compare=False)
    dataset = points(stripe)
    p = ck.forward(STRIPE, dataset.X).p
    np.testing.assert_array_equal(explorer.scene.p, p)
    assert f"accuracy {ck.accuracy(dataset.y, p):.3f}" in text(explorer)
    wrong = int(((p >= 0.5) != dataset.y).sum())
    assert f"2 lines: {wrong} of 500 points wrong" in explorer.picture.value
    assert f"majority baseline {ck.majority_baseline(dataset.y):.3f}" in text(explorer)


def test_the_python_beside_it_makes_the_same_weights():
    explorer = explore_units(stripe, params=STRIPE, compare=False)
    explorer.controls["unit"].value = 1
    made = []
    known = {
        "ck": ck,
        "np": np,
        "stripe": stripe,
        "explore_units": lambda pattern, **given: made.append(given | {"pattern": pattern}),
    }
    eval(explorer.line.value, known)
    ((pattern, params),) = ((one.pop("pattern"), one.pop("params")) for one in made)
    assert pattern is stripe
    np.testing.assert_array_equal(params.W1, STRIPE.W1)
    np.testing.assert_array_equal(params.W2, STRIPE.W2)
    assert made == [{"hidden_size": 2, "compare": False, "unit": 1}]


def test_three_soft_lines_can_enclose_the_circle_by_hand_and_sharp_ones_less_well(explorer):
    for unit, angle in enumerate((90.0, -150.0, -30.0)):
        explorer.set(unit=unit)
        explorer.set(angle=angle, shift=0.5, steepness=4.0, weight=10.0)
    explorer.controls["output_bias"].value = -22.0
    soft = explorer.scene.accuracy
    assert soft > 0.95
    for unit in range(3):
        explorer.set(unit=unit)
        explorer.controls["steepness"].value = 30.0
    assert explorer.scene.accuracy < 0.9
    assert f"your best so far {soft:.3f}" in text(explorer)


# Controls


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pattern", "thin_right_angle"),
        ("hidden_size", 4),
        ("compare", True),
        ("angle", 70.0),
        ("shift", -0.4),
        ("steepness", 2.0),
        ("weight", -8.0),
        ("output_bias", -5.0),
        ("unit", 2),
    ],
)
def test_each_control_changes_picture_and_text(explorer, name, value):
    before = explorer.picture.value, explorer.status.value, explorer.line.value
    explorer.controls[name].value = value
    assert explorer.picture.value != before[0]
    if name in ("pattern", "compare", "weight", "output_bias"):
        assert explorer.status.value != before[1]
    if name not in ("pattern", "compare", "unit"):
        assert explorer.line.value != before[2]


def test_the_sliders_belong_to_the_chosen_unit(explorer):
    explorer.controls["angle"].value = 30.0
    explorer.controls["unit"].value = 1
    assert explorer.controls["angle"].value == 0.0
    explorer.controls["weight"].value = -4.0
    explorer.controls["unit"].value = 0
    assert (explorer.controls["angle"].value, explorer.controls["weight"].value) == (30.0, 10.0)
    np.testing.assert_array_equal(explorer.scene.lines[:3, 0], [30, 0, 0])
    np.testing.assert_array_equal(explorer.scene.lines[:3, 3], [10, -4, 10])


def test_fewer_units_take_the_choice_along_and_more_bring_lines_back(explorer):
    explorer.controls["unit"].value = 2
    explorer.controls["angle"].value = 45.0
    explorer.controls["hidden_size"].value = 2
    assert explorer.controls["unit"].value == 1
    assert [unit for _, unit in explorer.controls["unit"].options] == [0, 1]
    explorer.controls["hidden_size"].value = 3
    assert explorer.scene.lines[2, 0] == 45.0


def test_a_new_unit_does_not_vote_yet(explorer):
    before = explorer.scene.p
    explorer.controls["hidden_size"].value = 5
    np.testing.assert_allclose(explorer.scene.p, before, rtol=1e-12)


def test_what_a_page_sends_loses_its_rounding_errors(explorer):
    explorer.controls["weight"].value = 9.999999999999993
    assert explorer.scene.lines[0, 3] == 10.0
    assert "9.99" not in explorer.line.value


def test_it_says_when_all_points_get_one_answer(explorer):
    explorer.controls["output_bias"].value = -40.0
    assert "All points are answered with class 0." in text(explorer)
    explorer.controls["output_bias"].value = 40.0
    assert "All points are answered with class 1." in text(explorer)


def hand(explorer, spot, drag, *places, n=0):
    """Do what the page does while a hand moves."""
    explorer._bridge.value = f"hand {spot} {drag} {' '.join(map(str, places))} {n}"


def test_a_hand_moves_the_line_it_began_at_and_no_other(explorer):
    before = explorer.scene.lines.copy()  # lines at x1 = -0.6, -0.3 and 0
    hand(explorer, "surface", 1, -0.32, 0.5, -0.32, 0.5)
    assert explorer.controls["unit"].value == 1
    hand(explorer, "surface", 1, -0.32, 0.5, 0.38, -0.9, n=1)  # past another line
    np.testing.assert_allclose(explorer.scene.lines[1, 1], before[1, 1] - 0.7)
    assert explorer.controls["shift"].value == explorer.scene.lines[1, 1]
    np.testing.assert_array_equal(explorer.scene.lines[[0, 2]], before[[0, 2]])
    hand(explorer, "surface", 2, -0.6, 0.0, -9.0, 0.0)
    assert explorer.controls["unit"].value == 0
    assert explorer.scene.lines[0, 1] == 1.0  # at the edge


def test_a_click_on_a_map_chooses_its_unit(explorer):
    assert explorer.picture.value.count('data-ck-hand="unit-') == 3
    hand(explorer, "unit-2", 1, 0, 0, 0, 0)
    assert explorer.controls["unit"].value == 2
    assert "Unit 2 is chosen." in text(explorer)
    assert explorer.controls["shift"].value == explorer.scene.lines[2, 1]


# Training


def test_training_reaches_what_train_reaches_up_to_the_rounding_of_sliders():
    explorer = explore_units("circle", hidden_size=3)
    dataset, reached = points("circle"), []
    for seed in range(4):
        params = ck.init_params(3, rng=np.random.default_rng([seed, 2]), output_bias=True)
        reached.append(ck.train(dataset, params=params, learning_rate=1.5, iterations=3000).accuracy[-1])
    shown = float(re.search(r"training reached ([\d.]+)", text(explorer))[1])
    assert abs(shown - max(reached)) < 0.01


def test_trained_weights_come_into_the_controls_and_go_again(explorer):
    explorer.controls["angle"].value = 25.0
    mine, by_hand = explorer.scene.params, explorer.scene.accuracy
    press(explorer, "Show what training found")
    assert explorer.controls["compare"].value
    assert explorer.scene.accuracy == explorer.scene.trained["circle", 3][0] > 0.95
    assert text(explorer).endswith("majority baseline 0.560.")
    assert "Trained weights: accuracy 0.9" in text(explorer)
    assert f"your best so far {by_hand:.3f}" in text(explorer)
    press(explorer, "Show what training found")
    press(explorer, "Put my weights back")
    np.testing.assert_array_equal(explorer.scene.params.W1, mine.W1)
    np.testing.assert_array_equal(explorer.scene.params.W2, mine.W2)
    assert explorer.controls["angle"].value == 25.0
    press(explorer, "Start again")
    assert explorer.controls["angle"].value == 0.0


def test_trained_numbers_stay_hidden_until_asked_for(explorer):
    assert "hidden" in explorer.picture.value
    assert "training reached" not in text(explorer)
    assert not explorer.scene.trained
    explorer.controls["compare"].value = True
    assert "training reached 0.9" in text(explorer)


def test_each_pattern_and_size_is_trained_once(explorer, monkeypatch):
    made, draw = [], lines.draw_weights
    monkeypatch.setattr(
        lines, "draw_weights", lambda h, seed, **more: made.append(seed) or draw(h, seed=seed, **more)
    )
    explorer.controls["compare"].value = True
    explorer.controls["angle"].value = 5.0
    explorer.controls["pattern"].value = "diamond"
    explorer.controls["pattern"].value = "circle"
    assert made == [0, 1, 2, 3] * 2


def test_with_an_event_loop_the_picture_comes_before_the_training():
    async def go():
        explorer = explore_units("circle")
        first = explorer.picture.value
        explorer.controls["angle"].value = 10.0
        for _ in range(600):
            if explorer.scene.trained:
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        return first, explorer

    first, explorer = asyncio.run(go())
    assert "being trained" in first
    assert "being trained" not in explorer.picture.value
    assert explorer.scene.lines[0, 0] == 10.0


# Input


@pytest.mark.parametrize(
    ("given", "error", "rule"),
    [
        (dict(pattern="cirle"), ValueError, "pattern must"),
        (dict(pattern=3), TypeError, "pattern must be a name or a rule; got 3"),
        (dict(pattern=lambda points: 1), ValueError, "one boolean for each point"),
        (dict(hidden_size=0), ValueError, "hidden_size must be within the range"),
        (dict(hidden_size=7), ValueError, "hidden_size must be within the range"),
        (dict(hidden_size="3"), TypeError, "hidden_size must"),
        (dict(compare="yes"), TypeError, "compare must"),
    ],
)
def test_bad_arguments_are_refused_by_name(given, error, rule):
    with pytest.raises(error, match=rule):
        explore_units(**given)


@pytest.mark.parametrize(
    ("params", "error", "rule"), **cases({name: case for name, case in BAD_PARAMS.items() if name != "None"})
)
def test_bad_weights_are_refused_by_name(params, error, rule):
    with pytest.raises(error, match=rule):
        explore_units(params=params)


def test_weights_that_are_no_lines_are_refused():
    with pytest.raises(ValueError, match="params must have at most 6 hidden units; got 7"):
        explore_units(params=ck.init_params(7, rng=np.random.default_rng(0)))
    W1 = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 5.0]])
    with pytest.raises(ValueError, match="a weight of x1 or x2 that is not 0; got unit 1"):
        explore_units(params=ck.Params(W1, np.ones(2)))


def test_weights_beyond_the_sliders_make_them_longer():
    W1 = np.array([[50.0], [0.0], [100.0]])
    explorer = explore_units(params=ck.Params(W1, np.array([99.0, -80.0])), compare=False)
    np.testing.assert_array_equal(explorer.scene.params.W1, W1)
    np.testing.assert_array_equal(explorer.scene.params.W2, [99, -80])
    assert explorer.controls["steepness"].max == 50


def test_every_control_has_a_label_and_it_stands_in_as_a_sentence(explorer):
    assert all(control.description for control in explorer.controls.values())
    assert repr(explorer).startswith("Live explorer: run this cell in JupyterLab")
    assert explorer.picture.value.count('role="img"') == explorer.picture.value.count("aria-label=") == 1
    bars = re.findall(r">([^<>]+)</th><td[^>]*></td><td[^>]*>([^<]*)</td>", explorer.picture.value)
    names = ["these weights", "your best so far", "training, best of 4 starts: hidden", "majority baseline"]
    assert [name for name, _ in bars] == names
    assert [number for _, number in bars] == ["0.522", "0.522", "", "0.560"]
