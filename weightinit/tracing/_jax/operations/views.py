"""Parameters as a model reads them: transposed, reshaped, cast; and the way back."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from weightinit.networks.layers.base import Array

__all__ = ["View", "kernel", "matrix"]


@dataclass(frozen=True)
class View:
    """
    A parameter with its entries in another order.

    Parameters
    ----------
    name : str
        The parameter.
    shape : tuple of int
        The shape of the view.
    steps : tuple of (str, tuple, tuple)
        What was done, with what does it and what undoes it.
    """

    name: str
    shape: tuple[int, ...]
    steps: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = ()

    def reshaped(self, shape: Sequence[int]) -> "View":
        """Return the view in another shape."""
        new = tuple(map(int, shape))
        return replace(self, shape=new, steps=(*self.steps, ("reshape", new, self.shape)))

    def transposed(self, order: Sequence[int]) -> "View":
        """Return the view with its axes in another order."""
        forth = tuple(map(int, order))
        back = tuple(map(int, np.argsort(forth)))
        shape = tuple(self.shape[axis] for axis in forth)
        return replace(self, shape=shape, steps=(*self.steps, ("transpose", forth, back)))

    def follow(self, kind: str, params: Mapping[str, Any], shape: Sequence[int]) -> "View | None":
        """Return the view after an equation; None if that does more than move entries."""
        if kind in ("convert_element_type", "copy", "copy_p", "optimization_barrier"):
            return self
        if kind == "transpose":
            return self.transposed(params["permutation"])
        if kind == "rev":
            axes = tuple(map(int, params["dimensions"]))
            return replace(self, steps=(*self.steps, ("flip", axes, axes)))
        moves = kind in ("reshape", "squeeze", "expand_dims", "broadcast_in_dim")
        if moves and math.prod(shape) == math.prod(self.shape):
            return self.reshaped(shape)
        return None

    def apply(self, array: Array) -> Array:
        """Return the view of a parameter."""
        for kind, forth, _ in self.steps:
            array = getattr(np, kind)(array, forth)
        return array

    def undo(self, array: Array) -> Array:
        """Return the parameter whose view this is."""
        for kind, _, back in reversed(self.steps):
            array = getattr(np, kind)(array, back)
        return array


def matrix(view: View, contracted: Sequence[int], batch: Sequence[int]) -> View:
    """Return the weight of a dense layer as (in, units), from the axes that are contracted."""
    free = [axis for axis in range(len(view.shape)) if axis not in (*contracted, *batch)]
    n_in = math.prod(view.shape[axis] for axis in contracted)
    order = (*contracted, *batch, *free)
    made = view if order == tuple(range(len(order))) else view.transposed(order)
    shape = (n_in, math.prod(made.shape) // n_in)
    return made if made.shape == shape else made.reshaped(shape)


def kernel(view: View, specification: Sequence[int]) -> View:
    """Return the kernel of a convolution as (height, width, in, units)."""
    out, into, *spatial = map(int, specification)
    order = (*spatial, into, out)
    return view if order == tuple(range(len(order))) else view.transposed(order)
