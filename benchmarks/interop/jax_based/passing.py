"""Losses and a training that Keras on JAX and Flax share."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp
import optax

from benchmarks.interop.entries import Entry

__all__ = ["adam", "loss_of"]


def loss_of(entry: Entry, outputs: Any, y: Any) -> jax.Array:
    """Return the entry's own loss, or cross entropy for labels and the squared error otherwise."""
    if entry.loss:
        return entry.loss(outputs, y)
    if jnp.issubdtype(y.dtype, jnp.integer):
        return optax.softmax_cross_entropy_with_integer_labels(outputs, y).mean()
    return jnp.mean((outputs - y) ** 2)


def adam(
    value_and_state: Callable[..., Any],
    parameters: Any,
    state: Any,
    batches: Iterable[tuple[Any, Any]],
    rate: float,
) -> list[float]:
    """Train by Adam with a clipped gradient; return the losses on the way.

    ``value_and_state(parameters, state, x, y)`` returns the loss and the state after it.
    """
    optimizer, step = _compiled(value_and_state, rate)
    losses, memory = [], optimizer.init(parameters)
    for x, y in batches:
        loss, parameters, state, memory = step(parameters, state, memory, x, y)
        losses.append(float(loss))
    return losses


@functools.lru_cache(maxsize=1)
def _compiled(value_and_state: Callable[..., Any], rate: float) -> tuple[Any, Any]:
    """Return the optimizer and a step, compiled once for all trainings of a model."""
    optimizer = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(rate))

    @jax.jit
    def step(parameters: Any, state: Any, memory: Any, x: Any, y: Any) -> tuple[Any, ...]:
        gradient = jax.value_and_grad(value_and_state, has_aux=True)
        (loss, state), slopes = gradient(parameters, state, x, y)
        updates, memory = optimizer.update(slopes, memory)
        return loss, optax.apply_updates(parameters, updates), state, memory

    return optimizer, step
