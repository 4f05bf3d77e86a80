"""The measures of one layer, which diagnosis and monitor share."""

import functools
import math
from dataclasses import dataclass

import numpy as np

from weightinit._checks import check_instance
from weightinit.activations import Activation
from weightinit.networks.layers.base import Array
from weightinit.tracing._copies import distinct_units
from weightinit.tracing.layer_trace import LayerTrace

__all__ = [
    "LayerStats",
    "correlation",
    "cosine",
    "dead_units",
    "flat_beyond",
    "measure",
    "saturated_share",
]


@dataclass(frozen=True, kw_only=True)
class LayerStats:
    r"""
    The measures of one layer, with the names that diagnosis and monitor share.

    Parameters
    ----------
    name : str
        The layer, such as ``dense0``.
    units : int
        How many units it has.
    mean, std, second_moment : float
        Of the activations: over all samples, positions and units.
    gradient_rms : float
        The root mean square of :math:`\partial L / \partial z`, z the pre-activations.
    dead : float
        The share of units whose activation is flat, :math:`\phi' = 0`, on every sample.
    saturated : float
        The share of values where the slope is below 1 % of its largest, on the flat ends of tanh
        and the like.
    distinct : int
        How many units differ, in incoming weights or in their gradients, by more than rounding.
    correlation : float
        How alike two samples are here: the mean of :math:`z_a \cdot z_b / (|z_a| |z_b|)` over all
        pairs of pre-activations of different samples, as in mean-field theory. 1 where they differ
        in length alone; nan where there is no pair that is not zero.

    References
    ----------
    Poole et al. (2016), "Exponential expressivity in deep neural networks through transient
    chaos", arXiv:1606.05340, for the correlation.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 4, 3]).initialize(wi.Constant(value=0.5))
    >>> stats = wi.tracing.measure(wi.trace(net, [[1.0, 2.0], [0.5, 1.0]]).layers[0])
    >>> stats.units, stats.distinct, stats.correlation
    (4, 1, 1.0)
    """

    name: str
    units: int
    mean: float
    std: float
    second_moment: float
    gradient_rms: float
    dead: float
    saturated: float
    distinct: int
    correlation: float


def measure(row: LayerTrace) -> LayerStats:
    """
    Measure one layer.

    Parameters
    ----------
    row : LayerTrace
        The record of the layer, of any framework.

    Returns
    -------
    LayerStats
        The measures.

    Raises
    ------
    TypeError
        `row` is no LayerTrace.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 3]).initialize(wi.Constant(value=0.5))
    >>> wi.tracing.measure(wi.trace(net, [[1.0, 3.0]]).layers[0]).mean
    2.0
    """
    hint = "take one of wi.trace(net, x).layers"
    a = check_instance("row", row, LayerTrace, "a LayerTrace", hint=hint).activations
    with np.errstate(all="ignore"):  # what is not finite shows in the measures
        return LayerStats(
            name=row.name,
            units=row.units,
            mean=float(a.mean(dtype=np.float64)),
            std=float(a.std(dtype=np.float64)),
            second_moment=row.mean_square("activations"),
            gradient_rms=math.sqrt(row.mean_square("pre_activations_gradient")),
            dead=float(dead_units(row).mean()),
            saturated=saturated_share(row),
            distinct=distinct_units(row),
            correlation=correlation(row),
        )


def dead_units(row: LayerTrace) -> Array:
    """Return which units have slope 0 on every sample.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.tracing.measures import dead_units
    >>> net = wi.mlp([1, 2, 2]).initialize(
    ...     {"dense0.bias": wi.Constant(value=-9.0), "*.weight": wi.ones}
    ... )
    >>> dead_units(wi.trace(net, [[1.0], [2.0]]).layers[0])
    array([ True,  True])
    """
    if row.activation is None:
        return np.zeros(row.units, bool)
    return np.asarray(~row.activation._slope(row.pre_activations).any(axis=0))


def saturated_share(row: LayerTrace) -> float:
    """Return the share of values on the flat ends of the activation; 0 where it has none.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.tracing.measures import saturated_share
    >>> net = wi.mlp([1, 2, 2], "tanh").initialize(wi.ones)
    >>> saturated_share(wi.trace(net, [[1.0], [9.0]]).layers[0])
    0.5
    """
    return float((np.abs(row.pre_activations) > flat_beyond(row.activation)).mean())


@functools.lru_cache(maxsize=256)
def flat_beyond(activation: Activation | None) -> float:
    """Return the z beyond which, on both sides, the slope is below 1 % of its largest; else inf.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.tracing.measures import flat_beyond
    >>> flat_beyond(wi.activations.tanh), flat_beyond(wi.activations.relu)
    (2.99, inf)
    """
    if activation is None:
        return math.inf
    z = np.arange(0, 50, 0.01)
    slopes = np.maximum(np.abs(activation.derivative(z)), np.abs(activation.derivative(-z)))
    steep = np.flatnonzero(slopes >= 0.01 * slopes.max())
    return math.inf if steep[-1] >= 2000 else float(z[steep[-1]])


def correlation(row: LayerTrace) -> float:
    """Return the mean cosine between the pre-activations of different samples.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.tracing.measures import correlation
    >>> net = wi.mlp([2, 2]).initialize(wi.identity)
    >>> correlation(wi.trace(net, [[1.0, 0.0], [3.0, 4.0]]).layers[0])
    0.6
    """
    return cosine(row.pre_activations, row.samples)


def cosine(x: Array, samples: Array | None = None) -> float:
    r"""Return the mean cosine between rows of different samples; nan where there is no pair.

    With the directions :math:`u_i = x_i / |x_i|` of all rows, the sum over all pairs is
    :math:`|\sum_i u_i|^2`; within samples it is :math:`\sum_s |\sum_{i \in s} u_i|^2`.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.tracing.measures import cosine
    >>> cosine(np.array([[1.0, 0.0], [3.0, 4.0]]))
    0.6
    """
    z = x.astype(np.float64)
    largest = np.abs(z).max(axis=1)
    kept = largest != 0
    directions = z[kept] / largest[kept, np.newaxis]  # so that squares cannot underflow
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    sums, counts = directions, np.ones(len(directions), np.intp)
    if samples is not None and len(directions):
        _, starts, counts = np.unique(samples[kept], return_index=True, return_counts=True)
        sums = np.add.reduceat(directions, starts)
    if len(sums) < 2:
        return math.nan
    total, pairs = sums.sum(axis=0), counts.sum() ** 2 - counts @ counts
    return float(np.clip((total @ total - np.vdot(sums, sums)) / pairs, -1, 1))
