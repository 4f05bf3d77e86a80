"""A model of PyTorch and a batch: record a pass through it, and leave it as it was."""

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from weightinit._messages import shown
from weightinit.initializers import Initializer
from weightinit.networks.layers.base import Array, Parameters
from weightinit.tracing._models.operations import Operation
from weightinit.tracing._models.plan import Plan, plan_rows
from weightinit.tracing._models.rows import Kept, choose, make_rows
from weightinit.tracing._torch import words
from weightinit.tracing._torch.batch import Batch
from weightinit.tracing._torch.recorder import Recorder
from weightinit.tracing._torch.views import Source
from weightinit.tracing.probe import Probe, fixed_pull, tilt
from weightinit.tracing.trace import Trace

__all__ = ["TorchProbe", "probe"]


def probe(model: Any, x: Any, y: Any, loss: Callable[..., Any] | None) -> "TorchProbe":
    """Check a batch, and labels or targets if there are any, against a model of PyTorch."""
    if not any(True for _ in model.parameters()):
        raise ValueError(f"model must have parameters, got none in {type(model).__name__}")
    return TorchProbe.of(model, Batch.of(model, x, y, loss))


@dataclass(frozen=True, eq=False)
class TorchProbe(Probe):
    """
    A model of PyTorch, a batch, and where each parameter is in the layout of this package.

    Parameters
    ----------
    model : torch.nn.Module
        The model.
    batch : Batch
        What goes in, and the loss of what comes out.
    layouts : dict of str to tuple
        For each parameter, or part of one, the axes of the parameter in the order of this package.
    """

    model: Any
    batch: Batch
    layouts: dict[str, tuple[Source, tuple[int, ...]]]

    @classmethod
    def of(cls, model: Any, batch: Batch) -> "TorchProbe":
        """Look once to learn which parameters there are, and how they lie."""
        bare = cls(model, batch, {})
        recorder, _, _ = bare._forward({})
        return dataclasses.replace(bare, layouts=recorder.layouts)

    @property
    def inputs(self) -> Array:  # type: ignore[override]
        """The batch; the channels of images are the last axis."""
        return self.batch.array

    @property
    def parameters(self) -> Parameters:  # type: ignore[override]
        """The parameters in the layout of this package; they share the memory of the model."""
        tensors = dict(self.model.named_parameters())
        return {
            name: _array(_rows(tensors[source.name], source)).transpose(axes)
            for name, (source, axes) in self.layouts.items()
        }

    def with_inputs(self, inputs: Array) -> "TorchProbe":
        """Return the same with other inputs."""
        return dataclasses.replace(self, batch=self.batch.with_array(inputs))

    def assign(self, parameters: Parameters) -> Any:
        """Write parameters into the model, and return it."""
        tensors = dict(self.model.named_parameters())
        with torch.no_grad():
            for name, array in parameters.items():
                source, axes = self.layouts[name]
                _rows(tensors[source.name], source).copy_(_tensor(array, axes))
        return self.model

    def code(self, start: Mapping[str, Initializer]) -> tuple[str, ...]:
        """Return lines that start parameters so, to be pasted."""
        shapes = {name: array.shape for name, array in self.parameters.items()}
        return words.code(start, shapes, {n: s for n, (s, _) in self.layouts.items()})

    def look(self, parameters: Parameters, *, tilted: bool = False) -> Trace:
        """Return the trace of a pass forward and one back with other parameters."""
        recorder, output, found = self._forward(parameters)
        operations = recorder.finished()
        plans = plan_rows(operations, output)
        if not any(plan.kind != "residual" for plan in plans):
            raise ValueError(
                "there is nothing to trace: no layer with a weight was seen in "
                f"{type(self.model).__name__}; {_told(recorder.problems)}"
            )
        loss, gradients, slopes = self._backward(recorder, plans, found, tilted=tilted)
        named = {name: self._own(name, parameters) for name in recorder.layouts}
        values = {
            value: self._kept(recorder.values.now(value), axis) for value, axis in _axes(plans)
        }
        rows = make_rows(plans, values, slopes, named, gradients, samples=self.batch.count)
        return Trace(
            inputs=self.inputs,
            layers=rows,
            loss=loss,
            labels=self.batch.labels,
            targets=self.batch.targets,
            samples=min(self.batch.count, 64),
            **self._unseen(recorder, plans, operations),
        )

    def _own(self, name: str, parameters: Parameters) -> Array:
        return parameters[name] if name in parameters else self.parameters[name]

    def _forward(self, parameters: Parameters) -> tuple[Recorder, int, Any]:
        """Run the model with copies of its parameters and buffers under a recorder."""
        own = dict(self.model.named_parameters())
        read = {name: tensor.detach().clone() for name, tensor in own.items() if parameters}
        read = read or {name: tensor.detach() for name, tensor in own.items()}
        with torch.no_grad():
            for name, array in parameters.items():
                source, axes = self.layouts[name]
                _rows(read[source.name], source).copy_(_tensor(array, axes))
        read = {n: t.requires_grad_(t.is_floating_point()) for n, t in read.items()}
        buffers = {name: b.clone() for name, b in self.model.named_buffers()}
        recorder = Recorder(read, {id(own[name]): read[name] for name in own})
        args, kwargs = self.batch.arguments()
        for tensor in self.batch.signals(args, kwargs):
            recorder.values.add(tensor, 1 if tensor.ndim > 2 and self.batch.channels_first else -1)
        with torch.random.fork_rng(), torch.enable_grad():
            torch.manual_seed(0)  # the same dropout at each look
            with recorder:
                found = torch.func.functional_call(self.model, (read, buffers), args, kwargs)
        outputs = self.batch.outputs(found)
        tracked = [t for t in outputs if t in recorder.values]
        if not tracked:
            raise ValueError(
                f"there is nothing to trace: the outputs of {type(self.model).__name__} come from "
                "no function of PyTorch that was seen; give x as the model takes it"
            )
        return recorder, recorder.join(tracked), found

    def _backward(
        self, recorder: Recorder, plans: Sequence[Plan], found: Any, *, tilted: bool
    ) -> tuple[float, dict[str, Array], dict[int, Kept]]:
        """Go back; return the loss, and the gradients for parameters and for values."""
        slopes: dict[int, Kept] = {}
        values = recorder.values
        for value, axis in _axes(plans):
            tensor = values.tensors[value]
            if tensor.requires_grad and value not in values.saved and value not in values.slopes:
                tensor.register_hook(
                    lambda g, v=value, a=axis: slopes.__setitem__(v, self._kept(g, a))
                )
        loss, outputs = self.batch.loss_of(found), self.batch.outputs(found)
        if tilted:
            for tensor in outputs:
                weights = torch.from_numpy(tilt(tuple(tensor.shape))).to(tensor)
                tensor.register_hook(lambda g, w=weights: g * w)
        leaves = {name: t for name, t in recorder.leaves.items() if t.requires_grad}
        for tensor in leaves.values():
            tensor.grad = None
        if loss is None:
            pulls = [torch.from_numpy(fixed_pull(tuple(t.shape))).to(t) for t in outputs]
            torch.autograd.backward(outputs, pulls)
        else:
            loss.backward()
        for value, axis in _axes(plans):
            if value in values.slopes:
                slopes[value] = self._kept(values.slopes[value], axis)
            needed = any(value in (p.pre_activations, p.activations) for p in plans)
            if needed and value not in slopes:  # nothing comes back
                slopes[value] = self._kept(torch.zeros_like(values.now(value)), axis)
        gradients = {
            name: _array(_rows(_gradient(leaves[source.name]), source)).transpose(axes)
            for name, (source, axes) in recorder.layouts.items()
        }
        return math.nan if loss is None else float(loss.detach()), gradients, slopes

    def _kept(self, tensor: torch.Tensor, axis: int) -> Kept:
        """Return a sample of the rows of a value, and its exact mean square."""
        with torch.no_grad():
            moved = (
                tensor.detach().movedim(axis, -1) if tensor.ndim > 1 else tensor.detach()[:, None]
            )
            flat = moved.reshape(moved.shape[0], -1, moved.shape[-1])
            which, places = choose(*flat.shape)
            rows = flat[torch.from_numpy(which)][:, torch.from_numpy(places)]
            square = float(
                (flat.double() if flat.numel() < 2**16 else flat.float()).square().mean()
            )
            return Kept(_array(rows.reshape(-1, flat.shape[-1])), square, flat.numel())

    def _unseen(
        self, recorder: Recorder, plans: Sequence[Plan], operations: Sequence[Operation]
    ) -> dict[str, Any]:
        """Return which parameters no row holds and why, and the share of those that rows do."""
        held: dict[str, int] = {}
        sizes = {name: t.numel() for name, t in recorder.leaves.items()}
        read = {name for op in operations for name in op.parameters.values()}
        for name in (name for plan in plans for name in plan.roles):
            source, _ = recorder.layouts[name]
            tensor = _rows(recorder.leaves[source.name], source)
            held[source.name] = held.get(source.name, 0) + tensor.numel()
        unseen = []
        for name, size in sizes.items():
            if held.get(name, 0) >= size:
                continue
            reason = recorder.problems.get(name) or (
                "it does not lead to the outputs" if name in read else "this pass does not read it"
            )
            unseen.append(f"{name} ({_owner(self.model, name)}): {reason}")
        seen = sum(held.values()) / max(sum(sizes.values()), 1)
        return {"unseen": tuple(unseen), "seen": min(seen, 1.0)}


