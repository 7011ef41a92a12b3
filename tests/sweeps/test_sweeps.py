"""Grids of networks: the same on any executor, the same network alone, and nothing lost on the way."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from bad_input import BAD_ACTIVATION, BAD_COUNTS, BAD_POSITIVE

import coursekit as ck
from coursekit import _parallel as running
from coursekit.sweeps import grid
from coursekit.sweeps import sweep as sweeps

SMALL = dict(pattern="circle", seed=[0, 1], n_points=20, iterations=10)
MIXED = dict(
    pattern=["circle", "thin_right_angle"],
    learning_rate=[0.5, 50.0],
    hidden_size=[2, 3],
    activation=["sigmoid", "relu"],
    n_points=[40, 700],
    output_bias=[False, True],
    seed=range(3),
    iterations=70,
    threshold=0.7,
    record_every=3,
    keep_curves=True,
    fresh_points=50,
)


class Here:
    """An executor that works here, and dies after so many tasks if it is told to."""

    def __init__(self, dies_after=None, error=None):
        self.left, self.error = dies_after, error or BrokenExecutor("the cluster is gone")

    def submit(self, function, *arguments):
        future = Future()
        if self.left == 0:
            future.set_exception(self.error)
        else:
            self.left = None if self.left is None else self.left - 1
            future.set_result(function(*arguments))
        return future


def outside(half=0.25):
    def far_out(points):
        return np.abs(points).max(axis=1) > half

    return far_out


def assert_same(one, other):
    assert one.axes == other.axes
    assert one.settings == other.settings
    assert list(one.values) == list(other.values)
    for name in one.values:
        np.testing.assert_array_equal(one[name], other[name], strict=True)
    np.testing.assert_array_equal(one.done, other.done)


@pytest.fixture(scope="module")
def mixed():
    return ck.sweep(**MIXED)


def test_every_network_of_a_grid_is_that_of_train_from_the_same_start(mixed):
    names = list(mixed.axes)
    assert mixed["final_loss"].shape == (2, 2, 2, 2, 2, 2, 3)
    for place in np.ndindex(mixed.done.shape):
        own = {name: mixed.axes[name][i] for name, i in zip(names, place, strict=True)}
        rate, activation = own.pop("learning_rate"), own.pop("activation")
        dataset, params = ck.draw_start(own.pop("pattern"), **own)
        training = ck.train(
            dataset,
            params=params,
            learning_rate=rate,
            activation=activation,
            iterations=mixed.settings["iterations"],
        )
        if rate == 50:  # chaotic: the last digit of a sum decides
            assert mixed["loss"][place][0] == pytest.approx(training.loss[0], abs=1e-12)
            continue
        np.testing.assert_allclose(mixed["loss"][place], training.loss[::3], atol=1e-9)
        np.testing.assert_array_equal(mixed["accuracy"][place], training.accuracy[::3])
        assert mixed["final_loss"][place] == mixed["loss"][place][-1]
        assert mixed["best_accuracy"][place] == training.accuracy[::3].max()
        high = np.flatnonzero(training.accuracy[::3] >= 0.7)
        assert mixed["first_iteration"][place] == (3 * high[0] if high.size else -1)
        fresh = ck.make_dataset(dataset.name, 50, rng=np.random.default_rng([own["seed"], 3]))
        known = ck.accuracy(fresh.y, training.predict(fresh.points))
        assert mixed["fresh_accuracy"][place] == pytest.approx(known, abs=0.02 + 1e-9)


@pytest.mark.parametrize("executor", [Here(), ThreadPoolExecutor(2)], ids=["here", "threads"])
def test_the_same_bits_on_any_executor(mixed, executor):
    assert_same(ck.sweep(**MIXED, executor=executor), mixed)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_bits_in_processes(mixed, workers):
    with ProcessPoolExecutor(workers) as pool:
        assert_same(ck.sweep(**MIXED, executor=pool), mixed)


def test_the_same_bits_in_the_pool_that_sweep_makes_itself(mixed, monkeypatch):
    monkeypatch.setattr(sweeps, "WORTH_A_POOL", 0)
    monkeypatch.setattr(running, "cores", lambda: 2)
    assert_same(ck.sweep(**MIXED), mixed)


def test_the_same_bits_on_dask(mixed):
    distributed = pytest.importorskip("distributed", reason="needs the extra: pip install -e '.[dask]'")
    options = dict(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        assert_same(ck.sweep(**MIXED, executor=client.get_executor()), mixed)


def test_a_network_starts_the_same_alone_and_in_any_grid():
    grid = ck.sweep(**SMALL | dict(seed=range(40), hidden_size=[2, 5]), keep_curves=True)
    alone = ck.sweep(**SMALL | dict(seed=17, hidden_size=5), keep_curves=True)
    assert alone["loss"].shape == (10,)
    np.testing.assert_allclose(alone["loss"], grid.select(seed=17, hidden_size=5)["loss"], rtol=1e-13)


def test_more_points_include_the_fewer_and_patterns_share_them():
    few, weights = ck.draw_start("circle", seed=3, n_points=20)
    many, same_weights = ck.draw_start("diamond", seed=3, n_points=50)
    np.testing.assert_array_equal(few.points, many.points[:20])
    np.testing.assert_array_equal(weights.W1, same_weights.W1)


def test_a_rule_of_your_own_and_a_dataset_are_patterns_too():
    rule = outside()
    dataset = ck.draw_start("circle", seed=0, n_points=31)[0]
    found = ck.sweep(pattern=[rule, "circle"], seed=[0, 1], n_points=30, iterations=40, fresh_points=25)
    assert found.axes["pattern"] == ("far_out", "circle")
    alone = ck.sweep(pattern=ck.PATTERNS["circle"], seed=[0, 1], n_points=30, iterations=40)
    np.testing.assert_allclose(found.select(pattern="circle")["final_loss"], alone["final_loss"], rtol=1e-12)
    fresh = ck.sweep(pattern=rule, seed=1, n_points=30, iterations=40, fresh_points=25)["fresh_accuracy"]
    assert fresh == found["fresh_accuracy"][0, 1]
    own = ck.sweep(pattern=[dataset, "diamond"], seed=0, n_points=30, iterations=40)
    assert (
        own["final_loss"][0]
        == ck.train(dataset, params=ck.draw_start(dataset, seed=0)[1], iterations=40).loss[-1]
    )


def test_float32_takes_nearly_the_same_steps():
    one, other = (ck.sweep(**SMALL, dtype=dtype) for dtype in ("float64", "float32"))
    assert 0 < np.abs(one["final_loss"] - other["final_loss"]).max() < 1e-5


def test_diverged_networks_are_counted_with_their_last_numbers():
    X = ck.add_bias(np.array([[0.5, -0.5], [-1.0, 0.5], [1.0, 1.0]]) * 1e150)
    dataset = ck.Dataset("far away", X, np.array([0, 1, 0]))
    found = ck.sweep(pattern=dataset, seed=range(3), learning_rate=1e160, activation="relu", iterations=30)
    assert found["diverged"].any()
    assert "diverged)" in repr(found)
    for seed in range(3):
        start = ck.draw_start(dataset, seed=seed)[1]
        training = ck.train(dataset, params=start, learning_rate=1e160, activation="relu", iterations=30)
        assert found["diverged"][seed] == training.diverged
        assert found["final_accuracy"][seed] == training.accuracy[-1]
        assert not found["stayed"][seed] or not training.diverged


def test_progress_is_quiet_where_nobody_watches(capfd):
    ck.sweep(**SMALL)
    assert capfd.readouterr() == ("", "")


# Stopped, and continued


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sweep.checkpoint"


def test_an_executor_that_dies_keeps_the_finished_parts_and_says_what_is_missing(mixed, path):
    with pytest.raises(
        ck.SweepStopped, match=r"the cluster is gone.*of 192 networks.*pattern='circle'"
    ) as stopped:
        ck.sweep(**MIXED, executor=Here(dies_after=5), checkpoint=path)
    partial = stopped.value.partial
    assert partial.partial
    assert 0 < partial.done.sum() < 192
    assert "partial" in repr(partial)
    np.testing.assert_array_equal(partial["final_loss"][partial.done], mixed["final_loss"][partial.done])
    assert np.isnan(partial["final_loss"][~partial.done]).all()
    assert (partial["first_iteration"][~partial.done] == -1).all()
    assert len(list(partial.rows())) == partial.done.sum()
    calls = []
    executor = Here()
    submit = executor.submit
    executor.submit = lambda *arguments: calls.append(arguments) or submit(*arguments)
    assert_same(ck.sweep(**MIXED, executor=executor, checkpoint=path), mixed)
    assert sum(len(chunk.starts) for _, chunk in calls) == 192 - partial.done.sum()


def test_a_failing_submit_keeps_the_finished_parts(mixed):
    class Refuses(Here):
        def submit(self, *arguments):
            if self.left == 0:
                raise RuntimeError("cannot schedule new futures")
            return super().submit(*arguments)

    with pytest.raises(ck.SweepStopped, match="cannot schedule") as stopped:
        ck.sweep(**MIXED, executor=Refuses(dies_after=4))
    assert 0 < stopped.value.partial.done.sum() < 192


def test_an_interrupt_returns_what_is_finished():
    result = ck.sweep(**MIXED, executor=Here(dies_after=3, error=KeyboardInterrupt()))
    assert result.partial
    assert result.done.any()


@pytest.fixture
def interruptible():
    """SIGINT raises KeyboardInterrupt, also where whoever started the tests has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("parallel", [False, True])
