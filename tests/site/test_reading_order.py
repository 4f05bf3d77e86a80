"""Pages are read in an order that lets all processes end at about the same time."""

import heapq
import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.site  # where Sphinx is installed

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {path.relative_to(DOCS).with_suffix("").as_posix(): path for path in DOCS.rglob("*.md")}
COMPUTING = {name for name, path in PAGES.items() if "{code-cell}" in path.read_text("utf-8")}
NAMES = sorted({*COMPUTING, *(f"reference/generated/weightinit.name{n}" for n in range(150))})


def span(order: list[str], seconds: Mapping[str, float], processes: int) -> float:
    """Return how long processes take of which each takes the next share once it is free."""
    from sphinx.util.parallel import make_chunks

    ends = [0.0] * processes
    for share in make_chunks(order, processes):
        took = sum(seconds.get(name, 0.0) for name in share)
        heapq.heappush(ends, heapq.heappop(ends) + took)
    return max(ends)


@pytest.mark.parametrize("processes", [2, 3, 4, 8])
def test_processes_end_together(processes: int) -> None:
    """All are done within a fifth of the least time that there is, and the alphabet takes more."""
    import reading_order

    kept = json.loads(reading_order.SECONDS.read_text("utf-8"))
    seconds = {name: kept.get(name, 10.0) for name in COMPUTING}
    found = reading_order.order(NAMES, seconds, processes)
    assert sorted(found) == NAMES
    least = max(sum(seconds.values()) / processes, *seconds.values())
    took = span(found, seconds, processes)
    assert took <= 1.2 * least
    assert took < span(NAMES, seconds, processes)


def test_pages_that_were_not_measured_are_dealt_as_well() -> None:
    """A new page counts like the mean of the others, and no page that was not asked for is read."""
    import reading_order

    asked = [*NAMES[::2], "theory/new-page"]
    env = SimpleNamespace(doc2path=lambda name: PAGES.get(name, PAGES["theory/he"]))
    dealt = asked.copy()
    reading_order.deal(SimpleNamespace(parallel=2), env, dealt)
    assert sorted(dealt) == sorted(asked)


def test_few_pages() -> None:
    """One page, or none, is read in the only order that there is."""
    import reading_order

    assert reading_order.order([], {}, 2) == []
    assert reading_order.order(["index"], {"index": 3.0}, 2) == ["index"]
