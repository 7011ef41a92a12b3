"""The shell of the explorers, and `explore_training`: every control, play, other people's functions."""

import asyncio
import re
import sys
import time
from types import SimpleNamespace

import ipywidgets as widgets
import numpy as np
import pytest

import coursekit as ck
from coursekit.diagnosis.gradient import wrong_gradient
from coursekit.explorers import explore_training, page, shell
from coursekit.explorers.scene import starts
from coursekit.explorers.training import CLASSES, CONTROLS, PRESETS, TrainingScene
from coursekit.starts import FRESH, draw_points

QUICK = dict(n_points=60, iterations=200)
NUMBERS = re.compile(r"iteration (\d+), loss ([\d.]+), accuracy ([\d.]+)", re.IGNORECASE)


def numbers(explorer):
    found = NUMBERS.search(explorer.picture.value)
    return int(found[1]), float(found[2]), float(found[3])


def text(explorer):
    return re.sub("<[^>]*>", "", explorer.status.value)


def buttons(explorer):
    below = list(page.all_below(explorer))
    return {w.description: w for w in below if isinstance(w, (widgets.Button, widgets.ToggleButton))}


@pytest.fixture
def explorer():
    return explore_training(**QUICK)


def test_it_shows_what_train_finds(explorer):
    dataset, params = ck.draw_start("circle", seed=0, n_points=60)
    training = ck.train(dataset, params=params, learning_rate=1.5, iterations=200)
    p = training.predict(dataset.points)
    wanted = 200, round(ck.log_loss(dataset.y, p), 4), round(ck.accuracy(dataset.y, p), 3)
    assert numbers(explorer) == wanted
    assert f"accuracy {wanted[2]:.3f}" in text(explorer)
    wrong = int((1 - ck.accuracy(dataset.y, p)) * 60 + 0.5)
    assert f"{wrong} of 60 points wrong" in explorer.picture.value


MOVES = dict(
    pattern="diamond",
    n_points=100,
    noise=0.2,
    data_seed=5,
    hidden_size=2,
    weight_seed=4,
    activation="tanh",
    output_bias=True,
    learning_rate=5.0,
    iterations=100,
    against="no slope",
)


@pytest.mark.parametrize("name", MOVES)
def test_each_control_changes_picture_text_and_line_in_place(explorer, name):
    before, children = (explorer.picture.value, explorer.status.value), explorer.children
    explorer.controls[name].value = MOVES[name]
    assert explorer.picture.value != before[0]
    assert explorer.status.value != before[1]
    assert "restarted" in text(explorer)
    assert explorer.children == children
    assert f"{name}={MOVES[name]!r}" in explorer.line.value
    again = eval(explorer.line.value, {"explore_training": explore_training})
    assert numbers(again) == numbers(explorer)


def test_every_control_has_a_label_that_is_not_cut(explorer):
    for control in explorer.controls.values():
        assert control.description
        assert control.style.description_width in ("initial", "")


def test_it_stands_in_for_itself_as_a_sentence(explorer):
    assert repr(explorer).startswith("Live explorer: run this cell in JupyterLab")


# Play, step by step, without a browser


def in_a_loop(action, finished=True, **settings):
    """Make an explorer in an event loop, as a notebook does, and await the action once it has trained."""

    async def main():
        explorer = explore_training(**QUICK | settings)
        while finished and explorer._more:
            await asyncio.sleep(0.001)
        result = action(explorer)
        if asyncio.iscoroutine(result):
            result = await result
        if explorer._task is not None:
            await asyncio.wait_for(explorer._task, 20)
        return explorer, result

    return asyncio.run(main())


def answer(explorer):
    """Do what the page does: say which picture was drawn."""
    explorer._bridge.value = f"{explorer._frames} seen"


