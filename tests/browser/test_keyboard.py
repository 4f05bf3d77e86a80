"""Everything can be reached and worked by keyboard, and one sees where one is."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.site

PAGES = {
    "landing": "/index.html",
    "theory": "/theory/he.html",
    "gallery": "/auto_gallery/training/plot_train_on_a_ring.html",
    "list": "/auto_gallery/training/index.html",
    "API": "/reference/generated/weightinit.he_normal.html",
    "guide": "/guides/diagnose.html",
    "lab": "/lab.html",
    "search": "/search.html?q=relu",
}
WIDTHS = {"wide": 1400, "middle": 1100, "narrow": 360}
HEIGHT = 800
# What a mouse can work or scroll. Of the radio buttons of a group the arrow keys reach the others;
# the link of an equation appears with the focus.
EXPECTED = """() => {
    const worked = "a[href], button, input:not([type=hidden]), select, summary, [tabindex]";
    const scrolls = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX
        + getComputedStyle(element).overflowY) && (element.scrollWidth > element.clientWidth + 1
        || element.scrollHeight > element.clientHeight + 1);
    const found = [...document.body.querySelectorAll("*")].filter((element) =>
        element.matches(".eqno .headerlink")
        || (element.matches(worked) && !element.matches("[type=radio]:not(:checked)")
            || scrolls(element) && !element.querySelector(worked))
        && element.checkVisibility({ visibilityProperty: true }));
    found.forEach((element, number) => element.dataset.number = number);
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    return found.map((element) => element.outerHTML.slice(0, 100));
}"""
# Of each element that Tab leads to: its number, whether a frame is drawn around it (or around the
# label that stands for it), and whether that is in sight and not behind the header.
RECORD = """() => {
    window.focused = [];
    document.addEventListener("keyup", () => {
        const target = document.activeElement;
        const shown = [target, ...(target.labels ?? [])].filter((e) => e.checkVisibility());
        const framed = shown.filter((e) => {
            const style = getComputedStyle(e);
            return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        });
        const header = document.querySelector(".mobile-header");
        const inSight = (e) => {
            const box = e.getBoundingClientRect();
            const above = header.contains(e) || e.matches(".skip-to-content")
                || e.closest(".sidebar-drawer, .toc-drawer");
            const top = above ? 0 : Math.max(header.getBoundingClientRect().bottom, 0);
            return box.bottom > top && box.top < innerHeight
                && box.right > 0 && box.left < innerWidth;
        };
        const number = Number(target.dataset.number ?? -1);
        focused.push([number, framed.length > 0, framed.some(inSight)]);
    });
}"""
# A sheet made by a script: the content security policy refuses a new <style>.
STILL = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { transition: none !important; scroll-behavior: auto !important }");
    document.adoptedStyleSheets.push(sheet);
}"""


@pytest.fixture(params=WIDTHS)
def sized(request: pytest.FixtureRequest, page: Page) -> Page:
    """Return a page as wide as each of the theme's three layouts."""
    page.set_viewport_size({"width": WIDTHS[request.param], "height": HEIGHT})
    return page


@pytest.mark.parametrize("place", PAGES)
def test_tab_reaches_everything_in_order(sized: Page, place: str) -> None:
    """Tab from the top meets all that a mouse can work, in reading order, visibly, and ends."""
    sized.goto(PAGES[place])
    sized.evaluate(STILL)
    expected = sized.evaluate(EXPECTED)
    sized.evaluate(RECORD)
    for _ in expected:
        sized.keyboard.press("Tab")
    focused = sized.evaluate("focused")
    reached = {number for number, _, _ in focused}
    assert not [html for number, html in enumerate(expected) if number not in reached]
    assert [number for number, _, _ in focused] == list(range(len(expected)))
    assert not [expected[number] for number, framed, _ in focused if not framed]
    assert not [expected[number] for number, _, in_sight in focused if not in_sight]


def test_first_stop_skips_the_navigation(sized: Page) -> None:
    """The first stop is a link past the navigation, and the stop after it lies in the text."""
    sized.goto(PAGES["theory"])
    sized.keyboard.press("Tab")
    expect(sized.locator(".skip-to-content")).to_be_focused()
    sized.keyboard.press("Enter")
    sized.keyboard.press("Tab")
    expect(sized.locator("article :focus")).to_have_count(1)


def test_theme_turns_by_keyboard(sized: Page) -> None:
    """The button of the theme takes the focus and works by Enter and by the space bar."""
    sized.goto(PAGES["theory"])
    sized.locator(".theme-toggle:visible").focus()
    themes = []
    for key in ("Enter", " ", "Enter"):
        sized.keyboard.press(key)
        themes.append(sized.evaluate("document.body.dataset.theme"))
    assert sorted(themes) == ["auto", "dark", "light"]


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_branch_of_the_navigation_opens(page: Page, key: str) -> None:
    """Enter and the space bar open a closed branch, whose pages are then the next stops."""
    page.goto(PAGES["landing"])
    branch = page.locator(".sidebar-tree li.has-children").first
    below = branch.locator("ul a").first
    expect(below).to_be_hidden()
    branch.locator("input").first.focus()
    page.keyboard.press(key)
    expect(below).to_be_visible()
    page.keyboard.press("Tab")
    expect(below).to_be_focused()


@pytest.mark.parametrize(
    "toggle, drawer", [("#__navigation", ".sidebar-drawer"), ("#__toc", ".toc-drawer")]
)
@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_drawer_opens_and_closes(page: Page, toggle: str, drawer: str, key: str) -> None:
    """On a phone a drawer opens by key, takes the focus, and gives it back at Escape."""
    page.set_viewport_size({"width": WIDTHS["narrow"], "height": HEIGHT})
    page.goto(PAGES["theory"])
    expect(page.locator(drawer)).to_be_hidden()
    page.locator(toggle).focus()
    page.keyboard.press(key)
    expect(page.locator(drawer)).to_be_visible()
    expect(page.locator(f"{drawer} a:focus")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.locator(f"{drawer} :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(drawer)).to_be_hidden()
    expect(page.locator(toggle)).to_be_focused()


def test_a_drawer_does_not_stay_open_behind_one(page: Page) -> None:
    """A drawer closes when the focus leaves it, and when a place of the page is chosen in it."""
    page.set_viewport_size({"width": WIDTHS["narrow"], "height": HEIGHT})
    page.goto(PAGES["theory"])
    for leave in ("Shift+Tab", "Enter"):
        page.locator("#__toc").focus()
        page.keyboard.press(" ")
        expect(page.locator(".toc-drawer a:focus")).to_have_count(1)
        page.keyboard.press(leave)
        expect(page.locator(".toc-drawer")).to_be_hidden()


def test_folded_code_opens(page: Page) -> None:
    """Enter unfolds code that a page has folded away."""
    page.goto(PAGES["theory"])
    fold = page.locator("article details").first
    expect(fold).not_to_have_attribute("open", "")
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("open", "")
