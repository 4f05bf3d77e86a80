"""Links from other pages into the lab, with the setting that they talk about; and the lab in them.

```{lab} rate=1&a=zeros&b=none
Make this network leave zero
```

is a link, beside which a script puts a button: it shows the lab small, where the link stands. The
lab is loaded then and not before. The role {lab}`one layer differs <a=zeros,1:he_normal>` is a
link alone.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.nodes import split_explicit_title

PAGE = "lab"
VERSION = "v1"  # how its page begins the settings that it reads: docs/_static/lab/fragment.js
CLASS = "wi-lab-embed"


class Place(nodes.reference):
    """A link to the lab whose address is known once the page is written."""


class LabLink(SphinxRole):
    """A link to the lab with a setting."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        _, title, setting = split_explicit_title(self.text)
        return [place(title, setting)], []


class Lab(SphinxDirective):
    """The lab with a setting: a link, and the place where it is shown small."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a paragraph of the link."""
        title = " ".join(self.content)
        return [nodes.paragraph("", "", place(title, self.arguments[0]), classes=[CLASS])]


def place(title: str, setting: str) -> Place:
    """Return a link to the lab, which does not know yet where its page stands."""
    return Place(title, title, internal=True, refuri="", setting=setting)


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give the links their addresses."""
    page = app.builder.get_relative_uri(docname, PAGE)
    for link in list(doctree.findall(Place)):
        address = f"{page}#{VERSION}&{link['setting']}"
        link.replace_self(nodes.reference("", link.astext(), internal=True, refuri=address))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_node(Place)
    app.add_directive("lab", Lab)
    app.add_role("lab", LabLink())
    app.connect("doctree-resolved", fill, priority=400)  # before the page's notebook is written
    return {"parallel_read_safe": True, "parallel_write_safe": True}
