"""Signals and gradients that fade or grow: along the layers, and by the size of a parameter."""

import math
from collections.abc import Sequence

from weightinit.advice.question import TOO_FAR
from weightinit.diagnosis._paths import Point
from weightinit.diagnosis._paths.bounds import allowance, scale_over_advised
from weightinit.diagnosis._paths.theory import keeps
from weightinit.diagnosis._symptoms.departures import departure
from weightinit.diagnosis._symptoms.facts import Facts, Look, Symptom, first
from weightinit.diagnosis.remedies import advised
from weightinit.tracing._squares import mean_square

__all__ = ["leaving"]

#: A gain that the adviser has for tanh and its like behind a norm, where they are nearly straight.
_STRAIGHT = 0.1

#: The smallest std of embeddings that is good practice (GPT's, radford2018).
_SMALL_ROWS = 0.02


def leaving(what: str, *, fading: bool) -> Look:
    """Return the problem of a signal, or a gradient, that fades or grows beyond its bounds."""
    name = f"{'vanishing' if fading else 'exploding'} {what}"

    def look(facts: Facts) -> Symptom | None:
        walks = facts.forward if what == "signal" else facts.backward
        if fading:
            walks = [path for path in walks if not _is_made_up_for(facts, path)]
        found = departure(walks, what, fading=fading, explained=facts.explained)
        if found is None and what == "signal":
            walks = [path for path in facts.scale if not (fading and _is_made_up_for(facts, path))]
            found = departure(walks, "scale", fading=fading, explained=facts.explained)
        symptom = found and Symptom(name, tuple(found.layers), found.evidence, found.severity)
        own = _sizes if what == "signal" else _behind_norms
        return symptom or own(facts, name, fading=fading)

    return look


def _is_made_up_for(facts: Facts, path: Sequence[Point]) -> bool:
    """Tell whether weights that let a signal fade grow fast enough: one small layer does.

    Where the signal holds and the gradient fades all the same, growing weights would not help.
    """
    outside = path[0].step is None and not facts.row(path[0].layer).block
    return outside and facts.signal_fades and facts.slowdown <= math.log(TOO_FAR)


def _sizes(facts: Facts, problem: str, *, fading: bool) -> Symptom | None:
    """Look for gains and embeddings whose own size is off, which no ratio of signals shows.

    A gain undoes what its normalization is for; at the end of a branch it may be small, or zero.
    Embeddings of std 0.02 and of std 1 are good practice, and all that lies between.
    """
    allowed, seen, beyond = allowance(1) / 2, {}, []
    for row in facts.hidden:
        for name, array in row.parameters.items():
            last = facts.trace.ends.get(row.block) is row
            size = "about 1"
            low = high = 0.0
            if row.roles[name] == "weight" and row.inputs is None:
                low, size = math.log(_SMALL_ROWS), f"{_SMALL_ROWS} to 1"
            elif row.roles[name] != "gain" or last:
                continue
            elif row.normalized and keeps(row.activation) == "vanishes":
                low = math.log(_STRAIGHT)
            off = 0.5 * math.log(mean_square(array)) if array.any() else -math.inf
            if (off < low - allowed) if fading else (off > high + allowed):
                beyond.append(((low - off if fading else off - high) - allowed) / math.log(10))
                seen[row.name] = (
                    f"{name} has a root mean square of {math.exp(off):.2g}, which sets the size of "
                    f"all that comes behind it; in a healthy start it is {size}."
                )
    return first(problem, seen, beyond)


def _behind_norms(facts: Facts, problem: str, *, fading: bool) -> Symptom | None:
    """Look for weights of the wrong size whose size a normalization divides out again.

    Weights c times as large have a gradient 1/c times as large, and so a step 1/c^2 times as large
    beside them: their learning rate is another (van Laarhoven 2017, arXiv:1706.05350). A factor of
    100 of it is what a search over rates may find.
    """
    seen, beyond = {}, []
    for row in facts.hidden:
        if not row.normalized or not row.weighs:
            continue
        gains = (1.0, float(advised(facts.trace, row).gain))  # behind a norm LeCun's will do too
        low, high = sorted(scale_over_advised(row, gain) for gain in gains)
        c = low if low > 0 else min(high, 0.0)
        over = (2 * c if fading else -2 * c) - math.log(TOO_FAR)
        if over > 0:
            beyond.append(over / math.log(10))
            seen[row.name] = (
                f"Its weights are {math.exp(c):.2g} times as large as recommended. A normalization "
                "divides that out of the signal, but a step of gradient descent changes them "
                f"{math.exp(-2 * c):.2g} times as much, relative to their size."
            )
    return first(problem, seen, beyond)
