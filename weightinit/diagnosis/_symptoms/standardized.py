"""Bring a batch to mean 0 and std 1, for the trial of that remedy, and the call that does it."""

import numpy as np

from weightinit.networks.layers.base import Array

__all__ = ["call", "standardized"]


def standardized(x: Array) -> Array:
    """Return a batch with mean 0 and std 1: each column, or each channel of images.

    A column that is constant is moved to 0. Tokens are returned as they are.
    """
    if x.dtype.kind != "f":
        return x
    axes = tuple(range(x.ndim - 1))
    with np.errstate(all="ignore"):  # what is not finite stays so
        largest = np.abs(x).max(axis=axes, initial=0.0)
        largest = np.where((largest > 0) & np.isfinite(largest), largest, 1)
        z = x.astype(np.float64) / largest  # so that squares neither underflow nor overflow
        z -= z.mean(axis=axes)
        std = z.std(axis=axes)
        rounding = np.sqrt(len(x)) * np.finfo(np.float64).eps  # of a column that is constant
        z = np.where(std > rounding, z / np.where(std > 0, std, 1), 0 * z)
    return z.astype(x.dtype)


def call(x: Array, name: str = "x") -> str:
    """Return the same as a line to paste; a std of 0, of a constant column, is taken for 1."""
    axes = "0" if x.ndim <= 2 else str(tuple(range(x.ndim - 1)))
    std = f"{name}.std(axis={axes})"
    constant = len(x) > 0 and not np.ptp(x, axis=tuple(range(x.ndim - 1))).all()
    by = f"np.where({std} > 0, {std}, 1)" if constant else std
    return f"{name} = ({name} - {name}.mean(axis={axes})) / {by}"
