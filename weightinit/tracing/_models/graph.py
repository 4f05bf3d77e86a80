"""Questions about the graph that operations make: who uses a value, and what led to it."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from weightinit.tracing._models.operations import Operation

__all__ = ["Graph"]

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

    @cached_property
    def users(self) -> dict[int, list[Operation]]:
        """The operations that take each value."""
        found: dict[int, list[Operation]] = {}
        for op in self.operations:
            for value in dict.fromkeys(op.inputs):
                found.setdefault(value, []).append(op)
        return found

    @cached_property
    def place(self) -> dict[int, int]:
        """The place of the operation that makes a value, in the order of the pass."""
        return {op.output: place for place, op in enumerate(self.operations)}

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
        """Yield a value, and those of which it is a copy or a multiple, along shortcuts as well."""
        while True:
            yield value
            op = self.maker.get(value)
            if op is None:
                return
            if op.output in shortcuts:
                value = shortcuts[op.output]
            elif op.kind in _PASSING and op.inputs:
                value = op.inputs[0]
            else:
                return
