"""The layers of Flax nnx, as they are started when a model is built."""

from typing import Any

from flax import nnx

from benchmarks.frameworks.layers import flax
from benchmarks.frameworks.layers.parts import HEADS, KERNEL, STRIDE, UP, VOCABULARY, Layer

__all__ = ["PACKAGES", "layers", "seed"]

PACKAGES = flax.PACKAGES
seed = flax.seed


def layers(inputs: int, outputs: int) -> dict[str, Layer]:
    """Return the layers, by the rows of the table."""
    square, up = (KERNEL, KERNEL), {"strides": (STRIDE, STRIDE)}
    groups = {"feature_group_count": inputs}
    summing = {
        "dense": (nnx.Linear, (inputs, outputs), {}),
        "convolution 1D": (nnx.Conv, (inputs, outputs, square[:1]), {}),
        "convolution 2D": (nnx.Conv, (inputs, outputs, square), {}),
        "depthwise 2D": (nnx.Conv, (inputs, inputs, square), groups),
        "transposed 2D": (nnx.ConvTranspose, (inputs, outputs, (UP, UP)), up),
    }
    norms = {
        "layer norm": (nnx.LayerNorm, (outputs,), {}),
        "batch norm": (nnx.BatchNorm, (outputs,), {}),
        "group norm": (nnx.GroupNorm, (outputs, HEADS), {}),
        "RMS norm": (nnx.RMSNorm, (outputs,), {}),
    }
    cells = {"RNN": nnx.SimpleCell, "GRU": nnx.GRUCell, "LSTM": nnx.LSTMCell}
    return flax.layers(
        inputs,
        outputs,
        summing={row: (of[0], lambda of=of: _built(*of)) for row, of in summing.items()},
        embedding=lambda: _built(nnx.Embed, (VOCABULARY, outputs), {}),
        attention=(
            nnx.MultiHeadAttention,
            lambda: _built(nnx.MultiHeadAttention, (HEADS, outputs), {"decode": False}),
        ),
        cells={
            row: (kind, lambda kind=kind: _built(kind, (inputs, outputs), {}))
            for row, kind in cells.items()
        },
        norms={row: (of[0], lambda of=of: _built(*of)) for row, of in norms.items()},
    )


def _built(kind: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a layer, nested as those of linen."""
    state = nnx.state(kind(*arguments, **options, rngs=flax.streams()), nnx.Param)
    return nnx.to_pure_dict(state)
