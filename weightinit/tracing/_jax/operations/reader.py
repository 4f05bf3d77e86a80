"""Read the equations of a pass in order, and keep what is known of each value."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from weightinit.tracing._jax.equations.primitives import MOVES
from weightinit.tracing._jax.equations.program import Equation, Program
from weightinit.tracing._jax.operations.axes import (
    BATCH,
    FEATURE,
    OTHER,
    Labels,
    feature_axis,
    guess,
    merged,
    moved,
    units,
)
from weightinit.tracing._jax.operations.parameters import Parameters
from weightinit.tracing._jax.operations.views import View
from weightinit.tracing._models.operations import Operation

__all__ = ["Reader"]


class Reader:
    """
    The operations of a pass.

    Parameters
    ----------
    program : Program
        The pass; copies of what layers receive are put into it.
    arrays : mapping of str to array
        The parameters.
    samples : int
        The size of the batch.
    """

    def __init__(self, program: Program, arrays: Mapping[str, Any], samples: int) -> None:
        self.program, self.samples = program, samples
        self.known = Parameters(program, arrays)
        self.operations: list[Operation] = []
        self.layouts: dict[str, View] = {}
        self.reasons: dict[str, str] = {}
        self.labels: dict[int, Labels] = {}
        self.values: set[int] = set()
        self._taken: set[str] = set()
        self._absorbed: set[int] = set()
        self._mixing: set[int] = set()
        self._one_hot: set[int] = set()
        self._states: dict[int, str] = {}
        self._users: dict[int, list[Equation]] = {}
        self._makers: dict[int, Equation] = {}
        for equation in program.equations:
            self._makers.update(dict.fromkeys(equation.outputs, equation))
            for value in dict.fromkeys(equation.inputs):
                self._users.setdefault(value, []).append(equation)
        for value in program.inputs:
            self.labels[value] = guess(program.shapes[value].shape, samples)
            if jnp.issubdtype(program.shapes[value].dtype, jnp.floating):
                self.values.add(value)
        equations, program.equations = program.equations, []
        for equation in equations:
            self._read(equation)

    def _read(self, equation: Equation) -> None:
        """Add an equation, and the operations that it is."""
        known = self.known
        owned = [v for v in equation.inputs if v in known]
        data = [v for v in equation.inputs if v in self.labels]
        if not data and not self._looks_up(equation):
            known.add(equation)
            self.program.equations.append(equation)
            return
        if owned or any(v in self.values for v in data):
            self.values.update(equation.outputs)
        for output in equation.outputs:
            self.labels[output] = self._labels(equation, data, output)
        if equation.outputs[0] not in self.values:
            self._read_token(equation)
            self.program.equations.append(equation)
            return
        if id(equation) not in self._absorbed:
            translate = getattr(self, f"_{equation.kind}", self._other)
            equation = translate(equation, [v for v in data if v in self.values], owned) or equation
        self.program.equations.append(equation)

    def _labels(self, equation: Equation, data: Sequence[int], output: int) -> Labels:
        """Return what is on the axes of an output, where nothing better is known."""
        shape = self.program.shapes[output].shape
        if not data:
            return guess(shape, self.samples)
        first = data[0]
        if equation.kind in MOVES:
            old = self.program.shapes[first].shape
            found = moved(equation.kind, equation.params, self.labels[first], old, shape)
            if len(found) == len(shape):
                return found
        same = [self.labels[v] for v in data if len(self.labels[v]) == len(shape)]
        return merged(same) if same else guess(shape, self.samples)

    def _read_token(self, equation: Equation) -> None:
        """Follow what is made of integers: an equation with a range of numbers makes one-hots."""
        kept = equation.kind in ("convert_element_type", "reshape", "broadcast_in_dim")
        if equation.kind == "eq" or (kept and equation.inputs[0] in self._one_hot):
            self._one_hot.update(equation.outputs)

    def _looks_up(self, equation: Equation) -> bool:
        """Tell whether it picks rows of a parameter by constant numbers."""
        return equation.kind == "gather" and equation.inputs[0] in self.known.views

    def _emit(
        self, kind: str, equation: Equation, inputs: Sequence[int], output: int = -1, **fields: Any
    ) -> None:
        """Add an operation; the axis of its features is unknown where their number changes."""
        output = equation.outputs[0] if output < 0 else output
        labels, shape = self.labels[output], self.program.shapes[output].shape
        known = FEATURE in labels
        if known and inputs and kind != "weight":
            before = self.labels[inputs[0]], self.program.shapes[inputs[0]].shape
            known = units(*before) == units(labels, shape)
        if FEATURE not in labels and labels:
            labels = (*labels[:-1], FEATURE)
        if BATCH not in labels and labels and labels[0] == OTHER and shape[0] == self.samples:
            labels = (BATCH, *labels[1:])
        self.labels[output] = labels
        axis = feature_axis(labels) if known else None
        self.operations.append(
            Operation(kind=kind, inputs=tuple(inputs), output=output, axis=axis, **fields)
        )
        if kind == "pass" and inputs and inputs[0] in self._mixing:
            self._mixing.add(output)
        if kind == "pass" and inputs and inputs[0] in self._states:
            self._states[output] = self._states[inputs[0]]

    def _refuse(self, equation: Equation, owned: Sequence[int]) -> None:
        """Remember which parameters enter in a way that is not understood."""
        for value in owned:
            for name in self.known.names[value]:
                view = self.known.views.get(value)
                how = "enters" if view is not None else "is computed with before it enters"
                self.reasons.setdefault(name, f"it {how} through {equation.kind}")

    def _pass(self, equation: Equation, data: Sequence[int], _owned: Sequence[int]) -> None:
        for output in equation.outputs:
            self._emit("pass", equation, data[:1], output)

    def _other(self, equation: Equation, data: Sequence[int], owned: Sequence[int]) -> None:
        for output in equation.outputs:
            self._emit("other", equation, data, output)
        self._refuse(equation, owned)
