"""Units that are copies of others, off for good, or on the flat ends of their activation."""

import math

import numpy as np

from weightinit.advice.question import TOO_FAR
from weightinit.diagnosis._paths.chance import SIGMAS, binomial_tail
from weightinit.diagnosis._paths.theory import critical_scale, signal_noise
from weightinit.diagnosis._symptoms.facts import Facts, Symptom, first
from weightinit.networks.layers.base import Array
from weightinit.tracing import LayerTrace, measures
from weightinit.tracing._copies import distinct_units

__all__ = ["MARGIN", "dead_units", "saturated_units", "symmetric_units"]

#: The probability with which units of a healthy layer that are always off are taken for dead.
_CHANCE = 1e-6

#: Of a layer: so many units that only their own bias keeps off are worth a line. A convention.
_SHARE_OFF = 0.1

#: From so many times its healthy bound on a share of saturated values is reported: less is made up
#: for in a few steps. A convention, as far as good starts differ in variance.
MARGIN = 2.0


def symmetric_units(facts: Facts) -> Symptom | None:
    """Look for hidden units that are copies: equal incoming weights, equal gradients."""
    seen, lost = {}, []
    for row in facts.later_hidden:
        if row.weight_gradient is not None and row.weight_gradient.any():
            distinct = distinct_units(row) + _waiting_gates(row)
            if distinct < row.units:
                lost.append(math.log10(row.units / distinct) if distinct > 1 else math.inf)
                seen[row.name] = (
                    f"{row.units - distinct} of its {row.units} units are copies: they have the "
                    "weights and the gradients of another unit."
                )
    return first("symmetric units", seen, lost)


def _waiting_gates(row: LayerTrace) -> int:
    """Return how many gates count as one, for they see nothing of the state yet.

    A gate receives the words as well, by another weight: zero weights for the state make no copies.
    Those of a GRU that reset it have no gradient either, until the state reaches the candidate.
    """
    if row.kind != "lstm" or row.weight is None or row.weight_gradient is None:
        return 0
    both = np.concatenate([row.weight, row.weight_gradient])
    return max(int((~both.any(axis=0)).sum()) - 1, 0)


def dead_units(facts: Facts) -> Symptom | None:
    """Look for more units that are off for the whole batch than are on for it.

    With weights symmetric around zero both are equally likely; deep layers of a healthy network
    have many of both, since samples look alike there. Units that would be on without their bias
    are counted besides.
    """
    seen, lost = {}, []
    for row in facts.hidden:
        if not facts.can_die(row):
            continue
        dead = measures.dead_units(row)
        off, on = int(dead.sum()), int(_always_on(row).sum())
        by_bias = int((dead & _on_without_bias(row)).sum())
        if by_bias > _SHARE_OFF * row.units:
            told = f"{by_bias} of them by their bias alone"
        elif off == row.units:
            told = "so it passes nothing on, forwards or back"
        elif off > on and binomial_tail(off, off + on) < _CHANCE:
            told = f"{on} are on for the whole batch; by chance the two counts would be about equal"
        else:
            continue
        seen[row.name] = f"{off} of its {row.units} units are off for the whole batch, {told}."
        lost.append(math.log10(row.units / (row.units - off)) if off < row.units else math.inf)
    return first("dead units", seen, lost)


def _always_on(row: LayerTrace) -> Array:
    """Return which units are on wherever there is an input: without bias, 0 makes 0 of 0."""
    z = row.pre_activations
    if row.inputs is not None and len(row.inputs) == len(z):
        z = z[row.inputs.any(axis=1)]
    return np.asarray((z > 0).all(axis=0))


def _on_without_bias(row: LayerTrace) -> Array:
    """Return which units have a positive pre-activation somewhere if their bias is taken away."""
    shift = row.parameters.get(row.named("shift"), row.bias)
    offset = shift if row.normalized else row.bias
    offset = np.zeros(1) if offset is None else offset
    return np.asarray(row.pre_activations.max(axis=0) > np.minimum(offset, 0))


def saturated_units(facts: Facts) -> Symptom | None:
    """Look for values on the flat ends of tanh and the like, and for gates that are stuck."""
    return _on_flat_ends(facts) or _stuck_gates(facts)


def _stuck_gates(facts: Facts) -> Symptom | None:
    """Look for gates of recurrent layers, sigmoids, that are shut or open for good.

    The slope of a sigmoid at z is at most exp(-|z|): where that is less than rounding no weight of
    the gate learns. Long memories ask for biases of log T, far below.
    """
    seen, beyond = {}, []
    for row in facts.hidden:
        if row.kind != "lstm":
            continue
        z, dz = np.abs(row.pre_activations), np.abs(row.pre_activations_gradient)
        least, eps = z.min(axis=0), float(np.finfo(z.dtype).eps)
        stuck = (least > -math.log(eps)) & (dz.max(axis=0) <= eps * dz.max())
        if stuck.sum() > _SHARE_OFF * row.units:
            size = float(np.median(least[stuck]))
            beyond.append((size + math.log(eps)) / math.log(10))
            seen[row.name] = (
                f"{stuck.sum()} of its {row.units} gates receive at least {size:.3g}, up or down, "
                "on the whole batch: there a sigmoid is flat to rounding, and they stay shut or "
                "open, whatever the network learns."
            )
    return first("saturated units", seen, beyond)


def _on_flat_ends(facts: Facts) -> Symptom | None:
    """Look for more values on the flat ends of tanh and the like than chance explains."""
    seen, beyond = {}, []
    for row in facts.hidden:
        share = measures.saturated_share(row)
        at_most = _healthy_saturation(row, first=row is facts.hidden[0])
        if share > MARGIN * at_most:
            beyond.append(math.log10(share / at_most) if at_most else math.inf)
            seen[row.name] = (
                f"{100 * share:.0f} % of its values lie on the flat ends of {row.activation}, with "
                "a slope below 1 % of the largest; a healthy start puts at most "
                f"{100 * at_most:.0f} % there."
            )
    return first("saturated units", seen, beyond)


def _healthy_saturation(row: LayerTrace, *, first: bool = False) -> float:
    """Return the largest share of values on the flat ends that a good start makes.

    Of pre-activations, normal for each row of the inputs: their variance is the scale for rows of
    size 1, twice that with the mean of fans, and chance adds its share. Where rows differ in size
    the long ones saturate first, so they count by their size over the mean.
    """
    limit = measures.flat_beyond(row.activation)
    if math.isinf(limit):
        return 1.0
    by_chance = SIGMAS * math.sqrt(signal_noise(row.activation) / row.units)
    q = 2 * critical_scale(row.activation) * math.exp(by_chance)
    if first and row.inputs is not None:
        q *= min(max(row.mean_square("inputs"), 1.0), TOO_FAR)
    shares = [math.erfc(limit / math.sqrt(2 * q * size)) for size in _sizes(row) if size > 0]
    return sum(shares) / max(len(shares), 1)


def _sizes(row: LayerTrace) -> Array:
    """Return the mean square of each row of the inputs over their mean."""
    if row.inputs is None or not row.mean_square("inputs") < math.inf:
        return np.ones(1)
    x = row.inputs / (np.abs(row.inputs).max() or 1.0)  # squares neither over- nor underflow
    squares = np.einsum("ij,ij->i", x, x, dtype=np.float64)
    return np.asarray(squares / (squares.mean() or 1.0))
