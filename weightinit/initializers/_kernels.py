"""Between kernels of any layout and the matrices that they hold."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from weightinit._axes import Axes, check_fan_shape, resolve_axes, resolve_axis
from weightinit._messages import shown

__all__ = ["GAIN_HINT", "Center", "Columns"]

GAIN_HINT = "it multiplies the length of every signal; 1.0 keeps it"


class Columns(NamedTuple):
    """A kernel read as one matrix: a column for each output, a row for each input of a unit.

    Attributes
    ----------
    shape : tuple of int
        Shape of the kernel.
    axes : tuple of int
        Its output axes; all others make the rows.
    """

    shape: tuple[int, ...]
    axes: tuple[int, ...]

    @classmethod
    def of(cls, shape: tuple[int, ...], out_axis: Axes) -> "Columns":
        """Read a kernel of this shape, or raise if it has no fans."""
        sizes = check_fan_shape(shape)
        axes = resolve_axis("out_axis", out_axis, len(sizes))
        if len(axes) == len(sizes):
            raise ValueError(
                f"out_axis must leave an axis for the inputs, got {shown(out_axis)} for shape "
                f"{shown(sizes)}; name fewer axes"
            )
        return cls(sizes, axes)

    @property
    def matrix_shape(self) -> tuple[int, int]:
        """Rows and columns."""
        columns = math.prod(self.shape[axis] for axis in self.axes)
        return math.prod(self.shape) // columns, columns

    def kernel(self, matrix: NDArray[Any]) -> NDArray[Any]:
        """Return the kernel that holds this matrix."""
        rest = [size for axis, size in enumerate(self.shape) if axis not in self.axes]
        parted = matrix.reshape(*rest, *(self.shape[axis] for axis in self.axes))
        last = range(-len(self.axes), 0)
        return np.ascontiguousarray(np.moveaxis(parted, last, self.axes))


class Center(NamedTuple):
    """A kernel that is a matrix of inputs and outputs at its centre, and zero around it.

    Attributes
    ----------
    shape : tuple of int
        Shape of the kernel.
    inputs, outputs : tuple of int
        Its input and its output axes; all others are the receptive field.
    """

    shape: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @classmethod
    def of(cls, shape: tuple[int, ...], in_axis: Axes, out_axis: Axes) -> "Center":
        """Read a kernel of this shape, or raise if it has no fans or no centre."""
        sizes = check_fan_shape(shape)
        inputs, outputs = resolve_axes(len(sizes), in_axis, out_axis)
        for axis, size in enumerate(sizes):
            if axis not in inputs + outputs and size % 2 == 0:
                raise ValueError(
                    f"shape must have odd kernel sizes to have a centre, got {size} on axis {axis} "
                    f"of {shown(sizes)}; use 3 for 2 or 5 for 4, or check in_axis and out_axis"
                )
        return cls(sizes, inputs, outputs)

    @property
    def matrix_shape(self) -> tuple[int, int]:
        """Inputs and outputs."""
        c_in = math.prod(self.shape[axis] for axis in self.inputs)
        return c_in, math.prod(self.shape[axis] for axis in self.outputs)

    def kernel(self, matrix: NDArray[Any]) -> NDArray[Any]:
        """Return the kernel that holds this matrix at its centre."""
        kernel = np.zeros(self.shape, matrix.dtype)
        ends = self.inputs + self.outputs
        view = np.moveaxis(kernel, ends, range(-len(ends), 0))
        middle = tuple(size // 2 for size in view.shape[: -len(ends)])
        view[middle] = matrix.reshape(view.shape[-len(ends) :])
        return kernel
