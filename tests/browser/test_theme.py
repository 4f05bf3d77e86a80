"""The theme recolours figures and their small pictures, by the button and by the system's wish."""

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.site

PAGE = "/theory/he.html"
CARDS = "/auto_gallery/training/index.html"
# The colours of the text, lines and areas of a figure, in order.
COLOURS = """(figure) => [...figure.querySelectorAll("text, path, use")].map((element) => {
    const style = getComputedStyle(element);
    return [style.fill, style.stroke];
})"""


def colours(page: Page) -> list[list[str]]:
    """Return the computed colours of the first figure on the page."""
    return page.locator("svg.wi-figure").first.evaluate(COLOURS)


def turn_to(page: Page, theme: str) -> None:
    """Press the button of the theme until it says so; it has three states."""
    for _ in range(3):
        if page.evaluate("document.body.dataset.theme") == theme:
            return
        page.locator(".theme-toggle:visible").click()
    assert page.evaluate("document.body.dataset.theme") == theme


def test_the_button_recolours_figures(page: Page) -> None:
    """Text and lines of a figure change between light and dark, and come back."""
    page.emulate_media(color_scheme="light")
    page.goto(PAGE)
    turn_to(page, "light")
    light = colours(page)
    turn_to(page, "dark")
    dark = colours(page)
    turn_to(page, "light")
    assert colours(page) == light
    changed = sum(a != b for a, b in zip(light, dark, strict=True))
    assert changed > len(light) / 2


def test_left_alone_figures_follow_the_system(page: Page) -> None:
    """Without a choice a figure has the colours of the system's theme, as if chosen."""
    seen = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(PAGE)
        assert page.evaluate("document.body.dataset.theme") == "auto"
        seen[scheme] = colours(page)
        turn_to(page, scheme)
        assert colours(page) == seen[scheme]
        turn_to(page, "auto")
    assert seen["light"] != seen["dark"]


@pytest.mark.parametrize("system", ["light", "dark"])
def test_small_pictures_follow_the_button(page: Page, system: str) -> None:
    """The picture of a card is drawn otherwise in dark than in light, whatever the system says."""
    page.emulate_media(color_scheme=system)
    page.goto(CARDS)
    picture = page.locator(".sphx-glr-thumbcontainer img").first
    shots = {}
    for theme in ("light", "dark"):
        turn_to(page, theme)
        picture.scroll_into_view_if_needed()
        page.mouse.move(0, 0)
        shots[theme] = brightness(page, picture.screenshot())
    assert shots["light"] > 0.5 > shots["dark"]


def brightness(page: Page, png: bytes) -> float:
    """Return the mean brightness of a picture, from 0 to 1: what its background is, mostly."""
    return page.evaluate(
        """async (bytes) => {
            const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
            context.drawImage(bitmap, 0, 0);
            const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
            const colours = data.filter((_, number) => number % 4 !== 3);
            return colours.reduce((sum, value) => sum + value, 0) / colours.length / 255;
        }""",
        list(png),
    )
