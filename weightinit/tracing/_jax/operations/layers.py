"""Find layers with weights in the equations of a pass: dense, convolutions, lookups."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from weightinit.tracing._jax.equations.primitives import ADDS, MOVES
from weightinit.tracing._jax.equations.program import Equation
from weightinit.tracing._jax.operations.axes import (
    BATCH,
    FEATURE,
    OTHER,
    Labels,
    feature_axis,
    guess,
    moved,
    units,
)
from weightinit.tracing._jax.operations.reader import Reader
from weightinit.tracing._jax.operations.views import View, kernel, matrix
from weightinit.tracing._models.operations import TRANSPOSED, Operation, layer_of

__all__ = ["Layers"]


class Layers(Reader):
    """The layers with weights of a pass."""

    def _dot_general(self, equation: Equation, data: list[int], owned: list[int]) -> Any:
        (contract, batch) = equation.params["dimension_numbers"]
        if not owned:
            return self._mix(equation, data, contract, batch)
        side = 1 if equation.inputs[1] == owned[0] else 0
        view, taken = self.known.views.get(owned[0]), equation.inputs[1 - side]
        if view is None or len(owned) == 2:
            return self._other(equation, data, owned)
        mine, theirs = contract[side], contract[1 - side]
        rank = len(self.labels[taken])
        free = [axis for axis in range(rank) if axis not in (*theirs, *batch[1 - side])]
        old = self.labels[taken]
        kept = [BATCH if old[axis] == BATCH else OTHER for axis in free]
        new = [FEATURE] * (len(view.shape) - len(mine) - len(batch[side]))
        ends = [*kept, *new] if side else [*new, *kept]
        self.labels[equation.outputs[0]] = (*[FEATURE] * len(batch[side]), *ends)
        layout = matrix(view, mine, batch[side])
        if taken in self._one_hot:
            return self._weight(equation, None, layout, layer="embedding")
        inner = tuple(
            FEATURE if axis in theirs else BATCH if old[axis] == BATCH else OTHER
            for axis in range(rank)
        )
        return self._weight(equation, taken, layout, inner)

    def _conv_general_dilated(self, equation: Equation, data: list[int], owned: list[int]) -> Any:
        view = self.known.views.get(equation.inputs[1])
        if not owned:
            return (
                self._pass(equation, data, owned)
                if len(data) == 1
                else self._other(equation, data, owned)
            )
        if view is None or equation.inputs[0] not in self.labels:
            return self._other(equation, data, owned)
        params = equation.params
        numbers, groups = params["dimension_numbers"], params["feature_group_count"]
        rank = len(view.shape)
        here = {numbers.lhs_spec[0]: BATCH, numbers.lhs_spec[1]: FEATURE}
        there = {numbers.out_spec[0]: BATCH, numbers.out_spec[1]: FEATURE}
        self.labels[equation.outputs[0]] = tuple(there.get(axis, OTHER) for axis in range(rank))
        layout = kernel(view, numbers.rhs_spec)
        steps = params["lhs_dilation"]
        transposed = any(step != 1 for step in steps)
        alone = groups > 1 and layout.shape[-2] == 1
        layer = "transposed" if transposed else "depthwise" if alone else "conv"
        inner = tuple(here.get(axis, OTHER) for axis in range(rank))
        image = self.program.shapes[equation.inputs[0]]
        taps = layout.shape[:-2]
        met = (min(step, tap) for step, tap in zip(steps, taps, strict=True))
        coverage = 1 / math.prod(met) if transposed else _coverage(params, image, taps)
        return self._weight(
            equation, equation.inputs[0], layout, inner, layer=layer, coverage=coverage
        )

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
        shape = self.program.shapes[equation.outputs[0]].shape
        self.labels[equation.outputs[0]] = guess(shape, self.samples)
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
        name = layout.name
        inputs: tuple[int, ...] = ()
        if taken is not None:
            copy = self.program.new(self.program.shapes[taken])
            self.labels[copy] = inner
            made = Equation("copy", (taken,), (copy,), lambda array: [array])
            self.program.equations.append(made)
            self.operations.append(
                Operation(kind="pass", inputs=(taken,), output=copy, axis=feature_axis(inner))
            )
            self.values.add(copy)
            inputs = (copy,)
            changed = tuple(copy if v == taken else v for v in equation.inputs)
            equation = Equation(
                equation.kind, changed, equation.outputs, equation.function, equation.params
            )
        parameters = {"weight": name + self._turned(layout)}
        output, bias = self._bias(equation)
        if bias:
            parameters["bias"] = bias
            self._taken.add(bias)
            size = math.prod(self.known.arrays[bias].shape)
            self.layouts[bias] = View(bias, self.known.arrays[bias].shape).reshaped((size,))
        module = layer_of(name)
        self._emit("weight", equation, inputs, output, name=module, parameters=parameters, **fields)
        return equation

    def _turned(self, layout: View) -> str:
        """Keep the layout of a weight; of one that is used again, tell if its transpose is."""
        first = self.layouts.setdefault(layout.name, layout)
        return "" if first.steps == layout.steps else TRANSPOSED

    def _bias(self, equation: Equation) -> tuple[int, str]:
        """Return the output of a layer, with its bias if one is added next."""
        start = value = equation.outputs[0]
        labels = self.labels[start]
        passed: list[Equation] = []
        count = units(labels, self.program.shapes[start].shape)
        while len(users := self._users.get(value, [])) == 1:
            [user] = users
            output, shape = user.outputs[0], self.program.shapes[user.outputs[0]].shape
            if user.kind in MOVES - {"reduce_sum"}:
                old = self.program.shapes[value].shape
                labels = moved(user.kind, user.params, labels, old, shape)
                if len(labels) != len(shape) or units(labels, shape) != count:
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
        if len(data) != 2 or not self._mixing & set(data):
            self.labels[equation.outputs[0]] = guess(
                self.program.shapes[equation.outputs[0]].shape, self.samples
            )
            self._emit("product" if len(data) == 2 else "other", equation, data)
            return
        mixing = next(side for side in (1, 0) if equation.inputs[side] in self._mixing)
        labels: list[str] = [
            self.labels[equation.inputs[1 - mixing]][axis] for axis in batch[1 - mixing]
        ]
        for side in (0, 1):
            old = self.labels[equation.inputs[side]]
            for axis, label in enumerate(old):
                if axis not in (*contract[side], *batch[side]):
                    labels.append(label if side != mixing or label == BATCH else OTHER)
        self.labels[equation.outputs[0]] = tuple(labels)
        order = [equation.inputs[1 - mixing], equation.inputs[mixing]]
        self._emit("attend", equation, order)


def _coverage(params: Mapping[str, Any], image: Any, taps: Sequence[int]) -> float:
    """Return the share of the taps of a kernel that meet the image rather than its padding."""
    spatial = [image.shape[axis] for axis in params["dimension_numbers"].lhs_spec[2:]]
    met = lax.conv_general_dilated(
        jnp.ones((1, 1, *spatial)),
        jnp.ones((1, 1, *taps)),
        params["window_strides"],
        params["padding"],
        rhs_dilation=params["rhs_dilation"],
    )
    return min(float(met.mean()) / math.prod(taps), 1.0)