def test_a_real_interrupt_returns_what_is_finished_and_starts_no_more(parallel, monkeypatch):
    monkeypatch.setattr(sweeps, "WORTH_A_POOL", 0 if parallel else 1e99)
    monkeypatch.setattr(running, "cores", lambda: 2)
    sent = []

    def run_tasks(function, tasks, finished, **options):
        def finish_and_interrupt(i, result):
            finished(i, result)
            if not sent:
                sent.append(i)
                os.kill(os.getpid(), signal.SIGINT)

        return running.run_tasks(function, tasks, finish_and_interrupt, **options)

    monkeypatch.setattr(sweeps, "run_tasks", run_tasks)
    result = ck.sweep(pattern="circle", seed=range(9000), n_points=50, iterations=300)
    assert sent
    assert result.partial
    assert 0 < result.done.sum() < 4500


def test_killed_twice_and_continued_is_the_same(path):
    grid = dict(pattern="circle", seed=range(2000), n_points=50, iterations=300)
    call = f"""
        import coursekit as ck

        if __name__ == "__main__":
            ck.sweep(**{grid}, checkpoint={str(path)!r})
    """
    script = path.with_name("script.py")
    script.write_text(textwrap.dedent(call), encoding="utf-8")
    sizes = [0]
    for _ in range(2):
        process = subprocess.Popen([sys.executable, script], start_new_session=True)
        deadline = time.monotonic() + 60
        while path.stat().st_size <= sizes[-1] + 3000 if path.exists() else True:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        sizes.append(path.stat().st_size)
    assert_same(ck.sweep(**grid, checkpoint=path), ck.sweep(**grid))


