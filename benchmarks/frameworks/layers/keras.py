"""The layers of Keras, as they are started when a model is built."""

import os
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras
import numpy as np

from benchmarks.frameworks.layers.parts import (
    HEADS,
    KERNEL,
    STRIDE,
    UP,
    VOCABULARY,
    Layer,
    Part,
    attention,
    norm,
    summing,
    terms,
)

__all__ = ["PACKAGES", "layers", "seed"]

PACKAGES = ("keras",)
LENGTH = 9  # of the sides of images and of sequences, which no parameter depends on


def seed(number: int) -> None:
    """Start the random numbers of the layers that are built from here on."""
    keras.utils.set_random_seed(number)


def layers(inputs: int, outputs: int) -> dict[str, Layer]:
    """Return the layers, by the rows of the table."""
    of = keras.layers
    image = (None, LENGTH, LENGTH, inputs)
    made = {
        "dense": (of.Dense, (outputs,), (None, inputs)),
        "convolution 1D": (of.Conv1D, (outputs, KERNEL), (None, LENGTH, inputs)),
        "convolution 2D": (of.Conv2D, (outputs, KERNEL), image),
        "depthwise 2D": (of.DepthwiseConv2D, (KERNEL,), image),
        "transposed 2D": (of.Conv2DTranspose, (outputs, UP, STRIDE), image),
    }
    count = terms(inputs)
    found = {
        row: summing(
            kind.__name__,
            lambda built=(kind, arguments, shape): _summing(*built),
            count[row],
            "wi.xavier_uniform",
            "wi.zeros",
        )
        for row, (kind, arguments, shape) in made.items()
    }
    return found | _others(inputs, outputs)


def _others(inputs: int, outputs: int) -> dict[str, Layer]:
    """Return lookups, recurrent layers, attention and normalizations."""
    of = keras.layers
    found = {
        "embedding": Layer("Embedding", lambda: _embedding(outputs)),
        "attention": attention(
            "MultiHeadAttention",
            lambda: _attention(outputs),
            outputs,
            "wi.xavier_uniform",
            "wi.xavier_uniform",
        ),
    }
    for row, kind in {"RNN": of.SimpleRNN, "GRU": of.GRU, "LSTM": of.LSTM}.items():
        found[row] = Layer(kind.__name__, lambda kind=kind: _recurrent(kind, inputs, outputs))
    for row, (kind, arguments) in {
        "layer norm": (of.LayerNormalization, ()),
        "batch norm": (of.BatchNormalization, ()),
        "group norm": (of.GroupNormalization, (HEADS,)),
        "RMS norm": (of.RMSNormalization, ()),
    }.items():
        found[row] = norm(
            kind.__name__, lambda built=(kind, arguments): _norm(built[0](*built[1]), outputs)
        )
    return found


def _summing(kind: Any, arguments: tuple[int, ...], shape: tuple[Any, ...]) -> tuple[Any, Any]:
    layer = kind(*arguments)
    layer.build(shape)
    return layer.kernel, layer.bias


def _embedding(outputs: int) -> dict[str, Part]:
    layer = keras.layers.Embedding(VOCABULARY, outputs)
    layer.build((None, LENGTH))
    return {"table": Part([np.asarray(layer.embeddings)], "wi.Uniform(low=-0.05, high=0.05)")}


def _attention(width: int) -> tuple[Any, ...]:
    """Return the matrices of queries, keys and values, that of the output, and all biases."""
    layer = keras.layers.MultiHeadAttention(HEADS, width // HEADS)
    layer.build(*[(None, LENGTH, width)] * 2)
    parts = {weight.path.split("/", 1)[1]: np.asarray(weight) for weight in layer.weights}
    matrices = [parts[f"{name}/kernel"].reshape(width, width) for name in ("query", "key", "value")]
    output = parts["attention_output/kernel"].reshape(width, width)
    return matrices, output, [part for name, part in parts.items() if name.endswith("bias")]


def _recurrent(kind: Any, inputs: int, outputs: int) -> dict[str, Part]:
    """Return the parts of a recurrent layer, whose gates lie in one matrix."""
    layer = kind(outputs)
    layer.build((None, LENGTH, inputs))
    cell = layer.cell
    found = {
        "input weights": Part([np.asarray(cell.kernel)], "wi.xavier_uniform", inputs),
        "recurrent weights": Part([np.asarray(cell.recurrent_kernel)], "wi.orthogonal", outputs),
    }
    bias = np.asarray(cell.bias)
    if kind is keras.layers.LSTM:  # gates: input, forget, cell, output
        gates = bias.reshape(4, outputs)
        found["biases"] = Part([gates[[0, 2, 3]]], "wi.zeros", outputs)
        return found | {"forget gate's bias": Part([gates[1]], "wi.ones", outputs)}
    return found | {"biases": Part([bias], "wi.zeros", outputs)}


def _norm(layer: Any, width: int) -> tuple[Any, Any]:
    layer.build((None, width))
    gains = layer.scale if isinstance(layer, keras.layers.RMSNormalization) else layer.gamma
    return gains, getattr(layer, "beta", None)
