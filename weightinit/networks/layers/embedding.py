"""The lookup of tokens."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit._checks import check_integer
from weightinit._messages import shown
from weightinit.networks.layers._inputs import check_tokens
from weightinit.networks.layers._rows import RowGradients, Rows, whole
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["PADDING", "Embedding"]

#: The token that stands for no word.
PADDING = 0


@dataclass(frozen=True)
class Embedding(Layer):
    r"""
    Look up a row of the weight for each token, :math:`y_{nt} = W_{x_{nt}}`.

    It equals the product with one-hot vectors, without making them. Its gradient is zero except
    in the rows whose tokens occur in the batch:

    .. math:: \frac{\partial L}{\partial W_v} = \sum_{n, t:\, x_{nt} = v}
        \frac{\partial L}{\partial y_{nt}}

    Parameters
    ----------
    vocabulary : int
        How many tokens there are, padding included: they are the integers from 0 up.
    units : int
        Length of a row, at least 1.

    Raises
    ------
    TypeError, ValueError
        A size is not an integer in its range; the input is not one axis of tokens.

    Notes
    -----
    The mask that it sends on leaves out token 0, the padding. A lookup sums nothing, so that its
    fan in is 1; an initializer that counts fans from the shape ``(vocabulary, units)`` takes the
    vocabulary for it. Give it one of its own where that matters, by a pattern
    (:meth:`~weightinit.Network.initialize`).

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import Embedding
    >>> weight = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]])
    >>> y, cache = Embedding(3, 2).forward({"weight": weight}, np.array([[2, 1]]))
    >>> y
    array([[[3., 4.],
            [1., 2.]]])
    """

    vocabulary: int
    units: int
    kind: ClassVar[str] = "embedding"
    takes_tokens: ClassVar[bool] = True

    def __post_init__(self) -> None:
        hint = "padding is token 0, so that there are two tokens at least"
        size = check_integer("vocabulary", self.vocabulary, at_least=2, hint=hint)
        object.__setattr__(self, "vocabulary", size)
        object.__setattr__(self, "units", check_integer("units", self.units, at_least=1))

    def _check_batch(
        self, x: object, _dtype: np.dtype[Any] | None = None, input_shape: Shape | None = None
    ) -> Array:
        return check_tokens(x, self.vocabulary, input_shape)

    def _mask(self, x: Array, _mask: Array | None) -> Array | None:
        counts = x != PADDING
        return None if counts.all() else counts

    def _parameter_shapes(self, _input_shape: Shape) -> dict[str, tuple[int, ...]]:
        return {"weight": (self.vocabulary, self.units)}

    def _output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ValueError(
                f"{shown(self)} takes tokens of shape (T,), got {shown(input_shape)} as "
                "input_shape; put it first"
            )
        return (*input_shape, self.units)

    def _forward(self, parameters: Parameters, x: Array, _mask: Array | None) -> tuple[Array, Any]:
        return parameters["weight"][x], x

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[None, Gradients]:
        return None, whole(self._gradients(parameters, cache, dy))

    def _gradients(self, parameters: Parameters, cache: Any, dy: Array) -> RowGradients:
        order = np.argsort(cache, axis=None, kind="stable")
        tokens = cache.ravel()[order]
        starts = np.flatnonzero(np.diff(tokens, prepend=-1))
        counts = np.diff(starts, append=len(tokens))
        sums, again = dy[np.unravel_index(order[starts], cache.shape)], counts > 1
        if again.any():  # most words of a large vocabulary occur once, with nothing to sum
            repeated = dy[np.unravel_index(order[np.repeat(again, counts)], cache.shape)]
            ends = np.cumsum(counts[again])
            sums[again] = np.add.reduceat(repeated, ends - counts[again])
        return {"weight": Rows(parameters["weight"].shape, tokens[starts], sums)}
