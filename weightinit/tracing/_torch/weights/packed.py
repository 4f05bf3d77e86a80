"""Weights that lie side by side in one parameter: their outputs are taken apart afterwards."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch

from weightinit.tracing._models.graph import Graph
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.weights.views import shares

__all__ = ["packed"]


def packed(record: Record) -> dict[str, tuple[int, ...]]:
    """
    Find the weights whose outputs a pass has taken apart, such as queries, keys and values.

    Parameters
    ----------
    record : Record
        The pass.

    Returns
    -------
    dict of str to tuple of int
        The number of units of each part, in order, by the name of the weight.
    """
    graph, found = Graph(record.operations), {}
    for op in record.operations:
        if op.kind != "weight" or op.axis != -1 or not op.inputs:
            continue
        whole = record.values[op.output].tensor
        spans = sorted(set(_Search(record, graph, whole).spans(op.output, whole)))
        starts, ends = [start for start, _ in spans], [end for _, end in spans]
        if len(spans) > 1 and starts == [0, *ends[:-1]] and ends[-1] == whole.shape[-1]:
            found[op.parameters["weight"]] = tuple(end - start for start, end in spans)
    return found


class _Search(NamedTuple):
    """A pass, its graph, and the outputs of a weight."""

    record: Record
    graph: Graph
    whole: torch.Tensor

    def spans(
        self, number: int, base: torch.Tensor, place: Callable[[int], int] = lambda at: at
    ) -> Iterator[tuple[int, int]]:
        """Yield the first unit of each part that is taken of a value, and the one behind its last.

        The place of an entry of the base, whose views are taken, leads to that in the whole.
        """
        value = self.record.values[number].tensor

        def copied(at: int) -> int:
            return place(_at(value, at))

        for user in self.graph.users.get(number, []):
            view = self.record.values[user.output].tensor
            shared = shares(view, base)
            copy = view.numel() == self.whole.numel() and view.is_contiguous()
            if user.kind not in ("pass", "part") or not (shared or copy):
                yield (0, self.whole.shape[-1])  # it is used as a whole
            elif view.numel() < self.whole.numel():
                yield self._span(view, place)
            elif shared:
                yield from self.spans(user.output, base, place)
            else:  # a copy has the same entries in the same order
                yield from self.spans(user.output, view, copied)

    def _span(self, view: torch.Tensor, place: Callable[[int], int]) -> tuple[int, int]:
        """Return which units a view holds; an empty span where they do not lie side by side."""
        units, offset = self.whole.shape[-1], self.whole.storage_offset()
        count = view.numel() * units // self.whole.numel()
        first, last = (place(_at(view, entry)) - offset for entry in (0, view.numel() - 1))
        start = first % units
        return (start, start + count) if last % units == start + count - 1 else (0, 0)


def _at(tensor: torch.Tensor, entry: int) -> int:
    """Return where in its memory a tensor has an entry, counted row by row."""
    found = tensor.storage_offset()
    for size, stride in zip(tensor.shape[::-1], tensor.stride()[::-1], strict=True):
        entry, index = divmod(entry, size)
        found += index * stride
    return found
