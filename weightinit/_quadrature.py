"""Panels over normal z: Gauss-Lobatto nodes with the values or slopes of a function."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Function", "Line", "MomentError", "Panels", "TooLargeError", "gauss_lobatto"]

_Array = NDArray[Any]

#: From places to the values there, as float64, and the dtype in which they were computed.
Function = Callable[[_Array], tuple[_Array, np.dtype[Any]]]

_ONE = 2**120  # integers in units of 1 / _ONE: fixed-point numbers of twice a float's digits
_STEPS = 6  # of Newton; its errors square from 1e-2 on

# Nothing hides that is as wide as this, as near to 0 as this (P(|z| > 8) is 1e-15), and as large
# as this share of the rms: panels are looked into down to a width at which float32 has no slopes.
_SEEN, _HEART, _MISFIT = 2.0**-10, 8.0, 1e-7
_LOOKS, _NARROWEST = 16, 2.0**-14
_ROUNDINGS = 8  # times what a value in good order may be off: that of PyTorch's gelu is by 9 eps


class MomentError(ValueError):
    """Raised if there is no second moment, or it cannot be resolved."""


class TooLargeError(MomentError):
    """Raised if the second moment is infinite, or too large for a float."""


class Panels(NamedTuple):
    """Panels; each belongs to a row with one mean and std."""

    row: _Array
    left: _Array
    width: _Array
    z: _Array  #: (panels, nodes), as all that follow
    root: _Array  #: of the weights of the nodes, which hold the density
    raw: _Array  #: the values of the function
    bend: _Array  #: how far rounding of the places may have put them off
    values: _Array  #: what is integrated: the same, or the slopes

    def take(self, which: _Array) -> "Panels":
        """Return the chosen panels."""
        return Panels(*(array[which] for array in self))

    def moments(self) -> _Array:
        """Return the integral of the squared values over each panel."""
        with np.errstate(over="ignore"):  # told by the check of the tails
            # The root of the weight goes inside the square, which would overflow alone.
            return np.asarray(((self.root * self.values) ** 2).sum(axis=1))


class Line(NamedTuple):
    """A function, or its slope, over x = mean + std z for the mean and std of each row."""

    function: Function
    means: _Array
    stds: _Array
    size: _Array  #: of values that count: rounding is relative to it, or to the value if larger
    dtype: np.dtype[Any]  #: in which values are computed
    slopes: bool = False

    def panels(self, row: _Array, left: _Array, width: _Array) -> Panels:
        """Sample the function in panels."""
        z = left[:, None] + width[:, None] * (1 + _NODES) / 2
        density = np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
        root = np.sqrt(density * (_WEIGHTS * width[:, None] / 2))
        x, raw = self.sample(row, z)
        with np.errstate(over="ignore", invalid="ignore"):  # told by the check of the tails
            slopes = raw @ _TO_SLOPES / (self.stds[row] * width)[:, None]
            panels = Panels(
                row, left, width, z, root, raw, np.finfo(self.dtype).eps * np.abs(x * slopes), raw
            )
        if not self.slopes:
            return panels
        # rounding alone counts as 0
        return panels._replace(values=np.where(np.abs(slopes) > self.noise(panels), slopes, 0))

    def sample(self, row: _Array, z: _Array) -> tuple[_Array, _Array]:
        """Return x and the values at x."""
        x = self.means[row][:, None] + self.stds[row][:, None] * z
        return x, self.function(x)[0]

    def halves(self, panels: Panels) -> Panels:
        """Return the two halves of each panel, one after the other."""
        half = panels.width / 2
        left = np.stack([panels.left, panels.left + half], axis=1).ravel()
        return self.panels(np.repeat(panels.row, 2), left, np.repeat(half, 2))

    def off(self, panels: Panels) -> _Array:
        """Return how large the rounding error of the function's values may be."""
        size = np.maximum(np.abs(panels.raw), self.size[panels.row][:, None])
        return np.asarray(2 * np.finfo(self.dtype).eps * size + panels.bend)

    def noise(self, panels: Panels) -> _Array:
        """Return how large the rounding error of the integrand may be."""
        off = self.off(panels)
        if not self.slopes:
            return off
        across = self.stds[panels.row] * panels.width
        return np.asarray(_spread(off, _TO_SLOPES) / across[:, None])

    def surprises(self, panels: Panels, halves: Panels) -> tuple[_Array, _Array]:
        """Return by how much the values in the halves differ from what the polynomials predict.

        What rounding can do counts as 0. The other array is the change of the second moment.
        """
        shape = halves.values.shape
        foretold = (panels.values @ _TO_HALVES.T).reshape(shape)
        noise = self.noise(halves) + _spread(self.noise(panels), _TO_HALVES.T).reshape(shape)
        miss = np.abs(halves.values - foretold)
        change = ((halves.root * halves.values) ** 2 - (halves.root * foretold) ** 2).sum(axis=1)
        return np.where(miss > _ROUNDINGS * noise, miss, 0), change.reshape(-1, 2).sum(axis=1)

    def hidden(self, panels: Panels) -> _Array:
        """Tell which panels hold features that their polynomial misses."""
        found = np.zeros(panels.row.size, bool)
        inside = (np.abs(panels.left) <= _HEART) & (panels.width >= _NARROWEST)
        for width in np.unique(panels.width[inside]):
            some = np.flatnonzero(inside & (panels.width == width))
            places, interpolation = _between(max(_LOOKS, round(width / _SEEN)))
            here = panels.take(some)
            _, values = self.sample(here.row, here.left[:, None] + width * places)
            guess = here.raw @ interpolation.T
            size = self.size[here.row][:, None]
            allowed = _ROUNDINGS * self.off(here).max(axis=1, keepdims=True) + _MISFIT * size
            found[some] = (np.abs(values - guess) > allowed).any(axis=1)
        return found


