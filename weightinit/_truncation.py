"""The truncated normal distribution, by sums, products and roots.

Every processor rounds those alike; its vector instructions for exp differ in the last bits.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["propose_normal", "propose_uniform", "reach"]

_Array = NDArray[Any]


def reach(bound: float) -> float:
    r"""Return the bound in units of the std after the cut.

    Integrated by parts, :math:`\int_0^b e^{-z^2/2} dz = e^{-b^2/2} (b + b^3 s)` and
    :math:`\int_0^b z^2 e^{-z^2/2} dz = e^{-b^2/2} b^3 s`, with s the sum of
    :math:`b^{2k-2} / (3 \cdot 5 \cdots (2k+1))` over k >= 1. The reach is b over the root of their
    ratio, :math:`\sqrt{b^2 + 1/s}`. All terms are positive: nothing cancels.
    """
    square = bound * bound
    term, total, odd = 1 / 3, 0.0, 3
    while total + term != total:
        total += term
        odd += 2
        term *= square / odd
    return math.sqrt(square + 1 / total)


def propose_normal(stream: np.random.Generator, block: _Array, bound: float) -> NDArray[np.intp]:
    """Fill the block with normal numbers; return which lie out of bounds (< 32 %)."""
    stream.standard_normal(out=block, dtype=block.dtype.type)
    return np.flatnonzero(np.abs(block) > bound)


def propose_uniform(stream: np.random.Generator, block: _Array, bound: float) -> NDArray[np.intp]:
    """Fill the block uniformly on +-1, scaled to the bounds; return which to redraw (< 15 %)."""
    stream.random(out=block, dtype=block.dtype.type)
    block *= 2
    block -= 1
    keep = stream.random(block.size, dtype=block.dtype.type)
    t = np.square(bound * block) / -2
    doubtful = np.flatnonzero(keep > 1 + t)  # exp(t) is above its tangent
    return doubtful[keep[doubtful] > _exp(t[doubtful])]


def _exp(t: _Array) -> _Array:
    """Return exp(t) for t in [-1/2, 0] by a Taylor series, to 0.5^15 / 15! = 2e-17."""
    total = np.ones_like(t)
    for k in range(14, 0, -1):
        total = 1 + total * t / k
    return total
