r"""Samples that a network hardly tells apart: how much of a signal differs between them.

A signal that is a constant plus a little may have a healthy mean square. Of the mean
square :math:`s_l` that layer l hands on, :math:`D_l = v_l / s_l` differs between samples, with
:math:`v_l` the mean over units of the variance over samples; for samples of equal length it is
1 less their mean correlation. Gradient descent may take no larger steps than the common part
allows, and needs of the order of :math:`1 / D_l` of them for what differs: ``LEAST`` is what ten
thousand steps reach. A ReLU network after He stays above: the map of correlations gives it
:math:`1 - c_l \to 9 \pi^2 / (2 l^2)`, which is 1e-4 at l = 660. Where the slope of the map at 1
is below 1 the fall is exponential: sigmoid, softplus, biases that outweigh the weights. With one
hidden layer and labels that follow the inputs linearly, weights grow exponentially out of such a
start, and training may still succeed.
"""

import itertools
import math
from collections.abc import Mapping

import numpy as np

from weightinit.diagnosis._symptoms.facts import Facts, Symptom
from weightinit.networks.layers.base import Array
from weightinit.tracing import LayerTrace
from weightinit.tracing._squares import mean_square

__all__ = [
    "LEAST",
    "SLOW",
    "beyond",
    "differing_share",
    "differing_shares",
    "samples_alike",
    "samples_alike_beside",
]

#: The smallest healthy share of a hidden signal that differs between samples.
LEAST = 1e-4

#: So many times more slowly something may be learned than what leads. A convention: rates that
#: people try span about as much.
SLOW = 100.0


def differing_share(x: Array, samples: int) -> float:
    """Return the share of the mean square that differs between samples; nan where all is zero.

    Rows of the same place, of which each sample has as many, are compared; with words of unequal
    number all rows are. They are centered before they are squared, so that nothing cancels.
    """
    flat = x.reshape(samples if len(x) % samples == 0 else len(x), -1).astype(np.float64)
    largest = float(np.abs(flat).max(initial=0.0))
    if len(flat) < 2 or not 0 < largest < math.inf:
        return math.nan
    flat /= largest  # so that squares neither underflow nor overflow
    whole = mean_square(flat)
    flat -= flat[:1].copy()  # leaves exact zeros of copies, as the mean would not
    flat -= flat.mean(axis=0)
    return mean_square(flat) / whole


def differing_shares(facts: Facts) -> dict[str, float]:
    """Return by hidden layer what share of the mean square differs between samples.

    What the next layer receives counts: a normalization over the batch brings differences back.
    """
    n, trace = facts.trace.samples, facts.trace
    if facts.broken is None:
        trace = trace.after or trace
    judged = {row.name for row in facts.hidden}
    return {
        row.name: differing_share(row.activations if after.inputs is None else after.inputs, n)
        for row, after in itertools.pairwise(trace.way)
        if row.name in judged
    }


def samples_alike(facts: Facts) -> Symptom | None:
    """Look for a layer that hands on almost the same for each sample."""
    shares = differing_shares(facts)
    seen = [name for name, share in shares.items() if share < LEAST]
    if not seen:
        return None
    evidence = (
        f"A share of {shares[seen[0]]:.1e} of the mean square that it hands on differs from sample "
        f"to sample; a healthy start keeps {LEAST:g}."
    )
    if len(seen) > 1:
        evidence += f" In {seen[-1]} it is {shares[seen[-1]]:.1e}."
    before, n = facts.trace.inputs, len(facts.trace.inputs)
    if before.dtype.kind == "f" and (share := differing_share(before, n)) < LEAST:
        evidence += f" In the inputs themselves it is {share:.1e}."
    severity = max(beyond(LEAST, shares[name], facts.row(name)) for name in seen)
    return Symptom("samples alike", tuple(seen), evidence, severity)


def samples_alike_beside(facts: Facts, healthy: Mapping[str, float]) -> Symptom | None:
    """Look for a layer that keeps far less of what differs than a good start of this network."""
    shares = differing_shares(facts)
    pairs = {name: (share, healthy.get(name, math.nan)) for name, share in shares.items()}
    seen = {name: pair for name, pair in pairs.items() if 0 < pair[0] < pair[1] / SLOW}
    if not seen:
        return None
    share, wanted = next(iter(seen.values()))
    evidence = (
        f"A share of {share:.1e} of the mean square that it hands on differs from sample to "
        f"sample; of this batch the recommended start keeps {wanted:.1e}."
    )
    worst = max(wanted / share for share, wanted in seen.values())
    return Symptom("samples alike", tuple(seen), evidence, math.log10(worst / SLOW))


def beyond(bound: float, share: float, row: LayerTrace) -> float:
    """Return the orders of magnitude below a bound; infinite where rounding alone is left.

    A sum of n terms, each off by eps, is off by about eps times the root of n.
    """
    terms = 1 if row.weight is None else row.weight.size // row.units
    eps = float(np.finfo(row.pre_activations.dtype).eps)
    return math.inf if share <= terms * eps**2 else math.log10(bound / share)
