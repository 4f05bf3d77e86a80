"""Intervals hold as often as they say."""

import math

import numpy as np
import pytest
from scipy import stats

from tests.chance import standard_errors
from weightinit.comparison._intervals import CONFIDENCE, _student, mean_interval, seeds_needed

SAMPLES = 1500
# By how much the share of intervals that hold may be off, apart from chance: a bootstrap is an
# approximation. Measured with 20 000 samples a case: 0.4 points at most.
TOLERANCE = 0.01


@pytest.mark.parametrize("comparisons", [1, 4])
@pytest.mark.parametrize("n", [6, 8, 20])
def test_intervals_cover_the_mean_of_normal_differences(n, comparisons):
    """For normal differences the interval holds as often as stated, but for one point and chance.

    Chance: the test fails by it in one of a million runs, over its six cases.
    """
    rng = np.random.default_rng(n)
    samples = rng.normal(3.0, 2.0, size=(SAMPLES, n))
    ends = np.array([mean_interval(sample, comparisons=comparisons) for sample in samples])
    covered = np.mean((ends[:, 0] <= 3.0) & (ends[:, 1] >= 3.0))
    wanted = 1 - (1 - CONFIDENCE) / comparisons
    chance = standard_errors(6) * math.sqrt(wanted * (1 - wanted) / SAMPLES)
    assert abs(covered - wanted) <= TOLERANCE + chance


def test_an_interval_is_a_function_of_the_numbers():
    """The same differences in any order give the same interval; it moves and scales with them."""
    d = np.random.default_rng(0).standard_exponential(9)
    low, high = mean_interval(d)
    assert mean_interval(d[::-1]) == (low, high)
    moved = mean_interval(7 - 2 * d)
    assert moved[0] < 7 - 2 * d.mean() < moved[1]
    assert mean_interval(7 + 2 * d) == pytest.approx((7 + 2 * low, 7 + 2 * high))


def test_equal_differences_leave_no_doubt():
    """Without scatter the interval is a point."""
    assert mean_interval([0.5] * 8) == (0.5, 0.5)


def test_more_comparisons_widen_an_interval():
    """To hold together, intervals have to be wider."""
    d = np.random.default_rng(1).standard_normal(12)
    (low, high), (lower, higher) = (mean_interval(d, comparisons=k) for k in (1, 5))
    assert lower < low < high < higher


@pytest.mark.parametrize("comparisons", range(1, 12))
def test_students_quantile_is_near(comparisons):
    """The closed form for Student's quantile is within 0.4 % wherever starts can be told apart."""
    tail = (1 - CONFIDENCE) / (2 * comparisons)
    nu = np.arange(seeds_needed(comparisons), 100) - 1
    t = [_student(float(stats.norm.isf(tail)), k) for k in nu]
    np.testing.assert_allclose(t, stats.t.isf(tail, nu), rtol=0.004)


@pytest.mark.parametrize("comparisons", range(1, 12))
def test_fewer_seeds_might_agree_by_chance(comparisons):
    """So many seeds have the same sign by chance less often than allowed; one fewer, more often."""
    n, allowed = seeds_needed(comparisons), (1 - CONFIDENCE) / comparisons
    assert 2 ** (1 - n) <= allowed < 2 ** (2 - n)
