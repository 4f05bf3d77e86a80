"""What theory says of an activation, kept: many questions are about the same one."""

from functools import lru_cache
from typing import Any

from weightinit import meanfield
from weightinit.meanfield import FixedPoint

__all__ = ["SAME", "bends_down", "chi", "chi_behind", "fixed_point"]

SAME = 1e-6  #: factors this near to 1 count as 1

_kept = lru_cache(maxsize=256)


@_kept
def fixed_point(theory: Any, weight_variance: float) -> FixedPoint:
    """Return where lengths settle."""
    return meanfield.fixed_point(theory, weight_variance=weight_variance)


@_kept
def chi(theory: Any, weight_variance: float) -> float:
    """Return what a layer makes of the mean square of a gradient."""
    return float(meanfield.chi(theory, weight_variance=weight_variance))


@_kept
def chi_behind(theory: Any, normalization: bool | str) -> float:
    """Return what a layer makes of that mean square behind a normalization."""
    value, slope = meanfield.moments(theory, 1.0)
    if normalization == "batch":
        # at correlation 0 the covariance of phi is the square of its mean
        value *= 1 - meanfield.correlation_map(theory, 0.0, weight_variance=1.0, q=1.0)
    return float(slope / value)


def bends_down(theory: Any, unit_gain: float) -> bool:
    """Tell whether an activation is like tanh: odd, and flatter away from zero.

    Weights that make the slope at zero 1 then let a signal fade only as a power of depth: the
    smaller it is, the more linear the layer.
    """
    if not meanfield.is_odd(theory) or meanfield.slope_at_zero(theory) <= 0:
        return False
    return bool(fixed_point(theory, unit_gain**2).slope < 1 + SAME)
