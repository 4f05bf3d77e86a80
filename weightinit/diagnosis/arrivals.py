"""Checks of a trace that a caller has filled, before it is judged."""

from numbers import Real
from typing import Any

import numpy as np

from weightinit._checks import (
    check_flag,
    check_instance,
    check_items,
    check_mapping,
    check_positive,
)
from weightinit._messages import message, short, shown
from weightinit.activations import Activation
from weightinit.networks.network import Network
from weightinit.tracing import LayerTrace, Trace

__all__ = ["check_trace"]

_HINT = "LayerTrace says what goes where"
_MATRICES = (
    "pre_activations",
    "pre_activations_gradient",
    "activations",
    "activations_gradient",
)


def check_trace(trace: object) -> Trace:
    """
    Return a trace whose arrays are of the shapes that belong together; they need not be finite.

    Parameters
    ----------
    trace : object
        What was given for a trace.

    Returns
    -------
    Trace
        The same.

    Raises
    ------
    TypeError, ValueError
        It is none, or something in it is not what :class:`LayerTrace` says.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.arrivals import check_trace
    >>> found = wi.trace(wi.mlp([2, 1]).initialize(wi.zeros), [[1.0, 2.0]])
    >>> check_trace(found) is found
    True
    """
    hint = "fill a wi.tracing.Trace"
    if isinstance(trace, Network):
        hint = "wi.diagnose(net, x) records one, and judges it"
    own = check_instance("trace", trace, Trace, "a Trace", hint=hint)
    rows = check_items("trace.layers", own.layers, "a tuple of LayerTrace", hint=_HINT, at_least=1)
    for place, row in enumerate(rows):
        name = f"trace.layers[{place}]"
        check_instance(name, row, LayerTrace, "a LayerTrace", hint=_HINT)
        _check_row(name, row)
    if all(row.weight is None for row in rows):
        raise ValueError("trace.layers must hold a layer with a weight, got none; record one")
    loss: Any = own.loss
    if not isinstance(loss, Real):
        raise TypeError(message("trace.loss", loss, "a number", "nan where there is none"))
    _check_labels(own.labels, max(rows[-1].units, 2))
    if own.after is not None:
        after = check_trace(own.after)
        if len(after.layers) != len(rows):
            told = f"as many layers as trace, {len(rows)}, got {len(after.layers)}"
            raise ValueError(f"trace.after must have {told}; record the same network")
    return own


def _check_row(name: str, row: Any) -> None:
    check_instance(f"{name}.name", row.name, str, "a string")
    if row.activation is not None:
        hint = 'write wi.activations.get("relu"), or None'
        check_instance(f"{name}.activation", row.activation, Activation, "an Activation", hint=hint)
    _check_parameters(name, row)
    z = _floats(f"{name}.pre_activations", row.pre_activations)
    if z.ndim != 2 or z.size == 0:
        raise ValueError(
            f"{name}.pre_activations must be a matrix with a row for each sample and a column for "
            f"each unit, got shape {shown(z.shape)}; {_HINT}"
        )
    wanted: dict[str, tuple[int, ...]] = dict.fromkeys(_MATRICES, z.shape)
    wanted |= {"bias": z.shape[1:], "bias_gradient": z.shape[1:]}
    for key in ("weight", "inputs"):
        array = getattr(row, key)
        if array is not None:
            fits = _floats(f"{name}.{key}", array)
            if fits.ndim < 2 or fits.size == 0 or (key == "weight" and len(z.T) != fits.shape[-1]):
                raise ValueError(
                    f"{name}.{key} must be a matrix, or a kernel, for {len(z.T)} units, got shape "
                    f"{shown(fits.shape)}; {_HINT}"
                )
            wanted[f"{key}_gradient"] = fits.shape
        elif getattr(row, f"{key}_gradient") is not None:
            raise ValueError(f"{name}.{key} must be an array where its gradient is one; {_HINT}")
    for key, shape in wanted.items():
        _check_shape(f"{name}.{key}", getattr(row, key), shape, needed=key in _MATRICES)
    _check_rest(name, row, len(z))


def _check_parameters(name: str, row: Any) -> None:
    told = "a mapping of names to arrays"
    parameters, gradients = (
        check_mapping(f"{name}.{key}", getattr(row, key), told, hint=_HINT)
        for key in ("parameters", "gradients")
    )
    own = f"{row.name}."
    if parameters and not any(str(key).startswith(own) for key in parameters):
        told = f"full names, such as {shown(f'{own}weight')}, got {shown(list(parameters))}"
        raise ValueError(f"{name}.parameters must have {told}; {_HINT}")
    if gradients.keys() != parameters.keys():
        told = f"the names of parameters, {shown(list(parameters))}, got {shown(list(gradients))}"
        raise ValueError(f"{name}.gradients must have {told}; {_HINT}")
    for key, value in parameters.items():
        shape = _floats(f"{name}.parameters[{shown(key)}]", value).shape
        _check_shape(f"{name}.gradients[{shown(key)}]", gradients[key], shape, needed=True)


def _check_rest(name: str, row: Any, rows: int) -> None:
    for key in ("normalized", "pooled"):
        check_flag(f"{name}.{key}", getattr(row, key))
    if check_positive(f"{name}.coverage", row.coverage, hint=_HINT) > 1:
        raise ValueError(message(f"{name}.coverage", row.coverage, "at most 1", _HINT))
    for key in ("steps", "steps_left"):
        steps = getattr(row, key)
        if steps is None:
            continue
        integers = isinstance(steps, np.ndarray) and steps.dtype.kind in "iu"
        if not integers or steps.shape != (rows,) or steps.min() < 0 or steps.max() >= rows:
            told = f"an array of {rows} integers from 0 to {rows - 1}, or None"
            raise ValueError(message(f"{name}.{key}", steps, told, _HINT))
    samples = row.samples
    if samples is not None:
        integers = isinstance(samples, np.ndarray) and samples.dtype.kind in "iu"
        if not integers or samples.shape != (rows,) or (np.diff(samples) < 0).any():
            told = f"an array of {rows} integers in ascending order, or None"
            raise ValueError(message(f"{name}.samples", samples, told, _HINT))


def _floats(name: str, value: object) -> np.ndarray:
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        dtype = f" of {short(str(value.dtype))}" if isinstance(value, np.ndarray) else ""
        told = f"an array of floats, got {shown(value)} ({type(value).__name__}{dtype})"
        raise TypeError(f"{name} must be {told}; {_HINT}")
    return value


def _check_shape(name: str, value: object, shape: tuple[int, ...], *, needed: bool) -> None:
    if value is None and not needed:
        return
    got = _floats(name, value).shape
    if got != shape:
        raise ValueError(f"{name} must be of shape {shown(shape)}, got {shown(got)}; {_HINT}")


def _check_labels(labels: object, classes: int) -> None:
    if labels is None:
        return
    told = f"a row of integers from 0 to {classes - 1}, or None"
    if not isinstance(labels, np.ndarray) or labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise TypeError(message("trace.labels", labels, told))
    if labels.size == 0 or labels.min() < 0 or labels.max() >= classes:
        raise ValueError(message("trace.labels", labels, told))
