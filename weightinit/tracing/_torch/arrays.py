"""Tensors of PyTorch as arrays of this package, and back."""

import math
from collections.abc import Sequence

import numpy as np
import torch

from weightinit.networks.layers.base import Array
from weightinit.tracing._models.rows import Kept, choose
from weightinit.tracing._torch.weights.views import Source

__all__ = ["kept", "rows_of", "to_array", "to_tensor"]


def kept(tensor: torch.Tensor, axis: int) -> Kept:
    """Return a sample of the rows of a value, and its exact mean square."""
    with torch.no_grad():
        whole = tensor.detach() if tensor.ndim > 1 else tensor.detach()[:, None]
        wide = torch.float64 if whole.dtype == torch.float64 else torch.float32
        norm = float(torch.linalg.vector_norm(whole, dtype=wide))
        moved = whole.movedim(axis, -1)
        samples, *shape, units = moved.shape
        which, places = choose(samples, math.prod(shape), units)
        rows = moved[torch.from_numpy(which)]
        if shape:
            rows = rows[:, *map(torch.from_numpy, np.unravel_index(places, shape))]
        return Kept(to_array(rows.reshape(-1, units)), norm**2 / whole.numel(), whole.numel())


def rows_of(tensor: torch.Tensor, source: Source) -> torch.Tensor:
    return tensor if source.rows is None else tensor[source.rows[0] : source.rows[1]]


def to_array(tensor: torch.Tensor) -> Array:
    """Return a tensor as an array; floats of two bytes become four."""
    kept = tensor.detach().cpu()
    kept = kept if kept.dtype in (torch.float32, torch.float64) else kept.float()
    return kept.resolve_conj().resolve_neg().numpy()


def to_tensor(array: Array, axes: Sequence[int]) -> torch.Tensor:
    """Return an array with its axes in the order of the parameter."""
    return torch.from_numpy(np.asarray(array.transpose(np.argsort(axes)), order="C"))
