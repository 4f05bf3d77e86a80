"""Listen to a pass through a model of PyTorch: each function that it calls becomes an operation."""

from collections.abc import Callable
from typing import Any

from torch.overrides import TorchFunctionMode

from weightinit.tracing._torch.recording import entries, layers, moves, recurrent
from weightinit.tracing._torch.recording.calls import Call
from weightinit.tracing._torch.recording.functions import (
    CONVOLUTIONS,
    ELEMENTWISE,
    MATMUL,
    NORMS,
    RECURRENT,
    in_parts,
    named,
)
from weightinit.tracing._torch.recording.record import Record

__all__ = ["Recorder"]

_Handler = Callable[[Record, Call], Any]

#: What records which functions; anything else is recorded by what goes in and comes out.
_HANDLERS: dict[str, _Handler] = {
    **dict.fromkeys(ELEMENTWISE, entries.elementwise),
    **dict.fromkeys(NORMS, layers.norm),
    **dict.fromkeys(MATMUL, layers.product),
    **dict.fromkeys((*CONVOLUTIONS, "linear", "embedding"), layers.layer),
    **dict.fromkeys(RECURRENT, recurrent.run),
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
        call = Call(func, named(func), args, kwargs or {})
        if not any(self.record.source(t) or t in self.record.values for t in call.tensors):
            return call.make()
        handler, opened = _HANDLERS.get(call.name), in_parts(func)
        writes = call.kwargs.get("inplace") or (args and args[-1] is True)
        if handler is not None and not (opened and writes):
            return handler(self.record, call)
        if opened is not None:
            with self:
                return opened(*args, **call.kwargs)
        return moves.anything(self.record, call)
