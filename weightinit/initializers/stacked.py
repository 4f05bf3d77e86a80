"""A weight that holds several weights side by side, each drawn by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._arrays import MOST_AXES
from weightinit._checks import RandomSource, check_integer, check_rng
from weightinit._messages import message, shown
from weightinit._parts import Index, shape_of
from weightinit.initializers.base import Initializer

__all__ = ["Stacked"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Stacked(Initializer):
    r"""
    Draw each of k equal blocks of a weight by itself, from the initializer of the block's shape.

    A layer often packs several matrices into one, :math:`W = [W_1 \; W_2 \; \dots \; W_k]`: the
    four gates of an LSTM, or the queries, keys and values of attention. An initializer that sees
    the packed shape counts outputs that belong to others: Xavier's variance comes out as
    :math:`2 / (n + k m)` where each :math:`W_i` of shape :math:`(n, m)` should have
    :math:`2 / (n + m)`, and where :math:`k m > n` the blocks of an orthogonal :math:`W` are not
    orthogonal themselves.

    Parameters
    ----------
    initializer : Initializer
        What draws each block.
    parts : int
        The number of blocks :math:`k`, at least 1.
    axis : int, default -1
        The axis along which they lie, first block first.

    Raises
    ------
    TypeError, ValueError
        `initializer` is none, `parts` is not an integer >= 1, `axis` no axis. On a call: `parts`
        does not divide the size of the axis, or a block's shape does not fit the initializer.

    Notes
    -----
    Several axes that hold the outputs need no packing: name them, ``out_axis=(-2, -1)``. Blocks on
    an axis of their own are a stack: ``batch_axis=0``.

    References
    ----------
    Saxe, McClelland and Ganguli (2013), arXiv:1312.6120, for orthogonal blocks; the variance of
    packed blocks follows from Glorot and Bengio (2010), PMLR 9:249-256.

    Examples
    --------
    The recurrent weight of an LSTM with 8 units, an orthogonal matrix for each gate:

    >>> import numpy as np
    >>> import weightinit as wi
    >>> w = wi.Stacked(initializer=wi.orthogonal, parts=4)((8, 32), rng=0)
    >>> [np.allclose(gate @ gate.T, np.eye(8)) for gate in np.split(w, 4, axis=1)]
    [True, True, True, True]

    Queries, keys and values side by side, with Xavier's std of each and of the whole:

    >>> wi.Stacked(initializer=wi.xavier_uniform, parts=3).std((400, 1200))  # sqrt(2 / 800)
    0.05
    >>> wi.xavier_uniform.std((400, 1200))  # sqrt(2 / 1600)
    0.03535534
    """

    initializer: Initializer
    parts: int
    axis: int = -1

    def __post_init__(self) -> None:
        allowed, hint = "an initializer", "write wi.orthogonal, or wi.Normal(std=0.02)"
        if not isinstance(self.initializer, Initializer):
            raise TypeError(message("initializer", self.initializer, allowed, hint))
        least, most = -MOST_AXES, MOST_AXES - 1
        object.__setattr__(self, "parts", check_integer("parts", self.parts, at_least=1))
        axis = check_integer("axis", self.axis, at_least=least, at_most=most)
        object.__setattr__(self, "axis", axis)

    def _block(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of a block, or raise."""
        if not -len(shape) <= self.axis < len(shape):
            raise ValueError(
                f"axis must lie between {-len(shape)} and {len(shape) - 1} for shape "
                f"{shown(shape)}, got axis={self.axis}; name an axis of the weight"
            )
        axis = self.axis % len(shape)
        size, rest = divmod(shape[axis], self.parts)
        if rest:
            raise ValueError(
                f"parts must divide the size of the axis, got parts={shown(self.parts)} for "
                f"{shape[axis]} on axis {self.axis} of shape {shown(shape)}; check parts and axis"
            )
        return (*shape[:axis], size, *shape[axis + 1 :])

    def _std(self, shape: tuple[int, ...]) -> float:
        return self.initializer.std(self._block(shape))

    def _center(self) -> float:
        return self.initializer._center()  # noqa: SLF001  # of this package

    def _largest(self, shape: tuple[int, ...]) -> float:
        return self.initializer._largest(self._block(shape))  # noqa: SLF001  # of this package

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        block = self._block(shape)
        blocks = [self.initializer(block, rng=rng, dtype=dtype) for _ in range(self.parts)]
        return np.ascontiguousarray(np.concatenate(blocks, self.axis))

    def _part(
        self, shape: tuple[int, ...], index: Index, rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        block, axis, generator = self._block(shape), self.axis % len(shape), check_rng(rng)
        ranges = [range(item, item + 1) if isinstance(item, int) else item for item in index]
        pieces = []
        for held in _cut(ranges[axis], block[axis], self.parts):
            local = (*ranges[:axis], held, *ranges[axis + 1 :])
            # Of a block that is not touched nothing is drawn, but the generator goes on.
            piece = self.initializer._part(block, local, generator, dtype)  # noqa: SLF001  # of this package
            pieces.append(piece)
        ordered = pieces if ranges[axis].step > 0 else pieces[::-1]
        joined = np.concatenate(ordered, axis).reshape(shape_of(index))
        return np.asarray(joined, order="C")


def _cut(places: range, size: int, parts: int) -> Iterator[range]:
    """Yield which of these places each block holds, counted from its start."""
    number = np.asarray(places) // size
    for block in range(parts):
        hits = np.flatnonzero(number == block)
        held = places[hits[0] : hits[-1] + 1] if hits.size else places[:0]
        begin = block * size
        yield range(held.start - begin, held.stop - begin, held.step)
