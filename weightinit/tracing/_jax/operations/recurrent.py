"""Find recurrent layers in a scan that was opened: which weights take a state from step to step."""

from typing import Any

import jax.numpy as jnp

from weightinit.tracing._jax.equations.primitives import MOVES
from weightinit.tracing._jax.equations.program import Equation
from weightinit.tracing._jax.operations.axes import OTHER, guess
from weightinit.tracing._jax.operations.layers import Layers

__all__ = ["Recurrent"]


class Recurrent(Layers):
    """The states of scans, and what is made of them."""

    def _scan_states(self, equation: Equation, _data: list[int], _owned: list[int]) -> None:
        """Note the states before the steps; as in other traces they have no maker."""
        gated = any(self._is_gated(value) for value in equation.outputs)
        for value in equation.outputs:
            shape = self.program.shapes[value]
            self.labels[value] = (OTHER, *guess(shape.shape[1:], self.samples))
            if jnp.issubdtype(shape.dtype, jnp.floating):
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

    def _weight(self, equation: Equation, taken: int | None, *given: Any, **fields: Any) -> Any:
        """Add a layer; one that takes a state is recurrent."""
        kind = self._states.get(-1 if taken is None else taken)
        return super()._weight(
            equation, taken, *given, **(fields if kind is None else fields | {"layer": kind})
        )
