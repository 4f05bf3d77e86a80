"""The content security policy at work: what is smuggled into a page does nothing there."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.visit import WATCH

pytestmark = pytest.mark.site

APPEND = """const append = (tag, properties) =>
    document.body.appendChild(Object.assign(document.createElement(tag), properties));"""
# What would run, or show -> the script that puts it into the page, and the directive that refuses.
ACTS = {
    "script": ("append('script', {textContent: 'smuggled = 1'})", "script-src-elem"),
    "handler": (
        "append('p', {innerHTML: '<img src=data: onerror=\"smuggled = 1\">'})",
        "script-src-attr",
    ),
    "link": ("append('a', {href: 'javascript:smuggled = 1'}).click()", "script-src-elem"),
    "string": ("setTimeout('smuggled = 1')", "script-src"),
    "style": ("append('style', {textContent: 'h1 {color: rgb(1, 2, 3)}'})", "style-src-elem"),
}
PATIENCE = 10_000  # milliseconds
ELSEWHERE = "https://elsewhere.invalid/"  # a name that no host has
# What would tell another host, or load from it.
ASKS = {
    "script": (f"append('script', {{src: '{ELSEWHERE}'}})", "script-src-elem"),
    "picture": (f"append('img', {{src: '{ELSEWHERE}'}})", "img-src"),
    "frame": (f"append('iframe', {{src: '{ELSEWHERE}'}})", "frame-src"),
    "fetch": (f"fetch('{ELSEWHERE}').catch(() => {{}})", "connect-src"),
    "form": (f"append('form', {{action: '{ELSEWHERE}'}}).submit()", "form-action"),
    "base": (f"append('base', {{href: '{ELSEWHERE}'}})", "base-uri"),
}
# What was refused, once something is; playwright's way of waiting is code in a string, refused too.
REFUSED = """patience => new Promise(resolve => {
    if (violations.length) resolve(violations);
    addEventListener("securitypolicyviolation", () => resolve(violations));
    setTimeout(() => resolve(violations), patience);
})"""
HAS_ACTED = (
    "window.smuggled || getComputedStyle(document.querySelector('h1')).color == 'rgb(1, 2, 3)'"
)


def smuggle(page: Page, home: str, script: str) -> None:
    """Open the search page, and run there what puts something into it."""
    page.add_init_script(WATCH)
    page.goto(f"{home}/search.html")
    page.evaluate(f"() => {{ {APPEND} {script} }}")


@pytest.mark.parametrize("what", ACTS)
def test_what_is_put_into_a_page_does_nothing(page: Page, home: str, what: str) -> None:
    """An inline script, handler or style, a javascript: link and code in a string are refused."""
    script, directive = ACTS[what]
    smuggle(page, home, script)
    assert [text.split()[0] for text in page.evaluate(REFUSED, PATIENCE)] == [directive]
    assert not page.evaluate(HAS_ACTED)


@pytest.mark.parametrize("what", ACTS)
def test_without_the_policy_it_would(browser: Browser, home: str, what: str) -> None:
    """In a browser that asks for no policy the same act: it is the policy that refuses them."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    smuggle(page, home, ACTS[what][0])
    page.wait_for_function(HAS_ACTED, timeout=PATIENCE)
    context.close()


@pytest.mark.parametrize("what", ASKS)
def test_a_page_asks_no_other_host(page: Page, home: str, what: str) -> None:
    """What is put into a page loads nothing from another host, and sends no question or form."""
    script, directive = ASKS[what]
    asked = []
    page.route(f"{ELSEWHERE}**", lambda route: asked.append(route.request.url) or route.abort())
    smuggle(page, home, script)
    assert [text.split()[0] for text in page.evaluate(REFUSED, PATIENCE)] == [directive]
    assert not asked
