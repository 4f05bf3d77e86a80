"""The results that a page draws: whole, and what the code of today gives."""

import pytest

from tests.sweeps.advice.combinations import COMBINATIONS
from tests.sweeps.advice.results import Row, beats, read, rows, standing
from tests.sweeps.advice.starts import ADVISED, STARTS
from tests.sweeps.advice.training import RATES, SEEDS, TESTED, hits


def test_whole_combinations_are_kept() -> None:
    """The file holds a number of hits for each start, rate and seed of a combination."""
    kept = read()
    assert set(kept) <= set(COMBINATIONS)
    for starts in kept.values():
        assert tuple(starts) == STARTS
        for found in starts.values():
            assert len(found) == len(RATES)
            assert all(len(of) == len(SEEDS) and 0 <= min(of) <= max(of) <= TESTED for of in found)


@pytest.mark.parametrize("start", STARTS)
def test_a_row_is_measured_again(start: str) -> None:
    """The cheapest network learns to the same images, but for one that rounding may tip."""
    name = "plain, tanh 2"
    again = hits(name, start, RATES[1], SEEDS[0])
    assert abs(again - read()[name][start][1][0]) <= 1


def test_beaten_means_by_two_points_and_two_errors() -> None:
    """A lead counts if it exceeds both; a start is judged at its best rate."""
    ours = Row("a", 0.01, 0.90, 0.003)
    assert beats(Row("b", 0.01, 0.93, 0.004), ours)
    assert not beats(Row("b", 0.01, 0.93, 0.02), ours)
    assert not beats(Row("b", 0.01, 0.915, 0.001), ours)
    at_best = standing("a", [[10, 20, 30], [300, 300, 330], [0, 0, 0]])
    assert (at_best.rate, at_best.accuracy) == (RATES[1], pytest.approx(310 / TESTED))
    assert at_best.error == pytest.approx(10 / TESTED)


def test_the_recommended_output_beats_zeros() -> None:
    """Measured, a drawn output is why: better than zeros on more networks than it is worse."""
    pairs = [dict(zip(ADVISED, advised, strict=True)) for _, advised, _ in rows(read())]
    zero, drawn = ([pair[start] for pair in pairs] for start in ADVISED)
    assert sum(map(beats, drawn, zero)) > sum(map(beats, zero, drawn))
