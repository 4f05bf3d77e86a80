"""The page on models of other libraries states what is kept."""

import pytest

from benchmarks.faults import results
from benchmarks.interop import figures
from benchmarks.interop.plants import KINDS
from tests.docs.running import run

KEPT = results.read(figures.FILE)


def test_results_are_whole() -> None:
    """Each model that was judged has a row for each kind of plant, and shares between 0 and 1."""
    for row in figures.rows(KEPT).values():
        assert set(row["plants"]) == set(KINDS)
        assert 0 <= row["seen"] <= 1
    for row in KEPT["harm"]["found"].values():
        assert set(row["losses"]) == {"none", *KINDS}


@pytest.mark.gallery
def test_the_page_states_what_is_kept() -> None:
    """The head gives the shares of harmful plants named and of harmless ones reported, counted."""
    pytest.importorskip("IPython")  # which the kernel of a page has
    named = figures.share(figures.plants(KEPT, "harmful"), "named")
    harmless = figures.share(figures.plants(KEPT, "harmless"), "found")
    trained = figures.rows(KEPT).keys() & KEPT["harm"]["found"].keys()
    prose = run("about/interop.md").prose
    assert f"Of {len(figures.rows(KEPT))} models (" in prose
    assert f"{len(trained)} models were trained with and without theirs" in prose
    assert f"The other {len(figures.plants(KEPT, 'between'))} are in between" in prose
    assert f"names {100 * named.hits / named.of:.0f} % ({named.hits} of {named.of}), and" in prose
    assert f"reports {100 * harmless.hits / harmless.of:.0f} % ({harmless.hits} of" in prose
