"""Learned positions."""

from dataclasses import dataclass
from typing import Any, ClassVar

from weightinit._messages import shown
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["Positions"]


@dataclass(frozen=True)
class Positions(Layer):
    r"""
    Add a learned row to each position, :math:`y_{nt} = x_{nt} + W_t`.

    .. math:: \frac{\partial L}{\partial W_t} = \sum_n \frac{\partial L}{\partial y_{nt}}

    Without it a layer of attention that is not causal treats a sequence as a set. The weight has
    the shape of a sample, ``(T, units)``. As in an :class:`Embedding` a row is looked up, and
    nothing is summed: its fan in is 1.

    Raises
    ------
    ValueError
        The input is not a sequence of a fixed length.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import Positions
    >>> y, _ = Positions().forward({"weight": np.array([[0.5], [2.0]])}, np.ones((1, 2, 1)))
    >>> y.ravel()
    array([1.5, 3. ])
    """

    kind: ClassVar[str] = "positions"

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        return {"weight": tuple(size for size in input_shape if size is not None)}

    def _output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 2 or None in input_shape:
            raise ValueError(
                f"{shown(self)} takes sequences of a fixed length, (T, units), got "
                f"{shown(input_shape)} as input_shape; give the network the length of its "
                "sequences, and fill shorter ones up with padding"
            )
        return input_shape

    def _forward(self, parameters: Parameters, x: Array, _mask: Array | None) -> tuple[Array, Any]:
        return x + parameters["weight"], None

    def _backward(self, _parameters: Parameters, _cache: Any, dy: Array) -> tuple[Array, Gradients]:
        return dy, {"weight": dy.sum(axis=0)}
