"""Draw a part of an array from the blocks that it touches."""

import itertools
import math
import operator
from collections.abc import Sequence
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightinit._blocks import BLOCK, Key, Law, fill
from weightinit._messages import message, shown

__all__ = ["Index", "PartIndex", "check_index", "part", "shape_of"]

_Array = NDArray[Any]

#: What picks a part, with the meaning that NumPy gives to it.
PartIndex = int | slice | EllipsisType | tuple[int | slice | EllipsisType, ...]

#: For each axis one place, or a range of them.
Index = tuple[int | range, ...]


def check_index(index: object, shape: tuple[int, ...]) -> Index:
    """Return the places that an index picks from each axis."""
    # A plain tuple of the items, whatever the methods of a subclass do.
    items = tuple.__getitem__(index, slice(None)) if isinstance(index, tuple) else (index,)
    if any(item is ... for item in items):
        before = next(axis for axis, item in enumerate(items) if item is ...)
        missing = len(shape) - len(items) + 1
        items = (*items[:before], *[slice(None)] * missing, *items[before + 1 :])
    if len(items) > len(shape):
        allowed = f"an index of at most {len(shape)} axes, as many as in shape {shown(shape)}"
        raise ValueError(message("index", index, allowed, "drop the others"))
    items += (slice(None),) * (len(shape) - len(items))
    return tuple(_places(index, item, size) for item, size in zip(items, shape, strict=True))


def shape_of(index: Index) -> tuple[int, ...]:
    """Return the shape of what an index picks."""
    return tuple(len(places) for places in index if isinstance(places, range))


def part(law: Law, shape: tuple[int, ...], index: Index, key: Key, dtype: np.dtype[Any]) -> _Array:
    """Draw the part of an array that an index picks."""
    ranges = [range(item, item + 1) if isinstance(item, int) else item for item in index]
    rising = [places if places.step > 0 else places[::-1] for places in ranges]
    out = np.empty([len(places) for places in ranges], dtype)
    _gather(law, shape, rising, key, out.reshape(-1))
    turned = out[tuple(slice(None, None, 1 if r.step > 0 else -1) for r in ranges)]
    return np.ascontiguousarray(turned).reshape(shape_of(index))


def _places(index: object, item: object, size: int) -> int | range:
    allowed = "an integer, a slice or a tuple of these, for an axis each"
    hint = "for what NumPy takes besides, index the part itself"
    if isinstance(item, bool | np.bool_):
        raise TypeError(message("index", index, allowed, hint))
    try:
        if isinstance(item, slice):
            return range(*item.indices(size))
        place = operator.index(item)  # type: ignore[arg-type]  # the try is the check
    except ValueError:
        raise ValueError(message("index", index, "made of slices of a step other than 0")) from None
    except Exception:  # noqa: BLE001  its own __index__ may raise anything
        raise TypeError(message("index", index, allowed, hint)) from None
    if not -size <= place < size:
        within = f"between {-size} and {size - 1} on an axis of {size}"
        raise ValueError(message("index", index, within, "or write a slice, which is cut off"))
    return place % size


def _gather(
    law: Law, shape: tuple[int, ...], ranges: Sequence[range], key: Key, out: _Array
) -> None:
    """Copy the numbers at these places, in rising order, out of their blocks."""
    size = math.prod(shape)
    number, values = -1, out
    for begin in range(0, out.size, BLOCK):
        here = out[begin : begin + BLOCK]
        flat = _flat(shape, ranges, np.arange(begin, begin + here.size))
        cuts = [0, *(np.flatnonzero(np.diff(flat // BLOCK)) + 1), here.size]
        for first, last in itertools.pairwise(cuts):
            if flat[first] // BLOCK != number:
                number = int(flat[first] // BLOCK)
                values = np.empty(min(BLOCK, size - number * BLOCK), out.dtype)
                fill(law, key, number, values)
            here[first:last] = values[flat[first:last] - number * BLOCK]


def _flat(
    shape: tuple[int, ...], ranges: Sequence[range], counts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return where in the whole array the numbers with these counts in the part lie.

    Neighbouring axes are one where the outer steps on as the inner one ends.
    """
    start, stride = 0, 1
    axes: list[tuple[int, int]] = []
    for places, size in zip(reversed(ranges), reversed(shape), strict=True):
        start += places.start * stride
        length, step = len(places), places.step * stride
        if axes and step == axes[-1][0] * axes[-1][1]:
            axes[-1] = (axes[-1][0] * length, axes[-1][1])
        elif length > 1:
            axes.append((length, step))
        stride *= size
    flat = np.full_like(counts, start)
    for length, step in axes:
        counts, digit = np.divmod(counts, length)
        flat += digit * step
    return flat
