"""LaTeX -> MathML while the site is built: a page needs no script, and shows formulas at once.

Temml, a JavaScript library, is kept in ``docs/_vendor`` and run by the V8 of the PyPI package
mini-racer. Of the ways that need only pip it is the one that sets aligned equations, norms and
accents right. With MathJax on the site itself a page took 29 requests, 2.6 MB and 2 s; so it takes
14, 0.3 MB and 0.4 s.
"""

import functools
import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from math_text import math_text
from py_mini_racer import MiniRacer
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

_TEMML = Path(__file__).parents[1] / "_vendor" / "temml" / "temml.min.js"
# An answer in JSON: an exception out of JavaScript would bring a stack trace that helps nobody.
_CONVERT = """(latex, options) => {
    try { return JSON.stringify([temml.renderToString(latex, options), null]) }
    catch (error) { return JSON.stringify([null, error.message]) }
}"""
logger = logging.getLogger(__name__)


@functools.cache
def _converter() -> Callable[[str], Any]:
    """Return a V8 that has loaded Temml, as a function from source to value; one a process.

    Sphinx writes the first page by name before it forks, and V8 does not survive a fork: with
    several processes that page must hold no formula, or the build hangs.
    """
    context = MiniRacer()
    context.eval(_TEMML.read_text(encoding="utf-8"))
    return context.eval


@functools.cache
def to_mathml(latex: str, *, display: bool) -> str:
    """Return the LaTeX as a ``<math>`` element; raise ValueError if Temml cannot read it."""
    options = {"displayMode": display, "throwOnError": True}
    answer = _converter()(f"({_CONVERT})({json.dumps(latex)}, {json.dumps(options)})")
    mathml: str | None
    mathml, error = json.loads(answer)
    if mathml is None:
        raise ValueError(f"cannot set the mathematics {latex!r}: {error}")
    return mathml


def joined(latex: str) -> str:
    """Return one expression for a displayed block, in which blank lines part equations."""
    parts = [part.strip() for part in latex.split("\n\n") if part.strip()]
    rows = [_aligned(part) if r"\\" in part and r"\begin" not in part else part for part in parts]
    return rows[0] if len(rows) == 1 else r"\begin{gathered}" + r"\\".join(rows) + r"\end{gathered}"


def _aligned(rows: str) -> str:
    return rf"\begin{{aligned}}{rows}\end{{aligned}}"


def _convert(node: nodes.Element, latex: str, *, display: bool) -> str:
    try:
        return to_mathml(latex, display=display)
    except ValueError as error:
        logger.warning("%s", error, location=node)
        return f"<code>{escape(latex)}</code>"


def _visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(_convert(node, node.astext(), display=False))
    raise nodes.SkipNode


def _visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    ids = [i for i in node["ids"] if i not in node.parent["ids"]]  # furo's wrapper has taken them
    self.body.append(self.starttag({}, "div", CLASS="math", IDS=ids, tabindex="0"))
    self.body.append(_convert(node, joined(node.astext()), display=True))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def _write_out_in_summaries(
    app: Sphinx,  # noqa: ARG001  Sphinx's signature
    pagename: str,  # noqa: ARG001
    templatename: str,  # noqa: ARG001
    context: dict[str, Any],  # noqa: ARG001
    doctree: nodes.document | None,
) -> None:
    """Put plain text for formulas, once the page is written, in what describes it to others."""
    if doctree is None:
        return
    for node in list(doctree.findall(nodes.math)):
        node.replace_self(nodes.Text(math_text(node.astext())))
    for node in list(doctree.findall(nodes.math_block)):
        node.parent.remove(node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
    app.connect("html-page-context", _write_out_in_summaries, priority=400)  # before opengraph
    return {"parallel_read_safe": True, "parallel_write_safe": True}
