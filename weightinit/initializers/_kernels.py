"""What initializers share that look at the axes of a weight: these parameters, and the centre."""

from collections.abc import Callable
from typing import Any

from weightinit._axes import Layout, normalize_axes, normalize_groups, normalize_transposed
from weightinit._checks import check_nonnegative
from weightinit._messages import shown
from weightinit.initializers.base import Initializer

__all__ = ["axes_of", "check_centre", "check_fields"]

_AXES: dict[str, Callable[[str, object], Any]] = {
    "in_axis": normalize_axes,
    "out_axis": normalize_axes,
    "batch_axis": normalize_axes,
    "groups": normalize_groups,
    "transposed": normalize_transposed,
}


def check_fields(init: Initializer) -> None:
    """Put the gain, the axes and the groups of an initializer in the form that can be compared."""
    if hasattr(init, "gain"):
        hint = "it multiplies the length of every signal; 1.0 keeps it"
        object.__setattr__(init, "gain", check_nonnegative("gain", init.gain, hint=hint))
    for name, value in axes_of(init).items():
        object.__setattr__(init, name, _AXES[name](name, value))


def axes_of(init: Initializer) -> dict[str, Any]:
    """Return the parameters of an initializer that say what the axes of a weight hold."""
    return {name: getattr(init, name) for name in _AXES if hasattr(init, name)}


def check_centre(layout: Layout) -> Layout:
    """Return a layout whose receptive field has a centre, or raise."""
    for axis, size in enumerate(layout.shape):
        if size % 2 == 0 and axis not in layout.batch + layout.inputs + layout.outputs:
            raise ValueError(
                f"shape must have odd kernel sizes to have a centre, got {size} on axis {axis} "
                f"of {shown(layout.shape)}; use 3 for 2 or 5 for 4, or check in_axis and out_axis"
            )
    return layout
