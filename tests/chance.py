"""Checks of random numbers, each with the rate at which chance alone would fail it.

A test that makes several checks shares the rate among them (Bonferroni): with a fresh seed it
would fail by chance with a probability of at most `FALSE_ALARM`, whatever the number of checks.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FALSE_ALARM = 1e-6


def standard_errors(checks: int = 1) -> float:
    """Return how many standard errors a normal estimate may be off when `checks` are made."""
    return float(stats.norm.isf(FALSE_ALARM / checks / 2))


def assert_moments(draws: NDArray[Any], law: Any, *, checks: int = 1) -> None:
    """Compare mean and std of independent draws with those of a law of SciPy, `checks` times 2.

    For n draws the variance of the mean is s^2 / n and that of the std s^2 (kurtosis - 1) / 4n.
    """
    mean, variance, excess = (float(moment) for moment in law.stats("mvk"))
    n, s, within = draws.size, math.sqrt(variance), standard_errors(2 * checks)
    found = draws.astype(np.float64)
    assert abs(found.mean() - mean) <= within * s / math.sqrt(n)
    assert abs(found.std() - s) <= within * s * math.sqrt((excess + 2) / (4 * n))


def assert_law(draws: NDArray[Any], law: Any, *, checks: int = 1) -> None:
    """Compare the distribution of independent draws with a law of SciPy (Kolmogorov-Smirnov).

    For n draws the largest distance d between the two distribution functions is beyond t with a
    probability of at most 2 exp(-2 n t^2) (Massart 1990).
    """
    distance = stats.ks_1samp(draws.ravel(), law.cdf, method="asymp").statistic
    assert distance <= math.sqrt(math.log(2 * checks / FALSE_ALARM) / (2 * draws.size))


def assert_mean(
    draws: NDArray[Any], mean: float, *, variance: float, largest: float, checks: int = 1
) -> None:
    """Compare the mean of independent bounded draws with theory (Bernstein's inequality).

    Draws that are never further than `largest` from their mean, of at most this variance, miss it
    by t on average with a probability of at most 2 exp(-n t^2 / (2 variance + 2 largest t / 3)).
    """
    log = math.log(2 * checks / FALSE_ALARM) / draws.size
    third = largest * log / 3
    assert abs(draws.mean() - mean) <= third + math.sqrt(third**2 + 2 * variance * log)


def assert_uncorrelated(a: NDArray[Any], b: NDArray[Any], *, checks: int = 1) -> None:
    """Compare the correlation of two samples with that of independent ones, 0 +- 1 / sqrt(n)."""
    correlation = np.corrcoef(a.ravel(), b.ravel())[0, 1]
    assert abs(correlation) <= standard_errors(checks) / math.sqrt(a.size)
