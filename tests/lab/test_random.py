"""Random numbers of the lab: their laws, and that a seed decides them."""

import numpy as np
import pytest
from scipy import stats

from tests.chance import assert_law, assert_moments, assert_uncorrelated
from tests.lab.engine import ask

DRAW = """
    const { stream } = lab.get("random");
    return given.keys.map((keys) => {
        const random = stream(...keys);
        return Array.from({ length: given.n }, () => random[given.what]());
    });
"""
N = 20_000


@pytest.mark.parametrize("what, law", [("uniform", stats.uniform()), ("normal", stats.norm())])
def test_draws_have_their_law(what: str, law: object) -> None:
    """Mean, std and distribution are those of the law, for three seeds (false alarm 3e-6)."""
    for draws in ask(DRAW, what=what, n=N, keys=[[0], [1], [2**32 - 1]]):
        assert_moments(np.array(draws), law, checks=3)
        assert_law(np.array(draws), law, checks=3)


def test_neighbours_are_uncorrelated() -> None:
    """A draw says nothing of the next one, nor of its square (false alarm 2e-6)."""
    (draws,) = ask(DRAW, what="normal", n=N, keys=[[0]])
    z = np.array(draws)
    assert_uncorrelated(z[:-1], z[1:], checks=2)
    assert_uncorrelated(z[:-1] ** 2, z[1:] ** 2, checks=2)


def test_streams_are_independent() -> None:
    """Streams of other seeds and of other layers are uncorrelated (false alarm 1e-6)."""
    keys = [[0, 1, 0], [0, 1, 1], [0, 2, 0], [1, 1, 0], [2, 1, 0]]
    drawn = [np.array(draws) for draws in ask(DRAW, what="normal", n=N, keys=keys)]
    pairs = [(a, b) for i, a in enumerate(drawn) for b in drawn[:i]]
    for a, b in pairs:
        assert_uncorrelated(a, b, checks=len(pairs))


def test_a_seed_decides_a_stream() -> None:
    """The same keys give the same numbers, and no two of many seeds the same first number."""
    once, again = ask(DRAW, what="bits", n=5, keys=[[7, 3], [7, 3]])
    assert once == again
    firsts = ask(DRAW, what="uniform", n=1, keys=[[seed] for seed in range(2000)])
    assert len({first for (first,) in firsts}) == 2000


def test_permutations_are_even() -> None:
    """Each number comes to each place equally often (false alarm 1e-6)."""
    n, times = 6, 6000
    drawn = ask(
        """
        const random = lab.get("random").stream(0);
        return Array.from({ length: given.times }, () => random.permutation(given.n));
        """,
        n=n,
        times=times,
    )
    orders = np.array(drawn)
    assert (np.sort(orders, axis=1) == np.arange(n)).all()
    counts = [np.bincount(orders[:, place], minlength=n) for place in range(n)]
    within = stats.norm.isf(1e-6 / n**2 / 2) * np.sqrt(times / n * (1 - 1 / n))
    assert np.abs(np.array(counts) - times / n).max() <= within
