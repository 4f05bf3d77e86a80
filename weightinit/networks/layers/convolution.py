"""Convolution in two dimensions, as a matrix product over unfolded patches."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit._checks import check_choice, check_integer
from weightinit._messages import shown
from weightinit.networks.layers._shapes import as_rows, check_image_shape, check_pair, sum_rows
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["Conv2D"]


# From (n, rows, columns, channels) to (rows, columns, n, channels), and back.
_PIXELS_FIRST, _SAMPLES_FIRST = (1, 2, 0, 3), (2, 0, 1, 3)


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
        "same" pads the image with zeros, an odd one at the end, so that
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
                f"{shown(self)} does not fit an image of {height} x {width} pixels; "
                "use a smaller kernel, a larger input_shape, or padding='same'"
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
        n, height, width, c_in = x.shape
        (above, below), (left, right) = self._pads(height, width)
        padded = np.zeros((above + height + below, n, left + width + right, c_in), x.dtype)
        padded[above : above + height, :, left : left + width] = x.swapaxes(0, 1)
        y, slabs = _correlate(padded, parameters["weight"], parameters["bias"], self.stride)
        return y.transpose(_SAMPLES_FIRST), (slabs, x.shape)

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        dx = self._input_gradient(parameters["weight"], dy, x_shape=cache[1])
        return dx, self._gradients(parameters, cache, dy)

    def _gradients(self, parameters: Parameters, cache: Any, dy: Array) -> Gradients:
        slabs, dy = cache[0], np.ascontiguousarray(dy.transpose(_PIXELS_FIRST))
        dW, db = (
            np.zeros(theta.shape, dy.dtype) for theta in (parameters["weight"], parameters["bias"])
        )
        matrices = dW.reshape(len(slabs), -1, self.channels)
        for block in _blocks(dy):
            d_rows = as_rows(dy[block])
            for a, slab in enumerate(slabs):
                matrices[a] += as_rows(slab[block]).T @ d_rows
            db += sum_rows(d_rows)
        return {"weight": dW, "bias": db}

    def _input_gradient(self, W: Array, dy: Array, x_shape: tuple[int, ...]) -> Array:
        """Correlate dy, spread by the stride with zeros between, with the flipped kernel.

        By the formula x_p meets W_a in y_i where p = s i + a, so that dx_p sums W_a dy_i over
        s i = p - a: the kernel runs backwards. The pixels that one of its places meets, along a row
        of the image, lie in one piece, so that nothing is unfolded for a product of each place.
        """
        (kernel_h, kernel_w), s, (n, height, width, c_in) = self.kernel, self.stride, x_shape
        (above, _), (left, _) = self._pads(height, width)
        spread = np.zeros((height + kernel_h - 1, width + kernel_w - 1, n, self.channels), dy.dtype)
        first = kernel_h - 1 - above, kernel_w - 1 - left
        _, rows, columns, _ = dy.shape
        spread[first[0] :: s, first[1] :: s][:rows, :columns] = dy.transpose(_PIXELS_FIRST)
        flipped = np.ascontiguousarray(W[::-1, ::-1].swapaxes(2, 3))
        dx = np.zeros((height, width, n, c_in), dy.dtype)
        for block in _blocks(dx):
            part = as_rows(dx[block])
            for a, b in np.ndindex(kernel_h, kernel_w):
                met = spread[a : a + height, b : b + width][block]
                part += as_rows(met) @ flipped[a, b]
        return dx.transpose(_SAMPLES_FIRST)


def _correlate(padded: Array, W: Array, bias: Array, stride: int) -> tuple[Array, list[Array]]:
    """Return the sum of the formula, and the unfolded input for each kernel row.

    The input is (rows, n, columns, in). With the rows in front, those that a row of the kernel
    meets lie side by side, and in a row so do the kernel_w * in values of a window. So the input is
    copied kernel_w times and not kernel_h * kernel_w times, and the rest is one matrix product for
    each row of the kernel. The output is (rows, columns, n, out): pixels lie in one piece for the
    whole batch, so that a pool compares long runs and not the channels of one pixel.
    """
    kernel_h, kernel_w, c_in, c_out = W.shape
    rows, n, width, _ = padded.shape
    shape = rows, (width - kernel_w) // stride + 1, n, kernel_w * c_in
    row, sample, column, value = padded.strides
    strides = row, stride * column, sample, value  # from a window to the next, and within it
    unfolded = np.ascontiguousarray(np.ndarray(shape, padded.dtype, padded, strides=strides))
    slabs = [unfolded[a : rows - kernel_h + a + 1 : stride] for a in range(kernel_h)]
    matrices = W.reshape(kernel_h, -1, c_out)
    y = np.empty((*slabs[0].shape[:3], c_out), padded.dtype)
    line = np.tile(bias, n)
    for block in _blocks(y):
        part = np.matmul(as_rows(slabs[0][block]), matrices[0], out=as_rows(y[block]))
        for slab, matrix in zip(slabs[1:], matrices[1:], strict=True):
            part += as_rows(slab[block]) @ matrix
        lines = part.reshape(-1, len(line))
        lines += line
    return y, slabs


def _blocks(y: Array) -> Iterator[slice]:
    """Yield slices of image rows of about 64 kB, one at least.

    So much stays in a core's own cache between one product, or sum, and the next: to read and write
    a large output once for each row of the kernel takes longer than the products themselves.
    """
    rows = max(1, 2**16 // y[0].nbytes)
    return (slice(start, start + rows) for start in range(0, len(y), rows))
