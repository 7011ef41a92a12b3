import numpy as np
import pytest
from matplotlib import colors
from matplotlib import pyplot as plt

from coursekit import palette, plots
from coursekit.plots import sweeps as sweep_plots

COUNTS = np.array([[0, 7, 20], [3, 18, 11]])
HEAT = dict(axes=("pattern", "learning rate"), title="Twenty seeds")
FIRSTS = np.array([[300, -1, 100, 800, -1], [-1] * 5, [0, 10, 20, 30, 999]])
FIRST = dict(iterations=1000, title="Three patterns", xlabel="pattern")


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def heat_map(values=COUNTS, rows=("circle", "diamond"), columns=(0.5, 1.5, 5), **changes):
    return sweep_plots.plot_heat_map(values, rows, columns, **(HEAT | changes))


def first_iterations(firsts=FIRSTS, labels=("a", "b", "c"), **changes):
    return sweep_plots.plot_first_iterations(firsts, labels, **(FIRST | changes))


def labels(ax):
    return [[label.get_text() for label in some] for some in (ax.get_xticklabels(), ax.get_yticklabels())]


def contrast(*two):
    channels = np.array([colors.to_rgb(color) for color in two])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    low, high = np.sort(linear @ [0.2126, 0.7152, 0.0722])
    return (high + 0.05) / (low + 0.05)


def test_a_heat_map_writes_its_numbers_where_they_belong():
    ax = heat_map(form="{:g} of 20")
    np.testing.assert_array_equal(ax.images[0].get_array(), COUNTS)
    assert ax.images[0].cmap.name == palette.SEQUENTIAL
    written = {text.get_position(): text.get_text() for text in ax.texts}
    assert written == {(j, i): f"{count} of 20" for (i, j), count in np.ndenumerate(COUNTS)}
    assert labels(ax) == [["0.5", "1.5", "5"], ["circle", "diamond"]]
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("Twenty seeds", "learning rate", "pattern")
    assert ax.title.get_fontsize() == 13
    assert ax.xaxis.label.get_fontsize() == 12
    assert "Rows: pattern. Columns: learning rate." in ax.get_label()
    assert "diamond | 0.5: 3 of 20, 1.5: 18 of 20, 5: 11 of 20." in ax.get_label()


def test_the_colours_of_a_heat_map_cover_the_values_or_the_limits():
    assert heat_map().images[0].get_clim() == (0, 20)
    assert heat_map(limits=(0, 50)).images[0].get_clim() == (0, 50)
    assert heat_map(np.zeros((2, 3))).images[0].get_clim() == (0, 0)


def test_numbers_can_be_read_on_every_colour():
    ax = heat_map(np.linspace(0, 1, 40)[None], ["x"], range(40))
    image = ax.images[0]
    for text, value in zip(ax.texts, image.get_array()[0], strict=True):
        assert contrast(text.get_color(), image.to_rgba(value)[:3]) > 3.9
    assert {text.get_color() for text in ax.texts} == {"white", palette.INK}
    assert palette.readable_on(1, 1, 1) == palette.INK
    assert palette.readable_on(0, 0, 0) == "white"


def test_a_cell_without_a_number_looks_and_reads_otherwise():
    values = np.array([[1.0, np.nan], [3.0, 4.0]])
    ax = heat_map(values, ["a", "b"], ["c", "d"], missing="never")
    (patch,) = ax.patches
    assert (patch.get_hatch(), patch.get_xy()) == ("//", (0.5, -0.5))
    assert [text.get_text() for text in ax.texts] == ["1", "never", "3", "4"]
    assert ax.images[0].get_clim() == (1, 4)
    assert "d: never" in ax.get_label()
    assert len(heat_map(np.full((2, 2), np.nan), ["a", "b"], ["c", "d"]).patches) == 4


