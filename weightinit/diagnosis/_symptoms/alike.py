r"""What differs between samples, and between units.

Samples. A signal that is a constant plus a little may have a healthy mean square. Of the mean
square :math:`s_l` that layer l hands on, :math:`D_l = v_l / s_l` differs between samples, with
:math:`v_l` the mean over units of the variance over samples; for samples of equal length it is
1 less their mean correlation. Gradient descent may take no larger steps than the common part
allows, and needs of the order of :math:`1 / D_l` of them for what differs: ``LEAST`` is what ten
thousand steps reach. A ReLU network after He stays above: the map of correlations gives it
:math:`1 - c_l \to 9 \pi^2 / (2 l^2)`, which is 1e-4 at l = 660. Where the slope of the map at 1
is below 1 the fall is exponential: sigmoid, softplus, biases that outweigh the weights. With one
hidden layer and labels that follow the inputs linearly, weights grow exponentially out of such a
start, and training may still succeed.

Units. With z centered over the samples, :math:`f = \operatorname{E} \bar z^2 / \operatorname{E}
z^2`, where the bar is a mean over the n units, is the share of the signal that all units have in
common: about 1/n in a healthy layer. Weights of mean :math:`\mu` and std :math:`\sigma` have a
singular value :math:`|\mu| \sqrt{n_\text{in} n_\text{out}}` beside a bulk up to
:math:`\sigma (\sqrt{n_\text{in}} + \sqrt{n_\text{out}})`. For isotropic inputs
:math:`f = \mu^2 / (\mu^2 + \sigma^2)`, and each further layer multiplies the ratio of the common
to the other part by up to :math:`n \mu^2 / \sigma^2`. Of what the first layer receives
:math:`\prod (1 - f)` is left to all other directions, which learn more slowly by that factor:
``SLOW`` is the convention for how much. The mean must besides be off zero by more than ``SIGMAS``
standard errors: by chance 6e-5 of all layers are.

Size. Where the inputs have a mean :math:`m` and a mean square :math:`s`, the mean of the weights
adds about :math:`n^2 \mu^2 m^2` to the mean square :math:`n \sigma^2 s` of the pre-activations.
After a ReLU layer of a good start :math:`m^2 / s = 1 / \pi`, so the mean square grows by a factor
of :math:`1 + n \mu^2 / (\pi \sigma^2)`. Most of the harm is in this size: scaled back to that of
a layer without a mean, such a layer trains nearly as well. So nothing is reported where a
normalization divides the size out. ``COMMON`` is the convention for the share. Means below
:math:`\sigma / 4` are left out, and with them the identity of 17 units or more, whose mean is
:math:`\mu = \sigma / \sqrt{n - 1}`.

Copies. Units with equal incoming weights compute the same, so that n of them start as few as there
are different ones. Where what follows treats them differently, as behind copied heads of an
attention, their gradients differ and training parts them; how soon depends on the network. Entries
drawn from a density are equal with probability zero: a share ``COPIED`` of copies is no draw.
"""

import contextlib
import itertools
import math
from collections.abc import Iterator, Mapping

import numpy as np

from weightinit import meanfield
from weightinit._quadrature import MomentError
from weightinit.activations import linear
from weightinit.diagnosis._paths.chance import SIGMAS
from weightinit.diagnosis._paths.theory import critical_scale
from weightinit.diagnosis._symptoms.facts import Facts, Symptom, first
from weightinit.networks.layers.base import Array
from weightinit.tracing import LayerTrace, Trace
from weightinit.tracing._copies import copied_units, distinct_units
from weightinit.tracing._squares import mean_square
from weightinit.tracing.measures import correlation, cosine

__all__ = [
    "COMMON",
    "COPIED",
    "LEAST",
    "SLOW",
    "correlations",
    "differing_share",
    "differing_shares",
    "samples_alike",
    "samples_alike_beside",
    "units_alike",
]

#: The smallest healthy share of a hidden signal that differs between samples.
LEAST = 1e-4

#: So many times more slowly something may be learned than what leads. A convention: rates that
#: people try span about as much.
SLOW = 100.0

#: The share of a mean square that the mean of the weights may make, which is then eight times as
#: large as without. A convention: after a ReLU, 128 units with a mean of std/4, 3.5 times as large,
#: trained as well at a small rate, with std/2, 11 times as large, worse at small and large ones.
COMMON = 7 / 8

#: The share of units that are copies from which on it is a finding: a convention.
COPIED = 0.5


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
    severity = max(_beyond(LEAST, shares[name], facts.row(name)) for name in seen)
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


def _beyond(bound: float, share: float, row: LayerTrace) -> float:
    """Return the orders of magnitude below a bound; infinite where rounding alone is left.

    A sum of n terms, each off by eps, is off by about eps times the root of n.
    """
    terms = 1 if row.weight is None else row.weight.size // row.units
    eps = float(np.finfo(row.pre_activations.dtype).eps)
    return math.inf if share <= terms * eps**2 else math.log10(bound / share)


def units_alike(facts: Facts) -> Symptom | None:
    """Look for layers whose units move together: as copies, or for the mean of their weights."""
    return _copied(facts) or _moved_together(facts) or _made_large(facts)


