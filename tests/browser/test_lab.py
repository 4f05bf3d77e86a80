"""The lab in a real browser: it plays, keeps its address true, and shows what is asked."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.lab import PATIENCE, SHARED, choose, make_steps, network, shown, step

pytestmark = pytest.mark.site

ADDRESSES = {
    "usual": "v1&a=zeros&b=xavier_normal",
    "deep": "v1&depth=30&width=4&act=relu&a=he_normal,30:zeros&b=std:0.3&show=7",
    "digits": "v1&data=digits&opt=adam&batch=50&a=lsuv&b=none",
}


def test_it_plays_pauses_and_rewinds(page: Page, home: str) -> None:
    """Play makes steps, pause ends them, rewind leads back to the very start; from a disk too."""
    page.goto(f"{home}/lab.html")
    expect(page.locator(".lab-score").first).to_contain_text("right")
    page.wait_for_timeout(300)
    begin = shown(page)
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".lab-step")).to_have_text(re.compile(r"^Step [2-9]\d"), timeout=PATIENCE)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.wait_for_timeout(300)
    paused = step(page)
    assert shown(page) != begin
    page.wait_for_timeout(300)
    assert step(page) == paused
    page.get_by_role("button", name="Rewind").click()
    expect(page.locator(".lab-step")).to_have_text(re.compile(r"^Step 0\b"))
    page.wait_for_timeout(300)
    assert shown(page) == begin


def test_only_the_start_differs(lab: Page) -> None:
    """Of the usual two networks the one from zero stays at guessing, the other learns the ring."""
    make_steps(lab, 800)
    right = [float(text.split("%")[0]) for text in lab.locator(".lab-score").all_inner_texts()]
    assert right[0] < 65
    assert right[1] > 90
    expect(network(lab, "A").locator(".lab-units")).to_contain_text("1 distinct of 8")
    expect(network(lab, "B").locator(".lab-units")).to_contain_text("8 distinct of 8")


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_comes_back(page: Page, base_url: str, name: str) -> None:
    """A setting that an address says is shown, and stands in the address again."""
    page.goto(f"{base_url}/lab.html#{ADDRESSES[name]}")
    expect(page.locator(".lab-score").first).to_contain_text("right")
    expect(page.locator(".lab-problem")).to_be_hidden()
    assert page.evaluate("location.hash") == f"#{ADDRESSES[name]}"


def test_the_address_follows_the_controls(lab: Page) -> None:
    """What is chosen stands in the address, from which another page shows the same."""
    choose(lab, "Layers", "5")
    choose(lab, "B", "orthogonal")
    choose(lab, "B layer", "5")
    choose(lab, "B odd", "std")
    choose(lab, "B std", "0.7")
    assert lab.evaluate("location.hash") == "#v1&depth=5&a=zeros&b=orthogonal,5:std:0.7"
    make_steps(lab, 20)
    seen = shown(lab)
    other = lab.context.new_page()
    other.goto(lab.url)
    make_steps(other, 20)
    assert shown(other) == seen


@pytest.mark.parametrize("nonsense", ["v1&depth=99", "v9", "v1&a=<b>nobody</b>", "%%%"])
def test_nonsense_is_refused(page: Page, base_url: str, nonsense: str) -> None:
    """An address that cannot be read is answered by a message, and the usual setting is shown."""
    page.goto(f"{base_url}/lab.html#{nonsense}")
    expect(page.get_by_role("alert")).to_contain_text("not understood")
    expect(page.get_by_role("alert")).to_contain_text("usual setting")
    expect(page.locator(".lab-score").first).to_contain_text("right")
    expect(page.get_by_label("Start of A")).to_have_value("zeros")


def test_the_space_bar_plays(lab: Page) -> None:
    """Where nothing has the focus, the space bar plays and pauses."""
    expect(lab.locator(".lab-score").first).to_contain_text("right")
    lab.keyboard.press(" ")
    expect(lab.get_by_role("button", name="Pause")).to_be_visible()
    lab.keyboard.press(" ")
    expect(lab.get_by_role("button", name="Play")).to_be_visible()


def test_changes_are_said(lab: Page) -> None:
    """After a step a polite region says the step and what each network does, in words."""
    make_steps(lab, 10)
    live = lab.locator(".lab-live")
    expect(live).to_have_attribute("role", "status")
    expect(live).to_contain_text("Step 10.")
    expect(live).to_contain_text("A: ")
    for picture in lab.locator("[role=img]:visible").all():
        assert len(picture.get_attribute("aria-label").split()) >= 5


def test_reduced_motion_has_steps(page: Page, base_url: str) -> None:
    """Where motion is to be reduced there is no play, and steps remain."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{base_url}/lab.html")
    expect(page.get_by_role("button", name="1 step")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_hidden()
    make_steps(page, 1)


def test_paper_has_the_state_alone(lab: Page) -> None:
    """Printed are the setting, maps and charts as they are, in light colours, and no buttons."""
    lab.emulate_media(color_scheme="light")
    make_steps(lab, 1)
    data = "document.querySelector('.lab-map').toDataURL()"
    light = lab.evaluate(data)
    lab.emulate_media(color_scheme="dark")
    lab.wait_for_timeout(200)
    assert lab.evaluate(data) != light
    lab.emulate_media(media="print", color_scheme="dark")
    expect(lab.locator(".lab-map").first).to_be_visible()
    expect(lab.locator(".lab-chart svg").first).to_be_visible()
    expect(lab.get_by_role("form", name=SHARED)).to_be_visible()
    expect(lab.locator(".lab-step")).to_have_text(re.compile(r"^Step 1\b"))
    expect(lab.locator(".wi-lab button:visible")).to_have_count(0)
    assert lab.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"


def test_the_theme_turns_the_maps(lab: Page) -> None:
    """The button for light and dark redraws what is on canvas."""
    lab.emulate_media(color_scheme="light")
    make_steps(lab, 1)
    data = "document.querySelector('.lab-map').toDataURL()"
    light = lab.evaluate(data)
    lab.locator(".theme-toggle:visible").first.click()
    lab.wait_for_timeout(200)
    assert lab.evaluate(data) != light


def test_a_picture_is_saved(page: Page, home: str) -> None:
    """What is seen is offered as a PNG; from a disk too."""
    page.goto(f"{home}/lab.html")
    make_steps(page, 10)
    with page.expect_download() as waited:
        page.get_by_role("button", name="Save picture").click()
    picture = Path(waited.value.path()).read_bytes()
    assert waited.value.suggested_filename == "weightinit-lab.png"
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 20_000


def test_copies_are_offered(lab: Page) -> None:
    """Link and script go into the clipboard or, where that is refused, are shown for copying."""
    lab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(lab, "Layers", "3")
    address = lab.url
    lab.get_by_role("link", name="ten challenges").click()
    lab.get_by_role("button", name="Copy link").click()
    expect(lab.locator(".lab-note")).to_have_text("The link is copied.")
    assert lab.evaluate("navigator.clipboard.readText()") == address
    lab.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    lab.get_by_role("button", name="Copy as Python").click()
    expect(lab.get_by_label("Text to copy")).to_have_value(re.compile("import weightinit as wi"))


def test_without_scripts_the_challenges_are_a_text(browser: Browser, base_url: str) -> None:
    """A reader without scripts is told so, and can read the challenges."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base_url}/lab.html")
    expect(page.get_by_text("needs JavaScript")).to_be_visible()
    expect(page.locator(".lab-challenge")).to_have_count(10)
    expect(page.locator(".lab-challenge").last).to_be_visible()
    context.close()


def pages_with(site: Path, pattern: str) -> list[tuple[str, str]]:
    """Return each page with what a pattern finds there."""
    return [
        (path.relative_to(site).as_posix(), found)
        for path in sorted(site.rglob("*.html"))
        for found in re.findall(pattern, path.read_text(encoding="utf-8"))
    ]


def test_every_link_into_the_lab_is_understood(page: Page, base_url: str, site: Path) -> None:
    """The setting of each link on the site is shown, without a complaint."""
    links = pages_with(site, r'href="[./]*lab\.html#(v1[^"]*)"')
    assert links
    page.goto(f"{base_url}/lab.html")
    for place, setting in links:
        page.evaluate("hash => { location.hash = hash; }", setting.replace("&amp;", "&"))
        page.wait_for_timeout(50)
        assert page.locator(".lab-problem").is_hidden(), place
        expect(page.locator(".lab-score").first).to_contain_text("right")


def test_a_page_embeds_the_lab(page: Page, home: str, site: Path) -> None:
    """A button puts the lab, small, below the link; it plays, and nothing was loaded before."""
    (name, _), *_ = pages_with(site, 'class="(wi-lab-embed)"')
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{home}/{name}")
    assert not [url for url in asked if "_static/lab/" in url]
    page.get_by_role("button", name="Try it here").click()
    frame = page.frame_locator(".wi-lab-embed + iframe")
    frame.get_by_role("button", name="Play").click()
    expect(frame.get_by_role("button", name="Pause")).to_be_visible()
    expect(frame.locator(".lab-score").first).to_contain_text("right")
    expect(frame.locator(".sidebar-drawer:visible, .lab-settings:visible")).to_have_count(0)
    expect(frame.get_by_role("link", name="Open in the lab")).to_be_visible()
    page.wait_for_timeout(300)
    fits = "document.scrollingElement.scrollHeight <= innerHeight + 1"
    assert page.frames[1].evaluate(fits)
