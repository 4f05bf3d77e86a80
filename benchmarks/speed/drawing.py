"""Drawing weights, beside PyTorch: public calls, with their checks and with fresh memory."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch

import weightinit as wi
from benchmarks.speed.threads import threads
from benchmarks.speed.timing import compare
from weightinit.networks import Layer

__all__ = ["PAIRS", "calls", "rows"]

Shape = tuple[int, ...]


class Pair(NamedTuple):
    """An initializer, and what fills a tensor of PyTorch by the same law."""

    ours: wi.Initializer
    theirs: Callable[[torch.Tensor], torch.Tensor]


class Asked(NamedTuple):
    """How a row is measured, 0 threads being all, and the ratio to reach."""

    dtype: str
    threads: int
    target: float


PAIRS = {
    "uniform": Pair(wi.Uniform(low=-0.5, high=0.5), partial(torch.nn.init.uniform_, a=-0.5, b=0.5)),
    "normal": Pair(wi.Normal(std=0.5), partial(torch.nn.init.normal_, std=0.5)),
    "truncated": Pair(
        wi.TruncatedNormal(std=0.5), partial(torch.nn.init.trunc_normal_, std=0.5, a=-1.0, b=1.0)
    ),
    "orthogonal": Pair(wi.orthogonal, torch.nn.init.orthogonal_),
}
ASKED: list[tuple[str, Shape, str, int, float]] = [
    *(
        (name, (10, 100), dtype, 1, target)
        for name, target in (("uniform", 1.2), ("normal", 1.2), ("truncated", 0.5))
        for dtype in ("float32", "float64")
    ),
    ("uniform", (100, 1000), "float32", 1, 0.7),
    ("normal", (100, 1000), "float32", 1, 0.9),
    ("truncated", (100, 1000), "float32", 1, 0.2),
    ("uniform", (1000, 10_000), "float32", 1, 0.45),
    ("normal", (1000, 10_000), "float32", 1, 0.7),
    ("normal", (1000, 10_000), "float64", 1, 0.4),
    ("truncated", (1000, 10_000), "float32", 1, 0.1),
    ("uniform", (1000, 10_000), "float32", 0, 0.25),
    ("normal", (1000, 10_000), "float32", 0, 0.45),
    ("orthogonal", (64, 64), "float32", 1, 1.2),
    ("orthogonal", (512, 512), "float32", 1, 0.5),
    ("orthogonal", (2048, 2048), "float32", 1, 0.45),
]
NETWORK = Asked("float32", 0, 0.45)


def transformer(blocks: int = 12, width: int = 768, vocabulary: int = 50_257) -> list[Shape]:
    """Return the shapes of the weights of a GPT-2 with an array for each head group: 124 M."""
    block = [(width, width)] * 4 + [(width, 4 * width), (4 * width, width)]
    vectors = [(1, width)] * 18  # biases and scales, as rows
    return [(vocabulary, width), (1024, width), *(block + vectors) * blocks]


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row for each measurement: how many numbers of which law, on one thread or on all."""
    for law, shape, *rest in ASKED:
        asked = Asked(*rest)
        size = f"{shape[0]} x {shape[0]}" if law == "orthogonal" else f"{math.prod(shape):.0e}"
        on = "1 thread" if asked.threads == 1 else "all threads"
        ours, theirs = calls(PAIRS[law], shape, asked.dtype)
        yield _row(f"{law} {size} {asked.dtype}, {on}", ours, theirs, asked)
    yield _row("a transformer of 124 M weights, all threads", *_networks(), NETWORK)


def calls(pair: Pair, shape: Shape, dtype: str) -> tuple[Callable[[], object], ...]:
    """Return what draws a weight here, and what draws it in PyTorch."""
    kind, their_kind = np.dtype(dtype), getattr(torch, dtype)
    return (
        lambda: pair.ours(shape, rng=0, dtype=kind),
        lambda: pair.theirs(torch.empty(shape, dtype=their_kind)),
    )


class _Weights(Layer):
    """The weights of a network, without what it computes from them."""

    kind = "weights"

    def _parameter_shapes(self, _input_shape: Shape) -> dict[str, Shape]:
        return {str(place): shape for place, shape in enumerate(transformer())}

    def _output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def _forward(self, *_: Any) -> Any:
        raise NotImplementedError

    _backward = _forward


def _networks() -> tuple[Callable[[], object], ...]:
    """Return what starts a whole network, once the weights of the one before are forgotten."""
    kept: list[object] = []

    def ours() -> None:
        kept.clear()
        net = wi.Network([_Weights()], (1,))
        kept.append(net.initialize(wi.he_normal, rng=0, dtype="float32"))

    def theirs() -> None:
        kept.clear()
        kept.extend(
            torch.nn.init.normal_(torch.empty(shape), std=math.sqrt(2 / shape[0]))
            for shape in transformer()
        )

    return ours, theirs


def _row(
    name: str, ours: Callable[[], object], theirs: Callable[[], object], asked: Asked
) -> dict[str, Any]:
    with threads(asked.threads) as clock:
        return compare(name, ours, theirs, clock=clock, target=asked.target)
