"""What the zoo holds: an entry a model, and a list that the modules of models fill."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Entry"]


@dataclass(frozen=True, eq=False)  # it is itself, and a key
class Entry:
    """
    A model of a library, as the library starts it.

    Parameters
    ----------
    name : str
        What it is called.
    library : str
        Who wrote it: the distribution that is installed.
    framework : str
        "torch", "keras", "linen" or "nnx".
    build : callable
        Takes a seed and returns the model; of linen a pair, the module and its variables.
    batch : callable
        Takes a seed and returns inputs and targets.
    loss : callable, optional
        Takes outputs and targets; by default, cross entropy for labels and the squared error for
        other targets.
    steps, rate : int and float, optional
        How it is trained, to see what a fault costs: steps of Adam, and their rate.
    flat : tuple of str
        Patterns of biases before an activation that is flat for very negative values.
    heads : mapping of str to (int, int)
        Patterns of weights that make attention heads: how many projections are packed into one
        weight, and how many heads each has.
    """

    name: str
    library: str
    framework: str
    build: Callable[[int], Any]
    batch: Callable[[int], tuple[Any, Any]]
    loss: Callable[[Any, Any], Any] | None = None
    steps: int = 40
    rate: float = 1e-3
    flat: tuple[str, ...] = ()
    heads: Mapping[str, tuple[int, int]] = field(default_factory=dict)
