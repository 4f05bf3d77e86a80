"""Parameters that name the axes of a weight, for the initializers that need them."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._axes import Layout, normalize_axes, normalize_groups, normalize_transposed
from weightinit._checks import check_nonnegative
from weightinit._messages import shown
from weightinit.initializers.base import Initializer

__all__ = ["check_centre", "check_fields", "layout_of", "places"]

_AXES: dict[str, Callable[[str, object], Any]] = {
    "in_axis": normalize_axes,
    "out_axis": normalize_axes,
    "batch_axis": normalize_axes,
    "groups": normalize_groups,
    "transposed": normalize_transposed,
}


def check_fields(init: Initializer) -> None:
    """Normalize the gain, axes and groups of an initializer, so that equal ones compare equal."""
    if hasattr(init, "gain"):
        hint = "it multiplies the length of every signal; 1.0 keeps it"
        object.__setattr__(init, "gain", check_nonnegative("gain", init.gain, hint=hint))
    for name, value in _axes_of(init).items():
        object.__setattr__(init, name, _AXES[name](name, value))


def _axes_of(init: Initializer) -> dict[str, Any]:
    """Return the axis parameters of an initializer by name."""
    return {name: getattr(init, name) for name in _AXES if hasattr(init, name)}


def layout_of(init: Initializer, shape: tuple[int, ...]) -> Layout:
    """Read a weight of this shape as the axes of an initializer say, or raise."""
    return _layout(shape, tuple(_axes_of(init).items()))


@functools.lru_cache(maxsize=1024)  # a call asks three times, a network for many like layers
def _layout(shape: tuple[int, ...], axes: tuple[tuple[str, Any], ...]) -> Layout:
    return Layout.of(shape, **dict(axes))


def check_centre(layout: Layout) -> Layout:
    """Return the layout, or raise if its receptive field has no centre."""
    for axis, size in enumerate(layout.shape):
        if size % 2 == 0 and axis not in layout.batch + layout.inputs + layout.outputs:
            raise ValueError(
                f"shape must have odd kernel sizes to have a centre, got {size} on axis {axis} "
                f"of {shown(layout.shape)}; use 3 for 2 or 5 for 4, or check in_axis and out_axis"
            )
    return layout


def places(
    layout: Layout, grid: Sequence[NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return input and output within the group at each place of a grid, and where the centre is."""
    inputs = layout.number(layout.inputs, grid) % layout.c_in
    outputs = layout.number(layout.outputs, grid) % layout.c_out
    centre = np.ones((), np.bool_)
    for axis in set(range(len(grid))).difference(layout.batch, layout.inputs, layout.outputs):
        centre = centre & (grid[axis] == layout.shape[axis] // 2)
    return inputs, outputs, centre
