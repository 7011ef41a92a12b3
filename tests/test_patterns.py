import numpy as np
import pytest
from bad_input import BAD_COUNTS, BAD_RNG, BAD_Y, cases

import coursekit as ck

AREAS = {
    "circle": np.pi * 0.75**2 / 4,
    "diamond": 0.5,
    "centered_square": 0.25,
    "thick_right_angle": 0.5,
    "thin_right_angle": 0.3125,
}


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("circle", (0.5, 0.5), (0.6, 0.6)),
        ("diamond", (0.4, -0.5), (0.6, -0.5)),
        ("centered_square", (-0.4, 0.4), (-0.6, 0.1)),
        ("thick_right_angle", (-0.4, -1.0), (-0.6, -0.6)),
        ("thin_right_angle", (0.4, -1.0), (-0.1, -0.1)),
    ],
)
def test_rules_at_chosen_points(name, inside, outside):
    assert ck.PATTERNS[name](np.array([inside, outside])).tolist() == [True, False]


@pytest.mark.parametrize("name", ck.PATTERNS)
def test_shares_agree_with_the_area(name, rng):
    n = 200_000
    share = ck.class_shares(ck.make_dataset(name, n, rng=rng).y)[1]
    assert abs(share - AREAS[name]) < 5 * np.sqrt(AREAS[name] * (1 - AREAS[name]) / n)


def test_dataset_has_the_layout_of_the_exercise(rng):
    dataset = ck.make_dataset("circle", rng=rng)
    assert dataset.X.shape == (500, 3)
    assert dataset.X.dtype == np.float64
    assert (dataset.X[:, 2] == 1).all()
    assert np.abs(dataset.points).max() <= 1
    assert dataset.y.dtype == np.int64
    assert repr(dataset) == f"Dataset(circle: 500 points, {dataset.y.sum()} of class 1)"


def test_the_same_generator_state_gives_the_same_data():
    one, other = (ck.make_dataset("diamond", 50, rng=np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one.X, other.X)


def test_a_rule_of_ones_own(rng):
    def right_half(points):
        return points[:, 0] > 0

    dataset = ck.make_dataset(right_half, 40, rng=rng)
    assert dataset.name == "right_half"
    np.testing.assert_array_equal(dataset.y, dataset.X[:, 0] > 0)


def test_a_rule_cannot_change_the_points(rng):
    def greedy(points):
        points[:] = 0
        return points[:, 0] == 0

    assert np.ptp(ck.make_dataset(greedy, 40, rng=rng).points) > 0


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda points: points > 0, r"shape \(20,\); got an array of shape \(20, 2\)"),
        (lambda points: True, r"got True \(bool\)"),
        (lambda points: (points[:, 0] > 0).tolist(), "got \\[.*list"),
        (lambda points: points[:, 0], "booleans, or 0 and 1"),
        (lambda points: None, "got None"),
    ],
)
def test_a_rule_that_returns_something_else_is_refused(answer, message, rng):
    with pytest.raises(ValueError, match=f"pattern must return .*{message}"):
        ck.make_dataset(answer, 20, rng=rng)


def test_one_class_only_is_allowed(rng):
    dataset = ck.make_dataset(lambda points: points[:, 0] > 2, 30, rng=rng)
    assert ck.class_shares(dataset.y).tolist() == [1.0, 0.0]
    assert ck.majority_baseline(dataset.y) == 1.0
    training = ck.train(dataset, rng=rng, iterations=200)
    assert training.accuracy[-1] == 1.0
    assert training.loss[-1] < training.loss[0]


def test_noise_swaps_its_share_of_classes():
    clean, noisy, swapped = (
        ck.make_dataset("circle", 20_000, rng=np.random.default_rng(1), noise=noise) for noise in (0, 0.1, 1)
    )
    assert abs((clean.y != noisy.y).mean() - 0.1) < 0.01
    assert (clean.y != swapped.y).all()
    np.testing.assert_array_equal(clean.X, noisy.X)


def test_majority_baseline_of_either_class():
    assert ck.majority_baseline(np.array([0, 0, 0, 1])) == 0.75
    assert ck.majority_baseline(np.array([1, 1, 0, 1])) == 0.75


@pytest.mark.parametrize(
    ("pattern", "error", "message"),
    [
        ("cirlce", ValueError, "pattern must be one of circle, .*got 'cirlce'.*'circle'"),
        ("Thick Right Angle", ValueError, "Did you mean 'thick_right_angle'"),
        ("", ValueError, "pattern must be one of"),
        (3, TypeError, "pattern must be one of the names"),
        (None, TypeError, "pattern must be one of the names.*None"),
    ],
)
def test_unknown_patterns_are_refused_with_close_names(pattern, error, message, rng):
    with pytest.raises(error, match=message):
        ck.make_dataset(pattern, rng=rng)


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_COUNTS))
def test_bad_n_points(value, error, message, rng):
    with pytest.raises(error, match=f"n_points {message}"):
        ck.make_dataset("circle", value, rng=rng)


@pytest.mark.parametrize(("value", "error", "message"), **cases(BAD_RNG))
def test_bad_rng(value, error, message):
    with pytest.raises(error, match=message):
        ck.make_dataset("circle", rng=value)


def test_rng_has_no_default():
    with pytest.raises(TypeError, match="rng"):
        ck.make_dataset("circle")


@pytest.mark.parametrize("noise", [-0.1, 1.1, float("nan")])
def test_noise_outside_its_range(noise, rng):
    with pytest.raises(ValueError, match="noise must be from 0 to 1; got"):
        ck.make_dataset("circle", rng=rng, noise=noise)


@pytest.mark.parametrize("noise", [True, "0.1", None])
def test_noise_of_another_kind(noise, rng):
    with pytest.raises(TypeError, match="noise must be a number from 0 to 1; got"):
        ck.make_dataset("circle", rng=rng, noise=noise)


@pytest.mark.parametrize(
    ("points", "error"),
    [(np.ones((4, 3)), ValueError), ([[0.0, 1.0]], TypeError), (np.ones((0, 2)), ValueError)],
)
def test_add_bias_refuses(points, error):
    with pytest.raises(error, match="points must"):
        ck.add_bias(points)


@pytest.mark.parametrize(
    ("y", "error", "message"), **cases({k: BAD_Y[k] for k in BAD_Y if k != "other length"})
)
def test_shares_refuse_bad_classes(y, error, message):
    for function in (ck.class_shares, ck.majority_baseline):
        with pytest.raises(error, match=message):
            function(y)
