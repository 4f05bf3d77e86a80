"""Gauss-Lobatto nodes, weights and differentiation matrix, the nearest floats on any machine."""

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["gauss_lobatto"]

_Array = NDArray[np.float64]

_ONE = 2**120  # integers in units of 1 / _ONE: fixed-point numbers of twice a float's digits
_STEPS = 6  # of Newton; its errors square from 1e-2 on


def gauss_lobatto(n: int) -> tuple[_Array, _Array, _Array]:
    r"""Return the `n` nodes on [-1, 1], both ends among them, their weights, and the matrix D.

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
