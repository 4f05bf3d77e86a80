"""The problems of a start: one function each, from facts to a finding or None.

Thresholds are explained in :mod:`weightinit.diagnosis._bounds`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from weightinit._messages import listed
from weightinit.diagnosis import _bounds as bounds
from weightinit.diagnosis import _paths as paths
from weightinit.diagnosis import remedies
from weightinit.diagnosis._bounds import SIGMAS, Point
from weightinit.diagnosis._departures import departure
from weightinit.diagnosis.remedies import Cure, Finding
from weightinit.tracing import LayerTrace, Trace, measures
from weightinit.tracing.measures import mean_square

__all__ = ["LOOK", "PROBLEMS", "Facts"]

#: The probability with which units of a healthy layer that are always off are taken for dead.
_CHANCE = 1e-6

#: From a trace to what is wrong with it, if that is this problem.
_Problem = Callable[["Facts"], Finding | None]


@dataclass(frozen=True, eq=False)
class Facts:
    """A trace, and what several problems derive from it."""

    trace: Trace

    def row(self, name: str) -> LayerTrace:
        """Return the row of a layer."""
        return next(row for row in self.trace.layers if row.name == name)

    def finding(self, problem: str, layers: Sequence[str], evidence: str, cure: Cure) -> Finding:
        """Make a finding for the first of these layers; the others are listed."""
        first, *others = layers
        also = f" Also in {listed(others)}." if others else ""
        return Finding(problem, first, evidence + also, *cure(self.trace, self.row(first)))

    def first(self, problem: str, seen: Mapping[str, str], cure: Cure) -> Finding | None:
        """Make a finding from the evidence by layer, if there is any."""
        return self.finding(problem, list(seen), next(iter(seen.values())), cure) if seen else None

    @cached_property
    def broken(self) -> LayerTrace | None:
        """The first layer with a weight or value that is not finite; for gradients the last one."""
        for row in self.trace.layers:
            arrays = (row.weight, row.bias, row.activations)
            if not all(np.isfinite(array).all() for array in arrays if array is not None):
                return row
        for row in reversed(self.trace.layers):
            if not np.isfinite(row.pre_activations_gradient).all():
                return row
        return None

    @cached_property
    def hidden(self) -> tuple[LayerTrace, ...]:
        """The rows before the outputs, and before anything that is not finite."""
        rows = self.trace.layers[:-1]
        return rows[: rows.index(self.broken)] if self.broken in rows else rows

    @cached_property
    def later_hidden(self) -> tuple[LayerTrace, ...]:
        """The hidden rows after the small steps, if there were any; none if not all is finite."""
        return () if self.broken else (self.trace.after or self.trace).layers[:-1]

    @cached_property
    def forward(self) -> list[list[Point]]:
        """The paths of the signal."""
        return paths.forward(self.trace)

    @cached_property
    def backward(self) -> list[list[Point]]:
        """The paths of the gradient; none where it is not finite."""
        return [] if self.broken else paths.backward(self.trace)

    @cached_property
    def is_frozen(self) -> bool:
        """Tell whether no weight has a gradient beyond rounding, although the outputs have one.

        Gradients scale with the inputs of the network, and so does the threshold.
        """
        output, inputs = self.trace.layers[-1], self.trace.layers[0].inputs
        size = 1.0 if inputs is None else min(1.0, float(np.abs(inputs).max()))
        largest = max(_reach(row) for row in self.trace.layers if row.weight is not None)
        pull = float(np.abs(output.pre_activations_gradient).sum(axis=0).max())
        eps = float(np.finfo(output.pre_activations.dtype).eps)
        return self.broken is None and largest <= eps * size * pull and pull > 0

    def can_die(self, row: LayerTrace) -> bool:
        """Tell whether units can be dead for a cause other than zero weights or inputs."""
        if row.activation is None or row.weight is None or not row.weight.any():
            return False
        left, right = row.activation.derivative(np.array([-1.0, 1.0]))
        return bool(left == 0 != right) and (row.inputs is None or bool(row.inputs.any()))

    @cached_property
    def explained(self) -> set[str]:
        """Name the layers that pass nothing on, for a cause that has its own finding."""
        dead = {r.name for r in self.hidden if self.can_die(r) and measures.dead_units(r).all()}
        zero = {r.name for r in self.hidden if r.weight is not None and not r.weight.any()}
        cut_off = {r.name for r in self.hidden if r.inputs is not None and not r.inputs.any()}
        return dead | cut_off | (zero if self.is_frozen else set())

    @cached_property
    def variance(self) -> float:
        """The variance of the log of the signal at the outputs (the V of ``bounds``)."""
        rows = [row for row in self.trace.layers[:-1] if not row.block]
        return sum(
            bounds.of_layer(row, 0).variance
            * (1 if row.steps is None else 1 + row.steps.max(initial=0))
            for row in rows
        )

    @cached_property
    def largest_hidden(self) -> float:
        """The largest second moment at the outputs that chance makes of a signal of size 1."""
        return math.exp(SIGMAS * math.sqrt(self.variance))


def _reach(row: LayerTrace) -> float:
    """Return the largest gradient of the weight that this batch could have with other labels.

    In the gradient itself opposite samples may cancel, as in a balanced batch.
    """
    error = float(np.abs(row.pre_activations_gradient).sum(axis=0).max())
    return error if row.inputs is None else float(np.abs(row.inputs).max()) * error


def _non_finite(facts: Facts) -> Finding | None:
    """Look for the first layer with a weight, a value or a gradient that is not finite."""
    row = facts.broken
    if row is None:
        return None
    for what, array in (("weight", row.weight), ("bias", row.bias)):
        if array is not None and not np.isfinite(array).all():
            count = np.count_nonzero(~np.isfinite(array))
            evidence = f"{count:,} of {array.size:,} entries of its {what} are nan or infinite."
            return facts.finding("non-finite", [row.name], evidence, remedies.restart)
    where = "gradient" if np.isfinite(row.activations).all() else "output"
    evidence = f"Its {where} holds nan or infinity"
    cure: Cure = remedies.restart
    if row.inputs is not None and where == "output":
        largest = float(np.abs(row.inputs).max())
        if not math.isfinite(largest):
            evidence, cure = "Its input already holds nan or infinity", remedies.look_before
        else:
            evidence += f", although its input is finite (at most {largest:.2g})"
    return facts.finding("non-finite", [row.name], f"{evidence}.", cure)


def _frozen(facts: Facts) -> Finding | None:
    """Look for a network in which no weight has a gradient: only the output bias can move."""
    if not facts.is_frozen:
        return None
    rows = [row for row in facts.trace.layers if row.weight is not None]
    zero = sum(not row.weight.any() for row in rows if row.weight is not None)
    first = next((row for row in facts.hidden if not row.activations.any()), rows[0])
    evidence = "Every weight has a gradient of zero, to rounding: only the output bias can change."
    if zero:
        evidence += f" {zero} of {len(rows)} weight matrices are all zero."
    is_dead = first.weight is not None and bool(first.weight.any())
    cure = remedies.revive if is_dead else remedies.restart
    return facts.finding("frozen", [first.name], evidence, cure)


def _symmetric_units(facts: Facts) -> Finding | None:
    """Look for hidden units that are copies: equal incoming weights, equal gradients."""
    seen = {}
    for row in facts.later_hidden:
        if row.weight_gradient is not None and row.weight_gradient.any():
            distinct = measures.distinct_units(row)
            if distinct < row.units:
                seen[row.name] = (
                    f"{row.units - distinct} of its {row.units} units are copies: they have the "
                    "weights and the gradients of another unit."
                )
    return facts.first("symmetric units", seen, remedies.restart)


def _dead_units(facts: Facts) -> Finding | None:
    """Look for more units that are off for the whole batch than are on for it.

    With weights symmetric around zero both are equally likely; deep layers of a healthy network
    have many of both, since samples look alike there.
    """
    seen = {}
    for row in facts.hidden:
        if not facts.can_die(row):
            continue
        off, on = int(measures.dead_units(row).sum()), int(measures.always_on(row).sum())
        if off == row.units or (off and bounds.binomial_tail(off, off + on) < _CHANCE):
            seen[row.name] = (
                f"{off} of its {row.units} units are off for the whole batch, and {on} are on for "
                "the whole batch; by chance the two counts would be about equal."
            )
    return facts.first("dead units", seen, remedies.revive)


def _saturated_units(facts: Facts) -> Finding | None:
    """Look for more values on the flat ends of tanh and the like than chance explains."""
    seen = {}
    for row in facts.hidden:
        share, at_most = measures.saturated_share(row), _healthy_saturation(row)
        if share > at_most:
            seen[row.name] = (
                f"{100 * share:.0f} % of its values lie on the flat ends of {row.activation}, with "
                "a slope below 1 % of the largest; a healthy start puts at most "
                f"{100 * at_most:.0f} % there."
            )
    return facts.first("saturated units", seen, remedies.shrink)


def _healthy_saturation(row: LayerTrace) -> float:
    """Return the share of a normal beyond the bend, at the largest variance of a good start.

    For an input of size 1 that variance is the scale; twice as much with the mean of fans; and
    chance adds its share in one layer.
    """
    limit = measures.flat_beyond(row.activation)
    if math.isinf(limit):
        return 1.0
    by_chance = SIGMAS * math.sqrt(5 / row.units)
    q = 2 * bounds.critical_scale(row.activation) * math.exp(by_chance)
    return math.erfc(limit / math.sqrt(2 * q))


def _first_loss_too_high(facts: Facts) -> Finding | None:
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
    return facts.finding("first loss too high", [output.name], evidence, remedies.calm)


def _leaving(what: str, *, fading: bool) -> _Problem:
    """Return the problem of a signal, or a gradient, that fades or grows beyond its bounds."""
    name = f"{'vanishing' if fading else 'exploding'} {what}"

    def look(facts: Facts) -> Finding | None:
        walks = facts.forward if what == "signal" else facts.backward
        found = departure(walks, what, fading=fading, explained=facts.explained)
        return (
            facts.finding(name, found.layers, found.evidence, remedies.rescale) if found else None
        )

    return look


#: How each problem is looked for: those that can cause others come first.
LOOK: dict[str, _Problem] = {
    "non-finite": _non_finite,
    "frozen": _frozen,
    "symmetric units": _symmetric_units,
    "dead units": _dead_units,
    "exploding signal": _leaving("signal", fading=False),
    "vanishing signal": _leaving("signal", fading=True),
    "exploding gradient": _leaving("gradient", fading=False),
    "vanishing gradient": _leaving("gradient", fading=True),
    "saturated units": _saturated_units,
    "first loss too high": _first_loss_too_high,
}

#: All problems, in that order.
PROBLEMS = tuple(LOOK)
