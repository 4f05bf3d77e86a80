"""What a diagnosis costs, in passes forward and back through the same network."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import weightinit as wi
from benchmarks.speed.timing import compare

__all__ = ["calls", "rows"]

BATCH = 128
#: Sizes of the layers, and how many passes a diagnosis is to cost at most.
NETWORKS = {
    "diagnose, 50 layers of 256": ([256] * 51, 2.5),
    "diagnose, 3 layers of 4,096": ([4096] * 4, 3.0),
}


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row for each network: ReLU from He, float32, labels of ten classes."""
    for name, (sizes, target) in NETWORKS.items():
        yield compare(name, *calls(sizes), over="a pass", target=target)


def calls(sizes: list[int]) -> tuple[Callable[[], object], ...]:
    """Return a diagnosis, and a pass forward and back."""
    net = wi.mlp([*sizes, 10]).initialize(wi.he_normal, rng=0, dtype="float32")
    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCH, sizes[0]), dtype=np.float32)
    y = rng.integers(0, 10, BATCH)
    return lambda: wi.diagnose(net, x, y), lambda: net.loss_and_gradients(x, y)
