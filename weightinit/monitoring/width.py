"""How many units of a layer differ: the count of a diagnosis, at a cost that a training bears."""

import numpy as np

from weightinit.diagnosis import LayerTrace
from weightinit.diagnosis.measures import distinct_units
from weightinit.networks.base import Array

__all__ = ["effective_width"]

_LOOKS = 8


def effective_width(row: LayerTrace) -> int:
    """Return how many units differ in incoming weights or in their gradients.

    Units that differ in one weight by more than the tolerance are distinct, whatever the others
    are: most often a few inputs tell all units apart. Where they do not, all entries are compared.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import trace
    >>> from weightinit.monitoring.width import effective_width
    >>> net = wi.mlp([2, 3, 2]).initialize(wi.Constant(value=0.5))
    >>> effective_width(trace(net, [[1.0, 2.0], [0.5, 1.0]], [0, 1]).layers[0])
    1
    """
    if row.weight is None or _differ_at_a_glance(row, row.weight):
        return row.units
    return len(distinct_units(row))


def _differ_at_a_glance(row: LayerTrace, weight: Array) -> bool:
    """Tell whether the weights of a few inputs differ between all units; split groups by them."""
    weights = weight.reshape(-1, row.units)
    leading_in = [weights] if row.bias is None else [weights, row.bias[np.newaxis]]
    largest = max(float(max(part.max(), -part.min())) for part in leading_in)
    sums = len(row.pre_activations) + sum(map(len, leading_in))
    tolerance = sums * float(np.finfo(weight.dtype).eps) * largest  # as distinct_units has it
    group = np.zeros(row.units, np.intp)
    for values in weights[np.linspace(0, len(weights) - 1, min(_LOOKS, len(weights))).astype(int)]:
        order = np.lexsort((values, group))
        gaps = np.diff(values[order].astype(np.float64)) > tolerance
        group[order] = np.concatenate([[0], np.cumsum(gaps | (np.diff(group[order]) > 0))])
        if group.max() == row.units - 1:
            return True
    return False
