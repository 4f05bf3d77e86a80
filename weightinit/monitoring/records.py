"""What a monitor keeps of one layer, and how it is measured."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from weightinit.diagnosis import LayerTrace
from weightinit.diagnosis.measures import dead_units, saturated_share
from weightinit.diagnosis.paths import mean_square
from weightinit.monitoring.width import effective_width
from weightinit.networks.base import Array

__all__ = ["EDGES", "LayerRecord", "Sample", "join", "measure", "shares", "update_ratio"]

#: Where the bins of all histograms begin and end: powers of ten, four bins to each.
EDGES = np.linspace(-12.0, 4.0, 65)

_LN10 = np.float32(math.log(10))

#: What is measured of a layer at one step, by the names of the fields of a :class:`LayerRecord`.
Sample = Mapping[str, float | Array]


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerRecord:
    r"""
    What a :class:`weightinit.Monitor` recorded of one layer: arrays with an entry for each record.

    Parameters
    ----------
    name : str
        The layer, such as ``dense0``.
    units : int
        How many units it has.
    activation_mean, activation_std, activation_second_moment : ndarray, shape (records,)
        Of the activations over the probe: all samples, positions and units.
    gradient_rms : ndarray, shape (records,)
        The root mean square of :math:`\partial L / \partial z`, z the pre-activations.
    update_ratio : ndarray, shape (records,)
        :math:`\|W_t - W_s\| / \|W_t\|`, from the weights :math:`W_s` at the record before to
        :math:`W_t` at this one; nan at the first record and where there are no weights.
    effective_width : ndarray of int, shape (records,)
        How many units differ, in incoming weights or in their gradients, by more than rounding.
    dead, saturated : ndarray, shape (records,)
        The share of units that are flat on the whole probe, and of values where an activation is.
    activation_histogram, gradient_histogram : ndarray, shape (records, bins)
        The shares of all values whose magnitude lies between the powers of ten ``bin_edges`` of
        the monitor; the first and last bins take what is beyond. What is 0 or not finite is in
        none, so that a row may sum to less than 1.

    Examples
    --------
    >>> import weightinit as wi
    >>> x, y = wi.datasets.ring(100, rng=0)
    >>> net = wi.mlp([2, 8, 1]).initialize(wi.he_normal, rng=0)
    >>> monitor = wi.Monitor(x[:32], y[:32])
    >>> monitor.record(net)
    >>> layer = monitor.layers["dense0"]
    >>> layer.units, layer.effective_width, layer.activation_histogram.shape
    (8, array([8]), (1, 64))
    """

    name: str
    units: int
    activation_mean: Array
    activation_std: Array
    activation_second_moment: Array
    gradient_rms: Array
    update_ratio: Array
    effective_width: Array
    dead: Array
    saturated: Array
    activation_histogram: Array
    gradient_histogram: Array


def measure(row: LayerTrace, kept: tuple[Array, Array] | None) -> Sample:
    """Measure one layer now; `kept` are its weights at the record before, and room for more."""
    a, dz = row.activations, row.pre_activations_gradient
    return {
        "activation_mean": float(a.mean(dtype=np.float64)),
        "activation_std": float(a.std(dtype=np.float64)),
        "activation_second_moment": mean_square(a),
        "gradient_rms": mean_square(dz) ** 0.5,
        "update_ratio": update_ratio(row.weight, kept),
        "effective_width": effective_width(row),
        "dead": float(dead_units(row).mean()),
        "saturated": saturated_share(row),
        "activation_histogram": shares(a),
        "gradient_histogram": shares(dz),
    }


def update_ratio(after: Array | None, kept: tuple[Array, Array] | None) -> float:
    """Return by how much weights changed, relative to what they are now; 0 if they did not.

    Kept are the weights before, and an array of their shape that is overwritten.

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


def join(name: str, units: int, samples: Sequence[Sample]) -> LayerRecord:
    """Put the samples of a layer, one a record, into arrays."""
    arrays = {key: np.array([sample[key] for sample in samples]) for key in samples[0]}
    return LayerRecord(name=name, units=units, **arrays)
