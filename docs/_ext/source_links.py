"""Links from the API pages to the source, for schemes too.

`sphinx.ext.viewcode` knows functions and classes. A scheme such as ``he_normal`` is a value, and
the lines that make it say which parameters it fixes. Its links back take all names of a module for
names of one place, while ours are documented where they are to be imported from.
"""

import ast
import re
import sys
from typing import Any

from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer

import weightinit as wi

SCHEMES = "weightinit.initializers.named"
BACK = re.compile(
    r'(?<=<div class="viewcode-block" id=")(?P<name>[^"]+)'
    r'(?P<between>">\n<a class="viewcode-back" href="(?P<page>[^"#]+)#)[^"]+'
)


def find_module(app: Sphinx, modname: str, attribute: str) -> str | None:  # noqa: ARG001  Sphinx's
    """Return the module that makes a scheme, or that defines what an attribute belongs to."""
    owner = getattr(sys.modules[modname], attribute.partition(".")[0])
    return SCHEMES if isinstance(owner, wi.Initializer) else getattr(owner, "__module__", None)


def find_lines(app: Sphinx, modname: str) -> tuple[str, dict[str, Any]] | None:  # noqa: ARG001
    """Return the code of the schemes, and the lines that make each."""
    if modname != SCHEMES:
        return None
    code = ModuleAnalyzer.for_module(modname).code
    made = [node for node in ast.parse(code).body if isinstance(node, ast.Assign)]
    return code, {node.targets[0].id: ("data", node.lineno, node.end_lineno) for node in made}


def mend_back_links(
    app: Sphinx,
    pagename: str,
    templatename: str,  # noqa: ARG001  Sphinx passes all
    context: dict[str, Any],
    doctree: None,  # noqa: ARG001
) -> None:
    """Let each definition on a page of source link to where it is documented."""
    if not pagename.startswith("_modules/weightinit/"):
        return
    pages = {
        name: app.builder.get_relative_uri(pagename, entry.docname)
        for name, entry in app.env.domains.python_domain.objects.items()
    }

    def mend(match: re.Match[str]) -> str:
        end = f".{match['name']}"
        found = (name for name, page in pages.items() if page == match["page"])
        return match["name"] + match["between"] + next(n for n in found if n.endswith(end))

    context["body"] = BACK.sub(mend, context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.setup_extension("sphinx.ext.viewcode")
    app.connect("viewcode-follow-imported", find_module)
    app.connect("viewcode-find-source", find_lines)
    app.connect("html-page-context", mend_back_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
