"""What recurrent layers share: the loop over time steps, forward and back."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from weightinit._messages import shown
from weightinit.networks.layers._shapes import as_rows, last_size, sum_rows
from weightinit.networks.layers.base import Array, Gradients, Layer, Parameters, Shape

__all__ = ["Recurrent"]


@dataclass(frozen=True)
class Recurrent(Layer):
    r"""
    A layer that reads a sequence step by step, and keeps its last state.

    The state is an array (parts, n, units). Its first part is :math:`h`, which goes out and, times
    the weight, into the next step; what else it carries from step to step is beside it.
    """

    #: How many pre-activations a unit has: 1, and with gates one for each.
    gates: ClassVar[int] = 1
    #: How many arrays a state is made of.
    states: ClassVar[int] = 1

    @abstractmethod
    def _step(self, a: Array, x: Array, b: Array, state: Array) -> tuple[Array, Any]:
        """Return the next state, and what the way back needs; `a`, which is h W, may be changed."""

    @abstractmethod
    def _step_back(self, kept: Any, state: Array, flow: Array) -> tuple[Array, Array]:
        """Return the gradients for the input and, past the weight, for the state.

        Both are linear in `flow`, the gradient for the state after the step.
        """

    def _of_products(self, _kept: Any, dx: Array) -> Array:
        """Return the gradient for h W + b from that for the input, which is added to it."""
        return dx

    def _mask(self, _x: Array, _mask: Array | None) -> None:
        """Return None: after the last state there are no time steps."""

    def _units(self, input_shape: Shape) -> int:
        units, left = divmod(last_size(self, input_shape), self.gates)
        if left:
            raise ValueError(
                f"{shown(self)} takes {self.gates} numbers for each unit, one for each gate, got "
                f"{shown(input_shape)} as input_shape; put Dense({self.gates} * units) in front"
            )
        return units

    def _parameter_shapes(self, input_shape: Shape) -> dict[str, tuple[int, ...]]:
        units = self._units(input_shape)
        return {"weight": (units, self.gates * units), "bias": (self.gates * units,)}

    def _output_shape(self, input_shape: Shape) -> Shape:
        units = self._units(input_shape)
        if len(input_shape) != 2:
            raise ValueError(
                f"{shown(self)} takes sequences of shape (T, units) as input_shape, got "
                f"{shown(input_shape)}; put an Embedding or a Dense layer in front"
            )
        return (units,)

    def _forward(self, parameters: Parameters, x: Array, mask: Array | None) -> tuple[Array, Any]:
        W, b = parameters["weight"], parameters["bias"]
        n, T, _ = x.shape
        states = np.zeros((T + 1, self.states, n, len(W)), x.dtype)
        kept = []
        for t, state in enumerate(states[:-1]):
            states[t + 1], own = self._step(state[0] @ W, x[:, t], b, state)
            kept.append(own)
            if mask is not None:
                np.copyto(states[t + 1], state, where=~mask[:, t, np.newaxis])
        return states[T, 0], (states, kept, mask)

    def _backward(self, parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        states, kept, mask = cache
        W = parameters["weight"]
        back = np.ascontiguousarray(W.T)
        dx = np.empty((len(kept), len(dy), W.shape[1]), dy.dtype)
        da = np.empty_like(dx)
        flow = np.zeros_like(states[0])
        flow[0] = dy
        for t in reversed(range(len(kept))):
            stays: Array | float = 0.0
            if mask is not None:  # at a padded step the state stays
                counts = mask[:, t, np.newaxis]
                stays, flow = np.where(counts, 0, flow), np.where(counts, flow, 0)
            dx[t], flow = self._step_back(kept[t], states[t], flow)
            da[t] = self._of_products(kept[t], dx[t])
            flow[0] += da[t] @ back
            flow += stays
        gradients = {"weight": as_rows(states[:-1, 0]).T @ as_rows(da), "bias": sum_rows(da)}
        return dx.transpose(1, 0, 2), gradients
