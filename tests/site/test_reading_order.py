"""Pages are read in an order that gives each process its part of those that compute."""

import math
from pathlib import Path

import pytest

pytestmark = pytest.mark.site  # where Sphinx is installed

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("processes", [2, 3, 4, 8])
def test_no_process_reads_most_of_what_computes(processes: int, site: Path) -> None:
    """No share that Sphinx cuts holds twice its part of the executed pages; all pages stay."""
    import reading_order
    from sphinx.util.parallel import make_chunks

    pages = {path.relative_to(DOCS).with_suffix("").as_posix(): path for path in DOCS.rglob("*.md")}
    computing = {name for name, path in pages.items() if "{code-cell}" in path.read_text("utf-8")}
    built = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    names = sorted(name for name in built if not name.startswith("_modules"))
    assert len(computing & set(names)) > 20

    def most(order: list[str]) -> float:
        shares = make_chunks(order, processes)
        part = math.ceil(len(computing) / len(shares))
        return max(len(computing & set(share)) for share in shares) / part

    dealt = names.copy()
    reading_order.deal(None, None, dealt)
    assert sorted(dealt) == names
    assert most(dealt) < 2 < most(names)
