"""Record a pass through a network of this package, layer by layer."""

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weightinit._messages import shown
from weightinit.initializers import Initializer
from weightinit.networks import (
    GRU,
    LSTM,
    RNN,
    ActivationLayer,
    BatchNorm,
    Conv2D,
    LayerNorm,
    MaxPool2D,
    Network,
    Residual,
    Step,
)
from weightinit.networks._backpropagation import backpropagate
from weightinit.networks._foreign import check_network
from weightinit.networks._losses import Loss
from weightinit.networks._positions import IGNORED
from weightinit.networks.layers._recurrent import Recurrent
from weightinit.networks.layers.base import Array, Layer, Parameters
from weightinit.networks.record import watch
from weightinit.tracing._probe import Probe, fixed_pull, tilt
from weightinit.tracing.layer_trace import LayerTrace
from weightinit.tracing.trace import Trace

__all__ = ["NetworkProbe"]


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
        rows, y = tuple(_rows(steps)), self.targets
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


def _rows(steps: Mapping[str, Step]) -> Iterator[LayerTrace]:
    """Yield a row for each layer with a weight and for each residual block."""
    groups = _grouped(steps)
    for name, step in steps.items():
        if name in groups:
            make = _ROWS.get(type(step.layer), _row)
            yield make(step, groups[name])


def _grouped(steps: Mapping[str, Step]) -> dict[str, list[Step]]:
    """Group layers by the layer with a weight or a branch to whose row they belong.

    It is the one before them; for those before the first one, the first; and the block where a
    branch has none.
    """
    chains: dict[str, list[Step]] = {}
    for step in steps.values():
        chains.setdefault(step.name.rpartition(".")[0], []).append(step)
    groups: dict[str, list[Step]] = {}
    for block, chain in chains.items():
        heads = [i for i, step in enumerate(chain) if _has_row(step)]
        ends = [*heads[1:], len(chain)]
        for start, end in zip([0, *heads[1:]], ends, strict=True):
            name = next((step.name for step in chain[start:end] if _has_row(step)), block)
            groups[name] = chain[start:end] + groups.get(name, [])
    return groups


def _has_row(step: Step) -> bool:
    return "weight" in step.parameters or isinstance(step.layer, Residual)


def _common(step: Step, group: Sequence[Step]) -> dict[str, Any]:
    """Return name and kind of a row, and the parameters of all layers in it."""

    def named(part: str) -> dict[str, Array]:
        return {
            f"{other.name}.{key}": array
            for other in group
            for key, array in getattr(other, part).items()
            if "." not in key  # those of a branch are in its own rows
        }

    return {
        "name": step.name,
        "kind": step.layer.kind,
        "parameters": named("parameters"),
        "gradients": named("gradients"),
    }


def _row(step: Step, group: Sequence[Step]) -> LayerTrace:
    behind = [] if isinstance(step.layer, Residual) else group[group.index(step) + 1 :]
    activation = next((s for s in behind if isinstance(s.layer, ActivationLayer)), None)
    z, dz, a, da = step.y, step.dy, step.y, step.dy
    before = behind
    if activation is not None:
        z, dz, a, da = activation.x, activation.dx, activation.y, activation.dy
        before = behind[: behind.index(activation)]
    tokens, mask = step.layer.takes_tokens, step.layer._mask(step.x, step.mask)
    return LayerTrace(
        **_common(step, group),
        activation=None if activation is None else activation.layer.activation,  # type: ignore[attr-defined]
        inputs=None if tokens else _matrix(step.x, step.mask),
        inputs_gradient=None if tokens else _matrix(step.dx, step.mask),
        pre_activations=_matrix(z, mask),
        pre_activations_gradient=_matrix(dz, mask),
        activations=_matrix(a, mask),
        activations_gradient=_matrix(da, mask),
        samples=_samples(z, mask),
        normalized=_normalized(step, before),
        pooled=any(isinstance(other.layer, MaxPool2D) for other in behind),
        coverage=_coverage(step.layer, step.x),
    )


