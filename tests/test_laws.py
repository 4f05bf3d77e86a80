"""Each vectorized way to draw a number against its plain form, word by word."""

import itertools
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special, stats

from tests.chance import assert_law
from weightinit import _blocks, _laws, _truncation

SINGLE = np.dtype(np.float32)
LEAST, MIDDLE, MOST = 0, 2**31, 2**32 - 1  # words of 32 bits
SPREAD = np.linspace(LEAST, MOST, 2**12 + 1).round().astype(np.uint32)

ends = st.floats(-(2.0**100), 2.0**100, width=32)


def draw(law: _blocks.Law, words: NDArray[np.uint32]) -> NDArray[Any]:
    """Draw a block from given random words."""
    even = np.append(words, words[:1])[: words.size + words.size % 2]
    source = SimpleNamespace(random_raw=lambda _: even.view(np.uint64))
    block = np.empty(words.size, SINGLE)
    law.draw(SimpleNamespace(bit_generator=source), block)
    return block


@given(st.tuples(ends, ends).map(sorted))
def test_uniform_words(bounds: list[float]) -> None:
    """A word lies in [low, high], where its share of 2^32 says, to four roundings."""
    low, high = bounds
    extremes = np.array([MIDDLE, MIDDLE - 1, 0, MOST], np.uint32)
    words = np.append(extremes, SPREAD)
    found = draw(_laws.uniform(SINGLE, low, high), words).astype(np.float64)
    assert low <= found.min() <= found.max() <= high
    wanted = (low + high) / 2 + (high - low) * words.view(np.int32) / 2**32
    rounding = 2.0**-24 * max(abs(low), abs(high), high - low)
    assert np.abs(found - wanted).max() <= 4 * rounding + 2.0**-149


def test_narrow_intervals_keep_their_bits() -> None:
    """At the small end of float32, where a word times its unit has no bits left, none is lost."""
    half = 2.0**-126
    found = draw(_laws.uniform(SINGLE, -half, half), SPREAD)
    wanted = SPREAD.view(np.int32).astype(np.float64) * (half / 2**31)
    assert np.abs(found - wanted).max() <= 2.0**-149


def test_normal_words() -> None:
    """Two words are r sin a and r cos a, also where the logarithm is steepest and flattest.

    The tolerance is that of NumPy's functions, 4 roundings in log and 2 in sin and cos.
    """
    few = np.array([LEAST, 1, 2, 3, 1000, MIDDLE, MOST - 1000, MOST - 1, MOST], np.uint32)
    lengths = np.append(few, SPREAD)
    angles = np.roll(lengths, 1000)
    found = draw(_laws.normal(0.0, 1.0), np.concatenate([lengths, angles]))
    u = lengths.astype(np.float32).astype(np.float64) + 0.5  # a word has 24 bits once it is rounded
    r = np.sqrt(-2 * np.log(np.minimum(u / 2**32, 1)))
    a = angles.view(np.int32) * (math.pi / 2**31)
    # where r is small, u itself is rounded by 2^-25, and r by that over r
    tolerance = 6 * 2.0**-23 * r + 2.0**-24 / np.maximum(r, 2.0**-12)
    for part, wanted in zip(np.split(found, 2), (r * np.sin(a), r * np.cos(a)), strict=True):
        assert np.all(np.abs(part - wanted) <= tolerance)


@pytest.mark.parametrize("size", [1, 2, 3, 10, 11])
def test_an_odd_number_of_normal_numbers(size: int) -> None:
    """The last of an odd number of normal numbers is drawn like the others."""
    block = np.full(size, np.nan, SINGLE)
    _laws.normal(0.0, 1.0).draw(np.random.default_rng(0), block)
    assert np.all(np.isfinite(block))
    assert np.unique(block).size == size


def test_tails_are_as_long_as_they_should_be() -> None:
    """Beyond 4, where a normal number is once in 16,000, it follows the law as well."""
    block = np.empty(2**24, SINGLE)
    _laws.normal(0.0, 1.0).draw(np.random.Generator(np.random.SFC64(0)), block)
    size = np.abs(block, dtype=np.float64)
    assert_law(size[size > 4], stats.truncnorm(4, math.inf))


@pytest.mark.parametrize("bound", [1e-30, 0.1, 0.7, 1.5, 2.0])
def test_truncated_words(bound: float) -> None:
    """A word is the quantile of its share of the mass within the bound, and never beyond it.

    The curve is fitted to 7e-8; eight roundings come to it, and those of the share of the mass.
    """
    found = draw(_laws.truncated_normal(SINGLE, 0.0, 1.0, bound), SPREAD)
    share = SPREAD.view(np.int32).astype(np.float32).astype(np.float64) / 2**31
    wanted = special.ndtri(0.5 + share * (special.ndtr(bound) - 0.5))
    if bound < 1e-8:  # where a normal density is flat
        wanted = share * bound
    wanted *= _truncation.reach(bound) / bound
    assert found == pytest.approx(wanted, rel=7e-8 + 10 * 2.0**-24, abs=1e-12)
    assert np.abs(found).max() <= np.float32(_truncation.reach(bound))


@given(st.floats(1e-300, 2))
def test_density(bound: float) -> None:
    """It is the probability between 0 and a bound, over the bound."""
    wanted = math.erf(bound / math.sqrt(2)) / (2 * bound)
    assert _truncation.density(bound) == pytest.approx(wanted, rel=1e-14, abs=0)


def test_streams_of_neighbouring_blocks_start_apart() -> None:
    """Keys and blocks that differ in one bit give first words that differ in half of theirs.

    Over n pairs the mean of the bits in common is off by 5 standard errors once in 10^6.
    """
    keys = [(1, 2, 3), *((1 ^ 1 << bit, 2, 3) for bit in range(64))]
    firsts: list[int] = []
    law = _blocks.Law(lambda stream, _: firsts.append(stream.bit_generator.random_raw()))
    for key, number in itertools.product(keys, (0, 1)):
        _blocks.fill(law, key, number, np.empty(1))
    base = firsts[0]
    differing = [(word ^ base).bit_count() for word in firsts[1:]]
    assert abs(np.mean(differing) - 32) <= 5 * 4 / math.sqrt(len(differing))
    assert min(differing) >= 8  # which 64 fair bits go below once in 10^10
