"""Points in the plane with two labels, drawn so that no straight line separates them.

>>> import weightinit as wi
>>> x, y = wi.datasets.ring(400, rng=0)
>>> x.shape, y.shape
((400, 2), (400,))
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._checks import RandomSource
from weightinit.datasets._draw import check_draw

__all__ = ["ring", "spirals", "xor"]

_Array = NDArray[Any]


def ring(n: int, *, rng: RandomSource = None) -> tuple[_Array, _Array]:
    r"""
    Draw points in a disc and in the ring around it, which no straight line separates.

    Label 1 is spread evenly over the disc of radius 1, label 0 over the ring from radius 1 to 2.

    Parameters
    ----------
    n : int
        How many points, at least 1. Each has label 0 or 1 with equal chances.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    x : ndarray, shape (n, 2)
        The points.
    y : ndarray of int, shape (n,)
        The labels.

    Raises
    ------
    TypeError, ValueError
        `n` is not an integer >= 1, or is more than NumPy can address; `rng` is no source of
        randomness.

    Examples
    --------
    >>> import numpy as np
    >>> import weightinit as wi
    >>> x, y = wi.datasets.ring(400, rng=0)
    >>> bool(np.all((np.hypot(*x.T) < 1) == y))
    True
    """
    generator, y = _start(n, rng)
    inner, outer = np.where(y, 0.0, 1.0), np.where(y, 1.0, 2.0)
    # The area within a radius grows as its square, so that even spread is uniform in r ** 2.
    r = np.sqrt(generator.uniform(inner**2, outer**2))
    angle = generator.uniform(0, 2 * np.pi, len(y))
    return _at(r, angle), y


def xor(n: int, *, rng: RandomSource = None) -> tuple[_Array, _Array]:
    """
    Draw four clouds at the corners of a square, labelled by exclusive or.

    The corners are at ``(±1, ±1)``, the clouds normal with std 0.3. Label 1 is where the two signs
    differ.

    Parameters
    ----------
    n : int
        How many points, at least 1. Each has label 0 or 1 with equal chances.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    x : ndarray, shape (n, 2)
        The points.
    y : ndarray of int, shape (n,)
        The labels.

    Raises
    ------
    TypeError, ValueError
        `n` is not an integer >= 1, or is more than NumPy can address; `rng` is no source of
        randomness.

    Examples
    --------
    >>> import weightinit as wi
    >>> x, y = wi.datasets.xor(400, rng=0)
    >>> x.shape, y.shape
    ((400, 2), (400,))
    """
    generator, y = _start(n, rng)
    first = generator.choice([-1.0, 1.0], len(y))
    corners = np.column_stack([first, np.where(y, -first, first)])
    return corners + generator.normal(scale=0.3, size=(len(y), 2)), y


def spirals(n: int, *, rng: RandomSource = None) -> tuple[_Array, _Array]:
    r"""
    Draw points on two spirals that wind around each other.

    Both wind one and a half times around the origin, out to radius 2, each opposite the other:

    .. math:: x = r\, (\cos \alpha, \sin \alpha) + \varepsilon, \qquad
        \alpha = \pi (\tfrac{3}{2} r + y), \qquad r^2 \sim U(0, 4)

    for the label y, with normal noise :math:`\varepsilon` of std 0.05 in both directions.

    Parameters
    ----------
    n : int
        How many points, at least 1. Each has label 0 or 1 with equal chances.
    rng : int or Generator, optional
        Whatever :func:`numpy.random.default_rng` takes.

    Returns
    -------
    x : ndarray, shape (n, 2)
        The points.
    y : ndarray of int, shape (n,)
        The labels.

    Raises
    ------
    TypeError, ValueError
        `n` is not an integer >= 1, or is more than NumPy can address; `rng` is no source of
        randomness.

    References
    ----------
    Lang and Witbrock (1988), "Learning to tell two spirals apart", Proceedings of the 1988
    Connectionist Models Summer School.

    Examples
    --------
    >>> import weightinit as wi
    >>> x, y = wi.datasets.spirals(400, rng=0)
    >>> x.shape, y.shape
    ((400, 2), (400,))
    """
    generator, y = _start(n, rng)
    r = 2 * np.sqrt(generator.random(len(y)))
    angle = np.pi * (1.5 * r + y)
    points = _at(r, angle)
    return points + generator.normal(scale=0.05, size=points.shape), y


def _at(r: _Array, angle: _Array) -> _Array:
    """Return the points of the plane at these polar coordinates."""
    return np.column_stack([r * np.cos(angle), r * np.sin(angle)])


def _start(n: int, rng: RandomSource) -> tuple[np.random.Generator, _Array]:
    """Return a generator, and labels 0 and 1 drawn with equal probability."""
    size, generator = check_draw(n, rng)
    # Exactly balanced labels would hide that sigmoid networks do leave zero: their first gradient
    # would vanish with the mean of the labels.
    return generator, generator.integers(0, 2, size)
