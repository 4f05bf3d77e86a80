"""Networks so deep and narrow that chance decides whether a draw can learn at all."""

import math

import numpy as np

from weightinit._chances import born_dead_bound
from weightinit.diagnosis._symptoms.facts import Facts, Symptom
from weightinit.tracing import LayerTrace

__all__ = ["risky_depth"]

#: So many of all draws may be born dead, and so many where layers are wide enough. Conventions.
_RISK, _WIDE = 0.2, 0.01


def risky_depth(facts: Facts) -> Symptom | None:
    r"""Look for a network so deep and narrow that many a draw of its start is born dead.

    Where all n units of a layer are off nothing passes. For one input that has the probability
    :math:`2^{-n}`, and so :math:`1 - \prod_l (1 - 2^{-n_l})` bounds that for a network of ReLUs
    from above (Lu et al. 2020, arXiv:1903.06733); deep inside, where all inputs look alike, it is
    nearly reached.
    """
    rows = [r for r in facts.trace.layers[:-1] if _dies(r) and not r.block and not r.normalized]
    dead = born_dead_bound([row.units for row in rows])
    if dead <= _RISK:
        return None
    narrow = min(rows, key=lambda row: row.units)
    wide = next(n for n in range(1, 64) if born_dead_bound([n] * len(rows)) < _WIDE)
    evidence = (
        f"In a layer of {narrow.units} units all are off with a probability of 2^-{narrow.units}; "
        f"over {len(rows)} layers up to {100 * dead:.2g} % of all draws, whatever the scale, let "
        "nothing through."
    )
    advice = (
        f"take {wide} units a layer or more, where it is less than {100 * _WIDE:.0f} %, or an "
        "activation that is nowhere flat, such as leaky_relu; wi.failure_rates counts such draws"
    )
    return Symptom("risky depth", (narrow.name,), evidence, math.log10(dead / _RISK), "", advice)


def _dies(row: LayerTrace) -> bool:
    """Tell whether a unit that is off passes nothing on, forwards and back, as a ReLU."""
    phi = row.activation
    return phi is not None and not phi(np.array([-1.0])).any() and not phi.derivative(-1.0)
