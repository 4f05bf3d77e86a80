"""Check shapes for layers, and view arrays as matrices."""

from collections.abc import Sequence

import numpy as np

from weightinit._arrays import check_sizes
from weightinit._checks import check_integer
from weightinit._messages import shown
from weightinit.networks.layers.base import Array, Layer, Shape


def last_size(layer: Layer, input_shape: Shape) -> int:
    """Return the size of the last axis of an input to `layer`; it must be known."""
    if not input_shape or input_shape[-1] is None:
        raise ValueError(
            f"{shown(layer)} needs an input_shape whose last axis has a known size, got "
            f"{shown(input_shape)}; tokens go through an Embedding first"
        )
    return input_shape[-1]


def as_rows(x: Array) -> Array:
    """Return `x` as a matrix: one row for each position, the last axis as it is."""
    return x.reshape(-1, x.shape[-1])


def sum_rows(x: Array) -> Array:
    """Return the sum over the axes but the last, by a product with ones, which is fastest."""
    rows = as_rows(x)
    return np.ones(len(rows), x.dtype) @ rows


def check_pair(name: str, value: object) -> tuple[int, int]:
    """Return a height and a width from a pair, or from one number for both."""
    hint = "write one number, or a pair of them"
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        size = check_integer(name, value, at_least=1, hint=hint)
        return size, size
    height, width = check_sizes(name, value, hint=hint, at_least=2, most=2)
    return height, width


def check_image_shape(layer: Layer, shape: Shape) -> tuple[int, int, int]:
    """Return the height, width and channels of the images that `layer` takes."""
    sizes = [size for size in shape if size is not None]
    if len(shape) != 3 or len(sizes) != 3:
        raise ValueError(
            f"{shown(layer)} takes images, whose input_shape is (height, width, channels), got "
            f"{shown(shape)}; a grey image has one channel: x[..., np.newaxis]"
        )
    height, width, channels = sizes
    return height, width, channels
