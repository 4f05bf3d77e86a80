"""Monitoring: what is recorded is true, and recording changes nothing."""

import dataclasses
import importlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from tests.interrupts import every_interrupt
from weightinit import _uninterrupted
from weightinit.monitoring import LayerRecord
from weightinit.monitoring import monitor as monitor_module
from weightinit.monitoring.records import shares
from weightinit.tracing import LayerStats, measure, trace

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((60, 6)), RNG.integers(0, 3, 60)
IMAGES, TOKENS = RNG.standard_normal((60, 6, 6, 1)), RNG.integers(0, 9, (60, 5))
TOKENS[:, 0] += TOKENS[:, 0] == 0  # padding comes last
NETWORKS: dict[str, tuple[Callable[[], wi.Network], Any]] = {
    "mlp": (lambda: wi.mlp([6, 8, 5, 3], "tanh"), X),
    "cnn": (lambda: wi.cnn((6, 6, 1), [3, 4], 3), IMAGES),
    "rnn": (lambda: wi.rnn(vocabulary=9, hidden=7, classes=3), np.sort(TOKENS)[:, ::-1]),
}


def run(net: wi.Network, x: Any = X, y: Any = Y, **options: Any) -> wi.History:
    """Train for 4 epochs of 6 steps."""
    defaults: dict[str, Any] = {"epochs": 4, "batch_size": 10, "learning_rate": 0.1, "rng": 1}
    return wi.train(net, x, y, **(defaults | options))


def fresh(start: Any = wi.he_normal, **options: Any) -> wi.Network:
    """Return a small network for `X`, always with the same weights."""
    return wi.mlp([6, 8, 5, 3], "tanh").initialize(start, rng=0, **options)


