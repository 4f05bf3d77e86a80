"""Recording a trace: a pass forward and one back, layer by layer."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weightinit.diagnosis.records import LayerTrace, Trace
from weightinit.networks.activation import ActivationLayer
from weightinit.networks.base import Array, Gradients, Layer, Parameters
from weightinit.networks.chain import Chain
from weightinit.networks.convolution import Conv2D
from weightinit.networks.losses import Loss, choose_loss, mean_squared_error
from weightinit.networks.network import Network
from weightinit.networks.normalization import LayerNorm
from weightinit.networks.pooling import MaxPool2D
from weightinit.networks.recurrent import RNN
from weightinit.networks.residual import Residual

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
        Labels or targets. Left out: labels are made up, each class as often as the others.

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
    if not isinstance(net, Network):
        raise TypeError(f"net must be a Network, got {net!r}; build one with wi.mlp([2, 4, 1])")
    parameters, batch = net.parameters, net.check_inputs(x)
    targets = _made_up_labels(len(batch), net) if y is None else y
    loss, targets = choose_loss(targets, len(batch), net.output_shape)
    labels = None if y is None or loss is mean_squared_error else targets
    recorder = _Recorder(net.chain, loss, batch, targets, labels)
    with np.errstate(all="ignore"):  # what is not finite is found by the judge
        first, gradients = recorder.record(parameters)
        if not first.layers:
            raise ValueError(f"there is nothing to diagnose: {net!r} has no layer with a weight")
        return dataclasses.replace(first, after=recorder.look_again(parameters, first, gradients))


def _made_up_labels(n: int, net: Network) -> Array:
    classes = max(net.output_shape[-1] or 1, 2) if net.output_shape else 2
    return np.random.default_rng(0).permutation(np.arange(n) % classes)


@dataclass
class _Visit:
    """A layer, what it was given and what it made, forwards and back."""

    name: str
    layer: Layer
    parameters: Parameters
    x: Array
    y: Array
    cache: Any
    mask: Array | None
    branch: "list[_Visit]" = field(default_factory=list)
    dy: Array | None = None
    dx: Array | None = None
    gradients: Gradients = field(default_factory=dict)


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
        visits = _forward(self.chain, parameters, self.x, None, "")
        value, dz = self.loss(visits[-1].y, self.y)
        _backward(self.chain, parameters, visits, dz)
        gradients = {f"{v.name}.{key}": g for v in visits for key, g in v.gradients.items()}
        return Trace(layers=tuple(_rows(visits)), loss=value, labels=self.labels), gradients

    def look_again(
        self, parameters: Parameters, first: Trace, gradients: Gradients
    ) -> Trace | None:
        """Step as long as that wakes weights whose gradient was exactly zero."""
        silent, found = _silent(first), None
        theta = dict(parameters)
        loss = first.loss
        while silent:
            square = sum(float(np.vdot(g, g)) for g in gradients.values())
            rate = _STEP * loss / square if square else math.nan
            if not math.isfinite(rate):
                return found
            theta = {name: p - p.dtype.type(rate) * gradients[name] for name, p in theta.items()}
            again, gradients = self.record(theta)
            if _silent(again) >= silent:
                return found
            silent, found, loss = _silent(again), again, again.loss
        return found


def _silent(found: Trace) -> set[str]:
    return {
        row.name
        for row in found.layers
        if row.weight_gradient is not None and not row.weight_gradient.any()
    }


def _forward(
    chain: Chain, parameters: Parameters, x: Array, mask: Array | None, prefix: str
) -> list[_Visit]:
    visits = []
    for name, y, cache in chain.steps(parameters, x, mask):
        layer = chain.named[name]
        own = {
            key.removeprefix(f"{name}."): p
            for key, p in parameters.items()
            if key.startswith(f"{name}.")
        }
        visit = _Visit(prefix + name, layer, own, x, y, cache, mask)
        if isinstance(layer, Residual):
            visit.branch = _forward(layer.branch, _branch(own), x, mask, f"{visit.name}.")
        visits.append(visit)
        mask = layer.mask(x, mask)
        x = y
    return visits


def _backward(chain: Chain, parameters: Parameters, visits: Sequence[_Visit], dy: Array) -> None:
    caches = [visit.cache for visit in visits]
    flow: Array | None = dy
    for visit, (_, dx, gradients) in zip(
        reversed(visits), chain.steps_back(parameters, caches, dy), strict=True
    ):
        visit.dy, visit.dx, visit.gradients = flow, dx, gradients
        if isinstance(visit.layer, Residual) and flow is not None:
            scaled = visit.parameters["scale"] * flow
            _backward(visit.layer.branch, _branch(visit.parameters), visit.branch, scaled)
        flow = dx


def _branch(parameters: Parameters) -> Parameters:
    return {name: p for name, p in parameters.items() if name != "scale"}


def _rows(visits: Sequence[_Visit]) -> Iterator[LayerTrace]:
    """Yield a row for each layer with a weight and for each residual block."""
    for place, visit in enumerate(visits):
        if isinstance(visit.layer, Residual):
            yield from _rows(visit.branch)
            yield _row(visit, [])
        elif "weight" in visit.parameters:
            behind = []
            for other in visits[place + 1 :]:
                if "weight" in other.parameters or isinstance(other.layer, Residual):
                    break
                behind.append(other)
            yield _recurrent_row(visit) if isinstance(visit.layer, RNN) else _row(visit, behind)


def _row(visit: _Visit, behind: Sequence[_Visit]) -> LayerTrace:
    activation = next((v for v in behind if isinstance(v.layer, ActivationLayer)), None)
    z, dz = (visit.y, visit.dy) if activation is None else (activation.x, activation.dx)
    a, da = (z, dz) if activation is None else (activation.y, activation.dy)
    before = behind if activation is None else behind[: behind.index(activation)]
    tokens, mask = visit.layer.takes_tokens, visit.mask
    out_mask = visit.layer.mask(visit.x, mask)
    return LayerTrace(
        name=visit.name,
        **_parameters(visit),
        activation=None if activation is None else activation.layer.activation,  # type: ignore[attr-defined]
        inputs=None if tokens else _matrix(visit.x, mask),
        inputs_gradient=None if tokens else _matrix(visit.dx, mask),
        pre_activations=_matrix(z, out_mask),
        pre_activations_gradient=_matrix(dz, out_mask),
        activations=_matrix(a, out_mask),
        activations_gradient=_matrix(da, out_mask),
        normalized=any(isinstance(v.layer, LayerNorm) for v in before),
        pooled=any(isinstance(v.layer, MaxPool2D) for v in behind),
        coverage=_coverage(visit.layer, visit.x),
    )


def _parameters(visit: _Visit) -> dict[str, Any]:
    own, gradients = visit.parameters, visit.gradients
    return {
        "weight": own.get("weight"),
        "weight_gradient": gradients.get("weight"),
        "bias": own.get("bias"),
        "bias_gradient": gradients.get("bias"),
    }


def _recurrent_row(visit: _Visit) -> LayerTrace:
    """Unroll a recurrent layer: a row for each sample and time step that counts.

    Its gradient for the input is that for the pre-activation a_t = x_t + h_{t-1} W + b.
    """
    h, mask = visit.cache
    W, b = visit.parameters["weight"], visit.parameters["bias"]
    states = h.transpose(1, 0, 2)
    counts = np.ones(visit.x.shape[:2], bool) if mask is None else mask
    a, da = visit.x + states[:, :-1] @ W + b, visit.dx
    assert da is not None and visit.dy is not None  # noqa: PT018  # only tokens have no gradient
    steps = np.cumsum(counts, axis=1) - 1
    steps_left = counts.sum(axis=1, keepdims=True) - 1 - steps
    dh = np.concatenate([da[:, 1:] @ W.T, np.zeros_like(da[:, :1])], axis=1)
    dh = np.where((steps_left == 0)[..., np.newaxis], visit.dy[:, np.newaxis], dh)
    return LayerTrace(
        name=visit.name,
        **_parameters(visit),
        activation=visit.layer.activation,  # type: ignore[attr-defined]
        inputs=visit.x[counts],
        inputs_gradient=da[counts],
        pre_activations=a[counts],
        pre_activations_gradient=da[counts],
        activations=states[:, 1:][counts],
        activations_gradient=dh[counts],
        steps=steps[counts],
        steps_left=steps_left[counts],
    )


def _matrix(x: Array | None, mask: Array | None) -> Array:
    """Return a row for each sample and position that counts."""
    assert x is not None
    if mask is not None and x.shape[:2] == mask.shape:
        return x[mask]
    return x.reshape(-1, x.shape[-1])


def _coverage(layer: Layer, x: Array) -> float:
    """Return the share of the taps of a kernel that meet the image and not its padding."""
    if not isinstance(layer, Conv2D):
        return 1.0
    probe = Conv2D(1, layer.kernel, layer.stride, layer.padding)
    ones = {"weight": np.ones((*layer.kernel, 1, 1)), "bias": np.zeros(1)}
    return float(probe.forward(ones, np.ones((1, *x.shape[1:3], 1)))[0].mean()) / math.prod(
        layer.kernel
    )
