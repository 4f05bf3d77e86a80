"""The running mean and variance of batch normalization."""

from operator import setitem
from typing import Any

import numpy as np

from weightinit.networks.layers.base import Array, Layer, Parameters
from weightinit.networks.layers.containers.chain import Chain, with_chains
from weightinit.networks.layers.normalization.batchnorm import BatchNorm

__all__ = ["averaged", "track"]

#: The share of a batch in the running statistics, as in PyTorch.
_MOMENTUM = 0.1


def track(chain: Chain, found: dict[str, Array], prefix: str = "") -> Chain:
    """Return a chain that computes the same and puts the statistics of each batch into a dict."""

    def tracked(name: str, layer: Layer) -> Any:
        if isinstance(layer, BatchNorm):
            return _Tracked(layer, name, found)
        return with_chains(layer, lambda inner: track(inner, found, f"{name}."))

    return Chain([tracked(prefix + name, layer) for name, layer in chain.named.items()])


def averaged(running: dict[str, Array], found: dict[str, Array]) -> list[tuple[Any, ...]]:
    """Return the calls that move running statistics towards those of a batch, from 0 and 1."""
    first = {"mean": np.zeros_like, "variance": np.ones_like}
    calls = []
    for name, value in found.items():
        old = running[name] if name in running else first[name.rpartition(".")[2]](value)
        calls.append((setitem, running, name, old + _MOMENTUM * (value - old)))
    return calls


class _Tracked(BatchNorm):
    """Batch normalization that shows the mean and the variance of its batch."""

    def __init__(self, layer: BatchNorm, name: str, found: dict[str, Array]) -> None:
        super().__init__(layer.epsilon)
        self.name, self.found = name, found

    def __repr__(self) -> str:
        return repr(BatchNorm(self.epsilon))  # what the user has built

    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        y, cache = super()._forward(parameters, x, mask)
        *_, (_, _, n), mean, variance = cache
        self.found[f"{self.name}.mean"] = mean.reshape(-1)
        self.found[f"{self.name}.variance"] = variance.reshape(-1) * (n / (n - 1))
        return y, cache
