r"""The mean of phi(z1) phi(z2) for normal z1, z2 of variance q and correlation c.

Two ways, each where it is exact. With :math:`h_k` the normalized Hermite polynomials, Mehler's
formula is :math:`K(c) = \sum_k a_k^2 c^k` with :math:`a_k = E \phi(\sqrt q z) h_k(z)`; what the
first terms leave out is known, as all of them add up to :math:`E \phi^2`. Near c = 1 the sum is
long if phi has kinks. There z1 and z2 share a part x of variance A = qc, and are independent given
x, so that K is the mean of :math:`g(x)^2`, where :math:`g(x) = E \phi(x + \sqrt B z)`,
B = q (1 - c), is phi smoothed. As g is entire, the trapezoidal rule over x is exact.
"""

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._moments import REACH, mesh
from weightinit._panels import MomentError, TooLargeError
from weightinit._sampling import sampled
from weightinit.meanfield._tables import DEGREE, PANEL, POINTS, Tables

__all__ = ["at_the_ends", "covariance"]

_Array = NDArray[Any]
_Pair = tuple[_Array, _Array]

_PAIRS = 8192  # of length and correlation at a time
_TERMS = 512  # of Mehler's sum at most: a panel of the mesh is too wide for faster waves
_ENOUGH = 1e-12  # of E phi^2: so little left out, no further terms are needed
_LEFT_OUT = 1e-9  # of E phi^2, by the terms left out of the slope; of K they are far less
_SPACING = 0.55  # of the trapezoids, for which exp(-(pi / spacing)^2) is 1e-14
_SPAN = 8.5  # stds: what lies further out counts 1e-17
_ROWS = 4096  # means of phi at a time
_SPACINGS = 0.03, 0.01, 0.0033  # of nodes in s = sqrt(1 - |c|) from 0 on, the first that will do
_NODES = 8  # of them
_REACHES = 6.0  # spacings from 0, up to where the polynomial through them holds
_BENT = 1e-7  # in their last difference, of their size
_NEAREST = 0.005  # in s, to which means are taken one by one


def covariance(tables: Tables, q: _Array, c: _Array) -> _Pair:
    """Return K and dK / dc for flat arrays of lengths above 0 and of correlations inside -1, 1."""
    value, slope = np.empty((2, q.size))
    panels, which = np.unique(np.floor(np.log(q) / PANEL).astype(int), return_inverse=True)
    for k, panel in enumerate(panels.tolist()):
        series = tables.kept(("series", panel), partial(_series, tables, panel))
        everywhere = np.flatnonzero(which == k)
        for here in np.split(everywhere, range(_PAIRS, everywhere.size, _PAIRS)):
            done = np.zeros(here.size, bool)
            if series is not None:
                value[here], slope[here], done = _by_series(*series, panel, q[here], c[here])
            rest = here[~done]
            value[rest], slope[rest] = _by_smoothing(tables, q[rest], c[rest])
    return value, slope


def _series(tables: Tables, panel: int) -> _Pair | None:
    """Return a_k^2 (terms, lengths) and E phi^2 (lengths) at the points of a panel."""
    q = np.exp(PANEL * (panel + (1 + POINTS) / 2))
    try:
        found = tables.mesh(q, closely=False)
    except MomentError:
        return None
    whole = found.second_moment(q.size)
    before, now, squares = np.zeros_like(found.z), np.ones_like(found.z), []
    for k in range(_TERMS):
        squares.append(found.mean(found.values * now, q.size) ** 2)
        if k % 32 == 31 and (whole - np.sum(squares, axis=0) <= _ENOUGH * whole).all():
            break
        before, now = now, (found.z * now - math.sqrt(k) * before) / math.sqrt(k + 1)
    return np.array(squares), whole


def _by_series(squares: _Array, whole: _Array, panel: int, q: _Array, c: _Array) -> Any:
    """Return K, its slope, and whether the terms left out are small enough."""
    k = np.arange(len(squares))
    powers = np.abs(c)[:, None] ** k * np.where((c < 0)[:, None], (-1.0) ** k, 1)
    lower = np.hstack([np.zeros((c.size, 1)), k[1:] * powers[:, :-1]])
    u = 2 * (np.log(q) / PANEL - panel) - 1
    between = _interpolation(u)
    value, slope = ((between * (x @ squares)).sum(axis=1) for x in (powers, lower))
    left_out = np.interp(-u, -POINTS, 1 - squares.sum(axis=0) / whole)
    return value, slope, k.size * left_out * np.abs(c) ** (k.size - 1) <= _LEFT_OUT


def _interpolation(u: _Array) -> _Array:
    """Return the weights of the values at the Chebyshev points for those at u, a row for each."""
    vander = np.polynomial.chebyshev.chebvander
    return np.asarray(vander(u, DEGREE) @ np.linalg.inv(vander(POINTS, DEGREE)))


