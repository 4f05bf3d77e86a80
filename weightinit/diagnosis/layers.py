"""The facts about one layer that a diagnosis shows."""

import math
from dataclasses import dataclass

from weightinit.diagnosis.remedies import advised_weight
from weightinit.tracing import LayerStats, LayerTrace, Trace, measure
from weightinit.tracing._copies import distinct_units

__all__ = ["LayerReport", "report"]


@dataclass(frozen=True, kw_only=True)
class LayerReport(LayerStats):
    """
    Facts about one layer: a row of the table of a :class:`~weightinit.Diagnosis`.

    Parameters
    ----------
    name : str
        The layer, such as ``dense0``.
    units : int
        How many units it has.
    mean, std, second_moment, gradient_rms, dead, saturated : float
        As for :class:`~weightinit.tracing.LayerStats`.
    distinct : int
        The same; where a layer starts at zero, after a few small steps.
    correlation : float
        The same.
    activation : str
        The activation after it; empty if there is none.
    weight_std, wanted_std : float
        The std of its weights, and the one that is recommended. `weight_std` is nan for a block,
        `wanted_std` also for an embedding.

    Examples
    --------
    >>> import weightinit as wi
    >>> net = wi.mlp([2, 4, 3]).initialize(wi.Constant(value=0.5), rng=0)
    >>> layer = wi.diagnose(net, [[1.0, 2.0], [0.5, 1.0]]).layers[0]
    >>> layer.units, layer.distinct, layer.wanted_std
    (4, 1, 1.0)
    """

    activation: str
    weight_std: float
    wanted_std: float


def report(trace: Trace, row: LayerTrace, later: LayerTrace) -> LayerReport:
    """Return the facts about a layer; `later` is the same after small steps, if there were any."""
    facts = dict(vars(measure(row)))
    if later is not row:
        facts["distinct"] = distinct_units(later)
    wanted_std = math.nan
    if row.weight is not None and row.inputs is not None:
        wanted_std = advised_weight(trace, row).std(row.weight.shape)
    phi = "" if row.activation is None else repr(row.activation)
    return LayerReport(**facts, activation=phi, weight_std=row.weight_std, wanted_std=wanted_std)
