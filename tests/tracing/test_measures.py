"""Each measure is its definition."""

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest

import weightinit as wi
from weightinit.networks import ActivationLayer, Dense, LayerNorm, Network
from weightinit.tracing import LayerTrace, measure, trace
from weightinit.tracing._copies import copied_units, distinct_units
from weightinit.tracing.measures import correlation

RNG = np.random.default_rng(0)


def row_of(weight: Any, *, bias: float = 0.0, dtype: Any = np.float64) -> LayerTrace:
    """Return the row of a hidden ReLU layer with this weight."""
    inputs, units = weight.shape
    net = wi.mlp([inputs, units, 3]).initialize(wi.ones, dtype=dtype)
    net.parameters["dense0.weight"][...] = weight
    net.parameters["dense0.bias"][...] = bias
    return trace(net, RNG.standard_normal((20, inputs)), RNG.integers(0, 3, 20)).layers[0]


def count_pair_by_pair(row: LayerTrace) -> int:
    """Count units as groups of those that are linked by pairs of equals, entry by entry."""
    sums = len(row.pre_activations) + len(row.weight) + 1
    parts = [np.vstack([row.weight, row.bias]), np.vstack([row.weight_gradient, row.bias_gradient])]
    scaled = np.vstack([part / (np.abs(part).max() or 1) for part in parts]).astype(np.float64)
    group = np.arange(row.units)
    for i, j in itertools.combinations(range(row.units), 2):
        if np.abs(scaled[:, i] - scaled[:, j]).max() <= sums * np.finfo(row.weight.dtype).eps:
            group[group == group[j]] = group[i]
    return len(set(group))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "weight, expected",
    [
        (np.ones((6, 8)), 1),
        (RNG.standard_normal((6, 8)), 8),
        (np.repeat(RNG.standard_normal((6, 4)), 2, axis=1), 4),
        (np.eye(40)[:, :30], 30),
        (np.eye(200)[:, :150].repeat(2, axis=1), 150),
        (np.zeros((6, 8)), 1),
        (np.ones((6, 8)) * (1 + 1e-4 * np.arange(8)), 8),
        (np.ones((300, 9)) + 1e-4 * np.eye(300)[:, 290:299], 9),
    ],
    ids=["copies", "random", "pairs", "eye", "eye, pairs", "zeros", "near", "nearly equal"],
)
@pytest.mark.parametrize("bias", [0.0, 50.0])
def test_distinct_units_are_counted(dtype: Any, weight: Any, expected: int, bias: float) -> None:
    """The count in the order of a projection is that of all pairs, entry by entry."""
    row = row_of(weight, bias=bias, dtype=dtype)
    assert distinct_units(row) == count_pair_by_pair(row)
    if bias == 0:
        assert distinct_units(row) == expected


def test_units_that_differ_in_gradients_alone_are_distinct() -> None:
    """Equal weights with unequal gradients come apart at the next step: they are no copies."""
    net = wi.mlp([6, 8, 3]).initialize({"dense0.weight": wi.ones, "*.weight": wi.he_normal}, rng=0)
    row = trace(net, RNG.standard_normal((20, 6)), RNG.integers(0, 3, 20)).layers[0]
    assert distinct_units(row) == 8


def test_units_copied_before_random_weights_compute_the_same() -> None:
    """Copies whose gradients differ are counted as copies, and not as equal for good."""
    net = wi.mlp([6, 8, 3]).initialize({"dense0.weight": wi.ones, "*.weight": wi.he_normal}, rng=0)
    row = trace(net, RNG.standard_normal((20, 6)), RNG.integers(0, 3, 20)).layers[0]
    assert (copied_units(row), distinct_units(row)) == (7, 8)


def test_equal_kernels_that_receive_other_channels_are_no_copies() -> None:
    """Equal weights with unequal pre-activations, as in a depthwise convolution, compute others."""
    row = row_of(np.ones((6, 8)))
    z = RNG.standard_normal(row.pre_activations.shape)
    assert copied_units(dataclasses.replace(row, pre_activations=z)) == 0


def test_a_weight_that_is_not_finite_has_no_copies() -> None:
    """With nan in each unit no two are equal."""
    net = wi.mlp([6, 8, 3]).initialize(wi.ones)
    net.parameters["dense0.weight"][0] = np.nan
    assert distinct_units(trace(net, RNG.standard_normal((20, 6))).layers[0]) == 8


