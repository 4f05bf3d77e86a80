"""A site with an address names it everywhere, and rightly; one without an address names none."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import hosting
import matplotlib.image
import pytest

NOT_PAGES_OF_CONTENT = {"404.html", "genindex.html", "search.html"}
CANONICAL = re.compile(r'<link rel="canonical" href="([^"]*)"')
OPEN_GRAPH = re.compile(r'<meta (?:property|name)="((?:og|twitter):[^"]*)" content="([^"]*)"')
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


@pytest.fixture(scope="module")
def texts(site: Path) -> dict[str, str]:
    """Return the source of every page, by its path in the site."""
    return {
        path.relative_to(site).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(site.rglob("*.html"))
    }


def content(texts: dict[str, str]) -> set[str]:
    """Return the names of the pages that were written to be read: no search, no source code."""
    return {
        name for name in texts.keys() - NOT_PAGES_OF_CONTENT if not name.startswith("_modules/")
    }


@pytest.fixture(scope="module")
def base(site: Path) -> str:
    """Return the site's address; where the environment gives one, as in CI, the site must too."""
    if not hosting.place(os.environ).canonical and not (site / "robots.txt").exists():
        pytest.skip("the site was built without an address: SITE_URL=https://... nox -s docs")
    robots = (site / "robots.txt").read_text(encoding="utf-8")
    match = re.fullmatch(r"User-agent: \*\nAllow: /\nSitemap: (https?://.+/)sitemap\.xml\n", robots)
    assert match, robots
    return match[1]


@pytest.mark.site
def test_every_page_names_its_own_address(texts: dict[str, str], base: str) -> None:
    """Each page has one canonical link, to itself; the page for lost readers has none."""
    named = {name: CANONICAL.findall(text) for name, text in texts.items()}
    assert named.pop("404.html") == []
    assert named == {name: [base + name] for name in named}


@pytest.mark.site
def test_sitemap_lists_each_page_once(site: Path, texts: dict[str, str], base: str) -> None:
    """The sitemap has every page of content, no page twice, and no other address."""
    found = [loc.text for loc in ET.parse(site / "sitemap.xml").iter(LOC)]
    assert sorted(found) == sorted(base + name for name in content(texts))


@pytest.mark.site
def test_cards_have_whole_addresses(site: Path, texts: dict[str, str], base: str) -> None:
    """Each page of content names itself and a picture that exists, of the size that it says."""
    for name in content(texts):
        tags = {key: unescape(value) for key, value in OPEN_GRAPH.findall(texts[name])}
        assert tags["og:url"] == base + name
        assert tags["og:title"]
        assert len(tags["og:image:alt"].split()) >= 5
        assert tags["twitter:card"] == "summary_large_image"
    assert tags["og:image"].startswith(base)
    height, width, _ = matplotlib.image.imread(site / tags["og:image"].removeprefix(base)).shape
    assert (tags["og:image:width"], tags["og:image:height"]) == (str(width), str(height))


@pytest.mark.site
def test_lost_readers_find_back_from_any_depth(
    site: Path, texts: dict[str, str], base: str
) -> None:
    """On the page for lost readers every link goes from the host's root, and leads somewhere."""
    version = re.search(r'data-version="([^"]*)"', texts["404.html"])[1]
    path = urlsplit(base).path
    if version:  # the address that is named is that of the newest
        path = f"{path.removesuffix('latest/')}{version}/"
    links = re.findall(r'(?:href|src|action)="([^"]*)"', texts["404.html"])
    own = [link for link in links if not urlsplit(link).netloc and not link.startswith("#")]
    own = [link for link in own if not link.endswith("/../versions.js")]  # outside of the site
    assert len(own) > 10
    for link in own:
        assert link.startswith(path)
        assert (site / urlsplit(link).path.removeprefix(path)).is_file(), link


@pytest.mark.site
def test_lost_readers_are_no_search_result(texts: dict[str, str], base: str) -> None:  # noqa: ARG001
    """The page for lost readers asks not to be indexed; no page of content does."""
    hidden = {name for name, text in texts.items() if 'content="noindex"' in text}
    assert "404.html" in hidden <= NOT_PAGES_OF_CONTENT


@pytest.mark.site
def test_without_an_address_none_is_named(tmp_path: Path) -> None:
    """Without an address there is no canonical link, sitemap, card, or page for lost readers."""
    text = (tiny_site(tmp_path) / "index.html").read_text(encoding="utf-8")
    assert not CANONICAL.findall(text) + OPEN_GRAPH.findall(text)
    assert 'name="description"' in text
    made = {path.name for path in (tmp_path / "html").rglob("*") if path.is_file()}
    assert not made & {"sitemap.xml", "robots.txt", "404.html", "social-card.png"}


@pytest.mark.site
def test_a_version_beside_others_names_the_newest(tmp_path: Path) -> None:
    """One of several versions names the newest as the page to be found, and loads their list."""
    html = tiny_site(tmp_path, SITE_URL="https://weightinit.example/docs", SITE_VERSION="0.1.0")
    text = (html / "index.html").read_text(encoding="utf-8")
    assert CANONICAL.findall(text) == ["https://weightinit.example/docs/latest/index.html"]
    assert '<script src="../versions.js" defer' in text
    assert 'data-version="0.1.0"' in text
    lost = (html / "404.html").read_text(encoding="utf-8")
    assert 'href="/docs/0.1.0/index.html"' in lost
    assert 'src="/docs/0.1.0/../versions.js"' in lost


def tiny_site(folder: Path, **environment: str) -> Path:
    """Build a site of one page with the settings of the real one that concern its address."""
    docs = Path(__file__).parents[2] / "docs"
    source = (docs / "conf.py").read_text(encoding="utf-8")
    about_the_address = source.partition("# At an address")[2]
    assert about_the_address
    extensions = ["myst_parser", "sphinxext.opengraph", "hosting", "social_card"]
    config = f"""\
import os, sys
sys.path.insert(0, {json.dumps(str(docs / "_ext"))})
from hosting import place
project, html_theme, html_title, release = "weightinit", "furo", "weightinit", "0.1.0"
extensions = {extensions}
templates_path = [{json.dumps(str(docs / "_templates"))}]
html_static_path = [{json.dumps(str(docs / "_static"))}]
# {about_the_address}"""
    (folder / "conf.py").write_text(config, encoding="utf-8")
    parts = [f"{name}/index" for name in ("theory", "guides", "auto_gallery", "reference")]
    for name in parts:
        (folder / name).parent.mkdir()
        (folder / f"{name}.md").write_text(f"# The part {name}\n", encoding="utf-8")
    contents = "\n".join(parts)
    (folder / "index.md").write_text(
        f"# Title\n\nWords about it.\n\n```{{toctree}}\n{contents}\n```\n", encoding="utf-8"
    )
    command = [sys.executable, "-m", "sphinx", "-W", "-q", str(folder), str(folder / "html")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder / "html"
