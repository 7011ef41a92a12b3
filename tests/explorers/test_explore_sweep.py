"""The explorer of a sweep: its tables against `result.reduce`, its sentence, its controls, bad input."""

import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib import colormaps

import coursekit as ck
from coursekit import palette
from coursekit.explorers import explore_sweep, svg
from coursekit.explorers import sweep_slices as slices

CHANGES = {
    "quantity": "reached",
    "rows": "activation",
    "columns": "(none)",
    "summary": "mean",
    "pattern": 1,
    "learning_rate": 0,
    "activation": 1,
}


@pytest.fixture(scope="module")
def result():
    return ck.sweep(
        pattern=["circle", "diamond"],
        learning_rate=[0.5, 5, 50],
        activation=["sigmoid", "relu"],
        seed=range(5),
        n_points=40,
        iterations=120,
        threshold=0.8,
        fresh_points=30,
        keep_curves=True,
    )


@pytest.fixture
def explorer(result):
    return explore_sweep(result, quantity="final_accuracy")


def stopped(result):
    """Return the result as it is where a sweep was stopped: half of the circle and all ReLU missing."""
    done = result.done.copy()
    done[0, :, :, 3:] = done[:, :, 1] = False
    return replace(result, done=done)


def first_of_those_that_reached(function):
    return lambda n: function(n[n >= 0]) if (n >= 0).any() else np.nan


@pytest.mark.parametrize("summary", slices.SUMMARIES)
@pytest.mark.parametrize("quantity", ["final_accuracy", "best_loss", "dead_units", "fresh_accuracy"])
def test_a_table_is_what_reduce_gives(result, quantity, summary):
    found = slices.table(result, quantity, "pattern", "learning_rate", summary)
    expected = result.reduce(slices.SUMMARIES[summary], quantity, ["activation", "seed"])
    np.testing.assert_allclose(found.values, expected)
    assert (found.counted == found.wanted).all()
    assert (found.trained == found.wanted).all()
    turned = slices.table(result, quantity, "learning_rate", "pattern", summary)
    np.testing.assert_allclose(turned.values, expected.T)


@pytest.mark.parametrize("quantity", slices.FLAGS)
@pytest.mark.parametrize("summary", slices.SUMMARIES)
def test_of_flags_it_is_the_share(result, quantity, summary):
    found = slices.table(result, quantity, "activation", None, summary)
    expected = result.reduce(np.mean, quantity, ["pattern", "learning_rate", "seed"])
    np.testing.assert_allclose(found.values[:, 0], expected)


def test_failures_are_left_out_of_the_first_iteration_and_counted(result):
    found = slices.table(result, "first_iteration", None, "learning_rate", "median")
    over = ["pattern", "activation", "seed"]
    expected = result.reduce(first_of_those_that_reached(np.median), "first_iteration", over)
    np.testing.assert_allclose(found.values[0], expected)
    np.testing.assert_array_equal(found.counted[0], result.reduce(np.sum, "reached", over))


def test_no_axis_at_all_gives_one_cell(result):
    one = slices.table(result, "final_accuracy", None, None, "mean")
    assert one.values.shape == (1, 1)
    assert one.values[0, 0] == pytest.approx(result["final_accuracy"].mean())
    assert one.wanted == result.done.size


def test_what_was_not_trained_does_not_count(result):
    part = stopped(result)
    found = slices.table(part, "final_accuracy", "pattern", "activation", "mean")
    values = result["final_accuracy"]
    np.testing.assert_allclose(found.values[:, 0], [values[0, :, 0, :3].mean(), values[1, :, 0].mean()])
    assert np.isnan(found.values[:, 1]).all()
    np.testing.assert_array_equal(found.trained, [[9, 0], [15, 0]])
    assert slices.cell_words("final_accuracy", found, 0, 1) == ("not trained", "", True)
    assert slices.cell_words("final_accuracy", found, 0, 0)[1:] == ("9 of 15 trained", False)


