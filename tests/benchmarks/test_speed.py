"""What a bench prints follows from what it measured."""

import itertools

import pytest

from benchmarks.faults import results
from benchmarks.speed import figures
from benchmarks.speed.timing import row, take_turns

KEPT = results.read(figures.FILE)


def test_candidates_take_turns() -> None:
    """After the first call of each, calls of both follow each other; a median is of one call."""
    ticks = itertools.count()  # each look at the clock is a second
    told: list[str] = []
    found = take_turns(
        lambda: told.append("ours"), lambda: told.append("theirs"), clock=lambda: float(next(ticks))
    )
    assert found == (1.0, 1.0)
    assert told[2:] == ["ours", "theirs"] * (len(told) // 2 - 1)


@pytest.mark.parametrize(
    "ours, target, expected",
    [(1.0, 0.5, "reached"), (1.2, 0.5, "missed"), (9.0, None, "")],
)
def test_a_verdict_compares_the_ratio(ours: float, target: float | None, expected: str) -> None:
    """A ratio up to its aim is reached; where nothing was promised there is no verdict."""
    told = row("task", ours, 2.0, target=target)
    assert told["ratio"] == ours / 2
    assert figures.verdict(told) == expected


def test_the_table_has_a_line_for_each_row() -> None:
    """What is kept is printed, each task with its group and its verdict."""
    lines = list(figures.table(KEPT))
    kept = list(figures.rows(KEPT))
    assert len(lines) == len(kept) > 0
    for line, (group, found) in zip(lines, kept, strict=True):
        assert line.startswith(group)
        assert found["name"] in line
        assert figures.verdict(found) in line