def _copied(facts: Facts) -> Symptom | None:
    """Look for units that compute the same, although their gradients differ."""
    seen, lost = {}, []
    for row in facts.hidden:
        copies = copied_units(row)
        if copies < COPIED * row.units or distinct_units(row) < row.units:
            continue  # of the latter, symmetric units tell
        left = row.units - copies
        rest = f"one of {left} units" if left > 1 else "a single unit"
        seen[row.name] = (
            f"{copies} of its {row.units} units compute what another one does: they have its "
            f"weights. The layer starts as {rest}."
        )
        lost.append(math.log10(row.units / left) if left > 1 else math.inf)
    return first("units alike", seen, lost)


def _moved_together(facts: Facts) -> Symptom | None:
    """Look for weights whose mean is not zero."""
    left: dict[str, float] = {}
    seen, worst = {}, 1.0
    for row in _with_means(facts):
        others = 1 - _common_share(row, centered=True)
        left[row.block] = left.get(row.block, 1.0) * others
        worst = min(worst, left[row.block])
        if others < 0.5:
            seen[row.name] = others
    bound = 1 / SLOW
    if not seen or not worst < bound:
        return None
    first, others = next(iter(seen.items()))
    row = facts.row(first)
    evidence = (
        f"Its units have {100 * (1 - others):.3g} % of what differs between samples in common: "
        f"{_told_mean(row)}"
    )
    if len(seen) > 1:
        evidence += (
            f" After {len(seen)} such layers {worst:.1e} is left to what differs between units."
        )
    return Symptom("units alike", tuple(seen), evidence, _beyond(bound, worst, row))


def _made_large(facts: Facts) -> Symptom | None:
    """Look for weights whose mean makes most of a signal that no normalization brings back."""
    seen, beyond = {}, []
    for row in _with_means(facts):
        others = 1 - _common_share(row, centered=False)
        mild = abs(row.weight_mean) < row.weight_std / 4
        if mild or row.normalized or not others < 1 - COMMON:
            continue
        seen[row.name] = (
            f"{100 * (1 - others):.3g} % of the mean square of its pre-activations is the same in "
            f"all units, which makes them large: {_told_mean(row)}"
        )
        beyond.append(_beyond(1 - COMMON, others, row))
    return first("units alike", seen, beyond)


def _told_mean(row: LayerTrace) -> str:
    mean, std = row.weight_mean, row.weight_std
    return (
        f"the mean of its weights is {mean:.2g}, at a std of {std:.2g}; a healthy start has mean 0."
    )


def _with_means(facts: Facts) -> Iterator[LayerTrace]:
    """Yield hidden layers whose weight has a mean that is not zero by chance."""
    for row in facts.hidden:
        if row.units > 1 and _standard_errors(row) > SIGMAS:
            yield row


def _standard_errors(row: LayerTrace) -> float:
    """Return by how many standard errors the mean of a weight is off zero."""
    if row.weight is None or not row.weighs:
        return 0.0
    mean, std = abs(row.weight_mean), row.weight_std
    return mean * math.sqrt(row.weight.size) / std if std else math.inf


def _common_share(row: LayerTrace, *, centered: bool) -> float:
    """Return the common share of the units: of what differs, or of the sum without the bias."""
    z = row.pre_activations.astype(np.float64)
    if centered:
        z -= z.mean(axis=0)
    elif row.bias is not None:
        z -= row.bias
    z /= float(np.abs(z).max()) or 1.0  # so that squares neither underflow nor overflow
    whole = mean_square(z)
    return 1 - mean_square(z - z.mean(axis=1, keepdims=True)) / whole if whole else 0.0


def correlations(trace: Trace) -> list[tuple[str, float, float]]:
    r"""Return layer, mean correlation of pairs of samples, and what a good start would make of it.

    The correlation is that of the pre-activations, outside of branches. Theory is the
    :func:`~weightinit.meanfield.correlation_map` from layer to layer, at the advised scale and
    with zero biases. It sets out from the inputs of a dense layer, and elsewhere anew from what was
    measured: behind words, blocks, pools and normalizations, which the map does not know.
    """
    found: list[tuple[str, float, float]] = []
    known = False
    c = q = math.nan
    for row in trace.way:
        measured = correlation(row)
        if not (known and _is_plain(row)) or math.isnan(c):
            c, q = _first_pair(row, measured)
        found.append((row.name, measured, c))
        known = _is_plain(row) and not row.pooled
        c, q = _next_pair(row, c, q)
    return found


def _is_plain(row: LayerTrace) -> bool:
    """Tell whether the map of correlations describes a layer."""
    return row.weight is not None and row.inputs is not None and not row.normalized


def _first_pair(row: LayerTrace, measured: float) -> tuple[float, float]:
    """Return correlation and length of pre-activations before which theory knows nothing."""
    if row.inputs is None or row.kind != "dense" or row.normalized:
        return measured, row.mean_square("pre_activations")
    w = critical_scale(row.activation)
    return cosine(row.inputs, row.samples), w * row.mean_square("inputs")


def _next_pair(row: LayerTrace, c: float, q: float) -> tuple[float, float]:
    """Return what the next layer of a good start makes of them; nan where no length is left."""
    phi, w = row.activation or linear, critical_scale(row.activation)
    if not (math.isfinite(c) and 0 < q < math.inf):
        return math.nan, math.nan
    with contextlib.suppress(MomentError, ValueError):
        ahead = float(meanfield.length_map(phi, q, weight_variance=w))
        return float(meanfield.correlation_map(phi, c, weight_variance=w, q=q)), ahead
    return math.nan, math.nan