def test_play_goes_to_the_end_and_says_so():
    seen = []

    async def play(explorer):
        answer(explorer)
        explorer.play_button.value = True
        assert explorer.play_button.description == "Pause"
        assert text(explorer) == "Playing."
        while explorer.playing:
            await asyncio.sleep(0.001)
            answer(explorer)
            seen.append(numbers(explorer)[0])

    explorer, _ = in_a_loop(play)
    assert seen[0] <= 20
    assert sorted(set(seen)) == list(range(seen[0], 201, 20))
    assert explorer.play_button.description == "Play"
    assert numbers(explorer)[0] == 200
    assert "Iteration 200" in text(explorer)


def test_pause_step_and_reset():
    async def act(explorer):
        answer(explorer)
        explorer.play_button.value = True
        while numbers(explorer)[0] < 60:
            await asyncio.sleep(0.001)
            answer(explorer)
        explorer.pause()
        at = numbers(explorer)[0]
        await asyncio.sleep(0.1)
        assert numbers(explorer)[0] == at
        explorer.step()
        assert numbers(explorer)[0] == at + 20
        explorer.controls["speed"].value = 5
        explorer.step()
        assert numbers(explorer)[0] == at + 25
        explorer.controls["learning_rate"].value = 0.5
        assert f"going on from iteration {at + 25}" in text(explorer)
        assert numbers(explorer)[0] == at + 25
        explorer.controls["hidden_size"].value = 3
        assert "New hidden units: restarted" in text(explorer)
        assert numbers(explorer)[0] == 0
        explorer.step()
        explorer.reset()
        assert numbers(explorer)[0] == 0
        assert "Back to the start" in text(explorer)

    in_a_loop(act, iterations=20_000)


def test_the_curve_on_fresh_points_is_true_however_many_pictures_were_drawn(explorer):
    dataset, start = ck.draw_start("circle", seed=0, n_points=60)
    fresh = draw_points("circle", seed=0, stream=FRESH)
    expected = []
    for iteration in (50, 100, 150):
        params = ck.train(dataset, params=start, learning_rate=1.5, iterations=iteration).params
        expected.append((iteration, ck.accuracy(fresh.y, ck.forward(params, fresh.X).p)))
    assert set(expected) < set(explorer.scene.measured)
    for speed in (5, 100):
        explorer.controls["speed"].value = speed
        measured = list(explorer.scene.measured)
        explorer.reset()
        while explorer.scene.tick():
            explorer.show()
        assert explorer.scene.measured == measured


def test_the_end_is_said_with_its_reason(explorer):
    for _ in range(12):
        explorer.step()
    assert "Ended at iteration 200. All iterations asked for are done." in text(explorer)


def test_clicks_draw_points_of_the_class_that_was_asked_for(explorer):
    explorer._bridge.value = "hand surface 1 0.5 -0.5 0.5 -0.5 1"
    assert len(explorer.scene.dataset.y) == 60
    for drag, drawing in enumerate(CLASSES, 2):
        explorer.controls["drawing"].value = drawing
        explorer._bridge.value = f"hand surface {drag} 0.5 -0.{drag} 0.5 -0.5 1"
        explorer._bridge.value = f"hand surface {drag} 0.5 -0.{drag} 0.6 -0.5 2"  # the same movement
    dataset = explorer.scene.dataset
    assert len(dataset.y) == 62
    np.testing.assert_array_equal(dataset.X[-2:], [[0.5, -0.2, 1], [0.5, -0.3, 1]])
    np.testing.assert_array_equal(dataset.y[-2:], [0, 1])
    start = ck.draw_start("circle", seed=0, n_points=60)[1]
    training = ck.train(dataset, params=start, learning_rate=1.5, iterations=200)
    assert numbers(explorer)[1] == round(ck.log_loss(dataset.y, training.predict(dataset.points)), 4)
    again = eval(explorer.line.value, {"explore_training": explore_training})
    assert numbers(again) == numbers(explorer)
    assert again.line.value == explorer.line.value
    explorer._bridge.value = "hand surface 9 0.48 -0.32 0.48 -0.32 1"  # on the second one
    assert explorer.scene.drawn == ((0.5, -0.2, 0),)
    buttons(explorer)["New points"].click()
    assert len(explorer.scene.dataset.y) == 60


