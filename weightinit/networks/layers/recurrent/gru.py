"""The gated recurrent unit."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit.activations import sigmoid
from weightinit.networks.layers.base import Array
from weightinit.networks.layers.recurrent._steps import Recurrent

__all__ = ["GRU"]


@dataclass(frozen=True)
class GRU(Recurrent):
    r"""
    A recurrent layer whose gates mix the last state with a new one; it returns its last state.

    With the product :math:`(s^r, s^z, s^n)_t = h_{t-1} W + b` and the input
    :math:`(x^r, x^z, x^n)_t`, three numbers a unit,

    .. math::
        n_t = \tanh(x^n_t + r_t\, s^n_t), \qquad h_t = z_t\, h_{t-1} + (1 - z_t)\, n_t,

    where :math:`r = \sigma(x^r + s^r)` is the reset gate, :math:`z = \sigma(x^z + s^z)` the update
    gate and :math:`\sigma(a) = 1 / (1 + e^{-a})`. :math:`h_0 = 0`, and the output is :math:`h_T`.
    The input is added as it is: what weighs it is the layer before,
    ``Embedding(vocabulary, 3 * units)`` or ``Dense(3 * units)``. At a padded step the state stays.

    Backpropagation through time, full length: beside the way through the weight, where the reset
    gate multiplies the gradient for :math:`s^n`, the gradient goes along the state,

    .. math::
        \frac{\partial L}{\partial h_{t-1}} = z_t \frac{\partial L}{\partial h_t}
        + \frac{\partial L}{\partial s_t} W^\top, \qquad
        \frac{\partial L}{\partial W} = \sum_t h_{t-1}^\top \frac{\partial L}{\partial s_t}

    The parameters are ``weight``, of shape (units, 3 units), and ``bias``, of shape (3 units,).

    Raises
    ------
    TypeError, ValueError
        The input is not a sequence of vectors, or their size is not a multiple of three.

    Notes
    -----
    The reset gate comes after the product, and its third of the bias belongs to the product, as in
    PyTorch and cuDNN; in the paper the gate comes before. :math:`z` is the share that is kept: a
    positive bias on it, ``bias[units:2 * units]``, does what one on the forget gate of an
    :class:`LSTM` does: ``wi.ForgetBias(cell="gru")`` sets it.

    References
    ----------
    Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder for statistical
    machine translation", arXiv:1406.1078.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import GRU
    >>> parameters = {"weight": np.zeros((1, 3)), "bias": np.zeros(3)}
    >>> x = np.zeros((1, 3, 3))
    >>> x[0, 0] = [0.0, -9.0, 9.0]  # write a 1, then keep half of it twice
    >>> GRU().forward(parameters, x)[0].round(3)
    array([[0.25]])
    """

    kind: ClassVar[str] = "gru"
    gates: ClassVar[int] = 3

    def _step(self, a: Array, x: Array, b: Array, state: Array) -> tuple[Array, Any]:
        a += b
        r, z, s = np.split(a, 3, axis=1)
        x_r, x_z, x_n = np.split(x, 3, axis=1)
        r, z = sigmoid._phi(r + x_r), sigmoid._phi(z + x_z)
        new = np.tanh(x_n + r * s)
        return z * state + (1 - z) * new, (r, z, new, s)

    def _step_back(self, kept: Any, state: Array, flow: Array) -> tuple[Array, Array]:
        r, z, new, s = kept
        d_new = flow[0] * (1 - z) * (1 - new * new)
        d_z = flow[0] * (state[0] - new) * z * (1 - z)
        return np.concatenate([d_new * s * r * (1 - r), d_z, d_new], axis=1), flow * z

    def _of_products(self, kept: Any, dx: Array) -> Array:
        r = kept[0]
        d_r, d_z, d_new = np.split(dx, 3, axis=1)
        return np.concatenate([d_r, d_z, d_new * r], axis=1)
