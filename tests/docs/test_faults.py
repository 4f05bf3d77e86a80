"""The page on what a diagnosis is worth: its results are whole, and the code of today's."""

import pytest

from benchmarks.faults import results
from benchmarks.faults.cases import networks
from benchmarks.faults.figures import built, share
from benchmarks.faults.published import diagnosis
from benchmarks.faults.settled import STARTS
from tests.docs.running import run

KEPT = results.read()


def test_results_are_whole() -> None:
    """The file has a verdict, or a reason for none, of each network; both starts train alike."""
    said, trained = KEPT["published"]["found"], KEPT["settled"]["found"]
    assert len(networks()) - len(said) <= 1  # one is slow to judge, and the page says so
    assert set(trained) <= set(said) <= set(networks())
    for row in said.values():
        assert row.get("not built") or 0 <= row["flagged"] <= row["draws"]
    for row in trained.values():
        assert len({len(row[start]) for start in STARTS}) == 1
        assert row["chance_loss"] > 0


@pytest.mark.parametrize("name", ["zoo-blob-h03", "zoo-circle-f05", "so-31880720-h", "tdc-so-07"])
def test_a_row_is_judged_again(name: str) -> None:
    """A verdict that is kept is that of the code of today."""
    row = KEPT["published"]["found"][name]
    again = [diagnosis(name, KEPT["published"]["seed"], draw) for draw in range(row["draws"])]
    assert sum(not found.healthy for found in again) == row["flagged"]


@pytest.mark.gallery
def test_the_page_states_what_is_kept() -> None:
    """The first sentence gives recall and false alarms of labels that stand, by networks."""
    pytest.importorskip("IPython")  # which the kernel of a page has
    of = list(built(KEPT))
    shares = [share(of, label, settled=True) for label in ("faulty", "healthy")]
    recall, alarms = (f"{100 * one.hits / one.of:.0f} %" for one in shares)
    prose = run("about/faults.md").prose
    assert f"reports {recall} of the starts at fault" in prose
    assert f"a false alarm on {alarms} of the healthy ones" in prose
