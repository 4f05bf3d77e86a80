"""What equations make of each entry of a value, in double precision, and which activation it is."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from weightinit.activations import Activation
from weightinit.networks.layers.base import Array
from weightinit.tracing._jax.equations.program import Equation, Program
from weightinit.tracing._models import activations

__all__ = ["recognize"]

_STEP = 1e-6  # of a difference quotient

_erf = np.vectorize(math.erf, otypes=[float])
_erfc = np.vectorize(math.erfc, otypes=[float])

# The primitives of JAX in double precision: in single, no moment of a function converges.
_ALIKE_NAMED = """abs exp exp2 expm1 log log1p sign sin cos tan sinh cosh tanh sqrt cbrt floor ceil
square add round"""
_RENAMED = """add_any=add sub=subtract mul=multiply div=divide max=maximum min=minimum neg=negative
pow=power rem=fmod gt=greater ge=greater_equal lt=less le=less_equal eq=equal ne=not_equal
and=logical_and or=logical_or not=logical_not xor=logical_xor is_finite=isfinite atan2=arctan2
acos=arccos asin=arcsin atan=arctan asinh=arcsinh"""

_NUMPY: dict[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in _ALIKE_NAMED.split()},
    **{name: getattr(np, ours) for name, ours in (pair.split("=") for pair in _RENAMED.split())},
    "erf": _erf,
    "erfc": _erfc,
    "logistic": lambda x: np.exp(-np.logaddexp(0, -x)),
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "clamp": lambda low, x, high: np.clip(x, low, high),
    "select_n": lambda which, no, yes: np.where(which, yes, no),
}

_UNCHANGED = """convert_element_type copy copy_p stop_gradient reduce_precision optimization_barrier
broadcast_in_dim reshape"""
_SAME = frozenset(_UNCHANGED.split())


@dataclass(frozen=True)
class _Entrywise:
    """What equations make of each entry of a value, or the slope of it."""

    program: Program
    equation: Equation
    value: int
    slope: bool = False

    def __call__(self, x: Array) -> Array:
        x64 = np.asarray(x, np.float64)
        with np.errstate(all="ignore"):
            if self.slope:
                found = (self._at(x64 + _STEP) - self._at(x64 - _STEP)) / (2 * _STEP)
            else:
                found = self._at(x64)
        return np.asarray(np.broadcast_to(found, x64.shape), x.dtype)

    def _at(self, x: Array) -> Any:
        constants = self.program.constants
        given = [x if v == self.value else _scalar(constants[v]) for v in self.equation.inputs]
        return self._computed(self.equation, given)

    def _computed(self, equation: Equation, given: list[Any]) -> Any:
        if "members" not in equation.params:
            return _evaluate(equation.kind, equation.params, given)[0]
        values = dict(zip(equation.inputs, given, strict=True))
        for member in equation.params["members"]:
            taken = [
                values[v] if v in values else _scalar(self.program.constants[v])
                for v in member.inputs
            ]
            values[member.outputs[0]] = self._computed(member, taken)
        return values[equation.outputs[0]]


def _scalar(constant: Any) -> Any:
    """Return the one entry that a constant has throughout."""
    entry = np.asarray(constant).flat[0]
    return np.float64(entry) if np.issubdtype(type(entry), np.inexact) else entry


def _evaluate(kind: str, params: Mapping[str, Any], given: list[Any]) -> list[Any]:
    """Return what a primitive of JAX, or a function of such, makes of arrays."""
    inner = next((params[key] for key in ("jaxpr", "call_jaxpr") if key in params), None)
    if inner is None:
        if kind == "integer_pow":
            return [given[0] ** float(params["y"])]
        return [given[0] if kind in _SAME else _NUMPY[kind](*given)]
    body = getattr(inner, "jaxpr", inner)
    values = dict(zip(body.invars, given, strict=True))
    values |= zip(body.constvars, map(_scalar, getattr(inner, "consts", ())), strict=True)

    def value(atom: Any) -> Any:
        return _scalar(atom.val) if hasattr(atom, "val") else values[atom]

    for eqn in body.eqns:
        made = _evaluate(eqn.primitive.name, eqn.params, [value(atom) for atom in eqn.invars])
        values |= zip(eqn.outvars, made, strict=True)
    return [value(atom) for atom in body.outvars]


def recognize(program: Program, equation: Equation, value: int) -> Activation | None:
    """
    Return the activation that a function of each entry is; None for a straight line.

    Parameters
    ----------
    program : Program
        The pass.
    equation : Equation
        What makes each entry from the same entry of one value, and from constants.
    value : int
        The number of that value.

    Returns
    -------
    Activation or None
        One of ``weightinit.activations``, or one of its own.

    Raises
    ------
    KeyError
        It has a primitive that is not known here.
    """
    function, slope = (_Entrywise(program, equation, value, slope=of) for of in (False, True))
    return activations.recognize(function, slope, equation.scope.strip("_") or "function")
