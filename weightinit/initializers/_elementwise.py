"""Initializers that draw each weight by itself, and so a block at a time."""

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._arrays import computing_dtype
from weightinit._blocks import Job, Law, key_of, whole
from weightinit._checks import RandomSource
from weightinit._parts import Index, part
from weightinit.initializers.base import Initializer

__all__ = ["Elementwise"]


class Elementwise(Initializer):
    """An initializer that says how a block is drawn, instead of drawing the whole."""

    @abstractmethod
    def _law(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Law:
        """Return how a block is drawn; shape and dtype are as for `_draw`."""

    def _draw(
        self, shape: tuple[int, ...], rng: np.random.Generator, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        return self._drawn(shape, rng, dtype)

    def _drawn(
        self, shape: tuple[int, ...], rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        return whole(self._law(shape, dtype), shape, dtype, key_of(rng), 0)

    def _begun(
        self, shape: tuple[int, ...], rng: RandomSource, dtype: np.dtype[Any]
    ) -> tuple[NDArray[Any], Job | None]:
        sizes, kind = self._checked(shape, dtype)
        if kind != computing_dtype(kind):
            return super()._begun(sizes, rng, kind)
        out = np.empty(sizes, kind)
        return out, Job(self._law(sizes, kind), key_of(rng), out.reshape(-1))

    def _part(
        self, shape: tuple[int, ...], index: Index, rng: RandomSource, dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        return part(self._law(shape, dtype), shape, index, key_of(rng), dtype)
