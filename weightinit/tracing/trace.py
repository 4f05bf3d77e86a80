"""A trace: what went through each layer of a network, forwards and back, as plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

from weightinit.activations import Activation
from weightinit.networks.base import Array

__all__ = ["LayerTrace", "Trace"]


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerTrace:
    r"""
    What went through a layer with a weight and the activation behind it: a row of a ``Trace``.

    Matrices have a row for each sample and position (pixel, word without padding) and a column for
    each feature. :math:`\partial L` stands for the gradient of the loss.

    Parameters
    ----------
    name : str
        The name of the layer; inside a residual branch with that of the block in front:
        ``residual0.dense1``. A block itself has a row behind those of its branch.
    parameters, gradients : mapping of str to ndarray
        The parameters by their full names, ``dense0.weight``, and :math:`\partial L` for each. With
        those of the layer come those of layers without a weight behind it, such as ``norm0.gain``,
        and of such that stand in front of the first layer with a weight. A weight is
        ``(in, units)`` or ``(kernel_h, kernel_w, in, units)``; a residual block has a ``scale``.
    activation : Activation or None
        The activation behind the weight; None if there is none.
    inputs, inputs_gradient : ndarray, shape (rows, in), or None
        What the layer received; None for tokens.
    pre_activations, pre_activations_gradient : ndarray, shape (rows, units)
        What the activation received.
    activations, activations_gradient : ndarray, shape (rows, units)
        What it made of that; the pre-activations if there is none.
    kind : str, default "dense"
        What :func:`~weightinit.recommend` calls such a layer, or ``"residual"`` for a block.
    samples : ndarray of int, shape (rows,), or None
        Which sample each row is of, in ascending order; None: each is of another.
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
    >>> net = wi.mlp([2, 4, 3]).initialize(wi.he_normal, rng=0)
    >>> row = wi.trace(net, [[1.0, 2.0], [0.5, -1.0]], [0, 2]).layers[0]
    >>> row.name, row.activation, row.pre_activations.shape
    ('dense0', relu, (2, 4))
    >>> list(row.parameters), row.weight.shape
    (['dense0.weight', 'dense0.bias'], (2, 4))
    """

    name: str
    parameters: Mapping[str, Array]
    gradients: Mapping[str, Array]
    activation: Activation | None
    inputs: Array | None
    inputs_gradient: Array | None
    pre_activations: Array
    pre_activations_gradient: Array
    activations: Array
    activations_gradient: Array
    kind: str = "dense"
    samples: Array | None = None
    normalized: bool = False
    pooled: bool = False
    coverage: float = 1.0
    steps: Array | None = None
    steps_left: Array | None = None

    @property
    def weight(self) -> Array | None:
        """The weight of the layer itself; None for a residual block."""
        return self.parameters.get(f"{self.name}.weight")

    @property
    def weight_gradient(self) -> Array | None:
        """The gradient for the weight."""
        return self.gradients.get(f"{self.name}.weight")

    @property
    def bias(self) -> Array | None:
        """The bias of the layer itself, if it has one."""
        return self.parameters.get(f"{self.name}.bias")

    @property
    def bias_gradient(self) -> Array | None:
        """The gradient for the bias."""
        return self.gradients.get(f"{self.name}.bias")

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
    What one pass forward and one back left behind, of a network of whatever framework.

    Parameters
    ----------
    inputs : ndarray, shape (n, ...)
        The batch, as the network received it.
    layers : tuple of LayerTrace
        The layers with weights and the residual blocks, in the order of the forward pass; the last
        makes the outputs.
    loss : float
        The loss of the batch; nan where neither labels nor targets were given.
    labels : ndarray of int, shape (n,), or None
        The labels of the batch; None where there are none.
    after : Trace or None
        The same after a few small steps, where gradients were exactly zero at first and such steps
        wake some of them: behind a layer that starts at zero.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 4, 3]).initialize(
    ...     {"dense1.weight": wi.zeros, "*.weight": wi.he_normal}, rng=0
    ... )
    >>> found = wi.trace(net, [[1.0, 2.0], [0.5, -1.0]], [0, 2])
    >>> bool(found.gradients["dense0.weight"].any())  # the zero output layer is in the way
    False
    >>> bool(found.after.gradients["dense0.weight"].any())  # and a step later it is not
    True
    """

    inputs: Array
    layers: tuple[LayerTrace, ...]
    loss: float
    labels: Array | None
    after: "Trace | None" = None

    @property
    def parameters(self) -> dict[str, Array]:
        """All parameters of the network, by name."""
        return {name: array for row in self.layers for name, array in row.parameters.items()}

    @property
    def gradients(self) -> dict[str, Array]:
        """The gradient for each of the parameters."""
        return {name: array for row in self.layers for name, array in row.gradients.items()}