def test_a_partial_result_is_marked_and_said(result):
    explorer = explore_sweep(stopped(result), rows="pattern", columns="activation")
    assert explorer.picture.value.count(">not trained<") == 2
    assert explorer.picture.value.count("ck-none") == 2
    assert "of 24 networks" in explorer.status.value
    assert "36 of 60 not trained" in explorer.status.value
    explorer.controls["activation"].value = 1
    assert "Activation relu: not trained." in explorer.status.value
    nothing = replace(result, done=np.zeros_like(result.done))
    assert "Everything: not trained." in explore_sweep(nothing).status.value


def test_cells_with_no_number_say_so(result):
    never = replace(result, values=result.values | {"first_iteration": np.full(result.done.shape, -1)})
    found = slices.table(never, "first_iteration", "pattern", None, "median")
    assert slices.cell_words("first_iteration", found, 0, 0) == ("never", "", True)
    lost = replace(result, values=result.values | {"final_loss": np.full(result.done.shape, np.nan)})
    found = slices.table(lost, "final_loss", "pattern", None, "median")
    assert slices.cell_words("final_loss", found, 1, 0) == ("no number", "", True)
    assert "no number" in explore_sweep(lost, quantity="final_loss").picture.value


def test_the_sentence_is_counted_from_the_result(result):
    counts = result["reached"].sum(axis=3)
    some = np.argwhere((counts > 0) & (counts < 5))[0]
    chosen = {name: result.axes[name][place] for name, place in zip(result.axes, some, strict=False)}
    explorer, part = explore_sweep(result, **chosen), result.select(**chosen)
    reached = int(part["reached"].sum())
    middle = np.median(part["first_iteration"][part["reached"]])
    text = explorer.status.value
    pattern, rate, activation = chosen.values()
    start = (
        f"{pattern}, learning rate {rate:g}, activation {activation}: reached accuracy 0.8 in {reached} of 5"
    )
    assert f"Pattern {start} seeds, median first iteration {middle:.0f}, {5 - reached} failed within" in text
    explorer.controls["quantity"].value = "fresh_accuracy"
    low = svg.short(part["fresh_accuracy"].min())
    assert f"from {low} to" in explorer.status.value


def test_the_marks_are_the_networks_of_the_framed_cells(result):
    explorer = explore_sweep(result, quantity="first_iteration", pattern="circle", activation="relu")
    part = result.select(pattern="circle", activation="relu")["first_iteration"]
    failed = int((part == -1).sum())
    assert f"{failed} never" in explorer.picture.value
    circles = re.findall(r"a4\.5 4\.5 0 1 0 9 0", explorer.picture.value)
    assert len(circles) == part.size - failed
    assert explorer.picture.value.count("ck-framed") == 3  # a row of three cells is framed


@pytest.mark.parametrize("name", CHANGES)
def test_each_control_changes_picture_and_text(explorer, name):
    picture = explorer.picture.value.partition(">")[2]
    text = explorer.status.value + explorer.line.value
    explorer.controls[name].value = CHANGES[name]
    assert explorer.picture.value.partition(">")[2] != picture
    assert explorer.status.value + explorer.line.value != text
    assert "nan" not in explorer.picture.value


def test_rows_and_columns_change_places(explorer):
    assert explorer.settings()["rows"] == "pattern"
    explorer.controls["rows"].value = "learning_rate"
    assert explorer.settings()["columns"] == "pattern"
    assert '<th scope="col">learning rate \\ pattern</th>' in explorer.picture.value
    explorer.controls["columns"].value = "learning_rate"
    assert explorer.settings()["rows"] == "pattern"
    explorer.set(rows="(none)", columns="(none)")
    assert explorer.scene.sums.values.shape == (1, 1)


def test_every_control_is_labelled_and_every_panel_has_its_text(explorer):
    assert all(control.description for control in explorer.controls.values())
    picture = explorer.picture.value
    assert picture.count("<svg") == picture.count('role="img" aria-label="') == 1
    headers = re.findall(r"<th[^>]*>(.*?)</th>", picture)
    assert headers == ["pattern \\ learning rate", "0.5", "5", "50", "circle", "diamond"]
    assert repr(explorer).startswith("Live explorer: run this cell in JupyterLab")


