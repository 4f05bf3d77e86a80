"""What the search page looks through: every section and every documented name, as one script.

Sphinx's own index wants all words of a question to occur, and its page fetches the excerpts, which
a browser refuses to do from a disk. Of the 20 questions in tests/browser/test_search.py its first
three pages answer 9. Here the texts themselves are the script, and ``_static/search.js`` looks
through them with MiniSearch.
"""

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from math_text import math_text
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.search import IndexBuilder

Entry = dict[str, str]
INDEX = "search-index.js"
UNUSED = ("searchtools.js", "language_data.js")  # Sphinx's own search
BEGIN = "window.searchPages = "
# Words that the usual list holds for empty, and that mean something here.
MEANINGFUL = {"he", "same"}
# Names of nodes that hold code; the last is what sphinx-gallery makes of a literal block.
CODE = {"literal_block", "doctest_block", "desc_signature", "code_links_block"}
LEFT_OUT = (nodes.title, nodes.raw, nodes.image, nodes.comment, nodes.system_message)
# Results of code, which say nothing without it, what speaks of other pages, and the riddles of the
# lab, which hide their answers and lead to the pages that give them.
LEFT_OUT_CLASSES = {
    "autosummary",
    "cell_output",
    "lab-challenge",
    "sphx-glr-footer",
    "sphx-glr-script-out",
    "sphx-glr-timing",
    "toctree-wrapper",
}


def entries(doctree: nodes.document) -> list[Entry]:
    """Return the sections and documented names of a page that say something, in order."""
    found: list[Entry] = []
    _read(doctree, {"text": ""}, found)
    for entry in found:
        entry["text"] = " ".join(entry["text"].split())
    return [entry for entry in found if entry["text"] or "code" in entry]


def _read(node: nodes.Element, entry: Entry, found: list[Entry]) -> None:
    """Add the text of a node to an entry; sections and documented names begin their own."""
    for child in node.children:
        if isinstance(child, nodes.Text):
            entry["text"] += child
        elif isinstance(child, nodes.section | addnodes.desc):
            found.append(_entry(child))
            _read(child, found[-1], found)
        elif _is_left_out(child):
            continue
        elif child.tagname in CODE:
            entry["code"] = f"{entry.get('code', '')}\n{child.astext()}".strip()
        elif isinstance(child, nodes.math):
            entry["text"] += math_text(child.astext())
        elif isinstance(child, nodes.math_block):
            entry["text"] += f" {math_text(child.astext())} "
        else:
            _read(child, entry, found)
            entry["text"] += "" if isinstance(child, nodes.Inline) else " "


def _entry(node: nodes.section | addnodes.desc) -> Entry:
    """Return a new entry: with a title for a section, with a name for an object."""
    if isinstance(node, nodes.section):
        return {"anchor": node["ids"][0], "title": node[0].astext(), "text": ""}
    signature = node[0]
    return {"anchor": signature["ids"][0], "name": signature["fullname"], "text": ""}


def _is_left_out(node: nodes.Element) -> bool:
    """Tell whether a node says nothing of its own, or is a line with nothing but a link."""
    only_link = len(node) == 1 and isinstance(node[0], nodes.reference)
    return (
        isinstance(node, LEFT_OUT)
        or (isinstance(node, nodes.paragraph) and only_link)
        or bool(LEFT_OUT_CLASSES & set(node["classes"]))
    )


class SearchIndex:
    """Gathers the entries of the pages while they are written, and writes them at the end."""

    def __init__(self) -> None:
        self.pages: dict[str, dict[str, Any]] = {}

    def begin(self, app: Sphinx) -> None:
        """Do without Sphinx's own index; begin with what an earlier build wrote."""
        if not isinstance(app.builder, StandaloneHTMLBuilder):
            return
        app.builder.search = False
        index = Path(app.outdir, INDEX)
        if index.exists():
            line = index.read_text(encoding="utf-8").splitlines()[-1]
            self.pages = json.loads(line.removeprefix(BEGIN))

    def add(self, app: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Take in a page, with the title of the part of the site that it stands in."""
        if isinstance(app.builder, StandaloneHTMLBuilder):
            titles = app.env.titles
            part = titles.get(f"{docname.partition('/')[0]}/index")
            self.pages[docname] = {
                "title": titles[docname].astext(),
                "part": part.astext() if part else "",
                "address": app.builder.get_target_uri(docname),
                "entries": entries(doctree),
            }

    def collect_page(self, _app: Sphinx) -> list[tuple[str, dict[str, Any], str]]:
        """Have the search page written."""
        return [("search", {}, "search.html")]

    def write(self, app: Sphinx, exception: Exception | None) -> None:
        """Write the script: Sphinx's stemmer, the words without meaning, the pages."""
        if exception or not isinstance(app.builder, StandaloneHTMLBuilder):
            return
        english = IndexBuilder(app.env, "en", {}, "")
        empty = sorted(english.lang.stopwords - MEANINGFUL)
        pages = {name: self.pages[name] for name in sorted(self.pages) if name in app.env.all_docs}
        script = [
            english.get_js_stemmer_code(),
            f"window.searchEmptyWords = {json.dumps(empty)}",
            BEGIN + json.dumps(pages, ensure_ascii=False, sort_keys=True),
        ]
        Path(app.outdir, INDEX).write_text("\n".join(script) + "\n", encoding="utf-8")
        for name in UNUSED:
            Path(app.outdir, "_static", name).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    index = SearchIndex()
    app.connect("builder-inited", index.begin)
    app.connect("doctree-resolved", index.add)
    app.connect("html-collect-pages", index.collect_page)
    app.connect("build-finished", index.write)
    # Pages are resolved in the main process, whichever process writes them.
    return {"parallel_read_safe": True, "parallel_write_safe": True}
