"""Record a pass through a network of this package, layer by layer."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from weightinit._messages import shown
from weightinit.initializers import Initializer
from weightinit.networks import GLU, Attention, Chain, Dense, Network, Parallel
from weightinit.networks._backpropagation import backpropagate
from weightinit.networks._foreign import check_network
from weightinit.networks._losses import Loss
from weightinit.networks._positions import IGNORED
from weightinit.networks.layers.base import Array, Parameters
from weightinit.networks.layers.containers.chain import chains_in
from weightinit.networks.record import watch
from weightinit.tracing._probe import Probe, fixed_pull, tilt
from weightinit.tracing._steps import rows_of
from weightinit.tracing.trace import Trace

__all__ = ["NetworkProbe"]

#: How many parts of equal size, side by side, a layer takes from the one in front.
_PARTS = {Attention: 3, GLU: 2}


@dataclass(frozen=True, eq=False)
class NetworkProbe(Probe):
    """
    A batch, checked against a network of this package, and the loss for its outputs.

    Parameters
    ----------
    net : Network
        The network.
    parameters : dict of str to ndarray
        Its parameters.
    inputs : ndarray, shape (n, ...)
        The batch, as the network computes with it.
    loss : callable
        From outputs and targets to the loss and its gradient.
    targets : ndarray
        The labels or targets; empty where there are none and the pull is fixed.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.tracing._recording import NetworkProbe
    >>> net = wi.mlp([2, 3, 1]).initialize(wi.zeros)
    >>> NetworkProbe.of(net, [[1.0, 2.0]], [1]).look(net.parameters).loss
    0.693147
    """

    net: Network
    parameters: Parameters
    inputs: Array
    loss: Loss
    targets: Array

    @classmethod
    def of(cls, net: Network, x: ArrayLike, y: ArrayLike | None) -> "NetworkProbe":
        """Check a batch, and labels or targets if there are any, against a network."""
        inputs = check_network(net).check_inputs(x)
        if inputs.dtype.kind == "i" and not inputs.any():  # tokens
            raise ValueError("x must hold words, got nothing but padding, token 0; check the data")
        if y is None:
            pull = partial(_fixed_pull, net._positions(inputs))
            return cls(net, net.parameters, inputs, pull, np.empty(0))
        loss, targets = net._choose_loss(inputs, y)
        return cls(net, net.parameters, inputs, loss, targets)

    def assign(self, parameters: Parameters) -> Network:
        """Give the network these parameters, as new arrays beside those that it keeps."""
        self.net._parameters, self.net._statistics = {**self.parameters, **parameters}, {}
        return self.net

    def code(self, start: Mapping[str, Initializer]) -> tuple[str, ...]:  # noqa: ARG002
        """Return nothing: patterns say it, for the whole network at once."""
        return ()

    def with_inputs(self, inputs: Array) -> "NetworkProbe":
        """Return the same with other inputs."""
        return dataclasses.replace(self, inputs=inputs)

    def look(self, parameters: Parameters, *, tilted: bool = False) -> Trace:
        """Return the trace of a pass forward and one back, with these parameters of the network."""
        chain, steps = watch(self.net.chain)
        parameters = {**self.parameters, **parameters}
        loss = self._tilted if tilted else self.loss
        value, _, _ = backpropagate(chain, parameters, loss, self.inputs, self.targets)
        rows, y = rows_of(steps, _parts(self.net.chain)), self.targets
        if not rows:
            raise ValueError(
                f"there is nothing to trace: {shown(self.net.chain)} has no layer with a weight"
            )
        return Trace(
            inputs=self.inputs,
            layers=rows,
            loss=value,
            labels=y[y != IGNORED] if y.dtype.kind == "i" else None,
            targets=y if y.dtype.kind == "f" and y.ndim == 2 else None,
        )

    def _tilted(self, z: Array, y: Array) -> tuple[float, Array]:
        value, dz = self.loss(z, y)
        return value, dz * tilt(z.shape).astype(dz.dtype)


def _fixed_pull(mask: Array | None, z: Array, _targets: Array) -> tuple[float, Array]:
    pull = fixed_pull(z.shape).astype(z.dtype)
    return math.nan, pull if mask is None else pull * mask[..., np.newaxis]


def _parts(chain: Chain, prefix: str = "", *, beside: bool = False) -> dict[str, tuple[int, ...]]:
    """Return the units of parts, by the names of layers; layers side by side have none behind."""
    found: dict[str, tuple[int, ...]] = {}
    behind = [None] * len(chain.layers) if beside else [*chain.layers[1:], None]
    for (name, layer), other in zip(chain.named.items(), behind, strict=True):
        count = _PARTS.get(type(other), 1)  # type: ignore[arg-type]
        if isinstance(layer, Dense) and count > 1:
            found[f"{prefix}{name}"] = (layer.units // count,) * count
        for inner in chains_in(layer):
            side = isinstance(layer, Parallel)
            found |= _parts(inner, f"{prefix}{name}.", beside=side)
    return found