@pytest.mark.parametrize("quantity", ["final_accuracy", "stayed", "first_iteration"])
def test_the_line_of_python_makes_the_table(result, quantity):
    explorer = explore_sweep(result, quantity=quantity, summary="mean", activation="sigmoid")
    sums, again = explorer.line.value.split("\n")
    made = eval(sums, {"np": np, "result": result})
    np.testing.assert_allclose(made, explorer.scene.sums.values)
    assert "select(activation='sigmoid')" in sums
    other = eval(again, {"explore_sweep": explore_sweep, "result": result})
    assert other.settings() == explorer.settings()
    assert other.status.value == explorer.status.value


@pytest.mark.parametrize("axis", ["seed", "learning_rate", "output_bias"])
def test_one_axis_is_enough(axis):
    values = {"seed": range(4), "learning_rate": [0.1, 1.0], "output_bias": [False, True]}[axis]
    few = ck.sweep(**{"pattern": "circle", "seed": 0, "n_points": 20, "iterations": 5} | {axis: values})
    explorer = explore_sweep(few, quantity="best_accuracy")
    assert explorer.scene.sums.values.shape == (1 if axis == "seed" else 2, 1)
    assert "nan" not in explorer.picture.value


@pytest.mark.parametrize("quantity", slices.FLAGS)
def test_yes_and_no_come_with_the_first_iterations(result, quantity):
    picture = explore_sweep(result, quantity=quantity).picture.value
    assert f"{(~result['reached']).sum()} never" in picture
    assert "First iteration, a mark for each network" in picture


def test_colours_are_cividis():
    expected = colormaps[palette.SEQUENTIAL](np.arange(256))[:, :3] * 255
    assert np.abs(slices.COLORS - expected).max() < 8


def test_more_networks_than_can_be_drawn_are_said(result, monkeypatch):
    monkeypatch.setattr("coursekit.explorers.sweep.MOST_MARKS", 7)
    assert "the first 7 of 60 networks" in explore_sweep(result).picture.value


def test_a_result_without_axes_is_refused():
    one = ck.sweep(pattern="circle", seed=0, n_points=20, iterations=3)
    with pytest.raises(ValueError, match=r"result must have at least one axis: .*seed=range\(20\); got none"):
        explore_sweep(one)


@pytest.mark.parametrize("given", [None, 3, {"pattern": ["circle"]}])
def test_only_results_are_taken(given):
    with pytest.raises(TypeError, match=r"result must be a SweepResult, as ck\.sweep returns it; got"):
        explore_sweep(given)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"quantity": "speed"}, ValueError, "quantity must be one of final_loss.*; got 'speed'"),
        ({"quantity": "loss"}, ValueError, "quantity must be one of .*; got 'loss'"),  # a curve
        ({"quantity": None}, TypeError, "quantity must be a value like .*; got None"),
        ({"rows": "size"}, ValueError, "rows must be one of .*pattern.*; got 'size'"),
        ({"rows": "seed"}, ValueError, "rows must be one of .*; got 'seed'"),
        ({"columns": 1}, TypeError, r"columns must be a value like .*; got 1 \(int\)"),
        (
            {"rows": "pattern", "columns": "pattern"},
            ValueError,
            "must be different axes; got 'pattern' twice",
        ),
        ({"summary": "mode"}, ValueError, "summary must be one of .*; got 'mode'"),
        ({"summary": 2}, TypeError, "summary must be a value like 'median'; got 2"),
        ({"pattern": "square"}, ValueError, "axis pattern must be selected by a value on it: 'circle'"),
        ({"learning_rate": [0.5]}, ValueError, "axis learning_rate must be selected by a value on it"),
        ({"hidden_size": 4}, ValueError, "axis must be one of pattern.*; got 'hidden_size'"),
    ],
)
def test_bad_input_is_refused(result, arguments, error, message):
    with pytest.raises(error, match=message):
        explore_sweep(result, **arguments)
