"""Look at a pass through a model on JAX: values, and gradients for them."""

import dataclasses
import fnmatch
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np

from weightinit._messages import short, shown
from weightinit.networks.layers.base import Array, Parameters
from weightinit.tracing._jax.axes import BATCH, FEATURE, Labels
from weightinit.tracing._jax.losses import Target
from weightinit.tracing._jax.program import Program, flatten
from weightinit.tracing._jax.regions import fuse_activations, fuse_regions
from weightinit.tracing._jax.translation import Translation
from weightinit.tracing._models.plan import Plan, plan_rows
from weightinit.tracing._models.rows import Kept, choose, make_rows
from weightinit.tracing._probe import Probe, tilt
from weightinit.tracing.trace import Trace

__all__ = ["JaxProbe", "Model", "pass_of"]


@dataclass(frozen=True, eq=False)
class Model:
    """
    A model of a framework on JAX, as a function.

    Parameters
    ----------
    function : callable
        From lists of parameters, of state and of inputs to the outputs.
    parameters : dict of str to array
        The parameters, by their names.
    state : list of array
        What else the model holds: running statistics.
    assign : callable
        Write parameters, by their names, into the model; return it, or a new tree.
    code : callable
        From the name of a parameter, an initializer and a shape to a line that starts it so.
    """

    function: Callable[..., Any]
    parameters: dict[str, Any]
    state: list[Any]
    assign: Callable[[dict[str, Any]], Any]
    code: Callable[..., str]


@dataclass(eq=False)
class Pass:
    """
    A pass, translated: its program, the rows that it has and how to compute them.

    Parameters
    ----------
    program : Program
        The equations.
    translation : Translation
        Their operations.
    plans : list of Plan
        The rows.
    target : Target
        The loss.
    output : int
        The value that the loss is of.
    """

    program: Program
    translation: Translation
    plans: list[Plan]
    target: Target
    output: int
    tree: Any
    compiled: dict[bool, Any] = field(default_factory=dict)

    @property
    def wanted(self) -> list[int]:
        """The values of which the rows are made."""
        found = [v for p in self.plans for v in (p.inputs, p.pre_activations, p.activations)]
        return list(dict.fromkeys(value for value in found if value is not None))

    def run(self, *, tilted: bool) -> Any:
        """Return the compiled function that records a pass."""
        if tilted not in self.compiled:
            self.compiled[tilted] = jax.jit(self._recorded(tilted=tilted))
        return self.compiled[tilted]

    def _recorded(self, *, tilted: bool) -> Callable[..., Any]:
        """Return a function from parameters and inputs to loss, values and gradients."""
        program, wanted = self.program, self.wanted
        labels = self.translation.labels
        samples = self.translation.samples

        def forward(parameters: list[Any], taps: dict[int, Any], inputs: list[Any]) -> Any:
            values = dict(zip(program.parameters, parameters, strict=True))
            values |= zip(program.inputs, inputs, strict=True)
            kept = {value: values[value] for value in wanted if value in values}
            for equation in program.equations:
                program.run(values, [equation])
                for value in equation.outputs:
                    if value in taps:
                        values[value] = kept[value] = values[value] + taps[value]
            outputs = [program.value(values, value) for value in program.outputs]
            floats = [array for array in outputs if jnp.issubdtype(array.dtype, jnp.floating)]
            return (floats, program.value(values, self.output)), (kept, outputs)

        def record(parameters: list[Any], inputs: list[Any], y: Any) -> Any:
            made = {v for equation in program.equations for v in equation.outputs}
            taps = {
                v: jnp.zeros(s.shape, s.dtype)
                for v in wanted
                if v in made
                for s in [program.shapes[v]]
            }
            (_, z), back, (kept, outputs) = jax.vjp(
                lambda p, t: forward(p, t, inputs), parameters, taps, has_aux=True
            )
            loss, pulls = self.target.pull(self.tree, outputs, z, y)
            if tilted:
                pulls = jax.tree.map(_tilted, pulls)
            gradients, slopes = back(pulls)

            def keep(arrays: dict[int, Any]) -> dict[int, Any]:
                return {v: _keep(a, labels[v], samples) for v, a in arrays.items()}

            return loss, gradients, keep(kept), keep(slopes)

        return record


