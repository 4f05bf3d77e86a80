"""Formulas of chance: Wilson's interval, and the bound for networks that are born dead."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from weightinit._chances import born_dead_bound, draws_needed, wilson_interval

counts = st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_the_interval_is_that_of_scipy(count: tuple[int, int]) -> None:
    """Both ends are those of SciPy's Wilson interval, to 1e-12, and exact at 0 and at n."""
    k, n = count
    low, high = wilson_interval(k, n)
    found = stats.binomtest(k, n).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((found.low, found.high), rel=0, abs=1e-12)
    assert (low == 0) == (k == 0)
    assert (high == 1) == (k == n)


@given(counts)
def test_the_interval_holds_the_share_and_turns_around(count: tuple[int, int]) -> None:
    """K / n lies inside, and failures have the interval of successes from the other end."""
    k, n = count
    low, high = wilson_interval(k, n)
    assert low <= k / n <= high
    mirrored = wilson_interval(n - k, n)
    assert (1 - high, 1 - low) == pytest.approx(mirrored, rel=0, abs=1e-12)


@given(st.floats(1e-6, 0.999))
def test_so_many_clean_draws_are_needed_and_no_more(at_most: float) -> None:
    """The upper end for no success is at the bound, to rounding, or below; with one less above."""
    n = draws_needed(at_most)
    assert wilson_interval(0, n)[1] <= at_most * (1 + 1e-12)
    assert n == 1 or wilson_interval(0, n - 1)[1] > at_most * (1 - 1e-12)


@given(st.lists(st.integers(1, 40), max_size=8))
def test_the_bound_is_the_product(widths: list[int]) -> None:
    """The bound is 1 - prod(1 - 2^-n), the same for any order of the layers."""
    product = math.prod(1 - 2.0**-n for n in widths)
    assert born_dead_bound(widths) == pytest.approx(1 - product, rel=0, abs=1e-15)
    assert born_dead_bound(widths[::-1]) == pytest.approx(born_dead_bound(widths), rel=1e-12)


def test_wide_layers_keep_their_digits() -> None:
    """Where 1 - 2^-n rounds to 1 the bound is still 2^-n, and 0 where a float ends."""
    assert born_dead_bound([100]) == pytest.approx(2.0**-100, rel=1e-12)
    assert born_dead_bound([10**6]) == 0


@pytest.mark.parametrize(
    "call, error, told",
    [
        (lambda: wilson_interval(1.5, 2), TypeError, "successes must be an integer >= 0, got 1.5"),
        (
            lambda: wilson_interval(3, 2),
            ValueError,
            "successes must be an integer from 0 to 2, got 3",
        ),
        (lambda: wilson_interval(-1, 2), ValueError, "successes must be an integer >= 0, got -1"),
        (lambda: wilson_interval(0, 0), ValueError, "trials must be an integer >= 1, got 0"),
        (lambda: born_dead_bound(3), TypeError, r"widths must be a sequence .* write \[2\] \* 10"),
        (
            lambda: born_dead_bound([2, 0]),
            ValueError,
            r"widths\[1\] must be an integer >= 1, got 0",
        ),
    ],
)
def test_bad_arguments_are_told(call, error, told) -> None:
    """A bad argument raises, and the message names it, its value and what is allowed."""
    with pytest.raises(error, match=told):
        call()
