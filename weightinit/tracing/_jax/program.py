"""A pass through a model on JAX as a flat list of equations, calls inlined, constants computed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax

__all__ = ["ELEMENTWISE", "Equation", "Program", "flatten", "needed"]

#: Primitives that compute each entry of the output from the same entry of the inputs.
ELEMENTWISE = frozenset(
    [
        "abs",
        "acos",
        "acosh",
        "add",
        "add_any",
        "and",
        "asin",
        "asinh",
        "atan",
        "atan2",
        "atanh",
        "cbrt",
        "ceil",
        "clamp",
        "convert_element_type",
        "copy",
        "copy_p",
        "cos",
        "cosh",
        "div",
        "eq",
        "erf",
        "erf_inv",
        "erfc",
        "exp",
        "exp2",
        "expm1",
        "floor",
        "ge",
        "gt",
        "integer_pow",
        "is_finite",
        "le",
        "log",
        "log1p",
        "logistic",
        "lt",
        "max",
        "min",
        "mul",
        "ne",
        "neg",
        "not",
        "optimization_barrier",
        "or",
        "pow",
        "reduce_precision",
        "rem",
        "round",
        "rsqrt",
        "select_n",
        "sign",
        "sin",
        "sinh",
        "sqrt",
        "square",
        "stop_gradient",
        "sub",
        "tan",
        "tanh",
        "xor",
    ]
)
_CALLS = ("jaxpr", "call_jaxpr", "fun_jaxpr")
_INLINED = frozenset({"jit", "pjit", "closed_call", "core_call", "remat", "remat2", "checkpoint"})
_CUSTOM = frozenset({"custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr"})
_HEAVY = frozenset({"dot_general", "conv_general_dilated", "gather", "scan", "while", "cond"})


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
    """

    parameters: dict[int, str]
    inputs: list[int]
    equations: list[Equation] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    shapes: dict[int, Any] = field(default_factory=dict)
    constants: dict[int, Any] = field(default_factory=dict)
    state: set[int] = field(default_factory=set)
    running: set[int] = field(default_factory=set)

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


def flatten(
    function: Callable[..., Any],
    parameters: dict[str, Any],
    state: Sequence[Any],
    inputs: Sequence[Any],
) -> tuple[Program, Any]:
    """
    Trace a function of a list of parameters, a list of state and a list of inputs.

    Returns
    -------
    Program
        The equations that its outputs need.
    Any
        The tree of the outputs.
    """
    values = list(parameters.values())
    closed, tree = jax.make_jaxpr(function, return_shape=True)(values, list(state), list(inputs))
    program = Program({}, [])
    numbers = [program.new(variable.aval) for variable in closed.jaxpr.invars]
    program.parameters = dict(zip(numbers, parameters, strict=False))
    kept = numbers[len(values) : len(values) + len(state)]
    program.constants.update(zip(kept, state, strict=True))
    program.state.update(kept)
    program.inputs = numbers[len(values) + len(state) :]
    program.outputs = _inline(program, closed, numbers, "")
    program.equations = needed(program.equations, program.outputs)
    return program, jax.tree.structure(tree)


def needed(equations: Sequence[Equation], outputs: Iterable[int]) -> list[Equation]:
    """Return the equations that lead to the outputs."""
    wanted, kept = set(outputs), []
    for equation in reversed(equations):
        if wanted & set(equation.outputs):
            wanted.update(equation.inputs)
            kept.append(equation)
    return kept[::-1]


def _inline(program: Program, closed: Any, arguments: Sequence[int], scope: str) -> list[int]:
    """Append the equations of a function; return the numbers of its outputs."""
    body = getattr(closed, "jaxpr", closed)
    numbers = dict(zip(body.invars, arguments, strict=True))
    for variable, value in zip(body.constvars, getattr(closed, "consts", ()), strict=True):
        numbers[variable] = program.constant(value)

    def number(atom: Any) -> int:
        return program.constant(atom.val) if hasattr(atom, "val") else numbers[atom]

    for eqn in body.eqns:
        inputs = tuple(number(atom) for atom in eqn.invars)
        name, inner = eqn.primitive.name, _inner(eqn)
        called = str(eqn.params.get("name", "")) or scope
        if inner is not None and (name in _INLINED or (name in _CUSTOM and _has(inner, _HEAVY))):
            outputs = _inline(program, inner, inputs, called)
            numbers |= zip(eqn.outvars, outputs, strict=True)
            continue
        kind = name
        if name in _CUSTOM:
            kind = "custom" if not _is_elementwise(inner) else "elementwise"
        made = tuple(program.new(variable.aval) for variable in eqn.outvars)
        numbers |= zip(eqn.outvars, made, strict=True)
        program.add(Equation(kind, inputs, made, _computed(eqn), eqn.params, called))
    return [number(atom) for atom in body.outvars]


def _inner(eqn: Any) -> Any:
    """Return the function that an equation calls, if it is a plain call."""
    return next((eqn.params[key] for key in _CALLS if key in eqn.params), None)


def _all(closed: Any) -> Iterable[Any]:
    """Yield the equations of a function, with those of the functions that it calls."""
    for eqn in getattr(closed, "jaxpr", closed).eqns:
        inner = _inner(eqn)
        if inner is None:
            yield eqn
        else:
            yield from _all(inner)


def _has(closed: Any, names: frozenset[str]) -> bool:
    return any(eqn.primitive.name in names for eqn in _all(closed))


def _is_elementwise(closed: Any) -> bool:
    return all(
        eqn.primitive.name in ELEMENTWISE
        or (eqn.primitive.name == "broadcast_in_dim" and eqn.invars[0].aval.ndim == 0)
        for eqn in _all(closed)
    )


def _computed(eqn: Any) -> Callable[..., list[Any]]:
    """Return what computes an equation from arrays."""

    def compute(*arrays: Any) -> list[Any]:
        bound = eqn.primitive.get_bind_params(eqn.params)
        functions, params = bound if isinstance(bound, tuple) else ((), bound)  # before JAX 0.8
        made = eqn.primitive.bind(*functions, *arrays, **params)
        return list(made) if eqn.primitive.multiple_results else [made]

    return compute
