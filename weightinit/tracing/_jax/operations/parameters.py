"""What a parameter does where it enters: multiply, or be added; found out by trying values."""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from weightinit.tracing._jax.equations.program import Equation, Program, needed
from weightinit.tracing._jax.operations.views import View

__all__ = ["Parameters"]


class Parameters:
    """
    The values of a pass that depend on parameters alone.

    Parameters
    ----------
    program : Program
        The pass.
    arrays : mapping of str to array
        The parameters.
    """

    def __init__(self, program: Program, arrays: Mapping[str, Any]) -> None:
        self.program, self.arrays = program, arrays
        self.equations: list[Equation] = []
        self.names = {number: {name} for number, name in program.parameters.items()}
        self.views = {
            number: View(name, tuple(arrays[name].shape))
            for number, name in program.parameters.items()
        }

    def __contains__(self, value: int) -> bool:
        return value in self.names

    def add(self, equation: Equation) -> None:
        """Take in an equation whose inputs are parameters and constants."""
        self.equations.append(equation)
        names = set().union(*(self.names.get(value, set()) for value in equation.inputs))
        for output in equation.outputs:
            self.names[output] = names
        view = self.views.get(equation.inputs[0])
        if view is not None and len(equation.outputs) == 1:
            output = equation.outputs[0]
            shape = self.program.shapes[output].shape
            followed = view.follow(equation.kind, equation.params, shape)
            if followed is not None:
                self.views[output] = followed

    def is_running(self, value: int) -> bool:
        """Tell whether a value is made with running statistics."""
        path = needed(self.equations, [value])
        return any(self.program.running & set(equation.inputs) for equation in path)

    def acts_as(self, role: str, value: int, name: str) -> bool:
        """Tell whether a value is a "gain" or "shift" that is a parameter, entry by entry."""
        path = needed(self.equations, [value])

        def at(level: float) -> Any:
            values = {
                number: self._filled(other, level if other == name else None)
                for number, other in self.program.parameters.items()
            }
            made = self.program.value(self.program.run(values, path), value)
            return np.asarray(made, np.float64)

        none, one, two = at(0.0), at(1.0), at(2.0)
        if role == "shift":
            return bool(np.allclose(np.abs(one - none), 1, atol=0.02))
        whole = self.is_running(value) or np.allclose(one, 1)
        return bool(whole and not none.any() and np.allclose(two, 2 * one, rtol=0.02))

    def role_in(self, equation: Equation, name: str) -> str:
        """Return what a parameter does to the first input of an equation."""
        shape = self.program.shapes[equation.inputs[0]]
        draws = np.random.default_rng(0).standard_normal((2, *shape.shape))
        sources = {v: needed(self.equations, [v]) for v in equation.inputs[1:] if v in self.names}

        def at(level: float, draw: int) -> Any:
            values = {
                number: self._filled(other, level if other == name else None)
                for number, other in self.program.parameters.items()
            }
            for path in sources.values():
                self.program.run(values, path)
            values[equation.inputs[0]] = jnp.asarray(draws[draw], shape.dtype)
            given = [self.program.value(values, number) for number in equation.inputs]
            return np.asarray(equation.function(*given)[0], np.float64)

        none, one, two = (at(level, 0) for level in (0.0, 1.0, 2.0))
        if np.allclose(one - none, 1, atol=0.02):
            return "shift"
        alone = np.allclose(none, at(0.0, 1), atol=1e-6)
        return "gain" if alone and np.allclose(two - none, 2 * (one - none), atol=0.02) else ""

    def _filled(self, name: str, level: float | None) -> Any:
        array = self.arrays[name]
        return array if level is None else jnp.full(array.shape, level, array.dtype)
