"""Figures to play with, in a real browser: by key, played, without scripts, from a folder, dark."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.site

CLASS = 'class="wi-explore"'
# where on the page, and how large: a focus scrolls the window, slowly
PLACE = """element => { const {left, top, width, height} = element.getBoundingClientRect();
    return [left + scrollX, top + scrollY, width, height].map(Math.round); }"""
FILL = "element => getComputedStyle(element).fill"
RUN_MILLISECONDS = 20_000  # more than a figure plays, on a slow machine


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each law of every page that has such a figure."""
    if "name" in metafunc.fixturenames and (site := metafunc.config.getoption("--site")):
        pages = sorted(site.rglob("*.html"))
        names = [p.relative_to(site).as_posix() for p in pages if CLASS in p.read_text()]
        metafunc.parametrize("name", names)


def values_of(figure: Locator) -> list[str]:
    """Return the values that the figure can show."""
    return figure.evaluate("element => JSON.parse(element.dataset.values)")


def to_last_frame(figure: Locator) -> Locator:
    """Go to the last value, and wait until its frame has come and is shown."""
    shown = text_of(figure)
    if figure.get_by_role("slider").count():
        control = figure.get_by_role("slider")
        control.press("End")
    else:
        control = figure.get_by_role("radio").last
        control.check()
    expect(picture(figure)).not_to_have_attribute("aria-label", shown)
    return control


def picture(figure: Locator) -> Locator:
    """Return the drawing that is in sight, of the wide one and the narrow one."""
    return figure.locator(".wi-figure:visible")


def text_of(figure: Locator) -> str:
    """Return the alternative text of the frame that is shown."""
    return picture(figure).get_attribute("aria-label")


def value_shown(figure: Locator) -> Locator:
    """Return the value that stands below the figure."""
    return figure.locator("p > span")


def test_keys_move_through_all_frames(page: Page, base_url: str, name: str) -> None:
    """From the first value on, key by key each has a frame of its own, and the page stays."""
    page.goto(f"{base_url}/{name}")
    for figure in page.locator(".wi-explore").all():
        values = values_of(figure)
        expect(value_shown(figure)).to_have_text(values[0])
        to_last_frame(figure).focus()
        page.keyboard.press("Home" if figure.get_by_role("slider").count() else "ArrowRight")
        place, texts = figure.evaluate(PLACE), []
        for value in values:
            expect(value_shown(figure)).to_have_text(value)
            texts.append((text_of(figure), picture(figure).inner_html()))
            page.keyboard.press("ArrowRight")
        assert figure.evaluate(PLACE) == place
        assert len(set(texts)) == len(values)


def test_the_control_is_named(page: Page, base_url: str, name: str) -> None:
    """A range, or a group with a button for each value, is called by the variable."""
    page.emulate_media(reduced_motion="reduce")  # the front page's plays otherwise
    page.goto(f"{base_url}/{name}")
    for figure in page.locator(".wi-explore").all():
        variable, values = figure.locator("p").inner_text().partition(": ")[0], values_of(figure)
        if figure.get_by_role("slider", name=variable, exact=True).count():
            expect(figure.get_by_role("slider")).to_have_attribute("aria-valuetext", values[0])
            expect(figure.get_by_role("button")).to_have_text("Play")
        else:
            group = figure.get_by_role("radiogroup", name=variable, exact=True)
            assert [label.inner_text() for label in group.locator("label").all()] == values
            expect(group.get_by_role("radio", name=values[0], exact=True)).to_be_checked()


def test_a_range_plays_to_its_end(page: Page, base_url: str, name: str) -> None:
    """Enter on the button plays to the last value and stops; then it plays from the first."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{base_url}/{name}")
    for figure in page.locator(".wi-explore:has([type=range])").all():
        values = values_of(figure)
        button = figure.get_by_role("button")
        button.press("Enter")
        expect(button).to_have_text("Pause")
        expect(value_shown(figure)).to_have_text(values[-1], timeout=RUN_MILLISECONDS)
        expect(button).to_have_text("Play")
        button.press("Enter")
        expect(value_shown(figure)).not_to_have_text(values[-1])
        button.press("Enter")
        expect(button).to_have_text("Play")
        paused = value_shown(figure).inner_text()
        page.wait_for_timeout(1000)
        assert value_shown(figure).inner_text() == paused


def test_only_the_figures_for_it_begin_to_play(page: Page, base_url: str, name: str) -> None:
    """A page starts no figure but those marked to play, and none if motion is to be reduced."""
    for motion in ("no-preference", "reduce"):
        page.emulate_media(reduced_motion=motion)
        page.goto(f"{base_url}/{name}")
        for figure in page.locator(".wi-explore:has([type=range])").all():
            starts = figure.locator("xpath=ancestor::*[contains(@class, 'tag_wi-play')]").count()
            is_playing = starts and motion != "reduce"
            expect(figure.get_by_role("button")).to_have_text("Pause" if is_playing else "Play")


def test_the_first_is_shown_without_scripts(browser: Browser, base_url: str, name: str) -> None:
    """A reader without scripts sees a frame and its value, and no control that does nothing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base_url}/{name}")
    for figure in page.locator(".wi-explore").all():
        expect(picture(figure)).to_have_count(1)
        expect(value_shown(figure)).to_be_visible()
        expect(figure.locator(".wi-control")).to_be_hidden()
    context.close()


def test_it_works_from_a_folder(page: Page, site: Path, name: str) -> None:
    """Opened from a folder, the figure moves too."""
    page.goto((site / name).as_uri())
    for figure in page.locator(".wi-explore").all():
        to_last_frame(figure)


def test_the_toggle_recolours_a_frame(page: Page, base_url: str, name: str) -> None:
    """A frame that was loaded late follows the button for light and dark."""
    page.emulate_media(color_scheme="light")
    page.goto(f"{base_url}/{name}")
    figure = page.locator(".wi-explore").first
    to_last_frame(figure)
    light = picture(figure).evaluate(FILL)
    page.locator(".theme-toggle:visible").first.click()
    assert page.locator("body").get_attribute("data-theme") == "dark"
    assert picture(figure).evaluate(FILL) != light


def test_frames_are_loaded_late(page: Page, base_url: str, name: str) -> None:
    """The frames are asked for when somebody turns to the figure, each figure's once."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{base_url}/{name}", wait_until="networkidle")
    assert not [url for url in asked if "/_frames/" in url]
    for figure in page.locator(".wi-explore").all():
        control = to_last_frame(figure)
        control.blur()
        control.focus()  # once more, which asks for nothing
    frames = [url for url in asked if "/_frames/" in url]
    assert len(set(frames)) == len(frames) == page.locator(".wi-explore").count()
