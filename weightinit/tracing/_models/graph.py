"""Questions about the graph that operations make: what leads to a value, and residual blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from weightinit.tracing._models.operations import Operation

__all__ = ["Block", "Graph", "find_blocks"]

#: What hands a value on in proportion to itself.
_PASSING = frozenset({"pass", "gain"})


class Graph:
    """
    The operations of a pass, by the values that they make and use.

    Parameters
    ----------
    operations : sequence of Operation
        What the pass did, in order.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations
        self.maker = {op.output: op for op in operations}
        self.place = {op.output: place for place, op in enumerate(operations)}

    @cached_property
    def users(self) -> dict[int, list[Operation]]:
        """The operations that take each value."""
        found: dict[int, list[Operation]] = {}
        for op in self.operations:
            for value in dict.fromkeys(op.inputs):
                found.setdefault(value, []).append(op)
        return found

    @cached_property
    def _ancestors(self) -> dict[int, int]:
        """The values that led to each value, and itself, as the bits of an integer."""
        found: dict[int, int] = {}
        for op in self.operations:
            bits = 1 << op.output
            for value in op.inputs:
                bits |= found.get(value, 1 << value)
            found[op.output] = bits
        return found

    def leads(self, value: int, to: int) -> bool:
        """Tell whether a value led to another, or is it."""
        return bool(self._ancestors.get(to, 1 << to) >> value & 1)

    def between(self, start: int, end: int) -> list[Operation]:
        """Return the operations behind one value that led to another."""
        return [
            op
            for op in self.operations
            if op.output != start and self.leads(start, op.output) and self.leads(op.output, end)
        ]

    def sole_user(self, value: int) -> Operation | None:
        """Return the operation that takes a value, if it is the only one."""
        users = self.users.get(value, [])
        return users[0] if len(users) == 1 else None

    def back(self, value: int, shortcuts: dict[int, int]) -> Iterator[int]:
        """
        Go back along copies and multiples, and along shortcuts.

        Parameters
        ----------
        value : int
            Where to start.
        shortcuts : dict of int to int
            The start of each block, by its end.

        Yields
        ------
        int
            The value, and those of which it is a copy or a multiple.
        """
        yield value
        while (op := self.maker.get(value)) is not None:
            passes = op.inputs[:1] if op.kind in _PASSING else ()
            before = (shortcuts[value],) if value in shortcuts else passes
            if not before:
                return
            [value] = before
            yield value


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
    shortcut: Operation | None


def find_blocks(graph: Graph) -> list[Block]:
    """Return the residual blocks, inner ones before those around them."""
    blocks: list[Block] = []
    shortcuts: dict[int, int] = {}
    for op in graph.operations:
        if op.kind != "sum" or len(op.inputs) != 2:
            continue
        if (block := _block(graph, op, shortcuts)) is not None:
            blocks.append(block)
            shortcuts[block.end] = block.start
    return blocks


def _block(graph: Graph, op: Operation, shortcuts: dict[int, int]) -> Block | None:
    """Return the block of a sum with a value that comes unchanged, or else through one layer."""
    sides = [op.inputs, op.inputs[::-1]]  # shortcut and branch: either may be either
    layers = [_one_layer(graph, short) for short, _ in sides]
    ways = [(short, long, None) for short, long in sides] + [
        (layer.inputs[0], long, layer)
        for layer, (_, long) in zip(layers, sides, strict=True)
        if layer is not None and layer.inputs and not graph.leads(layer.output, long)
    ]
    for value, long, layer in ways:
        start = next((v for v in graph.back(value, shortcuts) if graph.leads(v, long)), None)
        branch = [] if start is None else graph.between(start, long)
        weights = sum(other.kind == "weight" for other in branch)
        if start is not None and weights > (0 if layer is None else 1):
            return Block(start, op.output, branch, layer)
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
