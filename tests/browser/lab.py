"""The page of the lab, as a reader works it."""

import re

from playwright.sync_api import Locator, Page, expect

PATIENCE = 60_000  # milliseconds; 30 layers train a thousand steps in it on a slow machine
NETWORK, SHARED = "Network {}", "What both networks share"


def network(page: Page, name: str) -> Locator:
    """Return the card of a network."""
    return page.get_by_role("region", name=NETWORK.format(name), exact=True)


def step(page: Page) -> int:
    """Return how many steps were made."""
    return int(re.search(r"\d+", page.locator(".lab-step").inner_text())[0])


def make_steps(page: Page, count: int) -> None:
    """Make so many steps after the start, by the buttons, and wait for them."""
    for name, size in (("100", 100), ("10", 10), ("1 step", 1)):
        for _ in range(count % (10 * size) // size if size < 100 else count // 100):
            page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".lab-step")).to_have_text(
        re.compile(rf"^Step {count}\b"), timeout=PATIENCE
    )
    page.wait_for_timeout(100)  # the whole snapshot that follows


def choose(page: Page, what: str, value: str) -> None:
    """Choose a setting by its label."""
    name, _, which = what.partition(" ")
    if name in ("A", "B"):
        card = network(page, name)
        label = {"": f"Start of {name}", "layer": "One layer differs", "odd": "starts as"}
        # exactly: the names of other fields, to playwright, have all their options
        field = card.get_by_label(label.get(which, which), exact=which == "std").filter(
            visible=True
        )
    else:
        field = page.get_by_role("form", name=SHARED).get_by_label(what)
    if field.evaluate("element => element.matches('select')"):
        field.select_option(value)
    else:
        field.fill(value)
        field.press("Enter")
    expect(page.locator(".lab-step")).to_have_text(re.compile(r"^Step 0\b"))


def shown(page: Page) -> list[str]:
    """Return what the page says of the networks."""
    return page.locator(".lab-score, .lab-words, .lab-units").all_inner_texts()
