"""Pictures as text: where the marks stand, what the pixels are, what the text says."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import coursekit as ck
from coursekit.explorers import graph, svg


def pixels(markup):
    data = re.search(r'base64,([^"]+)"', markup).group(1)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")).astype(int)


def test_an_image_runs_from_blue_over_white_to_orange_and_bears_anything():
    rgb = pixels(svg.image(np.array([[0.0, 0.5, 1.0], [-3.0, np.nan, np.inf]]), 0, 0, 9))
    np.testing.assert_array_equal(rgb[0], rgb[1])
    assert rgb[0, 0, 2] > rgb[0, 0, 0]
    assert rgb[0, 1].min() >= 254
    assert rgb[0, 2, 0] > rgb[0, 2, 2]


def test_the_grid_has_its_first_row_on_top():
    grid = svg.square_grid(4)
    np.testing.assert_allclose(grid[0], [-0.75, 0.75, 1])
    np.testing.assert_allclose(grid[-1], [0.75, -0.75, 1])


def test_points_stand_where_they_are():
    marks = svg.point_marks(np.array([[-1.0, -1.0], [1.0, 1.0]]), np.array([0, 0]))
    left, top, side = svg.FRAME
    assert f"M{left} {top + side}h0M{left + side} {top}h0" in marks


def test_a_panel_is_well_formed_and_has_its_text():
    marks = svg.point_marks(np.zeros((2, 2)), np.array([0, 1])) + svg.rings(np.zeros((1, 2)))
    markup = svg.panel("A map", svg.surface(np.full((4, 4), 0.5), marks), 'a "quoted" <text>')
    root = ElementTree.fromstring(markup)
    drawing = root.find("svg")
    assert drawing.get("role") == "img"
    assert drawing.get("aria-label") == 'a "quoted" <text>'


def test_a_curve_is_thinned_and_keeps_its_ends():
    def places(x):
        plot = svg.Plot((0, 4999), (0, 4999), top=0)
        plot.curve(x, x, "red")
        return re.search('points="([^"]*)"', plot.body).group(1).split()

    found = places(np.arange(5000.0))
    assert len(found) == svg.POINTS_ON_A_CURVE
    assert (found[0], found[-1]) == ("40.00,100.00", "290.00,0.00")
    assert places(np.arange(0.0)) == []


def test_axes_place_values_and_keep_them_inside():
    plot = svg.Plot((0, 2000), (0, 1), "accuracy", top=10)
    assert plot.to_y(1) == 10
    assert plot.to_y(0) == 110
    assert plot.to_y(7) == 10
    assert plot.to_x(2000) - plot.to_x(0) == 250
    assert ">2000<" in plot.body
    plot.curve(np.array([0.0, 1000, 2000]), np.array([0.5, np.nan, 1]), "red")
    assert 'points="40.00,60.00 290.00,10.00"' in plot.body
    plot.mark(0, 7, "red")
    assert "M40.0 12.0l-7 12h14z" in plot.body


def test_a_unit_is_drawn_with_its_line_and_its_weight():
    W1 = np.array([[1.0, 0.0], [0.0, 0.0], [-0.5, 3.0]])  # x1 = 0.5, and no line at all
    params = ck.Params(W1, np.array([2.0, -50.0]))
    markup = graph.living(params, np.zeros((2, 5, 5)), "", params, chosen=1)
    root = ElementTree.fromstring(f"<svg>{markup}</svg>")
    lines = [path.get("d") for path in root.iter("path") if not path.get("opacity")]
    assert len(lines) == 1
    x = [float(number) for number in re.findall(r"[ML]([\d.]+)", lines[0])]
    assert x[0] == x[1]
    widths = [float(path.get("stroke-width")) for path in root.iter("path") if path.get("opacity")]
    assert max(widths) == widths[-1] == 6
    assert "0: +2.0" in markup
    assert "1: −50.0" in markup
    assert len([rect for rect in root.iter("rect") if rect.get("stroke-width") == "4"]) == 1


@pytest.mark.parametrize(("name", "ends"), [("sigmoid", (0, 1)), ("tanh", (0, 1)), ("relu", (0.5, 1))])
def test_maps_run_from_the_lowest_to_the_highest_activation_with_their_first_row_on_top(name, ends):
    upwards = ck.Params(np.array([[0.0], [1e3], [0.0]]), np.ones(1))
    (shares,) = graph.maps(lambda X: ck.forward(upwards, X, name), 1, ck.ACTIVATIONS[name])
    assert shares.shape == (24, 24)
    np.testing.assert_allclose((shares[-1], shares[0]), np.tile(np.c_[list(ends)], 24), atol=1e-9)


@pytest.mark.parametrize("h", [1, 4, 7, 16])
def test_a_living_network_has_a_wire_for_each_weight_and_a_second_cue_for_its_sign(h):
    W1, W2 = np.ones((3, h)), -np.ones(h)
    params = ck.Params(W1, W2)
    body = graph.living(params, np.zeros((h, 5, 5)), "", params, "")
    root = ElementTree.fromstring(f"<svg>{body}</svg>")
    wires = [path for path in root.iter("path") if path.get("opacity") == "0.75"]
    assert len(wires) == 4 * h
    assert sum(bool(path.get("stroke-dasharray")) for path in wires) == h
    assert len({(path.get("stroke"), path.get("stroke-dasharray")) for path in wires}) == 2
    for shape in root.iter("image"):
        assert float(shape.get("y")) >= 0
        assert float(shape.get("y")) + float(shape.get("height")) <= svg.SIDE
