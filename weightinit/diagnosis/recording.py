"""Recording a trace: a pass forward and one back, layer by layer."""

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from weightinit._messages import shown
from weightinit.diagnosis.records import Trace
from weightinit.diagnosis.rows import rows_of
from weightinit.diagnosis.visits import pass_back, pass_forward
from weightinit.networks.base import Array, Gradients, Parameters
from weightinit.networks.chain import Chain
from weightinit.networks.foreign import check_network
from weightinit.networks.losses import Loss, choose_loss, mean_squared_error
from weightinit.networks.network import Network

__all__ = ["trace"]

#: A step lowers the loss by about this share of it: small, and the same on any scale.
_STEP = 0.01


def trace(net: Network, x: ArrayLike, y: ArrayLike | None = None) -> Trace:
    """
    Record what goes through each layer of a network, forwards and back.

    Parameters
    ----------
    net : Network
        The network, with weights; they are not changed.
    x : array_like, shape (n, ...)
        A batch of samples; about a hundred will do.
    y : array_like, shape (n,) or (n, d), optional
        Labels or targets. Left out: labels are made up, at random but always the same.

    Returns
    -------
    Trace
        The record.

    Raises
    ------
    RuntimeError
        The network has no weights yet.
    TypeError, ValueError
        `net` is no network or has no layer with a weight; `x` or `y` do not fit it.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import trace
    >>> net = wi.mlp([2, 4, 3]).initialize(wi.he_normal, rng=0)
    >>> [layer.name for layer in trace(net, [[1.0, 2.0]]).layers]
    ['dense0', 'dense1']
    """
    net = check_network(net)
    parameters, batch = net.parameters, net.check_inputs(x)
    targets = _made_up_labels(len(batch), net) if y is None else y
    loss, targets = choose_loss(targets, len(batch), net.output_shape)
    labels = None if y is None or loss is mean_squared_error else targets
    recorder = _Recorder(net.chain, loss, batch, targets, labels)
    with np.errstate(all="ignore"):  # what is not finite is found by the judge
        first, _ = recorder.record(parameters)
        if not first.layers:
            raise ValueError(
                f"there is nothing to diagnose: net, {shown(net)}, has no layer with a weight"
            )
        if not all(len(row.activations) for row in first.layers):
            raise ValueError("x must hold words, got nothing but padding, token 0; check the data")
        after = recorder.tilted().look_again(parameters) if _silent(first) else None
        return dataclasses.replace(first, after=after)


def _made_up_labels(n: int, net: Network) -> Array:
    classes = max(net.output_shape[-1] or 1, 2) if net.output_shape else 2
    return np.random.default_rng(0).integers(0, classes, n)


@dataclass(frozen=True)
class _Recorder:
    """A batch with its loss, from which traces are made for any parameters."""

    chain: Chain
    loss: Loss
    x: Array
    y: Array
    labels: Array | None

    def record(self, parameters: Parameters) -> tuple[Trace, Gradients]:
        """Return the trace, and all gradients by the full names of the parameters."""
        visits = pass_forward(self.chain, parameters, self.x, None, "")
        value, dz = self.loss(visits[-1].y, self.y)
        pass_back(self.chain, parameters, visits, dz)
        gradients = {f"{v.name}.{key}": g for v in visits for key, g in v.gradients.items()}
        return Trace(layers=tuple(rows_of(visits)), loss=value, labels=self.labels), gradients

    def tilted(self) -> "_Recorder":
        """Return one that weighs samples unequally: in a balanced batch gradients may cancel."""
        weights = np.random.default_rng(0).uniform(0.5, 1.5, (len(self.x), 1))

        def loss(z: Array, y: Array) -> tuple[float, Array]:
            value, dz = self.loss(z, y)
            return value, dz * weights.astype(dz.dtype)

        return dataclasses.replace(self, loss=loss)

    def look_again(self, parameters: Parameters) -> Trace | None:
        """Step as long as that wakes weights whose gradient was exactly zero."""
        found, theta = None, parameters
        before, gradients = self.record(theta)
        while _silent(before):
            square = sum(float(np.vdot(g, g)) for g in gradients.values())
            rate = _STEP * before.loss / square if square else math.nan
            if not math.isfinite(rate):
                return found
            theta = {name: p - p.dtype.type(rate) * gradients[name] for name, p in theta.items()}
            again, gradients = self.record(theta)
            if _silent(again) >= _silent(before):
                return found
            before = found = again
        return found


def _silent(found: Trace) -> set[str]:
    return {
        row.name
        for row in found.layers
        if row.weight_gradient is not None and not row.weight_gradient.any()
    }
