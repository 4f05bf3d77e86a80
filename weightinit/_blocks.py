"""Fill arrays block by block, each block from a stream of its own.

A stream is keyed by the seed and the number of its block, so that threads can fill the blocks in
whatever order, and a part of an array is made of the blocks that it touches.
"""

import functools
import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

from weightinit._checks import RandomSource, check_rng

__all__ = ["BLOCK", "Draw", "Key", "Law", "fill", "key_of", "whole"]

_Array = NDArray[Any]

#: Elements in a block: large enough to hide the cost of a stream, small enough for the cache.
BLOCK = 2**15

#: What one call takes from the caller's generator: three words, the state of a stream.
Key = tuple[int, int, int]

_SHARE = 2**17  # elements that take longer than it takes to start a thread for them
#: What fills a block from its stream.
Draw = Callable[[np.random.Generator, _Array], None]

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
    """

    draw: Draw
    workers: int = 2**10


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
    first, second, third = key
    # SFC64 is the fastest of NumPy's, whose stubs forget what seeds it takes
    words = np.array((first, second, third ^ (number * _GOLDEN & _WORD)), np.uint64)
    stream = np.random.SFC64(_Words(words))  # type: ignore[arg-type]
    law.draw(np.random.Generator(stream), block)


def whole(law: Law, shape: tuple[int, ...], dtype: np.dtype[Any], key: Key, threads: int) -> _Array:
    """Draw an array on so many threads at most, this one included; 0 is as many as gain by it."""
    out = np.empty(shape, dtype)
    flat = out.reshape(-1)
    if flat.size <= BLOCK:
        fill(law, key, 0, flat)
        return out
    numbers = iter(range(math.ceil(flat.size / BLOCK)))

    def work() -> None:
        for number in numbers:  # whichever block is next
            fill(law, key, number, flat[number * BLOCK : (number + 1) * BLOCK])

    helpers = min(threads or min(_processors(), law.workers), flat.size // _SHARE) - 1
    if helpers < 1:
        work()
        return out
    with ThreadPoolExecutor(helpers) as pool:  # NumPy lets go of the GIL while it draws
        helped = [pool.submit(work) for _ in range(helpers)]
        work()
    for future in helped:
        future.result()
    return out


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