def _tilted(pull: Any) -> Any:
    if not pull.ndim or not jnp.issubdtype(pull.dtype, jnp.floating):
        return pull
    return pull * jnp.asarray(tilt(pull.shape), pull.dtype)


def _keep(array: Any, labels: Labels, samples: int) -> tuple[Any, Any]:
    """Return a sample of the rows of a value, and its mean square."""
    features = [axis for axis, label in enumerate(labels) if label == FEATURE]
    first = [axis for axis, label in enumerate(labels) if label == BATCH][:1]
    others = [axis for axis in range(array.ndim) if axis not in (*features, *first)]
    count = array.shape[first[0]] if first else 1
    units = math.prod(array.shape[axis] for axis in features)
    if first and count % samples == 0:
        count = samples  # and the positions in each come next
    moved = array.astype(jnp.float32).transpose(*first, *others, *features)
    moved = moved.reshape(count, -1, units)
    rows, places = choose(count, moved.shape[1], units)
    return moved[rows][:, places].reshape(-1, units), jnp.mean(jnp.square(moved))


def pass_of(model: Model, inputs: list[Any], samples: int, y: Any, loss: Any) -> Pass:
    """Trace and translate a pass of a model over a batch."""
    try:
        program, tree = flatten(model.function, model.parameters, model.state, inputs)
    except Exception as error:
        shapes = ", ".join(f"{array.dtype} {array.shape}" for array in inputs)
        told = short(str(error).strip().split("\n", maxsplit=1)[0])
        raise ValueError(
            f"x must be what the model takes, got {shapes}; it says: {told}"
        ) from error
    fuse_regions(program)
    fuse_activations(program)
    translation = Translation(program, model.parameters, samples)
    outputs = [v for v in program.outputs if v in translation.values]
    if not outputs:
        raise ValueError("model must make its outputs from its parameters and x, got none that do")
    output = outputs[0]
    target = Target.of(y, loss, program.shapes[output].shape, samples)
    if target.on_logits:
        output = _logits(program, translation, output)
    plans = plan_rows(translation.operations, output)
    if not any(plan.kind != "residual" for plan in plans):
        told = "; ".join(f"{name}: {why}" for name, why in translation.reasons.items())
        raise ValueError(
            f"there is nothing to trace: model has no layer with a weight ({told[:200]})"
        )
    return Pass(program, translation, plans, target, output, tree)


def _logits(program: Program, translation: Translation, output: int) -> int:
    """Return what a softmax or a sigmoid at the end makes probabilities of."""
    last = next((op for op in translation.operations if op.output == output), None)
    maker = next(e for e in program.equations if output in e.outputs)
    sigmoid = last is not None and last.activation is not None and last.activation.name == "sigmoid"
    if last is not None and (maker.kind == "softmax" or sigmoid):
        return last.inputs[0]
    return output


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
        layouts = passed.translation.layouts
        parameters = {}
        for name, array in model.parameters.items():
            value = np.asarray(jnp.asarray(array, jnp.float32))
            parameters[name] = layouts[name].apply(value) if name in layouts else value
        return cls(model, arrays, place, passed, np.asarray(arrays[place]), parameters)

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
        layouts = passed.translation.layouts
        ours = {}
        for name, gradient in zip(given, gradients, strict=True):
            array = np.asarray(gradient, np.float32)
            ours[name] = layouts[name].apply(array) if name in layouts else array
        rows = make_rows(
            passed.plans,
            self._kept(values),
            self._kept(slopes),
            {**self.parameters, **parameters},
            ours,
            samples=len(self.inputs),
        )
        held = {name for plan in passed.plans for name in plan.roles}
        sizes = {name: array.size for name, array in self.parameters.items()}
        return Trace(
            inputs=self.inputs,
            layers=rows,
            loss=float(loss),
            labels=target.labels,
            targets=target.targets,
            samples=min(len(self.inputs), 64),
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
            value = layouts[name].undo(array) if name in layouts else array
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