# Bad input


def axis_cases(name, table):
    return [pytest.param(name, *case, id=f"{name}: {key}") for key, case in table.items()]


BAD_AXES = [
    *axis_cases("learning_rate", BAD_POSITIVE),
    *axis_cases("hidden_size", BAD_COUNTS),
    *axis_cases("n_points", BAD_COUNTS),
    *axis_cases("iterations", BAD_COUNTS),
    *axis_cases("record_every", BAD_COUNTS),
    *axis_cases("activation", BAD_ACTIVATION),
    ("pattern", "circel", ValueError, "pattern must be one of circle.*got 'circel'.*'circle'"),
    ("pattern", 3, TypeError, r"pattern must be a name, a rule or a Dataset; got 3 \(int\)"),
    ("pattern", [], ValueError, r"pattern must have at least one value; got \[\]"),
    ("pattern", ["circle", "circle"], ValueError, "pattern must not hold a value twice; got 'circle'"),
    ("pattern", [outside(), outside(0.5)], ValueError, "pattern must not hold a value twice; got 'far_out'"),
    ("pattern", lambda points: points[:, 0], ValueError, "pattern must return booleans"),
    ("learning_rate", [0.5, -1.0], ValueError, "learning_rate must be finite and above 0; got -1.0"),
    (
        "learning_rate",
        [0.5, 0.5],
        ValueError,
        "learning_rate must not hold a value twice; got 0.5 twice",
    ),
    ("learning_rate", {0.5, 1.5}, TypeError, "learning_rate must be a number above 0; got {.*set"),
    ("learning_rate", np.ones((2, 2)), TypeError, "learning_rate must be a number above 0; got an array"),
    ("hidden_size", [4, 0], ValueError, "hidden_size must be between 1 and 1000; got 0"),
    ("hidden_size", (), ValueError, "hidden_size must have at least one value"),
    ("output_bias", [0, 1], TypeError, "output_bias must be True or False; got 0"),
    ("seed", [0, -1], ValueError, "seed must be between 0 and [0-9]+; got -1"),
    ("seed", 0.5, TypeError, r"seed must be a whole number \(int\); got 0.5"),
    ("seed", True, TypeError, r"seed must be a whole number \(int\); got True"),
    ("seed", range(0), ValueError, "seed must have at least one value"),
    ("seed", range(1_000_001), ValueError, "at most 1000000 networks; got 1000001: 1000001 seed"),
    ("threshold", 1.5, ValueError, "threshold must be from 0 to 1; got 1.5"),
    ("fresh_points", -1, ValueError, "fresh_points must be between 1 and"),
    ("keep_curves", "yes", TypeError, "keep_curves must be True or False"),
    ("dtype", "float16", ValueError, "dtype must be one of float64, float32; got 'float16'"),
    ("dtype", float, TypeError, "dtype must be one of the names"),
    ("executor", 2, TypeError, r"executor must be a concurrent.futures.Executor; got 2 \(int\)"),
    ("checkpoint", 2, TypeError, r"checkpoint must be the path of a file; got 2 \(int\)"),
]


