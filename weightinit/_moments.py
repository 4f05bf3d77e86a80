"""The second moment of a function of one variable, or of its slope, under a standard normal."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from weightinit._quadrature import gauss_lobatto

__all__ = ["REACH", "Function", "second_moment"]

_Array = NDArray[np.float64]

#: From places to the values there, as float64, and the dtype in which they were computed.
Function = Callable[[_Array], tuple[_Array, np.dtype[Any]]]

#: The function is asked from minus this on: exp(-z^2/2) is 1e-314 there, the least of a float64.
REACH = 38.0

_NODES, _WEIGHTS, _DIFFERENTIATION = gauss_lobatto(16)
_SIGNED_ROOTS = np.sqrt(_WEIGHTS) * np.resize([1, -1], _NODES.size)  # the barycentric weights

_TOLERANCE = 1e-13  # of the whole integral, for each panel
_BISECTIONS = 40  # a panel of width 1 ends at 1e-12: what a jump can cost
_MOST_PANELS = 2**17  # a function this rough has no moment worth computing

# Nothing hides that is as wide as this, as near to 0 as this (P(|z| > 8) is 1e-15), and as large
# as this share of the rms. Two halves may agree by chance, most easily where values are rounded,
# so that every panel is looked into down to a width at which float32 has no slopes left.
_SEEN, _HEART, _MISFIT = 2.0**-10, 8.0, 1e-7
_LOOKS, _NARROWEST = 16, 2.0**-14

# Of the moment, which is twice that of the gain: halves agree better with each other than with the
# truth, by up to 1e-5 of the gain in 10,000 ramps and kinks of float32.
_PROMISE = 5e-6


class _Panels(NamedTuple):
    left: _Array
    width: float
    values: _Array
    off: _Array  # how far rounding may have put off the values
    integral: _Array
    rounding: _Array  # how far it may have put off the integral


def second_moment(function: Function, *, slopes: bool) -> float:
    """Integrate the square times the density, over panels that bisect themselves."""
    # Integers as panel edges put the kinks of the usual activations (0, +-1) where they are exact.
    left, width = np.arange(-REACH, REACH), 1.0
    size = math.sqrt(_panels(function, left, width, 0.0, slopes=False).integral.sum())
    coarse = _panels(function, left, width, size, slopes=slopes).integral
    done = drift = 0.0
    for _ in range(_BISECTIONS):
        width /= 2
        low, high = (
            _panels(function, start, width, size, slopes=slopes) for start in (left, left + width)
        )
        fine = low.integral + high.integral
        allowed = _TOLERANCE * (done + fine.sum()) + low.rounding + high.rounding
        open_ = np.abs(fine - coarse) > allowed
        for half in (low, high):
            open_[~open_] = _misfits(function, half, ~open_, size)
        done += float(fine[~open_].sum())
        drift += float(np.abs(fine - coarse)[~open_].sum())
        left = np.concatenate([half.left[open_] for half in (low, high)])
        coarse = np.concatenate([half.integral[open_] for half in (low, high)])
        if not 0 < left.size <= _MOST_PANELS:
            break
    _check_rest(coarse, left, done)
    total = done + float(coarse.sum())  # what is left holds a jump each
    _check_drift(function, drift, total)
    return total


def _panels(
    function: Function, left: _Array, width: float, size: float, *, slopes: bool
) -> _Panels:
    """Integrate over each panel; rounding is relative to the value, or the rms if it is larger."""
    z = left[:, None] + width * (1 + _NODES) / 2
    values, dtype = function(z)
    off = 2 * float(np.finfo(dtype).eps) * np.maximum(np.abs(values), size)
    root = np.sqrt(np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi))
    # The root of the density goes inside the square, which would overflow alone.
    with np.errstate(over="ignore", invalid="ignore"):  # told below
        found, noise = _slopes(values, off, width) if slopes else (values, off)
        found, noise = found * root, noise * root
        total, tails = (found**2).sum(), (found[np.abs(z) > REACH - 1] ** 2).sum()
    if not np.isfinite(total) or tails > 1e-12 * total:
        raise ValueError(
            "activation must have a finite second moment under a standard normal, got one that "
            "is too large or grows too fast (as exp(z**2 / 4) does); scale it down or clip it"
        )
    weights = _WEIGHTS * width / 2
    rounding = (2 * np.abs(found) + noise) * noise @ weights
    return _Panels(left, width, values, off, found**2 @ weights, rounding)


def _slopes(values: _Array, off: _Array, width: float) -> tuple[_Array, _Array]:
    """Differentiate the polynomial through the values of each panel; rounding alone counts as 0."""
    slopes = values @ _DIFFERENTIATION.T * 2 / width
    noise = np.sqrt(off**2 @ _DIFFERENTIATION.T**2) * 2 / width
    return np.where(np.abs(slopes) > noise, slopes, 0), noise


def _misfits(
    function: Function, panels: _Panels, chosen: NDArray[np.bool_], size: float
) -> NDArray[np.bool_]:
    """Tell which of the chosen panels hold what their polynomial knows nothing of."""
    left, width = panels.left[chosen], panels.width
    hidden = np.zeros(left.size, bool)
    inside = (np.abs(left) <= _HEART) & (width >= _NARROWEST)
    if inside.any():
        places, interpolation = _between(max(_LOOKS, round(width / _SEEN)))
        values, _ = function(left[inside, None] + width * places)
        guess = panels.values[chosen][inside] @ interpolation.T
        allowed = 8 * panels.off[chosen][inside].max(axis=1, keepdims=True) + _MISFIT * size
        hidden[inside] = (np.abs(values - guess) > allowed).any(axis=1)
    return hidden


@lru_cache
def _between(n: int) -> tuple[_Array, _Array]:
    """Return n places in a panel, from 0 to 1, and the matrix from its values to those there."""
    places = (np.arange(n) + 0.5) / n
    parts = _SIGNED_ROOTS / (2 * places[:, None] - 1 - _NODES)
    return places, parts / parts.sum(axis=1, keepdims=True)


def _check_rest(rest: _Array, left: _Array, done: float) -> None:
    if rest.sum() > 1e-6 * (done + rest.sum()):
        raise ValueError(
            "activation must have a finite second moment, got one that does not converge near "
            f"z = {left[rest.argmax()]:.6g}; clip or smooth the function there, or compute in "
            "float64 if it rounds its values"
        )


def _check_drift(function: Function, drift: float, total: float) -> None:
    if drift > _PROMISE * total:
        _, dtype = function(np.zeros((1, 1)))
        raise ValueError(
            f"activation must be exact enough to find its second moment, got values in {dtype}, "
            f"whose rounding leaves it uncertain by {drift:.1g} of {total:.3g}; compute in "
            "float64 inside, or give wi.Activation(name, function, derivative_function)"
        )
