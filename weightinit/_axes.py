"""The axes of a weight: which hold its inputs and which its outputs."""

from collections.abc import Sequence

import numpy as np

from weightinit._arrays import MOST_AXES, check_shape
from weightinit._checks import check_integer, check_items
from weightinit._messages import message, shown

__all__ = ["Axes", "check_fan_shape", "normalize_axes", "resolve_axes", "resolve_axis"]

#: One axis, or several that together make the inputs or the outputs.
Axes = int | Sequence[int]

_ALLOWED = "an integer or a sequence of integers"
_HINT = "write an axis such as -1, or a tuple of axes"


def check_fan_shape(shape: object) -> tuple[int, ...]:
    """Return `shape` as a tuple of positive ints, at least two, so that there are fans."""
    sizes = check_shape(shape)
    if len(sizes) < 2:
        raise ValueError(
            f"shape must have at least two axes to have fans, got {shown(sizes)}: a bias or a "
            "scalar has no inputs; start it with wi.zeros, or with wi.Normal(std=...)"
        )
    return sizes


def resolve_axes(
    ndim: int, in_axis: Axes, out_axis: Axes
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the input and the output axes of a weight of `ndim` axes, counted from the front."""
    inputs = resolve_axis("in_axis", in_axis, ndim)
    outputs = resolve_axis("out_axis", out_axis, ndim)
    shared = sorted(set(inputs) & set(outputs))
    if shared:
        raise ValueError(
            f"in_axis and out_axis must differ, got in_axis={shown(in_axis)} and "
            f"out_axis={shown(out_axis)}, which share axis {shared[0]} of {ndim}; dense weights "
            "are in_axis=-2, out_axis=-1"
        )
    return inputs, outputs


def normalize_axes(name: str, axes: object) -> Axes:
    """Return `axes` as an int or a tuple of ints, so that they can be compared and hashed."""
    if isinstance(axes, Sequence) or (isinstance(axes, np.ndarray) and axes.ndim):
        several = check_items(name, axes, _ALLOWED, hint=_HINT, at_least=1, most=MOST_AXES)
        return tuple(_axis(name, axis) for axis in several)
    return _axis(name, axes)


def _axis(name: str, axis: object) -> int:
    try:
        return check_integer(name, axis, at_least=-MOST_AXES, at_most=MOST_AXES - 1, hint=_HINT)
    except TypeError:
        raise TypeError(message(name, axis, _ALLOWED, _HINT)) from None


def resolve_axis(name: str, axes: Axes, ndim: int) -> tuple[int, ...]:
    """Return the axes that `axes` names of `ndim`, counted from the front."""
    named = normalize_axes(name, axes)
    several = named if isinstance(named, tuple) else (named,)
    for axis in several:
        if not -ndim <= axis < ndim:
            raise ValueError(
                f"{name} must lie between {-ndim} and {ndim - 1} for a shape of {ndim} axes, "
                f"got {shown(axes)}"
            )
    front = tuple(axis % ndim for axis in several)
    if len(set(front)) < len(front):
        raise ValueError(f"{name} must name each axis once, got {shown(axes)} for {ndim} axes")
    return front
