"""Each challenge of the lab can be solved by hand, and is not solved untouched."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import choose, make_steps
from tests.browser.visit import Listener

pytestmark = pytest.mark.site

# What solves each challenge, as a reader would do it: settings, then steps. "A: ..." is the start
# of A, "A layer": which layer differs, "A odd": how that one starts.
SOLUTIONS: dict[str, list[tuple[str, str] | int]] = {
    "hidden-zero": [("A layer", "1"), ("A odd", "xavier_normal"), 1000],
    "own-std": [("A std", "0.25"), 0],
    "one-layer": [("A layer", "1"), ("A odd", "he_normal"), 200],
    "half-dead": [("Rate", "5"), 100],
    "adam": [("Optimizer", "adam"), ("Rate", "0.01"), 500],
    "rate": [("Rate", "1"), 300, ("Rate", "2"), 300, ("Rate", "3"), 300, ("Rate", "5"), 300],
    "alike": [
        *[("A", "he_normal"), ("Units", "32"), ("Optimizer", "adam"), ("Rate", "0.01")],
        600,
    ],
    "deep-tanh": [("A", "orthogonal"), ("Optimizer", "adam"), ("Rate", "0.001"), 800],
    "memorize": [("A", "std1"), 1000],
    "unlucky": [act for seed in range(1, 13) for act in (("Seed", str(seed)), 0)],
}


def guess(page: Page, number: int = 0) -> None:
    """Make a guess, which unlocks the buttons."""
    expect(page.get_by_role("button", name="100", exact=True)).to_be_disabled()
    page.locator(".lab-task").get_by_role("radio").nth(number).check()
    expect(page.get_by_role("button", name="100", exact=True)).to_be_enabled()


@pytest.mark.parametrize("task", SOLUTIONS)
def test_a_challenge_can_be_solved(lab: Page, task: str) -> None:
    """Untouched it is not solved and the guess is judged; by hand it is; then it is ticked."""
    button = lab.locator(".lab-tasks li").nth([*SOLUTIONS].index(task)).get_by_role("button")
    title = button.inner_text()
    button.click()
    assert f"task={task}" in lab.evaluate("location.hash")
    guess(lab)
    verdict = lab.locator(".lab-verdict")
    promised = re.search(r"at least (\d+) steps", verdict.inner_text())
    if promised:
        make_steps(lab, int(promised[1]))
        expect(verdict).to_contain_text(re.compile(r"You guessed (it|something else)\."))
    expect(verdict).not_to_contain_text("Solved")
    expect(lab.locator(".lab-why")).to_be_hidden()
    for act in SOLUTIONS[task]:
        if "Solved" in verdict.inner_text():
            break
        if isinstance(act, int):
            make_steps(lab, act)
        else:
            choose(lab, *act)
    expect(verdict).to_contain_text("Solved")
    expect(verdict).to_contain_text("You guessed")
    expect(lab.locator(".lab-why a")).to_be_visible()
    expect(lab.locator(".lab-tasks").get_by_role("button", name=f"{title}, solved")).to_be_visible()
    lab.reload()
    expect(lab.locator(".lab-tasks").get_by_role("button", name=f"{title}, solved")).to_be_visible()


def test_it_works_where_nothing_is_kept(page: Page, base_url: str) -> None:
    """A browser that keeps nothing shows the lab and its challenges all the same."""
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('refused') };")
    heard = Listener(page)
    page.goto(f"{base_url}/lab.html#v1&task=own-std")
    guess(page)
    choose(page, "A std", "0.25")
    expect(page.locator(".lab-verdict")).to_contain_text("Solved")
    assert not heard.console
