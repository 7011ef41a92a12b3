"""Named axes: selection, reduction, tables."""

import csv
import sys

import numpy as np
import pytest

import coursekit as ck


@pytest.fixture(scope="module")
def result():
    return ck.sweep(
        pattern=["circle", "diamond"],
        learning_rate=[0.5, 1.5, 5],
        output_bias=[False, True],
        seed=[4, 7],
        n_points=30,
        iterations=9,
        record_every=2,
        keep_curves=True,
    )


def test_axes_are_the_arguments_that_were_lists(result):
    assert result.axes == {
        "pattern": ("circle", "diamond"),
        "learning_rate": (0.5, 1.5, 5.0),
        "output_bias": (False, True),
        "seed": (4, 7),
    }
    assert result.settings["hidden_size"] == 4
    assert result.settings["activation"] == "sigmoid"
    assert result["final_loss"].shape == (2, 3, 2, 2)
    assert result["loss"].shape == (2, 3, 2, 2, 5)
    np.testing.assert_array_equal(result.recorded, [0, 2, 4, 6, 8])
    assert not result.partial


def test_one_value_takes_an_axis_away_and_a_list_keeps_it(result):
    one = result.select(pattern="diamond", seed=7)
    assert list(one.axes) == ["learning_rate", "output_bias"]
    assert one.settings["pattern"] == "diamond"
    np.testing.assert_array_equal(one["loss"], result["loss"][1, :, :, 1])
    some = result.select(learning_rate=[5, 0.5], output_bias=True)
    assert some.axes["learning_rate"] == (5.0, 0.5)
    np.testing.assert_array_equal(some["final_loss"], result["final_loss"][:, [2, 0], 1])
    assert result.select(seed=np.int64(4)).settings["seed"] == 4
    assert result.select(seed=range(4, 5)).axes["seed"] == (4,)


def test_reduce_sums_up_over_named_axes(result):
    losses = result["final_loss"]
    np.testing.assert_allclose(result.reduce(np.mean, "final_loss", "seed"), losses.mean(axis=3))
    over = ["seed", "pattern"]
    np.testing.assert_allclose(result.reduce(np.median, "final_loss", over), np.median(losses, axis=(0, 3)))
    np.testing.assert_allclose(result.reduce(np.mean, "loss", over), result["loss"].mean(axis=(0, 3)))
    everything = result.reduce(len, "reached", over=list(result.axes))
    assert everything == 24
    second = result.reduce(lambda values: values[1], "final_loss", over="learning_rate")
    np.testing.assert_array_equal(second, losses[:, 1])


def test_a_single_network_has_no_axis():
    one = ck.sweep(pattern="circle", seed=0, n_points=20, iterations=5)
    assert one.axes == {}
    assert one["final_loss"].shape == ()
    assert repr(one) == "SweepResult(1 network, 5 iterations; 0 reached accuracy 0.95, 0 diverged)"
    assert len(list(one.rows())) == 1


def test_a_quantity_that_is_not_held_leads_to_the_one_that_is(result):
    with pytest.raises(ValueError, match=r"got 'failed'\. 'reached' is True where a run reached"):
        result["failed"]
    with pytest.raises(ValueError, match=r"got 'iterations'\. Did you mean 'first_iteration'"):
        result.reduce(np.median, "iterations", over="seed")


def test_select_is_told_the_axis_of_each_value(result):
    first = next(iter(result.axes))
    with pytest.raises(TypeError, match=rf"as in select\({first}='circle'\); got \('circle',\)"):
        result.select("circle")


def test_the_repr_says_what_was_found(result):
    text = repr(result)
    assert "2 pattern x 3 learning_rate x 2 output_bias x 2 seed: 24 networks, 9 iterations" in text


def test_the_table_is_tidy(result, tmp_path):
    result.to_csv(tmp_path / "table.csv")
    with open(tmp_path / "table.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 24
    assert "loss" not in rows[0]
    row = rows[-1]
    assert (row["pattern"], row["learning_rate"], row["seed"]) == ("diamond", "5.0", "7")
    assert (row["hidden_size"], row["n_points"], row["iterations"]) == ("4", "30", "9")
    assert float(row["final_loss"]) == result["final_loss"][-1, -1, -1, -1]
    assert row["reached"] in ("True", "False")


def test_the_same_table_in_pandas(result):
    pandas = pytest.importorskip("pandas")
    frame = result.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert frame.shape[0] == 24
    by_rate = frame.groupby("learning_rate")["final_loss"].mean()
    over = ["pattern", "output_bias", "seed"]
    np.testing.assert_allclose(by_rate, result.reduce(np.mean, "final_loss", over))


def test_without_pandas_the_error_names_the_other_way(result, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="to_frame needs pandas, which is not installed; to_csv does not"):
        result.to_frame()


def test_unknown_names_and_values_are_said(result):
    with pytest.raises(
        ValueError, match=r"axis must be one of pattern, learning_rate.*got 'lerning_rate'.*Did you mean"
    ):
        result.select(lerning_rate=0.5)
    with pytest.raises(ValueError, match=r"axis must be one of.*got 'hidden_size'"):
        result.select(hidden_size=4)
    with pytest.raises(
        ValueError, match=r"axis learning_rate must be selected by a value on it: 0\.5, 1\.5.*got 2"
    ):
        result.select(learning_rate=2)
    with pytest.raises(ValueError, match=r"axis seed must be selected.*got 5"):
        result.select(seed=[4, 5])
    with pytest.raises(
        ValueError, match="axis output_bias must be selected by a value on it: False, True; got 1"
    ):
        result.select(output_bias=1)
    with pytest.raises(ValueError, match=r"axis pattern must be selected.*got an array"):
        result.select(pattern=[np.ones(2)])
    with pytest.raises(ValueError, match=r"quantity must be one of final_loss.*got 'final_los'"):
        result["final_los"]
    with pytest.raises(TypeError, match="quantity must be one of the names"):
        result[0]
    with pytest.raises(ValueError, match=r"axis must be one of.*got 'rate'"):
        result.reduce(np.mean, "final_loss", over="rate")
    with pytest.raises(ValueError, match="over must not name an axis twice"):
        result.reduce(np.mean, "final_loss", over=["seed", "seed"])
    with pytest.raises(TypeError, match="function must be callable; got 'mean'"):
        result.reduce("mean", "final_loss", over="seed")
    with pytest.raises(ValueError, match="axis seed must be selected by at least one value"):
        result.select(seed=[])
