"""Terms link to the glossary: the first of each on a page, in its prose alone."""

import re
from pathlib import Path

import glossary_links
import pytest
from docutils import nodes
from docutils.core import publish_doctree

ADDRESS = "glossary.html"
PAGES = ("theory/*.html", "guides/*.html", "about/*.html", "auto_gallery/*/plot_*.html")
LINK = re.compile(r'<a class="glossary-link[^>]*href="[^"]*#([^"]+)"[^>]*>')


def entry(*spellings: str) -> glossary_links.Entry:
    """Return an entry of the glossary."""
    anchor = f"term-{spellings[0].replace(' ', '-')}"
    return glossary_links.Entry((anchor,), spellings, "What it is.", frozenset())


ENTRIES = [
    entry("gain", "gains"),
    entry("gradient", "gradients"),
    entry("gradient descent"),
    entry("He's scheme"),
]


def linked(text: str) -> list[tuple[str, str]]:
    """Link the terms of a text; return each link's words, and the anchor that it leads to."""
    tree = publish_doctree(text, settings_overrides={"report_level": 5})
    before = tree.astext()
    glossary_links.link_terms(tree, ENTRIES, ADDRESS)
    assert tree.astext() == before, "the words of a page stay"
    found = [node for node in tree.findall(nodes.reference) if "glossary-link" in node["classes"]]
    assert all(node["reftitle"] == "What it is." for node in found)
    return [(node.astext(), node["refuri"].removeprefix(f"{ADDRESS}#")) for node in found]


def test_only_the_first_is_linked():
    """Of all occurrences on a page, in any spelling, the first is linked and no other."""
    text = "The gains.\n\n- A gain.\n- Another gain, and a gradient."
    assert linked(text) == [("gains", "term-gain"), ("gradient", "term-gradient")]


def test_a_sentence_may_begin_with_a_term():
    """A capital at its beginning does not hide a term."""
    assert linked("Gradients vanish.") == [("Gradients", "term-gradient")]


def test_the_longest_match_wins():
    """A term that is part of a longer one is not linked inside it, nor is that on a second line."""
    text = "By gradient\ndescent. By gradient descent. The gradient."
    assert [target for _, target in linked(text)] == ["term-gradient-descent", "term-gradient"]


@pytest.mark.parametrize("text", ["A gainsayer, again.", "A gain-like gain_in pre-gain."])
def test_words_are_whole(text):
    """A part of a word is no term."""
    assert not linked(text)


def test_any_apostrophe_will_do():
    """A curly apostrophe is the same letter as a straight one."""
    assert [target for _, target in linked("Take He’s scheme.")] == ["term-He's-scheme"]


NOT_PROSE = {
    "a heading": "The gain\n========\n\nText.",
    "a link": "`the gain <https://example.org>`_",
    "code": "``gain``",
    "a block of code": "::\n\n    gain",
    "a formula": ":math:`gain`",
    "a displayed formula": ".. math:: gain",
    "raw HTML": ".. raw:: html\n\n   gain",
    "a caption": ".. figure:: a.svg\n\n   The gain",
    "the head of a table": "====  ====\ngain  b\n====  ====\n1     2\n====  ====",
    "a card": ".. container:: sd-card\n\n   gain",
}


@pytest.mark.parametrize("text", NOT_PROSE.values(), ids=NOT_PROSE)
def test_only_prose_is_linked(text):
    """What is no running prose has no links, and its term is linked where prose uses it."""
    assert not linked(text)
    assert linked(f"{text}\n\nHere the gain is meant.") == [("gain", "term-gain")]


@pytest.mark.parametrize(
    "defined", ["the *gain*", "**Gain** is", "the `gain <glossary.html#term-gain>`_"]
)
def test_a_term_that_the_page_defines_is_not_linked(defined):
    """From where a page sets a term in italics or bold, or links it, it is linked no more."""
    assert not linked(f"Here {defined}. The gain.")
    assert len(linked(f"The gain. Here {defined}.")) == 1


def test_a_longer_emphasis_defines_nothing():
    """Only a term that is emphasized as a whole is thereby defined."""
    assert len(linked("**Mind the gain of it.** The gain.")) == 1


def test_output_is_not_linked():
    """What a cell of a page printed, such as a table, stays as it is."""
    tree = publish_doctree("The gain.")
    tree[0].replace_self(nodes.container("", tree[0].deepcopy(), classes=["cell_output"]))
    glossary_links.link_terms(tree, ENTRIES, ADDRESS)
    assert not list(tree.findall(nodes.reference))


@pytest.mark.site
def test_every_term_is_linked(site: Path) -> None:
    """Each entry of the glossary is linked from some page, at most once from each."""
    entries = re.findall(
        r'<dt id="([^"]+)"(?:(?!<dd>).)*<dd>',
        (site / "reference" / "glossary.html").read_text(encoding="utf-8"),
        re.DOTALL,
    )
    pages = [path for pattern in PAGES for path in sorted(site.glob(pattern))]
    links = [LINK.findall(path.read_text(encoding="utf-8")) for path in pages]
    assert len(entries) > 50
    assert all(len(set(found)) == len(found) for found in links)
    assert set(entries) == {anchor for found in links for anchor in found}


@pytest.mark.site
def test_every_summary_can_be_read_aloud(site: Path) -> None:
    """The title of a link is one whole sentence without a formula."""
    titles = {
        title
        for path in site.glob("theory/*.html")
        for title in re.findall(
            r'<a class="glossary-link[^>]*title="([^"]*)"', path.read_text(encoding="utf-8")
        )
    }
    assert titles
    assert not [
        title for title in titles if not title.endswith(".") or re.search(r"[\\$_^]", title)
    ]
