"""A pass through a model on JAX as a flat list of equations."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp

__all__ = ["ADDS", "ELEMENTWISE", "MOVES", "Equation", "Program", "needed"]

_ENTRY_BY_ENTRY = """
abs acos acosh add add_any and asin asinh atan atan2 atanh cbrt ceil clamp convert_element_type
copy copy_p cos cosh div eq erf erf_inv erfc exp exp2 expm1 floor ge gt integer_pow is_finite le
log log1p logistic lt max min mul ne neg not optimization_barrier or pow reduce_precision rem
round rsqrt select_n sign sin sinh sqrt square stop_gradient sub tan tanh xor
"""
_MOVES = """
transpose reshape squeeze expand_dims broadcast_in_dim reduce_sum convert_element_type copy rev
reduce_precision
"""

#: Primitives that compute each entry of the output from the same entry of the inputs.
ELEMENTWISE = frozenset(_ENTRY_BY_ENTRY.split())

#: Those that hand on entries of a value elsewhere, or in another type.
MOVES = frozenset(_MOVES.split())

ADDS = ("add", "add_any")


@dataclass(eq=False)
class Equation:
    """
    A step of a pass: what it is called in JAX, the numbers of the values, and how it is computed.

    Parameters
    ----------
    kind : str
        The name of the primitive, or of what several of them make together.
    inputs, outputs : tuple of int
        The numbers of the values that it takes and makes.
    function : callable
        From the arrays of the inputs to a list with those of the outputs.
    params : dict
        The parameters of the primitive.
    scope : str, default ""
        The name of the function in which it stands.
    """

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    function: Callable[..., list[Any]]
    params: dict[str, Any] = field(default_factory=dict)
    scope: str = ""


@dataclass(eq=False)
class Program:
    """
    All equations of a pass.

    Parameters
    ----------
    parameters, inputs : dict of int to str, list of int
        The numbers of the parameters, with their names, and of the inputs of the model.
    shapes : dict of int to Any
        Shape and dtype of each value.
    constants : dict of int to Any
        The arrays of those values that depend on neither.
    running : set of int
        Constants that come from the root of a running statistic.
    data : set of int
        The inputs, and the values that depend on them.
    """

    parameters: dict[int, str]
    inputs: list[int]
    equations: list[Equation] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    shapes: dict[int, Any] = field(default_factory=dict)
    constants: dict[int, Any] = field(default_factory=dict)
    state: set[int] = field(default_factory=set)
    running: set[int] = field(default_factory=set)
    data: set[int] = field(default_factory=set)

    @property
    def makers(self) -> dict[int, Equation]:
        """The equation that makes each value."""
        return {value: equation for equation in self.equations for value in equation.outputs}

    @property
    def users(self) -> dict[int, list[Equation]]:
        """The equations that take each value."""
        found: dict[int, list[Equation]] = {}
        for equation in self.equations:
            for value in dict.fromkeys(equation.inputs):
                found.setdefault(value, []).append(equation)
        return found

    def shape(self, value: int) -> tuple[int, ...]:
        """Return the shape of a value."""
        return tuple(self.shapes[value].shape)

    def is_float(self, value: int) -> bool:
        """Tell whether a value holds floats."""
        return bool(jnp.issubdtype(self.shapes[value].dtype, jnp.floating))

    def new(self, shape: Any) -> int:
        """Return the number of a new value."""
        number = len(self.shapes)
        self.shapes[number] = shape
        return number

    def constant(self, value: Any) -> int:
        """Return the number of a constant."""
        number = self.new(jax.typeof(value))
        self.constants[number] = value
        return number

    def add(self, equation: Equation) -> None:
        """Append an equation; compute it at once where it depends on constants alone."""
        if any(value not in self.constants for value in equation.inputs):
            self.equations.append(equation)
            if not self.data.isdisjoint(equation.inputs):
                self.data.update(equation.outputs)
            return
        made = equation.function(*(self.constants[value] for value in equation.inputs))
        self.constants.update(zip(equation.outputs, made, strict=True))
        if self.state & set(equation.inputs):
            self.state.update(equation.outputs)
            if equation.kind in ("rsqrt", "sqrt", "pow"):
                self.running.update(equation.outputs)
        if self.running & set(equation.inputs):
            self.running.update(equation.outputs)

    def run(self, values: dict[int, Any], equations: Iterable[Equation]) -> dict[int, Any]:
        """Add to the values what the equations make of them."""
        for equation in equations:
            made = equation.function(*(self.value(values, number) for number in equation.inputs))
            values.update(zip(equation.outputs, made, strict=True))
        return values

    def value(self, values: dict[int, Any], number: int) -> Any:
        """Return a value, which may be a constant."""
        return values[number] if number in values else self.constants[number]


def needed(equations: Sequence[Equation], outputs: Iterable[int]) -> list[Equation]:
    """Return the equations that lead to the outputs."""
    wanted, kept = set(outputs), []
    for equation in reversed(equations):
        if wanted & set(equation.outputs):
            wanted.update(equation.inputs)
            kept.append(equation)
    return kept[::-1]
