"""Record the inputs, outputs and gradients of each layer of a network."""

from dataclasses import dataclass, field
from typing import Any

from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape
from weightinit.networks.layers.containers.chain import Chain, with_chains

__all__ = ["Step", "watch"]


@dataclass(eq=False)
class Step:
    r"""
    The inputs, outputs and gradients of one layer.

    Parameters
    ----------
    name : str
        The name of the layer; inside another one with that in front: ``residual0.dense1``.
    layer : Layer
        The layer.
    parameters : dict of str to ndarray
        Its parameters, by their names in the layer.
    x, y : ndarray, shape (n, ...)
        Its input and its output.
    mask : ndarray of bool, shape (n, T), or None
        Which time steps of the input count; None: all do, or there is no time.
    dy, dx : ndarray, shape (n, ...), or None
        The gradients :math:`\partial L / \partial y` and :math:`\partial L / \partial x`; None
        where no pass went back, and for integers, which have none.
    gradients : dict of str to ndarray
        The gradients of its parameters; empty where no pass went back.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 3, 2]).initialize(wi.ones)
    >>> step = net.record([[1.0, 2.0]], [0])["dense1"]
    >>> step.y, step.dy, step.gradients["bias"]
    (array([[9., 9.]]), array([[-0.5,  0.5]]), array([-0.5,  0.5]))
    """

    name: str
    layer: Layer
    parameters: Parameters
    x: Array
    y: Array
    mask: Array | None
    dy: Array | None = None
    dx: Array | None = None
    gradients: Gradients = field(default_factory=dict)


def watch(chain: Chain) -> tuple[Chain, dict[str, Step]]:
    """
    Return a chain that computes the same, unchecked, and the record that it fills.

    Parameters
    ----------
    chain : Chain
        The layers.

    Returns
    -------
    chain : Chain
        The same layers; a pass through it fills the record.
    steps : dict of str to Step
        The record, by the names of the layers, those inside of one, as of a residual branch,
        before it.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.networks import ActivationLayer, Chain
    >>> from weightinit.networks.record import watch
    >>> chain, steps = watch(Chain([ActivationLayer("relu")]))
    >>> y, cache = chain._forward({}, np.array([[-1.0, 2.0]]), None)
    >>> steps["relu0"].y
    array([[0., 2.]])
    """
    steps: dict[str, Step] = {}
    return _watched(chain, "", steps), steps


def _watched(chain: Chain, prefix: str, steps: dict[str, Step]) -> Chain:
    return Chain([_Watched(prefix + name, layer, steps) for name, layer in chain.named.items()])


class _Watched(Layer):
    """A layer that records its inputs, outputs and gradients."""

    def __init__(self, name: str, layer: Layer, steps: dict[str, Step]) -> None:
        self.name, self.layer, self.steps = name, layer, steps
        self.kind = layer.kind  # type: ignore[misc]  # that of the layer it stands for
        self.inner = with_chains(layer, lambda chain: _watched(chain, f"{name}.", steps))

    def _mask(self, x: Array, mask: Array | None) -> Array | None:
        return self.layer._mask(x, mask)

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        return self.layer._parameter_shapes(input_shape)

    def _output_shape(self, input_shape: Shape) -> Shape:
        return self.layer._output_shape(input_shape)

    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        y, cache = self.inner._forward(parameters, x, mask)
        self.steps[self.name] = Step(self.name, self.layer, parameters, x, y, mask)
        return y, cache

    def _backward(
        self, parameters: Parameters, cache: Any, dy: Array
    ) -> tuple[Array | None, Gradients]:
        step = self.steps[self.name]
        step.dy = dy
        step.dx, step.gradients = self.inner._backward(parameters, cache, dy)
        return step.dx, step.gradients
