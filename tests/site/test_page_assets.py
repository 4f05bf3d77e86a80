"""A page loads the styles and scripts that it needs, and no others."""

import re
from pathlib import Path
from types import SimpleNamespace

import page_assets
import pytest
from figure_thumbnail import SIZE


@pytest.mark.parametrize(
    "file, body, needed",
    [
        ("_static/styles/furo.css", "", True),
        ("_static/sg_gallery.css", '<div class="sphx-glr-thumbnails">', True),
        ("_static/sg_gallery.css", "<p>a page of prose</p>", False),
        ("_static/mystnb.0f1e.css", '<div class="cell docutils container">', True),
        ("_static/clipboard.min.js", "<p>no code</p>", False),
        ("_static/lab/network.js", '<div class="wi-lab" id="lab">', True),
        ("_static/lab/network.js", '<p class="wi-lab-embed">', False),
        ("_static/lab-embed.js", '<p class="wi-lab-embed">', True),
        ("_static/lab-embed.js", '<div class="wi-lab" id="lab">', False),
    ],
    ids=["theme", "gallery", "no-gallery", "cell", "no-code", "lab", "no-lab", "embed", "no-embed"],
)
def test_a_file_goes_where_it_is_needed(file: str, body: str, needed: bool) -> None:
    """The files of an extension go to pages that hold what it makes, the theme's to all."""
    context = {
        "body": body,
        "css_files": [SimpleNamespace(filename=file)],
        "script_files": [SimpleNamespace(filename=None)],
    }
    page_assets.lighten(None, "page", "page.html", context, None)
    assert [len(context["css_files"]), len(context["script_files"])] == [needed, 1]


@pytest.mark.site
def test_pictures_of_cards_are_loaded_late(site: Path) -> None:
    """Every picture of a card waits until it is near, and the page knows its shape before."""
    pages = [page.read_text(encoding="utf-8") for page in site.rglob("*.html")]
    cards = [card for page in pages for card in re.findall(r"<img [^>]*_thumb\.svg[^>]*>", page)]
    assert cards
    assert not [card for card in cards if 'loading="lazy"' not in card]
    style = (site / "_static" / "site.css").read_text(encoding="utf-8")
    width, height = SIZE
    shape = f"aspect-ratio: {10 * width:g} / {10 * height:g};"
    assert shape in style.partition("div.sphx-glr-thumbcontainer img {")[2].partition("}")[0]
