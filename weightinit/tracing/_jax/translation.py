"""Translate the equations of a pass into operations."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
from jax import lax

from weightinit.tracing._jax.axes import (
    BATCH,
    FEATURE,
    OTHER,
    Labels,
    feature_axis,
    guess,
    merged,
    moved,
    units,
)
from weightinit.tracing._jax.functions import recognize
from weightinit.tracing._jax.parameters import Parameters
from weightinit.tracing._jax.program import Equation, Program
from weightinit.tracing._jax.views import View, kernel, matrix
from weightinit.tracing._models.operations import TRANSPOSED, Operation

__all__ = ["Translation"]

_MOVES = frozenset(
    "transpose reshape squeeze expand_dims broadcast_in_dim reduce_sum convert_element_type copy "
    "rev reduce_precision".split()
)
_PASSES = frozenset(
    "slice dynamic_slice split pad gather reduce_window_sum cumsum sub dynamic_update_slice rev "
    "reduce_precision".split()
)
_POOLS = frozenset({"reduce_window_max", "reduce_max"})


class Translation:
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
        self._users: dict[int, list[Equation]] = {}
        self._makers: dict[int, Equation] = {}
        for equation in program.equations:
            self._makers.update(dict.fromkeys(equation.outputs, equation))
            for value in dict.fromkeys(equation.inputs):
                self._users.setdefault(value, []).append(equation)
        for value in program.inputs:
            self.labels[value] = guess(program.shapes[value].shape, samples)
            if jnp.issubdtype(program.shapes[value].dtype, jnp.floating):
                self.values.add(value)
        equations, program.equations = program.equations, []
        for equation in equations:
            self._read(equation)

    # what is known of an equation -----------------------------------------------------------

    def _read(self, equation: Equation) -> None:
        """Add an equation, and the operations that it is."""
        known = self.known
        owned = [v for v in equation.inputs if v in known]
        data = [v for v in equation.inputs if v in self.labels]
        if not data and not self._looks_up(equation):
            known.add(equation)
            self.program.equations.append(equation)
            return
        if owned or any(v in self.values for v in data):
            self.values.update(equation.outputs)
        for output in equation.outputs:
            self.labels[output] = self._labels(equation, data, output)
        if equation.outputs[0] not in self.values:
            self._read_token(equation)
            self.program.equations.append(equation)
            return
        if id(equation) not in self._absorbed:
            translate = getattr(self, f"_{equation.kind}", self._other)
            equation = translate(equation, [v for v in data if v in self.values], owned) or equation
        self.program.equations.append(equation)

    def _labels(self, equation: Equation, data: Sequence[int], output: int) -> Labels:
        """Return what is on the axes of an output, where nothing better is known."""
        shape = self.program.shapes[output].shape
        if not data:
            return guess(shape, self.samples)
        first = data[0]
        if equation.kind in _MOVES:
            old = self.program.shapes[first].shape
            found = moved(equation.kind, equation.params, self.labels[first], old, shape)
            if len(found) == len(shape):
                return found
        same = [self.labels[v] for v in data if len(self.labels[v]) == len(shape)]
        return merged(same) if same else guess(shape, self.samples)

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
        labels, shape = self.labels[output], self.program.shapes[output].shape
        known = FEATURE in labels
        if known and inputs and kind != "weight":
            before = self.labels[inputs[0]], self.program.shapes[inputs[0]].shape
            known = units(*before) == units(labels, shape)
        if FEATURE not in labels and labels:
            labels = (*labels[:-1], FEATURE)
        if BATCH not in labels and labels and labels[0] == OTHER and shape[0] == self.samples:
            labels = (BATCH, *labels[1:])
        self.labels[output] = labels
        axis = feature_axis(labels) if known else None
        self.operations.append(
            Operation(kind=kind, inputs=tuple(inputs), output=output, axis=axis, **fields)
        )
        if kind == "pass" and inputs and inputs[0] in self._mixing:
            self._mixing.add(output)

    def _refuse(self, equation: Equation, owned: Sequence[int]) -> None:
        """Remember which parameters enter in a way that is not understood."""
        for value in owned:
            for name in self.known.names[value]:
                view = self.known.views.get(value)
                how = "enters" if view is not None else "is computed with before it enters"
                self.reasons.setdefault(name, f"it {how} through {equation.kind}")

    # layers ---------------------------------------------------------------------------------

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
        transposed = any(step != 1 for step in params["lhs_dilation"])
        alone = groups > 1 and layout.shape[-2] == 1
        layer = "transposed" if transposed else "depthwise" if alone else "conv"
        inner = tuple(here.get(axis, OTHER) for axis in range(rank))
        image = self.program.shapes[equation.inputs[0]]
        coverage = 1.0 if transposed else _coverage(params, image, layout.shape[:-2])
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
        ways = (first.steps, first.transposed((1, 0)).steps if len(first.shape) == 2 else ())  # noqa: PLR2004
        if layout.steps not in ways:
            self._other(equation, [] if taken is None else [taken], equation.inputs[:0])
            self.reasons[layout.name] = "layers that share it read it in different orders"
            return equation
        name, inputs = layout.name, ()
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
        module = name.rpartition(".")[0] or name
        self._emit("weight", equation, inputs, output, name=module, parameters=parameters, **fields)
        return equation

    def _turned(self, layout: View) -> str:
        """Keep the layout of a weight; of one that is used again, tell if its transpose is."""
        first = self.layouts.setdefault(layout.name, layout)
        return "" if first.steps == layout.steps else TRANSPOSED

    def _bias(self, equation: Equation) -> tuple[int, str]:
        """Return the output of a layer, with its bias if one is added next."""
        start = value = equation.outputs[0]
        labels, passed = self.labels[start], []
        count = units(labels, self.program.shapes[start].shape)
        while len(users := self._users.get(value, [])) == 1:
            [user] = users
            output, shape = user.outputs[0], self.program.shapes[user.outputs[0]].shape
            if user.kind in _MOVES:
                old = self.program.shapes[value].shape
                labels = moved(user.kind, user.params, labels, old, shape)
                if len(labels) != len(shape) or units(labels, shape) != count:
                    break
            elif user.kind in ("add", "add_any") and len(user.inputs) == 2:
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
        while value in self._makers and self._makers[value].kind in _MOVES:
            [value] = self._makers[value].inputs[:1]
        return self.program.parameters.get(value, "")

    # what is done with values ---------------------------------------------------------------

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

    def _norm(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        start = self.labels[data[0]]
        self.labels[equation.outputs[0]] = start
        batch = (
            bool(start)
            and start[0] == BATCH
            and any(0 in member.params.get("axes", ()) for member in equation.params["members"])
        )
        roles = {}
        for name in {name for value in owned for name in self.known.names[value]}:
            role = self.known.role_in(equation, name)
            if role:
                roles[role] = name
            else:
                self._refuse(equation, [v for v in owned if name in self.known.names[v]])
        self._emit_norm(equation, data[0], roles, "batch" if batch else "layer")

    def _emit_norm(self, equation: Equation, value: int, roles: dict[str, str], norm: str) -> None:
        """Add a normalization, with the gain and the shift that come next."""
        output = equation.outputs[0]
        while len(users := self._users.get(output, [])) == 1:
            [user] = users
            if user.kind != "convert_element_type":
                role = {"mul": "gain", "add": "shift"}.get(user.kind, "")
                other = next((v for v in user.inputs if v != output), output)
                name = self._plain(other)
                if not role or not name or role in roles or name in self._taken:
                    break
                roles[role] = name
            self._absorbed.add(id(user))
            self.labels[user.outputs[0]] = self.labels[output]
            output = user.outputs[0]
        self._taken.update(roles.values())
        self._emit("norm", equation, [value], output, parameters=roles, norm=norm)

    def _softmax(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        self._emit("other", equation, data)
        self._refuse(equation, owned)
        self._mixing.add(equation.outputs[0])

    def _elementwise(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        if owned or len(data) != 1:
            self._other(equation, data, owned)
            return
        [value] = data
        fixed = set(equation.inputs) - {value} <= self.program.constants.keys()
        shape = self.program.shapes[equation.outputs[0]]
        if not fixed or not jnp.issubdtype(shape.dtype, jnp.floating):
            self._emit("other", equation, data)
            return
        try:
            activation = recognize(self.program, equation, value)
        except KeyError:  # a primitive without a counterpart in NumPy
            self._emit("other", equation, data)
            return
        if activation is None:
            self._emit("pass", equation, data)
        else:
            self._emit("activation", equation, data, activation=activation)

    def _add(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        """Add a sum, an offset, or a shift by something fixed."""
        if len(data) == 2 and data[0] != data[1]:
            self._emit("sum", equation, data)
        elif owned and len(data) == 1:
            self._with_parameter(equation, data, owned, "offset")
        else:
            self._emit("pass", equation, data[:1])

    _sub = _add_any = _add

    def _mul(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        if len(data) == 2 and data[0] != data[1]:
            self._emit("product", equation, data)
        elif owned and len(data) == 1:
            self._with_parameter(equation, data, owned, "gain")
        elif len(data) == 1 and self.program.running & set(equation.inputs):
            self._emit_norm(equation, data[0], {}, "batch")
        else:
            self._pass(equation, data, owned)

    def _div(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        if len(data) == 1 and not owned and equation.inputs[0] == data[0]:
            self._mul(equation, data, owned)
        else:
            self._other(equation, data, owned)

    def _with_parameter(
        self, equation: Equation, data: list[int], owned: list[int], kind: str
    ) -> None:
        """Add what multiplies by a parameter, or adds one."""
        [value] = owned
        role = "shift" if kind == "offset" else "gain"
        roles, running = {}, False
        for name in self.known.names[value] - self._taken:
            if not self.known.acts_as(role, value, name):
                self._refuse(equation, owned)
                continue
            single = role == "gain" and math.prod(self.known.arrays[name].shape) == 1
            roles["scale" if single else role] = name
            running |= role == "gain" and self.known.is_running(value)
            self._taken.add(name)
        if running:
            self._emit_norm(equation, data[0], roles, "batch")
        else:
            self._emit(kind if roles else "other", equation, data, parameters=roles)

    def _select_n(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        chosen = [v for v in equation.inputs[1:] if v in self.values]
        one = len(dict.fromkeys(chosen)) == 1 and equation.inputs[0] not in self.values
        (self._pass if one and not owned else self._other)(equation, chosen or data, owned)

    def _reduce_window_max(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        self._emit("pool", equation, data)

    def _pass(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        for output in equation.outputs:
            self._emit("pass", equation, data[:1], output)

    _transpose = _reshape = _squeeze = _expand_dims = _broadcast_in_dim = _reduce_sum = _pass
    _slice = _split = _pad = _reduce_window_sum = _rev = _copy = _convert_element_type = _pass
    _stop_gradient = _reduce_precision = _pass

    def _dynamic_slice(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        same = equation.inputs[0] in self.values and not owned
        (self._pass if same else self._other)(equation, data, owned)

    def _concatenate(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        """Join values; a parameter that is put beside them is where its place starts from."""
        for value in owned:
            names = self.known.names[value]
            if len(names) == 1 and self.known.acts_as("shift", value, *names):
                self._taken |= names
                self._emit("other", equation, data, parameters={"shift": next(iter(names))})
                return
        self._other(equation, data, owned)

    def _other(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        for output in equation.outputs:
            self._emit("other", equation, data, output)
        self._refuse(equation, owned)


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
