"""Facts about one layer, as numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from weightinit.diagnosis.paths import mean_square
from weightinit.diagnosis.records import LayerTrace
from weightinit.diagnosis.theory import flat_beyond, wanted
from weightinit.networks.base import Array

__all__ = ["LayerReport", "always_on", "dead_units", "distinct_units", "report", "saturated_share"]


@dataclass(frozen=True)
class LayerReport:
    r"""
    Facts about one layer: a row of the table of a :class:`~weightinit.Diagnosis`.

    Parameters
    ----------
    name : str
        The layer, such as ``dense0``.
    activation : str
        The activation behind it; empty if there is none.
    units : int
        How many units it has.
    mean, std, second_moment : float
        Of the activations.
    gradient_std : float
        Of the gradient with respect to the pre-activations.
    dead : float
        The share of units on whose every sample the activation is flat, :math:`\phi' = 0`.
    saturated : float
        The share of values where the slope is below 1 % of its largest, on the flat ends of tanh
        and the like.
    distinct : int
        How many units differ, in incoming weights or in their gradients.
    weight_std, wanted_std : float
        Of the weights, and of those that suit the activation; nan where there are none.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 4, 3]).initialize(wi.Constant(value=0.5), rng=0)
    >>> layer = wi.diagnose(net, [[1.0, 2.0], [0.5, 1.0]]).layers[0]
    >>> layer.units, layer.distinct
    (4, 1)
    """

    name: str
    activation: str
    units: int
    mean: float
    std: float
    second_moment: float
    gradient_std: float
    dead: float
    saturated: float
    distinct: int
    weight_std: float
    wanted_std: float


def report(row: LayerTrace, after: LayerTrace | None) -> LayerReport:
    """Return the facts about a layer; `after` is the same after a few steps, where these matter.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import trace
    >>> from weightinit.diagnosis.measures import report
    >>> net = wi.mlp([2, 3]).initialize(wi.Constant(value=0.5), rng=0)
    >>> report(trace(net, [[1.0, 3.0]]).layers[0], None).mean
    2.0
    """
    a, dz = (x.astype(np.float64) for x in (row.activations, row.pre_activations_gradient))
    with np.errstate(all="ignore"):  # what is not finite has a finding of its own
        return LayerReport(
            name=row.name,
            activation="" if row.activation is None else repr(row.activation),
            units=row.units,
            mean=float(a.mean()),
            std=float(a.std()),
            second_moment=mean_square(a),
            gradient_std=float(dz.std()),
            dead=float(dead_units(row).mean()),
            saturated=saturated_share(row),
            distinct=len(distinct_units(after or row)),
            weight_std=math.nan if row.weight is None else float(row.weight.std()),
            wanted_std=_wanted_std(row),
        )


def _wanted_std(row: LayerTrace) -> float:
    if row.weight is None or row.inputs is None:
        return math.nan
    return wanted(row.activation).std(row.weight.shape)


def dead_units(row: LayerTrace) -> Array:
    """Return which units have slope 0 on every sample.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import trace
    >>> from weightinit.diagnosis.measures import dead_units
    >>> net = wi.mlp([1, 2, 2]).initialize(
    ...     {"dense0.bias": wi.Constant(value=-9.0), "*.weight": wi.ones}
    ... )
    >>> dead_units(trace(net, [[1.0], [2.0]]).layers[0])
    array([ True,  True])
    """
    if row.activation is None:
        return np.zeros(row.units, bool)
    return np.asarray(~row.activation.derivative(row.pre_activations).any(axis=0))


def always_on(row: LayerTrace) -> Array:
    """Return which units have a positive pre-activation on every sample.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import trace
    >>> from weightinit.diagnosis.measures import always_on
    >>> net = wi.mlp([1, 2, 2]).initialize(wi.ones)
    >>> always_on(trace(net, [[1.0], [2.0]]).layers[0])
    array([ True,  True])
    """
    return np.asarray((row.pre_activations > 0).all(axis=0))


def saturated_share(row: LayerTrace) -> float:
    """Return the share of values on the flat ends of an activation; 0 where it has none.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import trace
    >>> from weightinit.diagnosis.measures import saturated_share
    >>> net = wi.mlp([1, 2, 2], "tanh").initialize(wi.ones)
    >>> saturated_share(trace(net, [[1.0], [9.0]]).layers[0])
    0.5
    """
    return float((np.abs(row.pre_activations) > flat_beyond(row.activation)).mean())


def distinct_units(row: LayerTrace) -> list[Array]:
    """Return groups of units that are equal in incoming weights and in their gradients.

    Equal means: to rounding. A sum over m samples of eps each is off by about m eps at most, and
    so the tolerance is that, relative to the largest entry.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis import trace
    >>> from weightinit.diagnosis.measures import distinct_units
    >>> net = wi.mlp([2, 3, 2]).initialize(wi.Constant(value=0.5))
    >>> distinct_units(trace(net, [[1.0, 2.0], [0.5, 1.0]], [0, 1]).layers[0])
    [array([0, 1, 2])]
    """
    if row.weight is None or row.weight_gradient is None:
        return [np.array([unit]) for unit in range(row.units)]
    weights, gradients = (
        _columns(parts)
        for parts in ((row.weight, row.bias), (row.weight_gradient, row.bias_gradient))
    )
    sums = len(row.pre_activations) + len(weights)
    tolerance = sums * float(np.finfo(row.weight.dtype).eps)
    return _groups(np.concatenate([weights, gradients]), tolerance)


def _columns(parts: Sequence[Array | None]) -> Array:
    """Return a matrix with all that leads into a unit in a column, the largest entry 1."""
    whole = np.concatenate(
        [part.reshape(-1, part.shape[-1]) for part in parts if part is not None]
    ).astype(np.float64)
    largest = np.abs(whole).max()
    return whole / largest if 0 < largest < math.inf else whole


def _groups(columns: Array, tolerance: float) -> list[Array]:
    """Sort columns by a random projection, in which equal ones are neighbours, and compare."""
    projection = np.random.default_rng(0).standard_normal(len(columns)) @ columns
    order = np.argsort(projection, kind="stable")
    same = np.abs(np.diff(columns[:, order], axis=1)).max(axis=0, initial=0.0) <= tolerance
    return [np.sort(group) for group in np.split(order, np.flatnonzero(~same) + 1)]