def test_every_seed_is_a_mark_and_failures_are_counted_in_their_band():
    ax = first_iterations()
    circles = [line.get_ydata() for line in ax.lines if line.get_marker() == "o"]
    crosses = [line.get_ydata() for line in ax.lines if line.get_marker() == "x"]
    assert [sorted(group) for group in circles] == [[100, 300, 800], [], [0, 10, 20, 30, 999]]
    assert [len(group) for group in crosses] == [2, 5, 0]
    (band,) = ax.patches
    low, high = band.get_path().get_extents(band.get_patch_transform()).intervaly
    assert all(low < y < high for group in crosses for y in group)
    assert low > 999
    assert [text.get_text() for text in ax.texts] == ["2 failed", "5 failed", "0 failed"]
    medians = [bar.get_segments()[0][0, 1] for bar in ax.collections]
    assert medians == [300, 20]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "one seed",
        "median without the failures",
    ]
    assert labels(ax)[0] == ["a", "b", "c"]
    assert ax.get_ylabel() == "first iteration with accuracy 0.95"
    for words in ("a: 3 of 5 seeds, median about 300", "b: 0 of 5 seeds;", "c: 5 of 5 seeds"):
        assert words in ax.get_label()


def test_a_seed_has_its_place_in_every_column():
    ax = first_iterations(np.array([[5, -1, 7], [-1, 6, 7]]), ["a", "b"])
    places = [line.get_xdata() - place for place in (0, 1) for line in ax.lines[2 * place : 2 * place + 2]]
    np.testing.assert_allclose(np.sort(np.concatenate(places[:2])), np.sort(np.concatenate(places[2:])))
    np.testing.assert_allclose(places[1], 0, atol=1e-12)


def test_plots_draw_on_given_axes_and_show_has_its_words(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    figure, axes = plt.subplots(1, 2)
    assert [heat_map(ax=axes[0]), first_iterations(ax=axes[1])] == list(axes)
    assert figure.axes == list(axes)
    plots.show(figure)
    page = shown[0]["text/html"]
    assert "Heat map: Twenty seeds" in page
    assert "First iteration, of 1000" in page


BAD_NUMBERS = {
    "list": ([[1, 2, 3]], TypeError, "must be a numpy array of numbers"),
    "None": (None, TypeError, "must be a numpy array of numbers"),
    "words": (np.array([["a", "b", "c"]]), TypeError, "must be a numpy array of numbers"),
    "flat": (np.ones(3), ValueError, "must have shape"),
    "transposed": (np.ones((4, 1)), ValueError, "must have shape"),
    "empty": (np.ones((0, 3)), ValueError, "must have shape"),
    "infinite": (np.array([[1.0, np.inf, 2.0]]), ValueError, "must not be infinite"),
}


@pytest.mark.parametrize(("value", "error", "message"), BAD_NUMBERS.values(), ids=list(BAD_NUMBERS))
def test_bad_numbers(value, error, message):
    with pytest.raises(error, match=f"values {message}"):
        heat_map(value, ["a"], ["b", "c", "d"])
    with pytest.raises(error, match=f"firsts {message}"):
        first_iterations(value, ["a"])
    assert plt.get_fignums() == []


@pytest.mark.parametrize("value", [np.nan, 0.5, -2, 1000])
def test_bad_iterations(value):
    with pytest.raises(ValueError, match=f"firsts must be whole, from -1 to 999; got {value:g}"):
        first_iterations(np.array([[1, 2], [3, value]]), ["a", "b"])


@pytest.mark.parametrize("value", [None, 3, "abc"])
def test_bad_labels(value):
    with pytest.raises(TypeError, match="rows must be a list of labels; got"):
        heat_map(rows=value)
    with pytest.raises(TypeError, match="columns must be a list of labels; got"):
        heat_map(columns=value)
    with pytest.raises(TypeError, match="labels must be a list of labels; got"):
        first_iterations(labels=value)


def test_bad_budget():
    with pytest.raises(ValueError, match="iterations must be between 1 and"):
        first_iterations(iterations=0)
