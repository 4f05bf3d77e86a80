"""Convolution in two dimensions, as a matrix product over unfolded patches."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from weightinit._checks import check_choice, check_integer
from weightinit.networks._shapes import as_rows, check_image_shape, check_pair, sum_rows
from weightinit.networks.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["Conv2D"]


@dataclass(frozen=True)
class Conv2D(Layer):
    r"""
    A convolution of images in channels-last layout, ``(n, height, width, channels)``.

    .. math::
        y_{ijd} = b_d + \sum_{a, b, c} x_{si + a,\; sj + b,\; c}\, W_{abcd}

    for output pixel :math:`(i, j)`, stride :math:`s` and output channel :math:`d`, the sum over
    kernel rows :math:`a`, kernel columns :math:`b` and input channels :math:`c`. (As in all
    frameworks this is a cross-correlation: the kernel is not turned around.) The weight
    :math:`W` is ``(kernel_h, kernel_w, in, out)``.

    Parameters
    ----------
    channels : int
        How many channels come out, at least 1.
    kernel : int or pair of int, default 3
        Height and width of the kernel; one number for both.
    stride : int, default 1
        How many pixels the kernel moves at a step.
    padding : {"same", "valid"}, default "same"
        "same" puts zeros around the image, as evenly as goes with the odd one behind, so that
        the output has ``ceil(size / stride)`` pixels a side; "valid" puts none.

    Raises
    ------
    TypeError, ValueError
        A parameter is not among the values above; the kernel is larger than the image.

    Examples
    --------
    >>> from weightinit.networks import Conv2D
    >>> Conv2D(16).output_shape((8, 8, 3))
    (8, 8, 16)
    >>> Conv2D(16, stride=2, padding="valid").output_shape((8, 8, 3))
    (3, 3, 16)
    >>> Conv2D(16).parameter_shapes((8, 8, 3))
    {'weight': (3, 3, 3, 16), 'bias': (16,)}
    """

    channels: int
    kernel: tuple[int, int]
    stride: int = 1
    padding: str = "same"
    kind: ClassVar[str] = "conv"

    def __init__(
        self,
        channels: int,
        kernel: int | Sequence[int] = 3,
        stride: int = 1,
        padding: str = "same",
    ) -> None:
        checked = {
            "channels": check_integer("channels", channels, at_least=1),
            "kernel": check_pair("kernel", kernel),
            "stride": check_integer("stride", stride, at_least=1),
            "padding": check_choice("padding", padding, ("same", "valid")),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        _, _, c_in = check_image_shape(self, input_shape)
        return {"weight": (*self.kernel, c_in, self.channels), "bias": (self.channels,)}

    def _output_shape(self, input_shape: Shape) -> Shape:
        height, width, _ = check_image_shape(self, input_shape)
        if self.padding == "same":
            return math.ceil(height / self.stride), math.ceil(width / self.stride), self.channels
        if self.kernel[0] > height or self.kernel[1] > width:
            raise ValueError(
                f"{self} does not fit an image of {height} x {width} pixels; "
                "use a smaller kernel, or padding='same'"
            )
        rows, columns = (
            (size - k) // self.stride + 1
            for size, k in zip((height, width), self.kernel, strict=True)
        )
        return rows, columns, self.channels

    def _pads(self, height: int, width: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return how many rows of zeros go above and below, and columns left and right."""
        if self.padding == "valid":
            return (0, 0), (0, 0)
        s = self.stride
        missing = [
            max((math.ceil(size / s) - 1) * s + k - size, 0)
            for size, k in zip((height, width), self.kernel, strict=True)
        ]
        above, left = (total // 2 for total in missing)
        return (above, missing[0] - above), (left, missing[1] - left)

    def _forward(self, parameters: Parameters, x: Array, _mask: Array | None) -> tuple[Array, Any]:
        padded = np.pad(x, ((0, 0), *self._pads(*x.shape[1:3]), (0, 0)))
        windows = sliding_window_view(padded, self.kernel, axis=(1, 2))
        windows = windows[:, :: self.stride, :: self.stride].transpose(0, 1, 2, 4, 5, 3)
        patches = windows.reshape(*windows.shape[:3], -1)  # (n, rows, columns, a * b * c)
        y = as_rows(patches) @ parameters["weight"].reshape(-1, self.channels)
        y += parameters["bias"]
        return y.reshape(*patches.shape[:3], -1), (patches, x.shape)

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        patches, x_shape = cache
        W = parameters["weight"]
        gradients = {
            "weight": (as_rows(patches).T @ as_rows(dy)).reshape(W.shape),
            "bias": sum_rows(dy),
        }
        d_patches = as_rows(dy) @ W.reshape(-1, self.channels).T
        return self._fold(d_patches.reshape(*dy.shape[:3], *W.shape[:3]), x_shape), gradients

    def _fold(self, d_patches: Array, x_shape: tuple[int, ...]) -> Array:
        """Add each patch back to where in the image it was taken from."""
        n, height, width, c_in = x_shape
        (above, below), (left, right) = self._pads(height, width)
        padded = np.zeros((n, above + height + below, left + width + right, c_in), d_patches.dtype)
        s, (rows, columns) = self.stride, d_patches.shape[1:3]
        for a, b in np.ndindex(*self.kernel):
            padded[:, a : a + s * rows : s, b : b + s * columns : s] += d_patches[:, :, :, a, b]
        return padded[:, above : above + height, left : left + width]
