"""A model as the recorder of PyTorch asks it: its parameters, a pass, and its words."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import torch

from weightinit.initializers import Constant, Initializer, Orthogonal, zeros
from weightinit.tracing._models.operations import Operation
from weightinit.tracing._torch.recording.record import Record
from weightinit.tracing._torch.recording.recorder import Recorder
from weightinit.tracing._torch.weights.computed import Computed, Owner, attributes_kept, owners
from weightinit.tracing._torch.weights.views import Source

__all__ = ["TorchModel"]


class TorchModel:
    """
    A module of PyTorch.

    Parameters
    ----------
    given : torch.nn.Module
        The module.
    """

    def __init__(self, given: Any) -> None:
        self.given = given

    def parameters(self) -> dict[str, torch.Tensor]:
        """Return the parameters by name; who writes into them writes into the model."""
        return dict(self.given.named_parameters())

    def buffers(self) -> dict[str, torch.Tensor]:
        """Return the tensors beside the parameters by name."""
        return dict(self.given.named_buffers())

    def owners(self) -> Iterable[Owner]:
        """Return the weights that modules compute from parameters."""
        return owners(self.given)

    def run(
        self, record: Record, buffers: Mapping[str, torch.Tensor], args: Any, kwargs: Any
    ) -> Any:
        """Record a pass with the parameters of a record, and with copies of the buffers."""
        with attributes_kept(self.given), record.listening(), Recorder(record):
            return torch.func.functional_call(self.given, (record.leaves, buffers), args, kwargs)

    def operations(self, record: Record) -> list[Operation]:
        """Return what a pass did."""
        return record.finished()

    def told(self, name: str) -> str:
        """Return what to say of a parameter beside its name: the type of the module that has it."""
        return type(self.given.get_submodule(name.rpartition(".")[0])).__name__

    def code(
        self,
        start: Mapping[str, Initializer],
        places: Mapping[str, tuple[Source, tuple[int, ...]]],
        computed: Mapping[str, Computed],
    ) -> tuple[str, ...]:
        """
        Return a line for each parameter, or a loop for those that start alike, to be pasted.

        Parameters
        ----------
        start : mapping of str to Initializer
            What each parameter is to be drawn from.
        places : mapping of str to tuple
            Where they are in the model, and their shapes in the layout of this package.
        computed : mapping of str to Computed
            Those that the model computes.

        Returns
        -------
        tuple of str
            Lines of Python, for a model called `model`.
        """
        groups: dict[tuple[str, ...], list[str]] = {}
        for name, init in start.items():
            (source, shape), made = places[name], computed.get(name)
            call = _call(init, shape, made.scale if made else 1.0)
            if call:
                lines = made.lines(call) if made else (call,)
                groups.setdefault(lines, []).append(_place(source, made))
        found: list[str] = []
        for lines, names in groups.items():
            one, indent = (names[0], "") if len(names) == 1 else ("p", "    ")
            if indent:
                found.append(f"for p in ({', '.join(names)}):")
            found += [indent + line.replace("{}", one) for line in lines]
        return tuple(found)


def _call(init: Initializer, shape: tuple[int, ...], scale: float) -> str:
    """Return a call of torch.nn.init, with a gap for the parameter; empty if there is none.

    What is multiplied by a scale afterwards is drawn so much smaller.
    """
    if init == zeros:
        return "torch.nn.init.zeros_({})"
    if math.isnan(scale):
        return ""
    if isinstance(init, Constant):
        return f"torch.nn.init.constant_({{}}, {init.value / scale:g})"
    if isinstance(init, Orthogonal) and len(shape) == 2:
        return f"torch.nn.init.orthogonal_({{}}, gain={init.gain / scale:.4g})"
    return f"torch.nn.init.normal_({{}}, std={init.std(shape) / abs(scale):.3g})"


def _place(source: Source, made: Computed | None) -> str:
    """Return the expression for a parameter: ``model.layer3[0].conv1.weight``."""
    name = f"model.{made.place if made else source.name}".rstrip(".")
    path = re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", name)
    return path if source.rows is None else f"{path}[{source.rows[0]}:{source.rows[1]}]"