def mean_cosine(row: LayerTrace) -> float:
    """Return the mean cosine over pairs of rows of different samples, pair by pair."""
    z = row.pre_activations
    samples = np.arange(len(z)) if row.samples is None else row.samples
    return float(
        np.mean(
            [
                z[i] @ z[j] / np.sqrt((z[i] @ z[i]) * (z[j] @ z[j]))
                for i, j in itertools.combinations(range(len(z)), 2)
                if samples[i] != samples[j] and z[i].any() and z[j].any()
            ]
        )
    )


@pytest.mark.parametrize(
    "net, x",
    [
        (wi.mlp([3, 5, 4]), RNG.normal(size=(9, 3))),
        (wi.cnn((4, 4, 2), [3], 4), RNG.normal(size=(5, 4, 4, 2))),
        (wi.rnn(7, 5, 4), [[3, 1, 0, 0], [2, 5, 6, 1], [4, 4, 0, 0], [1, 2, 3, 0]]),
    ],
    ids=["mlp", "cnn", "rnn"],
)
def test_correlation_is_the_mean_cosine(net: Network, x: Any) -> None:
    """It is the mean over all pairs of rows of different samples, padding left out."""
    for row in trace(net.initialize(wi.he_normal, rng=0), x).layers:
        assert correlation(row) == pytest.approx(mean_cosine(row), rel=1e-12, abs=1e-15)


def test_correlation_at_its_ends() -> None:
    """It is 1 for samples along one ray, -1 for opposite ones, 0 at right angles, of any size."""
    net = wi.mlp([2, 2]).initialize(wi.identity)
    for x, expected in (
        ([[1e-200, 0], [1e-3, 0], [1e200, 0]], 1.0),
        ([[1, 1], [-1, -1]], -1.0),
        ([[1, 0], [0, 1]], 0.0),
        ([[1, 0], [0, 0], [0, 1], [0, 0]], 0.0),  # what is zero has no direction
        ([[1, 0], [0, 0]], np.nan),
        ([[1, 0]], np.nan),
    ):
        np.testing.assert_allclose(correlation(trace(net, x).layers[0]), expected, atol=1e-15)


def test_correlation_follows_mean_field_theory() -> None:
    """Behind wide ReLU layers it follows the map of Poole et al. 2016, from layer to layer.

    With c = cos t the next is (sin t + (pi - t) cos t) / pi. Each of the n products that make a
    cosine strays by 1 at most times its share, so that c strays by about n ** -0.5 a layer: six
    times that over the four layers is a false alarm below 1e-6.
    """
    n = 2000
    net = wi.mlp([n] * 6).initialize(wi.he_normal, rng=0)
    found = [correlation(row) for row in trace(net, RNG.standard_normal((2, n))).layers]
    for before, behind in itertools.pairwise(found):
        t = np.arccos(before)
        assert behind == pytest.approx((np.sin(t) + (np.pi - t) * before) / np.pi, abs=6 * n**-0.5)
    assert found[0] < 0.2
    assert found[-1] > 0.6


def test_normalized_sigmoids_make_all_samples_alike() -> None:
    """Behind a sigmoid what is left of the differences shrinks, whatever normalizes its input."""
    layers = [
        part for _ in range(10) for part in (Dense(64), LayerNorm(), ActivationLayer("sigmoid"))
    ]
    net = Network([*layers, Dense(3)], (64,)).initialize(wi.he_normal, rng=0)
    found = [measure(row).correlation for row in trace(net, RNG.standard_normal((20, 64))).layers]
    assert abs(found[0]) < 0.1
    assert found[-1] > 0.99


def test_stats_are_those_of_the_arrays() -> None:
    """Mean, std, second moment and rms are those of NumPy; shares count units and values."""
    net = wi.mlp([6, 8, 3]).initialize(wi.he_normal, rng=0)
    net.parameters["dense0.bias"][:2] = -100
    row = trace(net, RNG.standard_normal((20, 6)), RNG.integers(0, 3, 20)).layers[0]
    stats = measure(row)
    h, dz = row.activations, row.pre_activations_gradient
    found = stats.mean, stats.std, stats.second_moment, stats.gradient_rms, stats.dead
    expected = h.mean(), h.std(), np.mean(h**2), np.sqrt(np.mean(dz**2)), np.mean(~h.any(axis=0))
    assert found == pytest.approx(expected, rel=1e-12)
    assert (stats.name, stats.units, stats.saturated) == ("dense0", 8, 0.0)


def test_a_trace_by_hand_is_measured() -> None:
    """A trace of plain arrays, as another framework has them, has the same measures."""
    row = row_of(RNG.standard_normal((6, 8)))
    fields = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    assert measure(LayerTrace(**fields)) == measure(row)
