"""What the API pages need beyond what autosummary and viewcode see, for the sake of schemes.

A scheme such as ``he_normal`` is a value, of a type, with synonyms. `sphinx.ext.viewcode` knows
functions and classes alone, and the lines that make a scheme say which parameters it fixes. Its
links back take all names of a module for names of one place, while ours are documented where they
are to be imported from. `sphinx.ext.linkcode` would lead to a host: the site is whole without one.
"""

import ast
import inspect
import re
import sys
from typing import Any

from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer

import weightinit as wi

MADE_IN = "weightinit.initializers.named"
BACK = re.compile(
    r'(?<=<div class="viewcode-block" id=")(?P<name>[^"]+)'
    r'(?P<between>">\n<a class="viewcode-back" href="(?P<page>[^"#]+)#)[^"]+'
)
_SCHEMES = {
    name: value
    for name, value in ((name, getattr(wi, name)) for name in wi.__all__)
    if isinstance(value, wi.Initializer)
}


def kinds() -> dict[str, str]:
    """Return, by full name, the type of which each scheme known by name is a value."""
    return {f"weightinit.{name}": type(value).__name__ for name, value in _SCHEMES.items()}


def synonyms() -> dict[str, list[str]]:
    """Return, by the full name that a scheme prints itself with, the other names it has."""
    others: dict[str, list[str]] = {}
    for name, value in _SCHEMES.items():
        if str(value) != name:
            others.setdefault(f"weightinit.{value}", []).append(name)
    return others


def types() -> dict[str, str]:
    """Return, by the word for it in a list of parameters, each class of this package."""
    modules = ("meanfield", "advice", "networks", "tracing", "diagnosis")
    places = [*((f"{module}.", getattr(wi, module)) for module in modules), ("", wi)]
    return {  # a name that is higher up, further back here, has its page there
        name: f"weightinit.{prefix}{name}"
        for prefix, module in places
        for name in module.__all__
        if inspect.isclass(getattr(module, name))
    }


def find_module(app: Sphinx, modname: str, attribute: str) -> str | None:  # noqa: ARG001  Sphinx's
    """Return the module that makes a scheme, or that defines what an attribute belongs to."""
    name, _, member = attribute.partition(".")
    owner = getattr(sys.modules[modname], name)
    if isinstance(owner, wi.Initializer):
        return MADE_IN
    if owner is wi.Network and member:  # what it inherits is documented with it
        owner = getattr(owner, member)
        owner = getattr(owner, "fget", owner)  # of a property
    return getattr(owner, "__module__", None)


def find_lines(app: Sphinx, modname: str) -> tuple[str, dict[str, Any]] | None:  # noqa: ARG001
    """Return the code of a module and the lines of each definition, synonyms and heirs included."""
    if not modname.startswith("weightinit."):
        return None
    analyzer = ModuleAnalyzer.for_module(modname)
    lines = dict(analyzer.find_tags())
    for node in ast.parse(analyzer.code).body:
        if isinstance(node, ast.Assign):
            place = "data", node.lineno, node.end_lineno
            lines |= {target.id: place for target in node.targets if isinstance(target, ast.Name)}
    bases = {base.__name__ for base in wi.Network.__mro__ if base.__module__ == modname}
    for name in [name for name in lines if name.partition(".")[0] in bases]:
        lines.setdefault(f"Network.{name.partition('.')[2]}", lines[name])  # what it inherits
    return analyzer.code, lines


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
