"""From what layers were given and made to the rows of a trace."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from weightinit.diagnosis.records import LayerTrace
from weightinit.diagnosis.visits import Visit
from weightinit.networks.activation import ActivationLayer
from weightinit.networks.base import Array, Layer
from weightinit.networks.convolution import Conv2D
from weightinit.networks.normalization import LayerNorm
from weightinit.networks.pooling import MaxPool2D
from weightinit.networks.recurrent import RNN
from weightinit.networks.residual import Residual

__all__ = ["rows_of"]


def rows_of(visits: Sequence[Visit]) -> Iterator[LayerTrace]:
    """Yield a row for each layer with a weight and for each residual block."""
    for place, visit in enumerate(visits):
        if isinstance(visit.layer, Residual):
            yield from rows_of(visit.branch)
            yield _row(visit, [])
        elif "weight" in visit.parameters:
            behind = []
            for other in visits[place + 1 :]:
                if "weight" in other.parameters or isinstance(other.layer, Residual):
                    break
                behind.append(other)
            yield _recurrent_row(visit) if isinstance(visit.layer, RNN) else _row(visit, behind)


def _row(visit: Visit, behind: Sequence[Visit]) -> LayerTrace:
    activation = next((v for v in behind if isinstance(v.layer, ActivationLayer)), None)
    z, dz = (visit.y, visit.dy) if activation is None else (activation.x, activation.dx)
    a, da = (z, dz) if activation is None else (activation.y, activation.dy)
    before = behind if activation is None else behind[: behind.index(activation)]
    tokens, mask = visit.layer.takes_tokens, visit.mask
    out_mask = visit.layer._mask(visit.x, mask)
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


def _parameters(visit: Visit) -> dict[str, Any]:
    own, gradients = visit.parameters, visit.gradients
    return {
        "weight": own.get("weight"),
        "weight_gradient": gradients.get("weight"),
        "bias": own.get("bias"),
        "bias_gradient": gradients.get("bias"),
    }


def _recurrent_row(visit: Visit) -> LayerTrace:
    """Unroll a recurrent layer: a row for each sample and time step that counts.

    Its gradient for the input is that for the pre-activation a_t = x_t + h_{t-1} W + b.
    """
    h, mask = visit.cache.content
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
