"""Max pooling in two dimensions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit._messages import shown
from weightinit.networks.layers._shapes import check_image_shape, check_pair
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["MaxPool2D"]


@dataclass(frozen=True)
class MaxPool2D(Layer):
    """
    Keep the largest value of each window, channel by channel; windows do not overlap.

    The gradient goes to the place of the largest value, to the first of them where several are
    equal. Rows and columns that do not fill a window are left out.

    Parameters
    ----------
    size : int or pair of int, default 2
        Height and width of the window; one number for both.

    Raises
    ------
    TypeError, ValueError
        A size is not an integer >= 1, or larger than the image.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import MaxPool2D
    >>> x = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> y, _ = MaxPool2D(2).forward({}, x)
    >>> y[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """

    size: tuple[int, int]
    kind: ClassVar[str] = "pool"

    def __init__(self, size: int | Sequence[int] = 2) -> None:
        object.__setattr__(self, "size", check_pair("size", size))

    def _parameter_shapes(self, _input_shape: Shape) -> dict[str, tuple[int, ...]]:
        return {}

    def _output_shape(self, input_shape: Shape) -> Shape:
        height, width, channels = check_image_shape(self, input_shape)
        if self.size[0] > height or self.size[1] > width:
            raise ValueError(
                f"{shown(self)} does not fit an image of {height} x {width} pixels; "
                "use fewer pools, or a larger input_shape"
            )
        return height // self.size[0], width // self.size[1], channels

    def _places(self, x: Array) -> list[Array]:
        """Return, for each place in a window, a view of `x` at that place in the windows."""
        (a, b), (height, width) = self.size, x.shape[1:3]
        rows, columns = a * (height // a), b * (width // b)
        return [x[:, i:rows:a, j:columns:b] for i, j in np.ndindex(a, b)]

    def _forward(self, _parameters: Parameters, x: Array, _mask: Array | None) -> tuple[Array, Any]:
        places = self._places(x)
        y = np.maximum(places[0], places[-1])
        for place in places[1:-1]:
            np.maximum(y, place, out=y)
        return y, (x, y)

    def _backward(self, _parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        x, y = cache
        dx = np.empty_like(x)
        rows, columns = (k * size for k, size in zip(self.size, y.shape[1:3], strict=True))
        dx[:, rows:] = dx[:, :, columns:] = 0  # what fills no window
        waiting = np.ones_like(y, bool)  # windows whose largest value has not been met yet
        for place, d_place in zip(self._places(x), self._places(dx), strict=True):
            hit = place == y
            hit &= waiting
            np.multiply(dy, hit, out=d_place)
            waiting ^= hit
        return dx, {}