RIVALS = {
    "the right gradient": {},
    "three times the rate": dict(learning_rate=4.5),
    "no slope": dict(backward=lambda *given: wrong_gradient("slope-forgotten", given[0], *given[2:])),
}


@pytest.mark.parametrize("against", RIVALS)
def test_a_race_is_run_from_the_same_start_and_says_where_the_two_part(against):
    explorer = explore_training(against=against, **QUICK)
    dataset, start = ck.draw_start("circle", seed=0, n_points=60)
    options = dict(learning_rate=1.5, iterations=200, params=start)
    mine, other = ck.train(dataset, **options), ck.train(dataset, **options | RIVALS[against])
    np.testing.assert_allclose(explorer.scene.rival.loss, other.loss, rtol=1e-9)
    differs = np.flatnonzero(~np.isclose(mine.loss, other.loss, rtol=1e-6, atol=0))
    where = f"apart from iteration {differs[0]} on" if differs.size else "no difference yet"
    assert where in text(explorer)
    assert f"Against {against}" in explorer.picture.value
    explorer.reset()
    explorer.step()
    assert explorer.scene.rival.iteration == explorer.scene.live.iteration == 20


def test_own_functions_race_against_the_right_gradient():
    explorer = explore_training(backward=my_backward, against="the right gradient", **QUICK)
    assert "no difference yet" in text(explorer)


def test_wires_show_slopes_when_asked_for(explorer):
    before = explorer.picture.value
    explorer.controls["wires"].value = "slopes"
    live = explorer.scene.live
    slopes = ck.backward(live.params, live.passes(), live.dataset.X, live.dataset.y).W2
    assert ", ".join(f"{slope:+.3f}" for slope in slopes) in explorer.picture.value
    assert numbers(explorer)[0] == 200
    assert explorer.picture.value != before


def test_a_click_on_a_unit_shows_its_map_and_a_second_one_the_output(explorer):
    before = explorer.picture.value
    for event in (1, 2):  # of one movement
        explorer._bridge.value = f"hand unit-2 1 0 0 0 0 {event}"
    assert explorer.controls["shown"].value == 2
    assert "Map of unit 2 at iteration 200" in explorer.picture.value
    assert explorer.line.value.endswith("shown=2)")
    explorer.controls["hidden_size"].value = 2
    assert "Decision surface" in explorer.picture.value
    explorer.controls["hidden_size"].value = 4
    explorer._bridge.value = "hand unit-2 2 0 0 0 0 2"
    assert explorer.picture.value.partition("figure")[2] == before.partition("figure")[2]


def test_more_iterations_go_on_and_fewer_restart(explorer):
    explorer.controls["iterations"].value = 300
    assert "Going on to iteration 300" in text(explorer)
    whole = explore_training(n_points=60, iterations=300)
    assert numbers(explorer) == numbers(whole)
    explorer.controls["iterations"].value = 100
    assert "restarted" in text(explorer)
    assert numbers(explorer)[0] == 100


def test_a_long_training_shows_a_first_picture_and_the_last_change_wins(monkeypatch):
    monkeypatch.setattr(shell, "WORK_AT_ONCE", 0.0)
    monkeypatch.setattr(shell, "SLICE", 0.001)

    async def act(explorer):
        assert numbers(explorer)[0] == 0
        explorer.controls["iterations"].value = 2000
        explorer.scene.work(0.001)
        explorer.show()
        assert 0 < numbers(explorer)[0] < 2000
        assert "iterations=2000" in explorer.line.value  # not where it happens to be
        explorer.controls["iterations"].value = 1500
        await asyncio.sleep(0.01)

    explorer, _ = in_a_loop(act, finished=False)
    assert numbers(explorer)[0] == 1500


