"""A visit finds what is wrong with a page, and is made once."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import page_of
from tests.browser.server import serve
from tests.browser.visit import visit

pytestmark = pytest.mark.site

PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
<title>A page</title><style>
p {{ color: #999; background: #fff }}
.dark {{ color: #000 }}
@media (prefers-color-scheme: dark) {{ .dark {{ background: #333 }} }}
</style><main><h1>A page</h1>{}</main></html>"""
SVG = '<svg width="100" height="90" role="img"{}><path d="M0 0L9 9"></path>{}</svg>'
NAME = ' aria-label="A line"'
FRAME = f'<div class="wi-figure-frame">{SVG.format(NAME, "")}</div>'
LETTER = '<g transform="scale(.09 -.09)"><use href="#a" width="9" height="9"></use></g>'
WITHIN = '<a href="#"><path d="M0 0L9 9"></path></a>'
# What is planted in a page -> where it is found, and what is said of it.
FAULTS = {
    "a drawing without a name": (SVG.format("", ""), "light", "svg-img-alt"),
    "a link in a drawing": (SVG.format(NAME, WITHIN), "light", "nested-interactive"),
    "letters that are pale in the light": ("<p>Some words</p>", "light", "color-contrast"),
    "letters that are pale in the dark": ("<p class=dark>Some words</p>", "dark", "color-contrast"),
    "an item outside a list": ("<li>An item</li>", "dark", "360 px: listitem"),
    "a figure of two drawings": (
        FRAME.replace("</div>", f"{SVG.format(NAME, '')}</div>"),
        "figures",
        "'drawings': 2",
    ),
    "a figure wider than a phone": (FRAME.replace('"100"', '"400"'), "figures", "sideways"),
    "small letters": (FRAME.replace("</svg>", f"{LETTER}</svg>"), "figures", "'smallest': 9"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(browser: Browser, axe: str, tmp_path: Path, fault: str) -> None:
    """A page without fault is silent, and what is planted in it is found."""
    planted, where, said = FAULTS[fault]
    (tmp_path / "good.html").write_text(PAGE.format(FRAME), encoding="utf-8")
    (tmp_path / "bad.html").write_text(PAGE.format(planted), encoding="utf-8")
    with serve(tmp_path) as address:
        seen = visit(browser, address, tmp_path, "bad.html", axe)
        good = visit(browser, address, tmp_path, "good.html", axe)
    assert any(said in text for text in getattr(seen, where)), seen
    assert not good.light + good.dark + good.figures


def test_tests_of_a_page_stay_together() -> None:
    """The tests that name a page are told as its own, and others stay alone."""
    assert page_of("test_pages.py::test_a_page_is_light[theory/he.html-chromium]") == (
        page_of("test_pages.py::test_a_page_is_silent[theory/he.html-chromium]")
    )
    alone = "test_search.py::test_a_name_finds_its_page[served-chromium-relu]"
    assert page_of(alone) == alone
