"""Weights that a model computes from parameters: how to recognize them, and how to set them."""

import copy
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.utils import parametrize

from weightinit.tracing._torch.weights.views import Made

__all__ = ["Computed", "Owner", "attributes_kept", "owners"]


@dataclass(frozen=True)
class Owner:
    """
    A module that computes a weight of its own, as :mod:`torch.nn.utils` makes it do.

    Parameters
    ----------
    module : torch.nn.Module
        The module.
    path, attribute : str
        Where it is in the model, and what it calls the weight.
    hook : str
        The older way to do so: ``"WeightNorm"`` or ``"SpectralNorm"``; empty for a parametrization.
    """

    module: Any
    path: str
    attribute: str
    hook: str = ""

    @property
    def name(self) -> str:
        """The weight."""
        return f"{self.path}.{self.attribute}" if self.path else self.attribute

    @property
    def before(self) -> str:
        """What the names of its parameters begin with."""
        if self.hook:
            return f"{self.name}_"
        inside = f"parametrizations.{self.attribute}."
        return f"{self.path}.{inside}" if self.path else inside

    @property
    def dim(self) -> int:
        """Along which axis the older weight norm has a length for each entry."""
        return next(int(h.dim) for h in _hooks(self.module) if h.name == self.attribute)

    def inverse(self, weight: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return what parameters and buffers of the model make this weight, or one near it."""
        if self.hook == "SpectralNorm":
            return {f"{self.before}orig": weight}
        if self.hook:
            g = torch.norm_except_dim(weight, 2, self.dim)
            old = getattr(self.module, f"{self.attribute}_v").detach()
            return {f"{self.before}g": g, f"{self.before}v": _directed(weight, g, old)}
        parts = copy.deepcopy(self.module.parametrizations[self.attribute])
        old = {name: part.detach().clone() for name, part in parts.named_parameters()}
        with torch.random.fork_rng(devices=[]):
            parts.right_inverse(weight)
        found = {name: part.detach() for name, part in parts.named_parameters()}
        if type(parts[0]).__name__ == "_WeightNorm":
            found["original1"] = _directed(weight, found["original0"], old["original1"])
        found |= dict(parts.named_buffers())
        return {f"{self.before}{name}": value for name, value in found.items()}


def _directed(weight: torch.Tensor, length: torch.Tensor, old: torch.Tensor) -> torch.Tensor:
    """Return directions, the old ones where the length is zero: of nothing there is none."""
    return torch.where(length == 0, old, weight)


def _hooks(module: Any) -> Iterator[Any]:
    names = ("WeightNorm", "SpectralNorm")
    yield from (h for h in module._forward_pre_hooks.values() if type(h).__name__ in names)


def owners(model: Any) -> Iterator[Owner]:
    """Yield the weights that modules compute as :mod:`torch.nn.utils` makes them do."""
    for path, module in model.named_modules():
        if parametrize.is_parametrized(module):
            yield from (Owner(module, path, name) for name in module.parametrizations)
        for hook in _hooks(module):
            yield Owner(module, path, hook.name, type(hook).__name__)


@dataclass(frozen=True)
class Computed:
    """
    A weight that is computed from parameters.

    Parameters
    ----------
    name : str
        What it is called: ``0.weight``.
    parts : tuple of str
        The parameters, the one first that gives its direction: what it is but for a scale.
    value : torch.Tensor
        What it is.
    owner : Owner or None
        What computes it; None where a parameter is multiplied by something.
    factor : torch.Tensor or None
        By what.
    """

    name: str
    parts: tuple[str, ...]
    value: torch.Tensor
    owner: Owner | None
    factor: torch.Tensor | None

    @classmethod
    def of(cls, made: Made, owner: Owner | None) -> "Computed":
        """Return a weight that can be set; refuse others."""
        value = made.tensor.detach()
        if owner is None:
            if made.factor is None or not made.factor.all():
                raise ValueError("what to set for a wanted weight is not known")
            return cls(f"{made.parts[0]} (computed)", made.parts, value, None, made.factor)
        first = ("original1", "v") if len(made.parts) > 1 else ()
        parts = sorted(made.parts, key=lambda name: name.removeprefix(owner.before) not in first)
        found = cls(owner.name, tuple(parts), value, owner, None)
        try:
            found.inverse(value)
        except (NotImplementedError, RuntimeError, ValueError) as error:
            raise ValueError(str(error).partition(". ")[0]) from error
        return found

    @property
    def roles(self) -> dict[str, str]:
        """What each parameter is of the weight."""
        first, *others = self.parts
        lengths = ["length", *(f"length {place}" for place in range(2, len(others) + 1))]
        return {"direction": first, **dict(zip(lengths, others, strict=False))}

    def inverse(self, weight: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return what parameters and buffers make this weight, by their names."""
        given = weight.to(self.value)
        if self.owner is not None:
            return self.owner.inverse(given)
        return {self.parts[0]: given / self.factor}

    @property
    def place(self) -> str:
        """What the lines of code are about: the module, or the parameter."""
        return self.owner.path if self.owner else self.parts[0]

    @property
    def scale(self) -> float:
        """By what the parameter that is to be drawn is multiplied; nan if entries differ in it."""
        if self.factor is None:
            return 1.0
        first = float(self.factor.reshape(-1)[0])
        return first if bool((self.factor == first).all()) else math.nan

    def lines(self, call: str) -> tuple[str, ...]:
        """Return lines of code from a call with a gap for a tensor; they have one for the place."""
        if self.owner is None:
            return (call,)
        t, split = self.owner.attribute, len(self.parts) > 1
        g = f"{{}}.{t}_g" if self.owner.hook else f"{{}}.parametrizations.{t}.original0"
        if split and "zeros_" in call:
            return (call.format(g),)
        if not self.owner.hook:
            return (f"{{}}.{t} = {call.format(f'torch.empty_like({{}}.{t})')}",)
        drawn = self.parts[0].removeprefix(self.owner.before)
        lines = [call.format(f"{{}}.{t}_{drawn}")]
        if split:
            norm = f"torch.norm_except_dim({{}}.{t}_v, 2, {self.owner.dim})"
            lines.append(f"{g}.data = {norm}.data")
        return tuple(lines)


@contextmanager
def attributes_kept(model: Any) -> Iterator[None]:
    """Put back the tensors that modules keep as attributes, as older hooks do."""
    kept = [
        (vars(module), name, value)
        for module in model.modules()
        for name, value in vars(module).items()
        if isinstance(value, torch.Tensor)
    ]
    try:
        yield
    finally:
        for attributes, name, value in kept:
            attributes[name] = value
