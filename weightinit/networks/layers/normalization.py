"""Layer normalization."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit._checks import check_positive
from weightinit._messages import message
from weightinit.networks.layers._shapes import last_size, sum_rows
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["LayerNorm"]


@dataclass(frozen=True)
class LayerNorm(Layer):
    r"""
    Normalize the last axis to mean 0 and variance 1, then apply a learned gain and bias.

    .. math:: y = g\, \hat x + b, \qquad \hat x = \frac{x - \mu}{\sigma}, \qquad
        \sigma = \sqrt{\operatorname{Var} x + \varepsilon}

    with the mean :math:`\mu` and the variance over the last axis. With
    :math:`d = \partial L / \partial \hat x = g\, \partial L / \partial y`, and bars for means over
    the last axis,

    .. math:: \frac{\partial L}{\partial x} = \frac{1}{\sigma}
        \bigl(d - \bar d - \hat x\, \overline{d \hat x}\bigr).

    The parameters are ``gain``, which starts at 1, and ``bias``, which starts at 0.

    Parameters
    ----------
    epsilon : float, default 1e-5
        The number :math:`\varepsilon > 0` that keeps a constant sample from a division by zero.

    Raises
    ------
    TypeError, ValueError
        `epsilon` is not a finite number > 0, or is 0 or infinite in float32.

    References
    ----------
    Ba, Kiros and Hinton (2016), "Layer normalization", arXiv:1607.06450.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import LayerNorm
    >>> parameters = {"gain": np.ones(2), "bias": np.zeros(2)}
    >>> y, _ = LayerNorm().forward(parameters, np.array([[1.0, 3.0]]))
    >>> y.round(4)
    array([[-1.,  1.]])
    """

    epsilon: float = 1e-5
    kind: ClassVar[str] = "norm"

    def __post_init__(self) -> None:
        epsilon, limits = check_positive("epsilon", self.epsilon), np.finfo(np.float32)
        least, most = float(limits.smallest_normal), float(limits.max)
        if not least <= epsilon <= most:
            told = f"a number that float32 holds, from {least:.1e} to {most:.1e}"
            raise ValueError(message("epsilon", self.epsilon, told, "1e-5 is usual"))
        object.__setattr__(self, "epsilon", epsilon)

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        size = last_size(self, input_shape)
        return {"gain": (size,), "bias": (size,)}

    def _output_shape(self, input_shape: Shape) -> Shape:
        last_size(self, input_shape)
        return input_shape

    def _forward(self, parameters: Parameters, x: Array, _mask: Array | None) -> tuple[Array, Any]:
        sigma = np.sqrt(x.var(axis=-1, keepdims=True) + self.epsilon)
        x_hat = (x - x.mean(axis=-1, keepdims=True)) / sigma
        return parameters["gain"] * x_hat + parameters["bias"], (x_hat, sigma)

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        x_hat, sigma = cache
        d = parameters["gain"] * dy
        mean = d.mean(axis=-1, keepdims=True)
        slope = (d * x_hat).mean(axis=-1, keepdims=True)
        gradients = {"gain": sum_rows(dy * x_hat), "bias": sum_rows(dy)}
        return (d - mean - x_hat * slope) / sigma, gradients
