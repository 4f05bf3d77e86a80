"""Panels over normal z, with the values of a function, or its slope, at the nodes of each."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from weightinit._quadrature import gauss_lobatto

__all__ = ["Function", "Line", "MomentError", "Panels", "TooLargeError"]

_Array = NDArray[Any]

#: From places to the values there, as float64, and the dtype in which they were computed.
Function = Callable[[_Array], tuple[_Array, np.dtype[Any]]]

_NODES, _WEIGHTS, _DIFFERENTIATION = gauss_lobatto(16)
_SIGNED_ROOTS = np.sqrt(_WEIGHTS) * np.resize([1, -1], _NODES.size)  # the barycentric weights

# Nothing hides that is as wide as this, as near to 0 as this (P(|z| > 8) is 1e-15), and as large
# as this share of the rms: panels are looked into down to a width at which float32 has no slopes.
_SEEN, _HEART, _MISFIT = 2.0**-10, 8.0, 1e-7
_LOOKS, _NARROWEST = 16, 2.0**-14
_ROUNDINGS = 8  # times what a value in good order may be off: that of PyTorch's gelu is by 9 eps


class MomentError(ValueError):
    """There is no second moment, or it cannot be resolved."""


class TooLargeError(MomentError):
    """The second moment is infinite, or no float."""


class Panels(NamedTuple):
    """Panels, each of a row: of one mean and std."""

    row: _Array
    left: _Array
    width: _Array
    z: _Array  #: (panels, nodes), as all that follow
    root: _Array  #: of the weights of the nodes, which hold the density
    raw: _Array  #: the values of the function
    raw_off: _Array  #: how far rounding may have put them off
    values: _Array  #: the same, or the slopes
    off: _Array

    def take(self, which: _Array) -> "Panels":
        """Return those that are chosen."""
        return Panels(*(array[which] for array in self))

    def moments(self) -> _Array:
        """Return the integral of the squared values over each panel."""
        with np.errstate(over="ignore"):  # told by the check of the tails
            # The root of the weight goes inside the square, which would overflow alone.
            return np.asarray(((self.root * self.values) ** 2).sum(axis=1))


class Line(NamedTuple):
    """A function, or its slope, over x = mean + std z for the mean and std of each row."""

    function: Function
    slopes: bool
    means: _Array
    stds: _Array
    size: _Array  #: of values that count: rounding is relative to it, or to the value if larger

    def panels(self, row: _Array, left: _Array, width: _Array) -> Panels:
        """Sample the function in panels."""
        z = left[:, None] + width[:, None] * (1 + _NODES) / 2
        density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
        root = np.sqrt(density * (_WEIGHTS * width[:, None] / 2))
        x, raw, eps = self.sample(row, z)
        to_slopes = _DIFFERENTIATION.T * 2
        across = self.stds[row][:, None] * width[:, None]
        with np.errstate(over="ignore", invalid="ignore"):  # told by the check of the tails
            slopes = raw @ to_slopes / across
            # Of the value, relative to it or to the rms, and of the place.
            off = 2 * np.maximum(np.abs(raw), self.size[row][:, None]) + np.abs(x * slopes)
            off *= eps
            if not self.slopes:
                return Panels(row, left, width, z, root, raw, off, raw, off)
            noise = _spread(off, to_slopes) / across
        slopes = np.where(np.abs(slopes) > noise, slopes, 0)  # rounding alone counts as 0
        return Panels(row, left, width, z, root, raw, off, slopes, noise)

    def sample(self, row: _Array, z: _Array) -> tuple[_Array, _Array, float]:
        """Return x, the values there and the relative rounding of their dtype."""
        x = self.means[row][:, None] + self.stds[row][:, None] * z
        values, dtype = self.function(x)
        return x, values, float(np.finfo(dtype).eps)

    def halves(self, panels: Panels) -> Panels:
        """Return the two halves of each panel, one behind the other."""
        half = panels.width / 2
        left = np.stack([panels.left, panels.left + half], axis=1).ravel()
        return self.panels(np.repeat(panels.row, 2), left, np.repeat(half, 2))

    def surprises(self, panels: Panels, halves: Panels) -> tuple[_Array, _Array]:
        """Return by how much the values in the halves are not what the polynomials foretell.

        What rounding can do counts as 0. The other array is the change of the second moment.
        """
        shape = halves.values.shape
        foretold = (panels.values @ _TO_HALVES.T).reshape(shape)
        noise = halves.off + _spread(panels.off, _TO_HALVES.T).reshape(shape)
        miss = np.abs(halves.values - foretold)
        change = ((halves.root * halves.values) ** 2 - (halves.root * foretold) ** 2).sum(axis=1)
        return np.where(miss > _ROUNDINGS * noise, miss, 0), change.reshape(-1, 2).sum(axis=1)

    def hidden(self, panels: Panels) -> _Array:
        """Tell which panels hold what their polynomial knows nothing of."""
        found = np.zeros(panels.row.size, bool)
        inside = (np.abs(panels.left) <= _HEART) & (panels.width >= _NARROWEST)
        for width in np.unique(panels.width[inside]):
            some = np.flatnonzero(inside & (panels.width == width))
            places, interpolation = _between(max(_LOOKS, round(width / _SEEN)))
            _, values, _ = self.sample(panels.row[some], panels.left[some, None] + width * places)
            guess = panels.raw[some] @ interpolation.T
            size = self.size[panels.row[some]][:, None]
            allowed = _ROUNDINGS * panels.raw_off[some].max(axis=1, keepdims=True) + _MISFIT * size
            found[some] = (np.abs(values - guess) > allowed).any(axis=1)
        return found


def _spread(off: _Array, matrix: _Array) -> _Array:
    """Return how far off sums may be of terms that are off, each by itself."""
    peak = np.maximum(off.max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return np.asarray(peak * np.sqrt((off / peak) ** 2 @ matrix**2))  # squares may overflow


def _interpolation(places: _Array) -> _Array:
    """Return the matrix from values at the nodes to those of their polynomial at places."""
    away = places[:, None] - _NODES
    parts = _SIGNED_ROOTS / np.where(away == 0, 1, away)
    there = (away == 0).any(axis=1, keepdims=True)
    return np.asarray(np.where(there, away == 0, parts / parts.sum(axis=1, keepdims=True)))


@lru_cache
def _between(n: int) -> tuple[_Array, _Array]:
    """Return n places in a panel, from 0 to 1, and the matrix from its values to those there."""
    places = (np.arange(n) + 0.5) / n
    return places, _interpolation(2 * places - 1)


_TO_HALVES = _interpolation(np.concatenate([_NODES - 1, _NODES + 1]) / 2)