@pytest.mark.parametrize(("name", "value", "error", "message"), BAD_AXES)
def test_bad_arguments_are_named_before_any_work(name, value, error, message, monkeypatch):
    monkeypatch.setattr(sweeps, "train_chunk", None)
    with pytest.raises(error, match=message):
        ck.sweep(**SMALL | {name: value})


def test_a_dataset_has_its_own_points_and_no_rule():
    dataset = ck.draw_start("circle", seed=0, n_points=30)[0]
    with pytest.raises(ValueError, match=r"n_points must be one value beside a Dataset; got \(10, 20\)"):
        ck.sweep(pattern=dataset, seed=0, n_points=[10, 20])
    with pytest.raises(ValueError, match="fresh_points must be 0 beside a Dataset"):
        ck.sweep(pattern=dataset, seed=0, fresh_points=10)


def test_memory_is_that_of_this_computer(monkeypatch):
    assert grid.memory() > 2**28
    monkeypatch.delattr(os, "sysconf", raising=False)
    assert grid.memory() == 4 * 10**9


def test_curves_that_would_not_fit_are_refused_before_any_work(monkeypatch):
    monkeypatch.setattr(grid, "memory", lambda: 10**9)
    monkeypatch.setattr(sweeps, "train_chunk", None)
    with pytest.raises(ValueError, match=r"half the memory.*0\.5 GB; got 20 networks x 2000000.*0\.6 GB"):
        ck.sweep(pattern="circle", seed=range(20), iterations=2_000_000, keep_curves=True)


@pytest.mark.parametrize("value", [-1, 2**70, 0.5, True, "1", None])
def test_draw_start_checks_its_seed(value):
    with pytest.raises((TypeError, ValueError), match=r"seed must be .*; got"):
        ck.draw_start("circle", seed=value)


def test_an_unwritable_checkpoint_is_refused_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(sweeps, "train_chunk", None)
    for bad in (tmp_path, tmp_path / "missing" / "sweep"):
        with pytest.raises(OSError, match="checkpoint must be a file that can be written"):
            ck.sweep(**SMALL, checkpoint=bad)


@pytest.mark.parametrize(
    "change",
    [
        dict(seed=[0, 2]),
        dict(n_points=21),
        dict(iterations=11),
        dict(dtype="float32"),
        dict(pattern=outside()),
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_checkpoint_of_another_grid_is_refused_and_kept(path, change):
    ck.sweep(**SMALL, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=f"{next(iter(change))} = .*Nothing was changed"):
        ck.sweep(**SMALL | change, checkpoint=path)
    assert path.read_bytes() == before


def test_a_checkpoint_of_another_rule_with_the_same_name_is_refused(path):
    ck.sweep(**SMALL | dict(pattern=outside()), checkpoint=path)
    with pytest.raises(ValueError, match="data = "):
        ck.sweep(**SMALL | dict(pattern=outside(0.5)), checkpoint=path)
