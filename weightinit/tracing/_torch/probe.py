"""A model of PyTorch and a batch: record a pass through it, and leave it as it was."""

import dataclasses
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch

from weightinit.initializers import Initializer
from weightinit.networks.layers.base import Array, Parameters
from weightinit.tracing._models.operations import Operation
from weightinit.tracing._models.plan import Plan, plan_rows
from weightinit.tracing._models.rows import Kept, choose, make_rows, samples_kept
from weightinit.tracing._probe import Probe, fixed_pull, tilt
from weightinit.tracing._torch.batch import Batch
from weightinit.tracing._torch.model import TorchModel
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.weights.computed import Computed
from weightinit.tracing._torch.weights.packed import packed
from weightinit.tracing._torch.weights.views import Source, rows_of, to_array, to_tensor
from weightinit.tracing.trace import Trace

__all__ = ["TorchProbe", "probe"]


def probe(model: Any, x: Any, y: Any, loss: Callable[..., Any] | None) -> "TorchProbe":
    """Check a batch, and labels or targets if there are any, against a model of PyTorch."""
    if not any(True for _ in model.parameters()):
        raise ValueError(f"model must have parameters, got none in {type(model).__name__}")
    if any(torch.nn.parameter.is_lazy(parameter) for parameter in model.parameters()):
        raise RuntimeError("model has no weights yet: call it on a batch once")
    return TorchProbe(TorchModel(model), Batch.of(model, x, y, loss))


