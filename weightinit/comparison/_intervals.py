r"""Intervals for the difference between two starts, from runs at the same seeds.

The interval is a bootstrap of the mean difference :math:`\bar d` over n seeds. Its quantiles
:math:`q` are too narrow for few seeds, in two ways that are known for normal differences: the
resampled means vary by n - 1 over n too little, and the scatter is itself an estimate, for which
Student's t makes up. The interval is stretched about its centre by both:

.. math:: \bar d + \sqrt{\frac{n}{n - 1}}\, \frac{t_{n-1}}{z}\, (q - \bar d)

Hesterberg (2015), "What teachers should know about the bootstrap", The American Statistician 69.

``scipy.stats`` has Student's t, and no such bootstrap; it would be 143 MB to install for a quantile
that a closed form gives to 0.4 %, wherever there are seeds enough to tell starts apart.
"""

import functools
import math
from collections.abc import Iterable
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONFIDENCE", "mean_interval", "seeds_needed"]

CONFIDENCE = 0.95
_RESAMPLES = 10_000


def mean_interval(differences: Iterable[float], *, comparisons: int = 1) -> tuple[float, float]:
    """
    Return a bootstrap interval for the mean of the distribution of these differences.

    Parameters
    ----------
    differences : iterable of float
        One a seed, two at least, in any order.
    comparisons : int, default 1
        How many such intervals are to hold together with probability `CONFIDENCE` (Bonferroni).

    Returns
    -------
    tuple of float
        The lower and the upper end. The same differences always give the same interval.

    Examples
    --------
    >>> from weightinit.comparison._intervals import mean_interval
    >>> low, high = mean_interval([0.1, 0.2, 0.1, 0.3, 0.2, 0.1])
    >>> 0 < low < 1 / 6 < high
    True
    """
    d = np.sort(np.fromiter(differences, dtype=np.float64))
    n, tail = d.size, (1 - CONFIDENCE) / (2 * comparisons)
    center = d.mean()
    q = np.quantile(_shares(n) @ (d - center), [tail, 1 - tail])  # about the center
    z = -NormalDist().inv_cdf(tail)
    stretch = math.sqrt(n / (n - 1)) * _student(z, n - 1) / z
    low, high = (float(end) for end in center + stretch * q)
    return low, high


def seeds_needed(comparisons: int) -> int:
    """
    Return the least number of seeds that can tell one start from another.

    The differences of two starts that are alike agree in sign over n seeds with probability
    2^(1 - n), as n coins do, whatever their distribution. Unless that is rare at the level asked
    for, seeds cannot tell the starts apart.

    Parameters
    ----------
    comparisons : int
        How many comparisons are made with the best.

    Returns
    -------
    int
        The least n with 2^(1 - n) at most (1 - `CONFIDENCE`) / comparisons.

    Examples
    --------
    >>> from weightinit.comparison._intervals import seeds_needed
    >>> seeds_needed(1), seeds_needed(4)
    (6, 8)
    """
    return 1 + math.ceil(math.log2(comparisons / (1 - CONFIDENCE)))


@functools.lru_cache(maxsize=4)
def _shares(n: int) -> NDArray[Any]:
    """Return the share of each of n numbers in each resampled mean, from a fixed stream."""
    rng = np.random.default_rng(n)
    return rng.multinomial(n, np.full(n, 1 / n), size=_RESAMPLES) / n


def _student(z: float, nu: int) -> float:
    """Return the quantile of Student's t where the standard normal's is z.

    Wallace (1959), "Bounds on normal approximations to Student's and the chi-square distributions".
    """
    return math.sqrt(nu * math.expm1((z * (8 * nu + 3) / (8 * nu + 1)) ** 2 / nu))
