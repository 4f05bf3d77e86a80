"""Look at a pass through a model on JAX: values, and gradients for them."""

import dataclasses
import fnmatch
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from weightinit._messages import shown
from weightinit.networks.layers.base import Array, Parameters
from weightinit.tracing._jax.passes import Model, Pass, pass_of
from weightinit.tracing._models.rows import Kept, make_rows, samples_kept
from weightinit.tracing._probe import Probe
from weightinit.tracing.trace import Trace

__all__ = ["JaxProbe", "Model"]


@dataclass(frozen=True, eq=False)
class JaxProbe(Probe):
    """
    A model on JAX with a batch and a loss.

    Parameters
    ----------
    model : Model
        The model.
    arrays : list of array
        The inputs of the model.
    place : int
        Which of them is ``inputs``.
    passed : Pass
        The pass, translated.
    inputs : ndarray
        The batch.
    parameters : dict of str to ndarray
        The parameters, in the layout of this package.
    """

    model: Model
    arrays: list[Any]
    place: int
    passed: Pass
    inputs: Array
    parameters: Parameters

    @classmethod
    def of(cls, model: Model, arrays: list[Any], y: Any, loss: Any) -> "JaxProbe":
        """Translate a pass of a model over a batch."""
        floats = [i for i, array in enumerate(arrays) if array.dtype.kind == "f"]
        place = floats[0] if floats else 0
        passed = pass_of(model, arrays, len(arrays[place]), y, loss)
        floats32 = {n: jnp.asarray(array, jnp.float32) for n, array in model.parameters.items()}
        parameters = _ours(passed, floats32)
        return cls(model, arrays, place, passed, np.asarray(arrays[place]), parameters)

    def eps(self, name: str) -> float:
        """Return the relative distance of the numbers that the model can hold in a parameter."""
        return float(jnp.finfo(jnp.result_type(self.model.parameters[name])).eps)

    def with_inputs(self, inputs: Array) -> Self:
        """Return the same with other inputs, of the same shape."""
        arrays = list(self.arrays)
        arrays[self.place] = np.asarray(inputs).astype(self.arrays[self.place].dtype)
        return dataclasses.replace(self, arrays=arrays, inputs=np.asarray(inputs))

    def look(self, parameters: Parameters, *, tilted: bool = False) -> Trace:
        """Return the trace of a pass forward and one back with these parameters."""
        passed, target = self.passed, self.passed.target
        given = self.model.parameters | self.theirs(parameters)
        loss, gradients, values, slopes = jax.device_get(
            passed.run(tilted=tilted)(list(given.values()), self.arrays, target.y)
        )
        ours = {**self.parameters, **parameters}
        pulled = _ours(passed, dict(zip(given, gradients, strict=True)))
        kept = self._kept(values), self._kept(slopes)
        rows = make_rows(passed.plans, *kept, ours, pulled, samples=len(self.inputs))
        held = {name for plan in passed.plans for name in plan.roles}
        sizes = {name: array.size for name, array in self.parameters.items()}
        return Trace(
            inputs=self.inputs,
            layers=rows,
            loss=float(loss),
            labels=target.labels,
            targets=target.targets,
            samples=samples_kept(len(self.inputs)),
            unseen=tuple(self._unseen(name) for name in sizes if name not in held),
            seen=sum(sizes[name] for name in held) / max(sum(sizes.values()), 1),
        )

    def _kept(self, arrays: Mapping[int, Any]) -> dict[int, Kept]:
        shapes = self.passed.program.shapes
        return {
            value: Kept(np.asarray(matrix), float(square), math.prod(shapes[value].shape))
            for value, (matrix, square) in arrays.items()
        }

    def _unseen(self, name: str) -> str:
        """Return a parameter that no row holds, with its type and the reason."""
        array = self.model.parameters[name]
        why = self.passed.translation.reasons.get(name, "it does not reach the outputs")
        return f"{name} ({array.dtype} {tuple(array.shape)}): {why}"

    def theirs(self, parameters: Parameters) -> dict[str, Any]:
        """Return parameters in the shape and dtype that the model has."""
        layouts, found = self.passed.translation.layouts, {}
        for name, array in parameters.items():
            if name not in self.model.parameters:
                told = f"names of parameters of the model, got {shown(name)}"
                raise ValueError(f"parameters must have {told}; see probe.parameters")
            value = layouts[name].undo(array)
            found[name] = jnp.asarray(value, self.model.parameters[name].dtype)
        return found

    def assign(self, parameters: Parameters) -> Any:
        """Write parameters into the model and return it; of linen, return a tree of variables."""
        return self.model.assign(self.theirs(parameters))

    def code(self, start: Mapping[str, Any]) -> tuple[str, ...]:
        """Return lines that start parameters so, in the words of the framework."""
        return tuple(
            self.model.code(name, init, self.parameters[name].shape)
            for pattern, init in start.items()
            for name in fnmatch.filter(self.parameters, pattern)
        )


def _ours(passed: Pass, arrays: Mapping[str, Any]) -> Parameters:
    """Return parameters, or gradients for them, in the layout of this package."""
    layouts = passed.translation.layouts
    return {n: layouts[n].apply(np.asarray(a, np.float32)) for n, a in arrays.items()}