@pytest.mark.parametrize("answers", [True, False], ids=["hidden", "never answers"])
def test_a_page_that_is_hidden_or_silent_gets_few_pictures(answers):
    async def act(explorer):
        if answers:
            explorer._bridge.value = "1 hidden"
        explorer.play_button.value = True
        await asyncio.sleep(0.25)
        reached = numbers(explorer)[0]
        if answers:
            assert explorer._task is None or explorer._task.done()
            explorer._bridge.value = "1 seen"
            await asyncio.sleep(0.1)
            assert reached == 200  # the last picture before it was out of sight
            assert 0 < numbers(explorer)[0] < 200
        else:
            assert 0 < reached <= 80
        explorer.pause()

    in_a_loop(act)


def test_a_page_that_was_closed_ends_the_task(monkeypatch):
    monkeypatch.setattr(shell, "GONE", 0.05)

    async def act(explorer):
        answer(explorer)
        explorer.play_button.value = True
        await asyncio.sleep(0.3)
        assert explorer._task.done()
        return numbers(explorer)[0]

    explorer, reached = in_a_loop(act)
    assert not explorer.playing
    assert reached < 200


def test_running_a_cell_again_closes_what_it_had_made(monkeypatch):
    requests = iter([("cell", "1"), ("cell", "1"), ("other", "2"), ("cell", "3"), (None, "4")])

    def parent():
        cell, execution = next(requests)
        return {"metadata": {"cellId": cell} if cell else {}, "header": {"msg_id": execution}}

    ipython = SimpleNamespace(kernel=SimpleNamespace(get_parent=parent))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: ipython))
    monkeypatch.setattr(page, "_of_cells", {})
    made = [explore_training(**QUICK) for _ in range(5)]
    alive = [explorer.comm is not None for explorer in made]
    assert alive == [False, False, True, True, True]


# Buttons


def test_new_points_and_new_weights(explorer):
    before = explorer.points.value
    buttons(explorer)["New points"].click()
    assert explorer.controls["data_seed"].value == 1
    assert explorer.points.value != before
    before = numbers(explorer)
    buttons(explorer)["New weights"].click()
    assert explorer.controls["weight_seed"].value == 1
    assert numbers(explorer) != before


def test_the_line_tells_of_a_rate_that_was_changed_on_the_way(explorer):
    explorer.reset()
    explorer.step()
    explorer.controls["learning_rate"].value = 5.0
    assert explorer.line.value.endswith("  # learning rate changed at iteration 20")
    explorer.reset()
    assert "#" not in explorer.line.value


def test_the_line_makes_what_is_shown_in_the_middle_of_a_training(explorer):
    explorer.reset()
    for _ in range(3):
        explorer.step()
    assert explorer.line.value == "explore_training(n_points=60, iterations=60)"
    assert numbers(eval(explorer.line.value, {"explore_training": explore_training})) == numbers(explorer)


def test_presets_show_what_they_say():
    explorer = explore_training()
    found = {}
    for name in PRESETS:
        explorer.controls["preset"].value = name
        found[name] = numbers(explorer)
    assert found["the exercise's run"][0] == 5000
    assert found["the exercise's run"][2] > 0.9
    assert found["too fast"][2] < 0.7
    assert found["two units are not enough"][2] < 0.9
    explorer.controls["preset"].value = "dead ReLU"
    A1 = explorer.scene.live.passes().A1
    assert (A1 == 0).all(axis=0).any()


# The learner's own points and functions


