"""Multi-head attention."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit._checks import check_flag, check_integer, check_positive
from weightinit._messages import shown
from weightinit.networks.layers._passes import check_forward
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["Attention"]


@dataclass(frozen=True)
class Attention(Layer):
    r"""
    Let each position take a weighted mean of the values of positions, in several heads.

    The layer has no weights: queries, keys and values come side by side, in this order, from the
    layer in front, ``Dense(3 * width)`` or ``Parallel([Dense(width)] * 3)``. Each is cut into
    heads of d features, and a head computes

    .. math:: y_t = \sum_s A_{ts} v_s, \qquad
        A_{ts} = \frac{e^{S_{ts}}}{\sum_{r} e^{S_{tr}}}, \qquad
        S_{ts} = c\, q_t \cdot k_s

    with the scale :math:`c`. Backwards, with :math:`\partial A_{ts} = \partial y_t \cdot v_s`
    (:math:`\partial` stands for the gradient of the loss),

    .. math:: \partial S_{ts} = A_{ts} \Bigl(\partial A_{ts} - \sum_r A_{tr}\, \partial A_{tr}
        \Bigr), \qquad \partial q_t = c \sum_s \partial S_{ts}\, k_s, \qquad
        \partial k_s = c \sum_t \partial S_{ts}\, q_t, \qquad
        \partial v_s = \sum_t A_{ts}\, \partial y_t.

    Parameters
    ----------
    heads : int
        How many heads; they divide the width.
    causal : bool, default False
        Whether a position sees itself and those before it, and none after.
    scale : float, optional
        The factor :math:`c > 0`; :math:`1 / \sqrt d` if left out.

    Raises
    ------
    TypeError, ValueError
        `heads` is not an integer >= 1, `scale` not a number > 0; the input is not a sequence whose
        width is three times a multiple of `heads`.

    Notes
    -----
    Padding gets no attention. A position that sees nothing but padding puts out 0.

    References
    ----------
    Vaswani et al. (2017), "Attention is all you need", arXiv:1706.03762.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import Attention
    >>> q, k, v = np.zeros((3, 1)), np.zeros((3, 1)), np.array([[3.0], [6.0], [0.0]])
    >>> x = np.concatenate([q, k, v], axis=1)[np.newaxis]
    >>> y, _ = Attention(heads=1, causal=True).forward({}, x)  # equal scores: plain means
    >>> y.ravel()
    array([3. , 4.5, 3. ])
    """

    heads: int
    causal: bool = False
    scale: float | None = None
    kind: ClassVar[str] = "attention"

    def __post_init__(self) -> None:
        object.__setattr__(self, "heads", check_integer("heads", self.heads, at_least=1))
        check_flag("causal", self.causal)
        if self.scale is not None:
            hint = "leave it out for 1 / sqrt of the features of a head"
            object.__setattr__(self, "scale", check_positive("scale", self.scale, hint=hint))

    def weights(self, x: Array, mask: Array | None = None) -> Array:
        """
        Return how much attention each position pays to each.

        Parameters
        ----------
        x : ndarray, shape (n, T, 3 * width)
            Queries, keys and values, side by side.
        mask : ndarray of bool, shape (n, T), optional
            Which positions count; the others are padding.

        Returns
        -------
        ndarray, shape (n, heads, T, T)
            The weights :math:`A`; a row sums to 1, or to 0 where it sees nothing but padding.

        Raises
        ------
        TypeError, ValueError
            As for ``forward``.

        Examples
        --------
        >>> import numpy as np
        >>> from weightinit.networks import Attention
        >>> Attention(heads=2, causal=True).weights(np.zeros((1, 2, 6)))[0, 0]
        array([[1. , 0. ],
               [0.5, 0.5]])
        """
        _, batch, steps = check_forward(self, {}, x, mask)
        q, k, _ = self._split(batch)
        return self._weights(q, k, steps)

    def _parameter_shapes(self, _input_shape: Shape) -> dict[str, tuple[int, ...]]:
        return {}

    def _output_shape(self, input_shape: Shape) -> Shape:
        last = input_shape[-1] if len(input_shape) == 2 else None
        if last is None or last % (3 * self.heads):
            raise ValueError(
                f"{shown(self)} takes queries, keys and values side by side, (T, 3 * width) with "
                f"a width that {self.heads} divides, got {shown(input_shape)} as input_shape; put "
                "Dense(3 * width) in front"
            )
        return (input_shape[0], last // 3)

    def _split(self, x: Array) -> Array:
        """Return queries, keys and values, each (n, heads, T, d)."""
        n, T, last = x.shape
        parts = x.reshape(n, T, 3, self.heads, last // (3 * self.heads))
        return parts.transpose(2, 0, 3, 1, 4)

    def _weights(self, q: Array, k: Array, mask: Array | None) -> Array:
        S = self._factor(q) * (q @ k.mT)
        seen = np.ones(S.shape[-2:], bool)
        if self.causal:
            seen = np.tri(len(seen), dtype=bool)
        if mask is not None:
            seen = seen & mask[:, np.newaxis, np.newaxis]
        S = np.where(seen, S, -np.inf)
        largest = S.max(axis=-1, keepdims=True)
        A = np.exp(S - np.where(np.isneginf(largest), 0, largest))
        total = A.sum(axis=-1, keepdims=True)
        return np.asarray(A / np.where(total == 0, 1, total))

    def _factor(self, q: Array) -> Array:
        scale = 1 / math.sqrt(q.shape[-1]) if self.scale is None else self.scale
        return np.asarray(scale, q.dtype)

    def _forward(self, _parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        q, k, v = self._split(x)
        A = self._weights(q, k, mask)
        return _joined(A @ v), (q, k, v, A)

    def _backward(self, _parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        q, k, v, A = cache
        n, heads, T, d = q.shape
        dy = dy.reshape(n, T, heads, d).transpose(0, 2, 1, 3)
        dA = dy @ v.mT
        dS = A * (dA - (A * dA).sum(axis=-1, keepdims=True))
        dS *= self._factor(q)
        parts = dS @ k, dS.mT @ q, A.mT @ dy
        return np.concatenate([_joined(part) for part in parts], axis=-1), {}


def _joined(parts: Array) -> Array:
    """Return the heads side by side: (n, heads, T, d) as (n, T, heads * d)."""
    n, heads, T, d = parts.shape
    return parts.transpose(0, 2, 1, 3).reshape(n, T, heads * d)
