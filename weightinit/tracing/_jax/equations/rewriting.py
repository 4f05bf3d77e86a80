"""Rewrite a pass to an equal one, in which weights and biases stand as layers have them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import jax
import jax.numpy as jnp

from weightinit.tracing._jax.equations.program import ADDS, MOVES, Equation, Program, needed

__all__ = ["rewrite"]


def rewrite(program: Program) -> None:
    """
    Put the parts of joined weights, and the biases of recurrent layers, in their places.

    A product with weights side by side is a product with each: :math:`x [V, W] = [x V, x W]`. A
    bias that is added to the sum of what comes of inputs and of states goes to that of states:
    :math:`(x W + h U) + b = x W + (h U + b)`.

    Parameters
    ----------
    program : Program
        The pass; its equations are replaced.
    """
    first = [e for e in program.equations if program.data.isdisjoint(e.inputs)]
    later = [e for e in program.equations if not program.data.isdisjoint(e.inputs)]
    program.equations = needed(_Parts(program).rewritten([*first, *later]), program.outputs)
    _States(program).rewrite()


class _Parts:
    """Values that are parts side by side along their last axis, which are values as well."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.parts: dict[int, list[int]] = {}
        self.same: dict[int, int] = {}
        self.equations: list[Equation] = []

    def rewritten(self, equations: Iterable[Equation]) -> list[Equation]:
        """Return the equations, with those of the parts where these make the whole."""
        for each in equations:
            inputs = tuple(self.same.get(value, value) for value in each.inputs)
            equation = replace(each, inputs=inputs)
            fixed = self.program.data.isdisjoint(inputs)
            learn = getattr(self, f"_{equation.kind}", self._move if fixed else None)
            parts = learn(equation) if learn else []
            if parts:
                self.parts[equation.outputs[0]] = parts
            self.equations.append(equation if fixed or not parts else _joined(equation, parts))
        return self.equations

    def _concatenate(self, equation: Equation) -> list[int]:
        fixed = self.program.data.isdisjoint(equation.inputs)
        last = len(self.program.shape(equation.outputs[0])) - 1
        return list(equation.inputs) if fixed and equation.params["dimension"] == last else []

    def _dot_general(self, equation: Equation) -> list[int]:
        """Take the product with each part of a weight on the right, if its last axis is left."""
        x, weight = equation.inputs
        (_, contracted), (_, batch) = equation.params["dimension_numbers"]
        if len(self.program.shape(weight)) - 1 in (*contracted, *batch):
            return []
        return [self._made(equation, (x, part)) for part in self.parts.get(weight, [])]

    def _add(self, equation: Equation) -> list[int]:
        sides = [self.parts.get(value, []) for value in equation.inputs]
        if [self._size(part) for part in sides[0]] != [self._size(part) for part in sides[1]]:
            return []
        return [self._made(equation, pair) for pair in zip(*sides, strict=True)]

    _add_any = _add

    def _split(self, equation: Equation) -> list[int]:
        parts = self.parts.get(equation.inputs[0], [])
        if [self._size(part) for part in parts] == list(equation.params["sizes"]):
            self.same.update(zip(equation.outputs, parts, strict=True))
        return []

    def _move(self, equation: Equation) -> list[int]:
        """Move the parts of a parameter that is a row, and stays one."""
        parts = self.parts.get(equation.inputs[0], []) if equation.inputs else []
        if not parts or equation.kind not in MOVES:
            return []
        size = sum(map(self._size, parts))
        shapes = [self.program.shape(v) for v in (equation.inputs[0], equation.outputs[0])]
        rows = all(shape[-1:] == (size,) and set(shape[:-1]) <= {1} for shape in shapes)
        return [self._row(part, shapes[1]) for part in parts] if rows else []

    def _row(self, part: int, shape: Sequence[int]) -> int:
        new = (*shape[:-1], self._size(part))
        row = Equation("reshape", (part,), (), lambda array: [array.reshape(new)])
        return self._made(row, row.inputs)

    def _made(self, equation: Equation, inputs: tuple[int, ...]) -> int:
        """Append an equation with other inputs; return the number of its output."""
        made = _output(self.program, equation, inputs)
        self.equations.append(replace(equation, inputs=inputs, outputs=(made,)))
        return made

    def _size(self, value: int) -> int:
        return self.program.shape(value)[-1]


def _joined(equation: Equation, parts: Sequence[int]) -> Equation:
    """Return an equation that puts parts side by side."""
    return Equation(
        "concatenate", tuple(parts), equation.outputs, lambda *a: [jnp.concatenate(a, axis=-1)]
    )


def _output(program: Program, equation: Equation, inputs: Sequence[int]) -> int:
    """Return the number of a new value: what an equation makes of other inputs."""
    shapes = (program.shapes[value] for value in inputs)
    given = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in shapes]
    [made] = jax.eval_shape(equation.function, *given)
    number = program.new(made)
    if not program.data.isdisjoint(inputs):
        program.data.add(number)
    return number


class _States:
    """Sums of what layers make of inputs and of the states of a scan."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.makers, self.users = program.makers, program.users

    def rewrite(self) -> None:
        """Give states their biases, and put the layer of inputs in front of that of states."""
        for total in [e for e in self.program.equations if e.kind in ADDS]:
            ways = [self._way(value) for value in total.inputs]
            of_states = [bool(way) and self._takes_state(way[0]) for way in ways]
            if sorted(of_states) != [False, True]:
                continue
            place = of_states.index(True)
            state = total.inputs[place]
            moved = [*ways[1 - place], *ways[place], *self._bias(total, state)]
            rest = [e for e in self.program.equations if all(e is not other for other in moved)]
            here = rest.index(total)
            self.program.equations = [*rest[:here], *moved, *rest[here:]]

    def _way(self, value: int) -> list[Equation]:
        """Return the equations from the product that makes a value, if nothing else uses them."""
        way: list[Equation] = []
        while value in self.makers and len(self.users.get(value, [])) == 1:
            maker = self.makers[value]
            data = [v for v in maker.inputs if v in self.program.data]
            way.insert(0, maker)
            if maker.kind == "dot_general" and len(data) == 1:
                return way
            if maker.kind not in (*ADDS, *MOVES) or len(data) != 1:
                return []
            [value] = data
        return []

    def _takes_state(self, product: Equation) -> bool:
        [value] = [v for v in product.inputs if v in self.program.data]
        while value in self.makers and self.makers[value].kind in MOVES:
            [value] = self.makers[value].inputs
        return value in self.makers and self.makers[value].kind == "scan_states"

    def _bias(self, total: Equation, state: int) -> Iterator[Equation]:
        """Yield what adds to a state the bias that was added to a sum; change the sum so."""
        users = self.users.get(total.outputs[0], [])
        adds = users[0] if len(users) == 1 and users[0].kind in ADDS else None
        other = [v for v in adds.inputs if v != total.outputs[0]] if adds else []
        known = self.program.data | self.program.constants.keys()
        if not adds or not other or other[0] in known:
            return
        inputs = state, *other
        made = _output(self.program, adds, inputs)
        yield Equation(adds.kind, inputs, (made,), adds.function, adds.params, adds.scope)
        total.inputs = tuple(made if v == state else v for v in total.inputs)
        adds.kind, adds.inputs = "copy", total.outputs
        adds.function, adds.params = lambda array: [array], {}
