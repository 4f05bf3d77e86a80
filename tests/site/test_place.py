"""The line under the titles: computed from the order of pages, their words, and what they need."""

import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import page_place
import pytest
from docutils import nodes
from docutils.core import publish_doctree
from sphinx.errors import ExtensionError

SECTIONS = ("guides", "theory", "auto_gallery")
# A page is read in one sitting, and two of them with an exercise fit into a lesson of 45 minutes.
MINUTES_A_PAGE = 15
LINE = re.compile(r'</h1>\s*<p class="wi-place">(.+?)</p>', re.DOTALL)
PART = re.compile(r"<span>(.+?)</span>(?= <span>|$)", re.DOTALL)
LINK = re.compile(r'<a href="([^"]+)">(.+?)</a>')


def environment(**needs: str | None) -> SimpleNamespace:
    """Return what the check looks at, for theory pages with the given `needs`."""
    pages = {f"theory/{name}": ({} if n is None else {"needs": n}) for name, n in needs.items()}
    return SimpleNamespace(all_docs=[*pages, "tutorial", "theory/index"], metadata=pages)


def test_needs_that_exist_pass():
    """A page may need a neighbour, a page from the root, or nothing."""
    env = environment(he='["xavier"]', xavier='["/tutorial"]', zero="[]")
    page_place.check(None, env)
    assert page_place.needed(env, "theory/he") == ["theory/xavier"]
    assert page_place.needed(env, "theory/xavier") == ["tutorial"]
    assert page_place.needed(env, "theory/zero") == []


def test_a_script_needs_the_theory_that_it_is_linked_with():
    """A script needs theory that it links to, or is linked from, or what its topic names; two."""
    links = {
        "auto_gallery/t/plot_a": ["theory/he", "auto_gallery/t/plot_b"],
        "auto_gallery/t/plot_b": [],
        "auto_gallery/t/plot_c": [],
        "auto_gallery/t/index": ["guides/fans", "guides/fans", "auto_gallery/t/plot_a"],
        "theory/zero": ["auto_gallery/t/plot_b"],
        "theory/one": ["auto_gallery/t/plot_b"],
        "theory/he": ["auto_gallery/t/plot_a", "auto_gallery/t/plot_b"],
    }
    env = SimpleNamespace(
        metadata={page: {"links": to} for page, to in links.items()},
        toctree_includes={"theory/index": ["theory/zero", "theory/one", "theory/he"]},
    )
    needed = {name: page_place.needed(env, f"auto_gallery/t/plot_{name}") for name in "abc"}
    assert needed == {"a": ["theory/he"], "b": ["theory/zero", "theory/one"], "c": ["guides/fans"]}


def test_needing_what_does_not_exist_fails():
    """A page that names a missing one stops the build, which says which and how to name it."""
    with pytest.raises(ExtensionError, match=r"theory/he: 'needs' names 'theory/no'.*no such page"):
        page_place.check(None, environment(he='["no"]'))


def test_saying_nothing_of_needs_fails():
    """A page of theory or guides without `needs` stops the build, which says what to add."""
    with pytest.raises(ExtensionError, match=r"theory/he: .*Add 'needs: \[page, \.\.\.\]'"):
        page_place.check(None, environment(he=None))


def folded(**attributes: str) -> nodes.container:
    """Return a container with code in it that takes minutes to read."""
    code = nodes.literal_block("", "x = 1\n" * 100, nb_element="cell_code_source")
    return nodes.container("", nodes.paragraph("", "", code), code.deepcopy(), **attributes)


def test_minutes_add_up():
    """400 words, 20 lines of code and 4 formulas take four minutes; figures take none."""
    formulas = ".. math::\n\n   x = 1\n\n" * 4
    code = "::\n\n" + "  if x:\n      y = 1\n\n" * 10
    drawn = "\n.. raw:: html\n\n   <svg>no</svg>\n\n.. a comment\n"
    page = publish_doctree("word " * 400 + "\n\n" + formulas + code + drawn)
    assert page_place.minutes(page) == pytest.approx(4)
    for container in ({"design_component": "dropdown"}, {"hide_mode": "all"}):
        page += folded(**container)
    cell = folded(hide_mode="input")
    cell.pop(0)
    page += cell  # code that is folded over what it draws
    assert page_place.minutes(page) == pytest.approx(4)


@pytest.fixture(scope="module")
def lines(site: Path) -> dict[str, list[str]]:
    """Return the parts of the line of each page that should have one, by the page's name."""
    pages = [
        path
        for section in SECTIONS
        for path in sorted(site.glob(f"{section}/**/*.html"))
        if path.name != "index.html"
    ]
    found = {}
    for path in [site / "tutorial.html", *pages]:
        line = LINE.search(path.read_text(encoding="utf-8"))
        assert line, f"no line under the title of {path}"
        found[path.relative_to(site).as_posix()] = PART.findall(line[1])
    return found


def target(page: str, address: str) -> str:
    """Return the page that an address on another page leads to."""
    return (Path("/") / page).parent.joinpath(unquote(address)).resolve().as_posix()[1:]


@pytest.mark.site
def test_each_page_says_where_how_long_what_and_next(lines):
    """The line has four parts: the place, minutes, what the page needs, and what is next."""
    assert len(lines) > 40
    for page, (where, minutes, needs, following) in lines.items():
        assert re.search(r", page \d+ of \d+$", where) or page == "tutorial.html"
        assert re.fullmatch(r"[1-9]\d? minutes?", minutes), page
        assert int(minutes.split()[0]) <= MINUTES_A_PAGE, f"{page}: make it two pages"
        assert re.fullmatch(r"needs (no other page|<a .+</a>)", needs, re.DOTALL), page
        assert re.fullmatch(r"next: <a .+</a>", following, re.DOTALL), page


@pytest.mark.site
def test_after_the_tutorial_comes_the_zero_trap(lines):
    """The tutorial leads to the first page of the theory."""
    address, _ = LINK.search(lines["tutorial.html"][3]).groups()
    assert target("tutorial.html", address) == "theory/zero-trap.html"


@pytest.mark.site
def test_numbers_count_up_and_next_follows(lines):
    """In each section numbers run from 1 to the count, and next leads to the number after."""
    sections: dict[str, dict[int, str]] = {}
    for page, (where, *_) in lines.items():
        if place := re.search(r'<a href="([^"]+)">[^<]+</a>, page (\d+) of (\d+)$', where):
            section = target(page, LINK.findall(where)[-1][0])
            sections.setdefault(section, {})[int(place[2])] = page
    assert len(sections) >= len(SECTIONS)
    for pages in sections.values():
        assert sorted(pages) == list(range(1, len(pages) + 1))
        for number, page in pages.items():
            assert lines[page][0].endswith(f"page {number} of {len(pages)}")
            if number < len(pages):
                following = LINK.search(lines[page][3])
                assert target(page, following[1]) == pages[number + 1]


@pytest.mark.site
def test_links_are_called_after_their_pages(lines, site):
    """A link of the line has the title of the page that it leads to."""
    for page, parts in lines.items():
        for address, text in LINK.findall(" ".join(parts[2:])):
            html = (site / target(page, address)).read_text(encoding="utf-8")
            title = re.sub(r"<a .*|<[^>]+>", "", re.search(r"<h1>(.+?)</h1>", html, re.DOTALL)[1])
            assert unescape(text) == unescape(title).strip(), page


@pytest.mark.site
def test_the_line_is_not_in_the_way_of_the_search(site):
    """The line is no part of what the search knows of a page."""
    index = "".join(path.read_text(encoding="utf-8") for path in site.glob("search*.js"))
    assert "next: " not in index
