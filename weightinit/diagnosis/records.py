"""A trace: what went through each layer of a network, forwards and back, as plain arrays."""

from dataclasses import dataclass

from weightinit.activations import Activation
from weightinit.networks.base import Array

__all__ = ["LayerTrace", "Trace"]


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerTrace:
    r"""
    What went through a layer and the activation behind it: a row of a ``Trace``.

    Matrices have a row for each sample and position (pixel, word without padding) and a column for
    each feature. :math:`\partial L` stands for the gradient of the loss.

    Parameters
    ----------
    name : str
        The name of the layer; inside a residual branch with that of the block in front:
        ``residual0.dense1``. A block itself has a row behind those of its branch.
    weight, weight_gradient : ndarray or None
        The weight, ``(in, units)`` or ``(kernel_h, kernel_w, in, units)``, and its gradient; None
        for a residual block, which adds its branch to its input.
    bias, bias_gradient : ndarray, shape (units,), or None
        The bias and its gradient, if there is one.
    activation : Activation or None
        The activation behind the weight; None if there is none.
    inputs, inputs_gradient : ndarray, shape (rows, in), or None
        What the layer received; None for tokens.
    pre_activations, pre_activations_gradient : ndarray, shape (rows, units)
        What the activation received.
    activations, activations_gradient : ndarray, shape (rows, units)
        What it made of that; the pre-activations if there is none.
    normalized : bool, default False
        Whether a normalization stands between weight and activation.
    pooled : bool, default False
        Whether max pooling follows.
    coverage : float, default 1.0
        The share of a kernel that lies inside the image, on average: padding is zero.
    steps, steps_left : ndarray of int, shape (rows,), or None
        In a recurrent layer: how many time steps came before each row, and how many follow.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import trace
    >>> net = wi.mlp([2, 4, 3]).initialize(wi.he_normal, rng=0)
    >>> row = trace(net, [[1.0, 2.0], [0.5, -1.0]], [0, 2]).layers[0]
    >>> row.name, row.activation, row.pre_activations.shape
    ('dense0', relu, (2, 4))
    """

    name: str
    weight: Array | None
    weight_gradient: Array | None
    bias: Array | None
    bias_gradient: Array | None
    activation: Activation | None
    inputs: Array | None
    inputs_gradient: Array | None
    pre_activations: Array
    pre_activations_gradient: Array
    activations: Array
    activations_gradient: Array
    normalized: bool = False
    pooled: bool = False
    coverage: float = 1.0
    steps: Array | None = None
    steps_left: Array | None = None

    @property
    def units(self) -> int:
        """How many units the layer has: channels in a convolution."""
        return int(self.pre_activations.shape[-1])

    @property
    def block(self) -> str:
        """The residual block in whose branch the layer stands; empty outside of any."""
        return self.name.rpartition(".")[0]


@dataclass(frozen=True, eq=False, kw_only=True)
class Trace:
    """
    What one pass forward and one back left behind: all that a diagnosis is made from.

    To diagnose a network of another framework, fill one and give it to
    :func:`weightinit.diagnosis.judge`.

    Parameters
    ----------
    layers : tuple of LayerTrace
        The layers with weights and the residual blocks, in the order of the forward pass; the last
        makes the outputs.
    loss : float
        The loss of the batch.
    labels : ndarray of int, shape (n,), or None
        The labels of the batch; None where the targets are numbers or were made up.
    after : Trace or None
        The same after a few small steps, where gradients were exactly zero at first and such steps
        wake some of them: behind a layer that starts at zero.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import trace
    >>> net = wi.mlp([2, 4, 3]).initialize(
    ...     {"dense1.weight": wi.zeros, "*.weight": wi.he_normal}, rng=0
    ... )
    >>> found = trace(net, [[1.0, 2.0], [0.5, -1.0]], [0, 2])
    >>> bool(found.layers[0].weight_gradient.any())  # the zero output layer is in the way
    False
    >>> bool(found.after.layers[0].weight_gradient.any())  # and a step later it is not
    True
    """

    layers: tuple[LayerTrace, ...]
    loss: float
    labels: Array | None
    after: "Trace | None" = None
