"""Layer normalization."""

from dataclasses import dataclass
from typing import ClassVar

from weightinit.networks.layers.base import Array
from weightinit.networks.layers.normalization._groups import Group, Normalization

__all__ = ["LayerNorm"]


@dataclass(frozen=True)
class LayerNorm(Normalization):
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

    kind: ClassVar[str] = "norm"

    def _group(self, x: Array, _mask: Array | None) -> Group:
        return Group(-1, True, x.shape[-1])
