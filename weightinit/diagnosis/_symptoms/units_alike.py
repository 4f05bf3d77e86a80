r"""Units that move together, as copies or for the mean of their weights.

With z centered over the samples, :math:`f = \operatorname{E} \bar z^2 / \operatorname{E}
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

import math
from collections.abc import Iterator

import numpy as np

from weightinit.diagnosis._paths.chance import SIGMAS
from weightinit.diagnosis._symptoms.facts import Facts, Symptom, first
from weightinit.diagnosis._symptoms.samples_alike import SLOW, beyond
from weightinit.tracing import LayerTrace
from weightinit.tracing._copies import copied_units, distinct_units
from weightinit.tracing._squares import mean_square

__all__ = ["COMMON", "COPIED", "units_alike"]

#: The share of a mean square that the mean of the weights may make, which is then eight times as
#: large as without. A convention: after a ReLU, 128 units with a mean of std/4, 3.5 times as large,
#: trained as well at a small rate, with std/2, 11 times as large, worse at small and large ones.
COMMON = 7 / 8

#: The share of units that are copies from which on it is a finding: a convention.
COPIED = 0.5


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
    return Symptom("units alike", tuple(seen), evidence, beyond(bound, worst, row))


def _made_large(facts: Facts) -> Symptom | None:
    """Look for weights whose mean makes most of a signal that no normalization brings back."""
    seen, far = {}, []
    for row in _with_means(facts):
        others = 1 - _common_share(row, centered=False)
        mild = abs(row.weight_mean) < row.weight_std / 4
        if mild or row.normalized or not others < 1 - COMMON:
            continue
        seen[row.name] = (
            f"{100 * (1 - others):.3g} % of the mean square of its pre-activations is the same in "
            f"all units, which makes them large: {_told_mean(row)}"
        )
        far.append(beyond(1 - COMMON, others, row))
    return first("units alike", seen, far)


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
