"""Make the rows of a trace from the steps of a network of this package."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from weightinit import networks
from weightinit.networks import Step
from weightinit.networks.layers.base import Array, Layer
from weightinit.networks.layers.recurrent._steps import Recurrent
from weightinit.tracing._models.operations import TRANSPOSED
from weightinit.tracing.layer_trace import LayerTrace

__all__ = ["rows_of"]


class _Logits(networks.Dense):
    """The second use of the weight of a tied layer, which belongs to another row."""


def rows_of(
    recorded: Mapping[str, Step], parts: Mapping[str, tuple[int, ...]]
) -> tuple[LayerTrace, ...]:
    """
    Return a row for each layer with a weight and for each residual block.

    Parameters
    ----------
    recorded : mapping of str to Step
        What each layer was given and made, forwards and back.
    parts : mapping of str to tuple of int
        The units of the weights that lie side by side in that of a layer, by its name.

    Returns
    -------
    tuple of LayerTrace
        The rows. A :class:`~weightinit.networks.Tied` has two, its lookup and its logits. Learned
        positions belong to the row before them.
    """
    steps = _untied(recorded)
    groups = _grouped(steps)
    rows: list[LayerTrace] = []
    for name, step in steps.items():
        if name in groups:
            row = _ROWS.get(type(step.layer), _row)(step, groups[name])
            rows.append(replace(row, **_place(name, steps, rows), parts=parts.get(name, ())))
    return tuple(rows)


def _untied(recorded: Mapping[str, Step]) -> dict[str, Step]:
    """Return steps with a lookup in front and logits at the end for those of a tied layer."""
    steps = {n: step for n, step in recorded.items() if not isinstance(step.layer, networks.Tied)}
    for name, step in recorded.items():
        if isinstance(step.layer, networks.Tied):
            inner = [s for s in steps.values() if s.name.rpartition(".")[0] == name]
            steps = _apart(step, step.layer, inner[0], inner[-1], steps)
    return steps


def _apart(
    step: Step, layer: networks.Tied, first: Step, last: Step, steps: Mapping[str, Step]
) -> dict[str, Step]:
    """Add both uses of the weight; tokens are read first, so that the lookup is."""
    W, dW = step.parameters["weight"], step.gradients["weight"]
    lookup = replace(
        step,
        layer=networks.Embedding(layer.vocabulary, layer.units),
        parameters={"weight": W},
        y=first.x,
        dy=first.dx,
        gradients={"weight": dW},
    )
    logits = replace(
        step,
        name=f"{step.name}.logits",
        layer=_Logits(layer.vocabulary),
        parameters={"weight": W.T},
        x=last.y,
        mask=last.layer._mask(last.x, last.mask),
        dx=last.dy,
        gradients={"weight": dW.T},
    )
    return {lookup.name: lookup, **steps, logits.name: logits}


def _level(name: str, steps: Mapping[str, Step]) -> str:
    """Return in which chain a layer stands: those inside a tied layer stand beside it."""
    outer = name.rpartition(".")[0]
    return "" if outer in steps and isinstance(steps[outer].layer, networks.Embedding) else outer


def _place(name: str, steps: Mapping[str, Step], rows: Sequence[LayerTrace]) -> dict[str, Any]:
    """Return the block that a row stands in, and whose output it receives.

    Layers side by side receive what the layer that holds them does.
    """
    beside, block = None, _level(name, steps)
    while block and not isinstance(steps[block].layer, networks.Residual):
        beside, block = block, _level(block, steps)
    if beside is None:
        return {"block": block}
    ahead = [r.name for r in rows if r.block == block and not r.name.startswith(f"{beside}.")]
    return {"block": block, "after": ahead[-1] if ahead else ""}


def _grouped(steps: Mapping[str, Step]) -> dict[str, list[Step]]:
    """Group layers by the layer with a weight or a branch to whose row they belong.

    It is the one before them; for those before the first one, the first; and the block where a
    branch has none.
    """
    chains: dict[str, list[Step]] = {}
    for step in steps.values():
        chains.setdefault(_level(step.name, steps), []).append(step)
    groups: dict[str, list[Step]] = {}
    for block, chain in chains.items():
        heads = [i for i, step in enumerate(chain) if _has_row(step)]
        ends = [*heads[1:], len(chain)]
        for start, end in zip([0, *heads[1:]], ends, strict=True):
            name = next((step.name for step in chain[start:end] if _has_row(step)), block)
            groups[name] = chain[start:end] + groups.get(name, [])
    return groups


def _has_row(step: Step) -> bool:
    weighs = "weight" in step.parameters and not isinstance(step.layer, networks.Positions)
    return weighs or isinstance(step.layer, networks.Residual)


def _common(step: Step, group: Sequence[Step]) -> dict[str, Any]:
    """Return name and kind of a row, and the parameters of the layers in it."""
    named = {  # those of a branch are in its own rows
        f"{other.name}.{key}": (other, key)
        for other in group
        for key in other.parameters
        if "." not in key and not isinstance(other.layer, _Logits)
    }
    fields: dict[str, Any] = {
        "name": step.name,
        "kind": step.layer.kind,
        "parameters": {name: other.parameters[key] for name, (other, key) in named.items()},
        "gradients": {name: other.gradients[key] for name, (other, key) in named.items()},
        "roles": {name: _role(other, key, step) for name, (other, key) in named.items()},
    }
    if isinstance(step.layer, _Logits):
        name = f"{step.name.removesuffix('logits')}weight{TRANSPOSED}"
        fields["roles"][name] = "weight"
        fields["shared"] = dict.fromkeys([name], step.parameters["weight"])
        fields["shared_gradients"] = dict.fromkeys([name], step.gradients["weight"])
    return fields


def _role(other: Step, key: str, step: Step) -> str:
    """Return what a parameter of a layer is in the row of a step."""
    if isinstance(other.layer, networks.Positions):
        return "positions"
    return key if other is step else {"bias": "shift"}.get(key, key)


def _row(step: Step, group: Sequence[Step]) -> LayerTrace:
    after = group[group.index(step) + 1 :]
    behind = [] if isinstance(step.layer, networks.Residual) else after
    activation = next((s for s in behind if isinstance(s.layer, networks.ActivationLayer)), None)
    z = a = step.y, step.dy
    before = after
    if activation is not None:
        z, a = (activation.x, activation.dx), (activation.y, activation.dy)
        before = behind[: behind.index(activation)]
    x, dx = (None, None) if step.layer.takes_tokens else (step.x, step.dx)
    mask = step.layer._mask(step.x, step.mask)
    return LayerTrace(
        **_common(step, group),
        **_matrices("inputs", x, dx, step.mask),
        **_matrices("pre_activations", *z, mask),
        **_matrices("activations", *a, mask),
        activation=None if activation is None else activation.layer.activation,  # type: ignore[attr-defined]
        samples=_samples(z[0], mask),
        normalized=_normalized(step, before),
        pooled=any(isinstance(other.layer, networks.MaxPool2D) for other in behind),
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
        **_matrices("inputs", step.x, da, counts),
        **_matrices("pre_activations", a, da, counts),
        **_matrices("activations", states[:, 1:], dh, counts),
        activation=step.layer.activation,  # type: ignore[attr-defined]
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
        **_common(step, group) | {"kind": networks.LSTM.kind},
        **_matrices("inputs", h, ds @ W.T, counts),
        **_matrices("pre_activations", s, ds, counts),
        **_matrices("activations", s, ds, counts),
        activation=None,
        samples=_samples(s, counts),
    )


#: Normalizations, and what they are called in a row.
_NORMS = ((networks.BatchNorm, "batch"), (networks.LayerNorm, "layer"))

#: How to record a layer that is not recorded as it stands.
_ROWS = {networks.RNN: _recurrent_row, networks.LSTM: _gated_row, networks.GRU: _gated_row}


def _matrices(name: str, x: Array | None, dx: Array | None, mask: Array | None) -> dict[str, Any]:
    """Return the fields of a value and of its gradient."""
    return {name: _matrix(x, mask), f"{name}_gradient": _matrix(dx, mask)}


def _matrix(x: Array | None, mask: Array | None) -> Any:
    """Return a row for each sample and each position that is no padding; None for tokens."""
    if x is None:
        return None
    if mask is not None and x.shape[:2] == mask.shape:
        return x[mask]
    return x.reshape(-1, x.shape[-1])


def _samples(x: Array, mask: Array | None) -> Array | None:
    """Return the number of the sample of each row of the matrix."""
    if x.ndim == 2:
        return None
    numbers = np.arange(len(x)).reshape(-1, *[1] * (x.ndim - 1))
    found: Array = _matrix(np.broadcast_to(numbers, (*x.shape[:-1], 1)), mask)[:, 0]
    return found


def _normalized(step: Step, before: Sequence[Step]) -> bool | str:
    """Tell which normalization stands before the activation, or in the branch of a block."""
    layers: Iterable[Layer] = (other.layer for other in before)
    if isinstance(step.layer, networks.Residual):
        layers = (*step.layer.branch.layers, *layers)  # of a block that ends with one as well
    found = (kind for layer in layers for norm, kind in _NORMS if isinstance(layer, norm))
    return next(found, False)


def _coverage(layer: Layer, x: Array) -> float:
    """Return the share of the taps of a kernel that meet the image rather than its padding."""
    if not isinstance(layer, networks.Conv2D):
        return 1.0
    probe = networks.Conv2D(1, layer.kernel, layer.stride, layer.padding)
    ones = {"weight": np.ones((*layer.kernel, 1, 1)), "bias": np.zeros(1)}
    met, _ = probe._forward(ones, np.ones((1, *x.shape[1:3], 1)), None)
    return float(met.mean()) / math.prod(layer.kernel)
