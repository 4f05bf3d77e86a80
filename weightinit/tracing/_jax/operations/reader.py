"""Read the equations of a pass in order, and keep what is known of each value."""

from collections.abc import Mapping, Sequence
from typing import Any

from weightinit.tracing._jax.equations.program import MOVES, Equation, Program
from weightinit.tracing._jax.operations import axes
from weightinit.tracing._jax.operations.axes import BATCH, FEATURE, OTHER, Labels
from weightinit.tracing._jax.operations.parameters import Parameters, View
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
        self._users, self._makers = program.users, program.makers
        self.values.update(filter(program.is_float, program.inputs))
        for value in program.inputs:
            self.labels[value] = self._guess(value)
        equations, program.equations = program.equations, []
        for equation in equations:
            self.program.equations.append(self._read(equation))
        whole = {name: View(name, tuple(array.shape)) for name, array in arrays.items()}
        self.layouts = whole | self.layouts

    def _read(self, equation: Equation) -> Equation:
        """Add the operations that an equation is; return it, as it is to be computed."""
        owned = [v for v in equation.inputs if v in self.known]
        data = [v for v in equation.inputs if v in self.labels]
        if not data and not self._looks_up(equation):
            self.known.add(equation)
            return equation
        if owned or not self.values.isdisjoint(data):
            self.values.update(equation.outputs)
        for output in equation.outputs:
            self.labels[output] = self._labels(equation, data, output)
        if equation.outputs[0] not in self.values:
            self._read_token(equation)
        elif id(equation) not in self._absorbed:
            translate = getattr(self, f"_{equation.kind}", self._other)
            return translate(equation, [v for v in data if v in self.values], owned) or equation
        return equation

    def _guess(self, value: int) -> Labels:
        """Return labels for a value of which nothing is known."""
        return axes.guess(self.program.shape(value), self.samples)

    def _moved(self, equation: Equation, value: int, labels: Labels) -> Labels:
        """Return the labels of the output of a move, from those of the value that it moves."""
        old, new = self.program.shape(value), self.program.shape(equation.outputs[0])
        return axes.moved(equation.kind, equation.params, labels, old, new)

    def _labels(self, equation: Equation, data: Sequence[int], output: int) -> Labels:
        """Return what is on the axes of an output, where nothing better is known."""
        rank = len(self.program.shape(output))
        if data and equation.kind in MOVES:
            found = self._moved(equation, data[0], self.labels[data[0]])
            if len(found) == rank:
                return found
        same = [self.labels[v] for v in data if len(self.labels[v]) == rank]
        return axes.merged(same) if same else self._guess(output)

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
        labels, shape = self.labels[output], self.program.shape(output)
        known = FEATURE in labels
        if known and inputs and kind != "weight":
            before = self.labels[inputs[0]], self.program.shape(inputs[0])
            known = axes.units(*before) == axes.units(labels, shape)
        if FEATURE not in labels and labels:
            labels = (*labels[:-1], FEATURE)
        if BATCH not in labels and labels and labels[0] == OTHER and shape[0] == self.samples:
            labels = (BATCH, *labels[1:])
        self.labels[output] = labels
        axis = axes.axis_of(labels) if known else None
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
            how = "enters" if value in self.known.views else "is computed with before it enters"
            for name in self.known.names[value]:
                self.reasons.setdefault(name, f"it {how} through {equation.kind}")

    def _pass(self, equation: Equation, data: Sequence[int], _owned: Sequence[int]) -> None:
        for output in equation.outputs:
            self._emit("pass", equation, data[:1], output)

    def _other(self, equation: Equation, data: Sequence[int], owned: Sequence[int]) -> None:
        for output in equation.outputs:
            self._emit("other", equation, data, output)
        self._refuse(equation, owned)
