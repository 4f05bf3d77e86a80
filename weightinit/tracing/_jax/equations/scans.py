"""Open a scan: its body once, steps side by side, with the gradients of the whole scan.

A scan computes :math:`c_{t+1}, y_t = f(c_t, x_t)`. Where the states c are known, one
call of f for its steps at once makes the same values, and its equations are those of a pass. The
gradient for :math:`c_{t+1}`, there an output, is that for the state at the next step: zeros added
to the states of the scan get it. A recorded pass runs the scan twice forward and once back, and the
body for its steps at once; it takes as much to compile for many steps as for few.
"""

from collections.abc import Sequence
from itertools import compress
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import jaxpr_as_fun

__all__ = ["Scan"]


class Scan:
    """
    A scan of a pass.

    Parameters
    ----------
    eqn : JaxprEqn
        The equation.

    Attributes
    ----------
    body : ClosedJaxpr
        From constants, states and inputs of the steps to next states and outputs of the steps.
    """

    def __init__(self, eqn: Any) -> None:
        closed, params = eqn.params["jaxpr"], eqn.params
        self._step = jaxpr_as_fun(closed)
        self.constants: int = params["num_consts"]
        self.states: int = params["num_carry"]
        self._length, self._reverse = params["length"], params["reverse"]
        avals = [jax.ShapeDtypeStruct(v.aval.shape, v.aval.dtype) for v in closed.jaxpr.invars]
        fixed, steps = avals[: self.constants], avals[self.constants :]
        wide = [jax.ShapeDtypeStruct((self._length, *a.shape), a.dtype) for a in steps]
        axes = [None] * len(fixed) + [0] * len(steps)
        self.body = jax.make_jaxpr(jax.vmap(self._step, axes))(*fixed, *wide)
        self._floats = [jnp.issubdtype(a.dtype, jnp.floating) for a in steps[: self.states]]
        self._float_outputs = [
            jnp.issubdtype(v.aval.dtype, jnp.floating) for v in closed.jaxpr.outvars
        ]

    def split(self, given: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
        """Return the constants, the first states and the inputs of the steps."""
        last = self.constants + self.states
        return list(given[: self.constants]), list(given[self.constants : last]), list(given[last:])

    def before(self, *given: Any) -> list[Any]:
        """Return the states before the steps, which stop the gradient."""
        taps = [None] * self.states
        kept, _ = self._run([lax.stop_gradient(array) for array in given], taps)
        return kept

    def outputs(self, *given: Any) -> list[Any]:
        """
        Return the last states and the outputs of the steps.

        Parameters
        ----------
        *given : array
            What the scan takes, then what the body makes of it.
        """
        count = len(given) - len(self._float_outputs)
        return list(self._closed()(given[:count], given[count:]))

    def _closed(self) -> Any:
        """Return a function that hands on what the body made, and pulls at its states."""

        def close(_given: Any, made: Any) -> Any:
            end = 0 if self._reverse else -1
            return [*(array[end] for array in made[: self.states]), *made[self.states :]]

        def forth(given: Any, made: Any) -> Any:
            return close(given, made), given

        def back(given: Any, pulls: Any) -> Any:
            slopes = self._slopes(given, pulls)
            first = [None if s is None else s[-1 if self._reverse else 0] for s in slopes]
            nexts = [
                None if s is None else self._shifted(s, pull)
                for s, pull in zip(slopes, pulls[: self.states], strict=True)
            ]
            rest = [p if f else None for p, f in zip(pulls, self._float_outputs, strict=True)]
            none = [None] * len(given)
            none[self.constants : self.constants + self.states] = first
            return tuple(none), (*nexts, *rest[self.states :])

        closed = jax.custom_vjp(close)
        closed.defvjp(forth, back)
        return closed

    def _slopes(self, given: Sequence[Any], pulls: Sequence[Any]) -> list[Any]:
        """Return the gradient for the states before the steps; None for integers."""
        _, first, _ = self.split(given)
        zeros = [
            jnp.zeros((self._length, *array.shape), array.dtype)
            for array in compress(first, self._floats)
        ]

        def run(taps: list[Any]) -> list[Any]:
            left = iter(taps)
            _, made = self._run(given, [next(left) if f else None for f in self._floats])
            return list(compress(made, self._float_outputs))

        _, pull = jax.vjp(run, zeros)
        found = iter(pull(list(compress(pulls, self._float_outputs)))[0])
        return [next(found) if f else None for f in self._floats]

    def _run(self, given: Sequence[Any], taps: list[Any]) -> tuple[list[Any], list[Any]]:
        """Return the states before the steps, and what the scan makes, with taps on the states."""
        fixed, first, inputs = self.split(given)

        def step(states: list[Any], now: Any) -> Any:
            xs, added = now
            states = [s if a is None else s + a for s, a in zip(states, added, strict=True)]
            made = self._step(*fixed, *states, *xs)
            return list(made[: self.states]), (states, list(made[self.states :]))

        last, (kept, made) = lax.scan(
            step, first, (inputs, taps), self._length, reverse=self._reverse
        )
        return kept, [*last, *made]

    def _shifted(self, slopes: Any, last: Any) -> Any:
        """Return the gradient for the states after the steps."""
        parts = [last[None], slopes[:-1]] if self._reverse else [slopes[1:], last[None]]
        return jnp.concatenate(parts)
