"""A parameter as a layer starts it, and the laws and rows that frameworks share."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["HEADS", "KERNEL", "VOCABULARY", "Layer", "Part", "attention", "norm", "summing"]

#: Sizes that the table does not vary: of kernels, with and without stride 2, of lookups, of heads.
KERNEL, UP, VOCABULARY, HEADS = 3, 4, 1000, 8
STRIDE = 2


class Part(NamedTuple):
    """Arrays with the law that draws each: an expression in `terms`, `inputs` and `outputs`."""

    pieces: list[NDArray[Any]]
    law: str
    terms: float = 1.0  # how many products an output sums


class Layer(NamedTuple):
    """The name of a layer in its framework, and a function that builds one, for its parts."""

    name: str
    build: Callable[[], dict[str, Part]]


def terms(inputs: int) -> dict[str, float]:
    """Return how many products an output sums, away from the border, by the row of the table."""
    return {
        "dense": inputs,
        "convolution 1D": KERNEL * inputs,
        "convolution 2D": KERNEL**2 * inputs,
        "depthwise 2D": KERNEL**2,
        "transposed 2D": (UP / STRIDE) ** 2 * inputs,
    }


def summing(
    name: str, build: Callable[[], tuple[Any, Any]], count: float, weights: str, biases: str
) -> Layer:
    """Return a layer of weights, (..., inputs, outputs), and biases."""

    def parts() -> dict[str, Part]:
        w, b = map(np.asarray, build())
        return {"weights": Part([w], weights, count), "biases": Part([b], biases, count)}

    return Layer(name, parts)


def attention(name: str, build: Callable[[], Any], terms: int, packed: str, output: str) -> Layer:
    """Return an attention of matrices of queries, keys and values, an output matrix, and biases."""

    def parts() -> dict[str, Part]:
        matrices, out, biases = build()
        return {
            "query, key, value": Part([np.asarray(m) for m in matrices], packed, terms),
            "output weights": Part([np.asarray(out)], output, terms),
            "biases": Part([np.asarray(b) for b in biases], "wi.zeros", terms),
        }

    return Layer(name, parts)


def norm(name: str, build: Callable[[], tuple[Any, Any]]) -> Layer:
    """Return a normalization of gains and biases, which may be missing."""

    def parts() -> dict[str, Part]:
        gains, biases = build()
        found = {"gains": Part([np.asarray(gains)], "wi.ones")}
        return (
            found if biases is None else found | {"biases": Part([np.asarray(biases)], "wi.zeros")}
        )

    return Layer(name, parts)
