"""Layers between an embedding and logits that share its weight."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from weightinit._messages import shown
from weightinit.networks.layers._rows import whole
from weightinit.networks.layers._shapes import as_rows
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape
from weightinit.networks.layers.containers.chain import Chain, check_layers
from weightinit.networks.layers.embedding import Embedding

__all__ = ["Tied"]


@dataclass(frozen=True)
class Tied(Layer):
    r"""
    Look tokens up, apply layers, and compare the result with each row of the table.

    .. math:: z = f(W_x)\, W^\top

    The embedding and the logits :math:`z` have one weight :math:`W`, whose gradient is the sum of
    those of both uses.

    Parameters
    ----------
    vocabulary : int
        How many tokens there are, padding included: as many rows, and logits.
    units : int
        Length of a row, at least 1.
    layers : sequence of Layer
        The layers of :math:`f`, which keep the last axis.

    Raises
    ------
    TypeError, ValueError
        A size is not an integer in its range, `layers` not a sequence of layers; its output is not
        one row of `units` features for each sample or position.

    References
    ----------
    Press and Wolf (2016), "Using the output embedding to improve language models",
    arXiv:1608.05859; Inan, Khosravi and Socher (2016), arXiv:1611.01462.

    Examples
    --------
    >>> from weightinit.networks import LayerNorm, Tied
    >>> layer = Tied(28, 8, [LayerNorm()])
    >>> layer.output_shape((5,)), layer.parameter_shapes((5,))["weight"]
    ((5, 28), (28, 8))
    """

    vocabulary: int
    units: int
    layers: Chain
    kind: ClassVar[str] = "tied"
    takes_tokens: ClassVar[bool] = True

    def __init__(self, vocabulary: int, units: int, layers: Sequence[Layer] | Chain) -> None:
        chain = layers if isinstance(layers, Chain) else Chain(check_layers("layers", layers))
        table = Embedding(vocabulary, units)
        object.__setattr__(self, "vocabulary", table.vocabulary)
        object.__setattr__(self, "units", table.units)
        object.__setattr__(self, "layers", chain)

    @cached_property
    def _table(self) -> Embedding:
        return Embedding(self.vocabulary, self.units)

    def _check_batch(
        self, x: object, dtype: np.dtype[Any] | None = None, input_shape: Shape | None = None
    ) -> Array:
        return self._table._check_batch(x, dtype, input_shape)

    def _mask(self, x: Array, mask: Array | None) -> Array | None:
        return self._table._mask(x, mask)

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        inner = self.layers.parameter_shapes(self._table.output_shape(input_shape))
        return {**self._table.parameter_shapes(input_shape), **inner}

    def _output_shape(self, input_shape: Shape) -> Shape:
        made = self.layers.output_shape(self._table.output_shape(input_shape))
        if made[-1:] != (self.units,):
            raise ValueError(
                f"the layers of a Tied must put out {self.units} features, as many as a row has, "
                f"got {shown(made)}; end them with Dense({self.units})"
            )
        return (*made[:-1], self.vocabulary)

    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        rows, looked_up = self._table._forward(parameters, x, mask)
        h, inner = self.layers._forward(parameters, rows, self._mask(x, mask))
        z = as_rows(h) @ parameters["weight"].T
        return z.reshape(*h.shape[:-1], self.vocabulary), (looked_up, h, inner)

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[None, Gradients]:
        looked_up, h, inner = cache
        dh = (as_rows(dy) @ parameters["weight"]).reshape(h.shape)
        dx, gradients = self.layers._backward(parameters, inner, dh)
        assert dx is not None  # rows are no tokens
        below = whole(self._table._gradients(parameters, looked_up, dx))["weight"]
        return None, {"weight": below + as_rows(dy).T @ as_rows(h), **gradients}
