"""Keras: the parameters of a model and their roles, a pass, a training."""

import functools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import jax
import keras
import numpy as np

from benchmarks.interop.entries import Entry
from benchmarks.interop.jax_based.passing import adam, loss_of
from benchmarks.interop.roles import Weight

__all__ = ["arrays", "gains", "once", "put", "trained", "weights"]


def _named(model: keras.Model) -> dict[str, Any]:
    """Return the trainable variables by their paths, joined by dots."""
    return {_name(variable): variable for variable in model.trainable_variables}


def _name(variable: Any) -> str:
    return variable.path.replace("/", ".")


def arrays(model: keras.Model) -> dict[str, np.ndarray]:
    """Return copies of the trainable variables."""
    return {name: np.array(variable.value) for name, variable in _named(model).items()}


def put(model: keras.Model, changed: Mapping[str, np.ndarray]) -> keras.Model:
    """Write arrays into the variables of these names; return the model."""
    for name, variable in _named(model).items():
        if name in changed:
            variable.assign(changed[name])
    return model


def _layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield the layers that hold variables themselves."""
    for layer in model._flatten_layers(include_self=False):  # noqa: SLF001 (its public twin skips cells)
        if layer._trainable_variables:  # noqa: SLF001
            yield layer


def weights(model: keras.Model) -> list[Weight]:
    """Return the weights of layers that multiply, in order; lookups are none."""
    found = []
    for layer in _layers(model):
        own = {variable.name: variable for variable in layer._trainable_variables}  # noqa: SLF001
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        bias = _name(own["bias"]) if "bias" in own else ""
        for name in ("kernel", "recurrent_kernel"):
            if name in own:
                shape = tuple(own[name].shape)
                found.append(_weight(_name(own[name]), shape, bias, depthwise=depthwise))
    return found


def _weight(name: str, shape: tuple[int, ...], bias: str, *, depthwise: bool) -> Weight:
    layer = name.split(".")[-2]
    if len(shape) == 3 and layer in ("query", "key", "value"):
        return Weight(name, shape, (1, 2), bias)
    field = 1 if layer == "attention_output" else math.prod(shape[:-2])
    out = len(shape) - (2 if depthwise else 1)
    return Weight(name, shape, (out,), bias, field, shape[-2] if depthwise else 1)


def gains(model: keras.Model) -> list[str]:
    """Return the names of the gains of normalization layers."""
    return [name for name in arrays(model) if name.endswith(".gamma")]


@functools.lru_cache(maxsize=1)
def _value_and_state(entry: Entry, model: keras.Model) -> Any:
    def value_and_state(parameters: Any, state: Any, x: Any, y: Any) -> tuple[Any, Any]:
        outputs, state = model.stateless_call(parameters, state, x, training=True)
        return loss_of(entry, outputs, y), state

    return value_and_state


def _variables(model: keras.Model) -> tuple[list[Any], list[Any]]:
    both = (model.trainable_variables, model.non_trainable_variables)
    return tuple([variable.value for variable in of] for of in both)


def once(entry: Entry, model: keras.Model, x: Any, y: Any) -> float:
    """Go forward and back once, uncompiled; return the loss."""
    gradient = jax.value_and_grad(_value_and_state(entry, model), has_aux=True)
    (loss, _), slopes = gradient(*_variables(model), x, y)
    jax.block_until_ready(slopes)
    return float(loss)


def trained(entry: Entry, model: keras.Model, changed: Mapping[str, np.ndarray]) -> list[float]:
    """Train from other arrays on fresh batches by Adam; return the losses. The model stays."""
    batches = (entry.batch(1000 + step) for step in range(entry.steps))
    parameters, state = _variables(model)
    parameters = [
        jax.numpy.asarray(changed.get(name, of))
        for name, of in zip(_named(model), parameters, strict=True)
    ]
    return adam(_value_and_state(entry, model), parameters, state, batches, entry.rate)
