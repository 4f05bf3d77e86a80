"""A pass through a network, forwards and back: what each layer was given and what it made."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from weightinit.networks.base import Array, Gradients, Layer, Parameters
from weightinit.networks.chain import Chain
from weightinit.networks.residual import Residual

__all__ = ["Visit", "pass_back", "pass_forward"]


@dataclass
class Visit:
    """A layer, what it was given and what it made, forwards and back."""

    name: str
    layer: Layer
    parameters: Parameters
    x: Array
    y: Array
    cache: Any
    mask: Array | None
    branch: "list[Visit]" = field(default_factory=list)
    dy: Array | None = None
    dx: Array | None = None
    gradients: Gradients = field(default_factory=dict)


def pass_forward(
    chain: Chain, parameters: Parameters, x: Array, mask: Array | None, prefix: str
) -> list[Visit]:
    """Go forward, and return a visit for each layer; names get the prefix."""
    visits = []
    for name, y, cache in chain._steps(parameters, x, mask):
        layer = chain.named[name]
        own = {
            key.removeprefix(f"{name}."): p
            for key, p in parameters.items()
            if key.startswith(f"{name}.")
        }
        visit = Visit(prefix + name, layer, own, x, y, cache, mask)
        if isinstance(layer, Residual):
            visit.branch = pass_forward(layer.branch, _branch(own), x, mask, f"{visit.name}.")
        visits.append(visit)
        mask = layer._mask(x, mask)
        x = y
    return visits


def pass_back(chain: Chain, parameters: Parameters, visits: Sequence[Visit], dy: Array) -> None:
    """Go back, and write the gradients into the visits."""
    caches = [visit.cache for visit in visits]
    flow: Array | None = dy
    for visit, (_, dx, gradients) in zip(
        reversed(visits), chain._steps_back(parameters, caches, dy), strict=True
    ):
        visit.dy, visit.dx, visit.gradients = flow, dx, gradients
        if isinstance(visit.layer, Residual) and flow is not None:
            scaled = visit.parameters["scale"] * flow
            pass_back(visit.layer.branch, _branch(visit.parameters), visit.branch, scaled)
        flow = dx


def _branch(parameters: Parameters) -> Parameters:
    return {name: p for name, p in parameters.items() if name != "scale"}
