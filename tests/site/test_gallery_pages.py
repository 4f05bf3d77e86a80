"""The pages of gallery scripts: names in their code link to what a reader may want to look up."""

from pathlib import Path

import gallery_pages
import pytest

CLASSES = "sphx-glr-backref-module-{} sphx-glr-backref-type-py-class sphx-glr-backref-instance"


def test_links_to_types_of_python_go() -> None:
    """The link of a variable to a type of Python is taken out, one to the package stays."""
    links = [
        f'<a class="{CLASSES.format(module)} reference" href="x" title="y"><span>v</span></a>'
        for module in ("builtins", "weightinit")
    ]
    context = {"body": "".join(links)}
    gallery_pages.unlink_builtins(None, "page", "page.html", context, None)
    assert context["body"] == "<span>v</span>" + links[1]


@pytest.mark.site
def test_no_page_links_a_variable_to_a_type_of_python(site: Path) -> None:
    """No such link is left on the site, and others are there."""
    pages = [path.read_text(encoding="utf-8") for path in site.glob("auto_gallery/*/*.html")]
    assert any('class="sphx-glr-backref-module-weightinit' in page for page in pages)
    assert not [page for page in pages if gallery_pages._BUILTIN.search(page)]
