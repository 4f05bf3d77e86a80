"""Drawing weights, beside PyTorch: public calls, with their checks and with fresh memory."""

import math
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch

import weightinit as wi
from benchmarks.speed.timing import row, take_turns

__all__ = ["rows"]

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


def transformer(blocks: int = 12, width: int = 768, vocabulary: int = 50_257) -> list[Shape]:
    """Return the shapes of the weights of a GPT-2 with an array for each head group: 124 M."""
    block = [(width, width)] * 4 + [(width, 4 * width), (4 * width, width)]
    vectors = [(1, width)] * 18  # biases and scales, as rows
    return [(vocabulary, width), (1024, width), *(block + vectors) * blocks]


def rows() -> Iterator[dict[str, Any]]:
    """Yield a row for each measurement: how many numbers of which law, on one thread or on all."""
    for law, shape, *rest in ASKED:
        asked = Asked(*rest)
        threads = "1 thread" if asked.threads == 1 else "all threads"
        size = f"{shape[0]} x {shape[0]}" if law == "orthogonal" else f"{math.prod(shape):.0e}"
        name = f"{law} {size} {asked.dtype}, {threads}"
        yield _row(name, [shape], PAIRS[law], asked)
    pair = Pair(wi.he_normal, lambda w: torch.nn.init.normal_(w, std=math.sqrt(2 / len(w))))
    asked = Asked("float32", 0, 0.45)
    yield _row("a transformer of 124 M weights, all threads", transformer(), pair, asked)


def _row(name: str, shapes: list[Shape], pair: Pair, asked: Asked) -> dict[str, Any]:
    dtype, threads, target = asked
    kind, their_kind = np.dtype(dtype), getattr(torch, dtype)

    def ours() -> None:
        rng = np.random.default_rng(0) if len(shapes) > 1 else 0
        for shape in shapes:
            pair.ours(shape, rng=rng, dtype=kind)

    def theirs() -> None:
        for shape in shapes:
            pair.theirs(torch.empty(shape, dtype=their_kind))

    cores = _cores()
    used = threads or len(cores)
    torch.set_num_threads(used)
    _use(cores[:used])
    try:
        clock = time.process_time if used == 1 else time.perf_counter
        seconds = take_turns(ours, theirs, clock=clock)
    finally:
        _use(cores)
    return row(name, *seconds, target=target)


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def _use(cores: list[int]) -> None:
    """Keep this process on some cores: as many threads as these are drawn on."""
    os.sched_setaffinity(0, cores)
