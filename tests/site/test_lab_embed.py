"""Links into the lab, and the places where a page shows it."""

from types import SimpleNamespace

import lab_embed
import pytest
from docutils import nodes


@pytest.mark.parametrize(
    "docname, expected",
    [("theory/he", "../lab.html#v1&a=zeros"), ("tutorial", "lab.html#v1&a=zeros")],
)
def test_a_link_knows_its_page(docname: str, expected: str) -> None:
    """A link leads from its page to the lab's, with the setting, whose version it adds."""

    def relative(source: str, target: str) -> str:
        return "../" * source.count("/") + f"{target}.html"

    paragraph = nodes.paragraph("", "", lab_embed.place("Try it", "a=zeros"))
    app = SimpleNamespace(builder=SimpleNamespace(get_relative_uri=relative))
    lab_embed.fill(app, paragraph, docname)
    (link,) = paragraph.findall(nodes.reference)
    assert (link["refuri"], link.astext()) == (expected, "Try it")
    assert not list(paragraph.findall(lab_embed.Place))
