"""Record layers with a weight, and normalizations."""

import math
import re
from typing import Any

import torch

from weightinit.tracing._torch.recording import moves
from weightinit.tracing._torch.recording.calls import Call
from weightinit.tracing._torch.recording.functions import NORMS
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.weights.views import Source, to_kernel

__all__ = ["layer", "norm", "product"]


def layer(record: Record, call: Call) -> Any:
    """Record a layer whose arguments are a signal, a weight and a bias."""
    x, weight = call.argument("input", 0), call.argument("weight", 1)
    bias, groups = call.argument("bias", 2), call.argument("groups", 6) or 1
    if call.name == "embedding":
        weight = x if x.is_floating_point() else weight  # torch.embedding takes it first
        return _weighted(record, call, weight, "embedding")
    if call.name == "linear":
        return _weighted(record, call, weight, "linear", x=x, bias=bias)
    kind = "transposed" if "transpose" in call.name else "conv"
    if kind == "transposed" and groups > 1:
        record.refuse(weight, "a transposed convolution in groups")
        return moves.anything(record, call)
    return _weighted(record, call, weight, kind, x=x, bias=bias, groups=groups)


def product(record: Record, call: Call) -> Any:
    """Record a product of matrices, one of which may be a parameter."""
    tensors = call.tensors
    bias = tensors.pop(0) if call.name in ("addmm", "baddbmm") else None
    plain = call.name != "einsum" and len(tensors) == 2 and record.source(tensors[1])
    known = plain and (bias is None or record.source(bias) is not None)
    if not known or record.enters(tensors[0]):  # of two parameters: it may be of low rank
        return moves.anything(record, call)
    return _weighted(record, call, tensors[1], "matmul", x=tensors[0], bias=bias)


def _weighted(
    record: Record,
    call: Call,
    weight: torch.Tensor,
    kind: str,
    *,
    x: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    groups: int = 1,
) -> Any:
    """Record a product with a weight, or a lookup in it by tokens, which are no signal."""
    source = record.source(weight)
    source = record.weight(source) if source else None
    kernel = None
    if source is not None and not source.problem:
        kernel = to_kernel(kind, source, record.value(source.name).shape)
    if source is None or kernel is None:
        record.refuse(source, f"it enters {call.name} as no plain weight")
        return moves.anything(record, call)
    axis, coverage, label = -1, 1.0, "embedding"
    inputs = []
    if x is not None:
        label = "dense" if kind in ("linear", "matmul") else kind
        if label != "dense":
            axis, coverage = 1, _coverage(call, x, weight, kind)
            label = "depthwise" if kind == "conv" and groups == x.shape[1] > 1 else label
        inputs = [record.alias(x, axis)]
        call = call.instead(x, inputs[0].tensor)
    out = call.make()
    parameters = {"weight": record.part(source, kernel)} | record.parts(source)
    if (added := record.source(bias)) is not None and not added.problem:
        parameters["bias"] = record.part(added)
    told: dict[str, Any] = {"name": _name(source), "layer": label, "coverage": coverage}
    record.new(out, "weight", inputs, parameters=parameters, axis=axis, **told)
    return out


def _name(source: Source) -> str:
    """Return the name of a layer, from that of its weight."""
    return re.sub(r"(^|[._])weight(?=$|\[)| \(computed\)", "", source.part) or "model"


#: What a convolution is told beside its weight and bias.
_SETTINGS = ("stride", "padding", "dilation")


def _coverage(call: Call, x: torch.Tensor, weight: torch.Tensor, kind: str) -> float:
    """Return the share of the taps of a kernel that meet the image, as for one channel of ones."""
    kernel = weight.shape[2:]
    settings = {key: call.argument(key, place) for place, key in enumerate(_SETTINGS, 3)}
    given = {key: value for key, value in settings.items() if value is not None}
    if kind == "transposed":  # an output sums as many taps as the stride leaves
        stride = given.get("stride", 1)
        strides = [stride] * len(kernel) if isinstance(stride, int) else list(stride)
        strides *= len(kernel) // len(strides)
        return 1 / math.prod(min(s, k) for s, k in zip(strides, kernel, strict=True))
    ones, taps = torch.ones(1, 1, *x.shape[2:]), torch.ones(1, 1, *kernel)
    with torch.no_grad():
        return float(call.func(ones, taps, None, **given).mean()) / math.prod(kernel)


def norm(record: Record, call: Call) -> Any:
    """Record a normalization, with its gain and shift."""
    kind, *places = NORMS[call.name]
    x = call.argument("input", 0)
    if record.enters(x):
        call = call.instead(x, x := record.enter(x).tensor)
    out, signals = call.make(), record.signals([x])
    if not signals:
        return out
    parameters = {}
    for role, (key, place) in zip(("gain", "shift"), places, strict=True):
        source = record.source(call.argument(key, place))
        if source is not None and not source.problem:
            parameters[role] = record.part(source)
    axis = -1 if call.name in ("layer_norm", "rms_norm", "normalize") else 1
    record.new(out, "norm", signals, parameters=parameters, norm=kind, axis=axis)
    return out
