"""A page, with every reference resolved -> Markdown that reads well in Jupyter, VS Code and Colab.

The library sphinx-markdown-builder knows how paragraphs, lists and tables are written; here is what
a notebook needs beyond it.
"""

import re
from urllib.parse import urljoin

from docutils import nodes
from gallery_pages import is_code
from mathml import joined
from sphinx.builders import Builder
from sphinx.util.math import get_node_equation_number
from sphinx_markdown_builder.contexts import IndentContext, SubContextParams, WrappedContext
from sphinx_markdown_builder.translator import MarkdownTranslator, pushing_context

# Between prose and prose: the place of a code cell. No page holds this character.
CELL = re.compile(r"\s*\0(\d+)\0\s*")
_SPECIAL = re.compile(r"([\\`*_$<])")  # in text, what Markdown or Jupyter would not show as it is


class NotebookMarkdown(MarkdownTranslator):
    """Writes prose, and a numbered mark for each code cell; `cells` has their code by number."""

    def __init__(self, document: nodes.document, builder: Builder, address: str) -> None:
        super().__init__(document, builder)
        self.cells: dict[int, str] = {}
        self._address = address  # of the page on the web, or empty

    def _mark_cell(self, number: int, node: nodes.Element) -> None:
        self.add(f"\0{number}\0", prefix_eol=2, suffix_eol=2)
        self.cells[number] = node.astext().strip("\n")
        raise nodes.SkipNode

    def visit_container(self, node: nodes.container) -> None:
        """Mark a cell of an executed page; leave out what only the site has a use for."""
        if node.get("nb_element") == "cell_code":
            self._mark_cell(node["cell_index"], node)
        if "sphx-glr-footer" in node["classes"]:
            raise nodes.SkipNode

    @pushing_context
    def visit_paragraph(self, node: nodes.paragraph) -> None:
        """Leave out an invitation to the lab that leads nowhere, where the site has no address."""
        if "wi-lab-embed" in node["classes"] and not self._address:
            raise nodes.SkipNode
        super().visit_paragraph(node)

    def visit_literal_block(self, node: nodes.Element) -> None:
        """Mark a cell of a gallery script, leave out what it printed."""
        if "sphx-glr-script-out" in node["classes"]:
            raise nodes.SkipNode
        if is_code(node):
            self._mark_cell(len(self.cells), node)
        super().visit_literal_block(node)

    # Sphinx-gallery's own node for code in which names are links.
    visit_code_links_block = visit_literal_block
    depart_code_links_block = MarkdownTranslator.depart_literal_block

    def visit_Text(self, node: nodes.Text) -> None:  # noqa: N802  docutils' name
        """Write a paragraph on one line, so that no line begins with what means a list."""
        text = node.astext()
        if not self.status.preserve_line_breaks:
            text = text.replace("\n", " ")
        self.add(_SPECIAL.sub(r"\\\1", text) if self.status.escape_text else text)

    def visit_math(self, node: nodes.math) -> None:
        """Write a formula in dollars without the spaces at its ends, which VS Code wants away."""
        latex = " ".join(node.astext().split())
        self.add(f"${latex}$")
        raise nodes.SkipNode

    def visit_math_block(self, node: nodes.math_block) -> None:
        """Write a formula with its number, if it has one."""
        latex = joined(node.astext())
        if node["number"]:
            latex += rf" \tag{{{get_node_equation_number(self, node)}}}"
        self.add(f"$$\n{latex}\n$$", prefix_eol=2, suffix_eol=2)
        raise nodes.SkipNode

    def visit_reference(self, node: nodes.reference) -> None:
        """Write a link if its address is known; one into the same page, or without, as text."""
        address = node.get("refuri", "")
        if node.get("internal"):
            address = self._address and address and urljoin(self._address, address)
        around = ("[", f"]({address})") if address else ("", "")
        self._push_context(WrappedContext(*around))

    def depart_reference(self, _node: nodes.reference) -> None:
        """End a link."""
        self._pop_context()

    def _push_box(self, title: str) -> None:
        self._push_context(IndentContext("> ", empty=True, params=SubContextParams(2, 2)))
        self.add(f"**{title.capitalize()}**", suffix_eol=2)

    @pushing_context
    def visit_admonition(self, _node: nodes.admonition) -> None:
        """Write a box as a block quote, this one under a title of its own."""
        self._push_context(IndentContext("> ", empty=True, params=SubContextParams(2, 2)))

    @pushing_context
    def visit_title(self, node: nodes.title) -> None:
        """Write a heading, or the title of a box."""
        if isinstance(node.parent, nodes.admonition):
            self._push_context(WrappedContext("**", params=SubContextParams(0, 2)))
        else:
            super().visit_title(node)

    def visit_dropdown_main(self, _node: nodes.Element) -> None:
        """Write what one opens, such as the solution of an exercise, so that one opens it."""
        self.add("<details>", prefix_eol=2, suffix_eol=1)

    def depart_dropdown_main(self, _node: nodes.Element) -> None:
        """End it."""
        self.add("</details>", prefix_eol=2, suffix_eol=2)

    def visit_dropdown_title(self, node: nodes.Element) -> None:
        """Write the line that is always shown."""
        text = next(node.findall(nodes.Text)).astext()
        self.add(f"<summary>{text}</summary>", prefix_eol=1, suffix_eol=2)
        raise nodes.SkipNode

    def visit_target(self, _node: nodes.target) -> None:
        """Leave out labels, comments, lists of pages, and what is HTML."""
        raise nodes.SkipNode

    visit_comment = visit_raw = visit_toctree = visit_target
