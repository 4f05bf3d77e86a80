"""Gated linear units."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit import activations
from weightinit._messages import shown
from weightinit.activations import Activation
from weightinit.networks.layers._shapes import last_size
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["GLU"]


@dataclass(frozen=True)
class GLU(Layer):
    r"""
    Multiply one half of the features by an activation of the other, :math:`y = a\, \phi(b)`.

    The first half of the last axis is the value :math:`a`, the second half the gate :math:`b`, as
    in PyTorch's ``GLU``.

    .. math:: \frac{\partial L}{\partial a} = \frac{\partial L}{\partial y}\, \phi(b), \qquad
        \frac{\partial L}{\partial b} = \frac{\partial L}{\partial y}\, a\, \phi'(b)

    Parameters
    ----------
    activation : str or Activation, default "sigmoid"
        The activation :math:`\phi`; with ``"silu"`` it is a SwiGLU, with ``"gelu"`` a GEGLU.

    Raises
    ------
    TypeError, ValueError
        There is no such activation; the last axis of the input is not even.

    References
    ----------
    Dauphin, Fan, Auli and Grangier (2016), arXiv:1612.08083; Shazeer (2020), arXiv:2002.05202.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import GLU
    >>> y, _ = GLU().forward({}, np.array([[4.0, 2.0, 0.0, 1000.0]]))
    >>> y
    array([[2., 2.]])
    """

    activation: Activation
    kind: ClassVar[str] = "glu"

    def __init__(self, activation: str | Activation = "sigmoid") -> None:
        object.__setattr__(self, "activation", activations.get(activation))

    def _parameter_shapes(self, _input_shape: Shape) -> dict[str, tuple[int, ...]]:
        return {}

    def _output_shape(self, input_shape: Shape) -> Shape:
        size = last_size(self, input_shape)
        if size % 2:
            raise ValueError(
                f"{shown(self)} takes values and gates side by side, an even last axis, got "
                f"{shown(input_shape)} as input_shape; put Dense(2 * hidden) in front"
            )
        return (*input_shape[:-1], size // 2)

    def _forward(self, _parameters: Parameters, x: Array, _mask: Array | None) -> tuple[Array, Any]:
        a, b = np.split(x, 2, axis=-1)
        phi = self.activation._phi(b)
        return a * phi, (a, b, phi)

    def _backward(self, _parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        a, b, phi = cache
        return np.concatenate([dy * phi, dy * a * self.activation._slope(b)], axis=-1), {}
