"""Parameters of a model, and what a pass makes of them: transposes, slices, casts."""

from dataclasses import dataclass, replace

import torch

__all__ = ["Source", "follow", "to_kernel"]

#: What moves the entries of a parameter, and leaves each as it is.
_SAME = frozenset(
    (
        "to",
        "type",
        "float",
        "bfloat16",
        "half",
        "double",
        "type_as",
        "contiguous",
        "clone",
        "detach",
    )
)
_VECTOR = frozenset(
    ("view", "reshape", "unsqueeze", "squeeze", "expand", "expand_as", "broadcast_to", "repeat")
) | {"flatten", "unflatten", "__getitem__"}


@dataclass(frozen=True)
class Source:
    """
    A tensor whose entries are those of one parameter.

    Parameters
    ----------
    name : str
        The parameter.
    axes : tuple of int or None
        The axes of the parameter in the order of the tensor; None where it is of another shape.
    rows : tuple of int or None
        The first and last row of the parameter, where the tensor holds a part of them.
    problem : str
        Why its values are not those of the parameter; empty if they are.
    """

    name: str
    axes: tuple[int, ...] | None
    rows: tuple[int, int] | None = None
    problem: str = ""

    @property
    def part(self) -> str:
        """The name of the parameter, with the rows that are meant: ``in_proj_weight[0:64]``."""
        return self.name if self.rows is None else f"{self.name}[{self.rows[0]}:{self.rows[1]}]"


def follow(name: str, source: Source, before: torch.Tensor, after: torch.Tensor) -> Source:
    """
    Return what a function has made of a parameter.

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
    Source
        What it is now.
    """
    if source.problem or (name in _SAME and after.shape == before.shape):
        return source
    if _shares(before, after):
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
        if after.numel() == before.numel() or name.startswith("expand"):
            return replace(source, axes=None)
    if name in _VECTOR and max(before.shape, default=1) == before.numel():
        return replace(source, axes=None)
    return replace(source, problem=f"it enters through {name}")


def _shares(before: torch.Tensor, after: torch.Tensor) -> bool:
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


def to_kernel(kind: str, source: Source) -> tuple[int, ...] | None:
    """
    Return the axes of a parameter in the order of this package: kernel, inputs, units.

    Parameters
    ----------
    kind : str
        What multiplies by it: ``"linear"``, ``"matmul"``, ``"conv"``, ``"transposed"`` or
        ``"embedding"``.
    source : Source
        The weight that was given to it.

    Returns
    -------
    tuple of int or None
        None where the weight is no transpose of a parameter.
    """
    axes = source.axes
    if axes is None or len(axes) < 2 or (kind in ("linear", "matmul") and len(axes) != 2):
        return None
    if kind == "linear":
        return axes[::-1]
    if kind == "conv":
        return (*axes[2:], axes[1], axes[0])
    if kind == "transposed":
        return (*axes[2:], axes[0], axes[1])
    return axes
