"""What a diagnosis costs, in passes forward and back through the same network."""

from collections.abc import Iterator
from typing import Any

import numpy as np

import weightinit as wi
from benchmarks.speed.timing import row, take_turns

__all__ = ["rows"]

BATCH = 128
#: Sizes of the layers, and how many passes a diagnosis is to cost at most.
NETWORKS = {
    "diagnose, 50 layers of 256": ([256] * 51, 2.5),
    "diagnose, 3 layers of 4,096": ([4096] * 4, 3.0),
}


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row for each network: ReLU from He, float32, labels of ten classes."""
    for name, (sizes, target) in NETWORKS.items():
        yield row(name, *_measured(sizes), over="a pass", target=target)


def _measured(sizes: list[int]) -> tuple[float, float]:
    """Return the seconds of a diagnosis, and of a pass forward and back."""
    net = wi.mlp([*sizes, 10]).initialize(wi.he_normal, rng=0, dtype="float32")
    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCH, sizes[0]), dtype=np.float32)
    y = rng.integers(0, 10, BATCH)
    return take_turns(lambda: wi.diagnose(net, x, y), lambda: net.loss_and_gradients(x, y))
