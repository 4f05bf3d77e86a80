"""The batch that a monitor looks through a network with."""

import math

import numpy as np
from numpy.typing import ArrayLike

from weightinit._arrays import check_array
from weightinit._messages import shown
from weightinit.diagnosis import LayerTrace
from weightinit.diagnosis.rows import rows_of
from weightinit.diagnosis.visits import pass_back, pass_forward
from weightinit.networks import Network
from weightinit.networks.base import Array
from weightinit.networks.losses import Loss, choose_loss

__all__ = ["Probe", "check_probe"]


def check_probe(x: ArrayLike, y: ArrayLike | None) -> tuple[Array, Array | None]:
    """Return copies of a probe and its labels, as far as they can be checked without a network."""
    way_out = "give it a few samples, such as x[:32] and y[:32]"
    batch = check_array("x", x, "an array of samples", hint=way_out).copy()
    if batch.ndim < 1 or len(batch) == 0:
        raise ValueError(f"x must hold at least one sample, got {shown(x)}; {way_out}")
    if y is None:
        return batch, None
    targets = check_array("y", y, "an array of labels or targets", hint=way_out).copy()
    if targets.ndim < 1 or len(targets) != len(batch):
        raise ValueError(
            f"y must hold a label or target for each of the {len(batch)} samples of x, got shape "
            f"{shown(targets.shape)}; {way_out}"
        )
    return batch, targets


class Probe:
    """A fixed batch with its loss, checked against the network that it is for."""

    def __init__(self, net: Network, x: Array, y: Array | None) -> None:
        self.x = net.check_inputs(x)
        self.y = np.empty(0)
        self.loss: Loss = _fixed_pull
        if y is not None:
            self.loss, self.y = choose_loss(y, len(self.x), net.output_shape)

    def look(self, net: Network) -> tuple[float, list[LayerTrace]]:
        """Return the loss and the rows of the layers, by a pass forward and one back."""
        visits = pass_forward(net.chain, net.parameters, self.x, None, "")
        value, dz = self.loss(visits[-1].y, self.y)
        pass_back(net.chain, net.parameters, visits, dz)
        return value, list(rows_of(visits))


def _fixed_pull(z: Array, y: Array) -> tuple[float, Array]:
    """Stand in for a loss where there are no labels: pull at the outputs, always the same way."""
    del y
    pull = np.random.default_rng(0).standard_normal(z.shape) / len(z)
    return math.nan, pull.astype(z.dtype)
