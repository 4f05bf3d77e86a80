"""Checks of the arrays that a trace holds, which may be filled by hand."""

from typing import Any

import numpy as np

from weightinit._messages import message, short, shown
from weightinit.networks.layers.base import Array

__all__ = ["HINT", "check_labels", "check_numbers", "check_shape", "check_targets", "floats"]

HINT = "see help(weightinit.tracing.LayerTrace) for what goes into each field"


def floats(name: str, value: object) -> Array:
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        dtype = f" of {short(str(value.dtype))}" if isinstance(value, np.ndarray) else ""
        told = f"an array of floats, got {shown(value)} ({type(value).__name__}{dtype})"
        raise TypeError(f"{name} must be {told}; {HINT}")
    return value


def check_shape(name: str, value: object, shape: tuple[int, ...]) -> None:
    got = floats(name, value).shape
    if got != shape:
        raise ValueError(f"{name} must be of shape {shown(shape)}, got {shown(got)}; {HINT}")


def check_numbers(name: str, value: Any, rows: int, kind: str) -> None:
    """Raise if this is no array of an integer for each row: which sample, or which time step."""
    if value is None:
        return
    good = isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.shape == (rows,)
    if good and name == "samples":
        good = not (value[1:] < value[:-1]).any()
    elif good:
        good = value.min() >= 0 and value.max() < rows
    if not good:
        raise ValueError(message(name, value, f"an array of {rows} {kind}, or None", HINT))


def check_labels(labels: Any, classes: int) -> None:
    told = f"a row of integers from 0 to {classes - 1}, or None"
    if not isinstance(labels, np.ndarray) or labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise TypeError(message("labels", labels, told, HINT))
    if labels.size == 0 or labels.min() < 0 or labels.max() >= classes:
        raise ValueError(message("labels", labels, told, HINT))


def check_targets(targets: Any, n: int) -> None:
    shape = floats("targets", targets).shape
    if len(shape) != 2 or shape[0] != n or not np.isfinite(targets).all():
        told = f"a finite matrix with a row for each of the {n} samples, or None"
        raise ValueError(message("targets", targets, told, HINT))
