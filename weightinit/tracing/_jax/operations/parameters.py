"""Parameters as a model reads them: where their entries stand, and what they do as they enter."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax.numpy as jnp
import numpy as np

from weightinit.networks.layers.base import Array
from weightinit.tracing._jax.equations.program import Equation, Program, needed

__all__ = ["Parameters", "View", "kernel", "matrix"]


@dataclass(frozen=True)
class View:
    """
    A parameter with its entries in another order.

    Parameters
    ----------
    name : str
        The parameter.
    shape : tuple of int
        The shape of the view.
    steps : tuple of (str, tuple, tuple)
        What was done, with what does it and what undoes it.
    """

    name: str
    shape: tuple[int, ...]
    steps: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = ()

    def reshaped(self, shape: Sequence[int]) -> "View":
        """Return the view in another shape."""
        new = tuple(map(int, shape))
        return replace(self, shape=new, steps=(*self.steps, ("reshape", new, self.shape)))

    def transposed(self, order: Sequence[int]) -> "View":
        """Return the view with its axes in another order."""
        forth = tuple(map(int, order))
        back = tuple(map(int, np.argsort(forth)))
        shape = tuple(self.shape[axis] for axis in forth)
        return replace(self, shape=shape, steps=(*self.steps, ("transpose", forth, back)))

    def follow(self, kind: str, params: Mapping[str, Any], shape: Sequence[int]) -> "View | None":
        """Return the view after an equation; None if that does more than move entries."""
        if kind in ("convert_element_type", "copy", "copy_p", "optimization_barrier"):
            return self
        if kind == "transpose":
            return self.transposed(params["permutation"])
        if kind == "rev":
            axes = tuple(map(int, params["dimensions"]))
            return replace(self, steps=(*self.steps, ("flip", axes, axes)))
        moves = kind in ("reshape", "squeeze", "expand_dims", "broadcast_in_dim")
        if moves and math.prod(shape) == math.prod(self.shape):
            return self.reshaped(shape)
        return None

    def apply(self, array: Array) -> Array:
        """Return the view of a parameter."""
        for kind, forth, _ in self.steps:
            array = getattr(np, kind)(array, forth)
        return array

    def undo(self, array: Array) -> Array:
        """Return the parameter whose view this is."""
        for kind, _, back in reversed(self.steps):
            array = getattr(np, kind)(array, back)
        return array


def matrix(view: View, contracted: Sequence[int], batch: Sequence[int]) -> View:
    """Return the weight of a dense layer as (in, units), from the axes that are contracted."""
    free = [axis for axis in range(len(view.shape)) if axis not in (*contracted, *batch)]
    n_in = math.prod(view.shape[axis] for axis in contracted)
    order = (*contracted, *batch, *free)
    made = view if order == tuple(range(len(order))) else view.transposed(order)
    shape = (n_in, math.prod(made.shape) // n_in)
    return made if made.shape == shape else made.reshaped(shape)


def kernel(view: View, specification: Sequence[int]) -> View:
    """Return the kernel of a convolution as (height, width, in, units)."""
    out, into, *spatial = map(int, specification)
    order = (*spatial, into, out)
    return view if order == tuple(range(len(order))) else view.transposed(order)


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
        none, one, two = (self._array(self._filled(name, n, path), value) for n in range(3))
        if role == "shift":
            return bool(np.allclose(np.abs(one - none), 1, atol=0.02))
        whole = self.is_running(value) or np.allclose(one, 1)
        return bool(whole and not none.any() and np.allclose(two, 2 * one, rtol=0.02))

    def role_in(self, equation: Equation, name: str) -> str:
        """Return what a parameter does to the first input of an equation."""
        x, *others = equation.inputs
        draws = np.random.default_rng(0).standard_normal((2, *self.program.shape(x)))
        path = needed(self.equations, [value for value in others if value in self.names])

        def at(level: int, draw: int) -> Any:
            given = {x: jnp.asarray(draws[draw], self.program.shapes[x].dtype)}
            values = self.program.run(self._filled(name, level, path) | given, [equation])
            return self._array(values, equation.outputs[0])

        none, one, two = (at(level, 0) for level in range(3))
        if np.allclose(one - none, 1, atol=0.02):
            return "shift"
        alone = np.allclose(none, at(0, 1), atol=1e-6)
        return "gain" if alone and np.allclose(two - none, 2 * (one - none), atol=0.02) else ""

    def _filled(self, name: str, level: int, path: list[Equation]) -> dict[int, Any]:
        """Return what equations make of the parameters, one of them filled with a number."""
        arrays = {number: self.arrays[other] for number, other in self.program.parameters.items()}
        for number, other in self.program.parameters.items():
            if other == name:
                arrays[number] = jnp.full_like(arrays[number], level)
        return self.program.run(arrays, path)

    def _array(self, values: dict[int, Any], value: int) -> Any:
        return np.asarray(self.program.value(values, value), np.float64)
