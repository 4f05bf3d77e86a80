"""Make a trace of the values that a recorder kept: a sample of the rows, and exact moments."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from weightinit.networks.layers.base import Array
from weightinit.tracing._models.operations import TRANSPOSED
from weightinit.tracing._models.plan import Plan
from weightinit.tracing.layer_trace import LayerTrace

__all__ = ["Kept", "choose", "make_rows", "samples_kept"]

#: Of a value so many entries are kept, of so many samples at most: 1 MB in float32 up to a width of
#: 4096, six times for each layer.
_ENTRIES, _ROWS = 2**18, 64


class Kept(NamedTuple):
    """
    What is kept of a value.

    Parameters
    ----------
    matrix : ndarray, shape (rows, units)
        The rows that were chosen.
    mean_square : float
        That of all entries.
    size : int
        How many entries there are.
    """

    matrix: Array
    mean_square: float
    size: int


def choose(samples: int, positions: int, units: int) -> tuple[Array, Array]:
    """
    Choose which samples, and which positions of each, are kept of a value.

    Parameters
    ----------
    samples, positions, units : int
        How many there are.

    Returns
    -------
    samples : ndarray of int
        Evenly spaced numbers.
    positions : ndarray of int
        Evenly spaced numbers; the same positions for each sample, so that samples can be compared.

    Examples
    --------
    >>> from weightinit.tracing._models.rows import choose
    >>> [len(numbers) for numbers in choose(32, 1024, 512)]
    [32, 16]
    """
    kept = samples_kept(samples)
    places = min(positions, max(_ENTRIES // units, _ROWS) // kept)
    return _spaced(samples, kept), _spaced(positions, places)


def samples_kept(samples: int) -> int:
    """Return of how many samples of a batch something is kept."""
    return min(samples, _ROWS)


def _spaced(count: int, kept: int) -> Array:
    return np.arange(kept) * count // kept


def make_rows(
    plans: Sequence[Plan],
    values: Mapping[int, Kept],
    slopes: Mapping[int, Kept],
    parameters: Mapping[str, Array],
    gradients: Mapping[str, Array],
    *,
    samples: int,
    parts: Mapping[str, tuple[int, ...]] | None = None,
) -> tuple[LayerTrace, ...]:
    """
    Return the rows of a trace.

    Parameters
    ----------
    plans : sequence of Plan
        The rows to make.
    values, slopes : mapping of int to Kept
        What was kept of the values that the plans name, and of the gradients for these; inputs of
        the network may have none.
    parameters, gradients : mapping of str to ndarray
        All parameters in the layout of this package, and the gradients for them.
    samples : int
        How many samples the batch has.
    parts : mapping of str to tuple of int, optional
        The units of the weights that lie side by side in a parameter, by its name.

    Returns
    -------
    tuple
        The rows.
    """
    made, parts = [], parts or {}
    for plan in plans:
        kept = _kept(plan, values, slopes)
        rows = len(kept["pre_activations"].matrix)
        count = min(samples, rows)
        numbered = rows > count and rows % count == 0
        made.append(
            LayerTrace(
                **{name: getattr(plan, name) for name in _TOLD},
                parameters={name: parameters[name] for name in plan.roles},
                gradients={name: gradients[name] for name in plan.roles},
                shared={name: _shared(parameters, name) for name in plan.shared},
                shared_gradients={name: _shared(gradients, name) for name in plan.shared},
                roles=plan.roles | plan.shared,
                parts=next((parts[name] for name in plan.roles if name in parts), ()),
                samples=np.repeat(np.arange(count), rows // count) if numbered else None,
                squares={name: (each.mean_square, each.size) for name, each in kept.items()},
                **_NONE | {name: each.matrix for name, each in kept.items()},
            )
        )
    return tuple(made)


#: What a plan and a row both have; and what a row of tokens has not.
_TOLD = ("name", "kind", "activation", "block", "after", "normalized", "pooled", "coverage")
_NONE: dict[str, Any] = {"inputs": None, "inputs_gradient": None}


def _kept(plan: Plan, values: Mapping[int, Kept], slopes: Mapping[int, Kept]) -> dict[str, Kept]:
    """Return what was kept of the values and gradients of a row, by the names of its fields."""
    found: dict[str, Kept] = {}
    for name in ("inputs", "pre_activations", "activations"):
        value = getattr(plan, name)
        if value is not None:
            found[name] = values[value]
        if value in slopes:
            found[f"{name}_gradient"] = slopes[value]
    return found


def _shared(arrays: Mapping[str, Array], name: str) -> Array:
    """Return the array of a parameter, or its transpose."""
    return arrays[name] if name in arrays else arrays[name.removesuffix(TRANSPOSED)].T
