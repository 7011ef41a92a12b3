import itertools

import numpy as np
import pytest
from bad_input import BAD_PARAMS, cases
from matplotlib import colors
from matplotlib import pyplot as plt

import coursekit as ck
from coursekit import palette, plots


@pytest.fixture
def dataset():
    return ck.make_dataset("circle", 80, rng=np.random.default_rng(0))


def texts(ax):
    return [ax.get_title(), ax.get_xlabel(), ax.get_ylabel()]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def left(points):
    return np.where(points[:, 0] < 0, 0.9, 0.2)


def test_pattern_shows_every_point_with_colour_and_shape(dataset):
    ax = plots.plot_pattern(dataset)
    assert texts(ax) == ["circle: 80 points", "$x_1$", "$x_2$"]
    ones = int(dataset.y.sum())
    assert legend(ax) == [f"class 0 ({80 - ones} points)", f"class 1 ({ones} points)"]
    for value, scatter in enumerate(ax.collections):
        np.testing.assert_array_equal(scatter.get_offsets(), dataset.points[dataset.y == value])
        np.testing.assert_allclose(scatter.get_facecolor()[0], colors.to_rgba(palette.CLASS_COLORS[value]))
    assert not np.array_equal(*(s.get_paths()[0].vertices for s in ax.collections))
    assert f"{ones} triangles are class 1" in ax.get_label()


def test_decision_surface_shows_probability_boundary_and_points(dataset):
    ax = plots.plot_decision_surface(left, dataset)
    surface = ax.collections[0]
    assert surface.get_clim() == (0, 1)
    assert surface.get_array().min() == 0.2
    assert surface.get_array().max() == 0.9
    assert ax.figure.axes[1].get_ylabel() == "probability of class 1"
    right = ((left(dataset.points) >= 0.5) == dataset.y).mean()
    assert f"{100 * right:.1f} % of the points are answered rightly" in ax.get_label()
    assert "50 % of the square" in ax.get_label()


def test_decision_surface_of_a_network_that_answers_one_class(dataset):
    for p in (0.0, 0.5, 1.0):
        ax = plots.plot_decision_surface(lambda points, p=p: np.full(len(points), p), dataset)
        assert f"{100 * (p >= 0.5):.0f} % of the square" in ax.get_label()


def test_curves_carry_units_baseline_and_their_numbers():
    loss = np.array([0.7, 0.5, 0.25])
    ax = plots.plot_loss(loss, label="run 1")
    assert texts(ax) == ["Log loss while training", "iteration", "mean log loss (nats)"]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), loss)
    plots.plot_loss(loss / 2, label="run 2", ax=ax)
    assert legend(ax) == ["run 1", "run 2"]
    one, other = ax.lines
    assert (one.get_color(), one.get_linestyle()) != (other.get_color(), other.get_linestyle())
    assert "run 1 over 3 iterations: 0.700 at first, 0.250 at last" in ax.get_label()
    assert "run 2" in ax.get_label()

    ax = plots.plot_accuracy(np.array([0.5, 0.9]), baseline=0.75)
    assert texts(ax) == ["Accuracy while training", "iteration", "accuracy (share of points)"]
    assert legend(ax) == ["majority baseline"]
    assert ax.lines[1].get_ydata()[0] == 0.75
    assert "The majority baseline is 0.750" in ax.get_label()


def test_hidden_units_lie_where_the_pre_activation_is_zero(dataset):
    params = ck.init_params(5, rng=np.random.default_rng(2))
    ax = plots.plot_hidden_units(params, dataset)
    lines = [line for line in ax.lines if str(line.get_label()).startswith("unit")]
    drawn = [line for line in lines if len(line.get_xdata())]
    assert len(lines) == 5
    assert drawn
    for line in drawn:
        unit = int(line.get_label().split()[1].rstrip(":"))
        ends = ck.add_bias(np.column_stack([line.get_xdata(), line.get_ydata()]))
        np.testing.assert_allclose(ends @ params.W1[:, unit], 0, atol=1e-12)
        assert line.get_linestyle() == ("-" if params.W2[unit] >= 0 else "--")


@pytest.mark.parametrize("turns", [(0.0, 0.0, 0.0), (0.0, 0.1, 0.2), (0.0, 1.5, 3.0)])
def test_the_numbers_of_units_hide_none_of_each_other(dataset, turns):
    W1 = np.array([np.cos(turns), np.sin(turns), [0.1, 0.12, 0.1]])
    ax = plots.plot_hidden_units(ck.Params(W1, np.ones(3)), dataset)
    spots = [np.array(text.xy) for text in ax.texts]
    assert len(spots) == 3
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(spots, 2)) > 0.2


