"""Streams: the same numbers on any number of threads, and independent ones otherwise."""

import decimal
import itertools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tests.chance import assert_law, assert_uncorrelated
from weightinit import streams

BLOCK = streams.BLOCK
Draw = Callable[..., NDArray[Any]]
DRAWS: dict[str, Draw] = {
    "uniform": partial(streams.uniform, low=-1.0, high=3.0),
    "normal": partial(streams.normal, mean=1.0, std=2.0),
    "truncated": partial(streams.truncated_normal, mean=0.0, std=2.0, bound=2.0),
    "narrow": partial(streams.truncated_normal, mean=0.0, std=2.0, bound=0.5),
}
FLOAT64 = np.dtype(np.float64)

kinds = pytest.mark.parametrize("kind", DRAWS)
dtypes = pytest.mark.parametrize("dtype", [np.dtype(np.float32), FLOAT64], ids=str)


def draw(kind: str, size: int, dtype: np.dtype[Any] = FLOAT64, *, seed: int = 0) -> NDArray[Any]:
    """Draw a vector of one kind from a seed."""
    return DRAWS[kind](np.random.default_rng(seed), (size,), dtype)


@kinds
@dtypes
@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, BLOCK + 1, 2**18 + 7, 2**20])
def test_threads_do_not_show(kind: str, dtype: np.dtype[Any], size: int) -> None:
    """The same key gives the same bits on 1, 2, 3 and 7 threads, whatever the number of blocks."""
    alone, *together = (
        DRAWS[kind](np.random.default_rng(5), (size,), dtype, threads=threads).tobytes()
        for threads in (1, 2, 3, 7)
    )
    assert together == [alone] * 3
    assert draw(kind, size, dtype, seed=5).tobytes() == alone


@kinds
@dtypes
def test_blocks_do_not_know_of_each_other(kind: str, dtype: np.dtype[Any]) -> None:
    """A block holds the same numbers however many blocks follow it."""
    longest = draw(kind, 3 * BLOCK, dtype)
    for blocks in (1, 2):
        assert np.array_equal(draw(kind, blocks * BLOCK, dtype), longest[: blocks * BLOCK])


@kinds
@given(st.lists(st.integers(1, 6), max_size=4))
def test_shapes_are_filled_in_order(kind: str, shape: list[int]) -> None:
    """The numbers of an array are those of a vector of its size, row by row."""
    array = DRAWS[kind](np.random.default_rng(0), tuple(shape), FLOAT64)
    assert array.shape == tuple(shape)
    assert array.flags.c_contiguous
    assert np.array_equal(array.ravel(), draw(kind, math.prod(shape)))


@kinds
def test_the_generator_advances_by_one_key(kind: str) -> None:
    """A call moves the generator on by the same step, whatever it draws: any kind, size, dtype."""
    generator = np.random.default_rng(0)
    streams.normal(generator, (1,), FLOAT64, mean=0.0, std=1.0)
    for size, dtype in itertools.product((1, 1000, BLOCK + 1), (np.float32, np.float64)):
        other = np.random.default_rng(0)
        DRAWS[kind](other, (size,), np.dtype(dtype), threads=2)
        assert other.bit_generator.state == generator.bit_generator.state


@kinds
@dtypes
def test_no_stream_resembles_another(kind: str, dtype: np.dtype[Any]) -> None:
    """Blocks of one array, of calls in a row and of seeds side by side are uncorrelated."""
    generator = np.random.default_rng(0)
    arrays = [DRAWS[kind](generator, (2 * BLOCK,), dtype) for _ in range(2)]
    arrays += [draw(kind, 2 * BLOCK, dtype, seed=seed) for seed in (1, 2)]
    pairs = list(itertools.combinations([half for a in arrays for half in np.split(a, 2)], 2))
    for a, b in pairs:
        assert_uncorrelated(a, b, checks=len(pairs))


@kinds
@dtypes
def test_neighbours_are_uncorrelated(kind: str, dtype: np.dtype[Any]) -> None:
    """A number says nothing about those 1, 2, 3 or 64 places on, nor about their squares."""
    x = draw(kind, 2 * BLOCK, dtype).astype(np.float64)
    lags = (1, 2, 3, 64)
    for lag in lags:
        assert_uncorrelated(x[:-lag], x[lag:], checks=2 * len(lags))
        assert_uncorrelated(x[:-lag] ** 2, x[lag:] ** 2, checks=2 * len(lags))


@kinds
@dtypes
def test_seeds(kind: str, dtype: np.dtype[Any]) -> None:
    """One seed repeats every bit; another seed, or a second call, gives other numbers."""
    x = draw(kind, 1000, dtype, seed=3)
    assert np.array_equal(x, draw(kind, 1000, dtype, seed=3))
    generator = np.random.default_rng(3)
    assert np.array_equal(x, DRAWS[kind](generator, (1000,), dtype))
    for other in (DRAWS[kind](generator, (1000,), dtype), draw(kind, 1000, dtype, seed=4)):
        assert np.mean(x == other) < 0.01  # a float32 of 24 random bits agrees once in 2^24


def test_first_numbers_of_many_keys() -> None:
    """Where each key is used for one number alone, the numbers still follow the law."""
    generator = np.random.default_rng(0)
    firsts = [DRAWS["normal"](generator, (1,), FLOAT64)[0] for _ in range(2000)]
    assert_law(np.array(firsts), stats.norm(1.0, 2.0))


def exact_factor(bound: float) -> float:
    """Return sqrt(1 - 2 b p(b) / (2 P(b) - 1)), p and P the normal density and distribution.

    With 120 digits, of which a bound above 1e-40 cancels 80; P is the series of erf.
    """
    with decimal.localcontext(prec=120):
        b = decimal.Decimal(bound)
        terms, k = [b], 1
        while abs(terms[-1]) > decimal.Decimal(10) ** -110 * b:
            terms.append(-terms[-1] * b**2 * (2 * k - 1) / (2 * k * (2 * k + 1)))
            k += 1
        return float((1 - b * (-(b**2) / 2).exp() / sum(terms)).sqrt())


@given(st.floats(1e-40, 12))
@example(0.375)  # of thousands, the worst
def test_truncation_factor(bound: float) -> None:
    """It is exact to ten roundings of 2^-53, where the closed form loses 1e-16 / bound^2.

    A rounding of 1 / s or of its n sums counts by (1 - c^2) / 2: at most 6 of the 14 at b = 0.8,
    where they tell most. Three operations are left, and the square by half.
    """
    wanted = pytest.approx(exact_factor(bound), rel=10 * 2**-53, abs=0)
    assert streams.truncation_factor(bound) == wanted


@pytest.mark.parametrize(
    "bound, factor", [(1e-200, 1e-200 / math.sqrt(3)), (1e-8, 1e-8 / math.sqrt(3)), (1e200, 1)]
)
def test_limits_of_truncation(bound: float, factor: float) -> None:
    """A very narrow cut leaves a uniform distribution, a very wide one the normal as it was."""
    assert streams.truncation_factor(bound) == pytest.approx(factor, rel=1e-14, abs=0)
