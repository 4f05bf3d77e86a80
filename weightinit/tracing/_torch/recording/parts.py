"""Listen to Keras, which computes some layers in parts: put them together again."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch

from weightinit.tracing._torch.recording import moves
from weightinit.tracing._torch.recording.calls import Call
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.recording.recorder import Recorder
from weightinit.tracing._torch.weights.views import Source

__all__ = ["PartsRecorder", "leading"]


class PartsRecorder(Recorder):
    """
    A recorder that knows how Keras writes some layers.

    A batch normalization that is frozen multiplies by one over the root of a running statistic.
    Heads are split by an einsum, a bias for each is added after it, and the kernel of a depthwise
    convolution is reshaped. Parameters that enter so are matrices in the record: they are
    multiplied by as such.

    Parameters
    ----------
    record : Record
        The record to fill.
    """

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self._inverse: dict[int, tuple[torch.Tensor, Source | None]] = {}
        self._flat: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        call = Call.of(func, args, kwargs)
        for handle in (self._running, self._normalize, self._einsum, self._add, self._depthwise):
            if (made := handle(call)) is not None:
                return made
        return super().__torch_function__(func, types, args, kwargs)

    def _running(self, call: Call) -> Any:
        """Note what comes from the root of a running statistic, alone or times a gain."""
        tensors, record = call.tensors, self.record
        if record.signals(tensors):
            return None
        sources = [s for t in tensors if (s := record.source(t)) is not None]
        rooted = call.name == "rsqrt" and not sources
        scaled = call.kind == "multiply" and any(id(t) in self._inverse for t in tensors)
        if not rooted and not (scaled and len(sources) < 2):
            return None
        out = call.make()
        self._inverse[id(out)] = out, sources[0] if sources else None
        return out

    def _normalize(self, call: Call) -> Any:
        """Record a batch normalization at what multiplies a signal."""
        if call.kind != "multiply" or len(call.args) < 2 or id(call.args[1]) not in self._inverse:
            return None
        record, _, source = self.record, *self._inverse[id(call.args[1])]
        [x] = record.signals(call.args[:1])
        moves.save_overwritten(record, call)
        out = call.make()
        gain = {} if source is None else {"gain": record.part(source)}
        record.new(out, "norm", [x], parameters=gain, norm="batch", axis=x.axis)
        return out

    def _einsum(self, call: Call) -> Any:
        """Multiply by a matrix instead of contracting with a parameter of more axes."""
        if call.name != "einsum" or len(call.args) != 3:
            return None
        equation, x, w = call.args
        source = self.record.source(w)
        found = _Contraction.of(equation, x.ndim) if source and source.axes is None else None
        if source is None or found is None or self.record.signal(x) is None:
            return None
        matrix, kept = self.record.leaves[source.name], x.ndim - found.contracted
        with self:
            moved = x.permute(found.before)
            made = torch.matmul(moved.reshape(*moved.shape[:kept], len(matrix)), matrix)
            split = made.reshape(*made.shape[:-1], *w.shape[found.contracted :])
            out = split.permute(found.after)
        if found.after == tuple(range(out.ndim)):
            self._flat[id(out)] = out, made
        return out

    def _add(self, call: Call) -> Any:
        """Add the bias of split heads before they are split."""
        if call.name != "add" or len(call.args) != 2 or id(call.args[0]) not in self._flat:
            return None
        out, made = self._flat[id(call.args[0])]
        source = self.record.source(call.args[1])
        bias = self.record.leaves[source.name] if source and source.axes is None else None
        if bias is None or tuple(bias.shape) != made.shape[-1:]:
            return None
        with self:
            return (made + bias).reshape(out.shape)

    def _depthwise(self, call: Call) -> Any:
        """Give a convolution the kernel that Keras has reshaped."""
        if not call.name.startswith("conv") or call.kind != "layer" or len(call.args) < 2:
            return None
        source = self.record.source(call.args[1])
        if source is None or source.axes is not None or source.problem:
            return None
        kernel = self.record.leaves[source.name]
        if kernel.numel() != call.args[1].numel():
            return None
        with self:
            return call.func(
                call.args[0], kernel.movedim((-1, -2), (0, 1)), *call.args[2:], **call.kwargs
            )


def leading(equation: str) -> int | None:
    """
    Return how many leading axes of the second factor are contracted; None if others are.

    Parameters
    ----------
    equation : str
        ``"abc,cde->abde"``.

    Returns
    -------
    int or None
        None as well where the factors share an axis that stays.

    Examples
    --------
    >>> from weightinit.tracing._torch.recording.parts import leading
    >>> leading("abc,cde->abde"), leading("abcd,cde->abe"), leading("ijk,lk->ijl")
    (1, 2, None)
    """
    left, _, out = equation.replace(" ", "").partition("->")
    x, _, w = left.partition(",")
    count = sum(letter not in out for letter in w)
    plain = all(letter in x for letter in w[:count]) and not set(w[count:]) & set(x)
    fits = plain and all(letter in out for letter in w[count:]) and set(x) - set(w) <= set(out)
    return count if fits and 0 < count < len(w) and w.isalpha() and "," not in w else None


class _Contraction(NamedTuple):
    """
    A contraction as a product of matrices.

    Parameters
    ----------
    before : tuple of int
        The axes of the first factor, those that are contracted last.
    after : tuple of int
        Where each axis of the result is found behind the product: kept axes, then those of units.
    contracted : int
        How many axes are contracted.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    contracted: int

    @classmethod
    def of(cls, equation: str, axes: int) -> "_Contraction | None":
        """Return the contraction that an equation means for a first factor of so many axes."""
        contracted = leading(equation)
        if contracted is None:
            return None
        left, _, out = equation.replace(" ", "").partition("->")
        x, _, w = left.partition(",")
        free = iter(letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in equation)
        more = "".join(next(free) for _ in range(axes - len(x.replace("...", ""))))
        x, out = x.replace("...", more), out.replace("...", more)
        kept = [letter for letter in x if letter not in w]
        made = [*kept, *w[contracted:]]
        before = (*(x.index(letter) for letter in kept), *map(x.index, w[:contracted]))
        return cls(before, tuple(made.index(letter) for letter in out), contracted)