def test_own_points_and_own_rules():
    dataset = ck.draw_start("diamond", seed=3, n_points=50)[0]
    held_out = ck.draw_start("diamond", seed=4, n_points=40)[0]
    explorer = explore_training(dataset, held_out=held_out, iterations=50)
    assert "pattern" not in explorer.controls
    assert "data_seed" not in explorer.controls
    assert "on fresh points" in text(explorer)
    assert "on fresh points" not in text(explore_training(dataset, iterations=50))

    def stripe(points):
        return np.abs(points[:, 0]) < 0.3

    explorer = explore_training(stripe, **QUICK)
    assert "pattern" not in explorer.controls
    assert explorer.line.value == "explore_training(stripe, n_points=60, iterations=200)"
    share = explorer.scene.live.dataset.y.mean()
    assert share == pytest.approx(0.3, abs=0.15)


def my_forward(params, X, activation):
    return ck.forward(params, X, activation)


def my_backward(params, forward_pass, X, y, activation):
    return ck.backward(params, forward_pass, X, y, activation)


def raises(params, forward_pass, X, y, activation):
    gradient = ck.backward(params, forward_pass, X, y, activation)
    raise RuntimeError("my own mistake")
    return gradient


def wrong_shape(params, forward_pass, X, y, activation):
    return ck.Params(np.zeros((4, 3)), np.zeros(4))


def test_own_functions_train(explorer):
    own = explore_training(forward=my_forward, backward=my_backward, **QUICK)
    assert numbers(own) == numbers(explorer)
    assert own.line.value.startswith("explore_training(forward=my_forward, backward=my_backward, n_points=60")


@pytest.mark.parametrize(
    ("backward", "message"),
    [
        (raises, "RuntimeError in line 2 of raises, counted from its def: my own mistake"),
        (wrong_shape, r"ValueError: backward must return dW1 of shape \(3, 4\); got shape \(4, 3\)"),
    ],
)
def test_a_mistake_in_them_is_shown_in_place_and_the_last_picture_stays(backward, message):
    explorer = explore_training(backward=backward, **QUICK)
    assert re.search(message, text(explorer))
    assert "ck-error" in explorer.status.value
    explorer.step()
    assert re.search(message, text(explorer))


def test_shapes_that_do_not_fit_are_shown(tmp_path):
    code = "def mine(params, forward_pass, X, y, activation):\n    return X @ forward_pass.A1, None\n"
    (tmp_path / "mine.py").write_text(code)
    space = {}
    exec(compile(code, tmp_path / "mine.py", "exec"), space)
    explorer = explore_training(backward=space["mine"], **QUICK)
    assert "ValueError in line 1 of mine" in text(explorer)
    assert "forward_pass.A1 is an array (60, 4)." in text(explorer)
    assert text(explorer).rstrip().endswith("?")


def test_a_gradient_that_is_not_a_number_ends_the_training_with_its_reason():
    def nothing(params, forward_pass, X, y, activation):
        return ck.Params(params.W1 * np.nan, params.W2)

    explorer = explore_training(backward=nothing, **QUICK)
    assert "Diverged: the numbers are no longer finite." in text(explorer)
    assert numbers(explorer)[0] == 1
    assert "nan" not in explorer.picture.value


def test_a_mistake_in_mid_play_stops_it_and_keeps_the_last_good_picture():
    calls = []

    def later(params, forward_pass, X, y, activation):
        calls.append(1)
        if len(calls) > 45:
            raise ZeroDivisionError("at last")
        return ck.backward(params, forward_pass, X, y, activation)

    async def act(explorer):
        explorer.reset()
        calls.clear()
        answer(explorer)
        explorer.play_button.value = True
        while explorer.playing:
            await asyncio.sleep(0.001)
            answer(explorer)

    explorer, _ = in_a_loop(act, backward=later)
    assert numbers(explorer)[0] == 40
    assert "ZeroDivisionError in line 3 of later" in text(explorer)
    assert not explorer.playing


