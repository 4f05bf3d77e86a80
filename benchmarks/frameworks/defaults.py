"""What each layer of each framework draws by default, measured at two sizes."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.frameworks.kinds import kind
from benchmarks.frameworks.layers import FRAMEWORKS
from benchmarks.frameworks.layers.parts import Layer, Part

__all__ = ["DRAWS", "PACKAGES", "SIZES", "collect", "measure", "statistics"]

#: Inputs and outputs of a layer: as many, and more outputs than inputs.
SIZES = ((256, 256), (64, 192))
#: How many numbers of each parameter are drawn at least, by building its layer again and again.
DRAWS = 50_000
PACKAGES = sorted({name for module in FRAMEWORKS.values() for name in module.PACKAGES})


def measure(seed: int = 0) -> list[dict[str, Any]]:
    """Return a row for each parameter of each layer."""
    return [row for framework in FRAMEWORKS for row in _measured(framework, seed)]


def _measured(framework: str, seed: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of a framework."""
    module = FRAMEWORKS[framework]
    module.seed(seed)
    at = [module.layers(*size) for size in SIZES]
    for row in at[0]:
        found = [collect(layers[row]) for layers in at]
        for name, part in found[0].items():
            parts = [of[name] for of in found]
            yield {
                "framework": framework,
                "row": row,
                "layer": at[0][row].name,
                "part": name,
                "law": part.law,
                "kind": kind(part.pieces),
                "sizes": [
                    {"inputs": inputs, "outputs": outputs, **statistics(of)}
                    for (inputs, outputs), of in zip(SIZES, parts, strict=True)
                ],
            }


def collect(layer: Layer) -> dict[str, Part]:
    """Return the parts of a layer, with the pieces of as many layers as it takes for `DRAWS`."""
    found = layer.build()
    while any(_wanting(part) for part in found.values()):
        for name, part in layer.build().items():
            if _wanting(found[name]):
                found[name].pieces.extend(part.pieces)
    return found


def _wanting(part: Part) -> bool:
    """Tell whether more numbers are wanted: not of a constant."""
    count = sum(piece.size for piece in part.pieces)
    return count < DRAWS and any(np.ptp(piece) > 0 for piece in part.pieces)


def statistics(part: Part) -> dict[str, float]:
    """Return how many products an output sums, and mean, std and largest size of the draws."""
    draws = np.concatenate([piece.ravel() for piece in part.pieces]).astype(np.float64)
    return {
        "terms": part.terms,
        "draws": draws.size,
        "mean": float(draws.mean()),
        "std": float(draws.std()),
        "largest": float(np.abs(draws).max()),
    }
