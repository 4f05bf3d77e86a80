"""Build a model of PyTorch from a seed, and turn arrays into what it takes."""

from collections.abc import Callable
from typing import Any

import torch

__all__ = ["mapped_tensors", "seeded", "tensors"]


def seeded(make: Callable[[], torch.nn.Module]) -> Callable[[int], torch.nn.Module]:
    """Return a function of a seed that makes the model; the global random state stays as it was."""

    def build(seed: int) -> torch.nn.Module:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return make()

    return build


def tensors(batch: Callable[..., Any], **options: Any) -> Callable[[int], tuple[Any, ...]]:
    """Return a function of a seed that gives the arrays of a batch as tensors."""
    return lambda seed: tuple(map(torch.as_tensor, batch(seed, **options)))


def mapped_tensors(
    batch: Callable[..., Any], inputs: Callable[[Any, Any], Any]
) -> Callable[[int], tuple[Any, Any]]:
    """Return a batch of tensors whose inputs a function arranges, as a tuple or by keyword."""

    def arranged(seed: int) -> tuple[Any, Any]:
        x, y = tensors(batch)(seed)
        return inputs(x, y), y

    return arranged
