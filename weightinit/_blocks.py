"""Fill arrays block by block, each block from a stream of its own.

A stream is keyed by the seed and the number of its block, so that threads can fill the blocks in
whatever order, and a part of an array is made of the blocks that it touches.
"""

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

from weightinit._checks import RandomSource, check_rng

__all__ = ["BLOCK", "Draw", "Job", "Key", "Law", "draw", "fill", "key_of", "whole", "workers"]

_Array = NDArray[Any]

#: Elements in a block: large enough to hide the cost of a stream, small enough for the cache.
BLOCK = 2**15

#: What one call takes from the caller's generator: three words, the state of a stream.
Key = tuple[int, int, int]

# Blocks that a thread draws in one turn. Threads wait for each other where one has just called
# NumPy and the other would: the longer a call, the rarer that is, until a turn outgrows the cache.
_TURN = 12
#: What fills a block from its stream.
Draw = Callable[[np.random.Generator, _Array], None]
#: What fills neighbouring blocks, as the rows of a matrix, from a stream each.
DrawMany = Callable[[Iterable[np.random.Generator], _Array], None]

_GOLDEN = 0x9E3779B97F4A7C15  # odd, so that no two blocks share a multiple of it
_WORD = 2**64 - 1


class Law(NamedTuple):
    """How a block is drawn.

    Attributes
    ----------
    draw : callable
        Fills a block from its stream.
    workers : int
        How many threads at most gain by it; memory limits those that compute little.
    share : int
        For how many numbers a thread is worth its start, of about a millisecond.
    draw_many : callable, optional
        Fills neighbouring blocks with the same numbers in fewer and longer calls of NumPy.
    """

    draw: Draw
    workers: int = 2**10
    share: int = 2**18
    draw_many: DrawMany | None = None


class Job(NamedTuple):
    """An array to fill, flat, and what fills it."""

    law: Law
    key: Key
    flat: _Array


class _Words(ISeedSequence):
    """Three words as the seed of SFC64, which mixes them in 12 rounds.

    NumPy's SeedSequence hashes what may be a poor seed, which takes ten times as long as the rest
    of a stream. A key comes from a generator, and is no poor seed.
    """

    def __init__(self, words: NDArray[np.uint64]) -> None:
        self._words = words

    # SFC64 asks for three words of 64 bits
    def generate_state(self, *_: Any) -> NDArray[np.uint64]:
        return self._words


def key_of(rng: RandomSource) -> Key:
    """Return the key of the next call; a Generator advances by it."""
    if type(rng) is int and 0 <= rng <= _WORD:
        return _key_of_seed(rng)
    return _next_key(check_rng(rng))


def fill(law: Law, key: Key, number: int, block: _Array) -> None:
    """Draw one block."""
    law.draw(_stream(key, number), block)


def whole(law: Law, shape: tuple[int, ...], dtype: np.dtype[Any], key: Key, threads: int) -> _Array:
    """Draw an array on so many threads at most, this one included; 0 is as many as gain by it."""
    out = np.empty(shape, dtype)
    flat = out.reshape(-1)
    if flat.size <= BLOCK:
        fill(law, key, 0, flat)
    else:
        draw([Job(law, key, flat)], threads)
    return out


def draw(jobs: Sequence[Job], threads: int = 0) -> None:
    """Fill arrays on the same threads; whichever is free takes the next blocks."""
    helpers = workers(jobs, threads or _processors()) - 1
    turns = iter(list(_turns(jobs, helpers)))  # of a list: threads cannot share a generator

    def work() -> None:
        for job, first, blocks in turns:
            _fill_many(job, first, blocks)

    if not helpers:
        work()
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  small arrays need no pool

    with ThreadPoolExecutor(helpers) as pool:  # NumPy lets go of the GIL while it draws
        helped = [pool.submit(work) for _ in range(helpers)]
        work()
    for future in helped:
        future.result()


def workers(jobs: Sequence[Job], most: int) -> int:
    """Return how many threads gain by these arrays, this one included."""
    gaining = max((job.law.workers for job in jobs), default=1)
    shares = int(sum(job.flat.size / job.law.share for job in jobs))
    return max(1, min(most, gaining, shares))


def _turns(jobs: Sequence[Job], helpers: int) -> Iterator[tuple[Job, int, _Array]]:
    """Yield neighbouring blocks with their array and the number of the first.

    Alone, a thread takes one at a time, which stays in the cache; else each has two turns or more.
    """
    blocks = sum(-(-job.flat.size // BLOCK) for job in jobs)
    most = max(1, min(_TURN, blocks // (2 * helpers + 2))) if helpers else 1
    for job in jobs:
        for first in range(0, -(-job.flat.size // BLOCK), most):
            yield job, first, job.flat[first * BLOCK : (first + most) * BLOCK]


def _fill_many(job: Job, first: int, blocks: _Array) -> None:
    """Draw neighbouring blocks, of which the last may be short."""
    law, key, _ = job
    full = blocks.size // BLOCK
    if law.draw_many is not None and full > 1:
        streams = (_stream(key, first + place) for place in range(full))
        law.draw_many(streams, blocks[: full * BLOCK].reshape(full, BLOCK))
        first, blocks = first + full, blocks[full * BLOCK :]
    for place in range(0, blocks.size, BLOCK):
        fill(law, key, first + place // BLOCK, blocks[place : place + BLOCK])


def _stream(key: Key, number: int) -> np.random.Generator:
    first, second, third = key
    # SFC64 is the fastest of NumPy's, whose stubs forget what seeds it takes
    words = np.array((first, second, third ^ (number * _GOLDEN & _WORD)), np.uint64)
    return np.random.Generator(np.random.SFC64(_Words(words)))  # type: ignore[arg-type]


@functools.lru_cache(maxsize=1024)
def _key_of_seed(seed: int) -> Key:
    return _next_key(np.random.default_rng(seed))


def _next_key(generator: np.random.Generator) -> Key:
    first, second, third = generator.bit_generator.random_raw(3).tolist()
    return first, second, third


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):  # what a container or taskset leaves to us
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
