"""The line under a page's title: where it stands, how long it takes, what it needs, what is next.

All is computed, but what a page needs. Pages of theory and guides say that in their front matter,
`needs: [zero-trap, symmetry]`; a gallery page needs the theory that it is linked with.
"""

import json
from collections.abc import Iterator
from html import escape
from posixpath import dirname, join, normpath
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref, toctree
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

WORDS_A_MINUTE = 200  # of prose with formulas in it, which nobody reads as fast as a novel
CODE_LINES_A_MINUTE = 20
FORMULAS_A_MINUTE = 4  # of those that stand by themselves
_PARTS = {"cell_code_source": "input", "cell_code_output": "output"}  # of a cell, as myst-nb says
IN_ORDER = ("tutorial", "guides", "theory", "auto_gallery")  # sections whose pages are numbered
BESIDE = ("lab",)  # pages to play with, at any time
STATED = ("guides", "theory")  # sections whose pages say themselves what they need
MOST_NEEDED = 2  # theory pages that are named on a gallery page


def note(app: Sphinx, doctree: nodes.document) -> None:
    """Note how long a page takes, its links, and the heading over each page that it lists."""
    docname = app.env.docname
    app.env.metadata[docname] |= {
        "minutes": minutes(doctree),
        "links": [
            normpath(join(dirname("/" + docname), node["reftarget"].removesuffix(".md")))[1:]
            for node in doctree.findall(pending_xref)
            if node.get("reftype") in ("doc", "myst")
        ],
        "headings": {
            listed: (section.next_node(nodes.title).astext(), section["ids"][0])
            for listing in doctree.findall(toctree)
            if (section := heading_over(listing)) is not None
            for _, listed in listing["entries"]
        },
    }


def minutes(doctree: nodes.document) -> float:
    """Estimate how long a page takes to read: no figures, nothing that is folded away."""
    words, lines, formulas = 0, 0, 0
    for text in doctree.findall(nodes.Text):
        above = list(ancestors(text))
        if any(isinstance(node, nodes.raw | nodes.comment) or is_folded(node) for node in above):
            continue
        if isinstance(text.parent, nodes.math_block):
            formulas += 1
        elif any(isinstance(node, nodes.literal_block) for node in above):
            lines += sum(bool(line.strip()) for line in text.splitlines())
        else:
            words += len(text.split())
    return words / WORDS_A_MINUTE + lines / CODE_LINES_A_MINUTE + formulas / FORMULAS_A_MINUTE


def ancestors(node: nodes.Node) -> Iterator[nodes.Element]:
    """Yield what a node is in, from the inside."""
    while (node := node.parent) is not None:
        yield node


def is_folded(node: nodes.Element) -> bool:
    """Tell whether an element has to be opened before it can be read."""
    part = _PARTS.get(node.get("nb_element"), "none")
    cell = part in node.parent.get("hide_mode", "") if node.parent is not None else False
    return cell or "dropdown" in node.get("design_component", "") or node.get("hide_mode") == "all"


def heading_over(node: nodes.Node) -> nodes.section | None:
    """Return the section that a node is in, if it is a section of its page and not all of it."""
    while node and not isinstance(node, nodes.section):
        node = node.parent
    return node if node and isinstance(node.parent, nodes.section) else None


def check(app: Sphinx, env: BuildEnvironment) -> None:  # noqa: ARG001  Sphinx passes both
    """Fail the build when a page does not say what it needs, or needs what does not exist."""
    for docname in sorted(env.all_docs):
        folder, _, name = docname.partition("/")
        if folder not in STATED or name == "index":
            continue
        if "needs" not in env.metadata[docname]:
            raise ExtensionError(
                f"{docname}: the front matter does not say which pages a reader should know. Add "
                "'needs: [page, ...]', or 'needs: []' for none"
            )
        if missing := [page for page in stated(env, docname) if page not in env.all_docs]:
            raise ExtensionError(
                f"{docname}: 'needs' names {missing[0]!r}, and there is no such page. A name alone "
                f"is a page of {folder}/; others are written from the root, as in /theory/he"
            )


def stated(env: BuildEnvironment, docname: str) -> list[str]:
    """Return the pages that a page says it needs."""
    here = dirname("/" + docname)
    return [join(here, page)[1:] for page in json.loads(env.metadata[docname].get("needs", "[]"))]


def needed(env: BuildEnvironment, docname: str) -> list[str]:
    """Return the pages that a reader should know before this one.

    For a gallery page: the theory that it links to, or that links to it, or that its topic does.
    """
    if not docname.startswith("auto_gallery/"):
        return stated(env, docname)
    theory = env.toctree_includes["theory/index"]
    links = {page: env.metadata[page]["links"] for page in [docname, *theory]}
    found = [page for page in theory if page in links[docname]]
    found = found or [page for page in theory if docname in links[page]]
    topic = dict.fromkeys(env.metadata[f"{dirname(docname)}/index"]["links"])
    found = found or [page for page in topic if page.startswith(STATED)]  # not the scripts' cards
    return found[:MOST_NEEDED]


def place(app: Sphinx, docname: str) -> list[str]:
    """Return the parts of the line, as HTML."""
    env, relations = app.env, app.builder.relations
    parent, _, following = relations.get(docname, (None, None, None))
    # from section to section: over the index between
    while following in env.toctree_includes or following in BESIDE:
        following = relations[following][2]
    if parent is None or docname in env.toctree_includes:  # the front page, an index, the search
        return []

    def link(page: str, anchor: str = "", text: str = "") -> str:
        address = app.builder.get_relative_uri(docname, page) + anchor
        return f'<a href="{escape(address)}">{escape(text or env.titles[page].astext())}</a>'

    crumbs = []
    above = parent
    while above != app.config.root_doc:
        crumbs.insert(0, link(above))
        above = relations[above][0]
    if docname in (headings := env.metadata[parent].get("headings", {})):
        text, anchor = headings[docname]
        crumbs.append(link(parent, f"#{anchor}", text))
    section = docname.split("/", maxsplit=1)[0]
    where = ": ".join(crumbs) or section.capitalize()
    if section not in IN_ORDER:
        return [where] if section == "reference" else []
    if crumbs:
        pages = env.toctree_includes[parent]
        where += f", page {pages.index(docname) + 1} of {len(pages)}"
    takes = max(1, round(env.metadata[docname]["minutes"]))
    needs = " and ".join(link(page) for page in needed(env, docname)) or "no other page"
    parts = [where, f"{takes} {'minute' if takes == 1 else 'minutes'}", f"needs {needs}"]
    return [*parts, f"next: {link(following)}"] if following else parts


def show(
    app: Sphinx,
    pagename: str,
    templatename: str,  # noqa: ARG001  Sphinx passes all
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Put the line under the title. It stays out of the doctree, and so out of the search."""
    if doctree is not None and (parts := place(app, pagename)):
        line = "".join(f"<span>{part}</span> " for part in parts)
        context["body"] = context["body"].replace(
            "</h1>", f'</h1>\n<p class="wi-place">{line.strip()}</p>', 1
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("doctree-read", note)
    app.connect("env-check-consistency", check)
    app.connect("html-page-context", show)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