def test_a_function_that_never_ends_is_stopped_and_the_last_picture_stays(monkeypatch):
    monkeypatch.setattr("coursekit.explorers.scene.TOO_LONG", 0.2)
    ends = [True]

    def mine(params, forward_pass, X, y, activation):
        while not ends[0]:
            pass
        return ck.backward(params, forward_pass, X, y, activation)

    explorer = explore_training(backward=mine, **QUICK)
    explorer.reset()
    picture = explorer.scene.frame()
    ends[0] = False
    explorer.step()
    assert re.search("TimeoutError in line [12] of mine", text(explorer))
    assert "The picture is the last good one." in text(explorer)
    assert explorer.scene.frame() == picture
    ends[0] = True
    explorer.controls["hidden_size"].value = 3
    explorer.step()
    assert numbers(explorer)[0] == 20


def test_slow_functions_give_pictures_of_fewer_iterations():
    pause = [0.0]

    def slow(params, forward_pass, X, y, activation):
        end = time.process_time() + pause[0]
        while time.process_time() < end:
            pass
        return ck.backward(params, forward_pass, X, y, activation)

    explorer = explore_training(backward=slow, **QUICK)
    explorer.reset()
    pause[0] = 0.05
    explorer.step()
    assert 0 < numbers(explorer)[0] < 20


def test_a_forward_that_raises_at_once_shows_only_its_message():
    def broken(params, X, activation):
        return None

    explorer = explore_training(forward=broken, **QUICK)
    assert "forward must return (Z1, A1, z2, p); got None" in text(explorer)
    assert explorer.scene.frame() == ""


BAD = [
    ("dataset", 3, TypeError, "dataset must be a Dataset or a rule; got 3"),
    ("dataset", "circle", TypeError, "dataset must be a Dataset or a rule; got 'circle'"),
    ("held_out", 3, TypeError, "held_out must be a Dataset; got 3"),
    ("forward", 3, TypeError, "forward must be a function; got 3"),
    ("backward", None, TypeError, "backward must be a function; got None"),
    ("pattern", "circel", ValueError, "pattern must be .*got 'circel'"),
    ("n_points", 0, ValueError, "n_points must be .*got 0"),
    ("n_points", "many", TypeError, "n_points must be .*got 'many'"),
    ("n_points", 10**9, ValueError, "n_points must be"),
    ("noise", 0.9, ValueError, "noise must be within the range of its control; got 0.9"),
    ("hidden_size", 17, ValueError, "hidden_size must be"),
    ("hidden_size", 2.5, TypeError, "hidden_size must be"),
    ("activation", "sine", ValueError, "activation must be"),
    ("learning_rate", -1.0, ValueError, "learning_rate must be"),
    ("learning_rate", float("nan"), ValueError, "learning_rate must be"),
    ("iterations", 20_001, ValueError, "iterations must be"),
    ("speed", 3, ValueError, "speed must be"),
    ("output_bias", "no", TypeError, "output_bias must be"),
    ("data_seed", -1, ValueError, "data_seed must be"),
    (
        "drawn",
        [(0.0, 1.5, 1)],
        ValueError,
        r"drawn must hold \(x1, x2, class\) in the square; got \(0.0, 1.5, 1\)",
    ),
    ("drawn", [(0.0, 0.5, 2)], ValueError, "drawn must hold"),
]


@pytest.mark.parametrize(("name", "value", "error", "message"), BAD)
def test_bad_arguments_are_named(name, value, error, message):
    with pytest.raises(error, match=message):
        explore_training(**{name: value})


def test_a_scene_says_divergence_in_words():
    X = ck.add_bias(ck.draw_start("circle", seed=0, n_points=60)[0].points * 1e150)
    dataset = ck.Dataset("far away", X, ck.draw_start("circle", seed=0, n_points=60)[0].y)
    scene = TrainingScene(dataset)
    settings = starts(CONTROLS) | dict(learning_rate=1e160, activation="relu", iterations=50)
    scene.change(None, settings)
    assert not scene.work(5)
    scene.frame()
    assert "Diverged" in scene.status()
