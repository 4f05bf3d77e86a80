"""Units that are copies: they compute the same, or also learn the same."""

import math
from collections.abc import Iterable, Iterator, Sequence
from weakref import WeakKeyDictionary

import numpy as np

from weightinit.networks.layers.base import Array
from weightinit.tracing.layer_trace import LayerTrace

__all__ = ["copied_units", "distinct_units"]

#: Which units of a layer compute the same: several problems ask.
_known: WeakKeyDictionary[LayerTrace, Array] = WeakKeyDictionary()


def distinct_units(row: LayerTrace) -> int:
    """Return how many units differ in incoming weights or in their gradients.

    Equal means equal up to rounding. A sum over m samples with errors of eps each is off by at most
    about m eps, so that is the tolerance, relative to the largest entry. Copies are neighbours in
    the order of a random projection; neighbours are compared entry by entry until they differ. Of
    units that are about a tolerance apart, some are counted and some are not.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.tracing._copies import distinct_units
    >>> net = wi.mlp([2, 3, 2]).initialize(wi.Constant(value=0.5))
    >>> distinct_units(wi.trace(net, [[1.0, 2.0], [0.5, 1.0]], [0, 1]).layers[0])
    1
    """
    if row.weight is None or row.weight_gradient is None:
        return row.units
    group = _functions(row)
    if group.max() < row.units - 1:
        parts = _matrices((row.weight_gradient, row.bias_gradient))
        group = _split(group, parts, _tolerance(row) * _largest(parts))
    return int(group.max()) + 1


def copied_units(row: LayerTrace) -> int:
    """Return how many units compute what another one computes, up to rounding.

    They have its incoming weights and receive what it receives. Gradients may differ, so that
    training parts them. Units with zero weights are left out.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.tracing._copies import copied_units
    >>> net = wi.mlp([2, 3, 2]).initialize(wi.Constant(value=0.5))
    >>> copied_units(wi.trace(net, [[1.0, 2.0], [0.5, 1.0]], [0, 1]).layers[0])
    2
    """
    if row.weight is None:
        return 0
    group = _functions(row)
    if group.max() == row.units - 1:
        return 0
    group = group[row.weight.reshape(-1, row.units).any(axis=0)]
    return len(group) - len(np.unique(group))


def _tolerance(row: LayerTrace) -> float:
    assert row.weight is not None  # it is asked of rows with a weight
    sums = row.rows + row.weight.size // row.units + (row.bias is not None)
    return sums * float(np.finfo(row.weight.dtype).eps)


def _functions(row: LayerTrace) -> Array:
    r"""Return a number for each unit: those that compute the same have the same one.

    They have equal weights and receive the same. Weights that differ by at most :math:`\delta`
    make pre-activations that differ by at most :math:`\delta (1 + n \max |x|)`, with n the fan in:
    few rows tell most units apart.
    """
    assert row.weight is not None  # it is asked of rows with a weight
    if row in _known:
        return _known[row]
    group, parts = np.zeros(row.units, np.intp), _matrices((row.weight, row.bias))
    limit = _tolerance(row) * _largest(parts)
    if row.inputs is not None and not row.normalized and np.isfinite(row.inputs).all():
        reach = 1 + row.weight.size // row.units * float(np.abs(row.inputs).max())
        group = _split(group, [row.pre_activations], limit * reach)
    if group.max() < row.units - 1:
        group = _split(group, parts, limit)
    _known[row] = group
    return group


def _largest(matrices: Sequence[Array]) -> float:
    """Return the largest absolute value; 1 where it is not finite."""
    largest = max(float(max(matrix.max(), -matrix.min())) for matrix in matrices)
    return largest if math.isfinite(largest) else 1.0


def _matrices(parts: Iterable[Array | None]) -> list[Array]:
    """Return matrices whose columns hold all that leads into a unit."""
    return [part.reshape(-1, part.shape[-1]) for part in parts if part is not None]


def _split(group: Array, matrices: Sequence[Array], limit: float) -> Array:
    """Split groups of units into those whose columns are equal up to a limit, and number them."""
    rng, projection = np.random.default_rng(0), np.zeros(len(group))
    for matrix in matrices:
        projection += rng.standard_normal(len(matrix)).astype(matrix.dtype) @ matrix
    order = np.lexsort((projection, group))
    same = np.diff(group[order]) == 0
    for block in _blocks(matrices):
        (pairs,) = np.nonzero(same)
        if not len(pairs):
            break
        apart = block.take(order[pairs], axis=1)
        apart -= block.take(order[pairs + 1], axis=1)
        same[pairs] = np.abs(apart, out=apart).max(axis=0) <= limit
    numbers = np.empty_like(group)
    numbers[order] = np.concatenate([[0], np.cumsum(~same)])
    return numbers


def _blocks(matrices: Iterable[Array]) -> Iterator[Array]:
    """Yield rows: first a few, which separate most units, then as many as fit into a cache."""
    for matrix in matrices:
        yield matrix[:8]
        yield from (matrix[start : start + 256] for start in range(8, len(matrix), 256))
