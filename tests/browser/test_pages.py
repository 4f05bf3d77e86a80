"""Every page of the site in a real browser: quiet, complete, its own, accessible, light, narrow."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.visit import WHOLE_KILOBYTES, Visit, visit

pytestmark = pytest.mark.site


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each law of every page; one visit serves the tests of a page."""
    if "visited" in metafunc.fixturenames and (site := metafunc.config.getoption("--site")):
        names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
        metafunc.parametrize("visited", names, indirect=True, scope="module")


@pytest.fixture(scope="module")
def visited(
    request: pytest.FixtureRequest, browser: Browser, base_url: str, site: Path, axe: str
) -> Visit:
    """Return what was seen on a page."""
    return visit(browser, base_url, site, request.param, axe)


@pytest.fixture
def page_seen(visited: Visit, record_property: Callable[[str, object], None]) -> Visit:
    """Return the same, and tell it to the table that ends the session."""
    record_property("page", asdict(visited))
    return visited


def test_a_page_is_silent(page_seen: Visit) -> None:
    """Loading a page writes no error and no warning to the console."""
    assert not page_seen.console


def test_all_comes_from_the_site(page_seen: Visit) -> None:
    """What a page asks for comes, and it asks nobody but the site."""
    assert not page_seen.failed
    assert not page_seen.foreign


def test_a_page_keeps_to_its_policy(page_seen: Visit) -> None:
    """The content security policy of a page refuses nothing that the page does."""
    assert not page_seen.policy


def test_a_page_works_from_a_folder(page_seen: Visit) -> None:
    """From a folder, a page asks for nothing outside it, nothing fails, and nothing is refused."""
    assert not page_seen.from_file


def test_everyone_can_read_it_in_the_light(page_seen: Visit) -> None:
    """axe-core finds nothing, of any impact, on the light page."""
    assert not page_seen.light


def test_everyone_can_read_it_in_the_dark(page_seen: Visit) -> None:
    """axe-core finds nothing, of any impact, on the dark page, and on that of a phone."""
    assert not page_seen.dark


def test_a_page_fits_a_phone(page_seen: Visit) -> None:
    """A page as wide as a small phone does not scroll sideways."""
    assert page_seen.overflow <= 0


def test_figures_fit_a_phone(page_seen: Visit) -> None:
    """Of each figure one drawing is shown, whole, with all its words at least ten pixels high."""
    assert not page_seen.figures


def test_a_page_is_light(page_seen: Visit) -> None:
    """What a page loads, as a host sends it, is within the limits in kB: opened, and in whole."""
    assert page_seen.opened < page_seen.limit
    assert page_seen.kilobytes < WHOLE_KILOBYTES


def test_a_class_can_read_the_lesson(page: Page, base_url: str) -> None:
    """On the page for teachers code has at least 18 pixels, and figures fill the width."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{base_url}/guides/teach.html")
    code = page.locator("article pre")
    sizes = code.evaluate_all("all => all.map((e) => parseFloat(getComputedStyle(e).fontSize))")
    assert min(sizes) >= 18
    hidden = code.evaluate_all("all => all.map((e) => e.scrollWidth - e.clientWidth)")
    assert max(hidden) <= 0
    text = page.locator("article h1").bounding_box()["width"]
    for figure in page.locator(".wi-figure:visible").all():
        assert figure.bounding_box()["width"] >= 0.95 * text
    assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
