"""The tensors of a pass, and how each follows from another entry by entry."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch

from weightinit.tracing._torch.recording.calls import Call
from weightinit.tracing._torch.weights.views import Source

__all__ = ["Statistic", "Value"]


class Statistic(NamedTuple):
    """What sums up a signal: of which axes, and by which parameter it was multiplied since."""

    of_batch: bool
    gain: Source | None = None


@dataclass(eq=False)
class Value:
    """
    A tensor that went from function to function.

    Parameters
    ----------
    number : int
        Its number in the operations.
    tensor : torch.Tensor
        The tensor, whose entries may be overwritten later.
    axis : int or None
        The axis of its features; None where it is not known.
    statistic : Statistic or None
        What it is, if it sums up a signal.
    mixes : bool
        Whether it is the weights of attention.

    Attributes
    ----------
    root : Value
        That of which each entry is a function of one entry.
    made : Call or None
        How it was made of such, with values in the place of their tensors.
    saved, slope : torch.Tensor or None
        What it was before it was overwritten; its gradient, where no hook can take it later.
    """

    number: int
    tensor: torch.Tensor
    axis: int | None
    statistic: Statistic | None = None
    mixes: bool = False
    root: "Value" = field(init=False)
    made: Call | None = None
    saved: torch.Tensor | None = None
    slope: torch.Tensor | None = None

    def __post_init__(self) -> None:
        """Take it as a function of nothing else."""
        self.root = self

    @property
    def now(self) -> torch.Tensor:
        """The value as it was when it was made."""
        return self.tensor if self.saved is None else self.saved

    @property
    def name(self) -> str:
        """What the function goes by that made it."""
        return getattr(self.made and self.made.func, "__name__", "function").strip("_")

    def save(self) -> None:
        """Keep the value, which is about to be overwritten, and its gradient."""
        self.saved = self.tensor.detach().clone()
        if self.tensor.requires_grad:
            self.tensor.register_hook(lambda g: setattr(self, "slope", g))

    def clear(self) -> None:
        """Let go of all tensors; how it follows from its root stays, for activations."""
        self.tensor, self.saved, self.slope = torch.empty(0), None, None

    def function(self) -> Callable[[torch.Tensor], torch.Tensor]:
        """Return the function that makes it of its root."""

        def compute(value: Any, x: torch.Tensor) -> Any:
            if value is self.root or value.made is None:
                return x
            given = value.made.mapped(
                lambda found: compute(found, x).clone() if isinstance(found, Value) else found
            )
            return given.make()

        return lambda x: compute(self, x)
