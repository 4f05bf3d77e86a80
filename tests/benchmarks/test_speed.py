"""What a bench prints follows from what it measured."""

import functools
import itertools
from collections.abc import Callable

import pytest

from benchmarks.faults import results
from benchmarks.speed import figures
from benchmarks.speed.profiles import shares
from benchmarks.speed.timing import compare, row, take_turns

KEPT = results.read(figures.FILE)


def ticking() -> Callable[[], float]:
    """Return a clock on which a second passes between two looks."""
    return functools.partial(next, itertools.count(0.0))


def test_candidates_take_turns() -> None:
    """After the first call of each, calls of both follow each other; a median is of one call."""
    told: list[str] = []
    found = take_turns(lambda: told.append("ours"), lambda: told.append("theirs"), clock=ticking())
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


def _waste() -> int:
    return sum(number * number for number in range(20_000))


def test_a_profile_names_where_the_time_goes() -> None:
    """Shares are of one whole, the largest first, and the function that works has most of it."""
    found = shares(lambda: [_waste(), len("")])
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert 0.5 < sum(found.values()) <= 1.005  # each is rounded to a thousandth
    assert next(iter(found)) in ("test_speed._waste", "test_speed.<genexpr>", "builtins.sum")


@pytest.mark.parametrize("target, profiled", [(1e-9, True), (1e9, False), (None, False)])
def test_what_misses_is_profiled(target: float | None, profiled: bool) -> None:
    """A row keeps a profile where it misses its aim, and only there."""
    found = compare("task", _waste, _waste, target=target, clock=ticking())
    assert ("profile" in found) is profiled


def test_kept_profiles_belong_to_what_misses() -> None:
    """Of the rows whose calls can be profiled, those that miss have a profile, and no others."""
    for group, found in figures.rows(KEPT):
        if group in ("drawing", "steps", "diagnosing"):
            assert ("profile" in found) is (figures.verdict(found) == "missed")


def test_curves_are_whole() -> None:
    """Each curve has a positive value at each size, and sizes rise."""
    kept = KEPT["growth"]["found"]
    assert len(kept) > 0
    for found in kept.values():
        assert found["sizes"] == sorted(set(found["sizes"]))
        for values in found["curves"].values():
            assert len(values) == len(found["sizes"])
            assert min(values) > 0
