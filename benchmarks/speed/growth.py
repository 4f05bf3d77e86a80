"""How cost grows with what is asked for, with the least that it could take beside it."""

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

import weightinit as wi
from benchmarks.speed import twins
from benchmarks.speed.diagnosing import calls as diagnosis
from benchmarks.speed.drawing import PAIRS, calls
from benchmarks.speed.steps import Pair
from benchmarks.speed.threads import threads
from benchmarks.speed.timing import take_turns
from weightinit._blocks import BLOCK

__all__ = ["GEMM", "MEMORY", "WORDS", "products", "rows", "words"]

#: What is drawn beside the curves: the least that a task could take.
MEMORY, WORDS, GEMM = "fresh memory alone", "random words alone", "matrix products alone"

_COUNTS = [10**power for power in range(3, 9)]
_DEPTHS, _WIDTHS = [2, 4, 8, 16, 32, 64], [64, 128, 256, 512, 1024, 2048]
_WIDTH, _DEPTH = 256, 4  # of the networks whose depth or width grows
_BATCH, _STEPS, _CLASSES = 128, 4, 10

_Calls = dict[str, Callable[[], object]]


class _Axis(NamedTuple):
    """What grows, and what is counted."""

    x: str
    y: str
    unit: float = 1.0  # of y, in seconds


def rows() -> Iterator[dict[str, Any]]:
    """Yield the curves of each figure: what is counted at each size, by who computes it."""
    for law, number in itertools.product(("uniform", "normal"), (1, 2)):
        on = "1 thread" if number == 1 else f"{number} threads"
        with threads(number) as clock:
            measured = {n: _timed(_filling(law, n), clock=clock) for n in _COUNTS}
        axis = _Axis("numbers", "ns a number", 1e-9)
        each = {n: _over(found, n) for n, found in measured.items()}
        yield _curves(f"{law} float32, {on}", axis, each)
    networks = {
        "depth": {depth: [_WIDTH] * depth for depth in _DEPTHS},
        "width": {width: [width] * _DEPTH for width in _WIDTHS},
    }
    torch.set_num_threads(1)
    for x, by_size in networks.items():
        steps = {size: _over(_timed(_steps(widths)), _STEPS) for size, widths in by_size.items()}
        yield _curves(f"step against {x}", _Axis(x, "ms a step", 1e-3), steps)
    for x, by_size in networks.items():
        passes = {size: _passes(widths) for size, widths in by_size.items()}
        yield _curves(f"diagnosis against {x}", _Axis(x, "passes"), passes)


def _timed(candidates: _Calls, **settings: Any) -> dict[str, float]:
    return dict(zip(candidates, take_turns(*candidates.values(), **settings), strict=True))


def _over(found: Mapping[str, float], count: int) -> dict[str, float]:
    return {name: seconds / count for name, seconds in found.items()}


def _curves(name: str, axis: _Axis, found: Mapping[int, Mapping[str, float]]) -> dict[str, Any]:
    """Return a figure's curves, each with a value at each size."""
    curves: dict[str, list[float]] = {}
    for seconds in found.values():
        for label, value in seconds.items():
            curves.setdefault(label, []).append(float(f"{value / axis.unit:.4g}"))
    return {"name": name, "x": axis.x, "y": axis.y, "sizes": list(found), "curves": curves}


def _filling(law: str, n: int) -> _Calls:
    """Return what draws n numbers, what writes them to fresh memory, and what draws their words."""
    ours, theirs = calls(PAIRS[law], (n // 100, 100), "float32")
    return {
        "weightinit": ours,
        "PyTorch": theirs,
        MEMORY: lambda: np.full(n, 1.0, np.float32),
        WORDS: partial(words, np.random.SFC64(0), n),
    }


def words(source: np.random.BitGenerator, n: int) -> None:
    """Draw what n numbers of float32 are made of, a block at a time."""
    for place in range(0, n, BLOCK):
        source.random_raw(min(n - place, BLOCK) // 2)


def _steps(widths: Sequence[int]) -> _Calls:
    """Return what trains a network for some steps, and what only multiplies their matrices."""
    sizes = [*widths, widths[-1], _CLASSES]
    n = _STEPS * _BATCH
    pair = Pair(wi.mlp(sizes), twins.mlp(sizes), n=n, classes=_CLASSES, batch_size=_BATCH)
    return {
        "weightinit": pair.ours,
        "PyTorch": pair.theirs,
        GEMM: partial(products, sizes, _BATCH, _STEPS),
    }


def products(sizes: Sequence[int], batch: int, steps: int) -> None:
    """Multiply the matrices of some steps: forward, and back to weights and to all inputs but x.

    Each layer has matrices of its own, which push each other out of the cache as in training.
    """
    for _ in range(steps):
        for place, (c_in, c_out) in enumerate(itertools.pairwise(sizes)):
            x, w, y, dx, dw, dy = _matrices(place, batch, c_in, c_out)
            np.matmul(x, w, out=y)
            np.matmul(x.T, dy, out=dw)
            if place:
                np.matmul(dy, w.T, out=dx)


@functools.cache
def _matrices(_place: int, batch: int, c_in: int, c_out: int) -> list[NDArray[np.float32]]:
    rng = np.random.default_rng(0)
    shapes = [(batch, c_in), (c_in, c_out), (batch, c_out)] * 2
    return [rng.standard_normal(shape, np.float32) for shape in shapes]


def _passes(widths: Sequence[int]) -> dict[str, float]:
    """Return what a diagnosis costs in passes forward and back."""
    ours, a_pass = take_turns(*diagnosis([*widths, widths[-1]]))
    return {"weightinit": ours / a_pass}
