"""The problems of a start as they show in a trace: one function each, to a symptom or None.

Thresholds are explained in :mod:`weightinit.diagnosis._bounds`.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np

from weightinit.advice.question import TOO_FAR
from weightinit.diagnosis import _bounds as bounds
from weightinit.diagnosis._bounds import SIGMAS
from weightinit.diagnosis._departures import departure
from weightinit.diagnosis.facts import Facts, Symptom
from weightinit.diagnosis.remedies import advised
from weightinit.networks.layers.base import Array
from weightinit.tracing import LayerTrace, measures
from weightinit.tracing.measures import mean_square

__all__ = ["LOOK", "PROBLEMS", "STANDING", "symptoms"]

#: What stands whatever the parameters are.
STANDING = frozenset({"risky depth", "odd labels", "unscaled targets"})

#: The probability with which units of a healthy layer that are always off are taken for dead.
_CHANCE = 1e-6

#: Of a layer: so many units that only their own bias keeps off are worth a line. A convention.
_SHARE_OFF = 0.1

#: The smallest std of embeddings that is good practice (GPT-2's, radford2019).
_SMALL_ROWS = 0.02

#: So many of all draws may be born dead; a tenth of it is what a width should reach. A convention.
_RISK = 0.1

#: From a trace to how this problem shows in it, if it does.
_Look = Callable[[Facts], Symptom | None]


def _non_finite(facts: Facts) -> Symptom | None:
    """Look for the first layer with a weight, a value or a gradient that is not finite."""
    row = facts.broken
    if row is None:
        return None
    for name, array in row.parameters.items():
        if not np.isfinite(array).all():
            count = np.count_nonzero(~np.isfinite(array))
            evidence = f"{count:,} of {array.size:,} entries of {name} are nan or infinite."
            return Symptom("non-finite", (row.name,), evidence, math.inf)
    where = "gradient" if np.isfinite(row.activations).all() else "output"
    evidence = f"Its {where} holds nan or infinity"
    if row.inputs is not None and where == "output":
        largest = float(np.abs(row.inputs).max())
        if math.isfinite(largest):
            evidence += f", although its input is finite (at most {largest:.2g})"
        else:
            evidence = "Its input already holds nan or infinity"
    return Symptom("non-finite", (row.name,), f"{evidence}.", math.inf)


def _frozen(facts: Facts) -> Symptom | None:
    """Look for a network in which no weight has a gradient: only the output bias can move."""
    if not facts.is_frozen:
        return None
    rows = [row for row in facts.trace.layers if row.weight is not None]
    zero = sum(not row.weight.any() for row in rows if row.weight is not None)
    first = next((row for row in facts.hidden if not row.activations.any()), rows[0])
    evidence = "Every weight has a gradient of zero, to rounding: only the output bias can change."
    if zero:
        evidence += f" {zero} of {len(rows)} weight matrices are all zero."
    return Symptom("frozen", (first.name,), evidence, math.inf)


def _stuck_branch(facts: Facts) -> Symptom | None:
    """Look for residual branches of which no weight gets a gradient, nor will after small steps.

    A branch may start at zero in one factor: then that factor has a gradient. Two zeros in a row,
    or one before a ReLU, whose slope at zero is 0, have none.
    """
    seen = []
    later = (facts.trace.after or facts.trace).layers
    for block in (row for row in facts.later_hidden if row.weight is None):
        inside = [row for row in later if row.block == block.name and row.weight is not None]
        gradients = [row.weight_gradient for row in inside if row.weight_gradient is not None]
        arrives = bool(block.activations_gradient.any())
        if arrives and gradients and not any(gradient.any() for gradient in gradients):
            seen.append(block.name)
    if not seen or facts.is_frozen:
        return None
    evidence = (
        "No weight of this branch has a gradient, and small steps of all other parameters wake "
        "none: the block stays the identity."
    )
    return Symptom("stuck branch", tuple(seen), evidence, math.inf)


def _symmetric_units(facts: Facts) -> Symptom | None:
    """Look for hidden units that are copies: equal incoming weights, equal gradients."""
    seen, lost = {}, []
    for row in facts.later_hidden:
        if row.weight_gradient is not None and row.weight_gradient.any():
            distinct = measures.distinct_units(row)
            if distinct < row.units:
                lost.append(math.log10(row.units / distinct))
                seen[row.name] = (
                    f"{row.units - distinct} of its {row.units} units are copies: they have the "
                    "weights and the gradients of another unit."
                )
    return _first("symmetric units", seen, lost)


def _first(problem: str, seen: Mapping[str, str], beyond: list[float]) -> Symptom | None:
    """Return a symptom from the evidence by layer, if there is any."""
    return Symptom(problem, tuple(seen), next(iter(seen.values())), max(beyond)) if seen else None


def _dead_units(facts: Facts) -> Symptom | None:
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
        off, on = int(dead.sum()), int(measures.always_on(row).sum())
        by_bias = int((dead & _on_without_bias(row)).sum())
        if by_bias > _SHARE_OFF * row.units:
            told = f"{by_bias} of them by their bias alone"
        elif off == row.units or (off and bounds.binomial_tail(off, off + on) < _CHANCE):
            told = f"{on} are on for the whole batch; by chance the two counts would be about equal"
        else:
            continue
        seen[row.name] = f"{off} of its {row.units} units are off for the whole batch, {told}."
        lost.append(math.log10(row.units / (row.units - off)) if off < row.units else math.inf)
    return _first("dead units", seen, lost)


def _on_without_bias(row: LayerTrace) -> Array:
    """Return which units have a positive pre-activation somewhere if their bias is taken away."""
    last = [array for name, array in row.parameters.items() if name.endswith(".bias")][-1:]
    offset = (last or [np.zeros(1)])[0] if row.normalized else row.bias
    offset = np.zeros(1) if offset is None else offset
    return np.asarray(row.pre_activations.max(axis=0) > np.minimum(offset, 0))


def _saturated_units(facts: Facts) -> Symptom | None:
    """Look for more values on the flat ends of tanh and the like than chance explains."""
    seen, beyond = {}, []
    for row in facts.hidden:
        share, at_most = measures.saturated_share(row), bounds.healthy_saturation(row)
        if share > at_most:
            beyond.append(math.log10(share / at_most) if at_most else math.inf)
            seen[row.name] = (
                f"{100 * share:.0f} % of its values lie on the flat ends of {row.activation}, with "
                "a slope below 1 % of the largest; a healthy start puts at most "
                f"{100 * at_most:.0f} % there."
            )
    return _first("saturated units", seen, beyond)


def _first_loss_too_high(facts: Facts) -> Symptom | None:
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
    u = 2 * arrives * bounds.largest_mean_square(output.units)
    shares = np.bincount(labels, minlength=k) / len(labels)
    lean = max(float(shares @ shares) - 1 / k, 0) + 1 / len(labels)
    excess = min(u / 2, math.sqrt(2 * u * math.log(k))) + SIGMAS * math.sqrt(u * lean)
    rounding = len(labels) * float(np.finfo(output.pre_activations.dtype).eps)
    if loss <= math.log(k) * (1 + rounding) + excess:
        return None
    rms = math.sqrt(mean_square(output.pre_activations))
    evidence = (
        f"The loss is {loss:.3g}, where equal probabilities give ln {k} = {math.log(k):.3g} and a "
        f"healthy start at most {math.log(k) + excess:.3g}. The outputs have a root mean square of "
        f"{rms:.2g}."
    )
    beyond = math.log10(loss / (math.log(k) + excess))
    return Symptom("first loss too high", (output.name,), evidence, beyond)


def _leaving(what: str, *, fading: bool) -> _Look:
    """Return the problem of a signal, or a gradient, that fades or grows beyond its bounds."""
    name = f"{'vanishing' if fading else 'exploding'} {what}"

    def look(facts: Facts) -> Symptom | None:
        walks = facts.forward if what == "signal" else facts.backward
        found = departure(walks, what, fading=fading, explained=facts.explained)
        if found is None and what == "signal":
            found = departure(facts.scale, "scale", fading=fading, explained=facts.explained)
        symptom = found and Symptom(name, tuple(found.layers), found.evidence, found.severity)
        own = _sizes if what == "signal" else _behind_norms
        return symptom or own(facts, name, fading=fading)

    return look


def _sizes(facts: Facts, problem: str, *, fading: bool) -> Symptom | None:
    """Look for gains and embeddings whose own size is off, which no ratio of signals shows.

    A gain undoes what its normalization is for; at the end of a branch it may be small, or zero.
    Embeddings of std 0.02 and of std 1 are good practice, and all that lies between.
    """
    allowed, seen, beyond = bounds.allowance(1) / 2, {}, []
    ends = {row.block: row for row in facts.hidden if row.block and row.weight is not None}
    for row in facts.hidden:
        for name, array in row.parameters.items():
            last = ends.get(row.block) is row and not name.startswith(f"{row.name}.")
            size = "about 1"
            low = high = 0.0
            if name.endswith(".weight") and row.inputs is None:
                low, size = math.log(_SMALL_ROWS), f"{_SMALL_ROWS} to 1"
            elif not name.endswith(".gain") or last or row.normalized:
                continue
            off = 0.5 * math.log(mean_square(array)) if array.any() else -math.inf
            if (off < low - allowed) if fading else (off > high + allowed):
                beyond.append(((low - off if fading else off - high) - allowed) / math.log(10))
                seen[row.name] = (
                    f"{name} has a root mean square of {math.exp(off):.2g}, which sets the size of "
                    f"all that comes behind it; in a healthy start it is {size}."
                )
    return _first(problem, seen, beyond)


def _behind_norms(facts: Facts, problem: str, *, fading: bool) -> Symptom | None:
    """Look for weights of the wrong size whose size a normalization divides out again.

    Weights c times as large have a gradient 1/c times as large, and so a step 1/c^2 times as large
    beside them: their learning rate is another (van Laarhoven 2017, arXiv:1706.05350). A factor of
    100 of it is what a search over rates may find.
    """
    seen, beyond = {}, []
    for row in facts.hidden:
        if not row.normalized or row.weight is None or not row.weight.any():
            continue
        gains = (1.0, float(advised(facts.trace, row).gain))  # behind a norm LeCun's will do too
        low, high = sorted(bounds.scale_over_advised(row, gain) for gain in gains)
        c = low if low > 0 else min(high, 0.0)
        over = (2 * c if fading else -2 * c) - math.log(TOO_FAR)
        if over > 0:
            beyond.append(over / math.log(10))
            seen[row.name] = (
                f"Its weights are {math.exp(c):.2g} times as large as recommended. A normalization "
                "divides that out of the signal, but a step of gradient descent changes them "
                f"{math.exp(-2 * c):.2g} times as much, relative to their size."
            )
    return _first(problem, seen, beyond)


def _risky_depth(facts: Facts) -> Symptom | None:
    r"""Look for a network so deep and narrow that many a draw of its start is born dead.

    Where all n units of a layer are off nothing passes. For one input that has the probability
    :math:`2^{-n}`, and so :math:`1 - \prod_l (1 - 2^{-n_l})` bounds that for a network of ReLUs
    from above (Lu et al. 2020, arXiv:1903.06733); deep inside, where all inputs look alike, it is
    nearly reached.
    """
    rows = [r for r in facts.trace.layers[:-1] if _dies(r) and not r.block and not r.normalized]
    dead = 1 - math.prod(1 - 2.0**-row.units for row in rows)
    if dead <= _RISK:
        return None
    narrow = min(rows, key=lambda row: row.units)
    wide = next(n for n in range(1, 64) if 1 - (1 - 2.0**-n) ** len(rows) < _RISK / 10)
    evidence = (
        f"In a layer of {narrow.units} units all are off with a probability of 2^-{narrow.units}; "
        f"over {len(rows)} layers up to {100 * dead:.2g} % of all draws, whatever the scale, let "
        "nothing through."
    )
    advice = (
        f"take {wide} units a layer or more, where it is less than {100 * _RISK / 10:.0f} %, or an "
        "activation that is nowhere flat, such as leaky_relu; wi.failure_rates counts such draws"
    )
    return Symptom("risky depth", (narrow.name,), evidence, math.log10(dead / _RISK), "", advice)


def _dies(row: LayerTrace) -> bool:
    """Tell whether a unit that is off passes nothing on, forwards and back, as a ReLU."""
    phi = row.activation
    return phi is not None and not phi(np.array([-1.0])).any() and not phi.derivative(-1.0)


#: How each problem is looked for: those that can cause others come first.
LOOK: dict[str, _Look] = {
    "non-finite": _non_finite,
    "frozen": _frozen,
    "stuck branch": _stuck_branch,
    "symmetric units": _symmetric_units,
    "dead units": _dead_units,
    "exploding signal": _leaving("signal", fading=False),
    "vanishing signal": _leaving("signal", fading=True),
    "exploding gradient": _leaving("gradient", fading=False),
    "vanishing gradient": _leaving("gradient", fading=True),
    "saturated units": _saturated_units,
    "first loss too high": _first_loss_too_high,
    "risky depth": _risky_depth,
}

#: All problems, in that order.
PROBLEMS = tuple(LOOK)


def symptoms(facts: Facts) -> list[Symptom]:
    """Return how each problem shows in a trace, those that can cause others first."""
    return [symptom for look in LOOK.values() if (symptom := look(facts))]