def _spread(off: _Array, matrix: _Array) -> _Array:
    """Return how far off a sum may be whose terms are off independently."""
    peak = np.maximum(off.max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    return np.asarray(peak * np.sqrt((off / peak) ** 2 @ matrix**2))  # squares may overflow


def _interpolation(places: _Array) -> _Array:
    """Return the matrix that interpolates from values at the nodes to other places."""
    away = places[:, None] - _NODES
    parts = _SIGNED_ROOTS / np.where(away == 0, 1, away)
    there = (away == 0).any(axis=1, keepdims=True)
    return np.asarray(np.where(there, away == 0, parts / parts.sum(axis=1, keepdims=True)))


@lru_cache
def _between(n: int) -> tuple[_Array, _Array]:
    """Return n places in a panel, from 0 to 1, and the matrix that interpolates to them."""
    places = (np.arange(n) + 0.5) / n
    return places, _interpolation(2 * places - 1)


def gauss_lobatto(n: int) -> tuple[_Array, _Array, _Array]:
    r"""Return `n` nodes on [-1, 1] with both ends, their weights, and the matrix D.

    D takes values at the nodes to the slopes there of the polynomial through them. With
    :math:`m = n - 1` the nodes are the zeros of :math:`(x^2 - 1) P_m'(x) = m (x P_m - P_{m-1})`,
    a function of slope :math:`m (m + 1) P_m`.
    """
    m, nodes = n - 1, []
    for i in range(n):
        x = round(-math.cos(math.pi * i / m) * _ONE)
        for _ in range(_STEPS):
            value, lower = _legendre(m, x)
            x -= (x * value - lower * _ONE) // ((m + 1) * value)
        nodes.append(x)
    values = [_legendre(m, x)[0] for x in nodes]
    weights = [2 * _ONE**2 / (n * m * value**2) for value in values]
    slopes = [
        [p * _ONE / (q * (x - y)) if x != y else 0.0 for y, q in zip(nodes, values, strict=True)]
        for x, p in zip(nodes, values, strict=True)
    ]
    slopes[0][0], slopes[-1][-1] = -n * m / 4, n * m / 4
    return np.array([x / _ONE for x in nodes]), np.array(weights), np.array(slopes)


def _legendre(m: int, x: int) -> tuple[int, int]:
    """Return P_m and P_{m-1} at x."""
    lower, value = 0, _ONE
    for k in range(m):
        lower, value = value, ((2 * k + 1) * (x * value // _ONE) - k * lower) // (k + 1)
    return value, lower


_NODES, _WEIGHTS, _DIFFERENTIATION = gauss_lobatto(16)
_SIGNED_ROOTS = np.sqrt(_WEIGHTS) * np.resize([1, -1], _NODES.size)  # the barycentric weights
_TO_SLOPES = _DIFFERENTIATION.T * 2
_TO_HALVES = _interpolation(np.concatenate([_NODES - 1, _NODES + 1]) / 2)
