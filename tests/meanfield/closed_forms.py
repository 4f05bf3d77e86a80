"""Means over normals that are known in closed form: the activations of the tests, and the means.

E phi(z1) phi(z2) for normal z1, z2 of variance q and correlation c, after Cho and Saul (2009) for
relu and step and Williams (1997) for erf; sine follows from the characteristic function.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.stats import norm

import weightinit as wi

Array = NDArray[np.float64]


class Known(NamedTuple):
    """An activation with E phi(z1) phi(z2), E phi'(z)^2 and E phi'(z1) phi'(z2)."""

    phi: wi.Activation
    product: Callable[[Array, Array], Array]
    slope: Callable[[Array], Array]
    product_of_slopes: Callable[[Array, Array], Array]


def relu(q: Array, c: Array) -> Array:
    """Return the arc-cosine kernel of degree 1."""
    angle = np.arccos(c)
    return q * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)


def step(_: Array, c: Array) -> Array:
    """Return the arc-cosine kernel of degree 0."""
    return (np.pi - np.arccos(c)) / (2 * np.pi)


def erf(q: Array, c: Array) -> Array:
    """Return the arc-sine kernel."""
    return 2 / np.pi * np.arcsin(2 * q * c / (1 + 2 * q))


def erf_slopes(q: Array, c: Array) -> Array:
    """Return its derivative in c, by q."""
    return 4 / np.pi / np.sqrt((1 + 2 * q) ** 2 - (2 * q * c) ** 2)


def clipped_slope(q: Array) -> Array:
    """Return P(|z| < 1)."""
    return 1 - 2 * norm.sf(1 / np.sqrt(q))


ERF = wi.Activation("erf", special.erf, lambda x: 2 / np.sqrt(np.pi) * np.exp(-(x**2)))
STEP = wi.Activation("step", lambda x: np.heaviside(x, 0.5), np.zeros_like)

KNOWN = {
    "linear": Known(
        wi.activations.linear, lambda q, c: q * c, np.ones_like, lambda q, c: 0 * q * c + 1
    ),
    "relu": Known(wi.activations.relu, relu, lambda q: 0 * q + 0.5, step),
    "erf": Known(ERF, erf, lambda q: erf_slopes(q, np.ones(1)), erf_slopes),
    "sine": Known(
        wi.activations.sine,
        lambda q, c: -np.exp(-q * (1 - c)) * np.expm1(-2 * q * c) / 2,
        lambda q: (1 + np.exp(-2 * q)) / 2,
        lambda q, c: (np.exp(-q * (1 - c)) + np.exp(-q * (1 + c))) / 2,
    ),
}
