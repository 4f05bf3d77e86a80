"""The API pages: every function and class leads to its source, and shows its use."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

pytestmark = pytest.mark.site

DEFINITION = re.compile(r'<dl class="py (\w+)">\s*<dt [^>]*id="([^"]+)">(.*?)</dt>', re.DOTALL)
SOURCE = re.compile(r'href="([^"#]*_modules/[^"#]+)#([^"]+)"')
EXAMPLE = re.compile(r'<p class="rubric">Examples</p>.*?<span class="gp">&gt;&gt;&gt; ', re.DOTALL)
LEADS_TO_SOURCE = {"class", "data", "function", "method"}


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, str]:
    """Return the text of each generated API page."""
    found = sorted((site / "reference" / "generated").glob("*.html"))
    assert found
    return {path: path.read_text(encoding="utf-8") for path in found}


def test_every_definition_leads_to_its_source(pages: dict[Path, str]) -> None:
    """Each function, class, method and scheme has a link to the lines that define it."""
    lost = []
    for path, text in pages.items():
        for kind, name, signature in DEFINITION.findall(text):
            link = SOURCE.search(signature)
            if kind in LEADS_TO_SOURCE and not (
                link and holds(path.parent / unquote(link[1]), link[2])
            ):
                lost.append(name)
    assert not lost


def holds(page: Path, anchor: str) -> bool:
    """Tell whether a page exists and has the anchor."""
    return page.is_file() and f'id="{anchor}"' in page.read_text(encoding="utf-8")


def test_source_leads_back(site: Path) -> None:
    """Each definition in the source links to the page that documents it."""
    sources = sorted((site / "_modules" / "weightinit").rglob("*.html"))
    assert sources
    for source in sources:
        links = re.findall(
            r'"viewcode-back" href="([^"#]+)#([^"]+)"', source.read_text(encoding="utf-8")
        )
        assert links, source.name
        assert all(holds(source.parent / unquote(page), anchor) for page, anchor in links)


def test_every_page_shows_its_use(pages: dict[Path, str]) -> None:
    """Each API page has a section of examples, and an example in it."""
    assert not [path.stem for path, text in pages.items() if not EXAMPLE.search(text)]
