"""An activation as a layer."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from weightinit import activations
from weightinit.activations import Activation
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["ActivationLayer"]

#: Activations with phi'(phi(x)) = phi'(x): the layer keeps its output, which the next layer keeps
#: as well, and not its input, whose memory is free at once for the next output.
_SAME_SLOPE = {activations.linear, activations.relu, activations.relu6, activations.hardtanh}


@dataclass(frozen=True)
class ActivationLayer(Layer):
    r"""
    An activation applied elementwise, :math:`y = \phi(x)`.

    .. math:: \frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\, \phi'(x)

    A network names it after its activation: ``relu0``.

    Parameters
    ----------
    activation : str or Activation
        A name, such as ``"relu"``, or an activation.

    Raises
    ------
    TypeError, ValueError
        There is no such activation; the message lists those that there are.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import ActivationLayer
    >>> layer = ActivationLayer("relu")
    >>> y, cache = layer.forward({}, np.array([[-1.0, 2.0]]))
    >>> y
    array([[0., 2.]])
    >>> layer.backward({}, cache, np.array([[5.0, 5.0]]))[0]
    array([[0., 5.]])
    """

    activation: Activation

    def __init__(self, activation: str | Activation) -> None:
        object.__setattr__(self, "activation", activations.get(activation))

    @property
    def kind(self) -> str:  # type: ignore[override]  # it is known only with the activation
        """The name of the layer in a network, before its number: ``relu0``."""
        return self.activation.name

    @cached_property
    def _keeps_output(self) -> bool:
        return self.activation in _SAME_SLOPE

    def _parameter_shapes(self, _input_shape: Shape) -> dict[str, tuple[int, ...]]:
        return {}

    def _output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def _forward(self, _parameters: Parameters, x: Array, _mask: Array | None) -> tuple[Array, Any]:
        y = self.activation._phi(x)
        return y, y if self._keeps_output else x

    def _backward(self, _parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        return dy * self.activation._slope(cache), {}
