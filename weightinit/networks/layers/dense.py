"""The dense layer, and a layer that flattens its input."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from weightinit._checks import check_integer
from weightinit._messages import shown
from weightinit.networks.layers._shapes import as_rows, last_size, sum_rows
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["Dense", "Flatten"]


@dataclass(frozen=True)
class Dense(Layer):
    r"""
    A dense layer, :math:`y = x W + b`.

    .. math::
        \frac{\partial L}{\partial W} = x^\top \frac{\partial L}{\partial y}, \qquad
        \frac{\partial L}{\partial b} = \sum_n \frac{\partial L}{\partial y_n}, \qquad
        \frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} W^\top

    The weight :math:`W` is ``(in, units)``. It acts on the last axis of the input, so that a
    sequence ``(n, T, in)`` becomes ``(n, T, units)`` in one product.

    Parameters
    ----------
    units : int
        How many outputs, at least 1.

    Raises
    ------
    TypeError, ValueError
        `units` is not an integer >= 1.

    Examples
    --------
    >>> from weightinit.networks import Dense
    >>> Dense(10).parameter_shapes((784,))
    {'weight': (784, 10), 'bias': (10,)}
    """

    units: int
    kind: ClassVar[str] = "dense"

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", check_integer("units", self.units, at_least=1))

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        return {"weight": (last_size(self, input_shape), self.units), "bias": (self.units,)}

    def _output_shape(self, input_shape: Shape) -> Shape:
        last_size(self, input_shape)
        return (*input_shape[:-1], self.units)

    def _forward(self, parameters: Parameters, x: Array, _mask: Array | None) -> tuple[Array, Any]:
        y = as_rows(x) @ parameters["weight"]
        y += parameters["bias"]
        return y.reshape(*x.shape[:-1], self.units), x

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        dx = as_rows(dy) @ parameters["weight"].T
        return dx.reshape(cache.shape), self._gradients(parameters, cache, dy)

    def _gradients(self, _parameters: Parameters, cache: Any, dy: Array) -> Gradients:
        return {"weight": as_rows(cache).T @ as_rows(dy), "bias": sum_rows(dy)}


@dataclass(frozen=True)
class Flatten(Layer):
    """
    Lay out each sample as one row: ``(n, h, w, c)`` becomes ``(n, h * w * c)``.

    Raises
    ------
    ValueError
        An axis has no fixed length.

    Examples
    --------
    >>> from weightinit.networks import Flatten
    >>> Flatten().output_shape((8, 8, 3))
    (192,)
    """

    kind: ClassVar[str] = "flatten"

    def _parameter_shapes(self, _input_shape: Shape) -> dict[str, tuple[int, ...]]:
        return {}

    def _output_shape(self, input_shape: Shape) -> Shape:
        sizes = [size for size in input_shape if size is not None]
        if len(sizes) != len(input_shape):
            raise ValueError(
                f"Flatten() needs samples of a fixed shape, got {shown(input_shape)}; put "
                "an RNN in front, or give input_shape a size for each axis"
            )
        return (math.prod(sizes),)

    def _forward(self, _parameters: Parameters, x: Array, _mask: Array | None) -> tuple[Array, Any]:
        return x.reshape(len(x), -1), x.shape

    def _backward(self, _parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        return dy.reshape(cache), {}
