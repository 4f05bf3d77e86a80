"""Record all other functions: what moves entries, mixes them, or is not known."""

from typing import Any

import torch

from weightinit.tracing._torch.recording.calls import Call, tensors_in
from weightinit.tracing._torch.recording.functions import (
    MANY,
    MATMUL,
    MULTIPLY,
    POOLS,
    STATISTICS,
    WEIGHTS,
)
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.recording.values import Statistic, Values
from weightinit.tracing._torch.weights.views import Made, Source, follow

__all__ = ["anything", "save_overwritten"]


def anything(record: Record, call: Call) -> Any:
    """Record a function of which nothing is known but what goes in and what comes out."""
    values = record.values
    signals = [t for t in call.tensors if t in values]
    if not signals:
        return _of_parameters(record, call)
    for tensor in call.tensors:
        if call.name in MANY | {"where"} and record.enters(tensor):
            signals.append(entered := record.enter(tensor))
            call = call.instead(tensor, entered)
        else:
            record.refuse(tensor, f"it enters through {call.name}")
    numbers = tuple(dict.fromkeys(values[t] for t in signals))
    save_overwritten(record, call)
    out = call.make()
    for made in _floats(out):
        if made not in values or made is call.overwritten:
            kind, inputs = _kind(values, call, signals, numbers)
            axis = _axis(values, signals[0], made)
            if kind == "pass" and _is_part(values, signals[0], made, axis):
                kind = "part"
            record.new(made, kind, inputs, axis=axis)
            _mark(values, call, signals, made)
    return out


def save_overwritten(record: Record, call: Call) -> None:
    """Save a value that a function is about to overwrite."""
    tensor = call.overwritten
    if tensor is not None and tensor in record.values:
        record.values.save(tensor)


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
    if call.name not in MULTIPLY or divisor or not plain or tensor.shape != made.shape:
        return None
    return torch.ones_like(tensor) if source.made is None else source.made.factor


def _floats(out: Any) -> list[torch.Tensor]:
    return [t for t in tensors_in(out) if t.is_floating_point() or t.is_complex()]


def _kind(
    values: Values, call: Call, signals: list[torch.Tensor], numbers: tuple[int, ...]
) -> tuple[str, tuple[int, ...]]:
    """Return the kind of an operation, and its inputs, the one that it hands on first."""
    if call.name in POOLS:
        return "pool", numbers
    if call.name == "scaled_dot_product_attention":
        value = values[call.argument("value", 2)]
        return "attend", (value, *(n for n in numbers if n != value))
    if call.name in MATMUL and len(numbers) == 2:
        if signals[0] in values.weights:
            return "attend", numbers[::-1]
        return ("attend" if signals[-1] in values.weights else "other"), numbers
    return ("other" if len(numbers) > 1 or call.name in MANY | WEIGHTS else "pass"), numbers


def _is_part(values: Values, before: torch.Tensor, out: torch.Tensor, axis: int | None) -> bool:
    """Tell whether a move leaves features out, as `chunk` does."""
    old = values.axis(values[before])
    if axis is None or old is None or not before.ndim:
        return False
    return out.shape[axis] < before.shape[old] and out.numel() < before.numel()


def _mark(values: Values, call: Call, signals: list[torch.Tensor], out: torch.Tensor) -> None:
    """Note what is a statistic of a signal, and what are weights of attention."""
    before = signals[0]
    reduced = out.ndim == before.ndim and out.shape != before.shape
    if before in values.statistics and len(signals) == 1:
        values.statistics[out] = values.statistics[before]
    elif call.name in STATISTICS and reduced:
        values.statistics[out] = Statistic(of_batch=out.shape[0] < before.shape[0])
    if call.name in WEIGHTS or before in values.weights:
        values.weights[out] = None


def _axis(values: Values, before: torch.Tensor, out: torch.Tensor) -> int | None:
    """Return the axis of the features after a move: that of the same size and stride."""
    axis = values.axis(values[before])
    if axis is None or before.ndim == 0 or out.ndim == 0:
        return None
    axis %= before.ndim
    stride, size = before.stride(axis), before.shape[axis]
    moved = before.untyped_storage().data_ptr() == out.untyped_storage().data_ptr()
    if before.ndim == out.ndim and (not moved or out.stride(axis) == stride):
        return axis
    fits = [a for a in range(out.ndim) if (out.stride(a), out.shape[a]) == (stride, size)]
    if fits:
        return fits[-1] if axis == before.ndim - 1 else fits[0]
    if out.shape[-1] == size and axis == before.ndim - 1:
        return out.ndim - 1
    return axis if out.shape[: axis + 1] == before.shape[: axis + 1] else None
