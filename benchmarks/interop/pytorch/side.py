"""PyTorch: the parameters of a model and their roles, a pass, a training."""

import copy
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from benchmarks.interop.entries import Entry
from benchmarks.interop.roles import Weight

__all__ = ["arrays", "gains", "once", "put", "trained", "weights"]


def arrays(model: nn.Module) -> dict[str, np.ndarray]:
    """Return copies of the parameters, each once, as 32-bit numbers."""
    return {
        name: tensor.detach().float().numpy().copy() for name, tensor in model.named_parameters()
    }


def put(model: nn.Module, changed: Mapping[str, np.ndarray]) -> nn.Module:
    """Write arrays into the parameters of these names; return the model."""
    named = dict(model.named_parameters())
    with torch.no_grad():
        for name, array in changed.items():
            named[name].copy_(torch.as_tensor(array))
    return model


def weights(model: nn.Module) -> list[Weight]:
    """Return the weights of layers that multiply, in order; lookups are none."""
    there = {name for name, _ in model.named_parameters()}  # tied ones have one name
    return [
        weight
        for path, module in model.named_modules()
        for weight in _weights_of(path, module)
        if weight.name in there
    ]


def _weights_of(path: str, module: nn.Module) -> list[Weight]:
    """Return the weights that a module holds itself."""
    if isinstance(module, nn.Embedding):
        return []
    own = {name: tuple(tensor.shape) for name, tensor in module.named_parameters(recurse=False)}
    inputs_first = type(module).__name__ == "Conv1D" or isinstance(module, nn.ConvTranspose2d)
    found = []
    for name, shape in own.items():
        if len(shape) < 2 or not ("weight" in name or name == "original1"):
            continue  # original1 is the direction of a weight that weight_norm has split
        bias = name.replace("weight", "bias")
        out = (1,) if inputs_first else (0,)
        prefix = f"{path}." if path else ""
        has = f"{prefix}{bias}" if bias != name and bias in own else ""
        more = (math.prod(shape[2:]), getattr(module, "groups", 1))
        found.append(Weight(f"{prefix}{name}", shape, out, has, *more))
    return found


def gains(model: nn.Module) -> list[str]:
    """Return the names of the gains of normalization layers."""
    return [
        f"{path}.{name}"
        for path, module in model.named_modules()
        for name, _ in module.named_parameters(recurse=False)
        if name == "original0" or ("Norm" in type(module).__name__ and name == "weight")
    ]


def called(model: nn.Module, x: Any) -> Any:
    """Send inputs through a model: a tuple by position, a mapping by keyword."""
    if isinstance(x, tuple):
        return model(*x)
    return model(**x) if isinstance(x, Mapping) else model(x)


def loss_of(entry: Entry, outputs: Any, y: torch.Tensor) -> torch.Tensor:
    """Return the entry's own loss, or cross entropy for labels and the squared error otherwise."""
    if entry.loss:
        return entry.loss(outputs, y)
    for name in ("logits", "sample"):
        outputs = getattr(outputs, name, outputs)
    if not isinstance(outputs, torch.Tensor):
        outputs = outputs[0]
    if y.is_floating_point():
        return nn.functional.mse_loss(outputs, y)
    return nn.functional.cross_entropy(outputs.flatten(0, -2).float(), y.flatten())


def once(entry: Entry, model: nn.Module, x: Any, y: Any) -> float:
    """Go forward and back once; return the loss."""
    model.zero_grad()
    loss = loss_of(entry, called(model, x), y)
    loss.backward()
    return loss.item()


def trained(entry: Entry, model: nn.Module, changed: Mapping[str, np.ndarray]) -> list[float]:
    """Train a copy from other arrays on fresh batches by Adam; return the losses on the way."""
    model = put(copy.deepcopy(model), changed)
    optimizer = torch.optim.Adam(model.parameters(), lr=entry.rate)
    losses = []
    for step in range(entry.steps):
        losses.append(once(entry, model, *entry.batch(1000 + step)))
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return losses
