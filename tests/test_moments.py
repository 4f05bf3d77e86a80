"""Means of activations over normals of any mean and std: closed forms, kinks and jumps."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm

import weightinit as wi
from weightinit._moments import mesh, slopes_at_zero
from weightinit._quadrature import MomentError, TooLargeError
from weightinit._sampling import sampled

Array = NDArray[np.float64]

names = pytest.mark.parametrize("name", wi.activations.names())
# A panel is open until what its polynomial misses is below 1e-13 of the whole; a kink has one or
# two on each level, 40 at most, and what is missed there falls fourfold or more from each to next.
WITHIN = 1e-12


def clipped_square(std: Array) -> Array:
    """Return E clip(std z, -1, 1)^2."""
    end = 1 / std
    inside = 1 - 2 * norm.sf(end) - 2 * end * norm.pdf(end)
    return std**2 * inside + 2 * norm.sf(end)


def test_no_kink_is_missed() -> None:
    """Wherever kinks fall within a panel, the second moment is exact to 1e-12.

    Two estimates of an integral can agree by chance though both are off; at std exp(-1) they did.
    """
    stds = np.exp(np.linspace(-3, 3, 401))
    found = mesh(sampled(wi.activations.hardtanh, 1e3), stds).second_moment(stds.size)
    np.testing.assert_allclose(found, clipped_square(stds), rtol=WITHIN)


@names
def test_each_std_by_itself(name: str) -> None:
    """What is found for a std does not depend on the others that are asked for with it."""
    most = 4.0 if name == "exponential" else 40.0  # its values are floats up to 709
    phi, stds = sampled(wi.activations.get(name), 1e4), np.array([1e-6, 0.3, 1.0, most])
    together = mesh(phi, stds).second_moment(4)
    alone = [mesh(phi, std).second_moment(1)[0] for std in np.split(stds, 4)]
    np.testing.assert_allclose(together, alone, rtol=1e-13)


@given(st.floats(-6, 6), st.floats(1e-3, 10))
def test_means_over_a_kink(mean: float, std: float) -> None:
    """E relu(mean + std z) is mean P(z > -mean / std) + std p(mean / std), and its z-mean std P.

    Both are exact to 1e-12 of the root of the second moment, or smaller than that.
    """
    found = mesh(
        sampled(wi.activations.relu, 106), np.array([std]), means=np.array([mean]), reach=10.0
    )
    place = mean / std
    size = WITHIN * math.sqrt(found.second_moment(1)[0])
    exact = mean * norm.cdf(place) + std * norm.pdf(place)
    assert found.mean(found.values, 1)[0] == pytest.approx(exact, abs=size + 1e-20, rel=0)
    by_parts = found.mean(found.values * found.z, 1)[0]
    assert by_parts == pytest.approx(std * norm.cdf(place), abs=8 * size + 1e-20, rel=0)


@names
def test_slopes_at_zero(name: str) -> None:
    """From values alone the slopes at both sides of zero are those of the derivative there."""
    phi = wi.activations.get(name)
    found = slopes_at_zero(sampled(phi, 1))
    assert found == pytest.approx(phi.derivative(np.array([-1e-100, 1e-100])), abs=1e-10)


def test_what_has_no_second_moment() -> None:
    """An infinite moment, and a function too rough to be resolved, are errors of their kinds."""
    with pytest.raises(TooLargeError, match=r"under a normal of std 3, .*too fast.*clip"):
        mesh(sampled(lambda x: np.exp(x**2 / 30), 114), np.array([3.0]))
    with pytest.raises(MomentError, match=r"does not converge near z = .*; clip or smooth"):
        mesh(sampled(lambda x: np.sin(1e7 * x), 38), np.ones(1))
