"""The pages of gallery scripts: names in their code link to what a reader may want to look up."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

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


def test_cards_of_scripts_that_name_it_come_first(tmp_path: Path) -> None:
    """Of many scripts that use a name nine are shown, and those that write it are among them."""
    names = [f"plot_{k:02}.py" for k in range(20)]
    for name in names:
        text = "wi.Normal(std=1)" if name == names[-1] else "wi.he_normal"
        (tmp_path / name).write_text(text, encoding="utf-8")
    file = tmp_path / "backreferences_all.json"
    users = {"weightinit.Normal": [[name, str(tmp_path)] for name in names]}
    file.write_text(json.dumps(users), encoding="utf-8")
    config = SimpleNamespace(sphinx_gallery_conf={"backreferences_dir": "."})
    gallery_pages.choose_cards(SimpleNamespace(srcdir=tmp_path, config=config))
    shown = [name for name, _ in json.loads(file.read_text())["weightinit.Normal"]]
    assert shown == [names[-1], *names[: gallery_pages.MOST_CARDS - 1]]


@pytest.mark.site
def test_a_page_of_a_name_shows_few_cards(site: Path) -> None:
    """No page of the reference shows more cards than that, and some show as many."""
    pages = [path.read_text(encoding="utf-8") for path in site.glob("reference/generated/*.html")]
    counts = [page.count('class="sphx-glr-thumbcontainer"') for page in pages]
    assert max(counts) == gallery_pages.MOST_CARDS


@pytest.mark.site
def test_no_page_links_a_variable_to_a_type_of_python(site: Path) -> None:
    """No such link is left on the site, and others are there."""
    pages = [path.read_text(encoding="utf-8") for path in site.glob("auto_gallery/*/*.html")]
    assert any('class="sphx-glr-backref-module-weightinit' in page for page in pages)
    assert not [page for page in pages if gallery_pages._BUILTIN.search(page)]


def test_a_card_says_what_the_script_found() -> None:
    """What sphinx-gallery shows to a resting pointer alone is a paragraph of the card."""
    card = (
        '<div class="sphx-glr-thumbcontainer" tooltip="Only &quot;E&quot; locks it."><img alt="" />'
    )
    context = {"body": card}
    gallery_pages.answer_on_cards(None, "page", "page.html", context, None)
    answer = '<p class="wi-answer">Only &quot;E&quot; locks it.</p>'
    assert context["body"] == f'<div class="sphx-glr-thumbcontainer"><img alt="" />{answer}'


def test_a_card_shows_formulas_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """A formula in the first sentence of a script is no LaTeX on its card."""
    gen_rst = pytest.importorskip("sphinx_gallery.gen_rst")
    monkeypatch.setattr(gen_rst, "_sanitize_rst", gen_rst._sanitize_rst)
    gallery_pages.write_out_formulas()
    script = "Title\n=====\n\nThe std is :math:`\\sqrt{2/n}`, which *holds*."
    assert gen_rst.extract_intro_and_title("x.py", script)[0] == "The std is √(2/n), which holds."


@pytest.mark.site
def test_all_cards_have_an_answer(site: Path) -> None:
    """In the gallery and on the pages of names each card has a sentence, without LaTeX."""
    text = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.html"))
    answers = re.findall(r'<p class="wi-answer">([^<]+)</p>', text)
    assert len(answers) == text.count('class="sphx-glr-thumbcontainer"') > 0
    assert not [answer for answer in answers if "\\" in answer or len(answer.split()) < 5]
