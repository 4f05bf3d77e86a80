"""Parameters of a model, and what a pass makes of them: transposes, slices, casts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import torch

from weightinit.networks.layers.base import Array

__all__ = ["Made", "Source", "follow", "rows_of", "shares", "to_array", "to_kernel", "to_tensor"]

#: What moves the entries of a parameter, and leaves each as it is.
_CASTS = "to type float bfloat16 half double type_as contiguous clone detach"
_SAME = frozenset(_CASTS.split())
_SHAPED = "view reshape unsqueeze squeeze expand expand_as broadcast_to repeat flatten unflatten"
_VECTOR = frozenset(_SHAPED.split())
#: What takes some entries of a parameter, such as rows by their numbers, in another shape.
_CHOSEN = frozenset(("__getitem__", "index_select", "narrow", "select"))


class Made(NamedTuple):
    """
    A tensor that is computed from parameters.

    Parameters
    ----------
    parts : tuple of str
        The parameters.
    tensor : torch.Tensor
        What was computed.
    factor : torch.Tensor or None
        What the first of them is multiplied by, entry by entry; None where more is done.
    """

    parts: tuple[str, ...]
    tensor: torch.Tensor
    factor: torch.Tensor | None


@dataclass(frozen=True)
class Source:
    """
    A tensor whose entries are those of one parameter, or of a tensor computed from several.

    Parameters
    ----------
    name : str
        The parameter.
    axes : tuple of (int or None), or None
        The axes of the parameter in the order of the tensor, None for a new one of size 1; None
        where it is of another shape.
    rows : tuple of int or None
        The first and last row of the parameter, where the tensor holds a part of them.
    problem : str
        Why its values are not those of the parameter; empty if they are.
    """

    name: str
    axes: tuple[int | None, ...] | None
    rows: tuple[int, int] | None = None
    problem: str = ""
    made: Made | None = field(default=None, compare=False)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parameters that it is made of."""
        return self.made.parts if self.made else (self.name,)

    @property
    def part(self) -> str:
        """The name of the parameter, with the rows that are meant: ``in_proj_weight[0:64]``."""
        return self.name if self.rows is None else f"{self.name}[{self.rows[0]}:{self.rows[1]}]"


def follow(name: str, source: Source, before: torch.Tensor, after: torch.Tensor) -> Source | None:
    """
    Return where the entries of a parameter are after a move; None if it was no move.

    Parameters
    ----------
    name : str
        The name of the function.
    source : Source
        What the tensor was before.
    before, after : torch.Tensor
        The tensors.

    Returns
    -------
    Source or None
        What it is now.
    """
    if name in _SAME and after.shape == before.shape:
        return source
    if shares(before, after):
        if source.axes is not None and after.ndim == before.ndim:
            if (
                sorted(after.stride()) == sorted(before.stride())
                and before.numel() == after.numel()
            ):
                order = _order(before, after)
                return replace(source, axes=tuple(source.axes[axis] for axis in order))
            rows = after.stride() == before.stride() and after.shape[1:] == before.shape[1:]
            if source.axes[0] == 0 and rows:
                start = (after.storage_offset() - before.storage_offset()) // before.stride(0)
                first = start + (source.rows[0] if source.rows else 0)
                return replace(source, rows=(first, first + len(after)))
        if source.axes is not None and _wide(after) == _wide(before):
            left = iter(a for a, size in zip(source.axes, before.shape, strict=True) if size > 1)
            axes = tuple(next(left) if size > 1 else None for size in after.shape)
            return replace(source, axes=axes)
        if after.numel() == before.numel() or name.startswith("expand"):
            return replace(source, axes=None)
    vector = name in _VECTOR and max(before.shape, default=1) == before.numel()
    return replace(source, axes=None) if vector or name in _CHOSEN else None


def _wide(tensor: torch.Tensor) -> list[tuple[int, int]]:
    """Return sizes and strides of the axes that are longer than 1."""
    pairs = zip(tensor.shape, tensor.stride(), strict=True)
    return [(size, stride) for size, stride in pairs if size > 1]


def shares(before: torch.Tensor, after: torch.Tensor) -> bool:
    """Tell whether two tensors are views of one memory."""
    return before.untyped_storage().data_ptr() == after.untyped_storage().data_ptr()


def _order(before: torch.Tensor, after: torch.Tensor) -> list[int]:
    """Return where each axis of a transpose comes from."""
    left = list(range(before.ndim))
    order = []
    for size, stride in zip(after.shape, after.stride(), strict=True):
        axis = next(a for a in left if (before.shape[a], before.stride(a)) == (size, stride))
        left.remove(axis)
        order.append(axis)
    return order


def to_kernel(kind: str, source: Source, shape: Sequence[int]) -> tuple[int, ...] | None:
    """
    Return the axes of a parameter in the order of this package: kernel, inputs, units.

    Parameters
    ----------
    kind : str
        What multiplies by it: ``"linear"``, ``"matmul"``, ``"conv"``, ``"transposed"``
        or ``"embedding"``.
    source : Source
        The weight that was given to it.
    shape : sequence of int
        The shape of the parameter.

    Returns
    -------
    tuple of int or None
        None where the weight is no transpose of a parameter.
    """
    axes = source.axes
    flat = kind in ("linear", "matmul")
    if axes is None or len(axes) < 2 or (flat and len(axes) != 2):
        return None
    order = {
        "linear": axes[::-1],
        "conv": (*axes[2:], axes[1], axes[0]),
        "transposed": (*axes[2:], axes[0], axes[1]),
    }.get(kind, axes)
    lost = [axis for axis in range(len(shape)) if axis not in order]
    if any(shape[axis] > 1 for axis in lost):
        return None
    filled = [lost.pop(0) if axis is None and lost else axis for axis in order]
    found = (*lost, *filled)
    return None if None in found else found  # type: ignore[return-value]


def rows_of(tensor: torch.Tensor, source: Source) -> torch.Tensor:
    """Return the rows of a parameter that are meant."""
    return tensor if source.rows is None else tensor[source.rows[0] : source.rows[1]]


def to_array(tensor: torch.Tensor) -> Array:
    """Return a tensor as an array; floats of two bytes become four."""
    kept = tensor.detach().cpu()
    kept = kept if kept.dtype in (torch.float32, torch.float64) else kept.float()
    return kept.resolve_conj().resolve_neg().numpy()


def to_tensor(array: Array, axes: Sequence[int]) -> torch.Tensor:
    """Return an array with its axes in the order of the parameter."""
    return torch.from_numpy(np.asarray(array.transpose(np.argsort(axes)), order="C"))
