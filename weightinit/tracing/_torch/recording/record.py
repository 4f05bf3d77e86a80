"""What is known of a pass through a model of PyTorch: values, operations, parameters."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch

from weightinit._messages import shown
from weightinit.tracing._models.operations import TRANSPOSED, Operation
from weightinit.tracing._torch.recording.calls import tensors_in
from weightinit.tracing._torch.recording.functions import known
from weightinit.tracing._torch.recording.values import Value
from weightinit.tracing._torch.weights.computed import Computed, Owner
from weightinit.tracing._torch.weights.views import Source

__all__ = ["Record"]


class Record:
    """
    What a pass did.

    Parameters
    ----------
    parameters : dict of str to torch.Tensor
        The parameters that the pass reads, by name.
    given : dict of int to torch.Tensor
        What to take instead of the parameters of the model, by their identity.
    owners : iterable of Owner, optional
        The modules that compute weights of their own.

    Attributes
    ----------
    values : list of Value
        The tensors that went from function to function, by their numbers.
    operations : list of Operation
        What was done; activations are recognized by ``finished``.
    sources : dict of int to Source
        The tensors that are parameters, or views of them, by identity.
    layouts : dict of str to tuple
        The parameters that were understood: where they are in the model, and the order of axes.
    computed : dict of str to Computed
        The weights that were computed from parameters.
    problems : dict of str to str
        Why others were not.
    """

    def __init__(
        self,
        parameters: dict[str, torch.Tensor],
        given: dict[int, torch.Tensor],
        owners: Iterable[Owner] = (),
    ) -> None:
        self.leaves, self.given = parameters, given
        self.computed: dict[str, Computed] = {}
        self._owners = list(owners)
        self._finished: dict[int, Owner] = {}
        self._products: dict[str, list[torch.Tensor]] = {}
        self.values: list[Value] = []
        self._signals: dict[int, Value] = {}
        self.operations: list[Operation] = []
        self.sources: dict[int, Source] = {}
        self.layouts: dict[str, tuple[Source, tuple[int, ...]]] = {}
        self.problems: dict[str, str] = {}
        self._alive: list[torch.Tensor] = []  # so that no identity is used twice
        for name, tensor in parameters.items():
            self.learn(tensor, Source(name, tuple(range(tensor.ndim))))

    def add(self, tensor: torch.Tensor, axis: int | None) -> Value:
        """Give a tensor the next number; of one that was overwritten it stays known what it is."""
        value, old = Value(len(self.values), tensor, axis), self.signal(tensor)
        if old is not None:
            value.statistic, value.mixes = old.statistic, old.mixes
        self.values.append(value)
        self._signals[id(tensor)] = value
        return value

    def new(self, tensor: torch.Tensor, kind: str, inputs: Iterable[Value], **told: Any) -> Value:
        """Note a value, and the operation that made it."""
        value = self.add(tensor, told.get("axis", -1))
        numbers = tuple(dict.fromkeys(before.number for before in inputs))
        self.operations.append(Operation(kind=kind, inputs=numbers, output=value.number, **told))
        return value

    def signal(self, tensor: object) -> Value | None:
        """Return the value that a tensor is."""
        return self._signals.get(id(tensor))

    def signals(self, tensors: Iterable[torch.Tensor]) -> list[Value]:
        """Return those of some tensors that are values."""
        return [value for tensor in tensors if (value := self.signal(tensor))]

    def alias(self, x: torch.Tensor, axis: int) -> Value:
        """Return a value as one layer alone sees it, so that its own gradient is known."""
        if self.enters(x):
            return self.enter(x, axis)
        return self.new(x.view_as(x), "pass", self.signals([x]), axis=axis)

    def enters(self, tensor: torch.Tensor) -> bool:
        """Tell whether a tensor is a parameter that can join the signal as rows of its own."""
        source = self.source(tensor)
        return source is not None and not source.problem and self.signal(tensor) is None

    def enter(self, tensor: torch.Tensor, axis: int = -1) -> Value:
        """Return a parameter as a signal: a token, a query."""
        parameters = {"token": self.part(self.sources[id(tensor)])}
        return self.new(tensor.view_as(tensor), "pass", (), parameters=parameters, axis=axis)

    def join(self, outputs: Sequence[Value]) -> int:
        """Return the number of a value that stands for several outputs together."""
        one = outputs[0] if len(outputs) == 1 else self.new(torch.zeros(1), "other", outputs)
        return one.number

    def source(self, tensor: object) -> Source | None:
        """Return which parameter a tensor is."""
        return self.sources.get(id(tensor))

    def learn(self, tensor: torch.Tensor, source: Source) -> None:
        """Note that a tensor is a parameter, or made of one."""
        self._alive.append(tensor)
        self.sources[id(tensor)] = source

    def part(self, source: Source, axes: tuple[int, ...] | None = None) -> str:
        """Note the layout of a parameter, and return its name in the trace."""
        axes = axes or tuple(range(self.value(source.name).ndim))
        _, known_axes = self.layouts.setdefault(source.part, (source, axes))
        return source.part if known_axes == axes else source.part + TRANSPOSED

    def refuse(self, found: object, problem: str) -> None:
        """Note why a parameter, a tensor or its source, is not understood."""
        if source := found if isinstance(found, Source) else self.source(found):
            for name in source.parts:
                self.problems.setdefault(name, source.problem or problem)

    @property
    def reasons(self) -> str:
        """Why some parameters are not understood."""
        told = [f"{shown(name)}: {why}" for name, why in self.problems.items()]
        return "; ".join(told[:3]) or "give x"

    def finished(self) -> list[Operation]:
        """Return the operations, with the activations recognized."""
        return [self._recognized(op) if op.kind == "activation" else op for op in self.operations]

    def _recognized(self, op: Operation) -> Operation:
        value = self.values[op.output]
        phi = known(value.function(), value.name)
        return replace(op, kind="pass" if phi is None else "activation", activation=phi)

    def substituted(self, tensors: Any) -> list[torch.Tensor]:
        """Return what to take for parameters that a module has kept in a list of its own."""
        return [self.given.get(id(t), t) for t in tensors_in(tensors)]

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note which tensors parametrizations return while the model runs."""
        lists = {id(o.module.parametrizations[o.attribute]): o for o in self._owners if not o.hook}

        def note(module: Any, _: Any, output: Any) -> None:
            if id(module) in lists:
                self._finished[id(output)] = lists[id(module)]

        handle = torch.nn.modules.module.register_module_forward_hook(note)
        try:
            yield
        finally:
            handle.remove()

    def weight(self, source: Source) -> Source:
        """Return the source of a weight; of one that is computed, under a name of its own."""
        made = source.made
        if made is None:
            return source
        hooks = (o for o in self._owners if o.hook)
        held = (o for o in hooks if getattr(o.module, o.attribute, None) is made.tensor)
        try:
            found = Computed.of(made, self._finished.get(id(made.tensor)) or next(held, None))
        except ValueError as error:
            return replace(source, problem=f"{source.problem}; {error}")
        self.computed.setdefault(found.name, found)
        products = self._products.setdefault(found.name, [])
        if made.tensor.requires_grad and not any(t is made.tensor for t in products):
            made.tensor.retain_grad()
            products.append(made.tensor)
        return replace(source, name=found.name, problem="")

    def parts(self, source: Source) -> dict[str, str]:
        """Note the parameters of which a weight is computed, and return their names by role."""
        roles = self.computed[source.name].roles if source.name in self.computed else {}
        return {role: self.part(Source(name, None)) for role, name in roles.items()}

    def value(self, name: str) -> torch.Tensor:
        """Return a parameter, or a weight computed from some."""
        return self.computed[name].value if name in self.computed else self.leaves[name]

    def gradient(self, name: str) -> torch.Tensor:
        """Return the gradient for a parameter, or for a weight computed from some."""
        value = self.value(name)
        found = [t.grad for t in self._products.get(name, [self.leaves.get(name, value)])]
        return sum((g for g in found if g is not None), torch.zeros_like(value))
