"""Record all other functions: what moves entries, mixes them, or is not known."""

from typing import Any

import torch

from weightinit.tracing._torch.recording.calls import Call, tensors_in
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.recording.values import Statistic, Value
from weightinit.tracing._torch.weights.views import Made, Source, follow, shares

__all__ = ["anything", "save_overwritten"]


def anything(record: Record, call: Call) -> Any:
    """Record a function of which nothing is known but what goes in and what comes out."""
    signals = list(dict.fromkeys(record.signals(call.tensors)))
    if not signals:
        return _of_parameters(record, call)
    for tensor in call.tensors:
        if (call.kind == "join" or call.name == "where") and record.enters(tensor):
            signals.append(entered := record.enter(tensor))
            call = call.instead(tensor, entered.tensor)
        else:
            record.refuse(tensor, f"it enters through {call.name}")
    save_overwritten(record, call)
    out = call.make()
    for made in _floats(out):
        if record.signal(made) is None or made is call.overwritten:
            _of_signals(record, call, signals, made)
    return out


def save_overwritten(record: Record, call: Call) -> None:
    """Save a value that a function is about to overwrite."""
    if (value := record.signal(call.overwritten)) is not None:
        value.save()


def _of_signals(record: Record, call: Call, signals: list[Value], made: torch.Tensor) -> None:
    """Record what a function makes of signals; note statistics, and weights of attention."""
    before = signals[0]
    kind, inputs = _kind(record, call, signals)
    axis = _axis(before, made)
    if kind == "pass" and _is_part(before, made, axis):
        kind = "part"
    old, shape = before.tensor.shape, made.shape
    value = record.new(made, kind, inputs, axis=axis)
    if before.statistic and len(signals) == 1:
        value.statistic = before.statistic
    elif call.kind == "statistic" and len(shape) == len(old) and shape != old:
        value.statistic = Statistic(of_batch=shape[0] < old[0])
    value.mixes |= call.kind == "weights" or before.mixes


def _of_parameters(record: Record, call: Call) -> Any:
    """Follow what is made of parameters alone."""
    sources = [(t, s) for t in call.tensors if (s := record.source(t)) is not None]
    out = call.make()
    for made in _floats(out):
        if record.source(made) is None:
            moved = follow(call.name, *sources[0][::-1], made) if len(sources) == 1 else None
            record.learn(made, moved or _computed(call, sources, made))
    return out


def _computed(call: Call, sources: list[tuple[torch.Tensor, Source]], made: torch.Tensor) -> Source:
    """Return what is known of a tensor that is computed from parameters."""
    factor: torch.Tensor | None = None
    first: tuple[str, ...] = ()
    for tensor, source in sources:
        others = [s.parts for t, s in sources if t is not tensor]
        alone = not any(set(source.parts[:1]) & set(parts) for parts in others)
        if alone and (unit := _unit(call, tensor, source, made)) is not None:
            with torch.no_grad():
                factor, first = call.instead(tensor, unit).make(), source.parts[:1]
            break
    parts = tuple(dict.fromkeys([*first, *(part for _, s in sources for part in s.parts)]))
    told = f"it enters through {call.name if len(parts) == 1 else 'several parameters'}"
    if len(sources) == 1 and sources[0][1].problem:
        told = sources[0][1].problem
    axes = tuple(range(made.ndim))
    return Source(parts[0], axes, None, told, Made(parts, made, factor))


def _unit(
    call: Call, tensor: torch.Tensor, source: Source, made: torch.Tensor
) -> torch.Tensor | None:
    """Return what stands for ones in a parameter that is multiplied entry by entry."""
    divisor = call.name.endswith(("div", "divide")) and call.args[0] is not tensor
    plain = source.axes == tuple(range(made.ndim)) and source.rows is None
    if call.kind != "multiply" or divisor or not plain or tensor.shape != made.shape:
        return None
    return torch.ones_like(tensor) if source.made is None else source.made.factor


def _floats(out: Any) -> list[torch.Tensor]:
    return [t for t in tensors_in(out) if t.is_floating_point() or t.is_complex()]


def _kind(record: Record, call: Call, signals: list[Value]) -> tuple[str, list[Value]]:
    """Return the kind of an operation, and its inputs, the one that it hands on first."""
    if call.kind == "pool":
        return "pool", signals
    if call.name == "scaled_dot_product_attention":
        return "attend", [*record.signals([call.argument("value", 2)]), *signals]
    if call.kind == "matmul" and len(signals) == 2:
        a, b = signals
        return ("attend", [b, a]) if a.mixes else ("attend" if b.mixes else "other", signals)
    many = len(signals) > 1 or call.kind in ("join", "weights")
    return "other" if many else "pass", signals


def _is_part(before: Value, out: torch.Tensor, axis: int | None) -> bool:
    """Tell whether a move leaves features out, as `chunk` does."""
    if axis is None or before.axis is None or not before.tensor.ndim:
        return False
    fewer = out.shape[axis] < before.tensor.shape[before.axis]
    return fewer and out.numel() < before.tensor.numel()


def _axis(value: Value, out: torch.Tensor) -> int | None:
    """Return the axis of the features after a move: that of the same size and stride."""
    before, axis = value.tensor, value.axis
    if axis is None or before.ndim == 0 or out.ndim == 0:
        return None
    axis %= before.ndim
    stride, size = before.stride(axis), before.shape[axis]
    if before.ndim == out.ndim and (not shares(before, out) or out.stride(axis) == stride):
        return axis
    fits = [a for a in range(out.ndim) if (out.stride(a), out.shape[a]) == (stride, size)]
    if fits:
        return fits[-1] if axis == before.ndim - 1 else fits[0]
    if out.shape[-1] == size and axis == before.ndim - 1:
        return out.ndim - 1
    return axis if out.shape[: axis + 1] == before.shape[: axis + 1] else None
