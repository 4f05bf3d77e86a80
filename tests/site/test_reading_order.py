"""Pages are read in an order that gives each process its part of those that compute."""

import math
from pathlib import Path
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.site  # where Sphinx is installed

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("processes", [2, 3, 4, 8])
def test_no_process_reads_most_of_what_computes(processes: int, site: Path) -> None:
    """Each share that Sphinx cuts holds its part of the executed pages, or one more; all stay."""
    import reading_order
    from sphinx.util.parallel import make_chunks

    pages = {path.relative_to(DOCS).with_suffix("").as_posix(): path for path in DOCS.rglob("*.md")}
    computing = {name for name, path in pages.items() if "{code-cell}" in path.read_text("utf-8")}
    built = {path.relative_to(site).with_suffix("").as_posix() for path in site.rglob("*.html")}
    names = sorted(name for name in built if not name.startswith("_modules"))
    computing &= set(names)
    assert len(computing) > 20

    def most(order: list[str]) -> int:
        """Return by how many pages the largest share exceeds what its length entitles it to."""
        shares = make_chunks(order, processes)
        parts = (math.ceil(len(computing) * len(share) / len(order)) for share in shares)
        return max(
            len(computing & set(share)) - part for share, part in zip(shares, parts, strict=True)
        )

    dealt = names.copy()
    paths = SimpleNamespace(doc2path=lambda name: pages.get(name, DOCS / f"{name}.rst"))
    reading_order.deal(None, paths, dealt)
    assert sorted(dealt) == names
    assert most(dealt) <= 1 < most(names)
