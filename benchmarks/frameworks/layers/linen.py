"""The layers of Flax linen, as `init` starts their variables."""

from typing import Any

import flax.linen as nn
import jax.numpy as jnp

from benchmarks.frameworks.layers import flax
from benchmarks.frameworks.layers.flax import LENGTH
from benchmarks.frameworks.layers.parts import HEADS, KERNEL, STRIDE, UP, VOCABULARY, Layer

__all__ = ["PACKAGES", "layers", "seed"]

PACKAGES = flax.PACKAGES
seed = flax.seed


def layers(inputs: int, outputs: int) -> dict[str, Layer]:
    """Return the layers, by the rows of the table."""
    image = jnp.ones((1, LENGTH, LENGTH, inputs))
    line, vector = jnp.ones((1, LENGTH, inputs)), jnp.ones((1, outputs))
    square = (KERNEL, KERNEL)
    summing = {
        "dense": (nn.Dense(outputs), line),
        "convolution 1D": (nn.Conv(outputs, square[:1]), line),
        "convolution 2D": (nn.Conv(outputs, square), image),
        "depthwise 2D": (nn.Conv(inputs, square, feature_group_count=inputs), image),
        "transposed 2D": (nn.ConvTranspose(outputs, (UP, UP), strides=(STRIDE, STRIDE)), image),
    }
    norms = {
        "layer norm": nn.LayerNorm(),
        "batch norm": nn.BatchNorm(use_running_average=False),
        "group norm": nn.GroupNorm(HEADS),
        "RMS norm": nn.RMSNorm(),
    }
    cells = {"RNN": nn.SimpleCell, "GRU": nn.GRUCell, "LSTM": nn.LSTMCell}
    sequence = jnp.ones((1, LENGTH, outputs))
    return flax.layers(
        inputs,
        outputs,
        summing={
            row: (type(of), lambda of=of, x=x: _init(of, x)) for row, (of, x) in summing.items()
        },
        embedding=lambda: _init(nn.Embed(VOCABULARY, outputs), jnp.ones((1, LENGTH), int)),
        attention=(
            nn.MultiHeadDotProductAttention,
            lambda: _init(nn.MultiHeadDotProductAttention(HEADS), sequence, sequence),
        ),
        cells={
            row: (kind, lambda kind=kind: _init(nn.RNN(kind(outputs)), line)["cell"])
            for row, kind in cells.items()
        },
        norms={row: (type(of), lambda of=of: _init(of, vector)) for row, of in norms.items()},
    )


def _init(module: Any, *x: Any) -> dict[str, Any]:
    """Return the parameters of a module that is given an input."""
    return module.init(flax.streams().params(), *x)["params"]
