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

from weightinit._expectations import TooLargeError, mesh
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
_NEAR = 4e-4, 2.5e-5  # of |c| to 1: nearer, K is interpolated; the second if it bends there
_BENT = 1e-5  # in the last difference of p, of its size


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
        found = tables.mesh(q, reach=10.0)
    except TooLargeError:
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
    """Return K and its slope as means over the part that z1 and z2 share."""
    value, slope = np.empty((2, q.size))
    rest = np.arange(q.size)
    for near in _NEAR:
        far = 1 - np.abs(c[rest]) >= near
        here, rest = rest[far], rest[~far]
        if here.size:
            value[here], slope[here] = _smoothed(tables, q[here], c[here])
        if not rest.size:
            return value, slope
        value[rest], slope[rest], fits = _interpolated(tables, q[rest], c[rest], near)
        rest = rest[~fits]
    if rest.size:
        raise ValueError(
            f"c must be 1 or -1, or further from it than {near:g}: this activation jumps, or "
            "changes too fast to resolve how inputs that are nearly alike part; smooth it"
        )
    return value, slope


def _smoothed(tables: Tables, q: _Array, c: _Array) -> _Pair:
    rho = np.abs(c)
    spacing = _SPACING / np.sqrt(rho / (1 - rho) + 0.5)
    half = np.ceil(_SPAN / spacing).astype(int)
    value, slope, whole = np.empty((3, q.size))
    for some in np.split(np.arange(q.size), _chunks(2 * half + 1)):
        pair = np.repeat(some, 2 * half[some] + 1)
        step = np.concatenate([np.arange(-n, n + 1) for n in half[some]])
        x = np.sqrt(q * rho)[pair] * spacing[pair] * step
        std = np.sqrt(q * (1 - rho))[pair]
        found = mesh(tables.phi, std, means=x, reach=9.0, width=4.5)
        g = found.mean(found.values, x.size)
        dg = found.mean(found.values * found.z, x.size) / std  # by parts
        mirror = np.arange(x.size) - np.where(c[pair] < 0, 2 * step, 0)  # where z2 shares -x
        weight = spacing[pair] * np.exp(-((spacing[pair] * step) ** 2) / 2) / math.sqrt(2 * math.pi)
        value[some], slope[some], whole[some] = (
            np.bincount(pair, weight * y, q.size)[some]
            for y in (g * g[mirror], dg * dg[mirror], found.second_moment(x.size))
        )
    if not np.allclose(whole, tables.moment(q), rtol=1e-9, atol=0):
        raise TooLargeError(
            "activation must not grow too fast (as exp(x**2 / 4) does) for a correlation; clip it"
        )
    return value, q * slope


def _chunks(sizes: _Array) -> _Array:
    """Return where to split so that no part has many more rows than _ROWS."""
    return np.flatnonzero(np.diff(np.cumsum(sizes) // _ROWS)) + 1


def _interpolated(tables: Tables, q: _Array, c: _Array, near: float) -> Any:
    """Return K and its slope for |c| near 1, and whether they are exact.

    Kinks of phi, but no jumps, make K a series K(1) + s^2 p(s) in s = sqrt(1 - |c|).
    """
    sign = np.where(c < 0, -1.0, 1.0)
    cases, which = np.unique(np.stack([q, sign]), axis=1, return_inverse=True)
    which = which.ravel()
    nodes = math.sqrt(near) * np.arange(1, 6)
    length, side = (np.repeat(x, nodes.size) for x in cases)
    there, _ = _smoothed(tables, length, side * (1 - np.tile(nodes, len(cases.T)) ** 2))
    end = at_the_ends(tables, *cases)
    p = (there.reshape(-1, nodes.size) - end[:, None]) / nodes**2
    k = np.arange(nodes.size)
    coefficients = np.linalg.solve(nodes[:, None] ** k, p.T).T[which]
    s = np.sqrt(1 - np.abs(c))[:, None]
    value = end[which] + (coefficients * s ** (k + 2)).sum(axis=1)
    slope = -sign * (coefficients * (1 + k / 2) * s**k).sum(axis=1)
    return value, slope, (np.abs(np.diff(p, 4)[:, 0]) <= _BENT * np.abs(p[:, 0]))[which]


def at_the_ends(tables: Tables, q: _Array, sign: _Array) -> _Array:
    """Return E phi(z) phi(z) or, where the sign is -1, E phi(z) phi(-z)."""
    phi = tables.phi
    end = tables.moment(q)
    for k in np.flatnonzero(sign < 0):
        found = mesh(lambda x: np.asarray(phi(x)) * np.asarray(phi(-x)), np.sqrt(q[k : k + 1]))
        end[k] = found.mean(found.values, 1)[0]
    return end
