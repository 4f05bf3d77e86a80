"""A figure to play with of one page, shown on another page too: its frames are in the same file.

```{figure-again} /theory/random-scale play-std-of-the-weights
```
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

START = '<div class="wi-explore" id="'


class Again(nodes.General, nodes.Element):
    """The place of a figure whose page may not have been read yet."""


class FigureAgain(SphinxDirective):
    """Shows a figure to play with that another page draws, and links to where it is explained."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        """Leave a place for the figure; this page is read again when the other one changes."""
        page, name = self.arguments
        self.env.note_dependency(self.env.relfn2path(f"{page}.md")[0])
        return [Again(page=page.lstrip("/"), name=name)]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the figures into their places, once all pages have been read."""
    for place in list(doctree.findall(Again)):
        page, name = place["page"], place["name"]
        figures = {
            text.removeprefix(START).partition('"')[0]: text
            for node in app.env.get_doctree(page).findall(nodes.raw)
            if (text := node.astext().strip()).startswith(START)
        }
        if name not in figures:
            raise ExtensionError(
                f"{docname} shows the figure {name!r} of the page {page}, which has {[*figures]}: "
                "choose one of these, or give the frames there their name back"
            )
        address = f"{app.builder.get_relative_uri(docname, page)}#{name}"
        title = app.env.titles[page].astext()
        link = nodes.reference("", title, internal=True, refuri=address)
        origin = nodes.paragraph("", "From: ", link, classes=["wi-origin"])
        place.replace_self([nodes.raw("", figures[name], format="html"), origin])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_node(Again)
    app.add_directive("figure-again", FigureAgain)
    app.connect("doctree-resolved", fill, priority=400)  # before the page's notebook is written
    return {"parallel_read_safe": True, "parallel_write_safe": True}
