"""What can be wrong in a layer by itself: one function a problem, from facts to a finding or None.

Thresholds are explained in :mod:`weightinit.diagnosis.theory`.
"""

import math
from collections.abc import Mapping

import numpy as np

from weightinit.diagnosis import remedies, theory
from weightinit.diagnosis.facts import Facts
from weightinit.diagnosis.finding import Finding
from weightinit.tracing import LayerTrace, measures
from weightinit.tracing.measures import mean_square

__all__ = [
    "dead_units",
    "first_loss_too_high",
    "frozen",
    "non_finite",
    "saturated_units",
    "symmetric_units",
]

#: The probability with which units of a healthy layer that are always off are taken for dead.
_CHANCE = 1e-6


def non_finite(facts: Facts) -> Finding | None:
    """Look for the first layer with a weight, a value or a gradient that is not finite."""
    row = facts.broken
    if row is None:
        return None
    for what, array in (("weight", row.weight), ("bias", row.bias)):
        if array is not None and not np.isfinite(array).all():
            count = np.count_nonzero(~np.isfinite(array))
            evidence = f"{count} of {array.size} entries of its {what} are nan or infinite"
            return Finding("non-finite", row.name, evidence, remedies.start(row))
    where = "gradient" if np.isfinite(row.activations).all() else "output"
    evidence = f"its {where} is not finite"
    if row.inputs is not None and where == "output":
        evidence += f"; what it receives is, up to {np.abs(row.inputs).max():.2g}"
    return Finding("non-finite", row.name, evidence, remedies.start(row))


def frozen(facts: Facts) -> Finding | None:
    """Look for a network in which no weight has a gradient: only the output bias can move."""
    if not facts.is_frozen:
        return None
    rows = [row for row in facts.trace.layers if row.weight is not None]
    zero = sum(not row.weight.any() for row in rows if row.weight is not None)
    first = next((row for row in facts.hidden if not row.activations.any()), rows[0])
    evidence = (
        "no weight has a gradient beyond rounding, only the output bias can move; "
        f"{zero} of {len(rows)} weights are all zero"
    )
    is_dead = first.weight is not None and bool(first.weight.any())
    remedy = remedies.revive if is_dead else remedies.start
    return Finding("frozen", first.name, evidence, remedy(first))


def symmetric_units(facts: Facts) -> Finding | None:
    """Look for hidden units that are copies: equal incoming weights, equal gradients."""
    told = {}
    for row in facts.later_hidden:
        if row.weight_gradient is not None and row.weight_gradient.any():
            distinct = measures.distinct_units(row)
            if distinct < row.units:
                told[row.name] = (
                    f"{distinct} distinct among {row.units} units: the others have the same "
                    "weights and the same gradients"
                )
    return _finding("symmetric units", facts, told, remedies.start)


def dead_units(facts: Facts) -> Finding | None:
    """Look for more units that are never on than are always on.

    By the symmetry of weights around zero a unit is as likely always on as always off; deep layers
    of a healthy network have many of both, since there all samples look alike.
    """
    told = {}
    for row in facts.hidden:
        if not facts.can_die(row):
            continue
        off, on = int(measures.dead_units(row).sum()), int(measures.always_on(row).sum())
        if off == row.units or (off and theory.binomial_tail(off, off + on) < _CHANCE):
            told[row.name] = (
                f"{off} of {row.units} units are never on and {on} are always on, over all "
                "samples; chance alone makes the two numbers alike"
            )
    return _finding("dead units", facts, told, remedies.revive)


def saturated_units(facts: Facts) -> Finding | None:
    """Look for more values on the flat ends of tanh and the like than chance brings there."""
    told = {}
    for row in facts.hidden:
        share, at_most = measures.saturated_share(row), _healthy_saturation(row)
        if share > at_most:
            told[row.name] = (
                f"{share:.0%} of its values lie where the slope is below 1 % of its largest; a "
                f"good start has {at_most:.0%} at most"
            )
    return _finding("saturated units", facts, told, remedies.shrink)


def _healthy_saturation(row: LayerTrace) -> float:
    """Return the share of a normal beyond the bend, at the largest variance of a good start.

    That is its scale, for an input of size 1; twice it where the mean of fans is counted; and what
    chance adds in one layer.
    """
    limit = measures.flat_beyond(row.activation)
    if math.isinf(limit):
        return 1.0
    by_chance = theory.SIGMAS * math.sqrt(5 / row.units)
    q = 2 * theory.critical_scale(row.activation) * math.exp(by_chance)
    return math.erfc(limit / math.sqrt(2 * q))


def first_loss_too_high(facts: Facts) -> Finding | None:
    r"""Look for a first loss above the log of the number of classes by more than chance.

    For logits of mean square u the mean of log sum exp is above ln k by u / 2 at most, and by
    sqrt(2 u ln k), the largest of k normals. The mean logit of the labels is off zero with
    variance u times the sum of squares of their shares, less 1/k, and of 1/n.
    """
    output, labels = facts.trace.layers[-1], facts.trace.labels
    loss = facts.trace.loss
    if labels is None or output.inputs is None or not math.isfinite(loss):
        return None
    k = max(output.units, 2)
    arrives = min(mean_square(output.inputs), facts.largest_hidden)
    u = 2 * arrives * theory.largest_mean_square(output.units)
    shares = np.bincount(labels, minlength=k) / len(labels)
    lean = max(float(shares @ shares) - 1 / k, 0) + 1 / len(labels)
    excess = min(u / 2, math.sqrt(2 * u * math.log(k))) + theory.SIGMAS * math.sqrt(u * lean)
    rounding = len(labels) * float(np.finfo(output.pre_activations.dtype).eps)
    if loss <= math.log(k) * (1 + rounding) + excess:
        return None
    rms = math.sqrt(mean_square(output.pre_activations))
    evidence = (
        f"{loss:.3g}, where guessing has ln {k} = {math.log(k):.3g} and a good start "
        f"{math.log(k) + excess:.3g} at most; the outputs have rms {rms:.2g}"
    )
    return Finding("first loss too high", output.name, evidence, remedies.quiet(output))


def _finding(
    problem: str, facts: Facts, told: Mapping[str, str], remedy: remedies.Remedy
) -> Finding | None:
    """Return a finding for the first of the layers; the others are listed."""
    if not told:
        return None
    first, *others = told
    evidence = told[first] + remedies.also(others)
    return Finding(problem, first, evidence, remedy(facts.row(first)))
