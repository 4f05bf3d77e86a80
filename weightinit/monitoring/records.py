"""The records that a monitor keeps of one layer, and how they are measured."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from weightinit.networks.layers.base import Array
from weightinit.tracing import LayerTrace, measure

__all__ = ["EDGES", "LayerRecord", "Sample", "join", "sample", "shares", "update_ratio"]

#: Where the bins of all histograms begin and end: powers of ten, four bins to each.
EDGES = np.linspace(-12.0, 4.0, 65)

_LN10 = np.float32(math.log(10))

#: What is kept of a layer at one step, by the names of the fields of a :class:`LayerRecord`.
Sample = Mapping[str, Any]


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerRecord:
    r"""
    The records of one layer by a :class:`weightinit.Monitor`: arrays with an entry for each.

    Parameters
    ----------
    name : str
        The layer, such as ``dense0``.
    units : int
        How many units it has.
    mean, std, second_moment, gradient_rms : ndarray, shape (records,)
        Of the activations, and of the gradient for the pre-activations, over the probe.
    dead, saturated, distinct, correlation : ndarray, shape (records,)
        Shares of units and of values, a count of units, and how alike samples are. These eight
        are the measures of :class:`~weightinit.tracing.LayerStats`.
    update_ratio : ndarray, shape (records,)
        :math:`\|W_t - W_s\| / \|W_t\|`, from the weights :math:`W_s` at the record before to
        :math:`W_t` at this one; nan at the first record and where there are no weights.
    activation_histogram, gradient_histogram : ndarray, shape (records, bins)
        The shares of all values whose magnitude lies between the powers of ten ``bin_edges`` of
        the monitor; the first and last bins include what lies beyond. Values that are 0 or not
        finite are in no bin, so a row may sum to less than 1.

    Examples
    --------
    >>> import weightinit as wi
    >>> x, y = wi.datasets.ring(100, rng=0)
    >>> net = wi.mlp([2, 8, 1]).initialize(wi.he_normal, rng=0)
    >>> monitor = wi.Monitor(x[:32], y[:32])
    >>> monitor.record(net)
    >>> layer = monitor.layers["dense0"]
    >>> layer.units, layer.distinct, layer.activation_histogram.shape
    (8, array([8]), (1, 64))
    """

    name: str
    units: int
    mean: Array
    std: Array
    second_moment: Array
    gradient_rms: Array
    dead: Array
    saturated: Array
    distinct: Array
    correlation: Array
    update_ratio: Array
    activation_histogram: Array
    gradient_histogram: Array


def sample(row: LayerTrace, kept: tuple[Array, Array] | None) -> Sample:
    """Measure one layer; `kept` holds its weights at the record before, and an array to use."""
    return {
        **vars(measure(row)),
        "update_ratio": update_ratio(row.weight, kept),
        "activation_histogram": shares(row.activations),
        "gradient_histogram": shares(row.pre_activations_gradient),
    }


def update_ratio(after: Array | None, kept: tuple[Array, Array] | None) -> float:
    """Return how far weights moved, relative to their length now; 0 if they did not.

    `kept` holds the weights before, and an array of their shape that is overwritten.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.monitoring.records import update_ratio
    >>> before, after = np.array([4.0, 2.5]), np.array([4.0, 3.0])
    >>> update_ratio(after, (before, np.empty(2)))
    0.1
    """
    if after is None or kept is None:
        return math.nan
    before, room = kept
    np.subtract(after, before, out=room)
    change, size = (math.sqrt(np.vdot(w, w)) for w in (room, after))
    if change == 0:
        return 0.0
    return change / size if size else math.inf


def shares(x: Array) -> Array:
    """Return the share of values in each bin of powers of ten.

    Examples
    --------
    >>> import numpy as np
    >>> from weightinit.monitoring.records import EDGES, shares
    >>> found = shares(np.array([0.0, 1.1, -1.2, 100.5]))
    >>> EDGES[:-1][found > 0], found[found > 0]
    (array([0., 2.]), array([0.5 , 0.25]))
    """
    bins = len(EDGES) - 1
    values = np.abs(x[(x != 0) & np.isfinite(x)])
    magnitudes = np.clip(values, *10.0 ** EDGES[[0, -1]]).astype(np.float32)
    places = (np.log(magnitudes) / _LN10 - EDGES[0]) * (bins / (EDGES[-1] - EDGES[0]))
    counts = np.bincount(np.clip(places, 0, bins - 1).astype(np.intp), minlength=bins)
    return np.asarray(counts / x.size)


def join(samples: Sequence[Sample]) -> LayerRecord:
    """Join the samples of a layer, one a record, into arrays."""
    fields = {key: np.array([each[key] for each in samples]) for key in samples[0]}
    return LayerRecord(**fields | {key: samples[0][key] for key in ("name", "units")})
