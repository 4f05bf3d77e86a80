"""The gradient of a matrix of which a batch touches a few rows."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from weightinit.networks.layers._types import Array, Gradients

__all__ = ["RowGradients", "Rows", "whole"]


class Rows(NamedTuple):
    """
    A gradient that is zero but in some rows.

    Attributes
    ----------
    shape : tuple of int
        The shape of the whole gradient.
    rows : ndarray of int, shape (k,)
        The rows, each once.
    values : ndarray, shape (k, ...)
        What stands in them.
    """

    shape: tuple[int, ...]
    rows: Array
    values: Array

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the gradient."""
        return self.values.dtype


#: Gradients by the name of the parameter, those of a lookup as rows.
RowGradients = Mapping[str, Array | Rows]


def whole(gradients: RowGradients) -> Gradients:
    """Return gradients as arrays, with zeros in the rows that are left out."""
    return {name: _whole(g) if isinstance(g, Rows) else g for name, g in gradients.items()}


def _whole(gradient: Rows) -> Array:
    array = np.zeros(gradient.shape, gradient.dtype)
    array[gradient.rows] = gradient.values
    return array
