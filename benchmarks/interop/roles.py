"""What the parameters of a model are for: weights with their two sides, gains, biases."""

import fnmatch
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.interop.entries import Entry

__all__ = ["Parts", "Weight", "fits"]


@dataclass(frozen=True)
class Weight:
    """
    A weight of a layer.

    Parameters
    ----------
    name : str
        Its name in the model.
    shape : tuple of int
        Its shape.
    out : tuple of int
        The axes that number the units it feeds; a unit sums over the others.
    bias : str
        The name of the bias of these units; empty if they have none.
    field : int
        How many positions a kernel covers.
    groups : int
        Into how many groups the channels are divided.
    """

    name: str
    shape: tuple[int, ...]
    out: tuple[int, ...]
    bias: str = ""
    field: int = 1
    groups: int = 1

    @property
    def units(self) -> int:
        """How many units it feeds, at one position."""
        return math.prod(self.shape[axis] for axis in self.out)

    @property
    def fans(self) -> tuple[int, int]:
        """Return how many values a unit sums up, and into how many units a value goes."""
        return math.prod(self.shape) // self.units, self.units * self.field // self.groups

    def by_unit(self, array: np.ndarray) -> np.ndarray:
        """Return an array with a row for each unit: a copy, or a view."""
        return np.moveaxis(array, self.out, range(len(self.out))).reshape(self.units, -1)

    def from_units(self, rows: np.ndarray) -> np.ndarray:
        """Return the array that has such rows."""
        rest = [n for axis, n in enumerate(self.shape) if axis not in self.out]
        front = [self.shape[axis] for axis in self.out]
        return np.moveaxis(rows.reshape(*front, *rest), range(len(self.out)), self.out)


@dataclass(frozen=True)
class Parts:
    """The parameters of a model by their names, and which of them are weights, and which gains."""

    entry: Entry
    arrays: Mapping[str, np.ndarray]
    weights: list[Weight]
    gains: list[str]

    @property
    def hidden(self) -> list[Weight]:
        """All weights but the last, which is the output's, where it is not tied to a lookup."""
        return self.weights[:-1]

    def dense(self) -> list[Weight]:
        """Return hidden weights whose units read more than one channel, and are some."""
        return [w for w in self.hidden if w.fans[0] > w.field and w.units >= 4]

    def blocks(self) -> list[list[str]]:
        """Return parameters by block: of a numbered prefix, two weights or more, not the most."""
        prefixes: dict[str, None] = {}
        for weight in self.hidden:
            ends = [match.start() for match in re.finditer(r"[._/]", weight.name)]
            prefixes |= dict.fromkeys(weight.name[:end] for end in ends)
        found = []
        for prefix in prefixes:
            inside = re.compile(rf"{re.escape(prefix)}[._/]")
            names = [name for name in self.arrays if inside.match(name)]
            several = sum(bool(inside.match(weight.name)) for weight in self.weights) >= 2
            if several and re.search(r"\d[a-z]?$", prefix) and 2 * len(names) <= len(self.arrays):
                found.append(names)
        return found

    def with_arrays(self, changed: Mapping[str, np.ndarray]) -> "Parts":
        """Return the parts of the model that has other arrays."""
        return replace(self, arrays={**self.arrays, **changed})


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Tell whether a name fits one of some patterns."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
