"""Drawing weights, beside PyTorch: public calls, with their checks and with fresh memory.

``python -m benchmarks.speed.drawing`` measures all; words in its arguments choose rows by name.
"""

import math
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import torch

import weightinit as wi
from benchmarks.speed.rows import Row, take_turns

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


def rows(*names: str) -> Iterator[Row]:
    """Yield a row for each measurement whose name holds one of these words, or all."""
    for name, shape, *asked in ASKED:
        label = f"{name} {'x'.join(map(str, shape))} {asked[0]}"
        if not names or any(word in label for word in names):
            yield _row(label, [shape], PAIRS[name], Asked(*asked))
    if not names or any(word in "network" for word in names):
        pair = Pair(wi.he_normal, lambda w: torch.nn.init.normal_(w, std=math.sqrt(2 / len(w))))
        yield _row("network", transformer(), pair, Asked("float32", 0, 0.45))


def _row(name: str, shapes: list[Shape], pair: Pair, asked: Asked) -> Row:
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
        seconds = take_turns(ours, theirs, used)
    finally:
        _use(cores)
    return Row(name, sum(map(math.prod, shapes)), dtype, used, *seconds, target)


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def _use(cores: list[int]) -> None:
    """Keep this process on some cores: as many threads as these are drawn on."""
    os.sched_setaffinity(0, cores)


def main(names: list[str]) -> int:
    """Print a line for each row, as it is measured."""
    print(f"{'':38}{'n':>12} threads     ours   theirs  ratio  target")
    for row in rows(*names):
        print(
            f"{row.name:38}{row.n:12,}{row.threads:8}{1e6 * row.ours:9.0f}{1e6 * row.theirs:9.0f}"
            f"{row.ratio:7.2f}{row.target:8.2f}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
