"""Gauss-Lobatto panels: exact for polynomials, and the nearest floats whatever NumPy computes."""

import math
from fractions import Fraction

import numpy as np
import pytest

from weightinit._quadrature import gauss_lobatto

sizes = pytest.mark.parametrize("n", [2, 3, 5, 16])


def legendre(m: int, x: Fraction) -> tuple[Fraction, Fraction]:
    """Return P_m and P_{m-1} at x, without rounding."""
    lower, value = Fraction(0), Fraction(1)
    for k in range(m):
        lower, value = value, ((2 * k + 1) * x * value - k * lower) / (k + 1)
    return value, lower


def between(a: float, b: float) -> Fraction:
    """Return the number half-way, without rounding."""
    return (Fraction(a) + Fraction(b)) / 2


def exact_node(n: int, x: float) -> Fraction:
    """Return the zero of x P_m - P_{m-1} near x to 1e-60, by Newton with fractions."""
    m, exact = n - 1, Fraction(x)
    for _ in range(2):  # from 1e-16 on
        value, lower = legendre(m, exact)
        exact -= (exact * value - lower) / ((m + 1) * value)
        exact = exact.limit_denominator(10**62)
    return exact


@sizes
def test_no_float_is_nearer_to_a_node(n: int) -> None:
    """The zeros of (x^2 - 1) P'_m lie between the midpoints to a node's neighbours."""
    nodes, _, _ = gauss_lobatto(n)
    assert nodes[0] == -1
    assert nodes[-1] == 1
    assert np.array_equal(nodes, -nodes[::-1])
    for x in nodes[1:-1]:
        signs = []
        for side in (-math.inf, math.inf):
            edge = between(x, math.nextafter(x, side))
            value, lower = legendre(n - 1, edge)
            signs.append(edge * value > lower)
        assert signs[0] != signs[1]


@sizes
def test_no_float_is_nearer_to_a_weight_or_a_slope(n: int) -> None:
    """Weights are 2 / (n m P_m^2), slopes P_m(x) / (P_m(y) (x - y)), as fractions round them."""
    nodes, weights, matrix = gauss_lobatto(n)
    exact = [exact_node(n, float(x)) for x in nodes]
    values = [legendre(n - 1, x)[0] for x in exact]
    assert weights.tolist() == [float(2 / (n * (n - 1) * p**2)) for p in values]
    for i, (x, p) in enumerate(zip(exact, values, strict=True)):
        for j, (y, q) in enumerate(zip(exact, values, strict=True)):
            if i != j:
                assert matrix[i, j] == float(p / (q * (x - y)))


@sizes
def test_exact_for_polynomials(n: int) -> None:
    """Monomials up to degree 2n - 3 integrate exactly, and up to n - 1 have their exact slope.

    Each weight, each slope and each of the k factors of a power is off by half a unit in the
    last place at most, as is each sum.
    """
    nodes, weights, matrix = gauss_lobatto(n)
    eps = float(np.finfo(np.float64).eps)
    for k in range(2 * n - 2):
        exact = 2 / (k + 1) if k % 2 == 0 else 0
        assert abs(weights @ nodes**k - exact) <= (k + n) * eps * (weights @ np.abs(nodes) ** k)
    for k in range(n):
        exact = k * nodes ** max(k - 1, 0)
        size = np.abs(matrix) @ np.abs(nodes) ** k + np.abs(exact)
        assert (np.abs(matrix @ nodes**k - exact) <= (k + n) * eps * size).all()
