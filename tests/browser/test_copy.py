"""Code is copied as one would run it: without prompts, without output."""

import ast
import contextlib
import io

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.site

API = "/reference/generated/weightinit.he_normal.html"
PAGES = {"theory": "/theory/he.html", "gallery": "/auto_gallery/training/plot_train_on_a_ring.html"}


@pytest.fixture
def page(context: BrowserContext, base_url: str) -> Page:
    """Return a page that may read the clipboard."""
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=base_url)
    return context.new_page()


def copied(page: Page, block: str, number: int = 0) -> str:
    """Return what is on the clipboard after the button of a block was worked by keyboard."""
    page.locator(f"{block} button.copybtn").nth(number).focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{block} button.copybtn").nth(number)).to_have_accessible_name("Copied!")
    return page.evaluate("navigator.clipboard.readText()")


def test_a_doctest_is_copied_as_code_that_runs(page: Page) -> None:
    """What is pasted has no prompt and no output, and runs without printing an error."""
    page.goto(API)
    shown = page.locator("div.doctest pre").first.inner_text()
    assert ">>> " in shown
    code = copied(page, "div.doctest")
    given = [line[4:] for line in shown.splitlines() if line.startswith((">>> ", "... "))]
    assert [line for line in code.splitlines() if line.strip()] == given
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(ast.parse(code), "pasted", "exec"), {})


@pytest.mark.parametrize("place", PAGES)
def test_a_code_block_is_copied_whole(page: Page, place: str) -> None:
    """What is pasted from a page is Python, as it stands on the page."""
    page.goto(PAGES[place])
    block = page.locator("div.highlight:has(> button.copybtn):visible").first
    shown = block.locator("pre").inner_text()
    block.locator("button.copybtn").click()
    code = page.evaluate("navigator.clipboard.readText()")
    assert code.strip() == shown.strip()
    ast.parse(code)


@pytest.mark.parametrize("place", PAGES)
def test_output_has_no_button(page: Page, place: str) -> None:
    """Code has a button, what it printed has none."""
    page.goto(PAGES[place])
    expect(page.locator("button.copybtn").first).to_be_attached()
    outputs = page.locator(".cell_output pre, .sphx-glr-script-out pre")
    expect(page.locator(":is(.cell_output, .sphx-glr-script-out) button.copybtn")).to_have_count(0)
    if place == "gallery":
        expect(outputs.first).to_be_attached()


def test_a_button_has_a_name_and_shows_with_the_focus(page: Page) -> None:
    """A copy button says what it does, and one sees it when it has the focus."""
    page.goto(API)
    button = page.locator("button.copybtn").first
    expect(button).to_have_accessible_name("Copy to clipboard")
    page.locator("div.doctest pre").first.focus()
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    expect(button).to_have_css("opacity", "1")
