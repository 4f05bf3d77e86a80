"""The built site: no page asks a third party, every figure is described, every link holds."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.site

LOADED = {"src", "srcset", "poster", "data"}  # attributes of what a browser loads by itself
LOADED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect"}
CODE = {"script", "style", "pre", "code"}
LATEX = re.compile(r"\\[A-Za-z]{2,}|\$[^$\n]+\$|\\[()\[\]]")
ALTERNATIVE_TEXT_WORDS = 5


class Page(HTMLParser):
    """What the tests ask of a page, gathered in one reading."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.descriptions: list[str] = []
        self.texts: list[str] = []
        self.formulas = 0
        self._code = 0
        self._card = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the ids, links, loads, figures and formulas."""
        have = {name: value or "" for name, value in attrs}
        self.ids += [have["id"]] if "id" in have else []
        self.loads += [value for name, value in have.items() if name in LOADED]
        if tag == "link" and LOADED_LINKS & set(have.get("rel", "").split()):
            self.loads.append(have["href"])
        if tag in ("a", "use") and "href" in have:
            self.links.append(have["href"])
        if "wi-figure" in have.get("class", "").split():
            self.descriptions.append(have.get("aria-label", ""))
        if "sphx-glr-thumbcontainer" in have.get("class", ""):
            self._card = True
        elif tag == "img" and self._card:  # decoration of a card whose link has a text
            self._card = False
        elif tag == "img":
            self.descriptions.append(have.get("alt", ""))
        if tag == "meta" and "description" in have.get("name", ""):
            self.texts.append(have["content"])
        self.formulas += tag == "math"
        self._code += tag in CODE

    def handle_endtag(self, tag: str) -> None:
        """Note the end of code."""
        self._code -= tag in CODE

    def handle_data(self, data: str) -> None:
        """Note the text that is not code."""
        if not self._code:
            self.texts.append(data)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """Return every page of the site, read."""
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def is_elsewhere(address: str) -> bool:
    """Tell whether an address leads to another origin."""
    return bool(urlsplit(address).netloc)


def test_no_page_asks_a_third_party(pages: dict[Path, Page], site: Path) -> None:
    """Scripts, styles, fonts and images all come from the site itself."""
    asked = {(p.name, address) for p, page in pages.items() for address in page.loads}
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        found = re.findall(r"url\(\s*[\"']?([^\"')]+)|@import\s+[\"']([^\"']+)", text)
        asked |= {(sheet.name, a or b) for a, b in found}
    assert len(asked) > len(pages)
    assert not [pair for pair in asked if is_elsewhere(pair[1])]


def test_every_figure_is_described(pages: dict[Path, Page]) -> None:
    """Each figure has an alternative text of at least five words, and the site has figures."""
    texts = [(p.name, text) for p, page in pages.items() for text in page.descriptions]
    assert texts
    assert not [pair for pair in texts if len(pair[1].split()) < ALTERNATIVE_TEXT_WORDS]


def test_every_internal_link_leads_somewhere(pages: dict[Path, Page], site: Path) -> None:
    """The file of each link exists, and the anchor in it."""
    broken = []
    for path, page in pages.items():
        if (
            path.name == "404.html"
        ):  # its links go from the host's root: test_hosting.py follows them
            continue
        for link in {link for link in page.links if not urlsplit(link).scheme}:
            parts = urlsplit(link)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            setting = target.name == "lab.html" and anchor.startswith(
                "v1&"
            )  # tests/browser/test_lab.py
            lost = not target.is_file() or (
                anchor and target in pages and not setting and anchor not in pages[target].ids
            )
            if lost:
                broken.append((str(path.relative_to(site)), link))
    assert not broken


def test_no_id_stands_twice_on_a_page(pages: dict[Path, Page]) -> None:
    """An id names one thing on its page."""
    counts = {p.name: Counter(page.ids) for p, page in pages.items()}
    assert not {name: twice for name, c in counts.items() if (twice := [i for i in c if c[i] > 1])}


def test_no_formula_is_left_in_latex(pages: dict[Path, Page]) -> None:
    """No LaTeX is left in what a reader sees, and the site has formulas."""
    assert sum(page.formulas for page in pages.values()) > 0
    left = [
        (p.name, text) for p, page in pages.items() for text in page.texts if LATEX.search(text)
    ]
    assert not left


def test_what_browsers_do_not_draw_of_a_formula_is_drawn(site: Path) -> None:
    """MathML Core has no `menclose`: the style sheet has a rule for each kind that a page uses."""
    kinds = {
        kind
        for path in site.rglob("*.html")
        for kind in re.findall(r'<menclose [^>]*class="([^"]+)"', path.read_text(encoding="utf-8"))
    }
    style = (site / "_static" / "site.css").read_text(encoding="utf-8")
    assert kinds
    assert not {kind for kind in kinds if f"math .{kind} {{" not in style}
