"""Shapes: what layers ask of them, and arrays seen as matrices."""

from collections.abc import Sequence

import numpy as np

from weightinit._checks import check_integer
from weightinit.networks.base import Array, Layer, Shape


def last_size(layer: Layer, input_shape: Shape) -> int:
    """Return the size of the last axis, which must be known, of an input to `layer`."""
    if not input_shape or input_shape[-1] is None:
        raise ValueError(
            f"{layer} needs samples whose last axis has a known size, got the shape "
            f"{input_shape}; tokens go through an Embedding first"
        )
    return input_shape[-1]


def as_rows(x: Array) -> Array:
    """Return `x` as a matrix: one row for each position, the last axis as it is."""
    return x.reshape(-1, x.shape[-1])


def sum_rows(x: Array) -> Array:
    """Return the sum over all axes but the last, by a product with ones, which is fastest."""
    rows = as_rows(x)
    return np.ones(len(rows), x.dtype) @ rows


def check_pair(name: str, value: object) -> tuple[int, int]:
    """Return a height and a width, which one number stands for."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        size = check_integer(name, value, at_least=1, hint="one number, or a pair of them")
        return size, size
    if len(value) != 2:
        raise ValueError(f"{name} must be one integer or a pair of them, got {value!r}")
    height, width = (check_integer(name, size, at_least=1) for size in value)
    return height, width


def check_image_shape(layer: Layer, shape: Shape) -> tuple[int, int, int]:
    """Return the height, width and channels of the images that `layer` is to take."""
    sizes = [size for size in shape if size is not None]
    if len(shape) != 3 or len(sizes) != 3:
        raise ValueError(
            f"{layer} takes images of shape (height, width, channels), got {shape}; a grey image "
            "has one channel: x[..., np.newaxis]"
        )
    height, width, channels = sizes
    return height, width, channels


def check_sizes(name: str, sizes: object, *, at_least: int, example: str) -> list[int]:
    """Return a list of so many or more integers >= 1."""
    if not isinstance(sizes, Sequence) or isinstance(sizes, str):
        raise TypeError(f"{name} must be a sequence of integers, got {sizes!r}; write {example}")
    if len(sizes) < at_least:
        raise ValueError(f"{name} must hold {at_least} or more, got {sizes!r}; write {example}")
    return [
        check_integer(f"{name}[{index}]", size, at_least=1, hint=f"write {example}")
        for index, size in enumerate(sizes)
    ]
