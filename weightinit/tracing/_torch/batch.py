"""A batch for a model of PyTorch: its arguments, its outputs, and the loss of these."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from weightinit._messages import message, shown
from weightinit.networks.layers.base import Array
from weightinit.tracing._torch.recording.calls import tensors_in
from weightinit.tracing._torch.weights.views import to_array

__all__ = ["Batch"]

_HINT = "give a tensor, a tuple of the model's arguments, or a dict of its keyword arguments"

#: Where models of several libraries keep their outputs; the first that is there counts.
_OUTPUTS = ("logits", "prediction_logits", "last_hidden_state", "sample", "out", "output")


@dataclass(frozen=True, eq=False)
class Batch:
    """
    What goes into a model, and what its outputs are compared with.

    Parameters
    ----------
    given : dict of str to torch.Tensor
        The arguments by name; those by position are called 0, 1, ...
    main : str
        Which of them is the batch of samples.
    targets_or_labels : torch.Tensor or None
        What the outputs should be.
    loss : callable or None
        From the outputs and these to the loss.
    channels_first : bool
        Whether axis 1 of the main argument holds the features: images, and the like.
    """

    given: dict[str, Any]
    main: str
    targets_or_labels: torch.Tensor | None
    loss: Callable[..., Any] | None
    channels_first: bool

    @classmethod
    def of(cls, model: Any, x: Any, y: Any, loss: Callable[..., Any] | None) -> "Batch":
        """Check and convert a batch: arrays become tensors in the precision of the model."""
        floats = [p for p in model.parameters() if p.is_floating_point()]
        like = floats[0] if floats else next(model.parameters())
        named = isinstance(x, dict) or hasattr(x, "keys")
        places = x if named else dict(enumerate(x if isinstance(x, tuple) else (x,)))
        given = {str(key): _tensor(places[key], like) for key in places}
        tensors = {k: v for k, v in given.items() if isinstance(v, torch.Tensor) and v.ndim}
        if not tensors:
            raise TypeError(message("x", x, "a batch of samples", _HINT))
        main = next((k for k, v in tensors.items() if v.is_floating_point()), next(iter(tensors)))
        if loss is not None and not callable(loss):
            raise TypeError(message("loss", loss, "a function of outputs and y", "leave it out"))
        if loss is not None and y is None:
            raise ValueError("y must be given with loss, which is a function of outputs and y")
        images = any("conv" in type(m).__name__.lower() for m in model.modules())
        first = images and tensors[main].ndim > 2 and tensors[main].is_floating_point()
        return cls(given, main, None if y is None else _tensor(y, like), loss, bool(first))

    @property
    def array(self) -> Array:
        """The samples, with the features on the last axis."""
        x = self.given[self.main].detach().cpu()
        if not x.is_floating_point():
            return np.asarray(x.numpy())
        return to_array(x.movedim(1, -1) if self.channels_first else x)

    def with_array(self, array: Array) -> "Batch":
        """Return the same with other samples."""
        old = self.given[self.main]
        new = torch.from_numpy(np.ascontiguousarray(array)).to(old)
        new = new.movedim(-1, 1) if self.channels_first else new
        return dataclasses.replace(self, given=self.given | {self.main: new})

    @property
    def count(self) -> int:
        """How many samples there are."""
        return len(self.given[self.main])

    def arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return positional and keyword arguments, as copies that a model may overwrite."""
        copies = {k: v.clone() if isinstance(v, torch.Tensor) else v for k, v in self.given.items()}
        args = tuple(copies.pop(str(i)) for i in range(len(copies)) if str(i) in copies)
        return args, copies

    def signals(self, args: Any, kwargs: Any) -> Iterator[torch.Tensor]:
        """Yield the arguments that are signals: floats of at least two axes."""
        for value in (*args, *kwargs.values()):
            if isinstance(value, torch.Tensor) and value.is_floating_point() and value.ndim > 1:
                yield value

    def outputs(self, found: Any) -> list[torch.Tensor]:
        """Return the tensor that holds the outputs; with a loss of the user's own, all."""
        if isinstance(found, torch.Tensor):
            return [found]
        if self.loss is not None:
            return _pulled(found)
        for name in _OUTPUTS:
            value = found.get(name) if isinstance(found, dict) else getattr(found, name, None)
            if isinstance(value, torch.Tensor):
                return [value]
        tensors = _pulled(found)
        if not tensors:
            raise TypeError(
                f"the model must return a tensor, got {shown(type(found).__name__)}; say what the "
                "loss is with loss=lambda outputs, y: ..."
            )
        return tensors[:1]

    def loss_of(self, found: Any) -> torch.Tensor | None:
        """Return the loss of what the model returned; None where there is nothing to compare."""
        y = self.targets_or_labels
        if y is None:
            return None
        if self.loss is not None:
            value = self.loss(found, y)
            if not isinstance(value, torch.Tensor) or value.numel() != 1:
                told = "a function that returns a single number, as a tensor"
                raise TypeError(message("loss", value, told, "take the mean"))
            return value
        (z,) = self.outputs(found)
        z = z.float() if z.dtype in (torch.bfloat16, torch.float16) else z  # sums need more digits
        return _cross_entropy(z, y) if not y.is_floating_point() else _squared_error(z, y)

    @property
    def labels(self) -> Array | None:
        """The labels in a row, those of positions that are to be ignored left out."""
        y = self.targets_or_labels
        if y is None or y.is_floating_point() or self.loss is not None:
            return None
        flat = y.reshape(-1).cpu().numpy()
        return np.asarray(flat[flat >= 0])

    @property
    def targets(self) -> Array | None:
        """The targets, a row for each sample."""
        y = self.targets_or_labels
        if y is None or not y.is_floating_point() or self.loss is not None:
            return None
        return np.asarray(y.detach().float().cpu().reshape(len(y), -1).numpy())


def _pulled(found: Any) -> list[torch.Tensor]:
    """Return the tensors in what a model returned that a gradient can come from."""
    return [t for t in tensors_in(found) if t.is_floating_point() and t.requires_grad]


def _tensor(value: Any, like: torch.Tensor) -> Any:
    """Return a tensor on the device, and floats in the precision, of the model."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if not isinstance(value, torch.Tensor):
        array = np.asarray(value)
        if array.dtype.kind not in "fiub":
            raise TypeError(message("x", value, "numbers", _HINT))
        value = torch.from_numpy(np.ascontiguousarray(array))
        value = value.to(like.dtype) if value.is_floating_point() else value
    return value.detach().to(like.device)


def _cross_entropy(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the mean cross-entropy; the classes are on the last axis, or on axis 1."""
    y = y.long()
    if z.shape in (y.shape, (*y.shape, 1)):
        return functional.binary_cross_entropy_with_logits(z.reshape(y.shape), y.to(z))
    if z.shape[:-1] == y.shape:
        return functional.cross_entropy(z.reshape(-1, z.shape[-1]), y.reshape(-1))
    if z.ndim > 2 and (z.shape[0], *z.shape[2:]) == tuple(y.shape):
        return functional.cross_entropy(z, y)
    raise ValueError(
        f"y must hold a label for each row of the outputs, of shape {shown(tuple(z.shape))}, got "
        f"shape {shown(tuple(y.shape))}; give loss=lambda outputs, y: ..."
    )


def _squared_error(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if z.numel() != y.numel() or len(z) != len(y):
        raise ValueError(
            f"y must have the shape of the outputs, {shown(tuple(z.shape))}, got "
            f"{shown(tuple(y.shape))}; give loss=lambda outputs, y: ..."
        )
    return functional.mse_loss(z, y.to(z).reshape(z.shape))
