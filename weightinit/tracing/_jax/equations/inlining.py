"""Flatten a pass through a model on JAX: calls are inlined, constants computed."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jax

from weightinit.tracing._jax.equations.program import ELEMENTWISE, Equation, Program, needed
from weightinit.tracing._jax.equations.scans import Scan

__all__ = ["flatten"]

_CALLS = ("jaxpr", "call_jaxpr", "fun_jaxpr")
_INLINED = frozenset({"jit", "pjit", "closed_call", "core_call", "remat", "remat2", "checkpoint"})
_CUSTOM = frozenset({"custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr"})
_HEAVY = frozenset({"dot_general", "conv_general_dilated", "gather", "scan", "while", "cond"})


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
    program.data.update(program.inputs)
    program.outputs = _inline(program, closed, numbers, "")
    program.equations = needed(program.equations, program.outputs)
    return program, jax.tree.structure(tree)


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
        if inner is not None and (name in _INLINED or (name in _CUSTOM and _is_heavy(inner))):
            outputs = _inline(program, inner, inputs, called)
            numbers |= zip(eqn.outvars, outputs, strict=True)
            continue
        if name == "scan" and _opens(program, eqn, inputs):
            numbers |= zip(eqn.outvars, _open(program, eqn, inputs, called), strict=True)
            continue
        kind = name
        if name in _CUSTOM:
            kind = "elementwise" if _is_elementwise(inner) else "custom"
        made = tuple(program.new(variable.aval) for variable in eqn.outvars)
        numbers |= zip(eqn.outvars, made, strict=True)
        program.add(Equation(kind, inputs, made, _computed(eqn), eqn.params, called))
    return [number(atom) for atom in body.outvars]


def _opens(program: Program, eqn: Any, inputs: Sequence[int]) -> bool:
    """Tell whether a scan runs over data with the same parameters at each step."""
    steps = inputs[eqn.params["num_consts"] + eqn.params["num_carry"] :]
    known = program.data | program.constants.keys()
    return not program.data.isdisjoint(inputs) and known.issuperset(steps)


def _open(program: Program, eqn: Any, inputs: tuple[int, ...], scope: str) -> list[int]:
    """Append the body of a scan for its steps at once; return the numbers of its outputs."""
    scan = Scan(eqn)
    fixed, _, steps = scan.split(inputs)
    wide = scan.body.jaxpr.invars[scan.constants : scan.constants + scan.states]
    states = tuple(program.new(variable.aval) for variable in wide)
    program.add(Equation("scan_states", inputs, states, scan.before, {}, scope))
    made = _inline(program, scan.body, (*fixed, *states, *steps), scope)
    outputs = tuple(program.new(variable.aval) for variable in eqn.outvars)
    opened = {"opened": made, "states": scan.states}
    program.add(Equation("scan", (*inputs, *made), outputs, scan.outputs, opened, scope))
    return list(outputs)


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


def _is_heavy(closed: Any) -> bool:
    return any(eqn.primitive.name in _HEAVY for eqn in _all(closed))


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
