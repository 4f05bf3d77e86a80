"""Trace and translate a pass through a model on JAX, and compute values and gradients of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp

from weightinit._messages import short
from weightinit.tracing._jax.equations.inlining import flatten
from weightinit.tracing._jax.equations.program import Program
from weightinit.tracing._jax.equations.regions import fuse_activations, fuse_regions
from weightinit.tracing._jax.equations.rewriting import rewrite
from weightinit.tracing._jax.losses import Target
from weightinit.tracing._jax.operations.axes import BATCH, FEATURE, Labels
from weightinit.tracing._jax.operations.translation import Translation
from weightinit.tracing._models.plan import Plan, plan_rows
from weightinit.tracing._models.rows import choose
from weightinit.tracing._probe import tilt

__all__ = ["Model", "Pass", "pass_of"]


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
        return list(dict.fromkeys(value for plan in self.plans for value in plan.values))

    def run(self, *, tilted: bool) -> Any:
        """Return the compiled function that records a pass."""
        if tilted not in self.compiled:
            self.compiled[tilted] = jax.jit(self._recorded(tilted=tilted))
        return self.compiled[tilted]

    def _recorded(self, *, tilted: bool) -> Callable[..., Any]:
        """Return a function from parameters and inputs to loss, values and gradients."""
        program, wanted = self.program, self.wanted
        labels, samples = self.translation.labels, self.translation.samples

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
            made = program.makers
            taps = {
                v: jnp.zeros(program.shape(v), program.shapes[v].dtype) for v in wanted if v in made
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
        first, *_ = str(error).strip().split("\n")
        told = f"{shapes}; it says: {short(first)}"
        raise ValueError(f"x must be what the model takes, got {told}") from error
    rewrite(program)
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
        told = "; ".join(f"{name}: {why}" for name, why in translation.reasons.items())[:200]
        raise ValueError(f"there is nothing to trace: model has no layer with a weight ({told})")
    return Pass(program, translation, plans, target, output, tree)


def _logits(program: Program, translation: Translation, output: int) -> int:
    """Return what a softmax or a sigmoid at the end makes probabilities of."""
    last = next((op for op in translation.operations if op.output == output), None)
    if last is None:
        return output
    sigmoid = last.activation is not None and last.activation.name == "sigmoid"
    softmax = program.makers[output].kind == "softmax"
    return last.inputs[0] if sigmoid or softmax else output
