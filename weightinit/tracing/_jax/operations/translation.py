"""Translate the equations of a pass into operations."""

import math
from contextlib import suppress

from weightinit.tracing._jax.equations.functions import recognize
from weightinit.tracing._jax.equations.program import Equation
from weightinit.tracing._jax.operations.axes import BATCH
from weightinit.tracing._jax.operations.layers import Layers

__all__ = ["Translation"]


class Translation(Layers):
    """
    The operations of a pass: what is done with the values between layers.

    A method is named after the kind of equation that it translates.
    """

    def _norm(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        start = self.labels[data[0]]
        self.labels[equation.outputs[0]] = start
        members = equation.params["members"]
        reduced = any(0 in member.params.get("axes", ()) for member in members)
        batch = reduced and start[:1] == (BATCH,)
        roles = {}
        for name in sorted({name for value in owned for name in self.known.names[value]}):
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
        kind, activation = "other", None
        if fixed and self.program.is_float(equation.outputs[0]):
            with suppress(KeyError):  # a primitive without a counterpart in NumPy
                activation = recognize(self.program, equation, value)
                kind = "pass" if activation is None else "activation"
        self._emit(kind, equation, data, activation=activation)

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
            names = self.known.names[value]
            known = roles or all(self.known.acts_as(role, value, name) for name in names)
            self._emit(kind if known else "other", equation, data, parameters=roles)

    def _select_n(self, equation: Equation, data: list[int], owned: list[int]) -> None:
        chosen = [v for v in equation.inputs[1:] if v in self.values]
        one = len(dict.fromkeys(chosen)) == 1 and equation.inputs[0] not in self.values
        (self._pass if one and not owned else self._other)(equation, chosen or data, owned)

    def _reduce_window_max(self, equation: Equation, data: list[int], _owned: list[int]) -> None:
        self._emit("pool", equation, data)

    _transpose = _reshape = _squeeze = _expand_dims = _broadcast_in_dim = _reduce_sum = Layers._pass
    _slice = _split = _pad = _rev = _copy = _convert_element_type = _reduce_precision = Layers._pass
    _reduce_window_sum = _stop_gradient = Layers._pass

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
