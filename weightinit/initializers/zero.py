"""A start without random numbers: the identity, and Hadamard's matrix where a layer widens."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._axes import Axes, Layout
from weightinit._checks import RandomSource
from weightinit.initializers._kernels import check_centre, check_fields, layout_of, places
from weightinit.initializers._placewise import Grid, Placewise

__all__ = ["ZerO"]


@dataclass(frozen=True, kw_only=True, repr=False)
class ZerO(Placewise):
    r"""
    Start without random numbers: with the identity, or Hadamard's matrix where a layer widens.

    .. math:: W = \begin{cases} I & n \ge m \\ 2^{-k / 2} H & n < m \end{cases},
        \qquad H_{ij} = (-1)^{b(i \wedge j)}, \quad k = \lceil \log_2 m \rceil

    with :math:`n` inputs, :math:`m` outputs, both matrices cut to :math:`(n, m)`, places counted
    from 0, and :math:`b(i \wedge j)` the number of binary digits that are 1 in both. The identity
    alone would leave :math:`m - n` units at zero, which then stay copies of each other. The matrix
    of Hadamard gives them mixtures of the inputs. Its columns repeat after :math:`p` of them, the
    least power of two that is at least :math:`n`: where :math:`m > p`, units :math:`j` and
    :math:`j + p` start equal, and their outgoing weights have to set them apart. Of a kernel that
    is the centre; around it are zeros.

    Parameters
    ----------
    in_axis, out_axis, batch_axis : int or sequence of int, default -2, -1 and ()
        The axes of the inputs, of the outputs and of a stack, as for :func:`compute_fans`.

    Raises
    ------
    TypeError, ValueError
        An axis is none. On a call: it is named twice; a kernel of even size, which has no centre.

    Notes
    -----
    No singular value is above 1. All are 1 where a layer narrows or keeps its width, and where it
    widens to :math:`m = 2^k`. The factor :math:`2^{-k / 2}` is that of the authors' code; the one
    that the paper prints, :math:`2^{-(k - 1) / 2}`, makes a wider layer :math:`\sqrt 2` as large.

    References
    ----------
    Zhao, Schäfer and Anandkumar (2022), "ZerO initialization: initializing neural networks with
    only zeros and ones", arXiv:2110.12661, algorithm 1.

    Examples
    --------
    >>> import weightinit as wi
    >>> wi.ZerO()((2, 4))
    array([[ 0.5,  0.5,  0.5,  0.5],
           [ 0.5, -0.5,  0.5, -0.5]])
    >>> wi.ZerO()((3, 2))
    array([[1., 0.],
           [0., 1.],
           [0., 0.]])
    """

    in_axis: Axes = -2
    out_axis: Axes = -1
    batch_axis: Axes = ()

    def __post_init__(self) -> None:
        check_fields(self)

    def _layout(self, shape: tuple[int, ...]) -> Layout:
        return check_centre(layout_of(self, shape))

    def _std(self, shape: tuple[int, ...]) -> float:
        layout = self._layout(shape)
        n, m, size = layout.c_in, layout.c_out, math.prod(shape) // layout.stack
        factor = _factor(layout)
        total = m if n >= m else factor * _sum_of_signs(n, m)
        squares = m if n >= m else factor**2 * n * m
        # One row of equal entries has none: rounding must not make it negative.
        return math.sqrt(max(0.0, squares / size - (total / size) ** 2))

    def _at(
        self, shape: tuple[int, ...], grid: Grid, rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        layout = self._layout(shape)
        inputs, outputs, centre = places(layout, grid)
        if layout.c_in >= layout.c_out:
            kept: NDArray[np.bool_] = centre & (inputs == outputs)
            return kept
        odd = np.bitwise_count(inputs & outputs) % 2 == 1
        factor = _factor(layout)
        return np.where(centre, np.where(odd, -factor, factor), 0.0)

    def _largest(self, shape: tuple[int, ...]) -> float:
        return _factor(self._layout(shape))


def _factor(layout: Layout) -> float:
    """Return the absolute value of the weights that are not zero."""
    if layout.c_in >= layout.c_out:
        return 1.0
    return math.sqrt(0.5 ** (layout.c_out - 1).bit_length())


def _sum_of_signs(rows: int, columns: int) -> int:
    """Return the sum over the upper left corner of Hadamard's matrix, [[H, H], [H, -H]]."""
    few, many = sorted((rows, columns))
    if few == 0 or many == 1:
        return few
    half = 1 << ((many - 1).bit_length() - 1)
    if few > half:  # the sum of a whole block is its size, that of its first columns too
        return 3 * half - _sum_of_signs(few - half, many - half)
    return half + _sum_of_signs(few, many - half)
