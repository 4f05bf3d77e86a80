"""A page's elements as the Markdown of a notebook."""

from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.site  # where Sphinx is installed

ADDRESS = "https://example.org/theory/here.html"


@pytest.fixture
def written():
    """Return the function that writes elements as Markdown, on a page at an address."""
    from docutils import nodes
    from docutils.utils import new_document
    from notebook_markdown import NotebookMarkdown

    def write(*elements: nodes.Element, address: str = ADDRESS) -> str:
        document = new_document("page")
        document.settings.language_code = "en"
        document += elements
        config = SimpleNamespace(markdown_docinfo=False, markdown_bullet="*")
        builder = SimpleNamespace(config=config, env=SimpleNamespace(domains={}))
        writer = NotebookMarkdown(document, builder, address)
        document.walkabout(writer)
        return writer.astext().strip()

    return write


def test_text_means_itself(written) -> None:
    """What Markdown and Jupyter would read as markup is escaped, and a paragraph has one line."""
    from docutils import nodes

    text = nodes.paragraph("", "a_b *c* `d`\n- 1 $ < 2 $")
    assert written(text) == r"a\_b \*c\* \`d\` - 1 \$ \< 2 \$"


def test_a_paragraph_ends_in_the_cell_of_its_table(written) -> None:
    """Paragraphs in cells come out as the cells of a table in Markdown."""
    from docutils import nodes

    def row(*texts: str) -> nodes.row:
        return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in texts))

    columns = [nodes.colspec(colwidth=1) for _ in range(2)]
    body = nodes.thead("", row("a", "b")), nodes.tbody("", row("c", "d"))
    lines = written(nodes.table("", nodes.tgroup("", *columns, *body, cols=2))).splitlines()
    assert [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines[::2]] == [
        ["a", "b"],
        ["c", "d"],
    ]


def test_formulas_stand_in_dollars(written) -> None:
    """A formula is written in dollars without spaces at its ends, unescaped."""
    from docutils import nodes

    formula = nodes.math("", " x_1\n< x_2 ")
    assert written(nodes.paragraph("", "", formula)) == "$x_1 < x_2$"


@pytest.mark.parametrize(
    "address, expected",
    [(ADDRESS, "[He](https://example.org/theory/he.html#a)"), ("", "He")],
)
def test_links_are_absolute_or_text(written, address: str, expected: str) -> None:
    """A link to another page names its full address, or is text where the site has no address."""
    from docutils import nodes

    link = nodes.reference("", "He", internal=True, refuri="he.html#a")
    assert written(nodes.paragraph("", "", link), address=address) == expected


def test_an_invitation_to_the_lab_leads_there_or_is_left_out(written) -> None:
    """Where the site has no address, a notebook does not ask its reader to try what it lacks."""
    from docutils import nodes

    link = nodes.reference("", "Try it", internal=True, refuri="../lab.html#v1&a=zeros")
    invitation = nodes.paragraph("", "", link, classes=["wi-lab-embed"])
    assert written(invitation) == "[Try it](https://example.org/lab.html#v1&a=zeros)"
    assert written(nodes.paragraph("", "Text"), invitation.deepcopy(), address="") == "Text"


def test_link_into_the_page_is_text(written) -> None:
    """A notebook has no anchors: what leads to a place on the same page is text."""
    from docutils import nodes

    link = nodes.reference("", "(1)", internal=True, refid="equation")
    assert written(nodes.paragraph("", "", link)) == "(1)"


def test_link_elsewhere_stays(written) -> None:
    """A link to another site is the same with and without an address."""
    from docutils import nodes

    link = nodes.reference("", "arXiv", refuri="https://arxiv.org/")
    assert written(nodes.paragraph("", "", link), address="") == "[arXiv](https://arxiv.org/)"


def test_boxes_are_block_quotes(written) -> None:
    """Each line of a box begins with what makes it a quotation; its title is bold."""
    from docutils import nodes

    box = nodes.note("", nodes.paragraph("", "one"), nodes.paragraph("", "two"))
    assert written(box) == "> **Note**\n>\n> one\n>\n> two".replace(">\n", "> \n")


def test_code_becomes_a_mark(written) -> None:
    """In place of a cell there is its number; other code stays, in a fence."""
    from docutils import nodes

    cell = nodes.container("", nodes.literal_block("", "1"), nb_element="cell_code", cell_index=7)
    shell = nodes.literal_block("", "pip list", language="sh")
    assert written(cell, shell) == "\x007\x00\n\n```sh\npip list\n```"
