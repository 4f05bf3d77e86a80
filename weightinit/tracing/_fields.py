"""Checks of the arrays that a trace holds, which may be filled by hand."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from weightinit._checks import (
    check_flag,
    check_instance,
    check_integer,
    check_items,
    check_mapping,
    check_normalized,
    check_positive,
)
from weightinit._messages import message, short, shown
from weightinit.activations import Activation
from weightinit.networks.layers.base import Array

__all__ = [
    "HINT",
    "MATRICES",
    "check_labels",
    "check_names",
    "check_parts",
    "check_targets",
    "check_values",
]

HINT = "see help(weightinit.tracing.LayerTrace) for what goes into each field"

#: The fields of one shape: a row for each sample and position, a column for each unit.
MATRICES = (
    "pre_activations",
    "pre_activations_gradient",
    "activations",
    "activations_gradient",
)


def _check_text(name: str, value: object) -> None:
    """Raise if this is no string."""
    check_instance(name, value, str, "a string", hint=HINT)


def check_names(row: Any) -> dict[str, Mapping[Any, Any]]:
    """Return the mappings of a LayerTrace, and check what it names."""
    keys = ("parameters", "shared", "shared_gradients")
    found = {key: _arrays(key, getattr(row, key)) for key in keys}
    roles = check_mapping("roles", row.roles, "a mapping of names to roles", hint=HINT)
    for name, role in roles.items():
        _check_text(f"roles[{shown(name)}]", role)
    for key in ("block", "kind"):
        _check_text(key, getattr(row, key))
    if row.after is not None:
        check_instance("after", row.after, str, "a string, or None", hint=HINT)
    _check_squares(row.squares)
    return {**found, "roles": roles}


def check_values(row: Any) -> None:
    """Raise if the fields of a LayerTrace do not belong to each other."""
    if row.activation is not None:
        told = 'write wi.activations.get("relu"), or None'
        check_instance("activation", row.activation, Activation, "an Activation", hint=told)
    check_flag("pooled", row.pooled, hint=HINT)
    check_normalized(row.normalized)
    if check_positive("coverage", row.coverage, hint=HINT) > 1:
        raise ValueError(message("coverage", row.coverage, "at most 1", HINT))
    if not all(row.roles.get(str(key)) for key in row.parameters):
        full = shown(f"{row.name}.weight")
        told = f"full names, such as {full}, got {shown(list(row.parameters))}"
        raise ValueError(f"parameters must have {told}; {HINT}")
    _check_gradients(row.parameters, row.gradients)
    _check_matrices(row)
    rows = len(row.pre_activations)
    for key in ("steps", "steps_left"):
        _check_numbers(key, getattr(row, key), rows, f"integers from 0 to {rows - 1}")
    _check_numbers("samples", row.samples, rows, "integers in ascending order")


def _check_matrices(row: Any) -> None:
    z = _floats("pre_activations", row.pre_activations)
    if z.ndim != 2 or z.size == 0:
        told = "a matrix with a row for each sample and a column for each unit"
        raise ValueError(f"pre_activations must be {told}, got shape {shown(z.shape)}; {HINT}")
    for key in MATRICES:
        _check_shape(key, getattr(row, key), z.shape)
    for key in ("weight", "inputs"):
        if getattr(row, key) is not None:
            _check_kernel(key, getattr(row, key), z.shape[1])
    if row.bias is not None:
        _check_shape("bias", row.bias, z.shape[1:])
    if row.inputs_gradient is not None:
        if row.inputs is None:
            raise ValueError(f"inputs must be an array where its gradient is one; {HINT}")
        _check_shape("inputs_gradient", row.inputs_gradient, row.inputs.shape)


def _floats(name: str, value: object) -> Array:
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        dtype = f" of {short(str(value.dtype))}" if isinstance(value, np.ndarray) else ""
        told = f"an array of floats, got {shown(value)} ({type(value).__name__}{dtype})"
        raise TypeError(f"{name} must be {told}; {HINT}")
    return value


def _check_shape(name: str, value: object, shape: tuple[int, ...]) -> None:
    got = _floats(name, value).shape
    if got != shape:
        raise ValueError(f"{name} must be of shape {shown(shape)}, got {shown(got)}; {HINT}")


def _arrays(name: str, value: object) -> Mapping[Any, Any]:
    return check_mapping(name, value, "a mapping of names to arrays", hint=HINT)


def _check_gradients(parameters: Mapping[str, Array], gradients: object) -> None:
    """Raise if there is not one gradient for each parameter, of its shape."""
    given = _arrays("gradients", gradients)
    if given.keys() != parameters.keys():
        told = f"{shown(list(parameters))}, got {shown(list(given))}"
        raise ValueError(f"gradients must have the names of parameters, {told}; {HINT}")
    for key, value in parameters.items():
        shape = _floats(f"parameters[{shown(key)}]", value).shape
        _check_shape(f"gradients[{shown(key)}]", given[key], shape)


def _check_squares(value: object) -> None:
    allowed = "a mapping of fields to pairs of a mean square and a number of entries"
    for key, pair in check_mapping("squares", value, allowed, hint=HINT).items():
        good = isinstance(pair, tuple) and len(pair) == 2
        if not good or not all(isinstance(number, Real) for number in pair) or pair[1] < 1:
            raise ValueError(message(f"squares[{shown(key)}]", pair, "such a pair", HINT))


def _check_kernel(name: str, value: object, units: int) -> None:
    """Raise if this is no matrix or kernel; the last axis of a weight has the units."""
    shape = _floats(name, value).shape
    if len(shape) < 2 or 0 in shape or (name == "weight" and shape[-1] != units):
        told = f"a matrix, or a kernel, for {units} units, got shape {shown(shape)}"
        raise ValueError(f"{name} must be {told}; {HINT}")


def _check_numbers(name: str, value: Any, rows: int, kind: str) -> None:
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


def check_parts(parts: Any, units: int) -> tuple[int, ...]:
    """Return the units of each part; there are none, or they add up to those of the layer."""
    allowed = f"units of each part, {units} in sum, or empty"
    sizes = check_items("parts", parts, allowed, hint=HINT)
    counts = tuple(check_integer("parts", size, at_least=1, hint=HINT) for size in sizes)
    if counts and sum(counts) != units:
        raise ValueError(message("parts", counts, allowed, HINT))
    return counts


def check_labels(labels: Any, classes: int) -> None:
    told = f"a row of integers from 0 to {classes - 1}, or None"
    if not isinstance(labels, np.ndarray) or labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise TypeError(message("labels", labels, told, HINT))
    if labels.size == 0 or labels.min() < 0 or labels.max() >= classes:
        raise ValueError(message("labels", labels, told, HINT))


def check_targets(targets: Any, n: int) -> None:
    shape = _floats("targets", targets).shape
    if len(shape) != 2 or shape[0] != n or not np.isfinite(targets).all():
        told = f"a finite matrix with a row for each of the {n} samples, or None"
        raise ValueError(message("targets", targets, told, HINT))
