"""Flax, linen and nnx: the parameters of a model and their roles, a pass, a training."""

import functools
import math
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from flax import nnx, traverse_util

from benchmarks.interop.entries import Entry
from benchmarks.interop.jax_based.passing import adam, loss_of
from benchmarks.interop.roles import Weight

__all__ = ["arrays", "gains", "once", "put", "trained", "weights"]


def _tree(model: Any) -> Any:
    """Return the nested parameters, as a dictionary."""
    if isinstance(model, tuple):
        return model[1]["params"]
    return nnx.to_pure_dict(nnx.state(model, nnx.Param))


def arrays(model: Any) -> dict[str, np.ndarray]:
    """Return copies of the parameters by their paths, joined by dots."""
    flat = traverse_util.flatten_dict(_tree(model))
    return {".".join(map(str, path)): np.array(value) for path, value in flat.items()}


def put(model: Any, changed: Mapping[str, np.ndarray]) -> Any:
    """Return the model with arrays at these paths; an nnx module is changed itself."""
    flat = traverse_util.flatten_dict(_tree(model))
    by_name = {path: changed.get(".".join(map(str, path)), of) for path, of in flat.items()}
    tree = jax.tree.map(jax.numpy.asarray, traverse_util.unflatten_dict(by_name))
    if isinstance(model, tuple):
        return model[0], {**model[1], "params": tree}
    state = nnx.state(model, nnx.Param)
    nnx.replace_by_pure_dict(state, tree)
    nnx.update(model, state)
    return model


def weights(model: Any) -> list[Weight]:
    """Return the weights of layers that multiply, in order; lookups are none."""
    there = arrays(model)
    found = []
    for name, array in there.items():
        layer, _, leaf = name.rpartition(".")
        if leaf != "kernel":
            continue
        last = layer.rpartition(".")[2]
        heads = array.ndim == 3 and last in ("query", "key", "value")
        out = (1, 2) if heads else (array.ndim - 1,)
        bias = f"{layer}.bias" if f"{layer}.bias" in there else ""
        convolves = array.ndim > 2 and last not in ("query", "key", "value", "out")
        field = math.prod(array.shape[:-2]) if convolves else 1
        found.append(Weight(name, array.shape, out, bias, field))
    return found


def gains(model: Any) -> list[str]:
    """Return the names of the gains of normalization layers."""
    return [name for name in arrays(model) if name.endswith(".scale")]


@functools.lru_cache(maxsize=1)
def _linen(entry: Entry, module: Any) -> Any:
    """Return a function of the parameters, the state and a batch."""

    def value_and_state(parameters: Any, state: Any, x: Any, y: Any) -> tuple[Any, Any]:
        outputs, state = module.apply({"params": parameters, **state}, x, mutable=list(state))
        return loss_of(entry, outputs, y), state

    return value_and_state


@functools.lru_cache(maxsize=1)
def _nnx(entry: Entry, graph: Any) -> Any:
    """Return the same for nnx."""

    def value_and_state(parameters: Any, state: Any, x: Any, y: Any) -> tuple[Any, Any]:
        merged = nnx.merge(graph, parameters, state, copy=True)
        outputs = merged(x)
        return loss_of(entry, outputs, y), nnx.split(merged, nnx.Param, ...)[2]

    return value_and_state


def _parts(entry: Entry, model: Any) -> tuple[Any, Any, Any]:
    """Return such a function, the parameters, and all else that the model holds."""
    if isinstance(model, tuple):
        module, variables = model
        rest = {name: of for name, of in variables.items() if name != "params"}
        return _linen(entry, module), variables["params"], rest
    graph, parameters, rest = nnx.split(model, nnx.Param, ...)
    return _nnx(entry, graph), parameters, rest


def once(entry: Entry, model: Any, x: Any, y: Any) -> float:
    """Go forward and back once, uncompiled; return the loss."""
    function, parameters, state = _parts(entry, model)
    (loss, _), slopes = jax.value_and_grad(function, has_aux=True)(parameters, state, x, y)
    jax.block_until_ready(slopes)
    return float(loss)


def trained(entry: Entry, model: Any, changed: Mapping[str, np.ndarray]) -> list[float]:
    """Train from other arrays on fresh batches by Adam; return the losses. The model stays."""
    own = arrays(model)
    batches = (entry.batch(1000 + step) for step in range(entry.steps))
    losses = adam(*_parts(entry, put(model, changed)), batches, entry.rate)
    put(model, own)
    return losses
