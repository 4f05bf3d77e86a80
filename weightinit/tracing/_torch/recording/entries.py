"""Record functions that map each entry by itself, sums and products among them."""

from typing import Any

import torch

from weightinit.tracing._torch.recording import moves
from weightinit.tracing._torch.recording.calls import Call
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.recording.values import Value
from weightinit.tracing._torch.weights.views import Source

__all__ = ["elementwise"]

#: What functions of several signals are.
_SEVERAL = {"add": "sum", "multiply": "product"}


def elementwise(record: Record, call: Call) -> Any:
    """Record a function of the entries of one signal or of several, or of one and a parameter."""
    tensors, signals = call.tensors, record.signals(call.tensors)
    if not signals:
        return moves.anything(record, call)
    first = signals[0]
    sources = [s for t in tensors if (s := record.source(t)) is not None]
    constant = any(t.numel() > 1 and record.signal(t) is None for t in tensors)
    noted = call.mapped(lambda found: record.signal(found) or found)
    moves.save_overwritten(record, call)
    out = call.make()
    if sources:
        _with_parameter(record, call, out, signals, sources)
    elif any(value.statistic for value in signals):
        _with_statistic(record, call, out, signals)
    elif len({value.root for value in signals}) > 1:
        kind = _SEVERAL.get(call.kind, "other")
        record.new(out, kind, signals, axis=first.axis)
    elif constant or (call.name in ("minimum", "maximum") and len(signals) == 1):
        record.new(out, "pass", [first], axis=first.axis)
    else:
        plain = (call.kind in _SEVERAL or call.name == "neg") and len(signals) == 1
        kind, before = ("pass", first) if plain else ("activation", first.root)
        value = record.new(out, kind, [before], axis=first.axis)
        value.root, value.made = first.root, noted
    return out


def _with_parameter(
    record: Record, call: Call, out: torch.Tensor, signals: list[Value], sources: list[Source]
) -> None:
    """Record that a signal is multiplied by, or added to, a parameter."""
    source, first = sources[0], signals[0]
    kind = {"multiply": "gain", "add": "offset"}.get(call.kind, "other")
    if source.problem or kind == "other" or len(sources) > 1:
        told = source.problem or f"it enters through {call.name}"
        record.problems.setdefault(source.name, told)
        record.new(out, "other", signals, axis=first.axis)
        return
    leaf = record.leaves[source.name]
    units = first.axis is not None and tuple(leaf.shape) == (out.shape[first.axis],)
    if kind == "offset":
        role = "bias" if units else "shift"  # a bias where the plan finds it right behind a weight
    else:
        role = "scale" if leaf.numel() == 1 else "gain"
    parameters = {role: record.part(source)}
    value = record.new(out, kind, [first], parameters=parameters, axis=first.axis)
    if kind == "gain" and first.statistic:
        value.statistic = first.statistic._replace(gain=source)


def _with_statistic(record: Record, call: Call, out: torch.Tensor, signals: list[Value]) -> None:
    """Record what a statistic of a signal does to it: to multiply by it is to normalize."""
    plain = next((value for value in signals if not value.statistic), None)
    statistic = next(found for value in signals if (found := value.statistic))
    if plain is None:
        record.new(out, "other", signals).statistic = statistic
    elif call.kind != "multiply":
        record.new(out, "pass", [plain], axis=plain.axis)
    else:
        gain = {"gain": record.part(statistic.gain)} if statistic.gain else {}
        norm = "batch" if statistic.of_batch else "layer"
        record.new(out, "norm", [plain], parameters=gain, norm=norm, axis=plain.axis)
