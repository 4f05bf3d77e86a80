"""Residual blocks: a sum of a value and of what layers made of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from weightinit.tracing._models.graph import Graph
from weightinit.tracing._models.operations import Operation

__all__ = ["Block", "find_blocks"]


@dataclass(eq=False)
class Block:
    """
    A residual block, :math:`y = s(x) + f(x)`.

    Parameters
    ----------
    start, end : int
        The numbers of the values x and y.
    branch : list of Operation
        The operations of f, in order.
    shortcut : Operation or None
        The layer in s, where it is not the identity.
    """

    start: int
    end: int
    branch: list[Operation]
    shortcut: Operation | None = None

    @property
    def layers(self) -> list[Operation]:
        """The layers with a weight, that of the shortcut first."""
        found = [op for op in self.branch if op.kind == "weight"]
        return [self.shortcut, *found] if self.shortcut else found


def find_blocks(graph: Graph) -> list[Block]:
    """Return the residual blocks, inner ones before those around them."""
    blocks: list[Block] = []
    shortcuts: dict[int, int] = {}
    for op in graph.operations:
        if op.kind != "sum" or len(op.inputs) != 2:
            continue
        block = _identity(graph, op, shortcuts) or _projected(graph, op, shortcuts)
        if block is not None:
            blocks.append(block)
            shortcuts[block.end] = block.start
    return blocks


def _sides(op: Operation) -> Iterator[tuple[int, int]]:
    """Yield shortcut and branch: either may be either."""
    a, b = op.inputs
    yield a, b
    yield b, a


def _identity(graph: Graph, op: Operation, shortcuts: dict[int, int]) -> Block | None:
    """Return the block of a sum with a value that comes unchanged."""
    for short, long in _sides(op):
        for value in graph.back(short, shortcuts):
            if graph.leads(value, long):
                branch = graph.between(value, long)
                if any(other.kind == "weight" for other in branch):
                    return Block(value, op.output, branch)
                break
    return None


def _projected(graph: Graph, op: Operation, shortcuts: dict[int, int]) -> Block | None:
    """Return the block of a sum with a value that one layer without activation has changed."""
    for short, long in _sides(op):
        layer = _one_layer(graph, short)
        if layer is None or graph.leads(layer.output, long) or not layer.inputs:
            continue
        for value in graph.back(layer.inputs[0], shortcuts):
            if graph.leads(value, long):
                branch = graph.between(value, long)
                if sum(other.kind == "weight" for other in branch) > 1:
                    return Block(value, op.output, branch, layer)
                break
    return None


def _one_layer(graph: Graph, value: int) -> Operation | None:
    """Return the layer behind which nothing but moves, norms and parameters made a value."""
    while (op := graph.maker.get(value)) is not None:
        if op.kind == "weight":
            return op
        if op.kind not in ("pass", "norm", "gain", "offset") or not op.inputs:
            return None
        value = op.inputs[0]
    return None
