"""Every figure as a phone shows it: whole, without scrolling sideways, in letters one can read."""

import pytest
from playwright.sync_api import Page

from tests.browser.visit import PHONE

pytestmark = pytest.mark.site

LEAST_PIXELS = 10  # the size of the smallest letters; smaller are exponents and indices alone
MARK = 'class="wi-figure-frame"'
HIDDEN_WORDS = """() => [...document.querySelectorAll(".wi-figure-frame")].map((frame) => {
    const whole = frame.getBoundingClientRect();
    const drawn = [...frame.children].filter((svg) => svg.checkVisibility());
    const letters = drawn.flatMap((svg) => [...svg.querySelectorAll("use")]).filter((use) =>
        /scale\\([\\d.]+ -/.test(use.parentElement.getAttribute("transform")));
    const size = (use) => {
        const {a, b} = use.parentElement.getScreenCTM();
        return 100 * Math.hypot(a, b);  // matplotlib's letters are drawn 100 units high
    };
    const isOutside = (use) => {
        const box = use.getBoundingClientRect();
        return box.width && (box.left < whole.left - 1 || box.right > whole.right + 1
            || box.top < whole.top - 1 || box.bottom > whole.bottom + 1);
    };
    return {drawings: drawn.length, sideways: frame.scrollWidth - frame.clientWidth,
        overPage: whole.right - innerWidth, letters: letters.length,
        smallest: Math.min(...letters.map(size)), outside: letters.filter(isOutside).length};
})"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask of every page that has a figure."""
    if "figured" in metafunc.fixturenames and (site := metafunc.config.getoption("--site")):
        pages = sorted(site.rglob("*.html"))
        names = [p.relative_to(site).as_posix() for p in pages if MARK in p.read_text()]
        metafunc.parametrize("figured", names)


def test_figures_fit_a_phone(page: Page, base_url: str, figured: str) -> None:
    """Of each figure one drawing is shown, whole, with all its words at least ten pixels high."""
    page.set_viewport_size(PHONE)
    page.goto(f"{base_url}/{figured}")
    found = page.evaluate(HIDDEN_WORDS)
    assert found
    for figure in found:
        assert figure["drawings"] == 1
        assert figure["sideways"] <= 0
        assert figure["overPage"] <= 0
        assert figure["outside"] == 0
        assert figure["letters"] == 0 or figure["smallest"] >= LEAST_PIXELS
