"""Fresh draws of a start, and what is wrong with each."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from weightinit.diagnosis._symptoms import STANDING, Facts, symptoms
from weightinit.initializers import Initializer
from weightinit.networks import Network
from weightinit.tracing import trace

__all__ = ["Setting"]


@dataclass(frozen=True, eq=False)
class Setting:
    """
    An architecture, an initializer and a batch, without weights.

    Parameters
    ----------
    net : Network
        The architecture; its own weights do not matter.
    initializer : Initializer or mapping of str to Initializer
        What draws start from.
    dtype : numpy.dtype
        In what they compute.
    x, y : array_like
        The batch and its labels, as for :func:`weightinit.trace`.
    key : tuple of int
        The seed of all draws.
    """

    net: Network
    initializer: Initializer | Mapping[str, Initializer]
    dtype: np.dtype[Any]
    x: ArrayLike
    y: ArrayLike | None
    key: tuple[int, ...]

    def problems(self, *place: int) -> frozenset[str]:
        """Return the problems of a draw, but for those that stand whatever the weights are.

        Each place has a stream of its own.
        """
        seed = np.random.SeedSequence(self.key, spawn_key=place)
        rng = np.random.default_rng(seed)
        net = copy.copy(self.net).initialize(self.initializer, rng=rng, dtype=self.dtype)
        shown = symptoms(Facts(trace(net, self.x, self.y)))
        return frozenset(symptom.problem for symptom in shown) - STANDING
