"""The recurrent layer without gates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit import activations
from weightinit._messages import message
from weightinit.networks.layers.base import Array
from weightinit.networks.layers.recurrent._steps import Recurrent

__all__ = ["RNN"]

# phi' in terms of the state h = phi(a), which is at hand, where a is not.
_SLOPES: dict[activations.Activation, Callable[[Array], Array]] = {
    activations.linear: np.ones_like,
    activations.relu: lambda h: (h > 0).astype(h.dtype),
    activations.tanh: lambda h: 1 - h * h,
}


@dataclass(frozen=True)
class RNN(Recurrent):
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

    def _step(self, a: Array, x: Array, b: Array, _state: Array) -> tuple[Array, Any]:
        a += x
        a += b
        h = self.activation._phi(a)
        return h[np.newaxis], h

    def _step_back(self, kept: Any, _state: Array, flow: Array) -> tuple[Array, Array]:
        return flow[0] * _SLOPES[self.activation](kept), np.zeros_like(flow)
