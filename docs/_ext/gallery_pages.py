"""The pages of gallery scripts: the figure first, long code folded, and nothing nobody needs.

Sphinx-gallery has no settings for these. It shows a script from its first line to its last, so that
the figure stands below two screens of code. What is taken out: on the page of a script, a note that
points to the foot of the page; an archive, in which the time of the build differs from build to
build; and links from variables to Python's own types, which are 2180 of the 3521 links in the code
of 32 scripts: nobody looks up that `start` is a str. On the page of a name: most of the cards of
scripts, where there are dozens.
"""

import ast
import json
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from math_text import math_text
from sphinx.application import Sphinx

MOST_CARDS = 9  # of scripts that use a name, on its page: three rows
MOST_LINES = 25  # of code that draws nothing, in sight: 500 pixels
_answers: dict[str, str] = {}  # what sphinx-gallery writes on a card -> the same with formulas
_NOTE = r"    \.\. note::\n        :class: sphx-glr-download-link-note\n(?:\n|        .*\n)*"
_ARCHIVE = r"    \.\. container:: sphx-glr-download sphx-glr-download-zip\n\n.*\n"
_UNWANTED = re.compile(f"{_NOTE}|{_ARCHIVE}")

_BUILTIN = re.compile(
    r'<a class="sphx-glr-backref-module-builtins [^"]*sphx-glr-backref-instance[^>]*>(.*?)</a>'
)


# What sphinx-gallery shows when a pointer rests on a card, and what the card shows.
_TOOLTIP = re.compile(
    r'(<div class="sphx-glr-thumbcontainer"[^>]*?) tooltip="([^"]*)"(>\s*<img[^>]*>)'
)
_FORMULA = re.compile(r":math:`([^`]+)`")


def tidy(app: Sphinx, docname: str, source: list[str]) -> None:  # noqa: ARG001  Sphinx's signature
    """Take the unwanted parts out of a gallery page before it is parsed."""
    if docname.startswith("auto_gallery/"):
        source[0] = _UNWANTED.sub("", source[0])


def is_code(node: nodes.Node) -> bool:
    """Tell whether a node is code of a script, which alone has its language with a capital."""
    return isinstance(node, nodes.Element) and "Python" in (node.get("language"), node.get("lang"))


def arrange(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Move a script's first figure above its code, and fold long code that draws nothing."""
    blocks = list(doctree.findall(is_code))
    if not (docname.startswith("auto_gallery/") and blocks and app.builder.format == "html"):
        return
    figures = [node for node in doctree.findall(nodes.raw) if "wi-figure" in node.astext()]
    draws = [block.next_node(descend=False, siblings=True) in figures for block in blocks]
    if figures:
        figures[0].parent.remove(figures[0])
        blocks[0].parent.insert(blocks[0].parent.index(blocks[0]), figures[0])
    for block, drawn in zip(blocks, draws, strict=True):
        if not drawn and len(block.astext().strip().splitlines()) > MOST_LINES:
            block.replace_self(folded(app, block))


def folded(app: Sphinx, block: nodes.Element) -> nodes.container:
    """Return code as the other pages fold it, under a line that says how much there is."""
    from myst_nb.sphinx_ import HideCodeCellNode  # noqa: PLC0415  absent where only tests run

    lines = f" ({len(block.astext().strip().splitlines())} lines)"
    prompts = {
        "prompt_show": app.config.nb_code_prompt_show + lines,
        "prompt_hide": app.config.nb_code_prompt_hide,
    }
    fold = HideCodeCellNode("", block.deepcopy(), classes=["above-input"], **prompts)
    return nodes.container("", fold, classes=["cell"])


def finish(
    app: Sphinx,  # noqa: ARG001  Sphinx passes five
    pagename: str,  # noqa: ARG001
    templatename: str,  # noqa: ARG001
    context: dict[str, Any],
    doctree: object,  # noqa: ARG001
) -> None:
    """Take the links to Python's own types out of a page, and write on cards what scripts found."""
    if "body" in context:
        body = _BUILTIN.sub(r"\1", context["body"])
        context["body"] = _TOOLTIP.sub(_answered, body)  # which touch and keyboard cannot point at


def _answered(card: re.Match[str]) -> str:
    found = unescape(card[2])
    return f'{card[1]}{card[3]}<p class="wi-answer">{escape(_answers.get(found, found))}</p>'


def read_answers(app: Sphinx) -> None:
    """Note how a card should show the opening of each script: sphinx-gallery leaves LaTeX in it."""
    for script in Path(app.confdir).parent.glob("gallery/*/plot_*.py"):
        head = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8")))
        _answers[opening(head)] = opening(_FORMULA.sub(lambda part: math_text(part[1]), head))


def opening(head: str) -> str:
    """Return the first paragraph of a script as sphinx-gallery writes it on a card."""
    from sphinx_gallery import gen_rst  # noqa: PLC0415  absent where only tests run

    return gen_rst.extract_intro_and_title("", head)[0]


def choose_cards(app: Sphinx) -> None:
    """Leave the cards that the page of a name shows: scripts that name it, then others."""
    folder = Path(app.srcdir, app.config.sphinx_gallery_conf["backreferences_dir"])
    file = folder / "backreferences_all.json"
    users = json.loads(file.read_text(encoding="utf-8"))
    for name, scripts in users.items():
        word = name.rpartition(".")[2]  # he_normal is used as a VarianceScaling, and not named so
        texts = {script[0]: Path(script[1], script[0]).read_text("utf-8") for script in scripts}
        named = [script for script in scripts if word in texts[script[0]]]
        others = [script for script in scripts if word not in texts[script[0]]]
        users[name] = (named + others)[:MOST_CARDS]
    file.write_text(json.dumps(users), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", choose_cards, priority=900)  # after sphinx-gallery
    app.connect("builder-inited", read_answers)
    app.connect("source-read", tidy)
    app.connect("doctree-resolved", arrange, priority=900)  # after the notebook was written
    app.connect("html-page-context", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