@dataclass(frozen=True, eq=False)
class TorchProbe(Probe):
    """
    A model of PyTorch, a batch, and where each parameter is in the layout of this package.

    Parameters
    ----------
    model : TorchModel
        The model.
    batch : Batch
        What goes in, and the loss of what comes out.
    layouts : dict of str to tuple
        For each parameter, or part of one, where it is, and its axes in the order of this package;
        the first look fills it.
    computed : dict of str to Computed
        The weights that the model computes from parameters, as they are in it.
    """

    model: TorchModel
    batch: Batch
    layouts: dict[str, tuple[Source, tuple[int, ...]]] = field(default_factory=dict)
    computed: dict[str, Computed] = field(default_factory=dict)

    @property
    def inputs(self) -> Array:  # type: ignore[override]
        """The batch; the channels of images are the last axis."""
        return self.batch.array

    @property
    def parameters(self) -> Parameters:  # type: ignore[override]
        """The parameters in the layout of this package; they share the memory of the model."""
        tensors = self.model.parameters()
        if not self.layouts or self.computed:
            self._forward({})
        tensors |= {name: found.value for name, found in self.computed.items()}
        return _in_our_layout(self.layouts, tensors.__getitem__)

    def with_inputs(self, inputs: Array) -> "TorchProbe":
        """Return the same with other inputs."""
        return dataclasses.replace(self, batch=self.batch.with_array(inputs))

    def assign(self, parameters: Parameters) -> Any:
        """Write parameters into the model, and return it."""
        self._write(parameters, self.model.parameters() | self.model.buffers())
        return self.model.given

    def _write(self, parameters: Parameters, tensors: Mapping[str, torch.Tensor]) -> None:
        """Write parameters into tensors; computed weights last, where they differ from theirs."""
        with torch.no_grad():
            for name in sorted(parameters, key=self.computed.__contains__):
                source, axes = self.layouts[name]
                given, made = to_tensor(parameters[name], axes), self.computed.get(name)
                if made is None:
                    rows_of(tensors[source.name], source).copy_(given)
                elif not torch.equal(given.to(made.value), made.value):
                    for key, value in made.inverse(given).items():
                        tensors[key].copy_(value)

    def eps(self, name: str) -> float:
        """Return the relative distance of the numbers that the model can hold in a parameter."""
        return torch.finfo(self.model.parameters()[self.layouts[name][0].name].dtype).eps

    def code(self, start: Mapping[str, Initializer]) -> tuple[str, ...]:
        """Return lines that start parameters so, to be pasted."""
        arrays = self.parameters
        places = {name: (source, arrays[name].shape) for name, (source, _) in self.layouts.items()}
        return self.model.code(start, places, self.computed)

    def look(self, parameters: Parameters, *, tilted: bool = False) -> Trace:
        """Return the trace of a pass forward and one back with other parameters."""
        record, output, found = self._forward(parameters)
        operations = self.model.operations(record)
        plans = plan_rows(operations, output)
        if not any(plan.kind != "residual" for plan in plans):
            raise ValueError(
                "there is nothing to trace: no layer with a weight was seen in "
                f"{type(self.model.given).__name__}; {record.reasons}"
            )
        loss, gradients, slopes = self._backward(record, plans, found, tilted=tilted)
        named = _in_our_layout(record.layouts, record.value)
        values = {v: _kept(record.values[v].now, axis) for v, axis in _axes(plans).items()}
        count, parts = self.batch.count, packed(record)
        rows = make_rows(plans, values, slopes, named, gradients, samples=count, parts=parts)
        unseen, seen = self._unseen(record, plans, operations)
        for value in record.values:  # hooks and what they keep refer to each other
            value.clear()
        return Trace(
            inputs=self.inputs,
            layers=rows,
            loss=loss,
            labels=self.batch.labels,
            targets=self.batch.targets,
            samples=samples_kept(count),
            unseen=unseen,
            seen=seen,
        )

    def _forward(self, parameters: Parameters) -> tuple[Record, int, Any]:
        """Run the model with copies of its parameters and buffers under a recorder."""
        own = self.model.parameters()
        read = {name: tensor.detach().clone() for name, tensor in own.items() if parameters}
        read = read or {name: tensor.detach() for name, tensor in own.items()}
        buffers = {name: buffer.clone() for name, buffer in self.model.buffers().items()}
        self._write(parameters, read | buffers)
        read = {n: t.requires_grad_(t.is_floating_point()) for n, t in read.items()}
        record = Record(read, {id(own[name]): read[name] for name in own}, self.model.owners())
        args, kwargs = self.batch.arguments()
        for tensor in self.batch.signals(args, kwargs):
            record.add(tensor, 1 if tensor.ndim > 2 and self.batch.channels_first else -1)
        with torch.random.fork_rng(), torch.enable_grad():
            torch.manual_seed(0)  # the same dropout at each look
            found = self.model.run(record, buffers, args, kwargs)
        outputs = record.signals(self.batch.outputs(found))
        if not outputs:
            raise ValueError(
                f"there is nothing to trace: the outputs of {type(self.model.given).__name__} come "
                "from no function of PyTorch that was seen; give x as the model takes it"
            )
        self.layouts.update(record.layouts)
        self.computed.update({} if parameters else record.computed)
        return record, record.join(outputs), found

    def _backward(
        self, record: Record, plans: Sequence[Plan], found: Any, *, tilted: bool
    ) -> tuple[float, Parameters, dict[int, Kept]]:
        """Go back; return the loss, and the gradients for parameters and for values."""
        slopes: dict[int, Kept] = {}
        axes = _axes(plans)

        def keep(number: int, axis: int, slope: torch.Tensor) -> None:
            slopes[number] = _kept(slope, axis)

        for number, axis in axes.items():
            value = record.values[number]
            if value.tensor.requires_grad and value.saved is None:
                value.tensor.register_hook(partial(keep, number, axis))
        loss = self._pull(record, found, tilted=tilted)
        made = {value for plan in plans for value in (plan.pre_activations, plan.activations)}
        for number, axis in axes.items():
            value = record.values[number]
            if value.slope is not None:
                keep(number, axis, value.slope)
            elif number in made and number not in slopes:  # nothing comes back
                keep(number, axis, torch.zeros_like(value.now))
        return loss, _in_our_layout(record.layouts, record.gradient), slopes

    def _pull(self, record: Record, found: Any, *, tilted: bool) -> float:
        """Go back from the loss, or from a fixed pull at the outputs; return the loss."""
        loss, outputs = self.batch.loss_of(found), self.batch.outputs(found)
        if tilted:
            for tensor in outputs:
                weights = torch.from_numpy(tilt(tuple(tensor.shape))).to(tensor)
                tensor.register_hook(lambda g, w=weights: g * w)
        for tensor in record.leaves.values():
            tensor.grad = None
        if loss is not None:
            loss.backward()
            return float(loss.detach())
        pulls = [torch.from_numpy(fixed_pull(tuple(t.shape))).to(t) for t in outputs]
        torch.autograd.backward(outputs, pulls)
        return math.nan

    def _unseen(
        self, record: Record, plans: Sequence[Plan], operations: Sequence[Operation]
    ) -> tuple[tuple[str, ...], float]:
        """Return which parameters no row holds and why, and the share of those that rows do."""
        held: Counter[str] = Counter()
        read = {name for op in operations for name in op.parameters.values()}
        for source, _ in (record.layouts[name] for plan in plans for name in plan.roles):
            if source.name not in record.computed:  # of a computed one the parameters count
                held[source.name] += rows_of(record.leaves[source.name], source).numel()
        sizes = {name: tensor.numel() for name, tensor in record.leaves.items()}
        unseen = []
        for name in (name for name, size in sizes.items() if held[name] < size):
            away = (
                "it does not lead to the outputs" if name in read else "this pass does not read it"
            )
            why = record.problems.get(name) or away
            unseen.append(f"{name} ({self.model.told(name)}): {why}")
        return tuple(unseen), min(held.total() / max(sum(sizes.values()), 1), 1.0)


def _axes(plans: Sequence[Plan]) -> dict[int, int]:
    """Return the values that the plans need, and the axis of the features in each."""
    return {value: axis for plan in plans for value, axis in plan.axes.items()}


def _kept(tensor: torch.Tensor, axis: int) -> Kept:
    """Return a sample of the rows of a value, and its exact mean square."""
    with torch.no_grad():
        whole = tensor.detach() if tensor.ndim > 1 else tensor.detach()[:, None]
        wide = torch.float64 if whole.dtype == torch.float64 else torch.float32
        norm = float(torch.linalg.vector_norm(whole, dtype=wide))
        moved = whole.movedim(axis, -1)
        samples, *shape, units = moved.shape
        which, places = choose(samples, math.prod(shape), units)
        rows = moved[torch.from_numpy(which)]
        if shape:
            rows = rows[:, *map(torch.from_numpy, np.unravel_index(places, shape))]
        return Kept(to_array(rows.reshape(-1, units)), norm**2 / whole.numel(), whole.numel())


def _in_our_layout(
    layouts: Mapping[str, tuple[Source, tuple[int, ...]]], tensor: Callable[[str], torch.Tensor]
) -> Parameters:
    """Return arrays in the layout of this package, from the tensors of parameters by name."""
    return {
        name: to_array(rows_of(tensor(source.name), source)).transpose(axes)
        for name, (source, axes) in layouts.items()
    }
