"""A model as the recorder of PyTorch asks it: its parameters, a pass, and its words."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch

from weightinit.initializers import Initializer
from weightinit.tracing._models.operations import Operation
from weightinit.tracing._torch import words
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
        shapes: Mapping[str, tuple[int, ...]],
        sources: Mapping[str, Source],
        computed: Mapping[str, Computed],
    ) -> tuple[str, ...]:
        """Return lines that start parameters so, to be pasted."""
        return words.code(start, shapes, sources, computed)
