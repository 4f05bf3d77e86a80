"""Record functions that map each entry by itself, sums and products among them."""

from typing import TYPE_CHECKING, Any

import torch

from weightinit.tracing._torch import moves
from weightinit.tracing._torch.calls import Call
from weightinit.tracing._torch.functions import ADD, MULTIPLY
from weightinit.tracing._torch.views import Source

if TYPE_CHECKING:
    from weightinit.tracing._torch.recorder import Recorder

__all__ = ["elementwise"]


def elementwise(recorder: "Recorder", call: Call) -> Any:
    """Record a function of the entries of one signal or of several, or of one and a parameter."""
    values, tensors = recorder.values, call.tensors
    signals = [t for t in tensors if t in values]
    if not signals:
        return moves.anything(recorder, call)
    numbers = [values[t] for t in signals]
    sources = [s for t in tensors if (s := recorder.source(t)) is not None]
    constants = [t for t in tensors if t not in values and t.numel() > 1]
    noted = values.noted(call.args), values.noted(call.kwargs)
    moves.save_overwritten(recorder, call)
    out = call.make()
    axis = values.axis(numbers[0])
    if sources:
        _with_parameter(recorder, call, out, numbers, sources)
    elif any(t in values.statistics for t in signals):
        _with_statistic(recorder, call, out, signals)
    elif len({values.root(v) for v in numbers}) > 1:
        kind = "sum" if call.name in ADD else "product" if call.name in MULTIPLY else "other"
        recorder.new(out, kind, tuple(dict.fromkeys(numbers)), axis=axis)
    elif constants or (call.name in ("minimum", "maximum") and len(signals) == 1):
        recorder.new(out, "pass", (numbers[0],), axis=axis)
    else:
        root = values.root(numbers[0])
        plain = call.name in ADD | MULTIPLY | {"neg"} and len(numbers) == 1
        kind, value = ("pass", numbers[0]) if plain else ("activation", root)
        values.grow(recorder.new(out, kind, (value,), axis=axis), root, call.func, *noted)
    return out


def _with_parameter(
    recorder: "Recorder", call: Call, out: torch.Tensor, numbers: list[int], sources: list[Source]
) -> None:
    """Record that a signal is multiplied by, or added to, a parameter."""
    source, axis = sources[0], recorder.values.axis(numbers[0])
    kind = "gain" if call.name in MULTIPLY else "offset" if call.name in ADD else "other"
    if source.problem or kind == "other" or len(sources) > 1:
        told = source.problem or f"it enters through {call.name}"
        recorder.problems.setdefault(source.name, told)
        recorder.new(out, "other", tuple(numbers), axis=axis)
        return
    single = recorder.leaves[source.name].numel() == 1
    role = "shift" if kind == "offset" else "scale" if single else "gain"
    parameters = {role: recorder.part(source)}
    recorder.new(out, kind, (numbers[0],), parameters=parameters, axis=axis)


def _with_statistic(
    recorder: "Recorder", call: Call, out: torch.Tensor, signals: list[torch.Tensor]
) -> None:
    """Record what a statistic of a signal does to it: to multiply by it is to normalize."""
    values = recorder.values
    plain = [t for t in signals if t not in values.statistics]
    if not plain:
        recorder.new(out, "other", tuple(values[t] for t in signals))
        values.statistics.add(out)
        return
    kind = "norm" if call.name in MULTIPLY else "pass"
    axis = values.axis(values[plain[0]])
    recorder.new(out, kind, (values[plain[0]],), norm="layer", axis=axis)