@pytest.mark.parametrize("kind", NETWORKS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_monitor_changes_not_one_bit(kind: str, dtype: Any, optimizer: str) -> None:
    """Losses, accuracies and all weights are the same with a monitor as without."""
    build, x = NETWORKS[kind]
    alone, watched = (build().initialize(wi.he_normal, rng=0, dtype=dtype) for _ in range(2))
    monitor = wi.Monitor(x[:8], Y[:8], every=1)
    monitor.record(watched)
    history = run(watched, x, optimizer=optimizer, monitor=monitor)
    assert history == run(alone, x, optimizer=optimizer)
    for name, array in alone.parameters.items():
        assert array.tobytes() == watched.parameters[name].tobytes()
    assert len(monitor.steps) == 25


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("kind", NETWORKS)
def test_trace_diagnosis_and_monitor_agree(kind: str, labelled: bool) -> None:
    """The same network and batch have the same measures in all three, with labels and without."""
    build, x = NETWORKS[kind]
    net, labels = build().initialize(wi.he_normal, rng=0), Y[:8] if labelled else None
    monitor = wi.Monitor(x[:8], labels, every=12)
    run(net, x, monitor=monitor)
    found, diagnosis = trace(net, x[:8], labels), wi.diagnose(net, x[:8], labels)
    assert list(monitor.layers) == [layer.name for layer in diagnosis.layers]
    for row, report in zip(found.layers, diagnosis.layers, strict=True):
        stats, record = measure(row), monitor.layers[row.name]
        assert stats.gradient_rms > 0
        for field in dataclasses.fields(LayerStats):
            value = getattr(stats, field.name)
            np.testing.assert_equal(getattr(report, field.name), value)
            if field.name not in ("name", "units"):
                assert getattr(record, field.name).shape == (2,)
                np.testing.assert_equal(getattr(record, field.name)[-1], value)
    np.testing.assert_equal(monitor.losses[-1], found.loss)


def test_there_is_one_vocabulary() -> None:
    """A record has every measure of a layer by its own name, and over steps two more."""
    records, stats = (
        {field.name for field in dataclasses.fields(kind)} for kind in (LayerRecord, LayerStats)
    )
    assert records - stats == {"update_ratio", "activation_histogram", "gradient_histogram"}
    assert stats <= records


def test_steps_are_counted_over_all_trainings() -> None:
    """Records come after every k steps, the start is step 0, and a second training counts on."""
    net, monitor = fresh(), wi.Monitor(X[:8], Y[:8], every=10)
    assert monitor.layers == {}
    monitor.record(net)
    monitor.record(net)  # nothing was trained since: no second record
    run(net, monitor=monitor)
    assert monitor.steps.tolist() == [0, 10, 20]
    run(net, monitor=monitor)
    assert monitor.steps.tolist() == [0, 10, 20, 30, 40]
    assert monitor.losses.shape == (5,)
    assert monitor.layers["dense1"].gradient_histogram.shape == (5, len(monitor.bin_edges) - 1)


def test_a_record_is_whole_or_not_made() -> None:
    """Interrupted at any line of a record, that is there or not, and the next is right.

    Right is what a monitor says that met no interrupt: of all three networks, or of the outer two.
    """
    net, x = fresh(), X[:8]

    def look(monitor: wi.Monitor, std: float) -> None:
        net.parameters["dense0.weight"][...] = std
        monitor(1, net, 0.0, {})

    def told(monitor: wi.Monitor) -> str:
        layers = {name: vars(layer) for name, layer in monitor.layers.items()}
        assert {len(layer["dead"]) for layer in layers.values()} <= {len(monitor.steps)}
        return f"{len(monitor.losses)} {monitor.losses} {layers}"

    right = {}
    for stds in ((0.1, 0.2, 0.3), (0.1, 0.3)):
        monitor = wi.Monitor(x, Y[:8], every=1)
        for std in stds:
            look(monitor, std)
        right[len(stds)] = told(monitor)
    met = set()
    for interrupted in every_interrupt(_uninterrupted, monitor_module, between="line"):
        monitor = wi.Monitor(x, Y[:8], every=1)
        look(monitor, 0.1)
        interrupted(lambda monitor=monitor: look(monitor, 0.2))
        look(monitor, 0.3)
        records = len(monitor.steps)
        assert told(monitor) == right[records]
        met.add(records)
    assert met == {2, 3}


def test_the_first_record_is_whole_or_not_made() -> None:
    """Interrupted at any line of its first record, a monitor is as good as new."""
    net, whole = fresh(), wi.Monitor(X[:8], Y[:8])
    whole.record(net)
    for interrupted in every_interrupt(_uninterrupted, monitor_module, between="line"):
        monitor = wi.Monitor(X[:8], Y[:8])
        interrupted(lambda monitor=monitor: monitor.record(net))
        assert len(monitor.steps) == len(monitor.losses) == bool(monitor.layers)
        monitor.record(net)
        assert str(monitor.layers) == str(whole.layers)


def test_the_update_ratio_is_its_formula() -> None:
    """It is the norm of the change since the record before, over that of the weights now."""
    net, monitor = fresh(), wi.Monitor(X[:8], Y[:8], every=24)
    before = {name: array.copy() for name, array in net.parameters.items()}
    monitor.record(net)
    run(net, monitor=monitor)
    for name, layer in monitor.layers.items():
        after, start = net.parameters[f"{name}.weight"], before[f"{name}.weight"]
        expected = np.linalg.norm(after - start) / np.linalg.norm(after)
        assert np.isnan(layer.update_ratio[0])
        np.testing.assert_allclose(layer.update_ratio[1], expected, rtol=1e-12)


def test_frozen_weights_have_the_ratio_zero() -> None:
    """Hidden weights that start at zero under tanh never move: their ratio is 0, not nan."""
    net, monitor = fresh(wi.zeros), wi.Monitor(X[:8], Y[:8], every=12)
    run(net, monitor=monitor)
    assert monitor.layers["dense0"].update_ratio[-1] == 0.0


def test_shares_count_magnitudes() -> None:
    """A value is counted in the bin of its magnitude, one beyond in the last, a zero in none."""
    found = shares(np.array([[3e-2, -4e-2, 1e-99, 1e99], [0.0, -0.0, np.nan, np.inf]]))
    edges = wi.Monitor(X).bin_edges
    (places,) = np.nonzero(found)
    assert edges[places].tolist() == [-12.0, -1.75, -1.5, 3.75]
    assert found[places].tolist() == [1 / 8] * 4


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shares_agree_with_numpy(dtype: Any) -> None:
    """The bins count as np.histogram does, but for values within rounding of an edge."""
    values = (10 ** RNG.uniform(-11, 3, 10_000) * RNG.choice([-1, 1], 10_000)).astype(dtype)
    edges = wi.Monitor(X).bin_edges
    counts = np.histogram(np.log10(np.abs(values)), edges)[0]
    # The places are computed in float32: off by about 64 eps each, over 10 000 values about 0.1.
    assert np.abs(shares(values) * 10_000 - counts).sum() <= 10


def test_the_width_grows_as_symmetry_breaks() -> None:
    """A constant start keeps one unit; with noise below the tolerance more units come apart."""
    constant = wi.Constant(value=0.3)
    net, monitor = fresh(constant), wi.Monitor(X[:8], Y[:8], every=12)
    run(net, monitor=monitor)
    assert monitor.layers["dense0"].distinct.tolist() == [1, 1]
    net, monitor = fresh(constant), wi.Monitor(X[:8], Y[:8], every=50)
    net.parameters["dense1.weight"][:] *= 1 + np.spacing(8.0) * np.arange(5)  # of dense0: copies
    net.parameters["dense0.weight"][:] *= 1 + np.spacing(2.0) * np.arange(8)
    monitor.record(net)
    run(net, epochs=200, learning_rate=0.5, monitor=monitor)
    width = monitor.layers["dense0"].distinct
    assert width[0] < width[-1] == 8


def test_without_labels_gradients_come_from_a_fixed_pull() -> None:
    """Without labels there is no loss, and what the network answers does not change the pull."""
    first, shifted = wi.Monitor(X[:8]), wi.Monitor(X[:8])
    net = fresh()
    first.record(net)
    net.parameters["dense2.bias"][:] = [50.0, 0.0, -50.0]  # as sure as can be
    shifted.record(net)
    assert np.isnan(first.losses).all()
    for name, layer in first.layers.items():
        assert layer.gradient_rms == shifted.layers[name].gradient_rms > 0


def test_the_probe_is_a_copy() -> None:
    """Whoever changes the arrays afterwards does not change the probe."""
    x, y, net = X[:8].copy(), Y[:8].copy(), fresh()
    first, second = wi.Monitor(x, y), wi.Monitor(x, y)
    first.record(net)
    x[:], y[:] = 0, 0
    second.record(net)
    assert first.losses == second.losses


@pytest.mark.parametrize(
    "arguments, options, error, told",
    [
        ((X, Y), {"every": 0}, ValueError, r"every must be an integer >= 1, got 0"),
        ((X, Y), {"every": 2.5}, TypeError, r"every must be an integer >= 1, got 2.5"),
        ((X[:0],), {}, ValueError, r"x must hold at least one sample.*such as x\[:32\]"),
        ((3.0,), {}, ValueError, r"x must hold at least one sample, got 3.0"),
        (([[1.0], [1.0, 2.0]],), {}, ValueError, r"x must be an array of samples"),
        ((X, Y[:3]), {}, ValueError, r"for each of the 60 samples of x, got shape \(3,\)"),
    ],
)
def test_a_bad_probe_is_told_at_once(
    arguments: tuple[Any, ...], options: dict[str, Any], error: type[Exception], told: str
) -> None:
    """What can be known without the network is told when the monitor is made."""
    with pytest.raises(error, match=told):
        wi.Monitor(*arguments, **options)


def test_a_probe_that_does_not_fit_is_told_at_the_first_step() -> None:
    """A probe of another shape, or with labels out of range, stops the training at step 1."""
    with pytest.raises(ValueError, match=r"x must be a batch of shape \(n, 6\)"):
        run(fresh(), monitor=wi.Monitor(X[:, :5], Y, every=1000))
    with pytest.raises(ValueError, match="labels must be from 0 to 2"):
        run(fresh(), monitor=wi.Monitor(X, Y + 1, every=1000))


def test_a_monitor_watches_one_network() -> None:
    """A second network, or none, is refused."""
    monitor = wi.Monitor(X[:8], Y[:8])
    with pytest.raises(TypeError, match="net must be a Network, got 3"):
        monitor.record(3)  # type: ignore[arg-type]
    monitor.record(fresh())
    with pytest.raises(ValueError, match=r"one network.*make a Monitor for each"):
        monitor.record(fresh())


def test_the_table_fits_80_columns() -> None:
    """The table has a line for each layer, with both ends; before any record it says what to do."""
    monitor = wi.Monitor(X[:8], Y[:8])
    assert "nothing recorded yet" in str(monitor)
    net = wi.mlp([6] + [8] * 12 + [3], "tanh").initialize(wi.Normal(std=1e-3), rng=0)
    monitor.record(net)
    run(net, monitor=monitor)
    lines = str(monitor).splitlines()
    assert lines[0].startswith("Monitor: 3 records, steps 0 to 20; loss 1.1")
    head, *table = lines[1 : lines.index("")]
    assert [line.split()[0] for line in table] == list(monitor.layers)
    assert all(re.search(rf"\b{line[:14].rstrip()}\b", head) for line in lines[-4:])  # the legend
    assert max(map(len, lines)) <= 80
    assert "8 of 8" in lines[2]


@pytest.mark.parametrize("start", [wi.he_normal, wi.zeros], ids=str)
@pytest.mark.parametrize("labels", [Y[:8], None], ids=["labels", "none"])
def test_the_figure_says_what_it_shows(start: Any, labels: Any) -> None:
    """There is a panel for each layer and kind, and the label tells both ends in numbers."""
    monitor = wi.Monitor(X[:8], labels, every=6)
    run(fresh(start), monitor=monitor)
    figure = monitor.plot()
    figure.canvas.draw()
    assert len(figure.axes) == 2 * 3 + (2 if labels is None else 3)
    width = monitor.layers["dense0"].distinct
    assert f"distinct units {width[0]} to {width[-1]} of 8" in figure.get_label()
    assert ("loss" in figure.get_label()) == (labels is not None)


def test_a_figure_needs_records_and_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a record, or without matplotlib, it is said what to do."""
    monitor = wi.Monitor(X[:8], Y[:8])
    with pytest.raises(ValueError, match=r"nothing was recorded yet; pass the monitor to wi.train"):
        monitor.plot()
    monitor.record(fresh())

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ImportError, match=r"pip install matplotlib"):
        monitor.plot()
