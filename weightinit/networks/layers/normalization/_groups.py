"""What layer and batch normalization share; each adds the axes that it normalizes over."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from weightinit._checks import check_positive
from weightinit._messages import message
from weightinit.networks.layers._shapes import last_size, sum_rows
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["Group", "Normalization"]


class Group(NamedTuple):
    """The values of one mean and variance: the axes, which entries count, and how many."""

    axes: int | tuple[int, ...]
    counts: Array | bool
    n: int


@dataclass(frozen=True)
class Normalization(Layer):
    """Bring each group of values to mean 0 and variance 1, then apply a learned gain and bias."""

    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        epsilon, limits = check_positive("epsilon", self.epsilon), np.finfo(np.float32)
        least, most = float(limits.smallest_normal), float(limits.max)
        if not least <= epsilon <= most:
            told = f"a number that float32 holds, from {least:.1e} to {most:.1e}"
            raise ValueError(message("epsilon", self.epsilon, told, "1e-5 is usual"))
        object.__setattr__(self, "epsilon", epsilon)

    @abstractmethod
    def _group(self, x: Array, mask: Array | None) -> Group:
        """Return which values share a mean and a variance."""

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        size = last_size(self, input_shape)
        return {"gain": (size,), "bias": (size,)}

    def _output_shape(self, input_shape: Shape) -> Shape:
        last_size(self, input_shape)
        return input_shape

    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        axes, counts, _ = group = self._group(x, mask)
        mean = x.mean(axis=axes, keepdims=True, where=counts)
        variance = x.var(axis=axes, keepdims=True, where=counts)
        sigma = np.sqrt(variance + self.epsilon)
        x_hat = (x - mean) / sigma
        cache = x_hat, sigma, group, mean, variance
        return parameters["gain"] * x_hat + parameters["bias"], cache

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        x_hat, sigma, (axes, counts, n), *_ = cache
        d = parameters["gain"] * dy
        total = d.sum(axis=axes, keepdims=True)
        slope = (d * x_hat).sum(axis=axes, keepdims=True)
        through_group = (total + x_hat * slope) / n
        through_group *= counts  # padding does not move mean and variance, but is moved by them
        gradients = {"gain": sum_rows(dy * x_hat), "bias": sum_rows(dy)}
        return (d - through_group) / sigma, gradients
