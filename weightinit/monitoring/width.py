"""How many units of a layer differ: the count of a diagnosis, at a cost that a training bears."""

from collections.abc import Sequence

import numpy as np

from weightinit.diagnosis import LayerTrace
from weightinit.diagnosis.measures import distinct_units
from weightinit.networks.base import Array

__all__ = ["effective_width"]

_LOOKS = 8


def effective_width(row: LayerTrace) -> int:
    """Return how many units differ in incoming weights or in their gradients.

    Units that differ in one weight by more than the tolerance are distinct, whatever the others
    are: a few inputs sort the units into groups, most often of one unit each. If those of a group
    are copies throughout, the groups are the count; if not, all entries are compared.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import trace
    >>> from weightinit.monitoring.width import effective_width
    >>> net = wi.mlp([2, 3, 2]).initialize(wi.Constant(value=0.5))
    >>> effective_width(trace(net, [[1.0, 2.0], [0.5, 1.0]], [0, 1]).layers[0])
    1
    """
    if row.weight is None or row.weight_gradient is None:
        return row.units
    weights = _matrices(row.weight, row.bias)
    tolerance = (len(row.pre_activations) + sum(map(len, weights))) * float(
        np.finfo(row.weight.dtype).eps
    )  # as distinct_units has it
    group = _sort_at_a_glance(weights, tolerance)
    groups = int(group.max()) + 1
    gradients = _matrices(row.weight_gradient, row.bias_gradient)
    if groups == row.units or all(
        _are_copies(parts, group, tolerance / 2) for parts in (weights, gradients)
    ):
        return groups
    return len(distinct_units(row))


def _matrices(weight: Array, bias: Array | None) -> list[Array]:
    """Return weight and bias with all that leads into a unit in a column."""
    return [x.reshape(-1, x.shape[-1]) for x in (weight, bias) if x is not None]


def _largest(parts: Sequence[Array]) -> float:
    return max(float(max(part.max(), -part.min())) for part in parts)


def _sort_at_a_glance(weights: Sequence[Array], tolerance: float) -> Array:
    """Return the number of a group for each unit: units of two groups differ for some input."""
    limit, weight = tolerance * _largest(weights), weights[0]
    group = np.zeros(weight.shape[1], np.intp)
    for values in weight[np.linspace(0, len(weight) - 1, min(_LOOKS, len(weight))).astype(int)]:
        order = np.lexsort((values, group))
        gaps = np.diff(values[order].astype(np.float64)) > limit
        group[order] = np.concatenate([[0], np.cumsum(gaps | (np.diff(group[order]) > 0))])
        if group.max() == len(group) - 1:
            break
    return group


def _are_copies(parts: Sequence[Array], group: Array, tolerance: float) -> bool:
    """Tell whether each unit is equal, to the tolerance, to the first of its group."""
    limit = tolerance * _largest(parts)
    first = np.unique(group, return_index=True)[1][group]
    return all(bool((np.abs(part - part.take(first, axis=1)) <= limit).all()) for part in parts)
