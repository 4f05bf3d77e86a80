"""A trace with what several problems ask of it."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from weightinit.diagnosis import paths, theory
from weightinit.diagnosis.bounds import Point, of_layer
from weightinit.tracing import LayerTrace, Trace, measures

__all__ = ["Facts"]


@dataclass(frozen=True, eq=False)
class Facts:
    """
    A trace, with what several problems ask of it.

    Parameters
    ----------
    trace : Trace
        The trace.

    Examples
    --------
    >>> import weightinit as wi
    >>> from weightinit.diagnosis.facts import Facts
    >>> facts = Facts(wi.trace(wi.mlp([2, 8, 3]).initialize(wi.zeros), [[1.0, 2.0], [0.5, -1.0]]))
    >>> facts.is_frozen, [row.name for row in facts.hidden]
    (True, ['dense0'])
    """

    trace: Trace

    def row(self, name: str) -> LayerTrace:
        """Return the row of a layer."""
        return next(row for row in self.trace.layers if row.name == name)

    @cached_property
    def broken(self) -> LayerTrace | None:
        """The first layer with something that is not finite; for gradients, the last."""
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
        """The same in the trace whose gradients tell; none where gradients are not finite."""
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
        """Tell whether no weight has a gradient beyond rounding, though the outputs are pulled."""
        output = self.trace.layers[-1]
        largest = max(_reach(row) for row in self.trace.layers if row.weight is not None)
        pull = float(np.abs(output.pre_activations_gradient).sum(axis=0).max())
        eps = float(np.finfo(output.pre_activations.dtype).eps)
        return self.broken is None and largest <= eps * pull and pull > 0

    def can_die(self, row: LayerTrace) -> bool:
        """Tell whether a layer may have dead units of its own: zero weights or inputs kill all."""
        if row.activation is None or row.weight is None or not row.weight.any():
            return False
        left, right = row.activation.derivative(np.array([-1.0, 1.0]))
        return bool(left == 0 != right) and (row.inputs is None or bool(row.inputs.any()))

    @cached_property
    def explained(self) -> set[str]:
        """Name layers that let nothing through for a cause that has a finding of its own."""
        dead = {r.name for r in self.hidden if self.can_die(r) and measures.dead_units(r).all()}
        zero = {r.name for r in self.hidden if r.weight is not None and not r.weight.any()}
        cut_off = {r.name for r in self.hidden if r.inputs is not None and not r.inputs.any()}
        return dead | cut_off | (zero if self.is_frozen else set())

    @cached_property
    def variance(self) -> float:
        """How far the signal strays on its way to the outputs (the V of ``theory``)."""
        rows = [row for row in self.trace.layers[:-1] if not row.block]
        return sum(
            of_layer(row, 0).variance * (1 if row.steps is None else 1 + row.steps.max(initial=0))
            for row in rows
        )

    @cached_property
    def largest_hidden(self) -> float:
        """The largest second moment with which chance lets a signal of size 1 reach the outputs."""
        return math.exp(theory.SIGMAS * math.sqrt(self.variance))


def _reach(row: LayerTrace) -> float:
    """Return how large a gradient of the weight the batch could make, were its labels others.

    In the gradient itself opposite samples may cancel, as in a balanced batch.
    """
    error = float(np.abs(row.pre_activations_gradient).sum(axis=0).max())
    return error if row.inputs is None else float(np.abs(row.inputs).max()) * error
