"""Kinds of faults: what each does to the parameters of a network that starts well."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.faults.data import Array
from weightinit.networks import Network

__all__ = ["Kind", "hidden_weights", "kind", "log_uniform", "named", "one_of"]

#: Changes arrays of a network in place and returns the names of those that it changed.
Spoil = Callable[[Network, np.random.Generator], list[str]]


@dataclass(frozen=True)
class Kind:
    """
    A kind of fault.

    Parameters
    ----------
    name : str
        What is wrong, in words.
    families : tuple of str
        Which networks it suits.
    spoil : callable
        Plants it; of a fault in the data it takes and returns samples or targets.
    at : str
        What it changes: "parameters", "inputs" or "targets".
    """

    name: str
    families: tuple[str, ...]
    spoil: Callable[..., list[str] | Array]
    at: str = "parameters"


def kind(registry: list[Kind], name: str, families: str, at: str = "parameters") -> Callable:
    """Return a decorator that puts a function into a list of kinds."""

    def add(spoil: Callable) -> Callable:
        registry.append(Kind(name, tuple(families.split()), spoil, at))
        return spoil

    return add


def named(net: Network, *ends: str) -> list[str]:
    """Return the names of the parameters that end so, in order."""
    return [name for name in net.parameters if name.endswith(ends)]


def hidden_weights(net: Network) -> list[str]:
    """Return the names of all weights but the output layer's and a lookup's."""
    weights = named(net, ".weight")[:-1]
    return [name for name in weights if not name.startswith("embedding")]


def one_of(names: list[str], rng: np.random.Generator) -> str:
    """Draw one of some names."""
    return names[rng.integers(len(names))]


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number whose logarithm is uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
