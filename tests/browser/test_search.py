"""The search page finds the page that answers, for the questions that newcomers type."""

from pathlib import Path
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.site

# Judged before the search was tuned, or when a page that answers was new; any of them will do.
QUESTIONS = {
    "why is my loss nan": {"guides/diagnose"},
    "what std should my weights have": {"theory/random-scale", "guides/choose"},
    "does batch norm make initialization irrelevant": {
        "about/common-errors",
        "auto_gallery/training/plot_see_what_normalization_hides",
        "about/questions",
        "theory/normalization",
    },
    "difference between xavier and he": {"theory/he"},
    "can i initialize all weights to zero": {"theory/zero-trap"},
    "why do all my neurons learn the same thing": {"theory/symmetry"},
    "which initialization for relu": {"theory/he", "guides/choose"},
    "how to initialize weights in pytorch": {"guides/other-frameworks"},
    "what is fan in": {"guides/fans", "reference/glossary"},
    "why do gradients vanish in deep networks": {"theory/random-scale", "theory/xavier"},
    "uniform or normal distribution": {"theory/comparing-distributions"},
    "initialize a recurrent network": {"theory/recurrent"},
    "how to initialize a conv layer": {"theory/convolution", "guides/fans"},
    "my network doesn't learn anything": {"guides/diagnose"},
    "dead relu": {"theory/diagnosis"},
    "should biases start at zero": {
        "theory/zero-trap",
        "auto_gallery/symmetry/plot_find_what_may_be_zero",
    },
    "how many seeds do i need": {"guides/compare"},
    "residual network initialization": {
        "auto_gallery/training/plot_start_a_residual_branch_at_zero",
        "theory/best-practices",
        "theory/residual",
    },
    "xavier initalization formula": {"theory/xavier"},  # as it is typed
    "does adam fix a bad start": {"auto_gallery/training/plot_use_adam_on_a_shallow_net"},
}
NAMES = {
    "he_normal": {"he_normal"},
    "kaiming_normal": {"he_normal"},
    "wi.diagnose": {"diagnose"},
    "weightinit.compute_fans": {"compute_fans"},
    "recommend()": {"recommend"},
    "VarianceScaling": {"VarianceScaling"},
    "fan_in": {"compute_fans", "Fans"},
    "orthogonal": {"orthogonal"},
}


def results(page: Page, address: str) -> list[str]:
    """Return the pages that the search page at an address lists, without their endings."""
    page.goto(address)
    expect(page.locator("#search-count")).not_to_be_empty()
    links = page.locator("#search-results h2 a").evaluate_all("all => all.map(a => a.href)")
    return [
        link.removeprefix(address.partition("search.html")[0])[: -len(".html")] for link in links
    ]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_finds_its_page(page: Page, home: str, question: str) -> None:
    """The page that answers is among the first three."""
    found = results(page, f"{home}/search.html?q={quote_plus(question)}")
    assert QUESTIONS[question] & set(found[:3]), found


@pytest.mark.parametrize("name", NAMES)
def test_a_name_finds_its_page(page: Page, home: str, name: str) -> None:
    """A name of the package finds its page in the reference first."""
    found = results(page, f"{home}/search.html?q={quote_plus(name)}")
    assert found[0] in {f"reference/generated/weightinit.{own}" for own in NAMES[name]}, found


def test_the_box_of_the_sidebar_leads_to_an_answer_by_keyboard(page: Page, home: str) -> None:
    """A question typed in the sidebar is answered, said, and followed with Tab and Enter."""
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(f"{home}/theory/index.html")
    page.locator(".sidebar-search").fill("dead relu")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("pages")
    expect(page.get_by_role("searchbox", name="A question")).to_be_focused()
    expect(page.locator("#search-results mark").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    first = page.locator("#search-results a").first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{first}")
    assert not errors


def test_answers_follow_what_is_typed(page: Page) -> None:
    """Typing renews the answers; where there are none, the page says so."""
    page.goto("/search.html")
    expect(page.locator("#search-count")).to_be_empty()
    box = page.locator("#search-question")
    box.fill("orthog")
    expect(page.locator("#search-results h2").first).to_contain_text("rthogonal")
    box.fill("qqqqqq")
    expect(page.locator("#search-count")).to_contain_text("Nothing found for “qqqqqq”")
    expect(page.locator("#search-results li")).to_have_count(0)


def test_what_is_typed_is_text(page: Page) -> None:
    """Markup in a question stays text."""
    page.goto(f"/search.html?q={quote_plus('<qqqqqq>')}")
    expect(page.locator("#search-count")).to_contain_text("<qqqqqq>")
    expect(page.locator("article qqqqqq")).to_have_count(0)


def test_every_answer_leads_somewhere(page: Page, site: Path) -> None:
    """The places in the index exist: the files, and the anchors in them."""
    page.goto("/search.html")
    pages = page.evaluate("Object.values(searchPages)")
    assert pages
    lost = []
    for found in pages:
        text = (site / found["address"]).read_text(encoding="utf-8")
        lost += [e["anchor"] for e in found["entries"] if f'id="{e["anchor"]}"' not in text]
    assert not lost


def test_excerpts_are_prose(page: Page) -> None:
    """Code is searched, and kept apart from the text that excerpts are cut from."""
    page.goto("/search.html")
    entries = page.evaluate("Object.values(searchPages).flatMap((page) => page.entries)")
    assert any("import numpy" in entry.get("code", "") for entry in entries)
    assert not [entry["text"][:80] for entry in entries if "import numpy" in entry["text"]]


def test_without_scripts_a_sentence_helps(site: Path) -> None:
    """Where scripts are off the page says so, and leads to the index."""
    text = (site / "search.html").read_text(encoding="utf-8")
    otherwise = text.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "scripts are off" in otherwise
    assert 'href="genindex.html"' in otherwise
