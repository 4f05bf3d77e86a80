"""What stops a network at once: values that are not finite, and parts that get no gradient."""

import math

import numpy as np

from weightinit.diagnosis._symptoms.facts import Facts, Symptom

__all__ = ["frozen", "non_finite", "stuck_branch"]


def non_finite(facts: Facts) -> Symptom | None:
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


def frozen(facts: Facts) -> Symptom | None:
    """Look for a network in which no weight has a gradient: only the output bias can move."""
    if not facts.is_frozen:
        return None
    rows = [row for row in facts.trace.layers if row.weight is not None]
    zero = sum(not row.weighs for row in rows if row.weight is not None)
    first = next((row for row in facts.hidden if not row.activations.any()), rows[0])
    evidence = "Every weight has a gradient of zero, to rounding: only the output bias can change."
    if zero:
        evidence += f" {zero} of {len(rows)} weight matrices are all zero."
    return Symptom("frozen", (first.name,), evidence, math.inf)


def stuck_branch(facts: Facts) -> Symptom | None:
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
