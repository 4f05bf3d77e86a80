"""Find the rows of a trace in the operations of a pass: layers, activations, residual blocks."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from weightinit.activations import Activation
from weightinit.tracing._models.graph import Block, Graph, find_blocks
from weightinit.tracing._models.operations import TRANSPOSED, Operation

__all__ = ["Plan", "plan_rows"]


@dataclass(eq=False, kw_only=True)
class Plan:
    """
    A row of a trace to be: which values it is made of, by their numbers.

    Parameters
    ----------
    name, kind, block, after : str
        As in a :class:`~weightinit.tracing.LayerTrace`.
    inputs : int or None
        The value that the layer receives; None for tokens.
    pre_activations, activations : int
        The values before and after the activation.
    axes : dict of int to int
        The axis of the features in each of them.
    roles, shared : dict of str to str
        What each parameter of the row is; those that belong to an earlier row.
    activation : Activation or None
        The activation, if there is one.
    normalized : bool or str
        Whether a normalization stands before it, or in the branch of a block, and which.
    pooled : bool
        Whether max pooling follows.
    coverage : float
        The share of a kernel inside the image.
    place : float
        Where it stands in the order of rows.
    """

    name: str
    kind: str
    inputs: int | None
    pre_activations: int
    activations: int
    place: float
    axes: dict[int, int] = field(default_factory=dict)
    block: str = ""
    after: str = ""
    roles: dict[str, str] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    activation: Activation | None = None
    normalized: bool | str = False
    pooled: bool = False
    coverage: float = 1.0

    @property
    def values(self) -> list[int]:
        """The values that the row is made of."""
        found = (self.inputs, self.pre_activations, self.activations)
        return [value for value in found if value is not None]


def plan_rows(operations: Sequence[Operation], output: int) -> list[Plan]:
    """Return a plan for each layer and block that leads to the output, in order."""
    whole = Graph(operations)
    return _Planner(Graph([op for op in operations if whole.leads(op.output, output)])).plan()


class _Planner:
    """The rows found so far, and what belongs to them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.rows: dict[int, Plan] = {}  # by the output of the layer, or of the block
        self.names: set[str] = set()
        self.owned: set[str] = set()

    def plan(self) -> list[Plan]:
        layers = [op for op in self.graph.operations if op.kind == "weight"]
        for op in layers:
            self._add_layer(op)
        blocks = find_blocks(self.graph)
        for block in blocks:
            self._add_block(block)
        starts = {self.rows[block.end].name: block.start for block in blocks}
        for value, row in self.rows.items():
            if row.inputs is not None:
                row.after = self._before(row.inputs, row.block, starts)
            end = self.graph.maker[value].axis
            row.axes = {each: self._axis(each, end) for each in row.values}
        self._adopt()
        return sorted(self.rows.values(), key=lambda row: row.place)

    def _axis(self, value: int, end: int | None) -> int:
        """Return the axis of the features of a value; that of the end of a row for the inputs."""
        maker = self.graph.maker.get(value)
        axis = maker.axis if maker else end
        return -1 if axis is None else axis

    def _unique(self, name: str) -> str:
        """Return a name that no other row has."""
        tries = (name, *(f"{name} ({count})" for count in range(2, len(self.rows) + 3)))
        chosen = next(each for each in tries if each not in self.names)
        self.names.add(chosen)
        return chosen

    def _add_layer(self, op: Operation) -> None:
        """Add the row of a layer, up to the activation behind it."""
        seen = op.output
        row = Plan(
            name=self._unique(op.name),
            kind=op.layer,
            inputs=op.inputs[0] if op.inputs else None,
            pre_activations=seen,
            activations=seen,
            place=self.graph.place[seen],
            coverage=op.coverage,
        )
        self._take(row, op, plain=True)
        self.rows[seen] = row
        for user in self._follow(seen):
            self._take(row, user, plain=row.pre_activations == seen)
            if user.kind == "norm":
                row.normalized = user.norm
            row.pooled |= user.kind == "pool"
            if user.kind == "activation":
                row.activation, row.pre_activations = user.activation, user.inputs[0]
                row.activations = user.output
            elif user.kind in ("norm", "gain", "offset") and row.activation is None:
                row.pre_activations = row.activations = user.output

    def _follow(self, value: int) -> Iterator[Operation]:
        """Yield what comes behind a layer, and belongs to its row."""
        active = False
        while (user := self.graph.sole_user(value)) is not None:
            inner = user.kind in ("norm", "gain", "offset", "activation") and not active
            hands_on = inner or user.kind in ("pass", "part", "pool")
            if user.axis is None or user.inputs[0] != value or not hands_on:
                return
            active |= user.kind == "activation"
            yield user
            value = user.output

    def _take(self, row: Plan, op: Operation, *, plain: bool = False) -> None:
        """Give a row the parameters of an operation, unless another row has them.

        What is added is a bias if a weight made the sum, with no operation after it; else a shift.
        """
        for role, name in op.parameters.items():
            if name.removesuffix(TRANSPOSED) in self.owned:
                row.shared[name] = role
            else:
                own = role not in ("weight", "bias") or (plain and role not in row.roles.values())
                row.roles[name] = role if own else "shift"
                self.owned.add(name)

    def _add_block(self, block: Block) -> None:
        """Add the row of a block, and put the rows of its branch inside."""
        rows = [self.rows[op.output] for op in block.branch if op.output in self.rows]
        free = [row for row in rows if not row.block]
        if block.shortcut is not None:
            beside = self.rows[block.shortcut.output]
            beside.place = min(row.place for row in rows) - 0.5
            free.append(beside)
        name = self._unique(_common([row.name for row in rows]) or "residual")
        for row in free:
            row.block = name
        norms = [op.norm for op in block.branch if op.kind == "norm"]
        user = self.graph.sole_user(block.end)
        if user is not None and user.kind == "norm":
            norms.append(user.norm)
        self.rows[block.end] = row = Plan(
            name=name,
            kind="residual",
            inputs=block.start,
            pre_activations=block.end,
            activations=block.end,
            place=self.graph.place[block.end],
            normalized=norms[0] if norms else False,
        )
        for op in block.branch:
            if op.parameters.get("scale"):
                self._take(row, op)

    def _before(self, value: int, block: str, starts: dict[str, int]) -> str:
        """Return the row in the same block whose output leads to a value on the main way."""
        while value != starts.get(block, -1):
            row = self.rows.get(value)
            if row is not None:
                return row.name if row.block == block else ""
            op = self.graph.maker.get(value)
            if op is None or not op.inputs:
                return ""
            value = op.inputs[0]
        return ""

    def _adopt(self) -> None:
        """Give each row the parameters around it that belong to no layer: norms of inputs.

        They go to the next layer behind them; those before the outputs to the row before them.
        """
        order = sorted(self.rows.items(), key=lambda item: item[1].place)
        last = order[-1][1] if order else None
        for op in self.graph.operations:
            names = (name.removesuffix(TRANSPOSED) for name in op.parameters.values())
            free = [name for name in names if name not in self.owned]
            if not free or not order:
                continue
            behind = [row for value, row in order if self.graph.leads(op.output, value)]
            ahead = [row for value, row in order if self.graph.leads(value, op.output)]
            layers = [row for row in behind if row.kind != "residual"]
            first = bool(layers) and layers[0] is not last and not (ahead and op.kind == "offset")
            self._take(layers[0] if first else (ahead or behind or [order[-1][1]])[-1], op)


def _common(names: Sequence[str]) -> str:
    """Return the module in which all of these are: ``layer1.0`` of ``layer1.0.conv1``."""
    levels = zip(*(name.split(".") for name in names), strict=False)
    return ".".join(level[0] for level in itertools.takewhile(lambda n: len(set(n)) == 1, levels))
