"""The tensors of a pass, by number, and how each follows from another entry by entry."""

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

import torch

from weightinit.tracing._torch.weights.views import Source

__all__ = ["Statistic", "Values"]

_Known = TypeVar("_Known")


class _Step(NamedTuple):
    """How a value was made, entry by entry."""

    function: Callable[..., Any]
    args: Any
    kwargs: dict[str, Any]


class Statistic(NamedTuple):
    """What sums up a signal: of which axes, and by which parameter it was multiplied since."""

    of_batch: bool
    gain: Source | None = None


class _Tensors(Generic[_Known]):
    """What is known of some tensors, by their identity."""

    def __init__(self) -> None:
        self._ids: dict[int, tuple[torch.Tensor, _Known]] = {}

    def __setitem__(self, tensor: torch.Tensor, known: _Known) -> None:
        self._ids[id(tensor)] = tensor, known

    def __getitem__(self, tensor: torch.Tensor) -> _Known:
        return self._ids[id(tensor)][1]

    def __contains__(self, tensor: torch.Tensor) -> bool:
        return id(tensor) in self._ids


class Values:
    """The values of a pass: a tensor for each number, and what is known of it."""

    def __init__(self) -> None:
        self.tensors: list[torch.Tensor] = []
        self.saved: dict[int, torch.Tensor] = {}
        self.slopes: dict[int, torch.Tensor] = {}
        self.names: dict[int, str] = {}
        self.statistics: _Tensors[Statistic] = _Tensors()
        self.weights: _Tensors[None] = _Tensors()
        self._axes: list[int | None] = []
        self._numbers: dict[int, int] = {}
        self._roots: dict[int, int] = {}
        self._steps: dict[int, _Step] = {}

    def add(self, tensor: torch.Tensor, axis: int | None) -> int:
        """Give a tensor the next number."""
        number = len(self.tensors)
        self.tensors.append(tensor)
        self._axes.append(axis)
        self._numbers[id(tensor)] = number
        return number

    def __contains__(self, tensor: object) -> bool:
        return id(tensor) in self._numbers

    def __getitem__(self, tensor: torch.Tensor) -> int:
        return self._numbers[id(tensor)]

    def clear(self) -> None:
        """Let go of all tensors; how one follows from another stays, for activations."""
        for kept in (self.tensors, self.saved, self.slopes):
            kept.clear()

    def axis(self, number: int) -> int | None:
        """Return the axis of the features of a value; None where it is not known."""
        return self._axes[number]

    def root(self, number: int) -> int:
        """Return the value of which each entry is a function of one entry."""
        return self._roots.get(number, number)

    def save(self, tensor: torch.Tensor) -> None:
        """Keep a value that is about to be overwritten, and its gradient."""
        number = self[tensor]
        self.saved[number] = tensor.detach().clone()
        if tensor.requires_grad:
            tensor.register_hook(lambda g: self.slopes.__setitem__(number, g))

    def tap(
        self,
        zeros: torch.Tensor,
        sums: list[int],
        reset: torch.Tensor | None,
        weight: torch.Tensor,
        state: int,
    ) -> None:
        """Take the gradient for zeros as that for the sums to which they were added."""

        def keep(g: torch.Tensor) -> None:
            by_state = g if reset is None else g * reset
            self.slopes[sums[0]], self.slopes[sums[1]] = g, by_state
            self.slopes[state] = by_state @ weight.detach()

        zeros.register_hook(keep)

    def now(self, number: int) -> torch.Tensor:
        """Return a value as it was when it was made."""
        return self.saved.get(number, self.tensors[number])

    def grow(self, number: int, root: int, function: Any, args: Any, kwargs: Any) -> None:
        """Note that a value is a function of its root, entry by entry."""
        self._roots[number] = root
        self._steps[number] = _Step(function, args, kwargs)
        self.names[number] = getattr(function, "__name__", "function").strip("_")

    def noted(self, found: Any) -> Any:
        """Return arguments with numbers for values, whose tensors may be overwritten."""
        if isinstance(found, torch.Tensor):
            return _Number(self[found]) if found in self else found
        if isinstance(found, dict):
            return {key: self.noted(value) for key, value in found.items()}
        if isinstance(found, list | tuple):
            return tuple(self.noted(value) for value in found)
        return found

    def function(self, number: int) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return the function that makes a value of its root."""
        root = self.root(number)

        def compute(value: int, x: torch.Tensor) -> torch.Tensor:
            if value == root or value not in self._steps:
                return x
            step = self._steps[value]
            args = _filled(step.args, lambda v: compute(v, x).clone())
            kwargs = _filled(step.kwargs, lambda v: compute(v, x).clone())
            made: torch.Tensor = step.function(*args, **kwargs)
            return made

        return lambda x: compute(number, x)


class _Number(NamedTuple):
    """Stands for a value in noted arguments."""

    value: int


def _filled(found: Any, of: Callable[[int], torch.Tensor]) -> Any:
    if isinstance(found, _Number):
        return of(found.value)
    if isinstance(found, dict):
        return {key: _filled(value, of) for key, value in found.items()}
    if isinstance(found, tuple):
        return tuple(_filled(value, of) for value in found)
    return found
