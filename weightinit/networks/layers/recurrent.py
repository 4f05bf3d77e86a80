"""Layers for sequences: the lookup of tokens, and the recurrent layer after it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit import activations
from weightinit._checks import check_integer
from weightinit._messages import message, shown
from weightinit.networks.layers._inputs import check_tokens
from weightinit.networks.layers._rows import RowGradients, Rows, whole
from weightinit.networks.layers._shapes import as_rows, last_size, sum_rows
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["PADDING", "RNN", "Embedding"]

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


# phi' in terms of the state h = phi(a), which is at hand, where a is not.
_SLOPES: dict[activations.Activation, Callable[[Array], Array]] = {
    activations.linear: np.ones_like,
    activations.relu: lambda h: (h > 0).astype(h.dtype),
    activations.tanh: lambda h: 1 - h * h,
}


@dataclass(frozen=True)
class RNN(Layer):
    r"""
    A recurrent layer that keeps its last state, :math:`h_t = \phi(x_t + h_{t-1} W + b)`.

    :math:`h_0 = 0`, and the output is :math:`h_T`. The input :math:`x_t` is added as it is: what
    weighs it is the layer in front, an :class:`Embedding` for tokens, a :class:`Dense` for
    vectors. So all inputs of a batch are weighed in one product. At a padded step the state
    stays, :math:`h_t = h_{t-1}`.

    Backpropagation through time, full length, with :math:`a_t = x_t + h_{t-1} W + b`:

    .. math::
        \frac{\partial L}{\partial a_t} = \frac{\partial L}{\partial h_t} \phi'(a_t), \qquad
        \frac{\partial L}{\partial h_{t-1}} = \frac{\partial L}{\partial a_t} W^\top, \qquad
        \frac{\partial L}{\partial W} = \sum_t h_{t-1}^\top \frac{\partial L}{\partial a_t}

    Parameters
    ----------
    activation : {"tanh", "relu", "linear"} or Activation, default "tanh"
        The activation :math:`\phi`, one of those three.

    Raises
    ------
    TypeError, ValueError
        The activation is another; the input is not a sequence of vectors.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import RNN
    >>> parameters = {"weight": np.array([[0.5]]), "bias": np.zeros(1)}
    >>> h, cache = RNN("linear").forward(parameters, np.array([[[1.0], [0.0], [0.0]]]))
    >>> h  # what is left of the first input after two more steps: 0.5 ** 2
    array([[0.25]])
    """

    activation: activations.Activation = activations.tanh
    kind: ClassVar[str] = "rnn"

    def __init__(self, activation: str | activations.Activation = "tanh") -> None:
        phi = activations.get(activation)
        if phi not in _SLOPES:
            known = ", ".join(repr(one.name) for one in _SLOPES)
            hint = "the slopes of those are known from the state alone"
            raise ValueError(message("activation", activation, f"one of {known}", hint))
        object.__setattr__(self, "activation", phi)

    def _mask(self, _x: Array, _mask: Array | None) -> None:
        """Return None: after the last state there are no time steps."""

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        units = last_size(self, input_shape)
        return {"weight": (units, units), "bias": (units,)}

    def _output_shape(self, input_shape: Shape) -> Shape:
        units = last_size(self, input_shape)
        if len(input_shape) != 2:
            raise ValueError(
                f"{shown(self)} takes sequences of shape (T, units) as input_shape, got "
                f"{shown(input_shape)}; put an Embedding or a Dense layer in front"
            )
        return (units,)

    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        W, b = parameters["weight"], parameters["bias"]
        n, T, units = x.shape
        h = np.empty((T + 1, n, units), x.dtype)
        h[0] = 0
        for t in range(T):
            a = h[t] @ W
            a += x[:, t]
            a += b
            h[t + 1] = self.activation._phi(a)
            if mask is not None:
                np.copyto(h[t + 1], h[t], where=~mask[:, t, np.newaxis])
        return h[T], (h, mask)

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        h, mask = cache
        W, slope = parameters["weight"], _SLOPES[self.activation]
        back = np.ascontiguousarray(W.T)
        da = np.empty_like(h[1:])
        dh = dy
        for t in reversed(range(len(da))):
            np.multiply(dh, slope(h[t + 1]), out=da[t])
            if mask is None:
                dh = da[t] @ back
            else:
                counts = mask[:, t, np.newaxis]
                da[t] *= counts
                dh = np.where(counts, da[t] @ back, dh)
        gradients = {"weight": as_rows(h[:-1]).T @ as_rows(da), "bias": sum_rows(da)}
        return da.transpose(1, 0, 2), gradients
