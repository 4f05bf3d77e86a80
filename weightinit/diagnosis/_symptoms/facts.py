"""What several problems derive from a trace, and the form in which a problem shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from weightinit.diagnosis import _paths as paths
from weightinit.diagnosis._paths.bounds import of_layer
from weightinit.tracing import LayerTrace, Trace, measures

__all__ = ["Facts", "Look", "Symptom", "first"]


class Symptom(NamedTuple):
    """
    A problem as it shows in a trace, before anybody asks for its cause.

    Parameters
    ----------
    problem : str
        Which of ``weightinit.diagnosis.PROBLEMS``.
    layers : tuple of str
        The layers in which it shows, the first one first.
    evidence : str
        What was measured in that first layer, beside what a healthy start would show: a sentence
        or two.
    severity : float
        How many orders of magnitude the worst layer lies outside the bounds; above 0, and infinite
        where nothing is left or nothing is finite.
    parameter, advice : str
        What is at fault, and what to do, where that is no parameter of the network.
    """

    problem: str
    layers: tuple[str, ...]
    evidence: str
    severity: float
    parameter: str = ""
    advice: str = ""


@dataclass(frozen=True, eq=False)
class Facts:
    """A trace, and what several problems derive from it."""

    trace: Trace

    def row(self, name: str) -> LayerTrace:
        """Return the row of a layer."""
        return next(row for row in self.trace.layers if row.name == name)

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
    def forward(self) -> list[list[paths.Point]]:
        """The paths of the signal."""
        return paths.forward(self.trace)

    @cached_property
    def scale(self) -> list[list[paths.Point]]:
        """The paths of the signal as far as the scale of the weights decides it, without chance."""
        return paths.scale(self.trace)

    @cached_property
    def signal_fades(self) -> bool:
        """Whether the signal falls below its bounds somewhere outside of branches and time."""
        return any(point.fades for path in (*self.forward, *self.scale) for point in path)

    @cached_property
    def slowdown(self) -> float:
        """The log of the factor by which small weights slow down learning."""
        return paths.slowdown(self.trace)

    @cached_property
    def backward(self) -> list[list[paths.Point]]:
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
        if row.activation is None or not row.weighs:
            return False
        left, right = row.activation.derivative(np.array([-1.0, 1.0]))
        return bool(left == 0 != right) and (row.inputs is None or bool(row.inputs.any()))

    @cached_property
    def explained(self) -> set[str]:
        """Name the layers that pass nothing on, for a cause that has its own finding."""
        dead = {r.name for r in self.hidden if self.can_die(r) and measures.dead_units(r).all()}
        zero = {r.name for r in self.hidden if r.weight is not None and not r.weighs}
        cut_off = {r.name for r in self.hidden if r.inputs is not None and not r.inputs.any()}
        return dead | cut_off | (zero if self.is_frozen else set())

    @cached_property
    def variance(self) -> float:
        """The variance of the log of the signal at the outputs (the V of ``bounds``)."""
        rows = [row for row in self.trace.layers[:-1] if not row.block]
        return sum(
            of_layer(row, 0).variance * (1 if row.steps is None else 1 + row.steps.max(initial=0))
            for row in rows
        )


#: From a trace to how a problem shows in it, if it does.
Look = Callable[[Facts], Symptom | None]


def first(problem: str, seen: Mapping[str, str], beyond: Sequence[float]) -> Symptom | None:
    """Return a symptom from the evidence by layer, if there is any, and the worst severity."""
    return Symptom(problem, tuple(seen), next(iter(seen.values())), max(beyond)) if seen else None


def _reach(row: LayerTrace) -> float:
    """Return the largest gradient of the weight that this batch could have with other labels.

    In the gradient itself opposite samples may cancel, as in a balanced batch.
    """
    error = float(np.abs(row.pre_activations_gradient).sum(axis=0).max())
    return error if row.inputs is None else float(np.abs(row.inputs).max()) * error
