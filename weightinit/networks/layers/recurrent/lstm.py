"""The long short-term memory."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit.activations import sigmoid
from weightinit.networks.layers.base import Array
from weightinit.networks.layers.recurrent._steps import Recurrent

__all__ = ["LSTM"]


@dataclass(frozen=True)
class LSTM(Recurrent):
    r"""
    A recurrent layer with a memory that gates write, keep and read; it returns its last state.

    .. math::
        (a^i, a^f, a^g, a^o)_t = x_t + h_{t-1} W + b, \qquad
        c_t = f_t\, c_{t-1} + i_t\, g_t, \qquad h_t = o_t \tanh c_t

    with the input gate :math:`i = \sigma(a^i)`, the forget gate :math:`f = \sigma(a^f)`, the
    candidate :math:`g = \tanh(a^g)` and the output gate :math:`o = \sigma(a^o)`, where
    :math:`\sigma(z) = 1 / (1 + e^{-z})`. The memory :math:`c` and the state :math:`h` start at 0,
    and the output is :math:`h_T`. The input :math:`x_t`, four numbers a unit in the order i, f, g,
    o, is added as it is: what weighs it is the layer before, ``Embedding(vocabulary, 4 * units)``
    or ``Dense(4 * units)``. At a padded step :math:`h` and :math:`c` stay.

    Backpropagation through time, full length. The gradient goes back through the weight, and along
    the memory, where the forget gate alone multiplies it:

    .. math::
        \frac{\partial L}{\partial c_t} = f_{t+1} \frac{\partial L}{\partial c_{t+1}}
        + o_t (1 - \tanh^2 c_t) \frac{\partial L}{\partial h_t}, \qquad
        \frac{\partial L}{\partial h_{t-1}} = \frac{\partial L}{\partial a_t} W^\top, \qquad
        \frac{\partial L}{\partial W} = \sum_t h_{t-1}^\top \frac{\partial L}{\partial a_t}

    The parameters are ``weight``, of shape (units, 4 units), and ``bias``, of shape (4 units,).

    Raises
    ------
    TypeError, ValueError
        The input is not a sequence of vectors, or their size is not a multiple of four.

    Notes
    -----
    A bias of 1 on the forget gate, ``bias[units:2 * units]``, lets the memory last longer at the
    start; :func:`~weightinit.start` sets it, and draws the four gates apart. By hand:
    :class:`~weightinit.ForgetBias` or :class:`~weightinit.Chrono` for the bias,
    :class:`~weightinit.Stacked` for the weight.

    References
    ----------
    Hochreiter and Schmidhuber (1997), "Long short-term memory", Neural Computation 9(8); Gers,
    Schmidhuber and Cummins (2000), "Learning to forget", Neural Computation 12(10).

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import LSTM
    >>> parameters = {"weight": np.zeros((1, 4)), "bias": np.zeros(4)}
    >>> x = np.zeros((1, 3, 4))
    >>> x[0, 0] = [9.0, 0.0, 9.0, 0.0]  # write a 1, then keep half of it twice
    >>> h, _ = LSTM().forward(parameters, x)
    >>> np.arctanh(2 * h).round(3)
    array([[0.25]])
    """

    kind: ClassVar[str] = "lstm"
    gates: ClassVar[int] = 4
    states: ClassVar[int] = 2

    def _step(self, a: Array, x: Array, b: Array, state: Array) -> tuple[Array, Any]:
        a += x
        a += b
        i, f, g, o = np.split(a, 4, axis=1)
        i, f, g, o = sigmoid._phi(i), sigmoid._phi(f), np.tanh(g), sigmoid._phi(o)
        c = f * state[1] + i * g
        read = np.tanh(c)
        return np.stack([o * read, c]), (i, f, g, o, read)

    def _step_back(self, kept: Any, state: Array, flow: Array) -> tuple[Array, Array]:
        i, f, g, o, read = kept
        dh, dc = flow
        dc = dc + dh * o * (1 - read * read)
        da = [
            dc * g * i * (1 - i),
            dc * state[1] * f * (1 - f),
            dc * i * (1 - g * g),
            dh * read * o * (1 - o),
        ]
        return np.concatenate(da, axis=1), np.stack([np.zeros_like(dh), dc * f])
