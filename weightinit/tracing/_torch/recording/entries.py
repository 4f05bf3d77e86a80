"""Record functions that map each entry by itself, sums and products among them."""

from typing import Any

import torch

from weightinit.tracing._torch.recording import moves
from weightinit.tracing._torch.recording.calls import Call
from weightinit.tracing._torch.recording.functions import ADD, MULTIPLY
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.weights.views import Source

__all__ = ["elementwise"]


def elementwise(record: Record, call: Call) -> Any:
    """Record a function of the entries of one signal or of several, or of one and a parameter."""
    values, tensors = record.values, call.tensors
    signals = [t for t in tensors if t in values]
    if not signals:
        return moves.anything(record, call)
    numbers = [values[t] for t in signals]
    sources = [s for t in tensors if (s := record.source(t)) is not None]
    constants = [t for t in tensors if t not in values and t.numel() > 1]
    noted = values.noted(call.args), values.noted(call.kwargs)
    moves.save_overwritten(record, call)
    out = call.make()
    axis = values.axis(numbers[0])
    if sources:
        _with_parameter(record, call, out, signals, sources)
    elif any(t in values.statistics for t in signals):
        _with_statistic(record, call, out, signals)
    elif len({values.root(v) for v in numbers}) > 1:
        kind = "sum" if call.name in ADD else "product" if call.name in MULTIPLY else "other"
        record.new(out, kind, tuple(dict.fromkeys(numbers)), axis=axis)
    elif constants or (call.name in ("minimum", "maximum") and len(signals) == 1):
        record.new(out, "pass", (numbers[0],), axis=axis)
    else:
        root = values.root(numbers[0])
        plain = call.name in ADD | MULTIPLY | {"neg"} and len(numbers) == 1
        kind, value = ("pass", numbers[0]) if plain else ("activation", root)
        values.grow(record.new(out, kind, (value,), axis=axis), root, call.func, *noted)
    return out


def _with_parameter(
    record: Record,
    call: Call,
    out: torch.Tensor,
    signals: list[torch.Tensor],
    sources: list[Source],
) -> None:
    """Record that a signal is multiplied by, or added to, a parameter."""
    values, source = record.values, sources[0]
    numbers = tuple(values[t] for t in signals)
    axis = values.axis(numbers[0])
    kind = "gain" if call.name in MULTIPLY else "offset" if call.name in ADD else "other"
    if source.problem or kind == "other" or len(sources) > 1:
        told = source.problem or f"it enters through {call.name}"
        record.problems.setdefault(source.name, told)
        record.new(out, "other", numbers, axis=axis)
        return
    if kind == "gain" and signals[0] in values.statistics:
        values.statistics[out] = values.statistics[signals[0]]._replace(gain=source)
    leaf = record.leaves[source.name]
    units = axis is not None and tuple(leaf.shape) == (out.shape[axis],)
    if kind == "offset":
        role = "bias" if units else "shift"  # a bias where the plan finds it right behind a weight
    else:
        role = "scale" if leaf.numel() == 1 else "gain"
    parameters = {role: record.part(source)}
    record.new(out, kind, (numbers[0],), parameters=parameters, axis=axis)


def _with_statistic(
    record: Record, call: Call, out: torch.Tensor, signals: list[torch.Tensor]
) -> None:
    """Record what a statistic of a signal does to it: to multiply by it is to normalize."""
    values = record.values
    plain = [values[t] for t in signals if t not in values.statistics]
    statistic = next(values.statistics[t] for t in signals if t in values.statistics)
    if not plain:
        record.new(out, "other", tuple(values[t] for t in signals))
        values.statistics[out] = statistic
        return
    told: dict[str, Any] = {"axis": values.axis(plain[0])}
    if call.name not in MULTIPLY:
        record.new(out, "pass", (plain[0],), **told)
        return
    if statistic.gain is not None:
        told["parameters"] = {"gain": record.part(statistic.gain)}
    norm = "batch" if statistic.of_batch else "layer"
    record.new(out, "norm", (plain[0],), norm=norm, **told)