def _recurrent_row(step: Step, group: Sequence[Step]) -> LayerTrace:
    """Unroll a recurrent layer: a row for each sample and each time step that is no padding.

    Its gradient for the input is that for the pre-activation a_t = x_t + h_{t-1} W + b.
    """
    _, (h, _, mask) = step.layer._forward(step.parameters, step.x, step.mask)
    W, b = step.parameters["weight"], step.parameters["bias"]
    states = h[:, 0].transpose(1, 0, 2)
    counts = np.ones(step.x.shape[:2], bool) if mask is None else mask
    a, da = step.x + states[:, :-1] @ W + b, step.dx
    assert da is not None and step.dy is not None  # noqa: PT018  # only tokens have no gradient
    steps = np.cumsum(counts, axis=1) - 1
    steps_left = counts.sum(axis=1, keepdims=True) - 1 - steps
    dh = np.concatenate([da[:, 1:] @ W.T, np.zeros_like(da[:, :1])], axis=1)
    dh = np.where((steps_left == 0)[..., np.newaxis], step.dy[:, np.newaxis], dh)
    return LayerTrace(
        **_common(step, group),
        activation=step.layer.activation,  # type: ignore[attr-defined]
        inputs=step.x[counts],
        inputs_gradient=da[counts],
        pre_activations=a[counts],
        pre_activations_gradient=da[counts],
        activations=states[:, 1:][counts],
        activations_gradient=dh[counts],
        samples=_samples(a, counts),
        steps=steps[counts],
        steps_left=steps_left[counts],
    )


def _gated_row(step: Step, group: Sequence[Step]) -> LayerTrace:
    """Record what the states add to the gates, h_{t-1} W + b: one row, as for PyTorch's layers.

    The layer in front, which weighs the inputs, has a row of its own. GRU has the kind of LSTM, as
    the adviser knows it.
    """
    layer = step.layer
    assert isinstance(layer, Recurrent) and step.dx is not None  # noqa: PT018  # no tokens
    _, (states, kept, mask) = layer._forward(step.parameters, step.x, step.mask)
    h, W = states[:-1, 0].transpose(1, 0, 2), step.parameters["weight"]
    counts = np.ones(step.x.shape[:2], bool) if mask is None else mask
    s = h @ W + step.parameters["bias"]
    ds = np.stack([layer._of_products(own, step.dx[:, t]) for t, own in enumerate(kept)], axis=1)
    return LayerTrace(
        **_common(step, group) | {"kind": LSTM.kind},
        activation=None,
        inputs=h[counts],
        inputs_gradient=(ds @ W.T)[counts],
        pre_activations=s[counts],
        pre_activations_gradient=ds[counts],
        activations=s[counts],
        activations_gradient=ds[counts],
        samples=_samples(s, counts),
    )


#: How to record a layer that is not recorded as it stands.
_ROWS = {RNN: _recurrent_row, LSTM: _gated_row, GRU: _gated_row}


def _matrix(x: Array | None, mask: Array | None) -> Array:
    """Return a row for each sample and each position that is no padding."""
    assert x is not None
    if mask is not None and x.shape[:2] == mask.shape:
        return x[mask]
    return x.reshape(-1, x.shape[-1])


def _samples(x: Array, mask: Array | None) -> Array | None:
    """Return the number of the sample of each row of the matrix."""
    if x.ndim == 2:
        return None
    numbers = np.arange(len(x)).reshape(-1, *[1] * (x.ndim - 1))
    return _matrix(np.broadcast_to(numbers, (*x.shape[:-1], 1)), mask)[:, 0]


def _normalized(step: Step, before: Sequence[Step]) -> bool | str:
    """Tell which normalization stands before the activation, or in the branch of a block."""
    layers: Iterable[Layer] = (other.layer for other in before)
    if isinstance(step.layer, Residual):
        layers = step.layer.branch.layers
    norm = next((layer for layer in layers if isinstance(layer, BatchNorm | LayerNorm)), None)
    return norm is not None and ("batch" if isinstance(norm, BatchNorm) else "layer")


def _coverage(layer: Layer, x: Array) -> float:
    """Return the share of the taps of a kernel that meet the image rather than its padding."""
    if not isinstance(layer, Conv2D):
        return 1.0
    probe = Conv2D(1, layer.kernel, layer.stride, layer.padding)
    ones = {"weight": np.ones((*layer.kernel, 1, 1)), "bias": np.zeros(1)}
    return float(probe._forward(ones, np.ones((1, *x.shape[1:3], 1)), None)[0].mean()) / math.prod(
        layer.kernel
    )
