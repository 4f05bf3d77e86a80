"""Find layers with weights in the equations of a pass: dense, convolutions, lookups."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
from jax import lax

from weightinit.tracing._jax.equations.program import ADDS, MOVES, Equation
from weightinit.tracing._jax.operations import axes
from weightinit.tracing._jax.operations.axes import BATCH, FEATURE, OTHER, Labels
from weightinit.tracing._jax.operations.parameters import View, kernel, matrix
from weightinit.tracing._jax.operations.reader import Reader
from weightinit.tracing._models.operations import TRANSPOSED, Operation, layer_of

__all__ = ["Layers"]


class Layers(Reader):
    """The layers with weights of a pass; those that take the states of a scan are recurrent."""

    def _dot_general(self, equation: Equation, data: list[int], owned: list[int]) -> Any:
        contract, batch = equation.params["dimension_numbers"]
        if not owned:
            return self._mix(equation, data, contract, batch)
        side = 1 if equation.inputs[1] == owned[0] else 0
        view, taken = self.known.views.get(owned[0]), equation.inputs[1 - side]
        if view is None or len(owned) == 2:
            return self._other(equation, data, owned)
        mine, theirs = contract[side], contract[1 - side]
        old = [BATCH if label == BATCH else OTHER for label in self.labels[taken]]
        gone = (*theirs, *batch[1 - side])
        kept = [label for axis, label in enumerate(old) if axis not in gone]
        new = [FEATURE] * (len(view.shape) - len(mine) - len(batch[side]))
        ends = [*kept, *new] if side else [*new, *kept]
        self.labels[equation.outputs[0]] = (*[FEATURE] * len(batch[side]), *ends)
        layout = matrix(view, mine, batch[side])
        if taken in self._one_hot:
            return self._weight(equation, None, layout, layer="embedding")
        inner = tuple(FEATURE if axis in theirs else label for axis, label in enumerate(old))
        return self._weight(equation, taken, layout, inner)

    def _conv_general_dilated(self, equation: Equation, data: list[int], owned: list[int]) -> Any:
        image, view = equation.inputs[0], self.known.views.get(equation.inputs[1])
        if not owned and len(data) == 1:
            return self._pass(equation, data, owned)
        if not owned or view is None or image not in self.labels:
            return self._other(equation, data, owned)
        params, rank = equation.params, len(view.shape)
        numbers, steps = params["dimension_numbers"], params["lhs_dilation"]
        self.labels[equation.outputs[0]] = _placed(numbers.out_spec, rank)
        layout = kernel(view, numbers.rhs_spec)
        taps = layout.shape[:-2]
        alone = params["feature_group_count"] > 1 and layout.shape[-2] == 1
        kind = "depthwise" if alone else "conv"
        if any(step != 1 for step in steps):
            kind, coverage = "transposed", 1 / math.prod(map(min, steps, taps))
        else:
            coverage = _coverage(params, self.program.shape(image), taps)
        inner = _placed(numbers.lhs_spec, rank)
        return self._weight(equation, image, layout, inner, layer=kind, coverage=coverage)

    def _gather(self, equation: Equation, data: list[int], owned: list[int]) -> Any:
        view = self.known.views.get(equation.inputs[0])
        sizes = equation.params.get("slice_sizes", ())
        if view is None:
            same = equation.inputs[0] in self.values and not owned
            return (self._pass if same else self._other)(equation, data, owned)
        numbers = equation.params["dimension_numbers"]
        rows = len(view.shape) == 2 and tuple(sizes) == (1, view.shape[1])
        if not rows or numbers.offset_dims != (len(self.labels[equation.outputs[0]]) - 1,):
            return self._other(equation, data, owned)
        self.labels[equation.outputs[0]] = self._guess(equation.outputs[0])
        return self._weight(equation, None, view, layer="embedding")

    def _weight(
        self,
        equation: Equation,
        taken: int | None,
        layout: View,
        inner: Labels = (),
        **fields: Any,
    ) -> Equation:
        """Add a layer with its bias; what it receives is a value of its own."""
        first = self.layouts.get(layout.name, layout)
        ways = (first.steps, first.transposed((1, 0)).steps if len(first.shape) == 2 else ())
        if layout.steps not in ways:
            self._other(equation, [] if taken is None else [taken], equation.inputs[:0])
            self.reasons[layout.name] = "layers that share it read it in different orders"
            return equation
        inputs: tuple[int, ...] = ()
        if taken is not None:
            copy = self._copied(taken, inner)
            changed = tuple(copy if v == taken else v for v in equation.inputs)
            equation, inputs = replace(equation, inputs=changed), (copy,)
            if taken in self._states:
                fields["layer"] = self._states[taken]
        parameters = {"weight": layout.name + self._turned(layout)}
        output, bias = self._bias(equation)
        if bias:
            parameters["bias"] = bias
            self._taken.add(bias)
            shape = self.known.arrays[bias].shape
            self.layouts[bias] = View(bias, shape).reshaped((math.prod(shape),))
        told = fields | {"name": layer_of(layout.name), "parameters": parameters}
        self._emit("weight", equation, inputs, output, **told)
        return equation

    def _copied(self, value: int, labels: Labels) -> int:
        """Return the number of a copy of a value, as one layer alone receives it."""
        copy = self.program.new(self.program.shapes[value])
        self.labels[copy] = labels
        made = Equation("copy", (value,), (copy,), lambda array: [array])
        self.program.equations.append(made)
        axis = axes.axis_of(labels)
        self.operations.append(Operation(kind="pass", inputs=(value,), output=copy, axis=axis))
        self.values.add(copy)
        return copy

    def _turned(self, layout: View) -> str:
        """Keep the layout of a weight; of one that is used again, tell if its transpose is."""
        first = self.layouts.setdefault(layout.name, layout)
        return "" if first.steps == layout.steps else TRANSPOSED

    def _bias(self, equation: Equation) -> tuple[int, str]:
        """Return the output of a layer, with its bias if one is added next."""
        start = value = equation.outputs[0]
        labels = self.labels[start]
        passed: list[Equation] = []
        count = axes.units(labels, self.program.shape(start))
        while len(users := self._users.get(value, [])) == 1:
            [user] = users
            output = user.outputs[0]
            shape = self.program.shape(output)
            if user.kind in MOVES - {"reduce_sum"}:
                labels = self._moved(user, value, labels)
                if len(labels) != len(shape) or axes.units(labels, shape) != count:
                    break
            elif user.kind in ADDS and len(user.inputs) == 2:
                other = next((v for v in user.inputs if v != value), value)
                name = self._plain(other)
                size = math.prod(self.known.arrays[name].shape) if name else 0
                if size != count or name in self._taken or len(labels) != len(shape):
                    break
                self._absorbed.update(map(id, [*passed, user]))
                self.labels[output] = labels
                return output, name
            else:
                break
            passed.append(user)
            value = output
        return start, ""

    def _plain(self, value: int) -> str:
        """Return the parameter of which a value, which may be made later, is a view."""
        while value in self._makers and self._makers[value].kind in MOVES:
            [value] = self._makers[value].inputs[:1]
        return self.program.parameters.get(value, "")

    def _mix(self, equation: Equation, data: list[int], contract: Any, batch: Any) -> None:
        """Add a product of two values: weights that mix values, or a plain product."""
        output = equation.outputs[0]
        if len(data) != 2 or self._mixing.isdisjoint(data):
            self.labels[output] = self._guess(output)
            self._emit("product" if len(data) == 2 else "other", equation, data)
            return
        mixing = 1 if equation.inputs[1] in self._mixing else 0
        sides = [self.labels[value] for value in equation.inputs]
        labels = [sides[1 - mixing][axis] for axis in batch[1 - mixing]]
        for side, old in enumerate(sides):
            free = [axis for axis in range(len(old)) if axis not in (*contract[side], *batch[side])]
            labels += [OTHER if side == mixing and old[a] != BATCH else old[a] for a in free]
        self.labels[output] = tuple(labels)
        self._emit("attend", equation, [equation.inputs[1 - mixing], equation.inputs[mixing]])

    def _scan_states(self, equation: Equation, _data: list[int], _owned: list[int]) -> None:
        """Note the states before the steps; as in other traces they have no maker."""
        gated = any(self._is_gated(value) for value in equation.outputs)
        for value in equation.outputs:
            shape = self.program.shape(value)
            self.labels[value] = (OTHER, *axes.guess(shape[1:], self.samples))
            if self.program.is_float(value):
                self._states[value] = "lstm" if gated else "rnn"
            else:
                self.values.discard(value)

    def _is_gated(self, value: int) -> bool:
        """Tell whether a state is multiplied by another value, as gates do."""
        for user in self._users.get(value, []):
            others = [v for v in user.inputs if v in self.program.data and v != value]
            if user.kind == "mul" and others:
                return True
            if user.kind in MOVES and self._is_gated(user.outputs[0]):
                return True
        return False

    def _scan(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        """Hand on what the steps of an opened scan make."""
        made = equation.params.get("opened")
        if made is None:
            why = (
                "it is in a scan whose steps have parameters of their own, as a stack of layers has"
            )
            self.reasons.update({name: why for v in owned for name in self.known.names[v]})
            self._other(equation, data, owned)
            return
        for place, (value, output) in enumerate(zip(made, equation.outputs, strict=True)):
            if value in self.values:
                self.labels[output] = self.labels[value][place < equation.params["states"] :]
                self._emit("pass", equation, [value], output)
            else:
                self.values.discard(output)
        self._refuse(equation, owned)


def _placed(specification: Sequence[int], rank: int) -> Labels:
    """Return labels from a specification, which begins with the axes of samples and features."""
    there = {specification[0]: BATCH, specification[1]: FEATURE}
    return tuple(there.get(axis, OTHER) for axis in range(rank))


def _coverage(params: Mapping[str, Any], shape: Sequence[int], taps: Sequence[int]) -> float:
    """Return the share of the taps of a kernel that meet the image rather than its padding."""
    spatial = [shape[axis] for axis in params["dimension_numbers"].lhs_spec[2:]]
    met = lax.conv_general_dilated(
        jnp.ones((1, 1, *spatial)),
        jnp.ones((1, 1, *taps)),
        params["window_strides"],
        params["padding"],
        rhs_dilation=params["rhs_dilation"],
    )
    return min(float(met.mean()) / math.prod(taps), 1.0)
