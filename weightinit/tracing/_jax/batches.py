"""What a model on JAX is called with: arrays, which may change, and the rest, which is fixed."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from weightinit._messages import shown

__all__ = ["arguments", "name_of"]


def arguments(x: Any) -> tuple[list[Any], Callable[[list[Any]], tuple[tuple[Any, ...], Any]]]:
    """
    Return the arrays of a batch, and a function from such arrays to the arguments of the model.

    Parameters
    ----------
    x : array_like, or tuple or dict of such
        One argument, several, or keyword arguments; bools, strings and None are handed on.

    Returns
    -------
    list of ndarray
        The arrays, as JAX has them.
    callable
        From a list of arrays to positional and keyword arguments.
    """
    whole = x if isinstance(x, tuple | dict) else (x if hasattr(x, "shape") else np.asarray(x),)
    leaves, tree = jax.tree.flatten(whole)
    places = [i for i, leaf in enumerate(leaves) if not isinstance(leaf, bool | str)]
    arrays = []
    for place in places:
        array = np.asarray(leaves[place])
        if array.dtype.kind not in "biufV":
            raise TypeError(f"x must hold arrays of numbers, got {shown(leaves[place])}")
        if not array.ndim or not array.size:
            raise ValueError(f"x must be a batch of samples, got shape {array.shape}")
        arrays.append(np.asarray(jnp.asarray(array)))
    if not arrays:
        raise ValueError(f"x must be a batch of samples, got {shown(x)}")

    def call(given: list[Any]) -> tuple[tuple[Any, ...], Any]:
        filled = list(leaves)
        for place, array in zip(places, given, strict=True):
            filled[place] = array
        made = tree.unflatten(filled)
        return ((), made) if isinstance(made, dict) else (made, {})

    return arrays, call


def name_of(path: Any) -> tuple[str, ...]:
    """Return the keys of a path in a tree of JAX."""
    keys = (getattr(k, "key", getattr(k, "idx", getattr(k, "name", None))) for k in path)
    return tuple(map(str, keys))
