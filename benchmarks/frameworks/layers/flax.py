"""What linen and nnx share: the laws, and how the parameters of a layer are nested."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from flax import nnx
from numpy.typing import NDArray

from benchmarks.frameworks.layers.parts import Layer, Part, norm, terms
from benchmarks.frameworks.layers.parts import attention as attention_layer
from benchmarks.frameworks.layers.parts import summing as summing_layer

__all__ = ["LENGTH", "PACKAGES", "layers", "seed", "streams"]

PACKAGES = ("flax", "jax")
LENGTH = 9  # of the sides of images and of sequences, which no parameter depends on
LECUN = 'wi.VarianceScaling(scale=1.0, mode="fan_in", distribution="truncated_normal")'

_Build = Callable[[], Mapping[str, Any]]
_Named = tuple[type, _Build]

_state = {"streams": nnx.Rngs(0)}


def seed(number: int) -> None:
    """Start the random numbers of the layers that are built from here on."""
    _state["streams"] = nnx.Rngs(number)


def streams() -> nnx.Rngs:
    """Return where keys are drawn."""
    return _state["streams"]


def layers(
    inputs: int,
    outputs: int,
    *,
    summing: Mapping[str, _Named],
    embedding: _Build,
    attention: _Named,
    cells: Mapping[str, _Named],
    norms: Mapping[str, _Named],
) -> dict[str, Layer]:
    """Return the layers by the rows of the table, from functions that return their parameters."""
    found = {}
    for row, (kind, build) in summing.items():
        found[row] = _summing(kind.__name__, build, terms(inputs)[row])
    found["embedding"] = Layer("Embed", lambda: _table(embedding()))
    found["attention"] = _attention(attention, outputs)
    for row, (kind, build) in cells.items():
        found[row] = Layer(
            kind.__name__, lambda row=row, build=build: _recurrent(row, build(), inputs, outputs)
        )
    for row, (kind, build) in norms.items():
        found[row] = _norm(kind.__name__, build)
    return found


def _summing(name: str, build: _Build, count: float) -> Layer:
    def weights_and_biases() -> tuple[Any, Any]:
        of = build()
        return of["kernel"], of["bias"]

    return summing_layer(name, weights_and_biases, count, LECUN, "wi.zeros")


def _table(of: Mapping[str, Any]) -> dict[str, Part]:
    return {"table": Part([np.asarray(of["embedding"])], "wi.Normal(std=outputs**-0.5)")}


def _attention(named: _Named, width: int) -> Layer:
    kind, build = named

    def parts() -> tuple[Any, ...]:
        of = build()
        square = (width, width)
        matrices = [np.reshape(of[name]["kernel"], square) for name in ("query", "key", "value")]
        return matrices, np.reshape(of["out"]["kernel"], square), [of[name]["bias"] for name in of]

    return attention_layer(kind.__name__, parts, width, LECUN, LECUN)


def _norm(name: str, build: _Build) -> Layer:
    def gains_and_biases() -> tuple[Any, Any]:
        of = build()
        return of["scale"], of.get("bias")

    return norm(name, gains_and_biases)


def _recurrent(row: str, of: Mapping[str, Any], inputs: int, outputs: int) -> dict[str, Part]:
    """Return the parts of a recurrent cell; each of its matrices is drawn by itself."""
    matrices: dict[bool, list[NDArray[Any]]] = {True: [], False: []}
    for name, part in of.items():
        matrices[name.startswith(("h", "dense_h"))].append(np.asarray(part["kernel"]))
    found = {
        "input weights": Part(matrices[False], LECUN, inputs),
        "recurrent weights": Part(matrices[True], "wi.orthogonal", outputs),
    }
    biases = {name: np.asarray(part["bias"]) for name, part in of.items() if "bias" in part}
    if row == "LSTM":
        found["forget gate's bias"] = Part([biases.pop("hf")], "wi.zeros", outputs)
    return found | {"biases": Part(list(biases.values()), "wi.zeros", outputs)}
