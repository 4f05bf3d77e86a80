r"""Where the length map leads: solved as an equation, since iterating it can take forever.

In t = log q the map moves t by :math:`F(t) = \log(\sigma_w^2 E \phi^2 + \sigma_b^2) - t`. Where F
is above zero at the start the length grows up to the next zero of F; where it is below, it shrinks.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from weightinit._panels import TooLargeError
from weightinit.meanfield._tables import Tables

__all__ = ["LARGEST", "SMALLEST", "Lengths", "at_rest", "move", "reach", "settle"]

_Array = NDArray[Any]
_Pair = tuple[_Array, _Array]

LARGEST = 28.0  #: in log q: here is read what holds for ever larger lengths
SMALLEST = -28.0  #: in log q: here is read what holds for ever smaller ones

_AT_REST = 1e-9  # of F: a start that moves less is a fixed point
_CROSSED = 1e-10  # of F: less may be rounding
_STEP = 0.125  # in log q; F does not change faster, whatever the activation
_STEPS = 16  # at a time
_EXACT = 1e-14  # of log q
_NEWTON = 60  # steps at most: bisection alone would need as many
_LEAST = -550.0  # of log q: smaller squares are no floats


class Lengths(NamedTuple):
    """Where each pair of variances leads: -inf where the length vanishes, inf where it diverges."""

    log: _Array
    slope: _Array  # of the length map there


def at_rest(tables: Tables, w: _Array, b: _Array) -> _Array:
    """Return the lengths of the fixed points, 0 where they vanish, large where they diverge."""
    t = reach(tables, np.zeros(w.size), w, b)
    return np.where(t == -np.inf, 0.0, np.exp(np.where(t < np.inf, t, LARGEST)))


def settle(tables: Tables, w: _Array, b: _Array) -> Lengths:
    """Return the fixed points for flat arrays of variances, of weights and of biases."""
    t = reach(tables, np.zeros(w.size), w, b)
    slope = np.full(w.size, np.inf)
    vanishes, diverges, settles = t == -np.inf, t == np.inf, np.isfinite(t)
    slope[vanishes] = w[vanishes] * tables.slope_at_zero_squared()
    slope[settles] = w[settles] * tables.at_log(t[settles])[1] / np.exp(t[settles])
    far = np.array([LARGEST])
    if diverges.any() and np.isfinite(_moments(tables, far)[0]):
        slope[diverges] = w[diverges] * tables.at_log(far)[1] / np.exp(far)
    return Lengths(t, slope)


def move(tables: Tables, t: _Array, w: _Array, b: _Array) -> tuple[_Array, _Array]:
    """Return F and its slope."""
    value, change = tables.at_log(t)
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing is passed on: F is -inf
        return np.log(w * value + b) - t, w * change / (w * value + b) - 1


def reach(tables: Tables, start: _Array, w: _Array, b: _Array) -> _Array:
    """Return the log of the length to which each start, in log q, is led."""
    step, _ = move(tables, start, w, b)
    ceiling = LARGEST + 2 * np.log(np.maximum(w, 1)) + np.log(np.maximum(b, 1))
    least = b + w * tables.at_zero() ** 2  # no length becomes smaller
    with np.errstate(divide="ignore"):
        floor = np.where(least > 0, np.maximum(np.log(least) - 1, _LEAST), SMALLEST)
    t = start.copy()
    for sign, limit in ((1.0, ceiling), (-1.0, floor)):
        which = np.flatnonzero(sign * step > _AT_REST)
        if which.size:
            t[which] = _march(tables, (w[which], b[which]), t[which], sign, limit[which])
    return t


def _march(tables: Tables, variances: _Pair, start: _Array, sign: float, limit: _Array) -> _Array:
    """Step up or down until F changes its sign, and find where; infinite where it does not."""
    w, b = variances
    begin, end, found = sign * start, sign * limit, np.full(w.size, np.inf)
    inner = begin.copy()  # the last place where the sign is the first one for certain
    going, y = np.arange(w.size), np.floor(begin.min() / _STEP) * _STEP
    while going.size:
        grid = y + _STEP * np.arange(1, _STEPS + 1)
        value = _moments(tables, sign * grid)
        with np.errstate(divide="ignore", over="ignore"):
            moves = sign * np.log(w[going, None] * value + b[going, None]) - grid
        crossed = (moves < -_CROSSED) & (grid > begin[going, None])
        hit = crossed.any(axis=1)
        before = np.maximum.accumulate(crossed, axis=1)
        certain = np.where((moves > _CROSSED) & ~before, grid, -np.inf).max(axis=1)
        inner[going] = np.maximum(inner[going], certain)
        found[going[hit]] = grid[crossed.argmax(axis=1)[hit]]
        y = grid[-1]
        going = going[~hit & (end[going] > y) & np.isfinite(value[-1])]
    here = np.flatnonzero(np.isfinite(found))
    outer, inner = sign * found[here], sign * inner[here]
    found[here] = sign * _solve(
        tables, np.minimum(outer, inner), np.maximum(outer, inner), w[here], b[here]
    )
    return sign * found


def _moments(tables: Tables, t: _Array) -> _Array:
    """Return E phi^2 at each length, infinite from where it is too large on."""
    try:
        return tables.at_log(t)[0]
    except TooLargeError:
        if t.size == 1:
            return np.array([np.inf])
        half = t.size // 2
        return np.concatenate([_moments(tables, t[:half]), _moments(tables, t[half:])])


def _solve(tables: Tables, low: _Array, high: _Array, w: _Array, b: _Array) -> _Array:
    """Find where F, above zero at `low` and below at `high`, is zero: Newton inside the bracket."""
    t = (low + high) / 2
    for _ in range(_NEWTON):
        step, slope = move(tables, t, w, b)
        low, high = np.where(step > 0, t, low), np.where(step > 0, high, t)
        with np.errstate(divide="ignore", invalid="ignore"):  # then it is not inside
            ahead = t - step / slope
        following = np.where((ahead > low) & (ahead < high), ahead, (low + high) / 2)
        done = np.abs(following - t) <= _EXACT * (1 + np.abs(t))
        t = following
        if done.all():
            break
    return t
