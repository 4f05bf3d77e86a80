"""Checks of a batch of inputs, before any work is done."""

from typing import Any

import numpy as np

from weightinit.networks.base import Array, Shape

__all__ = ["check_tokens", "check_values"]


def check_values(x: Any, input_shape: Shape, dtype: np.dtype[Any]) -> Array:
    """Return a batch of finite real numbers in a dtype, copied only if it has another."""
    batch = np.asarray(x)
    if batch.dtype.kind not in "biuf":
        raise TypeError(f"x must hold real numbers, got dtype {batch.dtype}; encode them first")
    _check_shape(batch, input_shape)
    with np.errstate(over="ignore"):  # told below
        batch = batch.astype(dtype, copy=False)
    if not np.isfinite(batch).all():
        raise ValueError(
            f"x must be finite in {dtype}, got NaN or infinity; drop those samples, or fill them in"
        )
    return batch


def check_tokens(x: Any, input_shape: Shape, vocabulary: int) -> Array:
    """Return a batch of tokens below the size of the vocabulary."""
    batch = np.asarray(x)
    if batch.dtype.kind not in "iu":
        raise TypeError(
            f"x must hold tokens, which are integers from 0 to {vocabulary - 1}, got dtype "
            f"{batch.dtype}; number the words: token 0 is padding"
        )
    _check_shape(batch, input_shape)
    if batch.min() < 0 or batch.max() >= vocabulary:
        wrong = batch[(batch < 0) | (batch >= vocabulary)][0]
        raise ValueError(
            f"tokens must be from 0 to {vocabulary - 1}, got {wrong}; make the vocabulary of the "
            "network as large as that of the data"
        )
    return batch


def _check_shape(batch: Array, input_shape: Shape) -> None:
    fits = len(batch.shape) == 1 + len(input_shape) and all(
        wanted in (None, size) for size, wanted in zip(batch.shape[1:], input_shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in input_shape)
        raise ValueError(
            f"x must be a batch of shape (n, {wanted}), got {batch.shape}; {_way_out(batch)}"
        )
    if batch.size == 0:
        raise ValueError(f"x must hold at least one sample, got shape {batch.shape}; is it sliced?")


def _way_out(batch: Array) -> str:
    if batch.ndim == 1:
        return "one sample is a batch of one: x[np.newaxis]"
    if batch.ndim == 3:
        return "grey images have one channel: x[..., np.newaxis]"
    return "build the network for samples of that shape"
