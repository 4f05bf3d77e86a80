"""One visit of one page, as a reader pays it: what it asks for, says, weighs, and how it fits."""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tests.browser.figures import EMPTY, REFILL, faults_on_a_phone

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 800}
OPENED_KILOBYTES = 200  # what a page asks for before one scrolls
WHOLE_KILOBYTES = 500  # with the figures to play with and the cards that come as one scrolls
INDEX = "script[src*='search-index']"  # of the search page: the text of all pages
UNNAMED = "[role=img]:not([aria-label])"  # of the lab, until its worker has told what they show
# What a host shows in place of what is not there. It asks for its styles by absolute addresses, so
# that it may stand at any depth: a folder cannot show it.
NOT_FOUND = "404.html"
MISSING = "no/such/page.html"
# The rules of axe-core that look at colours; no other rule can tell the light page from the dark.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
# All rules but the experimental ones, of which axe-core itself says that they may be wrong.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
ALL = {"runOnly": TAGS}
COLOURS = {"runOnly": {"type": "rule", "values": COLOUR_RULES}}
ALL_BUT_COLOURS = {**ALL, "rules": {rule: {"enabled": False} for rule in COLOUR_RULES}}
# Keeps what the page's content security policy refuses; `violations` in the page.
WATCH = """window.violations = [];
addEventListener("securitypolicyviolation", ({effectiveDirective, blockedURI, sample}) =>
    violations.push(`${effectiveDirective} refuses ${blockedURI}: ${sample}`));"""
OVERFLOW = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
AXE = """options => axe.run({...options, resultTypes: ["violations"]}).then(({violations}) =>
    violations.flatMap(({id, nodes}) => nodes.map(node => `${id}: ${node.html.slice(0, 200)}`)))"""


@dataclass
class Visit:
    """What was seen on a page."""

    page: str
    opened: float = 0.0
    kilobytes: float = 0.0
    limit: int = OPENED_KILOBYTES
    requests: int = 0
    console: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    policy: list[str] = field(default_factory=list)
    light: list[str] = field(default_factory=list)
    dark: list[str] = field(default_factory=list)
    overflow: int = 0
    figures: list[str] = field(default_factory=list)
    seconds: float = 0.0
    from_file: list[str] = field(default_factory=list)


class Listener:
    """What a page asks for, and what it says on the console."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[Request] = []
        self.come: list[Request] = []
        self.failed: list[str] = []
        self.console: list[str] = []
        page.add_init_script(WATCH)
        page.on("request", self._note_asked)  # a method of a list cannot be given to playwright
        page.on("requestfinished", self._note_come)
        page.on("requestfailed", lambda request: self.failed.append(request.url))
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.console.append(str(error)))

    def _note_asked(self, request: Request) -> None:
        self.asked.append(request)

    def _note_come(self, request: Request) -> None:
        self.come.append(request)

    def _hear(self, message: ConsoleMessage) -> None:
        is_status = message.location["url"].endswith(f"/{MISSING}")  # which is as it should be
        if message.type in ("error", "warning") and not is_status:
            self.console.append(message.text)

    def open(self, address: str) -> None:
        """Open the page, and wait for all that it asks for."""
        self.page.goto(address)
        self._settle()

    def look_at_all(self) -> None:
        """Look at all of the page, so that what is loaded late is loaded too."""
        height = self.page.evaluate("document.scrollingElement.scrollHeight")
        self.page.set_viewport_size({**DESKTOP, "height": height})
        self._settle()
        self.page.set_viewport_size(DESKTOP)

    def _settle(self) -> None:
        self.page.evaluate("new Promise(r => requestAnimationFrame(() => setTimeout(r)))")
        while len(self.asked) > len(self.come) + len(self.failed):
            self.page.wait_for_timeout(10)

    def foreign(self, origin: str) -> list[str]:
        """Return the addresses asked for that neither begin with `origin` nor stand in the page."""
        own = (origin, "data:", "blob:")  # a blob is what a script of the page has made
        return [r.url for r in self.asked if not r.url.startswith(own)]

    def violations(self) -> list[str]:
        """Return what the policy of the page refused."""
        return self.page.evaluate("violations")

    def kilobytes(self) -> float:
        """Return what was transferred, with the headers."""
        sizes = [request.sizes() for request in self.come]
        return sum(s["responseBodySize"] + s["responseHeadersSize"] for s in sizes) / 1000


def visit(browser: Browser, base_url: str, site: Path, name: str, axe: str) -> Visit:
    """Visit the page `name` of the site, on its server and from its folder."""
    began = time.perf_counter()
    seen = Visit(name)
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    page = context.new_page()
    heard = Listener(page)
    heard.open(f"{base_url}/{MISSING if name == NOT_FOUND else name}")
    seen.opened = heard.kilobytes()
    if page.locator(INDEX).count():
        seen.limit = WHOLE_KILOBYTES
    heard.look_at_all()
    with suppress(AssertionError):  # axe-core tells of those that remain without a name
        expect(page.locator(UNNAMED)).to_have_count(0)
    seen.kilobytes, seen.requests = heard.kilobytes(), len(heard.asked)
    lost = [r.url for r in heard.come if r.response().status >= 400]
    seen.failed = heard.failed + [url for url in lost if not url.endswith(f"/{MISSING}")]
    seen.foreign = heard.foreign(f"{base_url}/")
    seen.policy = heard.violations()
    check_accessibility(page, axe, seen)
    seen.overflow = page.evaluate(OVERFLOW)
    seen.figures = faults_on_a_phone(page, (site / name).read_text(encoding="utf-8"))
    seen.console = heard.console
    context.close()
    if name != NOT_FOUND:
        seen.from_file = complaints_from_file(browser, site, name)
    seen.seconds = time.perf_counter() - began
    return seen


def check_accessibility(page: Page, axe: str, seen: Visit) -> None:
    """Run axe-core light and dark, wide and narrow; the page is left dark, as wide as a phone."""
    drawings = page.evaluate_handle(EMPTY)
    page.evaluate(axe)
    seen.light = page.evaluate(AXE, ALL)
    page.emulate_media(color_scheme="dark")
    seen.dark = page.evaluate(AXE, COLOURS)
    page.set_viewport_size(PHONE)
    seen.dark += [f"{PHONE['width']} px: {text}" for text in page.evaluate(AXE, ALL_BUT_COLOURS)]
    drawings.evaluate(REFILL)


def complaints_from_file(browser: Browser, site: Path, name: str) -> list[str]:
    """Open the page from the folder; return what fails, is said, lies outside, is refused."""
    context = browser.new_context(viewport=DESKTOP)
    heard = Listener(context.new_page())
    heard.open((site / name).as_uri())
    heard.look_at_all()
    refused = heard.violations()
    context.close()
    return heard.failed + heard.console + heard.foreign(f"{site.as_uri()}/") + refused
