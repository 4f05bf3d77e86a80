"""Initializers whose weights follow from their places, so that a part can be computed alone."""

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._checks import RandomSource, check_rng
from weightinit._parts import Index, check_index, shape_of
from weightinit.initializers.base import Initializer

__all__ = ["Grid", "Placewise"]

#: For each axis the places on it, as :func:`numpy.ix_` returns them.
Grid = tuple[NDArray[np.int64], ...]


class Placewise(Initializer):
    """An initializer that computes weights from where they lie, and from few random numbers."""

    @abstractmethod
    def _at(
        self, shape: tuple[int, ...], grid: Grid, rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        """Return the weights at these places; shape and dtype are as for `_draw`."""

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        return self._part(shape, check_index((), shape), rng, dtype)

    def _part(
        self, shape: tuple[int, ...], index: Index, rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        grid = np.ix_(*(np.array(places, np.int64, ndmin=1) for places in index))
        weights = np.empty([places.size for places in grid], dtype)
        weights[...] = self._at(shape, grid, check_rng(rng), dtype)
        return weights.reshape(shape_of(index))
