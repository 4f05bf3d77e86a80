"""What shows in a trace, before anybody asks for its cause: one function a problem.

Each reads the :class:`~weightinit.diagnosis._symptoms.facts.Facts` of a trace and returns a
:class:`~weightinit.diagnosis._symptoms.facts.Symptom`, or None. The bounds of a healthy signal are
derived in :mod:`weightinit.diagnosis._paths.bounds`.
"""

from weightinit.diagnosis._symptoms.batch import odd_labels, unscaled_inputs, unscaled_targets
from weightinit.diagnosis._symptoms.facts import Facts, Look, Symptom
from weightinit.diagnosis._symptoms.flow import leaving
from weightinit.diagnosis._symptoms.locks import frozen, non_finite, stuck_branch
from weightinit.diagnosis._symptoms.loss import first_loss_too_high
from weightinit.diagnosis._symptoms.risk import risky_depth
from weightinit.diagnosis._symptoms.samples_alike import samples_alike
from weightinit.diagnosis._symptoms.units import dead_units, saturated_units, symmetric_units
from weightinit.diagnosis._symptoms.units_alike import units_alike

__all__ = ["LOOK", "STANDING", "Facts", "Symptom", "symptoms"]

#: How each problem is looked for: those that can cause others come first.
LOOK: dict[str, Look] = {
    "non-finite": non_finite,
    "frozen": frozen,
    "stuck branch": stuck_branch,
    "unscaled inputs": unscaled_inputs,
    "symmetric units": symmetric_units,
    "dead units": dead_units,
    "exploding signal": leaving("signal", fading=False),
    "vanishing signal": leaving("signal", fading=True),
    "exploding gradient": leaving("gradient", fading=False),
    "vanishing gradient": leaving("gradient", fading=True),
    "units alike": units_alike,
    "samples alike": samples_alike,
    "saturated units": saturated_units,
    "first loss too high": first_loss_too_high,
    "risky depth": risky_depth,
    "unscaled targets": unscaled_targets,
    "odd labels": odd_labels,
}

#: What stands whatever the parameters are.
STANDING = frozenset({"risky depth", "odd labels", "unscaled targets"})


def symptoms(facts: Facts) -> list[Symptom]:
    """Return how each problem shows in a trace, those that can cause others first."""
    return [symptom for look in LOOK.values() if (symptom := look(facts))]
