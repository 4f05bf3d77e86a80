"""The axes of a weight: which hold its inputs, its outputs, and a stack of weights."""

import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from weightinit._arrays import MOST_AXES, check_shape
from weightinit._checks import check_flag, check_integer, check_items
from weightinit._messages import message, shown

__all__ = ["Axes", "Layout", "check_fan_shape", "normalize_axes"]

#: One axis, or several that together make the inputs, the outputs or the stack.
Axes = int | Sequence[int]

_ALLOWED = "an integer or a sequence of integers"
_HINT = "write an axis such as -1, or a tuple of axes"


class Layout(NamedTuple):
    """A weight as a stack of kernels: a matrix of inputs and outputs at each position.

    Attributes
    ----------
    shape : tuple of int
        Shape of the weight.
    batch, inputs, outputs : tuple of int
        What its axes hold, counted from the front; all others are the receptive field.
    groups : int
        How many kernels stand side by side along the outputs.
    transposed : bool
        They stand side by side along the inputs instead.
    """

    shape: tuple[int, ...]
    batch: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    groups: int
    transposed: bool

    @classmethod
    def of(
        cls, shape: object, *, groups: object = 1, transposed: object = False, **named: Axes
    ) -> "Layout":
        """Read a weight of this shape, or raise. Without `in_axis` all other axes are inputs."""
        sizes = check_fan_shape(shape)
        held = {name: _resolved(name, axes, len(sizes)) for name, axes in named.items()}
        _check_apart(named, held, len(sizes))
        if "in_axis" not in named:
            held["in_axis"] = tuple(sorted(set(range(len(sizes))).difference(*held.values())))
        if not held["in_axis"]:
            raise ValueError(
                f"out_axis must leave an axis for the inputs, got {shown(named['out_axis'])} for "
                f"shape {shown(sizes)}; name fewer axes"
            )
        g, flag = normalize_groups("groups", groups), normalize_transposed("transposed", transposed)
        layout = cls(sizes, held["batch_axis"], held["in_axis"], held["out_axis"], g, flag)
        layout._check_groups("in_axis" in named)
        return layout

    @property
    def c_in(self) -> int:
        """Number of inputs of one group."""
        return self._size(self.inputs) // (self.groups if self.transposed else 1)

    @property
    def c_out(self) -> int:
        """Number of outputs of one group."""
        return self._size(self.outputs) // (1 if self.transposed else self.groups)

    @property
    def stack(self) -> int:
        """Number of kernels in the weight; each group is one."""
        return self._size(self.batch) * self.groups

    @property
    def field(self) -> int:
        """Number of positions in the receptive field."""
        return math.prod(self.shape) // (self.stack * self.c_in * self.c_out)

    @property
    def fan_in(self) -> int:
        """How many inputs a unit sums."""
        return self.c_in * self.field

    @property
    def fan_out(self) -> int:
        """How many units an input feeds."""
        return self.c_out * self.field

    def weight(self, matrices: NDArray[Any]) -> NDArray[Any]:
        """Return a weight with these matrices (stack, c_in, c_out) at the centre of its field."""
        ends = self.batch + self.inputs + self.outputs
        weight = np.zeros(self.shape, matrices.dtype)
        view = np.moveaxis(weight, ends, range(-len(ends), 0))
        middle = tuple(size // 2 for size in view.shape[: -len(ends)])
        if not self.transposed:
            matrices = matrices.reshape(-1, self.groups, self.c_in, self.c_out).swapaxes(1, 2)
        view[middle] = matrices.reshape(view.shape[-len(ends) :])
        return weight

    def number(self, axes: tuple[int, ...], grid: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Return which input or output, say, lies at these places of each axis."""
        number = np.zeros((), np.int64)
        for axis in axes:
            number = number * self.shape[axis] + grid[axis]
        return number

    def _size(self, axes: tuple[int, ...]) -> int:
        return math.prod(self.shape[axis] for axis in axes)

    def _check_groups(self, can_be_transposed: bool) -> None:
        """Raise unless `groups` divides the axis that holds the groups."""
        end, axes = ("in", self.inputs) if self.transposed else ("out", self.outputs)
        if self._size(axes) % self.groups:
            hint = f"check {end}_axis"
            if can_be_transposed and not self.transposed:
                hint += ", or write transposed=True if in_axis holds the inputs of all groups"
            raise ValueError(
                f"groups must divide the number of {end}puts, got groups={shown(self.groups)} with "
                f"{self._size(axes)} {end}puts in shape {shown(self.shape)}; {hint}"
            )


def check_fan_shape(shape: object) -> tuple[int, ...]:
    """Return `shape` as a tuple of at least two positive ints, which fans need."""
    sizes = check_shape(shape)
    if len(sizes) < 2:
        raise ValueError(
            f"shape must have at least two axes to have fans, got {shown(sizes)}: a bias or a "
            "scalar has no inputs; start it with wi.zeros, or with wi.Normal(std=...)"
        )
    return sizes


def normalize_axes(name: str, axes: object) -> Axes:
    """Return `axes` as an int or a tuple of ints, so that they can be compared and hashed."""
    if isinstance(axes, Sequence) or (isinstance(axes, np.ndarray) and axes.ndim):
        least = 0 if name == "batch_axis" else 1  # most weights are no stack
        several = check_items(name, axes, _ALLOWED, hint=_HINT, at_least=least, most=MOST_AXES)
        return tuple(_axis(name, axis) for axis in several)
    return _axis(name, axes)


def normalize_groups(name: str, groups: object) -> int:
    """Return `groups` as an int."""
    return check_integer(name, groups, at_least=1)


def normalize_transposed(name: str, transposed: object) -> bool:
    """Return `transposed` as a bool."""
    hint = "it says that in_axis holds the inputs of all groups, out_axis the outputs of one"
    return check_flag(name, transposed, hint=hint)


def _axis(name: str, axis: object) -> int:
    try:
        return check_integer(name, axis, at_least=-MOST_AXES, at_most=MOST_AXES - 1, hint=_HINT)
    except TypeError:
        raise TypeError(message(name, axis, _ALLOWED, _HINT)) from None


def _resolved(name: str, axes: Axes, ndim: int) -> tuple[int, ...]:
    """Return the axes of `ndim` that `axes` names, counted from the front."""
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


def _check_apart(named: dict[str, Axes], held: dict[str, tuple[int, ...]], ndim: int) -> None:
    """Raise if two parameters name the same axis."""
    for one, other in itertools.combinations(held, 2):
        if shared := sorted(set(held[one]) & set(held[other])):
            raise ValueError(
                f"{one} and {other} must differ, got {one}={shown(named[one])} and "
                f"{other}={shown(named[other])}, which share axis {shared[0]} of {ndim}; dense "
                "weights are in_axis=-2, out_axis=-1, and a stack of them batch_axis=0"
            )
