"""The numbers behind the thresholds, against SciPy and against networks."""

import math

import numpy as np
import pytest
from scipy import stats

import weightinit as wi
from weightinit.diagnosis import _bounds as bounds
from weightinit.diagnosis._bounds import Bounds, Walk
from weightinit.tracing.measures import flat_beyond


def test_signals_stray_by_five_over_n() -> None:
    """Var f = 5/n for the factor f of one layer of n relu units: 20,000 layers.

    The variance of a sample variance is at most (kurtosis - 1) / m of it squared: 6 of these
    standard errors, with the kurtosis measured; a false alarm below 1e-6.
    """
    n, m = 20, 20_000
    rng = np.random.default_rng(0)
    z = np.sqrt(2.0) * rng.standard_normal((m, n))  # He, for an input of mean square 1
    factors = np.square(np.maximum(z, 0)).mean(axis=1)
    error = np.sqrt((stats.kurtosis(factors, fisher=False) - 1) / m)
    assert factors.var() == pytest.approx(5 / n, rel=6 * error)


@pytest.mark.parametrize("k", [1, 2, 10, 100])
def test_largest_mean_square_is_a_quantile(k: int) -> None:
    """It is the chi-square quantile at 4 standard deviations, or above it by at most 10 %."""
    exact = stats.chi2.isf(stats.norm.sf(bounds.SIGMAS), k) / k
    assert exact < bounds.largest_mean_square(k) < 1.1 * exact


@pytest.mark.parametrize("heads, n", [(0, 1), (3, 5), (20, 20), (300, 512)])
def test_binomial_tail(heads: int, n: int) -> None:
    """The tail of a fair coin is SciPy's."""
    assert bounds.binomial_tail(heads, n) == pytest.approx(stats.binom.sf(heads - 1, n, 0.5))


def test_kinds_of_activations() -> None:
    """Which activations scale with a signal, or are flat at both ends."""
    all_of = {name: wi.activations.get(name) for name in wi.activations.names()}
    free = {name for name, phi in all_of.items() if bounds.is_scale_free(phi)}
    flat = {name for name, phi in all_of.items() if math.isfinite(flat_beyond(phi))}
    assert free == {"relu", "leaky_relu", "linear"}
    assert flat == {"tanh", "sigmoid", "softsign", "hardtanh", "relu6"}


def test_the_flat_part_of_tanh() -> None:
    """Tanh has a slope of 1 % where cosh**2 = 100; the grid has a step of 0.01."""
    assert flat_beyond(wi.activations.tanh) == pytest.approx(math.acosh(10), abs=0.01)


def test_shapes_bound_three_ways_to_count_fans() -> None:
    """Starts by fan in, by the mean of fans and by fan out multiply a signal as told."""
    shape = (50, 200)
    factors = [
        math.log(
            50 * wi.VarianceScaling(scale=1.0, mode=mode, distribution="normal").std(shape) ** 2
        )
        for mode in ("fan_in", "fan_avg", "fan_out")
    ]
    assert bounds.shape_factors(shape) == pytest.approx(factors)


def test_bounds_add_up() -> None:
    """Over several layers variances and shapes add; the allowance grows with the depth alone."""
    one = Bounds(variance=0.1, factors=(0.0, -1.0, -2.0))
    three = one + one + one
    assert three.layers == 3
    assert three.high == pytest.approx(4 * math.sqrt(0.3) + math.log(24))
    assert three.low == pytest.approx(-6 - 0.15 - 4 * math.sqrt(0.3) - math.log(24))


def test_a_walk_tells_a_culprit_from_a_sum() -> None:
    """A layer that alone goes too far is told from one where small steps have added up."""
    walk = Walk()
    culprit = [walk.go(f"dense{i}", own, 0.0, Bounds()) for i, own in enumerate([0.0, -9.0, 9.0])]
    assert [(point.fades, point.explodes, point.alone) for point in culprit] == [
        (False, False, False),
        (True, False, True),
        (False, True, True),
    ]
    walk = Walk()
    added = [walk.go(f"dense{i}", -1.3, 0.0, Bounds()) for i in range(4)]
    assert [point.fades for point in added] == [False, False, True, True]
    assert not any(point.alone for point in added)