def _by_smoothing(tables: Tables, q: _Array, c: _Array) -> _Pair:
    """Return K and its slope as means over the part that z1 and z2 share.

    Near c = 1 or -1 such means take long, and are interpolated where that is exact.
    """
    value, slope = np.empty((2, q.size))
    s, sign, direct = np.sqrt(1 - np.abs(c)), np.where(c < 0, -1.0, 1.0), np.ones(q.size, bool)
    for length, side in np.unique(np.stack([q, sign], axis=1), axis=0).tolist():
        here = (q == length) & (sign == side)
        for spacing in _SPACINGS:
            near = here & direct & (s <= _REACHES * spacing)
            if near.any():
                make = partial(_near, tables, length, side, spacing)
                p = tables.kept(("near", length, side, spacing), make)
                if p is not None:
                    direct &= ~near
                    value[near], slope[near] = _near_values(*p, s[near])
    if (s[direct] < _NEAREST).any():
        raise ValueError(
            f"c must be 1 or -1, or further from it than {_NEAREST**2:g}: this activation jumps, "
            "or changes too fast to resolve how inputs that are nearly alike part; smooth it"
        )
    if direct.any():
        value[direct], slope[direct] = _smoothed(tables, q[direct], c[direct])
    return value, np.where(direct, slope, sign * slope)


def _smoothed(tables: Tables, q: _Array, c: _Array) -> _Pair:
    rho = np.abs(c)
    spacing = _SPACING / np.sqrt(rho / (1 - rho) + 0.5)
    half = np.ceil(_SPAN / spacing).astype(int)
    value, slope, again = np.empty((3, q.size))
    whole, phi = tables.moment(q), sampled(tables.phi, 18 * math.sqrt(q.max()))
    for some in np.split(np.arange(q.size), _chunks(2 * half + 1)):
        pair = np.repeat(some, 2 * half[some] + 1)
        step = np.concatenate([np.arange(-n, n + 1) for n in half[some]])
        x = np.sqrt(q * rho)[pair] * spacing[pair] * step
        std = np.sqrt(q * (1 - rho))[pair]
        found = mesh(phi, std, means=x, least=whole[pair], look=False, reach=9.0, width=4.5)
        g = found.mean(found.values, x.size)
        dg = found.mean(found.values * found.z, x.size) / std  # by parts
        mirror = np.arange(x.size) - np.where(c[pair] < 0, 2 * step, 0)  # where z2 shares -x
        weight = spacing[pair] * np.exp(-((spacing[pair] * step) ** 2) / 2) / math.sqrt(2 * math.pi)
        value[some], slope[some], again[some] = (
            np.bincount(pair, weight * y, q.size)[some]
            for y in (g * g[mirror], dg * dg[mirror], found.second_moment(x.size))
        )
    if not np.allclose(again, whole, rtol=1e-9, atol=0):
        raise TooLargeError(
            "activation must not grow too fast (as exp(x**2 / 4) does) for a correlation; clip it"
        )
    return value, q * slope


def _chunks(sizes: _Array) -> _Array:
    """Return where to split so that no part has many more rows than _ROWS."""
    return np.flatnonzero(np.diff(np.cumsum(sizes) // _ROWS)) + 1


def _near(tables: Tables, q: float, sign: float, spacing: float) -> _Pair | None:
    """Return the coefficients of K in s = sqrt(1 - |c|), or None where it bends too much.

    Kinks of phi, but no jumps, make K a series K(1) + s^2 p(s); p is interpolated.
    """
    k = np.arange(_NODES)
    nodes = spacing * (1 + k)
    there, _ = _smoothed(tables, np.full(_NODES, q), sign * (1 - nodes**2))
    end = at_the_ends(tables, np.array([q]), np.array([sign]))
    p = (there - end) / nodes**2
    if abs(np.diff(p, _NODES - 1)[0]) > _BENT * abs(p[0]):
        return None
    return end, np.linalg.solve(nodes[:, None] ** k, p)


def _near_values(end: _Array, p: _Array, s: _Array) -> _Pair:
    """Return K, and its slope in |c|."""
    k = np.arange(_NODES)
    value = end + (p * s[:, None] ** (k + 2)).sum(axis=1)
    return value, -(p * (1 + k / 2) * s[:, None] ** k).sum(axis=1)


def at_the_ends(tables: Tables, q: _Array, sign: _Array) -> _Array:
    """Return E phi(z) phi(z) or, where the sign is -1, E phi(z) phi(-z)."""
    phi = tables.phi
    end = tables.moment(q)
    for k in np.flatnonzero(sign < 0):
        # The square of phi(x) + phi(-x) / 2, which is no difference of equals, holds the product.
        span = REACH * math.sqrt(q[k])
        sample = sampled(lambda x: phi(x) + np.asarray(phi(-x)) / 2, span)
        both = mesh(sample, np.sqrt(q[k : k + 1]))
        end[k] = both.second_moment(1)[0] - 1.25 * end[k]
    return end
