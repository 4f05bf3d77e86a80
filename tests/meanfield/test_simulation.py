"""Networks of width 2,000 do what the theory of infinite width says, within their sampling error.

Given the inputs of a layer its pre-activations are independent normals, of a variance that is
known: so each layer is one sample of 2,000, for which the mean of any function f misses E f by a
standard error of sqrt(Var f / 2000), with the variance taken from the sample.
"""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

import weightinit as wi
from tests.chance import standard_errors
from weightinit import meanfield
from weightinit.advice.question import Question

Array = NDArray[np.float64]

WIDTH, LAYERS = 2000, 3
NAMES = ["relu", "tanh", "gelu", "hardtanh"]
W, B = 1.8, 0.1


def assert_mean_is(draws: Array, expected: float, checks: int) -> None:
    """Compare a mean with theory; over `checks` false alarms are below 1e-6."""
    error = draws.std() / math.sqrt(draws.size)
    assert abs(draws.mean() - expected) <= standard_errors(checks) * error
    assert error < 0.2 * abs(expected)  # so that theory could be wrong


def layer(x: Array, rng: np.random.Generator) -> Array:
    """Return the pre-activations of two inputs of WIDTH numbers, in columns."""
    weights = wi.Normal(std=math.sqrt(W / WIDTH))((WIDTH, WIDTH), rng=rng)
    return weights.T @ x + math.sqrt(B) * rng.standard_normal((WIDTH, 1))


@pytest.mark.parametrize("name", NAMES)
def test_lengths_and_slopes(name: str) -> None:
    """In each layer phi^2 and phi'^2 have the means of the theory at the layer's own length."""
    rng, phi = np.random.default_rng(0), wi.activations.get(name)
    x = rng.standard_normal((WIDTH, 1))
    for _ in range(LAYERS):
        q = W * float(np.mean(x**2)) + B
        z = layer(x, rng)
        value, slope = meanfield.moments(phi, q)
        assert_mean_is(z**2, q, checks=3 * LAYERS * len(NAMES))
        assert_mean_is(phi(z) ** 2, value, checks=3 * LAYERS * len(NAMES))
        assert_mean_is(phi.derivative(z) ** 2, slope, checks=3 * LAYERS * len(NAMES))
        x = phi(z)


@pytest.mark.parametrize("name", NAMES)
def test_correlations(name: str) -> None:
    """Two inputs of one length and correlation 0.7 leave phi(z1) phi(z2) of the mean foretold."""
    rng, phi = np.random.default_rng(1), wi.activations.get(name)
    directions = np.linalg.qr(rng.standard_normal((WIDTH, 2)))[0] * math.sqrt(WIDTH)
    x = directions @ np.array([[1.0, 0.7], [0.0, math.sqrt(1 - 0.7**2)]])
    z = layer(x, rng)
    q, c = W + B, (0.7 * W + B) / (W + B)
    ahead = meanfield.correlation_map(phi, c, weight_variance=W, bias_variance=B, q=q)
    length = meanfield.length_map(phi, q, weight_variance=W, bias_variance=B)
    first, second = phi(z).T
    assert_mean_is(W * first * second + B, ahead * length, checks=len(NAMES))


def relative_variance(squares: Array) -> float:
    """Return the variance of squares by the square of their mean."""
    return float(np.mean(squares**2) / np.mean(squares) ** 2 - 1)


def test_a_deep_network_keeps_to_the_trajectory() -> None:
    """Ten layers of tanh follow the length map, and the gradient grows by the product of chi.

    A layer misses its mean square by a relative variance of v / n, which later layers shrink as
    the slope of the length map is below 1, and a gradient its own by (2 + u) / n: v and u are the
    relative variances of phi^2 and phi'^2, and 2 that of a normal. Chi follows the length, whose
    error is smaller. False alarms: below 1e-6.
    """
    depth, rng, phi = 10, np.random.default_rng(2), wi.activations.tanh
    x = rng.standard_normal(WIDTH)
    x /= math.sqrt(np.mean(x**2))
    chain, variance = [], np.zeros(2)
    for _ in range(depth):
        weights = math.sqrt(3 / WIDTH) * rng.standard_normal((WIDTH, WIDTH))
        z = weights.T @ x
        chain.append((weights, z))
        x = phi(z)
        v, u = (relative_variance(y**2) for y in (x, phi.derivative(z)))
        variance += np.array([v, 2 + u]) / WIDTH
    gradient = rng.standard_normal(WIDTH)
    size = np.mean(gradient**2)
    for weights, z in reversed(chain):
        gradient = weights @ (phi.derivative(z) * gradient)
    found = np.log([np.mean(x**2), np.mean(gradient**2) / size])
    signal, gradients = Question("tanh", depth, False, False).through(3.0, depth)
    left = np.log([signal, gradients])
    within = standard_errors(2) * np.sqrt(variance)
    assert (np.abs(found - left) <= within).all()
    assert (within < np.abs(left)).all()  # so that losing nothing would fail