def test_hidden_units_without_a_line_in_the_square_are_named(dataset):
    params = ck.Params(np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 9.0]]), np.array([1.0, -1.0]))
    ax = plots.plot_hidden_units(params, dataset)
    assert [text for text in legend(ax) if "outside" in text] == [
        "unit 0: line outside the square",
        "unit 1: line outside the square",
    ]


def test_gradient_errors_are_a_v_on_logarithmic_axes():
    steps = np.array([1e-1, 1e-5, 1e-12])
    ax = plots.plot_gradient_errors(steps, np.array([1e-2, 1e-10, 0.0]), label="central")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.lines[0].get_ydata().min() == 1e-17
    assert texts(ax)[1:] == ["step h (weight units)", "norm-relative error"]


def test_plots_draw_on_the_axes_they_are_given_and_leave_the_settings_alone(dataset):
    before = dict(plt.rcParams)
    figure, axes = plt.subplots(1, 5)
    params = ck.init_params(rng=np.random.default_rng(0))
    drawn = [
        plots.plot_pattern(dataset, ax=axes[0]),
        plots.plot_decision_surface(left, dataset, ax=axes[1], colorbar=False),
        plots.plot_loss(np.ones(3), ax=axes[2]),
        plots.plot_accuracy(np.ones(3), ax=axes[3]),
        plots.plot_hidden_units(params, dataset, ax=axes[4]),
    ]
    assert drawn == list(axes)
    assert len(figure.axes) == 5
    assert dict(plt.rcParams) == before


@pytest.mark.parametrize("plot", [plots.plot_pattern, lambda d: plots.plot_decision_surface(left, d)])
def test_legends_hide_nothing(dataset, plot):
    ax = plot(dataset)
    ax.figure.canvas.draw()
    legend_box = ax.get_legend().get_window_extent()
    assert not legend_box.overlaps(ax.get_window_extent())
    assert legend_box.ymin >= 0
    assert legend_box.xmin >= 0
    assert legend_box.xmax <= ax.figure.bbox.width


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def test_html_carries_the_alternative_text_escaped(dataset, shown):
    plots.show(plots.plot_pattern(dataset))
    page = shown[0]["text/html"]
    assert '<img src="data:image/png;base64,' in page
    assert "Scatter plot of 80 points" in page
    _, ax = plt.subplots()
    plots.show(ax, alt='a < "b"')
    assert 'alt="a &lt; &quot;b&quot;"' in shown[1]["text/html"]


def test_show_displays_picture_and_text_and_closes_the_figure(dataset, shown):
    assert plots.show(plots.plot_pattern(dataset)) is None
    (bundle,) = shown
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    assert bundle["text/plain"].startswith("Figure: Scatter plot of 80 points")
    assert plt.get_fignums() == []


def test_a_figure_without_a_description_is_refused():
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match="alt must say what the figure shows"):
        plots.show(ax)


@pytest.mark.parametrize("value", [None, "figure", np.ones(3)])
def test_only_figures_are_shown(value):
    with pytest.raises(TypeError, match="figure must be a matplotlib Figure or Axes; got"):
        plots.show(value)


@pytest.mark.parametrize("value", [np.array([]), np.array([np.nan]), np.ones((2, 2)), [0.5], None])
def test_bad_curves(value):
    with pytest.raises((TypeError, ValueError), match="loss must"):
        plots.plot_loss(value)
    with pytest.raises((TypeError, ValueError), match="accuracy must"):
        plots.plot_accuracy(value)
    with pytest.raises((TypeError, ValueError), match="steps must"):
        plots.plot_gradient_errors(value, np.ones(1))


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_PARAMS))
def test_bad_params(dataset, value, error, message):
    with pytest.raises(error, match=message):
        plots.plot_hidden_units(value, dataset)


@pytest.mark.parametrize("answer", [lambda points: points, lambda points: None, lambda points: [0.5]])
def test_bad_predict(dataset, answer):
    with pytest.raises((TypeError, ValueError), match=r"predict\(points\) must"):
        plots.plot_decision_surface(answer, dataset)


@pytest.mark.parametrize("value", [None, "circle", np.ones((3, 3))])
def test_bad_dataset(value):
    with pytest.raises(TypeError, match="dataset must be a Dataset"):
        plots.plot_pattern(value)
    with pytest.raises(TypeError, match="dataset must be a Dataset"):
        plots.plot_decision_surface(left, value)
