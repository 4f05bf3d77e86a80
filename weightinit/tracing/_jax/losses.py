"""The loss of a model on JAX, and what it pulls at the outputs with."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from weightinit._messages import shown
from weightinit.networks._losses import choose_loss
from weightinit.networks.layers.base import Array
from weightinit.tracing._probe import fixed_pull

__all__ = ["Target"]


@dataclass(frozen=True, eq=False)
class Target:
    """
    Labels or targets, and the loss for them.

    Parameters
    ----------
    y : ndarray or tree of such, or None
        What was given.
    loss : callable or None
        The loss of the user.
    labels, targets : ndarray or None
        As a trace has them.
    """

    y: Any
    loss: Callable[..., Any] | None
    labels: Array | None = None
    targets: Array | None = None

    @classmethod
    def of(cls, y: Any, loss: Any, shape: tuple[int, ...], samples: int) -> "Target":
        """Check labels or targets against the shape of the outputs."""
        if loss is not None:
            if not callable(loss):
                raise TypeError(f"loss must be a function of outputs and y, got {shown(loss)}")
            return cls(jax.tree.map(jnp.asarray, y), loss)
        if y is None:
            return cls(None, None)
        if not shape or shape[0] != samples:
            told = f"outputs of shape (n, ...), here n = {samples}, got {shown(shape)}"
            raise ValueError(f"a loss of y needs {told}; give a loss of outputs and y as loss=")
        if len(shape) == 1:
            told = f"outputs of shape (n, units), got {shape}"
            raise ValueError(f"a loss of y needs {told}; give a loss as loss=")
        array, rows = np.asarray(y), math.prod(shape[:-1])
        if len(shape) > 2:
            if array.shape not in (shape[:-1], shape):
                told = f"integer labels of shape {shape[:-1]}, or float targets of shape {shape}"
                raise ValueError(
                    f"y must be {told}, got shape {array.shape}; or give a loss as loss="
                )
            y = array.reshape(rows, *array.shape[len(shape) - 1 :])
        _, array = choose_loss(y, rows, shape[-1:])
        if array.dtype.kind == "f":
            return cls(array.astype(np.float32), None, targets=array.reshape(samples, -1))
        return cls(array.astype(np.int32), None, labels=array.ravel())

    @property
    def on_logits(self) -> bool:
        """Whether the loss is of what a softmax at the end receives."""
        return self.loss is None and self.targets is None

    def pull(self, tree: Any, outputs: list[Any], z: Any, y: Any) -> tuple[Any, Any]:
        """Return the loss, and its gradient for outputs that are floats and for what it is of."""
        floats = {i: a for i, a in enumerate(outputs) if jnp.issubdtype(a.dtype, jnp.floating)}
        if (loss_of := self.loss) is not None:

            def of_floats(arrays: dict[int, Any]) -> Any:
                return loss_of(tree.unflatten([arrays.get(i, a) for i, a in enumerate(outputs)]), y)

            loss, pulls = jax.value_and_grad(of_floats)(floats)
            return loss, (list(pulls.values()), jnp.zeros_like(z))
        none = [jnp.zeros_like(array) for array in floats.values()]
        if self.y is None:
            return jnp.nan, (none, jnp.asarray(fixed_pull(z.shape), z.dtype))
        loss, pull = jax.value_and_grad(_squared if self.labels is None else _entropy)(z, y)
        return loss, (none, pull)


def _squared(z: Any, y: Any) -> Any:
    return jnp.mean(jnp.square(z.astype(jnp.float32).reshape(y.shape) - y))


def _entropy(z: Any, y: Any) -> Any:
    z = z.astype(jnp.float32).reshape(-1, z.shape[-1])
    if z.shape[1] == 1:
        signs = 2 * y - 1
        return jnp.mean(jnp.logaddexp(0.0, -signs * z[:, 0]))
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1))
