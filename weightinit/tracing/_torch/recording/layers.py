"""Record layers with a weight, and normalizations."""

import math
import re
from typing import Any, NamedTuple

import torch

from weightinit.tracing._torch.recording import moves
from weightinit.tracing._torch.recording.calls import Call
from weightinit.tracing._torch.recording.functions import NORMS
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.weights.views import Source, to_kernel

__all__ = ["layer", "norm", "product"]


class _Roles(NamedTuple):
    """What the tensors of a layer are: a signal (none of tokens), a weight and a bias."""

    x: torch.Tensor | None
    weight: torch.Tensor
    bias: torch.Tensor | None
    kind: str
    layer: str


def layer(record: Record, call: Call) -> Any:
    """Record a layer whose arguments are a signal, a weight and a bias."""
    x, weight = call.argument("input", 0), call.argument("weight", 1)
    bias, groups = call.argument("bias", 2), call.argument("groups", 6) or 1
    if call.name == "embedding":
        weight = x if x.is_floating_point() else weight  # torch.embedding takes it first
        return _weighted(record, call, _Roles(None, weight, None, "embedding", "embedding"))
    if call.name == "linear":
        return _weighted(record, call, _Roles(x, weight, bias, "linear", "dense"))
    kind = "transposed" if "transpose" in call.name else "conv"
    name = "depthwise" if kind == "conv" and groups == x.shape[1] > 1 else kind
    if kind == "transposed" and groups > 1:
        record.refuse(weight, "a transposed convolution in groups")
        return moves.anything(record, call)
    return _weighted(record, call, _Roles(x, weight, bias, kind, name))


def product(record: Record, call: Call) -> Any:
    """Record a product of matrices, one of which may be a parameter."""
    tensors = call.tensors
    bias = tensors.pop(0) if call.name in ("addmm", "baddbmm") else None
    plain = call.name != "einsum" and len(tensors) == 2 and record.source(tensors[1])
    if not plain or (bias is not None and record.source(bias) is None):
        return moves.anything(record, call)
    if record.enters(tensors[0]):  # of two parameters: it may be a weight of low rank
        return moves.anything(record, call)
    return _weighted(record, call, _Roles(tensors[0], tensors[1], bias, "matmul", "dense"))


def _weighted(record: Record, call: Call, roles: _Roles) -> Any:
    """Record a product with a weight, or a lookup in it."""
    source, x = record.source(roles.weight), roles.x
    source = record.weight(source) if source else None
    kernel = None
    if source is not None and not source.problem:
        kernel = to_kernel(roles.kind, source, record.value(source.name).shape)
    if source is None or kernel is None:
        record.refuse(source, f"it enters {call.name} as no plain weight")
        return moves.anything(record, call)
    axis = 1 if roles.kind in ("conv", "transposed") else -1
    inputs: tuple[int, ...] = ()
    if x is not None:
        alias = record.alias(x, axis)
        inputs, call = (record.values[alias],), call.instead(x, alias)
    out = call.make()
    parameters = {"weight": record.part(source, kernel)} | record.parts(source)
    bias = record.source(roles.bias)
    if bias is not None and not bias.problem:
        parameters["bias"] = record.part(bias)
    record.new(
        out,
        "weight",
        inputs,
        name=_name(source),
        parameters=parameters,
        layer=roles.layer,
        axis=axis,
        coverage=_coverage(call, roles) if axis == 1 else 1.0,
    )
    return out


def _name(source: Source) -> str:
    """Return the name of a layer, from that of its weight."""
    return re.sub(r"(^|[._])weight(?=$|\[)| \(computed\)", "", source.part) or "model"


def _coverage(call: Call, roles: _Roles) -> float:
    """Return the share of the taps of a kernel that meet the image, as for one channel of ones."""
    kernel = roles.weight.shape[2:]
    settings = {key: call.argument(key, place) for place, key in enumerate(_SETTINGS, 3)}
    given = {key: value for key, value in settings.items() if value is not None}
    assert roles.x is not None  # a convolution has a signal
    if roles.kind == "transposed":  # an output sums as many taps as the stride leaves
        stride = given.get("stride", 1)
        strides = [stride] * len(kernel) if isinstance(stride, int) else list(stride)
        strides *= len(kernel) // len(strides)
        return 1 / math.prod(min(s, k) for s, k in zip(strides, kernel, strict=True))
    ones, taps = torch.ones(1, 1, *roles.x.shape[2:]), torch.ones(1, 1, *kernel)
    with torch.no_grad():
        return float(call.func(ones, taps, None, **given).mean()) / math.prod(kernel)


_SETTINGS = ("stride", "padding", "dilation")


def norm(record: Record, call: Call) -> Any:
    """Record a normalization, with its gain and shift."""
    kind, *places = NORMS[call.name]
    x = call.argument("input", 0)
    if record.enters(x):
        call = call.instead(x, x := record.enter(x))
    out = call.make()
    if x not in record.values:
        return out
    parameters = {}
    for role, (key, place) in zip(("gain", "shift"), places, strict=True):
        source = record.source(call.argument(key, place))
        if source is not None and not source.problem:
            parameters[role] = record.part(source)
    axis = -1 if call.name in ("layer_norm", "rms_norm", "normalize") else 1
    told: dict[str, Any] = {"parameters": parameters, "norm": kind, "axis": axis}
    record.new(out, "norm", (record.values[x],), **told)
    return out
