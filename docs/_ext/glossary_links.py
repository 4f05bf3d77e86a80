"""The first time that a page uses a term of the glossary, the term links to its entry.

Only running prose is linked: no heading, link, code, formula or output. Spellings are those that
the glossary lists, plurals too. A page that defines a term itself, by setting it in italics or
bold, or that the entry names as its explanation, needs no link from there on.

Sphinx's role `term` links what an author has marked: that would be 841 marks on 61 pages, and a new
entry would be linked from no page that was there before it.
"""

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import docname_join

GLOSSARY = "reference/glossary"
PAGES = re.compile(r"(tutorial|theory/|guides/|about/|auto_gallery/\w+/plot_)")
NOT_PROSE = (
    addnodes.download_reference,
    addnodes.pending_xref,
    nodes.FixedTextElement,
    nodes.Inline,
    nodes.Invisible,
    nodes.caption,
    nodes.citation,
    nodes.math_block,
    nodes.raw,
    nodes.rubric,
    nodes.term,
    nodes.thead,
    nodes.title,
)
NOT_PROSE_CLASSES = {"cell_output", "sd-card", "sphx-glr-thumbnails"}


@dataclass(frozen=True)
class Entry:
    """An entry of the glossary."""

    anchors: tuple[str, ...]
    spellings: tuple[str, ...]
    summary: str  # the first sentence of its definition
    explained_in: frozenset[str]  # the pages that it links to


@functools.cache
def entries_of(env: BuildEnvironment) -> list[Entry]:
    """Return the entries of the glossary, from the page as it was read."""
    return [
        _entry(item)
        for glossary in env.get_doctree(GLOSSARY).findall(addnodes.glossary)
        for item in glossary.findall(nodes.definition_list_item)
    ]


def _entry(item: nodes.definition_list_item) -> Entry:
    terms = [child for child in item if isinstance(child, nodes.term)]
    links = (link for link in item.findall(addnodes.pending_xref) if link["reftype"] == "doc")
    return Entry(
        anchors=tuple(term["ids"][0] for term in terms),
        spellings=tuple(_plain(term.astext()) for term in terms),
        summary=re.split(r"(?<=[.?!])\s", " ".join(item[-1][0].astext().split()))[0],
        explained_in=frozenset(docname_join(link["refdoc"], link["reftarget"]) for link in links),
    )


def link_terms(document: nodes.document, entries: Iterable[Entry], glossary: str) -> None:
    """Link the first occurrence of each entry in the prose of a page; `glossary` is its address."""
    known = {form: entry for entry in entries for s in entry.spellings for form in _forms(s)}
    waiting = set(known.values())
    longest_first = sorted(known, key=len, reverse=True)
    choices = "|".join(re.escape(form).replace(r"\ ", r"\s+") for form in longest_first)
    pattern = re.compile(rf"(?<![\w-])(?:{choices})(?![\w-])".replace("'", "['’]"))

    def link(match: re.Match[str]) -> list[nodes.Node]:
        entry = known[_plain(match[0])]
        if entry not in waiting:
            return [nodes.Text(match[0])]
        waiting.discard(entry)
        address = f"{glossary}#{entry.anchors[0]}"
        options = {"refuri": address, "reftitle": entry.summary, "classes": ["glossary-link"]}
        return [nodes.reference("", match[0], internal=True, **options)]

    for node in list(document.findall()):
        if isinstance(node, nodes.reference):
            anchor = node.get("refuri", "").removeprefix(f"{glossary}#")
            waiting -= {entry for entry in waiting if anchor in entry.anchors}
        elif isinstance(node, nodes.emphasis | nodes.strong):
            waiting.discard(known.get(_plain(node.astext())))
        elif isinstance(node, nodes.Text) and _is_prose(node):
            node.parent.replace(node, _replace(pattern, link, node.astext()))


def _replace(
    pattern: re.Pattern[str], link: Callable[[re.Match[str]], list[nodes.Node]], text: str
) -> list[nodes.Node]:
    """Return the text in pieces, with what `link` makes of the matches."""
    pieces: list[nodes.Node] = []
    end = 0
    for match in pattern.finditer(text):
        pieces += [nodes.Text(text[end : match.start()]), *link(match)]
        end = match.end()
    return [piece for piece in [*pieces, nodes.Text(text[end:])] if piece.astext()]


def _is_prose(text: nodes.Text) -> bool:
    """Tell whether a reader meets the text in a sentence."""
    node = text.parent
    while node is not None:
        if isinstance(node, NOT_PROSE) or NOT_PROSE_CLASSES & set(node.get("classes", ())):
            return False
        node = node.parent
    return True


def _plain(text: str) -> str:
    """Return a text with single spaces and straight apostrophes."""
    return " ".join(text.replace("’", "'").split())


def _forms(spelling: str) -> set[str]:
    """Return a spelling as it is, and as it begins a sentence."""
    return {spelling, spelling[0].upper() + spelling[1:]}


class LinkTerms(SphinxPostTransform):
    """Links the terms of a page when all references are resolved."""

    default_priority = 500
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:  # noqa: ARG002  Sphinx passes them
        """Link the terms, except those that this page explains."""
        page = self.env.docname
        if PAGES.match(page):
            entries = [e for e in entries_of(self.env) if page not in e.explained_in]
            address = self.env.app.builder.get_relative_uri(page, GLOSSARY)
            link_terms(self.document, entries, address)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_post_transform(LinkTerms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
