"""Figures to play with, in a real browser: by key, without scripts, from a folder, dark, late."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.site

CLASS = 'class="wi-explore"'
# where on the page, and how large: a focus scrolls the window, slowly
PLACE = """element => { const {left, top, width, height} = element.getBoundingClientRect();
    return [left + scrollX, top + scrollY, width, height].map(Math.round); }"""
FILL = "element => getComputedStyle(element).fill"
SHALLOW = {"width": 1280, "height": 200}  # so that a figure far down is far away


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each law of every page that has such a figure."""
    if "name" in metafunc.fixturenames and (site := metafunc.config.getoption("--site")):
        pages = sorted(site.rglob("*.html"))
        names = [p.relative_to(site).as_posix() for p in pages if CLASS in p.read_text()]
        metafunc.parametrize("name", names)


def to_first_frame(figure: Locator) -> Locator:
    """Press Home on the range input, and wait until the first frame has come and is shown."""
    shown = text_of(figure)
    control = figure.get_by_role("slider")
    control.press("Home")
    expect(figure.locator("svg")).not_to_have_attribute("aria-label", shown)
    return control


def text_of(figure: Locator) -> str:
    """Return the alternative text of the frame that is shown."""
    return figure.locator("svg").get_attribute("aria-label")


def test_keys_move_through_all_frames(page: Page, base_url: str, name: str) -> None:
    """Arrow by arrow each value is read with a frame of its own, and the page does not move."""
    page.goto(f"{base_url}/{name}")
    for figure in page.locator(".wi-explore").all():
        values = figure.evaluate("element => JSON.parse(element.dataset.values)")
        control = figure.get_by_role("slider")
        label = figure.locator("p").inner_text()
        assert label == f"{figure.locator('label').inner_text()}: {values[len(values) // 2]}"
        to_first_frame(figure)
        place, texts = figure.evaluate(PLACE), []
        for value in values:
            expect(control).to_have_attribute("aria-valuetext", value)
            expect(figure.locator("span")).to_have_text(value)
            texts.append((text_of(figure), figure.locator("svg").inner_html()))
            page.keyboard.press("ArrowRight")
        assert figure.evaluate(PLACE) == place
        assert len(set(texts)) == len(values)


def test_the_control_is_named(page: Page, base_url: str, name: str) -> None:
    """The range input is called by the variable, and there is one for each figure."""
    page.goto(f"{base_url}/{name}")
    for figure in page.locator(".wi-explore").all():
        variable = figure.locator("label").inner_text()
        expect(figure.get_by_role("slider", name=variable, exact=True)).to_have_count(1)


def test_the_middle_is_shown_without_scripts(browser: Browser, base_url: str, name: str) -> None:
    """A reader without scripts sees a frame and its value, and no control that does nothing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base_url}/{name}")
    for figure in page.locator(".wi-explore").all():
        expect(figure.locator("svg")).to_be_visible()
        expect(figure.locator("span")).to_be_visible()
        expect(figure.locator("input")).to_be_hidden()
    context.close()


def test_it_works_from_a_folder(page: Page, site: Path, name: str) -> None:
    """Opened from a folder, the figure moves too."""
    page.goto((site / name).as_uri())
    for figure in page.locator(".wi-explore").all():
        to_first_frame(figure)


def test_the_toggle_recolours_a_frame(page: Page, base_url: str, name: str) -> None:
    """A frame that was loaded late follows the button for light and dark."""
    page.emulate_media(color_scheme="light")
    page.goto(f"{base_url}/{name}")
    figure = page.locator(".wi-explore").first
    to_first_frame(figure)
    light = figure.locator("svg").evaluate(FILL)
    page.locator(".theme-toggle:visible").first.click()
    assert page.locator("body").get_attribute("data-theme") == "dark"
    assert figure.locator("svg").evaluate(FILL) != light


def test_frames_are_loaded_late(page: Page, base_url: str, name: str) -> None:
    """The frames are asked for when the figure comes near, each figure's once."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size(SHALLOW)
    page.goto(f"{base_url}/{name}", wait_until="networkidle")
    assert not [url for url in asked if "/_frames/" in url]
    figures = page.locator(".wi-explore").all()
    for figure in figures:
        control = to_first_frame(figure)
        control.blur()
        control.focus()  # once more, which asks for nothing
    assert {"/_frames/" in url for url in asked} == {True, False}
    expect(page.locator("script[src*='_frames/']")).to_have_count(len(figures))
