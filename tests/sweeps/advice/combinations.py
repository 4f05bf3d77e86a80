"""The networks on which advice is measured: kind, activation and depth."""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

import weightinit as wi
from weightinit.networks import (
    RNN,
    ActivationLayer,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    LayerNorm,
    Network,
    Residual,
)
from weightinit.networks.layers.base import Array, Gradients, Parameters, Shape

__all__ = ["COMBINATIONS", "Combination"]

WIDTH, CHANNELS, CLASSES = 64, 8, 10


@dataclass(frozen=True)
class MeanPool(Layer):
    """Average each channel over the whole image."""

    kind: ClassVar[str] = "mean"

    def _parameter_shapes(self, _input_shape: Shape) -> dict[str, tuple[int, ...]]:
        return {}

    def _output_shape(self, input_shape: Shape) -> Shape:
        return input_shape[-1:]

    def _forward(self, _parameters: Parameters, x: Array, _mask: Array | None) -> tuple[Array, Any]:
        return x.mean(axis=(1, 2)), x.shape

    def _backward(self, _parameters: Parameters, cache: Any, dy: Array) -> tuple[Array, Gradients]:
        _, height, width, _ = cache
        return np.broadcast_to(dy[:, None, None] / (height * width), cache), {}


def hidden(kind: str, activation: str) -> list[Layer]:
    """Return the layers of one level, or of one residual block."""
    phi, dense = ActivationLayer(activation), Dense(WIDTH)
    return {
        "layer norm": [dense, LayerNorm(), phi],
        "residual": [Residual([dense, phi, dense])],
        "pre-norm residual": [Residual([LayerNorm(), dense, phi, dense])],
        "convolutions": [Conv2D(CHANNELS), phi],
        "convolutions, mean": [Conv2D(CHANNELS), phi],
    }.get(kind, [dense, phi])


@dataclass(frozen=True)
class Combination:
    """A kind of network, its activation, and its depth: layers, blocks or time steps."""

    kind: str
    activation: str
    depth: int

    def __str__(self) -> str:
        """Return the name under which results are kept."""
        return f"{self.kind}, {self.activation} {self.depth}"

    def network(self) -> Network:
        """Build the network for images of 8 x 8 pixels."""
        if self.kind == "recurrent":  # reads an image row by row
            layers = [Dense(WIDTH), RNN(self.activation), Dense(CLASSES)]
            return Network(layers, (self.depth, 8))
        ends = {
            "pre-norm residual": [LayerNorm()],
            "convolutions": [Flatten()],
            "convolutions, mean": [MeanPool()],
        }
        levels = hidden(self.kind, self.activation) * self.depth
        shape = (8, 8, 1) if self.kind.startswith("convolutions") else (64,)
        return Network([*levels, *ends.get(self.kind, []), Dense(CLASSES)], shape)

    def advised(self, weights: list[str], output: wi.Initializer) -> dict[str, wi.Initializer]:
        """Return what `recommend` starts each weight from, but for the given output."""
        layer = {"recurrent": "rnn"}.get(self.kind, "dense")
        asked = {
            "depth": self.depth,
            "residual": "residual" in self.kind,
            "normalized": "layer" if "norm" in self.kind else False,
            "layer": "conv" if self.kind.startswith("convolutions") else layer,
        }
        advice = wi.recommend(self.activation, **asked)
        start = dict.fromkeys(weights, advice.initializer)
        if advice.last_initializer is not None:
            start |= {name: advice.last_initializer for name in weights if ".dense1." in name}
        if advice.input_initializer is not None:
            start[weights[0]] = advice.input_initializer
        return start | {weights[-1]: output}


DEPTHS = {
    "relu": (2, 5, 10, 20, 30),
    "leaky_relu": (10,),
    "tanh": (2, 10, 30),
    "sigmoid": (2, 5),
    "softplus": (2, 5),
    "softsign": (5, 10, 30),
    "hardtanh": (9, 30),
    "sine": (9, 30),
    "elu": (10, 30),
    "selu": (10, 30),
    "gelu_tanh": (10,),
    "silu": (10,),
    "mish": (10,),
}

#: All networks, by name.
COMBINATIONS = {
    str(combination): combination
    for combination in [
        *(Combination("plain", phi, depth) for phi, all_ in DEPTHS.items() for depth in all_),
        *map(partial(Combination, "layer norm", depth=10), ("relu", "tanh")),
        *map(partial(Combination, "residual", depth=10), ("relu", "tanh", "silu")),
        *map(partial(Combination, "pre-norm residual", depth=10), ("relu", "silu")),
        Combination("convolutions", "relu", 4),
        Combination("convolutions, mean", "tanh", 10),
        *map(partial(Combination, "recurrent", depth=8), ("relu", "tanh")),
    ]
}
