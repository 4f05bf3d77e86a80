"""Record passes through models of Keras on PyTorch."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import torch

from weightinit.initializers import Initializer
from weightinit.tracing._models.keras import Variables
from weightinit.tracing._models.operations import Operation, layer_of
from weightinit.tracing._torch.batch import Batch
from weightinit.tracing._torch.model import TorchModel
from weightinit.tracing._torch.probe import TorchProbe
from weightinit.tracing._torch.recording.parts import PartsRecorder, leading
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.weights.computed import Computed, Owner
from weightinit.tracing._torch.weights.views import Source

__all__ = ["probe"]

_LOOP = "a loop over time steps reads it"


def probe(variables: Variables, x: Any, y: Any, loss: Callable[..., Any] | None) -> TorchProbe:
    """Return a probe of a model of Keras, by its variables."""
    if not variables.parameters:
        name = type(variables.model).__name__
        raise ValueError(f"model must have parameters, got none in {name}")
    whole = x if isinstance(x, tuple | dict) else (x if hasattr(x, "shape") else np.asarray(x),)
    leaves = tuple(keras.tree.flatten(whole))
    model = KerasModel(variables, whole)
    like = torch.nn.ParameterList(model.parameters().values())
    batch = Batch.of(like, leaves, y, loss)
    model.on_logits = loss is None and batch.targets is None
    return TorchProbe(model, batch)


class KerasModel(TorchModel):
    """
    A model of Keras, whose parameters are its variables.

    Parameters
    ----------
    variables : Variables
        The variables.
    structure : tuple or dict
        Arguments of the model, as they were given.

    Attributes
    ----------
    on_logits : bool
        Whether the loss is of what a softmax or a sigmoid at the end receives.
    """

    def __init__(self, variables: Variables, structure: Any) -> None:
        super().__init__(variables.model)
        self.variables, self._structure, self.on_logits = variables, structure, True
        self._shapes = dict(_shapes(variables))
        cells = (v for layer in _recurrent(variables.model) for v in layer.trainable_variables)
        looped = set(map(id, cells))
        self._looped = {n for n, v in variables.parameters.items() if id(v) in looped}

    def parameters(self) -> dict[str, torch.Tensor]:
        """Return the parameters by name, those that enter as matrices in that shape."""
        found = {n: v.value.detach() for n, v in self.variables.parameters.items()}
        return {n: t.view(self._shapes.get(n, t.shape)) for n, t in found.items()}

    def buffers(self) -> dict[str, torch.Tensor]:
        """Return nothing: what else the model holds is passed to it in each call."""
        return {}

    def owners(self) -> Iterable[Owner]:
        """Return nothing: Keras computes no weight from parameters."""
        return ()

    def run(
        self, record: Record, _buffers: Mapping[str, torch.Tensor], args: Any, kwargs: Any
    ) -> Any:
        """Record a pass; the variables have the values of the record meanwhile."""
        values = []
        for name, variable in self.variables.parameters.items():
            leaf = record.leaves[name]
            value = leaf.view(tuple(variable.shape))
            if name in self._shapes:
                record.learn(value, Source(name, None))
            values.append(value if name in self._shapes else leaf)
        given = keras.tree.pack_sequence_as(self._structure, [*args, *kwargs.values()])
        by_name = isinstance(given, dict)
        args, kwargs = ((), given) if by_name else (given, {})
        held = [variable.value for variable in self.variables.others]
        with PartsRecorder(record):
            found = self.variables.call(values, held, args, kwargs)
        return keras.tree.map_structure(self._logits, found) if self.on_logits else found

    def _logits(self, tensor: Any) -> Any:
        """Return what a softmax or a sigmoid at the end of Keras has received."""
        return getattr(tensor, "_keras_logits", tensor)

    def operations(self, record: Record) -> list[Operation]:
        """Return what a pass did, without the weights of loops; layers have the names of Keras."""
        found = record.finished()
        uses = Counter(op.parameters["weight"] for op in found if op.kind == "weight")
        looped = {name for name in self._looped if uses[name] > 1}
        record.problems |= dict.fromkeys(looped, _LOOP)
        done = []
        for op in found:
            name = op.parameters.get("weight", "")
            if name in looped:
                done.append(replace(op, kind="other", name="", parameters={}))
            else:
                done.append(replace(op, name=layer_of(name) if name else op.name))
        return done

    def told(self, name: str) -> str:
        """Return dtype and shape of a parameter."""
        variable = self.variables.parameters[name]
        return f"{variable.dtype} {tuple(variable.shape)}"

    def code(
        self,
        start: Mapping[str, Initializer],
        places: Mapping[str, tuple[Source, tuple[int, ...]]],
        _computed: Mapping[str, Computed],
    ) -> tuple[str, ...]:
        """Return lines that start parameters so, in the words of Keras."""
        given = ((*places[name], init) for name, init in start.items())
        return tuple(self.variables.code(source.name, init, shape) for source, shape, init in given)


def _recurrent(model: Any) -> list[Any]:
    layers: list[Any] = model._flatten_layers()
    return [layer for layer in layers if isinstance(layer, keras.layers.RNN)]


def _shapes(variables: Variables) -> Any:
    """Yield the names and shapes of parameters that enter a pass as matrices or as vectors."""
    names = {id(variable): name for name, variable in variables.parameters.items()}
    for layer in variables.model._flatten_layers():
        own = {variable.name: variable for variable in layer._trainable_variables}
        kernel, bias = own.get("kernel"), own.get("bias")
        if isinstance(layer, keras.layers.EinsumDense) and kernel is not None:
            axes = leading(layer.equation)
            if axes is None or id(kernel) not in names:
                continue
            shape = tuple(kernel.shape)
            units = int(np.prod(shape[axes:]))
            yield names[id(kernel)], (int(np.prod(shape[:axes])), units)
            if bias is not None and int(np.prod(bias.shape)) == units:
                yield names[id(bias)], (units,)
        elif isinstance(layer, _DEPTHWISE):
            kernel = own.get("depthwise_kernel", kernel)
            if kernel is not None and id(kernel) in names:
                *taps, channels, each = tuple(kernel.shape)
                yield names[id(kernel)], (*taps, 1, channels * each)


_DEPTHWISE = (
    keras.layers.DepthwiseConv1D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv1D,
    keras.layers.SeparableConv2D,
)
