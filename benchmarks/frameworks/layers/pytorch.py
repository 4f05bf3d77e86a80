"""The layers of PyTorch, as they are started when a model is built."""

import functools
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

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

PACKAGES = ("torch",)
WEIGHTS = 'wi.VarianceScaling(scale=1 / 3, mode="fan_in", distribution="uniform")'


def seed(number: int) -> None:
    """Start the random numbers of the layers that are built from here on."""
    torch.manual_seed(number)


def layers(inputs: int, outputs: int) -> dict[str, Layer]:
    """Return the layers, by the rows of the table."""
    square = functools.partial(nn.Conv2d, inputs, inputs, KERNEL, groups=inputs)
    made = {
        "dense": functools.partial(nn.Linear, inputs, outputs),
        "convolution 1D": functools.partial(nn.Conv1d, inputs, outputs, KERNEL),
        "convolution 2D": functools.partial(nn.Conv2d, inputs, outputs, KERNEL),
        "depthwise 2D": square,
    }
    count = terms(inputs)
    found = {
        row: summing(
            build.func.__name__,
            lambda build=build: _turned(build()),
            count[row],
            WEIGHTS,
            _uniform("terms"),
        )
        for row, build in made.items()
    }
    found["transposed 2D"] = summing(
        "ConvTranspose2d",
        lambda: _turned(nn.ConvTranspose2d(inputs, outputs, UP, stride=STRIDE), (0, 1)),
        count["transposed 2D"],
        WEIGHTS.replace("fan_in", "fan_out"),
        _uniform(f"({UP**2} * outputs)"),
    )
    return found | _others(inputs, outputs)


def _others(inputs: int, outputs: int) -> dict[str, Layer]:
    """Return lookups, recurrent layers, attention and normalizations."""
    found = {
        "embedding": Layer(
            "Embedding",
            lambda: {
                "table": Part(
                    [_array(nn.Embedding(VOCABULARY, outputs).weight)], "wi.Normal(std=1.0)"
                )
            },
        ),
        "attention": attention(
            "MultiheadAttention",
            lambda: _attention(nn.MultiheadAttention(outputs, HEADS)),
            outputs,
            "wi.xavier_uniform",
            WEIGHTS,
        ),
    }
    for cell in (nn.RNN, nn.GRU, nn.LSTM):
        found[cell.__name__] = Layer(
            cell.__name__, lambda cell=cell: _recurrent(cell(inputs, outputs))
        )
    for row, build in {
        "layer norm": functools.partial(nn.LayerNorm, outputs),
        "batch norm": functools.partial(nn.BatchNorm2d, outputs),
        "group norm": functools.partial(nn.GroupNorm, HEADS, outputs),
        "RMS norm": functools.partial(nn.RMSNorm, outputs),
    }.items():
        found[row] = norm(build.func.__name__, lambda build=build: _norm(build()))
    return found


def _uniform(count: str) -> str:
    """Return the law of numbers up to 1 / sqrt(count)."""
    return f"wi.Uniform(low=-({count}**-0.5), high={count}**-0.5)"


def _array(parameter: torch.Tensor) -> NDArray[Any]:
    return parameter.detach().numpy()


def _turned(layer: nn.Module, axes: tuple[int, int] = (1, 0)) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return weights and biases, with the axes of inputs and outputs last."""
    return np.moveaxis(_array(layer.weight), axes, (-2, -1)), _array(layer.bias)


def _attention(layer: nn.MultiheadAttention) -> tuple[Any, ...]:
    """Return the packed matrix, the output matrix, and the biases of both."""
    biases = _array(layer.in_proj_bias), _array(layer.out_proj.bias)
    return [_array(layer.in_proj_weight).T], _array(layer.out_proj.weight).T, biases


def _recurrent(layer: nn.RNNBase) -> dict[str, Part]:
    """Return the parts of a recurrent layer; of its two biases each."""
    hidden, law = layer.hidden_size, _uniform("outputs")
    biases = [_array(layer.bias_ih_l0), _array(layer.bias_hh_l0)]
    found = {
        "input weights": Part([_array(layer.weight_ih_l0).T], law, layer.input_size),
        "recurrent weights": Part([_array(layer.weight_hh_l0).T], law, hidden),
        "biases": Part(biases, law, hidden),
    }
    if isinstance(layer, nn.LSTM):
        found["forget gate's bias"] = Part([b[hidden : 2 * hidden] for b in biases], law, hidden)
    return found


def _norm(layer: nn.Module) -> tuple[Any, Any]:
    bias = getattr(layer, "bias", None)
    return _array(layer.weight), None if bias is None else _array(bias)
