"""Listen to a pass through a model of PyTorch: each function that it calls becomes an operation."""

from collections.abc import Callable
from typing import Any

from torch.overrides import TorchFunctionMode

from weightinit.tracing._torch.recording import entries, layers, moves, recurrent
from weightinit.tracing._torch.recording.calls import Call
from weightinit.tracing._torch.recording.functions import in_parts
from weightinit.tracing._torch.recording.record import Record

__all__ = ["Recorder"]

#: What records which functions; anything else is recorded by what goes in and comes out.
_HANDLERS: dict[str, Callable[[Record, Call], Any]] = {
    **dict.fromkeys(("add", "multiply", "entries"), entries.elementwise),
    "norm": layers.norm,
    "matmul": layers.product,
    "layer": layers.layer,
    "recurrent": recurrent.run,
}


class Recorder(TorchFunctionMode):
    """
    Keep a record; while this is active, each call of a function of PyTorch goes through it.

    Parameters
    ----------
    record : Record
        The record to fill.
    """

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        call = Call.of(func, args, kwargs)
        if not any(self.record.source(t) or self.record.signal(t) for t in call.tensors):
            return call.make()
        handler, opened = _HANDLERS.get(call.kind), in_parts(func)
        writes = call.kwargs.get("inplace") or (args and args[-1] is True)
        if handler is not None and not (opened and writes):
            return handler(self.record, call)
        if opened is not None:
            with self:
                return opened(*args, **call.kwargs)
        return moves.anything(self.record, call)
