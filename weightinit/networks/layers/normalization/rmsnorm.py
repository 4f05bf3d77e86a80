"""Root mean square normalization."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit.networks.layers._shapes import last_size, sum_rows
from weightinit.networks.layers.base import Array, Gradients, Parameters, Shape
from weightinit.networks.layers.normalization.layernorm import LayerNorm

__all__ = ["RMSNorm"]


@dataclass(frozen=True)
class RMSNorm(LayerNorm):
    r"""
    Divide the last axis by its root mean square, then apply a learned gain; keep the mean.

    .. math:: y = g\, \hat x, \qquad \hat x = \frac{x}{\sigma}, \qquad
        \sigma = \sqrt{\overline{x^2} + \varepsilon}

    With :math:`d = g\, \partial L / \partial y`, and bars for means over the last axis,

    .. math:: \frac{\partial L}{\partial x} = \frac{1}{\sigma}
        \bigl(d - \hat x\, \overline{d \hat x}\bigr).

    The parameter is ``gain``, which starts at 1.

    Parameters
    ----------
    epsilon : float, default 1e-5
        The number :math:`\varepsilon > 0` that keeps a sample of zeros from a division by zero.

    Raises
    ------
    TypeError, ValueError
        `epsilon` is not a finite number > 0, or is 0 or infinite in float32.

    References
    ----------
    Zhang and Sennrich (2019), "Root mean square layer normalization", arXiv:1910.07467.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import RMSNorm
    >>> y, _ = RMSNorm().forward({"gain": np.ones(2)}, np.array([[3.0, 3.0]]))
    >>> y.round(4)
    array([[1., 1.]])
    """

    kind: ClassVar[str] = "rmsnorm"

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        return {"gain": (last_size(self, input_shape),)}

    def _forward(self, parameters: Parameters, x: Array, _mask: Array | None) -> tuple[Array, Any]:
        sigma = np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + self.epsilon)
        x_hat = x / sigma
        return parameters["gain"] * x_hat, (x_hat, sigma)

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        x_hat, sigma = cache
        d = parameters["gain"] * dy
        through_size = x_hat * (d * x_hat).mean(axis=-1, keepdims=True)
        return (d - through_size) / sigma, {"gain": sum_rows(dy * x_hat)}