def _axes(plans: Sequence[Plan]) -> Iterator[tuple[int, int]]:
    """Yield the values that the plans need, and the axis of the features in each."""
    needed: dict[int, int] = {}
    for plan in plans:
        for value in (plan.inputs, plan.pre_activations, plan.activations):
            if value is not None:
                needed.setdefault(value, plan.axes.get(value, -1))
    yield from needed.items()


def _owner(model: Any, name: str) -> str:
    """Return the type of the module that has a parameter."""
    return type(model.get_submodule(name.rpartition(".")[0])).__name__


def _told(problems: Mapping[str, str]) -> str:
    return "; ".join(f"{shown(n)}: {why}" for n, why in list(problems.items())[:3]) or "give x"


def _rows(tensor: torch.Tensor, source: Source) -> torch.Tensor:
    return tensor if source.rows is None else tensor[source.rows[0] : source.rows[1]]


def _gradient(leaf: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(leaf) if leaf.grad is None else leaf.grad


def _array(tensor: torch.Tensor) -> Array:
    """Return a tensor as an array; floats of two bytes become four."""
    kept = tensor.detach().cpu()
    kept = kept if kept.dtype in (torch.float32, torch.float64) else kept.float()
    return kept.resolve_conj().resolve_neg().numpy()


def _tensor(array: Array, axes: Sequence[int]) -> torch.Tensor:
    """Return an array with its axes in the order of the parameter."""
    return torch.from_numpy(np.ascontiguousarray(array.transpose(np.argsort(axes))))
