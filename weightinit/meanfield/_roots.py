"""The zero of a function between two places, for many pairs of places at once."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["zero"]

_Array = NDArray[Any]

_EXACT = 1e-14  # of what is found
_MOST = 60  # steps: bisection alone would need as many
_TINY = 1e-300


def zero(f: Callable[[_Array], _Array], low: _Array, high: _Array) -> _Array:
    """Find the sign change of f between pairs of places; `high` where there is none.

    The method of Ridders (1979): bisect, multiply f by the exponential that makes its three values
    lie on a line, and take the zero of the line.
    """
    at_low, at_high, last = f(low), f(high), high
    sign = np.sign(at_low)
    for _ in range(_MOST):
        middle = (low + high) / 2
        at_middle = f(middle)
        root = np.sqrt(np.maximum(at_middle**2 - at_low * at_high, _TINY))
        found = middle + (middle - low) * sign * at_middle / root
        found = np.clip(found, np.minimum(low, high), np.maximum(low, high))
        for place, value in ((middle, at_middle), (found, f(found))):
            near = np.sign(value) == sign
            low, at_low = np.where(near, place, low), np.where(near, value, at_low)
            high, at_high = np.where(near, high, place), np.where(near, at_high, value)
        if (np.abs(found - last) <= _EXACT * (1 + np.abs(found))).all():
            break
        last = found
    return np.asarray(found)
