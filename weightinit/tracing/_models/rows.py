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
        z, a, x = plan.pre_activations, plan.activations, plan.inputs
        fields = {"pre_activations": z, "activations": a} | ({} if x is None else {"inputs": x})
        arrays = {name: values[value] for name, value in fields.items()}
        arrays |= {
            f"{name}_gradient": slopes[value] for name, value in fields.items() if value in slopes
        }
        count = min(samples, len(arrays["pre_activations"].matrix))
        rows = len(arrays["pre_activations"].matrix)
        numbers = np.repeat(np.arange(count), rows // count) if rows % count == 0 else None
        made.append(
            LayerTrace(
                name=plan.name,
                kind=plan.kind,
                activation=plan.activation,
                parameters={name: parameters[name] for name in plan.roles},
                gradients={name: gradients[name] for name in plan.roles},
                shared={name: _shared(parameters, name) for name in plan.shared},
                shared_gradients={name: _shared(gradients, name) for name in plan.shared},
                roles=plan.roles | plan.shared,
                parts=next((parts[name] for name in plan.roles if name in parts), ()),
                block=plan.block,
                after=plan.after,
                normalized=plan.normalized,
                pooled=plan.pooled,
                coverage=plan.coverage,
                samples=numbers if rows > count else None,
                squares={name: (kept.mean_square, kept.size) for name, kept in arrays.items()},
                **(_NONE | {name: kept.matrix for name, kept in arrays.items()}),
            )
        )
    return tuple(made)


def _shared(arrays: Mapping[str, Array], name: str) -> Array:
    """Return the array of a parameter, or its transpose."""
    return arrays[name] if name in arrays else arrays[name.removesuffix(TRANSPOSED)].T


_NONE: dict[str, Any] = {"inputs": None, "inputs_gradient": None}
